//! What must hold for every input, however hostile. Each function is a fuzz target
//! (`targets/`), and the kept corpus (`seeds/`) is played through all of them by an
//! ordinary test (`tests/corpus.rs`). None of them may panic.

use std::sync::OnceLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use linger::config::{CompanyFile, parse_json};
use linger::domain::audit::AuditRecord;
use linger::domain::commit::{AgentRow, KeptKeys};
use linger::domain::company::{Company, CustomerKey};
use linger::domain::conversation::Conversation;
use linger::domain::device::Device;
use linger::domain::directory::Entry;
use linger::domain::event::Recorded;
use linger::domain::ids::AuthenticationId;
use linger::domain::note::Note;
use linger::domain::staff::{Account, ApiKey, SignIn};
use linger::domain::time::Timestamp;
use linger::limits;
use linger::store::codec::{self, DedupRow, FORMAT, HEADER_BYTES, Stored};
use linger::web::guard::{FrameGuard, Violation};
use linger::web::keyring::KeyRing;
use linger::web::tokens::authenticate_customer;
use linger::wire::client;
use serde_json::Value;

/// What is done with an input; it panics if something does not hold.
pub(crate) type Check = fn(&[u8]);

/// Every check by the name of its seeds.
pub(crate) const ALL: &[(&str, Check)] = &[
    ("frames", frames),
    ("json", json),
    ("tokens", tokens),
    ("records", records),
    ("guard", guard),
];

/// A frame of a client is read or refused, and reads the same however its JSON is written.
pub(crate) fn frames(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match client::read(text) {
        Ok(incoming) => {
            let value: Value = serde_json::from_str(text).expect("what was read is JSON");
            let again = client::read(&value.to_string());
            assert_eq!(Ok(incoming), again, "the same in other words");
        }
        Err(misread) => {
            let named = [&misread.reference, &misread.client_id];
            let longest = named.into_iter().flatten().map(String::len).max();
            assert!(longest.unwrap_or(0) <= limits::CLIENT_ID_BYTES_MAX);
            assert!(misread.reject.sentence.len() < 1_000, "refusals are short");
        }
    }
}

/// The last digit of a fraction may change when it is read (serde_json takes the fast way);
/// linger keeps none.
fn without_fractions(value: Value) -> Value {
    match value {
        Value::Number(n) if n.is_f64() => Value::Null,
        Value::Array(items) => items.into_iter().map(without_fractions).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields.map(|(k, v)| (k, without_fractions(v))).collect()
        }
        other => other,
    }
}

/// A body or a company file is read or refused; what was read can be written and read again.
pub(crate) fn json(data: &[u8]) {
    if let Ok(value) = parse_json(data) {
        let again = parse_json(value.to_string().as_bytes()).expect("written by us");
        assert_eq!(without_fractions(value), without_fractions(again));
    }
    let files = [
        CompanyFile::parse_json(data).ok(),
        std::str::from_utf8(data)
            .ok()
            .and_then(|text| CompanyFile::parse(text).ok()),
    ];
    for file in files.into_iter().flatten() {
        let json = file.to_json();
        let again = CompanyFile::parse_json(json.to_string().as_bytes());
        assert_eq!(again.expect("written by us").to_json(), json);
        if let Ok(toml) = file.to_toml() {
            let again = CompanyFile::parse(&toml).expect("written by us");
            assert_eq!(again.to_json(), json);
        }
        if let Ok(company) = file.onto(None) {
            let text = CompanyFile::of(&company).to_json().to_string();
            let again = CompanyFile::parse_json(text.as_bytes()).expect("written by us");
            let again = again.onto(None).expect("a sound company stays sound");
            assert_eq!(CompanyFile::of(&again).to_json().to_string(), text);
        }
    }
}

/// The time at which tokens are looked at.
const NOW: Timestamp = Timestamp(1_700_000_000_000);

struct Door {
    key: Ed25519KeyPair,
    company: Company,
    ring: KeyRing,
}

fn door() -> &'static Door {
    static DOOR: OnceLock<Door> = OnceLock::new();
    DOOR.get_or_init(|| {
        // A key that everybody knows, or signed inputs would differ from run to run.
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        let mut der = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".to_vec();
        der.extend_from_slice(key.public_key().as_ref());
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            BASE64_STANDARD.encode(der)
        );
        let id = AuthenticationId::parse("shop").expect("an id");
        let mut setting = CustomerKey::with_pem("EdDSA", pem);
        setting.context_claims = ["plan".to_owned(), "age".to_owned()].into();
        let mut company = Company {
            revision: 1,
            ..Company::default()
        };
        company.authentication.insert(id, setting);
        Door {
            key,
            company,
            ring: KeyRing::default(),
        }
    })
}

fn prove(token: &str) -> bool {
    let door = door();
    match authenticate_customer(&door.company, &door.ring, token, NOW) {
        Ok(proof) => {
            assert!(proof.expires > NOW, "it is good now");
            assert!(!proof.customer.is_device(), "devices have no JWT");
            true
        }
        Err(refused) => {
            assert!(refused.ask.is_empty(), "no key is fetched here");
            false
        }
    }
}

/// Whether an input that is to be signed makes a good token.
pub(crate) fn accepts(data: &[u8]) -> bool {
    let signed = data.strip_prefix(b"S").and_then(sign);
    signed.is_some_and(|(signed, signature)| prove(&token(&signed, &signature)))
}

/// The signed part of a token and its signature, of a header and claims.
fn sign(rest: &[u8]) -> Option<(String, Vec<u8>)> {
    let end = rest.iter().position(|b| *b == b'\n')?;
    let signed = format!(
        "{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(&rest[..end]),
        BASE64_URL_SAFE_NO_PAD.encode(&rest[end + 1..])
    );
    let signature = door().key.sign(signed.as_bytes()).as_ref().to_vec();
    Some((signed, signature))
}

fn token(signed: &str, signature: &[u8]) -> String {
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn part(signed: &str, which: usize) -> Value {
    let part = signed.split('.').nth(which).expect("two parts");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).expect("encoded by us");
    serde_json::from_slice(&bytes).expect("JSON, or it would not verify")
}

/// A token is refused unless the configured key signed it with the configured algorithm. The
/// first byte chooses: the input is a whole token, or a header and claims (a line feed
/// between them) that the right key signs, so that what follows the signature is reached.
pub(crate) fn tokens(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    if *choice != b'S' {
        let Ok(token) = std::str::from_utf8(rest) else {
            return;
        };
        if prove(token) {
            let (signed, signature) = token.rsplit_once('.').expect("three parts");
            let ours = BASE64_URL_SAFE_NO_PAD.encode(door().key.sign(signed.as_bytes()));
            assert_eq!(ours, signature, "signed by the key and no other");
        }
        return;
    }
    let Some((signed, signature)) = sign(rest) else {
        return;
    };
    if prove(&token(&signed, &signature)) {
        let alg = &part(&signed, 0)["alg"];
        assert_eq!(alg, "EdDSA", "the algorithm is the setting's");
        for required in ["sub", "iat", "exp"] {
            let claims = part(&signed, 1);
            assert!(claims.get(required).is_some(), "{required} is required");
        }
        let mut other = signature;
        other[0] ^= 1;
        assert!(!prove(&token(&signed, &other)), "another signature");
        assert!(!prove(&token(&signed, b"")), "no signature");
    }
}

/// What reads as a record, written again, reads as the same. The first byte chooses the kind.
fn record<T: Stored>(data: &[u8]) {
    // As it stands on a damaged disk.
    codec::decode::<T>(data).ok();
    // As if somebody who can count had written it.
    let Ok(length) = u32::try_from(data.len()) else {
        return;
    };
    let mut sealed = vec![FORMAT, T::KIND as u8];
    sealed.extend_from_slice(&length.to_le_bytes());
    let crc = crc32c::crc32c_append(crc32c::crc32c(&sealed), data);
    sealed.extend_from_slice(&crc.to_le_bytes());
    assert_eq!(sealed.len(), HEADER_BYTES);
    sealed.extend_from_slice(data);
    let Ok(value) = codec::decode::<T>(&sealed) else {
        return;
    };
    // Only what is too large once it is written out is not written.
    let Ok(written) = codec::encode(&value) else {
        return;
    };
    let again: T = codec::decode(&written).expect("written by us");
    let again = codec::encode(&again).expect("it was written before");
    assert!(again == written, "{:?} changes when it is kept", T::KIND);
}

/// Bytes of the journal and of the other tables.
pub(crate) fn records(data: &[u8]) {
    const READERS: [fn(&[u8]); 12] = [
        record::<Recorded>,
        record::<Conversation>,
        record::<Company>,
        record::<AgentRow>,
        record::<DedupRow>,
        record::<Note>,
        record::<Entry>,
        record::<AuditRecord>,
        record::<Device>,
        record::<KeptKeys>,
        record::<Account>,
        record::<SignIn>,
    ];
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    match READERS.get(usize::from(*choice)) {
        Some(reader) => reader(rest),
        None => record::<ApiKey>(rest),
    }
}

/// Shows the guard the bytes in portions; the frames that ended, and what it did not let by.
fn show(data: &[u8], portion: usize) -> (usize, Option<Violation>) {
    let mut guard = FrameGuard::default();
    let mut frames = 0;
    for mut input in data.chunks(portion) {
        while !input.is_empty() {
            match guard.advance(input) {
                Ok(passed) => {
                    assert!(0 < passed.bytes && passed.bytes <= input.len());
                    frames += usize::from(passed.frame_complete);
                    input = &input[passed.bytes..];
                }
                Err(violation) => return (frames, Some(violation)),
            }
        }
    }
    (frames, None)
}

/// Bytes of a WebSocket are judged the same in whatever portions they come.
pub(crate) fn guard(data: &[u8]) {
    let whole = show(data, data.len().max(1));
    for portion in [1, 3, 64] {
        assert_eq!(show(data, portion), whole, "in portions of {portion}");
    }
}
