//! Tests of `client.rs`.

use super::*;

const C: &str = "018bcfe5-687b-7fff-bfff-ffffffffffff";

fn refused(text: &str) -> Option<(Code, Option<String>)> {
    read(text)
        .err()
        .map(|m| (m.reject.code, m.reference.or(m.client_id)))
}

#[test]
fn bad_frames_are_refused_with_a_code_and_whatever_names_them() {
    let long = format!(
        r#"{{"type":"send","conversation":"{C}","client_id":"m","text":"{}"}}"#,
        "x".repeat(8_001)
    );
    let wide = format!(r#"{{"type":"me","ref":"{}"}}"#, "r".repeat(65));
    let deep = format!(
        r#"{{"type":"me","ref":{}1{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let cases: &[(&str, Code, Option<&str>)] = &[
        ("", Code::InvalidRequest, None),
        ("[]", Code::InvalidRequest, None),
        ("null", Code::InvalidRequest, None),
        (r#"{"ref":"r"}"#, Code::InvalidRequest, Some("r")),
        (r#"{"type":7,"ref":"r"}"#, Code::InvalidRequest, Some("r")),
        (
            r#"{"type":"dance","ref":"r"}"#,
            Code::UnknownFrame,
            Some("r"),
        ),
        (
            r#"{"type":"me","ref":"r","more":1}"#,
            Code::InvalidRequest,
            Some("r"),
        ),
        (r#"{"type":"me"}"#, Code::InvalidRequest, None),
        (
            r#"{"type":"view","ref":"r","conversation":"x"}"#,
            Code::InvalidRequest,
            Some("r"),
        ),
        (
            r#"{"type":"presence","ref":"r","presence":"asleep"}"#,
            Code::InvalidRequest,
            Some("r"),
        ),
        (
            r#"{"type":"transfer","ref":"r","conversation":"018bcfe5-687b-7fff-bfff-ffffffffffff"}"#,
            Code::InvalidRequest,
            Some("r"),
        ),
        (
            r#"{"type":"hello","token":"t","credit":0}"#,
            Code::InvalidRequest,
            None,
        ),
        (
            r#"{"type":"hello","token":"t","cursors":{"x":1}}"#,
            Code::InvalidRequest,
            None,
        ),
        (
            r#"{"type":"send","conversation":"x","client_id":"m","text":"hi"}"#,
            Code::InvalidRequest,
            Some("m"),
        ),
        (
            r#"{"type":"send","client_id":"m","text":"hi"}"#,
            Code::InvalidRequest,
            Some("m"),
        ),
        (
            r#"{"type":"send","client_id":"m","text":"hi","ref":"r"}"#,
            Code::InvalidRequest,
            Some("r"),
        ),
        (&long, Code::TooLong, Some("m")),
        (&wide, Code::TooLong, None),
        (&deep, Code::InvalidRequest, None),
    ];
    for (text, code, name) in cases {
        assert_eq!(
            refused(text),
            Some((*code, name.map(ToOwned::to_owned))),
            "{}",
            &text[..text.len().min(90)]
        );
    }
}

#[test]
fn a_refusal_never_quotes_what_was_written() {
    for text in [
        r#"{"type":"send","conversation":"secret","client_id":"m","text":7}"#,
        r#"{"type":"credit","conversation":"018bcfe5-687b-7fff-bfff-ffffffffffff","n":"secret"}"#,
        r#"{"type":"secret"}"#,
        r#"secret"#,
    ] {
        let said = read(text).expect_err("each is bad").reject.sentence;
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn a_missing_field_is_named() {
    let said = read(r#"{"type":"me"}"#)
        .expect_err("ref is missing")
        .reject
        .sentence;
    assert!(said.contains("missing field `ref`"), "{said}");
}

#[test]
fn a_token_is_never_printed() {
    let hello = read(r#"{"type":"hello","token":"secret"}"#).expect("a hello");
    assert!(!format!("{hello:?}").contains("secret"));
}

#[test]
fn send_is_understood_with_its_fields_in_any_order() {
    let orders = [
        format!(r#"{{"type":"send","conversation":"{C}","client_id":"m","text":"a\"b"}}"#),
        format!(r#"{{"text":"a\"b","client_id":"m","conversation":"{C}","type":"send"}}"#),
        format!(
            r#" {{ "type" : "send", "client_id":"m","text":"a\u0022b","conversation":"{C}" }}"#
        ),
    ];
    let all: Vec<_> = orders.iter().map(|t| read(t).expect("a send")).collect();
    assert!(all.windows(2).all(|w| w[0] == w[1]));
    let Incoming::Ask {
        request: Request::In(_, Ask::Post { text, .. }),
        ..
    } = &all[0]
    else {
        panic!("not a post: {:?}", all[0]);
    };
    assert_eq!(&**text, "a\"b");
}
