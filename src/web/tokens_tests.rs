//! Tokens that must and must not be accepted. Keys are made anew on each run.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;
use crate::domain::company::{ALGORITHMS, LEEWAY};
use crate::domain::time::Millis;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const NOW_S: i64 = 1_700_000_000;

fn pem(kind: &str, der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|l| std::str::from_utf8(l).expect("base64"))
        .collect();
    format!(
        "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
        lines.join("\n")
    )
}

struct Signer {
    algorithm: Algorithm,
    name: &'static str,
    key: EncodingKey,
    public_pem: String,
}

fn rsa() -> Signer {
    rsa_with(Algorithm::RS256, "RS256")
}

fn rsa_with(algorithm: Algorithm, name: &'static str) -> Signer {
    let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let private: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().expect("DER");
    let public: aws_lc_rs::encoding::PublicKeyX509Der<'_> =
        pair.public_key().as_der().expect("DER");
    Signer {
        algorithm,
        name,
        key: EncodingKey::from_rsa_pem(pem("PRIVATE KEY", private.as_ref()).as_bytes())
            .expect("PEM"),
        public_pem: pem("PUBLIC KEY", public.as_ref()),
    }
}

fn ec() -> Signer {
    ec_with(&ECDSA_P256_SHA256_FIXED_SIGNING, Algorithm::ES256, "ES256")
}

fn ec_with(
    curve: &'static EcdsaSigningAlgorithm,
    algorithm: Algorithm,
    name: &'static str,
) -> Signer {
    let pair = EcdsaKeyPair::generate(curve).expect("a key");
    let private = pair.to_pkcs8v1().expect("DER");
    let public: aws_lc_rs::encoding::PublicKeyX509Der<'_> =
        pair.public_key().as_der().expect("DER");
    Signer {
        algorithm,
        name,
        key: EncodingKey::from_ec_pem(pem("PRIVATE KEY", private.as_ref()).as_bytes())
            .expect("PEM"),
        public_pem: pem("PUBLIC KEY", public.as_ref()),
    }
}

fn ed() -> Signer {
    let pair = Ed25519KeyPair::generate().expect("a key");
    let private = pair.to_pkcs8v1().expect("DER");
    let public: aws_lc_rs::encoding::PublicKeyX509Der<'_> =
        pair.public_key().as_der().expect("DER");
    Signer {
        algorithm: Algorithm::EdDSA,
        name: "EdDSA",
        key: EncodingKey::from_ed_pem(pem("PRIVATE KEY", private.as_ref()).as_bytes())
            .expect("PEM"),
        public_pem: pem("PUBLIC KEY", public.as_ref()),
    }
}

fn company(signer: &Signer, kid: Option<&str>) -> Company {
    let key = CustomerKey {
        kids: kid.into_iter().map(ToOwned::to_owned).collect(),
        issuer: Some("shop".to_owned()),
        audience: Some("linger".to_owned()),
        ..CustomerKey::with_pem(signer.name, signer.public_pem.clone())
    };
    Company {
        authentication: [(
            crate::domain::ids::AuthenticationId::parse("shop").expect("an id"),
            key,
        )]
        .into(),
        ..Company::default()
    }
}

fn claims() -> Value {
    json!({"sub": "carla", "iat": NOW_S - 10, "exp": NOW_S + 600, "iss": "shop", "aud": "linger"})
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[field] = value;
    claims
}

fn without(field: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().expect("an object").remove(field);
    claims
}

fn sign(signer: &Signer, kid: Option<&str>, claims: &Value) -> String {
    let mut header = Header::new(signer.algorithm);
    header.kid = kid.map(ToOwned::to_owned);
    jsonwebtoken::encode(&header, claims, &signer.key).expect("a token")
}

fn code(company: &Company, token: &str) -> Result<&'static str, Code> {
    let verdict = authenticate_customer(company, &KeyRing::default(), token, NOW);
    // Whoever tries a token is told what the door would do.
    let tried: Vec<bool> = company
        .authentication
        .keys()
        .filter_map(|id| super::super::trial::of(company, &KeyRing::default(), id, token, NOW))
        .inspect(|trial| assert_eq!(trial.ok, trial.checks.iter().all(|check| check.ok)))
        .map(|trial| trial.ok)
        .collect();
    assert_eq!(tried.contains(&true), verdict.is_ok(), "{token}");
    verdict.map(|_| "accepted").map_err(|n| n.reject.code)
}

#[test]
fn each_algorithm_is_accepted_with_its_own_key() {
    let signers = [
        rsa(),
        rsa_with(Algorithm::RS384, "RS384"),
        rsa_with(Algorithm::RS512, "RS512"),
        rsa_with(Algorithm::PS256, "PS256"),
        ec(),
        ec_with(&ECDSA_P384_SHA384_FIXED_SIGNING, Algorithm::ES384, "ES384"),
        ed(),
    ];
    assert_eq!(signers.each_ref().map(|s| s.name), ALGORITHMS);
    for signer in &signers {
        let token = sign(signer, None, &claims());
        let ring = KeyRing::default();
        let proof = authenticate_customer(&company(signer, None), &ring, &token, NOW)
            .unwrap_or_else(|n| panic!("{}: {:?}", signer.name, n.reject.code));
        assert_eq!(proof.customer.as_str(), "carla");
        assert_eq!(proof.expires, Timestamp((NOW_S + 600) * 1_000) + LEEWAY);
        for other in &signers {
            let accepted = code(&company(other, None), &token).is_ok();
            assert_eq!(
                accepted,
                signer.name == other.name,
                "{} by {}",
                signer.name,
                other.name
            );
        }
    }
}

#[test]
fn claims_are_judged_one_by_one() {
    const OK: Result<&str, Code> = Ok("accepted");
    const BAD: Result<&str, Code> = Err(Code::TokenInvalid);
    const OLD: Result<&str, Code> = Err(Code::TokenExpired);
    let signer = ed();
    let company = company(&signer, None);
    let cases = [
        ("as it should be", claims(), OK),
        (
            "expired within the leeway",
            with("exp", json!(NOW_S - 59)),
            OK,
        ),
        ("expired", with("exp", json!(NOW_S - 60)), OLD),
        (
            "expired with a fraction",
            with("exp", json!(1_600_000_000.5)),
            OLD,
        ),
        (
            "exp as a string",
            with("exp", json!((NOW_S + 600).to_string())),
            BAD,
        ),
        ("exp negative", with("exp", json!(-1)), BAD),
        ("exp beyond all time", with("exp", json!(1e300)), BAD),
        ("exp null", with("exp", Value::Null), BAD),
        ("no exp", without("exp"), BAD),
        ("no iat", without("iat"), BAD),
        ("iat as a string", with("iat", json!("0")), BAD),
        (
            "issued within the leeway",
            with("iat", json!(NOW_S + 59)),
            OK,
        ),
        ("issued in the future", with("iat", json!(NOW_S + 61)), BAD),
        ("not yet valid", with("nbf", json!(NOW_S + 61)), BAD),
        ("nbf as a string", with("nbf", json!("0")), BAD),
        ("valid since now", with("nbf", json!(NOW_S)), OK),
        ("wrong issuer", with("iss", json!("else")), BAD),
        ("no issuer", without("iss"), BAD),
        ("wrong audience", with("aud", json!("else")), BAD),
        ("no audience", without("aud"), BAD),
        (
            "one of many audiences",
            with("aud", json!(["else", "linger"])),
            OK,
        ),
        ("none of many audiences", with("aud", json!(["else"])), BAD),
        ("no sub", without("sub"), BAD),
        ("empty sub", with("sub", json!("")), BAD),
        ("sub of a device", with("sub", json!("device:00")), BAD),
        ("sub as a number", with("sub", json!(7)), BAD),
        (
            "claims of the signer's own",
            with("plan", json!({"gold": true})),
            OK,
        ),
        (
            "expired and for somebody else",
            {
                let mut c = with("exp", json!(1));
                c["aud"] = json!("else");
                c
            },
            BAD,
        ),
    ];
    for (name, claims, expected) in cases {
        assert_eq!(
            code(&company, &sign(&signer, None, &claims)),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_token_never_chooses_its_algorithm_or_brings_its_key() {
    let (signer, other) = (rsa(), rsa());
    let company = company(&signer, None);
    let good = sign(&signer, None, &claims());
    let body = BASE64_URL_SAFE_NO_PAD.encode(claims().to_string());
    let raw = |header: Value, signature: &str| {
        format!(
            "{}.{body}.{signature}",
            BASE64_URL_SAFE_NO_PAD.encode(header.to_string())
        )
    };
    let signature = good.rsplit('.').next().expect("three parts");
    let confused = {
        let public = EncodingKey::from_secret(signer.public_pem.as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &public).expect("a token")
    };
    let foreign_alg = {
        let ed = ed();
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &ed.key).expect("a token")
    };
    let cases = [
        ("alg none", raw(json!({"alg": "none"}), "")),
        ("alg None", raw(json!({"alg": "None"}), "")),
        ("alg missing", raw(json!({"typ": "JWT"}), signature)),
        ("HS256 with the public key", confused),
        ("another algorithm", foreign_alg),
        ("another key", sign(&other, None, &claims())),
        (
            "another header over the signature",
            raw(json!({"alg": "RS512"}), signature),
        ),
        (
            "something that must be understood",
            resigned(
                &signer,
                r#"{"alg":"RS256","crit":["exp"],"exp":1}"#,
                &claims().to_string(),
            ),
        ),
        (
            "two algorithms",
            resigned(
                &signer,
                r#"{"alg":"RS256","alg":"none"}"#,
                &claims().to_string(),
            ),
        ),
        (
            "a kid that is no text",
            resigned(&signer, r#"{"alg":"RS256","kid":7}"#, &claims().to_string()),
        ),
        ("two subjects", {
            let twice = claims().to_string().replacen('{', r#"{"sub":"admin","#, 1);
            resigned(&signer, r#"{"alg":"RS256"}"#, &twice)
        }),
        ("signature of other claims", {
            let changed = sign(&signer, None, &with("sub", json!("mallory")));
            let (head, _) = changed.rsplit_once('.').expect("three parts");
            format!("{head}.{signature}")
        }),
        ("its own key by jwk", {
            let mut header = Header::new(Algorithm::RS256);
            header.jku = Some("https://evil.example/keys".to_owned());
            jsonwebtoken::encode(&header, &claims(), &other.key).expect("a token")
        }),
        (
            "huge",
            sign(
                &signer,
                None,
                &with("pad", json!("x".repeat(TOKEN_BYTES_MAX))),
            ),
        ),
        ("no token", String::new()),
        ("two parts", "a.b".to_owned()),
        ("not base64", "ä.ö.ü".to_owned()),
    ];
    assert_eq!(code(&company, &good), Ok("accepted"));
    for (name, token) in cases {
        assert_eq!(code(&company, &token), Err(Code::TokenInvalid), "{name}");
    }
}

/// Whatever header and claims, with the right key's signature.
fn resigned(signer: &Signer, header: &str, claims: &str) -> String {
    let encode = |part: &str| BASE64_URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &signer.key, signer.algorithm);
    format!("{signed}.{}", signature.expect("signed"))
}

#[test]
fn where_a_header_says_its_keys_are_nobody_looks() {
    let signer = rsa();
    let company = company(&signer, None);
    for header in [
        r#"{"alg":"RS256","jku":"https://evil.example/keys"}"#,
        r#"{"alg":"RS256","x5u":"https://evil.example/cert"}"#,
        r#"{"alg":"RS256","jwk":{"kty":"oct","k":"AAAA"}}"#,
    ] {
        let good = resigned(&signer, header, &claims().to_string());
        assert_eq!(code(&company, &good), Ok("accepted"), "{header}");
        let bad = resigned(&rsa(), header, &claims().to_string());
        assert_eq!(code(&company, &bad), Err(Code::TokenInvalid), "{header}");
    }
}

#[test]
fn claims_that_the_setting_names_are_passed_on_and_no_others() {
    let signer = ed();
    let mut company = company(&signer, None);
    for setting in company.authentication.values_mut() {
        let names = ["tier", "age", "vip", "address", "long", "missing"];
        setting.context_claims = names.map(ToOwned::to_owned).into();
    }
    let mut said = claims();
    said["tier"] = json!("gold");
    said["age"] = json!(42);
    said["vip"] = json!(true);
    said["address"] = json!({"city": "Lugo"});
    said["long"] = json!("x".repeat(limits::CONTEXT_VALUE_CHARS_MAX + 1));
    said["secret"] = json!("for nobody");
    let ring = KeyRing::default();
    let proof =
        authenticate_customer(&company, &ring, &sign(&signer, None, &said), NOW).expect("accepted");
    let expected = [("age", "42"), ("tier", "gold"), ("vip", "true")];
    let expected = expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert_eq!(proof.claims, expected);
}

#[test]
fn each_setting_has_its_own_leeway() {
    let signer = ed();
    let mut company = company(&signer, None);
    let expired = sign(&signer, None, &with("exp", json!(NOW_S - 30)));
    assert_eq!(code(&company, &expired), Ok("accepted"));
    for setting in company.authentication.values_mut() {
        setting.leeway = Millis(0);
    }
    assert_eq!(code(&company, &expired), Err(Code::TokenExpired));
}

#[test]
fn a_kid_chooses_among_the_configured_keys_and_nothing_else() {
    let signer = ed();
    let token = |kid| sign(&signer, kid, &claims());
    let hostile = Some("../../etc/passwd");
    let cases = [
        (Some("a"), Some("a"), Ok("accepted")),
        (Some("a"), Some("b"), Err(Code::TokenInvalid)),
        (Some("a"), None, Err(Code::TokenInvalid)),
        (Some("a"), hostile, Err(Code::TokenInvalid)),
        (None, None, Ok("accepted")),
        (None, Some("any"), Ok("accepted")),
    ];
    for (configured, named, expected) in cases {
        assert_eq!(
            code(&company(&signer, configured), &token(named)),
            expected,
            "{configured:?} {named:?}"
        );
    }
    assert_eq!(
        code(&Company::default(), &token(None)),
        Err(Code::TokenInvalid),
        "no key configured"
    );
}
