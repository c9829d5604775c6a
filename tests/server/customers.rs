//! How customers prove who they are, over real sockets and HTTP: claims that route, keys
//! that are fetched, tokens that are renewed, and every way to lie in a token.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use linger::client::token::SigningKey;
use linger::client::{Client, Event, Options, Party, TokenSource};
use linger::domain::company::{Condition, CustomerKey, KeySource, RouteRule, Test, Widget};
use linger::domain::ids::{AuthenticationId, WidgetId, WorkstreamId};
use linger::domain::time::Millis;
use serde_json::{Value, json};

use crate::common::company::{SUPPORT, Site, queue_id};
use crate::common::eventually;
use crate::common::http::Http;
use crate::common::provider::{Provider, Says};
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Customers with `tier = gold` go to sales.
fn golden_site() -> Site {
    let mut site = Site::with_capacity(4);
    site.setting().context_claims = ["tier".to_owned(), "vip".to_owned()].into();
    let gold = RouteRule {
        name: "gold".to_owned(),
        when: vec![Condition {
            key: "claim.tier".to_owned(),
            test: Test::AnyOf(["gold".to_owned()].into()),
        }],
        queue: queue_id("sales"),
    };
    site.workstream(SUPPORT).routes.insert(0, gold);
    site
}

#[tokio::test]
async fn what_a_token_says_decides_the_queue_over_socket_and_http() {
    let server = Server::with(golden_site());
    let carol = server.agent_http("carol");
    let token = |name: &str, tier: &str| {
        let claims = json!({"tier": tier, "vip": true, "private": "for nobody"});
        server.site.customer_saying(name, claims)
    };
    for (name, tier, queue) in [("maria", "gold", "sales"), ("joao", "tin", "support")] {
        let mut socket = Socket::customer(server.address, &token(name, tier)).await;
        let id = socket.start(SUPPORT, "Hello").await;
        let view = carol.get(&format!("/conversations/{id}")).await;
        assert_eq!(view.body["queue"], queue, "{name}");
    }
    let http = Http::new(server.address, Some(token("ana", "gold")));
    let started = http
        .post("/conversations", json!({"workstream": SUPPORT}))
        .await;
    let id = id_of(&started.body["conversation"]);
    let journal = carol.get(&format!("/conversations/{id}/explanation")).await;
    let started = &journal.body["journal"][0]["event"];
    assert_eq!(
        (&started["queue"], &started["route"]),
        (&json!("sales"), &json!("gold"))
    );
    assert_eq!(
        started["context"],
        json!({"claim.tier": "gold", "claim.vip": "true"})
    );
    let page = json!({"workstream": SUPPORT, "context": {"claim.tier": "gold"}});
    let refused = server.customer_http("eva");
    let refused = refused.post("/conversations", page).await;
    assert_eq!(refused.code(), "invalid_request", "a page sets no claim");
}

#[tokio::test]
async fn a_widget_takes_the_customers_of_its_own_settings_only() {
    let mut site = Site::with_capacity(4);
    let bank = SigningKey::generate().expect("a key");
    let id = |text: &str| AuthenticationId::parse(text).expect("an id");
    let setting = CustomerKey::with_pem("EdDSA", bank.public_key_pem());
    site.company.authentication.insert(id("bank"), setting);
    let mut widget = Widget::new(WorkstreamId::parse("pick").expect("an id"));
    widget.authentication = [id("bank")].into();
    let name = WidgetId::parse("bank").expect("an id");
    site.company.widgets.insert(name, widget);
    let server = Server::with(site);
    let by_shop = server.customer_http("maria");
    let by_bank = Http::new(server.address, bank.sign("ana", DAY).ok());
    for ask in [json!({"widget": "bank"}), json!({"workstream": "pick"})] {
        let refused = by_shop.post("/conversations", ask.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "forbidden"),
            "{ask}"
        );
        let mut socket = server.customer("maria").await;
        let mut frame = ask.clone();
        frame["type"] = "start".into();
        assert_eq!(socket.answer(frame).await["code"], "forbidden", "{ask}");
        assert!(by_bank.post("/conversations", ask).await.status < 300);
    }
    let anywhere = by_bank
        .post("/conversations", json!({"widget": "shop"}))
        .await;
    assert_eq!(anywhere.status, 201, "a widget that names none takes all");
}

/// Whatever header and claims, signed as the site's customers are.
fn forged(key: &SigningKey, header: &str, claims: &str) -> String {
    let encode = |part: &str| BASE64_URL_SAFE_NO_PAD.encode(part);
    let der = base64::prelude::BASE64_STANDARD
        .decode(key.to_base64())
        .expect("base64");
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(
        signed.as_bytes(),
        &EncodingKey::from_ed_der(&der),
        Algorithm::EdDSA,
    );
    format!("{signed}.{}", signature.expect("signed"))
}

#[tokio::test]
async fn every_lie_in_a_token_is_refused_at_every_door() {
    let mut site = Site::with_capacity(4);
    let setting = site.setting();
    setting.issuer = Some("shop".to_owned());
    setting.audience = Some("linger".to_owned());
    let server = Server::with(site);
    let key = server.site.key();
    let now = server.now() / 1_000;
    let claims =
        json!({"sub": "maria", "iat": now, "exp": now + 600, "iss": "shop", "aud": "linger"});
    let with = |field: &str, value: Value| {
        let mut claims = claims.clone();
        claims[field] = value;
        claims.to_string()
    };
    let good_header = r#"{"alg":"EdDSA"}"#;
    let signed = |claims: &str| forged(key, good_header, claims);
    let good = signed(&claims.to_string());
    let unsigned = |header: &str| {
        let encode = |part: &str| BASE64_URL_SAFE_NO_PAD.encode(part);
        format!("{}.{}.", encode(header), encode(&claims.to_string()))
    };
    let stranger = SigningKey::generate().expect("a key");
    let by_stranger = |header: &str| forged(&stranger, header, &claims.to_string());
    let jwk = json!({"alg": "EdDSA", "jwk": stranger.public_key_jwk()}).to_string();
    let hs256 = {
        let public = key.public_key_pem();
        let secret = EncodingKey::from_secret(public.as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &secret).expect("signed")
    };
    let twice = |more: &str| signed(&claims.to_string().replacen('{', more, 1));
    let cases = [
        ("alg none", unsigned(r#"{"alg":"none"}"#)),
        ("alg None", unsigned(r#"{"alg":"None"}"#)),
        ("no alg", forged(key, "{}", &claims.to_string())),
        ("HS256 with the public key", hs256),
        (
            "another alg over a good signature",
            forged(key, r#"{"alg":"ES256"}"#, &claims.to_string()),
        ),
        ("a stranger's key", by_stranger(good_header)),
        ("its own key by jwk", by_stranger(&jwk)),
        (
            "its own key by jku",
            by_stranger(r#"{"alg":"EdDSA","jku":"http://127.0.0.1:9/keys"}"#),
        ),
        (
            "its own key by x5u",
            by_stranger(r#"{"alg":"EdDSA","x5u":"http://127.0.0.1:9/cert"}"#),
        ),
        (
            "a kid that is a path",
            by_stranger(r#"{"alg":"EdDSA","kid":"../../../../dev/null"}"#),
        ),
        (
            "a kid that is a query",
            by_stranger(r#"{"alg":"EdDSA","kid":"x' OR 1=1 --"}"#),
        ),
        (
            "a kid that is no text",
            forged(key, r#"{"alg":"EdDSA","kid":{}}"#, &claims.to_string()),
        ),
        (
            "something critical",
            forged(
                key,
                r#"{"alg":"EdDSA","crit":["b64"],"b64":false}"#,
                &claims.to_string(),
            ),
        ),
        (
            "two algorithms",
            forged(key, r#"{"alg":"EdDSA","alg":"none"}"#, &claims.to_string()),
        ),
        ("two subjects", twice(r#"{"sub":"admin","#)),
        ("two expiries", twice(r#"{"exp":99999999999,"#)),
        ("not yet valid", signed(&with("nbf", json!(now + 3_600)))),
        ("issued tomorrow", signed(&with("iat", json!(now + 86_400)))),
        (
            "exp as a string",
            signed(&with("exp", json!((now + 600).to_string()))),
        ),
        ("no exp", signed(&with("exp", Value::Null))),
        ("no sub", signed(&with("sub", Value::Null))),
        ("no iat", signed(&with("iat", Value::Null))),
        (
            "the id of a device",
            signed(&with("sub", json!(format!("device:{:032x}", 7)))),
        ),
        ("wrong issuer", signed(&with("iss", json!("evil")))),
        ("wrong audience", signed(&with("aud", json!("evil")))),
        (
            "audiences of every kind",
            signed(&with("aud", json!(["linger", 7]))),
        ),
        ("huge", signed(&with("pad", json!("x".repeat(9_000))))),
        (
            "deep",
            twice(&format!(
                "{{\"pad\":{}{},",
                "[".repeat(2_000),
                "]".repeat(2_000)
            )),
        ),
        ("not base64", "%%%.%%%.%%%".to_owned()),
        ("nothing", String::new()),
        ("five parts", format!("{good}.a.b")),
        ("a signature cut short", good[..good.len() - 8].to_owned()),
    ];
    Socket::customer(server.address, &good).await.leave().await;
    for (what, token) in &cases {
        let mut socket = Socket::silent(server.address, "customer").await;
        socket.say(&json!({"type": "hello", "token": token})).await;
        let refused = socket.next().await;
        let code = if token.is_empty() {
            "unauthenticated"
        } else {
            "token_invalid"
        };
        assert_eq!(refused["code"], code, "{what}: {refused}");
        assert_eq!(socket.closed().await, Some(1008), "{what}");
        if token.is_empty() {
            continue;
        }
        let http = Http::new(server.address, Some(token.clone()));
        let refused = http.get("/conversations").await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "token_invalid"),
            "{what}"
        );
        let mut socket = Socket::customer(server.address, &good).await;
        let renewal = socket
            .answer(json!({"type": "renew", "token": token}))
            .await;
        assert_eq!(renewal["code"], "token_invalid", "{what}");
        socket.start(SUPPORT, "still here").await;
    }
    let old = signed(&with("exp", json!(now - 600)));
    let refused = Http::new(server.address, Some(old))
        .get("/conversations")
        .await;
    assert_eq!((refused.status, refused.code()), (401, "token_expired"));
}

/// A site whose keys come from an identity provider.
fn fetching(provider: &Provider) -> Site {
    let mut site = Site::with_capacity(4);
    site.setting().keys = KeySource::JwksUrl(provider.url());
    site
}

fn named(kid: &str) -> SigningKey {
    SigningKey::generate()
        .expect("a key")
        .named(Some(kid.to_owned()), None)
}

async fn code_of(server: &Server, key: &SigningKey) -> String {
    let token = key.sign("maria", 400 * DAY).expect("signed");
    let http = Http::new(server.address, Some(token));
    http.get("/conversations").await.code().to_owned()
}

const FINE: &str = "no refusal";

#[tokio::test]
async fn keys_are_fetched_and_the_last_good_ones_outlive_an_outage_and_a_restart() {
    let (one, two) = (named("one"), named("two"));
    let provider = Provider::start(Says::document(&[one.public_key_jwk()]));
    let mut server = Server::with(fetching(&provider));
    assert_eq!(code_of(&server, &one).await, FINE, "waited for");
    assert_eq!(code_of(&server, &two).await, "token_invalid");

    provider.say(Says::document(&[
        one.public_key_jwk(),
        two.public_key_jwk(),
    ]));
    assert_eq!(
        code_of(&server, &two).await,
        "token_invalid",
        "asked lately"
    );
    server.advance(Millis::minutes(2));
    assert_eq!(
        code_of(&server, &two).await,
        FINE,
        "an unknown kid asks again"
    );

    for bad in [
        Says::outage(),
        Says {
            head: "200 OK".to_owned(),
            body: "x".repeat(300_000),
        },
        Says {
            head: "200 OK".to_owned(),
            body: r#"{"keys":[]}"#.to_owned(),
        },
        Says {
            head: format!("302 Found\r\nLocation: {}", provider.url()),
            body: String::new(),
        },
    ] {
        provider.say(bad.clone());
        let before = provider.asked();
        eventually("another fetch", async || {
            // What is under way says itself when it is tried again.
            server.advance(Millis::hours(1));
            (provider.asked() > before).then_some(())
        })
        .await;
        assert_eq!(code_of(&server, &one).await, FINE, "{}", bad.head);
        assert_eq!(code_of(&server, &two).await, FINE, "{}", bad.head);
    }
    provider.say(Says::outage());
    server.restart();
    assert_eq!(
        code_of(&server, &two).await,
        FINE,
        "keys of before the restart"
    );

    provider.say(Says::document(&[two.public_key_jwk()]));
    eventually("the old key is gone", async || {
        server.advance(Millis::minutes(20));
        (code_of(&server, &one).await == "token_invalid").then_some(())
    })
    .await;
    assert_eq!(code_of(&server, &two).await, FINE);
}

#[tokio::test]
async fn made_up_kids_do_not_make_the_server_ask_and_ask() {
    let one = named("one");
    let provider = Provider::start(Says::document(&[one.public_key_jwk()]));
    let server = Server::with(fetching(&provider));
    assert_eq!(code_of(&server, &one).await, FINE);
    let before = provider.asked();
    server.advance(Millis::minutes(2));
    for n in 0..50 {
        let made_up = code_of(&server, &named(&format!("made up {n}"))).await;
        assert_eq!(made_up, "token_invalid");
    }
    assert_eq!(provider.asked(), before + 1);
}

#[tokio::test]
async fn a_socket_goes_on_with_a_new_token_and_holds_writes_until_it_has_one() {
    let server = Server::start();
    let site = &server.site;
    let mut anna = server.available("anna").await;
    let short = |name: &str| site.customer_for(name, Duration::from_secs(600));
    let mut maria = Socket::customer(server.address, &short("maria")).await;
    let expires = maria.welcome["expires"].as_i64().expect("said in welcome");
    assert!(expires > server.now());
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    maria
        .ask(json!({"type": "subscribe", "conversation": id, "after": 0}))
        .await;
    assert!(maria.so_far().await.iter().all(|f| f["type"] != "renew"));

    // A little more: tokens are signed by the machine's clock, a moment after the server's stood.
    server.advance(Millis::seconds(610));
    assert_eq!(
        maria
            .answer(json!({"type": "view", "conversation": id}))
            .await["type"],
        "accepted"
    );
    assert_eq!(
        maria.heard("renew").await["expires"],
        expires,
        "asked ahead"
    );
    server.advance(Millis::minutes(2));
    let send = json!({"type": "send", "conversation": id, "client_id": "m-2", "text": "held"});
    maria.say(&send).await;
    assert_eq!(maria.heard("refused").await["code"], "token_expired");
    anna.post(&id, "a-1", "are you there?").await;
    maria
        .until(|f| f["type"] == "message" && f["text"] == "are you there?")
        .await;
    let frames = maria.so_far().await;
    assert!(frames.iter().all(|f| f["type"] != "renew"), "asked once");

    let renew = |token: String| json!({"type": "renew", "token": token});
    let others = maria.answer(renew(site.customer("joao"))).await;
    assert_eq!(others["code"], "other_customer");
    let expired = maria.answer(renew(short("maria"))).await;
    assert_eq!(
        expired["code"], "token_expired",
        "signed by a clock that stands"
    );
    maria.say(&send).await;
    assert_eq!(maria.heard("refused").await["code"], "token_expired");

    let renewed = maria.answer(renew(site.customer("maria"))).await;
    assert!(
        renewed["expires"].as_i64() > Some(server.now()),
        "{renewed}"
    );
    maria.say(&send).await;
    let accepted = maria.until(|f| f["client_id"] == "m-2").await;
    assert_eq!(accepted["repeated"], false, "{accepted}");
    let to_agents = anna.answer(renew(site.customer("maria"))).await;
    assert_eq!(to_agents["code"], "forbidden");
}

#[tokio::test]
async fn the_client_renews_by_itself_and_loses_nothing_it_was_given() {
    let server = Server::start();
    let site: Arc<Site> = server.site.clone();
    let url = format!("http://{}", server.address);
    let token = site.customer_for("maria", Duration::from_secs(600));
    let options = Options {
        renewal: Some(TokenSource::new(move || Some(site.customer("maria")))),
        ..Options::new(&url, Party::Customer, token)
    };
    let (client, _events) = Client::connect(options).await.expect("connected");
    let started = client
        .ask(json!({"type": "start", "workstream": SUPPORT}))
        .await
        .expect("started");
    let id = started.conversation.expect("a view").id;
    server.advance(Millis::hours(1));
    let pending = client.send(&id, "m-1", "late").await.expect("handed over");
    let acknowledged = pending.acknowledged().await.expect("kept until renewed");
    assert!(acknowledged.refusals > 0, "it was held once");
}

#[tokio::test]
async fn a_client_without_a_source_says_so_and_waits_to_be_given_a_token() {
    let server = Server::start();
    let url = format!("http://{}", server.address);
    let token = server.site.customer_for("maria", Duration::from_secs(600));
    let options = Options::new(&url, Party::Customer, token);
    let (client, mut events) = Client::connect(options).await.expect("connected");
    let started = client
        .ask(json!({"type": "start", "workstream": SUPPORT}))
        .await
        .expect("started");
    let id = started.conversation.expect("a view").id;
    server.advance(Millis::hours(1));
    let pending = client.send(&id, "m-1", "late").await.expect("handed over");
    while !matches!(events.recv().await, Some(Event::RenewalWanted)) {}
    let renewed = client.renew(server.site.customer("maria")).await;
    renewed.expect("the same customer");
    pending.acknowledged().await.expect("sent with the new one");
}
