//! Signing in with an OpenID Connect provider: a small real one on this machine, which
//! publishes its keys, checks PKCE and the client's secret, signs with RS256, and lies
//! where a test wants it to.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::digest;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use linger::config::{ProviderSettings, Secret, StaffSettings};
use linger::domain::ids::AgentId;
use linger::domain::time::Millis;
use linger::limits;
use reqwest::Url;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};

use crate::common::company::Site;
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::Socket;

const PUBLIC: &str = "http://chat.example.com";
const CLIENT: &str = "linger";
const SECRET: &str = "s3cret of the client";

/// How the provider lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    None,
    Nonce,
    NoNonce,
    Audience,
    MoreAudiences,
    Issuer,
    Unsigned,
    SharedSecret,
    OtherKey,
    Expired,
    FromTheFuture,
    NoIdToken,
    NotJson,
}

/// What was asked of the provider for one code.
#[derive(Clone)]
struct Grant {
    nonce: String,
    challenge: String,
    redirect: String,
    used: bool,
}

struct Idp {
    issuer: String,
    key: KeyPair,
    other: KeyPair,
    lie: Mutex<Lie>,
    claims: Mutex<Value>,
    grants: Mutex<BTreeMap<String, Grant>>,
    now_s: Mutex<i64>,
}

fn rsa() -> KeyPair {
    KeyPair::generate(KeySize::Rsa2048).expect("a key")
}

fn signed(key: &KeyPair, claims: &Value) -> String {
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().expect("DER");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some("k1".to_owned());
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
    jsonwebtoken::encode(&header, claims, &key).expect("signs")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Idp {
    fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let idp = Arc::new(Self {
            issuer: format!("http://{address}"),
            key: rsa(),
            other: rsa(),
            lie: Mutex::new(Lie::None),
            claims: Mutex::new(
                json!({"sub": "7", "email": "anna@example.com", "email_verified": true}),
            ),
            grants: Mutex::default(),
            now_s: Mutex::new(0),
        });
        let served = idp.clone();
        std::thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                HttpServer::new(move || {
                    App::new()
                        .app_data(web::Data::from(served.clone()))
                        .route(
                            "/.well-known/openid-configuration",
                            web::get().to(discovery),
                        )
                        .route("/jwks", web::get().to(jwks))
                        .route("/token", web::post().to(token))
                })
                .workers(1)
                .disable_signals()
                .listen(listener)
                .expect("listens")
                .run()
                .await
            })
        });
        idp
    }

    /// The person signs in at the provider and agrees: the code that the browser is sent back with.
    fn agree(&self, address: &str) -> BTreeMap<String, String> {
        let url = Url::parse(address).expect("an address");
        assert!(address.starts_with(&format!("{}/authorize?", self.issuer)));
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|s| s == "openid"));
        let mut grants = self.grants.lock().expect("unharmed");
        let code = format!("code-{}", grants.len());
        grants.insert(
            code.clone(),
            Grant {
                nonce: asked["nonce"].clone(),
                challenge: asked["code_challenge"].clone(),
                redirect: asked["redirect_uri"].clone(),
                used: false,
            },
        );
        [
            ("code".to_owned(), code),
            ("state".to_owned(), asked["state"].clone()),
        ]
        .into()
    }

    fn id_token(&self, nonce: &str) -> Value {
        let now = *self.now_s.lock().expect("unharmed");
        let mut claims = self.claims.lock().expect("unharmed").clone();
        claims["iss"] = json!(self.issuer);
        claims["aud"] = json!(CLIENT);
        claims["iat"] = json!(now);
        claims["exp"] = json!(now + 300);
        claims["nonce"] = json!(nonce);
        let lie = *self.lie.lock().expect("unharmed");
        match lie {
            Lie::Nonce => claims["nonce"] = json!("another"),
            Lie::NoNonce => {
                claims.as_object_mut().expect("an object").remove("nonce");
            }
            Lie::Audience => claims["aud"] = json!("another client"),
            Lie::MoreAudiences => claims["aud"] = json!([CLIENT, "another client"]),
            Lie::Issuer => claims["iss"] = json!("https://evil.example"),
            Lie::Expired => claims["exp"] = json!(now - 1),
            Lie::FromTheFuture => claims["iat"] = json!(now + 3_600),
            _ => {}
        }
        let header = |alg| json!({"alg": alg, "typ": "JWT", "kid": "k1"});
        match lie {
            Lie::Unsigned => json!(format!("{}.{}.", part(&header("none")), part(&claims))),
            Lie::SharedSecret => {
                // The public key as the secret of an HMAC: what the algorithm of a token invites to.
                let text = format!("{}.{}", part(&header("HS256")), part(&claims));
                let key =
                    aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
                let tag = aws_lc_rs::hmac::sign(&key, text.as_bytes());
                json!(format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag)))
            }
            Lie::OtherKey => json!(signed(&self.other, &claims)),
            Lie::NoIdToken => Value::Null,
            _ => json!(signed(&self.key, &claims)),
        }
    }
}

async fn discovery(idp: web::Data<Idp>) -> HttpResponse {
    let issuer = &idp.issuer;
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn jwks(idp: web::Data<Idp>) -> HttpResponse {
    let public = idp.key.public_key();
    let number = |bytes: &[u8]| {
        let first = bytes.iter().position(|b| *b != 0).unwrap_or(0);
        URL_SAFE_NO_PAD.encode(&bytes[first..])
    };
    HttpResponse::Ok().json(json!({"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1",
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    }]}))
}

async fn token(
    idp: web::Data<Idp>,
    req: HttpRequest,
    form: web::Form<BTreeMap<String, String>>,
) -> HttpResponse {
    let refused = |why: &str| HttpResponse::BadRequest().json(json!({"error": why}));
    if *idp.lie.lock().expect("unharmed") == Lie::NotJson {
        return HttpResponse::Ok().body("<html>");
    }
    let given = req
        .headers()
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Basic "))
        .and_then(|v| STANDARD.decode(v).ok());
    // The secret is form-encoded before it is put into the header (RFC 6749, 2.3.1).
    let expected = format!("{CLIENT}:{}", SECRET.replace(' ', "+"));
    if given.as_deref() != Some(expected.as_bytes()) {
        return refused("invalid_client");
    }
    let mut grants = idp.grants.lock().expect("unharmed");
    let Some(grant) = grants.get_mut(&form["code"]).filter(|g| !g.used) else {
        return refused("invalid_grant");
    };
    grant.used = true;
    let verifier = digest::digest(&digest::SHA256, form["code_verifier"].as_bytes());
    if URL_SAFE_NO_PAD.encode(verifier) != grant.challenge || form["redirect_uri"] != grant.redirect
    {
        return refused("invalid_grant");
    }
    let nonce = grant.nonce.clone();
    drop(grants);
    let mut body = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 300});
    let id_token = idp.id_token(&nonce);
    if !id_token.is_null() {
        body["id_token"] = id_token;
    }
    HttpResponse::Ok().json(body)
}

/// A browser: its client follows nothing by itself, and its one cookie is seen.
struct Browser {
    client: reqwest::Client,
    base: String,
    cookie: String,
}

impl Browser {
    /// Goes to sign in: where it is sent.
    async fn begin(server: &Server) -> (Self, String) {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let base = format!("http://{}/api/v1/auth/provider", server.address);
        let answer = client.get(&base).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 303);
        let location = answer.headers()["location"]
            .to_str()
            .expect("text")
            .to_owned();
        let cookie = answer.headers()[SET_COOKIE]
            .to_str()
            .expect("text")
            .to_owned();
        for part in [
            "HttpOnly",
            "SameSite=Lax",
            "Path=/api/v1/auth/provider/callback",
            "Max-Age=600",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        let browser = Self {
            client,
            base,
            cookie,
        };
        (browser, location)
    }

    fn request(&self, with: &BTreeMap<String, String>) -> reqwest::RequestBuilder {
        let mut url = Url::parse(&format!("{}/callback", self.base)).expect("an address");
        url.query_pairs_mut().extend_pairs(with);
        self.client.get(url).header("cookie", &self.cookie)
    }

    /// Comes back refused.
    async fn refused(&self, with: &BTreeMap<String, String>) -> Answer {
        let answer = self.request(with).send().await.expect("an answer");
        assert!(
            answer
                .headers()
                .get_all(SET_COOKIE)
                .iter()
                .all(|c| !c.to_str().expect("text").contains("linger_session")),
            "nobody is signed in"
        );
        let status = answer.status().as_u16();
        let body = answer.json().await.expect("a refusal");
        Answer {
            status,
            retry_after: None,
            body,
        }
    }

    /// Comes back signed in: the session's cookie.
    async fn back(&self, with: &BTreeMap<String, String>) -> String {
        let answer = self.request(with).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .map(|c| c.to_str().expect("text"))
            .find(|c| c.starts_with("linger_session=ls_"))
            .map(|c| c.split(';').next().expect("a pair").to_owned())
            .expect("a session")
    }
}

fn server(idp: &Idp) -> Server {
    let agent = |id| AgentId::parse(id).expect("an id");
    let staff = StaffSettings {
        public_url: Some(PUBLIC.to_owned()),
        provider: Some(ProviderSettings {
            issuer: idp.issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(Secret::new(SECRET)),
            domain: Some("example.com".to_owned()),
            agents: [
                ("boss@partner.example".to_owned(), agent("carol")),
                ("sub:42".to_owned(), agent("olga")),
            ]
            .into(),
        }),
        ..StaffSettings::default()
    };
    let server = Server::signing_in(Site::with_capacity(2).with_admin(), staff);
    *idp.now_s.lock().expect("unharmed") = server.now() / 1_000;
    server
}

async fn session(server: &Server, cookie: &str) -> Value {
    let client = reqwest::Client::new();
    let url = format!("http://{}/api/v1/auth/session", server.address);
    let answer = Http::run(client.get(url).header("cookie", cookie)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn an_agent_signs_in_with_the_provider_and_opens_a_socket_from_the_page() {
    let idp = Idp::start();
    let server = server(&idp);
    let (browser, location) = Browser::begin(&server).await;
    let cookie = browser.back(&idp.agree(&location)).await;
    assert_eq!(session(&server, &cookie).await["agent"], "anna");
    let headers = [("cookie", cookie.as_str()), ("origin", PUBLIC)];
    let mut socket = Socket::with_headers(server.address, "agent", &headers).await;
    socket.say(&json!({"type": "hello"})).await;
    assert_eq!(socket.next().await["principal"]["id"], "anna");
}

#[tokio::test]
async fn who_that_is_here_the_settings_say() {
    let idp = Idp::start();
    let server = server(&idp);
    let cases = [
        (
            json!({"sub": "1", "email": "BOB@example.com", "email_verified": true}),
            Some("bob"),
        ),
        (
            json!({"sub": "2", "email": "boss@partner.example", "email_verified": true}),
            Some("carol"),
        ),
        (json!({"sub": "42"}), Some("olga")),
        (json!({"sub": "3"}), None),
        (
            json!({"sub": "4", "email": "anna@example.com", "email_verified": false}),
            None,
        ),
        (json!({"sub": "5", "email": "anna@example.com"}), None),
        (
            json!({"sub": "6", "email": "anna@evil.example", "email_verified": true}),
            None,
        ),
        (
            json!({"sub": "8", "email": "nobody@example.com", "email_verified": true}),
            None,
        ),
        (
            json!({"sub": "9", "email": "anna@evil.example@example.com", "email_verified": true}),
            None,
        ),
        (json!({"sub": "anna"}), None),
    ];
    for (claims, agent) in cases {
        *idp.claims.lock().expect("unharmed") = claims.clone();
        let (browser, location) = Browser::begin(&server).await;
        let with = idp.agree(&location);
        match agent {
            Some(agent) => {
                let cookie = browser.back(&with).await;
                assert_eq!(session(&server, &cookie).await["agent"], agent);
            }
            None => {
                let refused = browser.refused(&with).await;
                assert_eq!(
                    (refused.status, refused.code()),
                    (401, "sign_in_failed"),
                    "{claims}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_lying_provider_signs_nobody_in() {
    let idp = Idp::start();
    let server = server(&idp);
    for lie in [
        Lie::Nonce,
        Lie::NoNonce,
        Lie::Audience,
        Lie::MoreAudiences,
        Lie::Issuer,
        Lie::Unsigned,
        Lie::SharedSecret,
        Lie::OtherKey,
        Lie::Expired,
        Lie::FromTheFuture,
        Lie::NoIdToken,
        Lie::NotJson,
    ] {
        *idp.lie.lock().expect("unharmed") = lie;
        let (browser, location) = Browser::begin(&server).await;
        let refused = browser.refused(&idp.agree(&location)).await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "sign_in_failed"),
            "{lie:?}"
        );
    }
    *idp.lie.lock().expect("unharmed") = Lie::None;
    let (browser, location) = Browser::begin(&server).await;
    browser.back(&idp.agree(&location)).await;
}

#[tokio::test]
async fn only_the_browser_that_began_comes_back_and_once() {
    let idp = Idp::start();
    let server = server(&idp);
    let (browser, location) = Browser::begin(&server).await;
    let (mut thief, other) = Browser::begin(&server).await;
    let with = idp.agree(&location);
    let stolen = thief.refused(&with).await;
    assert_eq!(stolen.code(), "sign_in_failed", "another browser's cookie");
    thief.cookie = "linger_provider=guess".to_owned();
    assert_eq!(
        thief.refused(&idp.agree(&other)).await.code(),
        "sign_in_failed"
    );
    thief.cookie = "x=y".to_owned();
    assert_eq!(
        thief.refused(&with).await.code(),
        "sign_in_failed",
        "no cookie"
    );
    browser.back(&with).await;
    assert_eq!(
        browser.refused(&with).await.code(),
        "sign_in_failed",
        "the same again"
    );

    let (browser, location) = Browser::begin(&server).await;
    let mut reused = idp.agree(&location);
    reused.insert("code".to_owned(), with["code"].clone());
    assert_eq!(
        browser.refused(&reused).await.code(),
        "sign_in_failed",
        "a used code"
    );

    let (browser, location) = Browser::begin(&server).await;
    let mut forged = idp.agree(&location);
    forged.insert("state".to_owned(), "forged".to_owned());
    assert_eq!(browser.refused(&forged).await.code(), "sign_in_failed");

    let (browser, location) = Browser::begin(&server).await;
    let denied: BTreeMap<String, String> = [
        ("error".to_owned(), "access_denied".to_owned()),
        ("state".to_owned(), idp.agree(&location)["state"].clone()),
    ]
    .into();
    assert_eq!(browser.refused(&denied).await.code(), "sign_in_failed");

    let (browser, location) = Browser::begin(&server).await;
    let late = idp.agree(&location);
    server.advance(Millis(limits::PROVIDER_SIGN_IN_WITHIN.0 + 1));
    assert_eq!(
        browser.refused(&late).await.code(),
        "sign_in_failed",
        "too late"
    );
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_way() {
    let server = Server::start();
    let answer = Http::new(server.address, None).get("/auth/provider").await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
}
