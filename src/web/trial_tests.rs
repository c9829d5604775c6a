//! Tokens tried: each fault is named by its check, and what passes here passes the door.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::*;
use crate::client::token::SigningKey;
use crate::web::tokens::authenticate_customer;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const NOW_S: i64 = 1_700_000_000;

struct Shop {
    key: EncodingKey,
    company: Company,
    ring: KeyRing,
}

fn id() -> AuthenticationId {
    AuthenticationId::parse("shop").expect("an id")
}

fn shop() -> Shop {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    let pair = Ed25519KeyPair::generate().expect("a key");
    let public: aws_lc_rs::encoding::PublicKeyX509Der<'_> =
        pair.public_key().as_der().expect("DER");
    let body = base64::prelude::BASE64_STANDARD.encode(public.as_ref());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
    let setting = CustomerKey {
        kids: ["k1".to_owned()].into(),
        issuer: Some("shop".to_owned()),
        audience: Some("linger".to_owned()),
        context_claims: ["name".to_owned()].into(),
        ..CustomerKey::with_pem("EdDSA", pem)
    };
    Shop {
        key: EncodingKey::from_ed_der(pair.to_pkcs8v1().expect("DER").as_ref()),
        company: Company {
            authentication: [(id(), setting)].into(),
            ..Company::default()
        },
        ring: KeyRing::default(),
    }
}

impl Shop {
    fn signed(&self, kid: Option<&str>, claims: &Value) -> String {
        let header = Header {
            kid: kid.map(ToOwned::to_owned),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, claims, &self.key).expect("signed")
    }

    fn tried(&self, token: &str) -> TrialBody {
        of(&self.company, &self.ring, &id(), token, NOW).expect("the setting is there")
    }

    fn is_let_in(&self, token: &str) -> bool {
        authenticate_customer(&self.company, &self.ring, token, NOW).is_ok()
    }
}

fn claims() -> Value {
    json!({"sub": "carla", "iat": NOW_S - 10, "exp": NOW_S + 600, "iss": "shop", "aud": "linger", "name": "Carla"})
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[field] = value;
    claims
}

fn failed(trial: &TrialBody) -> Vec<&'static str> {
    let checks = trial.checks.iter();
    checks.filter(|c| !c.ok).map(|c| c.check).collect()
}

#[test]
fn a_good_token_passes_every_check_and_shows_as_whom() {
    let shop = shop();
    let token = shop.signed(Some("k1"), &claims());
    let trial = shop.tried(&format!("  {token}\n"));
    let names: Vec<&str> = trial.checks.iter().map(|c| c.check).collect();
    assert_eq!(
        names,
        [
            "form",
            "algorithm",
            "kid",
            "signature",
            "issuer",
            "audience",
            "begins",
            "expires",
            "subject"
        ]
    );
    assert!(trial.ok && failed(&trial).is_empty(), "{trial:?}");
    assert_eq!(trial.customer.as_deref(), Some("carla"));
    assert_eq!(trial.context["name"], "Carla");
    assert_eq!(trial.claims["iss"], "shop");
    assert!(shop.is_let_in(&token));
}

#[test]
fn each_fault_is_named_and_nobody_is_let_in_with_it() {
    let shop = shop();
    let leeway = i64::try_from(shop.company.authentication[&id()].leeway.0 / 1_000).expect("small");
    let cases: Vec<(&str, &str, String)> = vec![
        (
            "another issuer",
            "issuer",
            shop.signed(Some("k1"), &with("iss", json!("blog"))),
        ),
        (
            "no issuer",
            "issuer",
            shop.signed(Some("k1"), &with("iss", Value::Null)),
        ),
        (
            "another audience",
            "audience",
            shop.signed(Some("k1"), &with("aud", json!(["a", "b"]))),
        ),
        (
            "expired",
            "expires",
            shop.signed(Some("k1"), &with("exp", json!(NOW_S - leeway))),
        ),
        (
            "no end",
            "expires",
            shop.signed(Some("k1"), &with("exp", Value::Null)),
        ),
        (
            "too early",
            "begins",
            shop.signed(Some("k1"), &with("nbf", json!(NOW_S + leeway + 1))),
        ),
        (
            "issued later",
            "begins",
            shop.signed(Some("k1"), &with("iat", json!(NOW_S + leeway + 1))),
        ),
        (
            "no beginning",
            "begins",
            shop.signed(Some("k1"), &with("iat", json!("today"))),
        ),
        (
            "no subject",
            "subject",
            shop.signed(Some("k1"), &with("sub", Value::Null)),
        ),
        (
            "a device",
            "subject",
            shop.signed(Some("k1"), &with("sub", json!("device:x"))),
        ),
        (
            "a pseudonym",
            "subject",
            shop.signed(Some("k1"), &with("sub", json!("erased-x"))),
        ),
        ("another kid", "kid", shop.signed(Some("k2"), &claims())),
        ("no kid", "kid", shop.signed(None, &claims())),
    ];
    for (what, check, token) in cases {
        let trial = shop.tried(&token);
        assert_eq!(failed(&trial), [check], "{what}");
        assert!(!trial.ok && trial.customer.is_none(), "{what}");
        assert!(trial.context.is_empty(), "{what}");
        assert!(!shop.is_let_in(&token), "{what}");
        for check in &trial.checks {
            assert!(check.message.ends_with('.'), "{what}: {}", check.message);
        }
    }
    // At the very edge of the leeway both let in.
    for edge in [
        with("exp", json!(NOW_S - leeway + 1)),
        with("nbf", json!(NOW_S + leeway)),
    ] {
        let token = shop.signed(Some("k1"), &edge);
        assert!(shop.tried(&token).ok && shop.is_let_in(&token), "{edge}");
    }
}

#[test]
fn a_signature_of_another_key_and_another_algorithm_are_told_apart() {
    let shop = shop();
    let other = SigningKey::generate().expect("a key");
    let other = other.named(Some("k1".to_owned()), Some("shop".to_owned()));
    let token = other
        .sign("carla", Duration::from_secs(60))
        .expect("signed");
    assert!(failed(&shop.tried(&token)).contains(&"signature"));

    let secret = EncodingKey::from_secret(b"a shared secret");
    let header = Header {
        kid: Some("k1".to_owned()),
        ..Header::new(Algorithm::HS256)
    };
    let token = jsonwebtoken::encode(&header, &claims(), &secret).expect("signed");
    let trial = shop.tried(&token);
    assert_eq!(failed(&trial), ["algorithm", "signature"]);
    assert!(trial.checks[1].message.contains("EdDSA"), "{trial:?}");

    let good = shop.signed(Some("k1"), &claims());
    let (head, rest) = good.split_once('.').expect("three parts");
    let (_, signature) = rest.split_once('.').expect("three parts");
    let changed = BASE64_URL_SAFE_NO_PAD.encode(with("sub", json!("bob")).to_string());
    let trial = shop.tried(&format!("{head}.{changed}.{signature}"));
    assert_eq!(failed(&trial), ["signature"]);
    assert!(trial.customer.is_none(), "nobody has said that it is bob");
}

#[test]
fn what_is_no_token_is_said_so_and_not_repeated() {
    let shop = shop();
    for text in ["", "hello", "a.b.c", "eyJhbGciOiJub25lIn0", "….….…"] {
        let trial = shop.tried(text);
        assert_eq!(failed(&trial), ["form"], "{text:?}");
        assert!(!trial.ok && trial.claims.is_empty());
        assert!(
            text.is_empty() || !trial.checks[0].message.contains(text),
            "{text:?}"
        );
    }
}

#[test]
fn keys_that_were_not_fetched_are_a_reason_of_their_own() {
    let mut shop = shop();
    let setting = shop.company.authentication.get_mut(&id()).expect("there");
    setting.keys =
        crate::domain::company::KeySource::JwksUrl("https://id.example.com/keys".to_owned());
    let trial = shop.tried(&shop.signed(Some("k1"), &claims()));
    assert_eq!(failed(&trial), ["signature"]);
    assert!(trial.checks[3].message.contains("jwks_url"), "{trial:?}");
}

#[test]
fn a_setting_that_is_not_there_is_not_tried() {
    let shop = shop();
    let none = AuthenticationId::parse("none").expect("an id");
    assert!(of(&shop.company, &shop.ring, &none, "x", NOW).is_none());
}
