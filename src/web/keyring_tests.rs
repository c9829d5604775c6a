//! When keys are fetched, and which of them are used.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const URL: &str = "https://id.example/jwks";

fn shop() -> AuthenticationId {
    AuthenticationId::parse("shop").expect("an id")
}

fn company(url: &str) -> Company {
    let setting = CustomerKey {
        keys: KeySource::JwksUrl(url.to_owned()),
        ..CustomerKey::with_pem("EdDSA", String::new())
    };
    Company {
        authentication: [(shop(), setting)].into(),
        ..Company::default()
    }
}

fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::generate().expect("a key")
}

fn key(pair: &Ed25519KeyPair, kid: Option<&str>) -> Value {
    let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
    if let Some(kid) = kid {
        key["kid"] = kid.into();
    }
    key
}

fn document(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

fn verifies(
    ring: &KeyRing,
    company: &Company,
    pair: &Ed25519KeyPair,
    kid: Option<&str>,
) -> Option<bool> {
    let signature = BASE64_URL_SAFE_NO_PAD.encode(pair.sign(b"signed").as_ref());
    ring.verifies(company, &shop(), kid, "signed", &signature)
}

/// A ring that has fetched this once.
fn ring_with(company: &Company, document: String) -> KeyRing {
    let ring = KeyRing::default();
    assert_eq!(ring.due(company, NOW).fetch, [(shop(), URL.to_owned())]);
    assert!(ring.fetched(company, &shop(), URL, document, NOW) > 0);
    ring
}

#[test]
fn a_key_that_is_not_there_is_told_from_one_that_does_not_verify() {
    let (ours, theirs, company) = (pair(), pair(), company(URL));
    let ring = ring_with(&company, document(&[key(&ours, Some("a"))]));
    assert_eq!(verifies(&ring, &company, &ours, Some("a")), Some(true));
    assert_eq!(verifies(&ring, &company, &ours, None), Some(true));
    assert_eq!(verifies(&ring, &company, &theirs, Some("a")), Some(false));
    assert_eq!(verifies(&ring, &company, &theirs, Some("b")), None);
}

#[test]
fn a_token_without_a_kid_does_not_choose_among_named_keys() {
    let (one, two, company) = (pair(), pair(), company(URL));
    let named = document(&[key(&one, Some("a")), key(&two, Some("b"))]);
    let ring = ring_with(&company, named);
    assert_eq!(verifies(&ring, &company, &one, None), None);
    assert_eq!(verifies(&ring, &company, &two, Some("b")), Some(true));
    assert_eq!(verifies(&ring, &company, &two, Some("a")), Some(false));
}

#[test]
fn keys_of_other_kinds_and_for_other_uses_are_left_out() {
    let (ours, mut setting) = (pair(), company(URL).authentication[&shop()].clone());
    let with = |field: &str, value: &str| {
        let mut key = key(&ours, Some("a"));
        key[field] = value.into();
        key
    };
    let cases = [
        (with("alg", "EdDSA"), 1),
        (with("use", "sig"), 1),
        (with("use", "enc"), 0),
        (with("alg", "RS256"), 0),
        (with("crv", "X25519"), 0),
        (with("kty", "invented"), 0),
        (json!({"kty": "oct", "k": "AAAA", "alg": "HS256"}), 0),
        (
            json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}),
            0,
        ),
        (json!(7), 0),
    ];
    for (key, usable) in &cases {
        let found = jwks_keys(&setting, &document(std::slice::from_ref(key))).len();
        assert_eq!(found, *usable, "{key}");
    }
    let all: Vec<Value> = cases.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(jwks_keys(&setting, &document(&all)).len(), 2);
    setting.kids = ["b".to_owned()].into();
    assert_eq!(jwks_keys(&setting, &document(&all)).len(), 0, "not allowed");
    let many = vec![key(&ours, Some("b")); 2 * limits::JWKS_KEYS_MAX];
    assert_eq!(
        jwks_keys(&setting, &document(&many)).len(),
        limits::JWKS_KEYS_MAX
    );
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#] {
        assert_eq!(jwks_keys(&setting, bad).len(), 0, "{bad}");
    }
}

#[test]
fn the_last_good_keys_stay_through_an_outage_and_pauses_double() {
    let (ours, company) = (pair(), company(URL));
    let ring = ring_with(&company, document(&[key(&ours, Some("a"))]));
    let mut now = NOW + limits::JWKS_REFRESH_EVERY;
    let mut pauses = Vec::new();
    for _ in 0..10 {
        assert_eq!(ring.due(&company, now).fetch.len(), 1);
        ring.failed(&shop(), URL, now);
        let mut pause = Millis(0);
        while ring.due(&company, now + pause).fetch.is_empty() {
            pause = Millis(pause.0 + 1_000);
        }
        ring.failed(&shop(), URL, now);
        pauses.push(pause);
        now = now + limits::JWKS_BACKOFF_MAX;
        assert_eq!(verifies(&ring, &company, &ours, Some("a")), Some(true));
    }
    assert_eq!(pauses[0], limits::JWKS_BACKOFF_MIN);
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert_eq!(pauses.last(), Some(&limits::JWKS_BACKOFF_MAX));
    let empty = ring.fetched(&company, &shop(), URL, document(&[]), now);
    assert_eq!(empty, 0);
    assert_eq!(verifies(&ring, &company, &ours, Some("a")), Some(true));
}

#[test]
fn a_kid_that_nobody_knows_asks_once_in_a_while() {
    let (ours, company) = (pair(), company(URL));
    let ring = ring_with(&company, document(&[key(&ours, Some("a"))]));
    assert!(!ring.want(&[shop()], NOW), "asked just now");
    let later = NOW + limits::JWKS_ASK_AGAIN_AFTER;
    assert!(ring.want(&[shop()], later));
    assert!(ring.want(&[shop()], later), "the same answer is waited for");
    assert_eq!(ring.due(&company, later).fetch.len(), 1);
    assert!(ring.want(&[shop()], later), "under way");
    assert_eq!(ring.due(&company, later).fetch.len(), 0);
    ring.failed(&shop(), URL, later);
    assert!(!ring.want(&[shop()], later), "no use asking again so soon");
}

#[test]
fn keys_of_another_address_are_nobodys() {
    let (ours, before) = (pair(), company(URL));
    let ring = ring_with(&before, document(&[key(&ours, Some("a"))]));
    let after = Company {
        revision: 1,
        ..company("https://other.example/jwks")
    };
    assert_eq!(verifies(&ring, &after, &ours, Some("a")), None);
    let due = ring.due(&after, NOW);
    assert_eq!(due.gone, [shop()]);
    assert_eq!(due.fetch.len(), 1);
    let late = document(&[key(&ours, Some("a"))]);
    ring.fetched(&after, &shop(), URL, late, NOW);
    assert_eq!(verifies(&ring, &after, &ours, Some("a")), None, "too late");
}

#[test]
fn keys_from_before_a_restart_are_good_until_they_are_fetched_anew() {
    let (ours, company) = (pair(), company(URL));
    let ring = KeyRing::default();
    ring.restore(shop(), URL.to_owned(), document(&[key(&ours, Some("a"))]));
    assert_eq!(verifies(&ring, &company, &ours, Some("a")), Some(true));
    assert_eq!(ring.due(&company, NOW).fetch.len(), 1);
}
