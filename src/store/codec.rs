//! How a value becomes bytes on disk, and back. The only file that knows bincode.
//!
//! Every value that the store keeps stands in an envelope:
//!
//! ```text
//! [format u8][kind u8][length u32 LE][crc32c u32 LE][body: length bytes]
//! ```
//!
//! The checksum covers format, kind, length and body, so that every flipped bit and every
//! truncation is refused and no damaged text is ever served. The body is bincode 2 with the
//! standard configuration (little-endian, variable-length integers) and a size limit. That is
//! frozen: a change of the body's meaning is a new [`FORMAT`], never a new configuration.
//!
//! bincode is positional: variants and fields are appended, never reordered or removed.
//! Appending a field to a stored struct changes how old records read, so it needs a new
//! format number and the old shape kept beside the new one. `tests/store/golden.rs` holds
//! the bytes of every variant and fails when one changes.

use bincode::config::{self, Config};
use bincode::enc::write::Writer;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::affair::Affair;
use crate::domain::audit::AuditRecord;
use crate::domain::commit::{AgentRow, KeptKeys};
use crate::domain::company::Company;
use crate::domain::conversation::Conversation;
use crate::domain::device::Device;
use crate::domain::directory::Entry;
use crate::domain::erasure::Erasure;
use crate::domain::event::Recorded;
use crate::domain::ids::{ConversationId, Position, Seq, WorkstreamId};
use crate::domain::note::Note;
use crate::domain::staff::{Account, ApiKey, SignIn};
use crate::domain::statistics::Counts;
use crate::domain::time::Timestamp;
use crate::limits;

/// The format of bodies written by this program.
pub const FORMAT: u8 = 1;
/// Bytes before the body.
pub const HEADER_BYTES: usize = 10;
/// Bytes of the header under the checksum: format, kind and length.
const CHECKED_HEADER_BYTES: usize = 6;

fn bincode_config() -> impl Config {
    config::standard().with_limit::<{ limits::RECORD_BYTES_MAX }>()
}

/// What a record is. Numbers are for ever: appended, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// An event of a journal.
    Recorded = 1,
    /// A snapshot of a conversation.
    Conversation = 2,
    /// The configuration.
    Company = 3,
    /// An agent's presence.
    AgentRow = 4,
    /// A row of the deduplication table.
    Dedup = 5,
    /// A journal position in the sequence index.
    Position = 6,
    /// A conversation id.
    ConversationId = 7,
    /// A workstream id.
    WorkstreamId = 8,
    /// A time.
    Timestamp = 9,
    /// Why a conversation is set aside.
    ParkedReason = 10,
    /// The format of the whole store.
    StoreFormat = 11,
    /// A private note.
    Note = 12,
    /// A row of the directory.
    DirectoryEntry = 13,
    /// Something that was done, or refused.
    AuditRecord = 14,
    /// The revision of the configuration that every timer row follows.
    SweptRevision = 15,
    /// A device.
    Device = 16,
    /// The last good keys of an authentication setting.
    KeptKeys = 17,
    /// What is kept of how an agent signs in.
    Account = 20,
    /// Somebody who is signed in.
    SignIn = 21,
    /// A key for a program.
    ApiKey = 22,
    /// The number of the last record of the audit.
    AuditedUpTo = 23,
    /// What is under way about a customer.
    Affair = 24,
    /// An erasure that is under way.
    Erasure = 25,
    /// What was counted in a quarter of an hour.
    Counts = 26,
}

/// A type that the store keeps.
pub trait Stored: Serialize + DeserializeOwned {
    /// The kind written into its envelope.
    const KIND: Kind;
    /// How its body is written.
    const BODY: Body = Body::Bincode;
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Small and fast, but positional: what changes shape needs a new [`FORMAT`].
    Bincode,
    /// For what is small, seldom written and often extended: names its fields.
    Json,
}

/// The value of a deduplication row: which message a client id became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct DedupRow {
    /// The message's number.
    pub seq: Seq,
    /// When the server took it.
    pub at: Timestamp,
}

/// Why a conversation is set aside, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct ParkedReason(pub String);

/// The format of the whole store, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct StoreFormat(pub u32);

/// The revision of the configuration that every timer row follows, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct SweptRevision(pub u64);

/// The number of the last record of the audit, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct AuditedUpTo(pub u64);

macro_rules! stored {
    ($($type:ident),+ $(,)?) => {
        $(impl Stored for $type {
            const KIND: Kind = Kind::$type;
        })+
    };
}

stored!(
    Recorded,
    Conversation,
    AgentRow,
    Position,
    ConversationId,
    WorkstreamId,
    Timestamp,
    ParkedReason,
    StoreFormat,
    Note,
    SweptRevision,
    AuditedUpTo,
    Counts,
);

impl Stored for Company {
    const KIND: Kind = Kind::Company;
    const BODY: Body = Body::Json;
}

impl Stored for AuditRecord {
    const KIND: Kind = Kind::AuditRecord;
    const BODY: Body = Body::Json;
}

impl Stored for Device {
    const KIND: Kind = Kind::Device;
    const BODY: Body = Body::Json;
}

impl Stored for Affair {
    const KIND: Kind = Kind::Affair;
    const BODY: Body = Body::Json;
}

impl Stored for Erasure {
    const KIND: Kind = Kind::Erasure;
    const BODY: Body = Body::Json;
}

impl Stored for KeptKeys {
    const KIND: Kind = Kind::KeptKeys;
    const BODY: Body = Body::Json;
}

impl Stored for Account {
    const KIND: Kind = Kind::Account;
    const BODY: Body = Body::Json;
}

impl Stored for SignIn {
    const KIND: Kind = Kind::SignIn;
    const BODY: Body = Body::Json;
}

impl Stored for ApiKey {
    const KIND: Kind = Kind::ApiKey;
    const BODY: Body = Body::Json;
}

impl Stored for DedupRow {
    const KIND: Kind = Kind::Dedup;
}

impl Stored for Entry {
    const KIND: Kind = Kind::DirectoryEntry;
}

/// Why a value cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// It is larger than a record may be.
    #[error("a {kind:?} record of {bytes} bytes; at most {max} are allowed", max = limits::RECORD_BYTES_MAX)]
    TooLarge {
        /// What it is.
        kind: Kind,
        /// How large it is.
        bytes: usize,
    },
    /// Its serializer refused.
    #[error("a {kind:?} record does not serialise: {why}")]
    Refused {
        /// What it is.
        kind: Kind,
        /// The serializer's words.
        why: String,
    },
}

/// Why bytes are not the value they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not what was written.
    #[error("damaged: {why}")]
    Damaged {
        /// What is wrong.
        why: &'static str,
    },
    /// The bytes are whole, and were written by a newer linger.
    #[error("record format {found}, this linger knows up to {known}")]
    NewerFormat {
        /// The record's format.
        found: u8,
        /// The newest known.
        known: u8,
    },
}

/// Appends to a byte vector, for bincode.
struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), bincode::error::EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

fn checksum(header: &[u8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(header), body)
}

/// Replaces what is in `out` by the record of a value. The buffer is meant to be reused.
///
/// # Errors
/// [`EncodeError`]; `out` then holds nothing of use.
pub fn encode_into<T: Stored>(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.clear();
    out.extend_from_slice(&[0; HEADER_BYTES]);
    let written = match T::BODY {
        Body::Bincode => bincode::serde::encode_into_writer(value, Appender(out), bincode_config())
            .map(|_| ())
            .map_err(|e| e.to_string()),
        Body::Json => serde_json::to_writer(&mut *out, value).map_err(|e| e.to_string()),
    };
    written.map_err(|why| EncodeError::Refused { kind: T::KIND, why })?;
    let too_large = EncodeError::TooLarge {
        kind: T::KIND,
        bytes: out.len(),
    };
    if out.len() > limits::RECORD_BYTES_MAX {
        return Err(too_large);
    }
    seal(T::KIND, out)
}

fn seal(kind: Kind, out: &mut [u8]) -> Result<(), EncodeError> {
    let bytes = out.len();
    let length =
        u32::try_from(bytes - HEADER_BYTES).map_err(|_| EncodeError::TooLarge { kind, bytes })?;
    out[0] = FORMAT;
    out[1] = kind as u8;
    out[2..6].copy_from_slice(&length.to_le_bytes());
    let (header, body) = out.split_at_mut(HEADER_BYTES);
    let crc = checksum(&header[..CHECKED_HEADER_BYTES], body);
    header[CHECKED_HEADER_BYTES..].copy_from_slice(&crc.to_le_bytes());
    Ok(())
}

/// The record of a value in a new vector.
///
/// # Errors
/// [`EncodeError`].
pub fn encode<T: Stored>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    encode_into(value, &mut out)?;
    Ok(out)
}

/// The value of a record.
///
/// # Errors
/// [`DecodeError`]; never panics, whatever the bytes.
pub fn decode<T: Stored>(record: &[u8]) -> Result<T, DecodeError> {
    let damaged = |why| DecodeError::Damaged { why };
    let Some((header, body)) = record.split_first_chunk::<HEADER_BYTES>() else {
        return Err(damaged("shorter than an envelope"));
    };
    let [format, kind, l0, l1, l2, l3, c0, c1, c2, c3] = *header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    if record.len() > limits::RECORD_BYTES_MAX || length != body.len() {
        return Err(damaged("the length is not that of the envelope"));
    }
    if checksum(&header[..CHECKED_HEADER_BYTES], body) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(damaged("the checksum does not match"));
    }
    if format > FORMAT {
        return Err(DecodeError::NewerFormat {
            found: format,
            known: FORMAT,
        });
    }
    if format != FORMAT {
        return Err(damaged("there is no such format"));
    }
    if kind != T::KIND as u8 {
        return Err(damaged("another kind of record"));
    }
    let unreadable = || damaged("the body does not read as this kind of record");
    match T::BODY {
        Body::Json => serde_json::from_slice(body).map_err(|_| unreadable()),
        Body::Bincode => {
            let (value, read) = bincode::serde::decode_from_slice::<T, _>(body, bincode_config())
                .map_err(|_| unreadable())?;
            if read != body.len() {
                return Err(damaged("bytes left over after the body"));
            }
            Ok(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use std::sync::Arc;

    use rand::{RngCore, SeedableRng};

    use super::*;
    use crate::domain::event::Event;
    use crate::domain::ids::{AgentId, ClientId};
    use crate::domain::message::{Author, Message};

    fn posted() -> Recorded {
        Recorded {
            at: Timestamp(1_700_000_000_123),
            event: Event::Posted(Arc::new(Message {
                seq: Seq(42),
                at: Timestamp(1_700_000_000_123),
                author: Author::Agent(AgentId::parse("anna").expect("a valid id")),
                client_id: Some(ClientId::parse("c-1").expect("a valid id")),
                text: "Hola, ¿en qué puedo ayudar?".into(),
            })),
        }
    }

    /// An envelope around any body, as if somebody had written it.
    fn sealed(kind: Kind, format: u8, body: &[u8]) -> Vec<u8> {
        let mut record = vec![0; HEADER_BYTES];
        record.extend_from_slice(body);
        seal(kind, &mut record).expect("a small body fits");
        record[0] = format;
        let crc = checksum(&record[..CHECKED_HEADER_BYTES], body);
        record[CHECKED_HEADER_BYTES..HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
        record
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_refused() {
        let record = encode(&posted()).expect("a message encodes");
        assert_eq!(decode::<Recorded>(&record), Ok(posted()));
        for length in 0..record.len() {
            assert!(
                decode::<Recorded>(&record[..length]).is_err(),
                "truncated to {length}"
            );
        }
        for bit in 0..record.len() * 8 {
            let mut flipped = record.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let refused = matches!(
                decode::<Recorded>(&flipped),
                Err(DecodeError::Damaged { .. })
            );
            assert!(refused, "bit {bit} flipped");
        }
        let mut longer = record;
        longer.push(0);
        assert!(decode::<Recorded>(&longer).is_err(), "one byte too many");
    }

    #[test]
    fn a_newer_format_is_named_and_not_called_damage() {
        let newer = sealed(Kind::Recorded, FORMAT + 1, b"whatever it will be");
        let expected = DecodeError::NewerFormat {
            found: FORMAT + 1,
            known: FORMAT,
        };
        assert_eq!(decode::<Recorded>(&newer), Err(expected));
    }

    #[test]
    fn a_record_of_another_kind_is_refused() {
        let row = encode(&Timestamp(7)).expect("a time encodes");
        assert!(decode::<Position>(&row).is_err());
    }

    #[test]
    fn bytes_after_the_body_are_refused() {
        assert_eq!(
            decode::<Position>(&sealed(Kind::Position, FORMAT, &[5])),
            Ok(Position(5))
        );
        assert!(decode::<Position>(&sealed(Kind::Position, FORMAT, &[5, 5])).is_err());
    }

    #[test]
    fn a_record_larger_than_allowed_is_not_written() {
        let reason = ParkedReason("x".repeat(limits::RECORD_BYTES_MAX));
        assert!(matches!(encode(&reason), Err(EncodeError::TooLarge { .. })));
    }

    #[test]
    fn random_bytes_never_panic_the_decoder() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut body = [0_u8; 96];
        for round in 0..20_000_usize {
            rng.fill_bytes(&mut body);
            // Small numbers reach deeper into the enums than uniformly random ones.
            for byte in body.iter_mut().step_by(1 + round % 3) {
                *byte %= 24;
            }
            let body = &body[..round % 97 % 96];
            assert!(decode::<Recorded>(body).is_err(), "no envelope");
            // With a valid envelope the body reaches serde; it may even read.
            let _ = decode::<Recorded>(&sealed(Kind::Recorded, FORMAT, body));
            let _ = decode::<Conversation>(&sealed(Kind::Conversation, FORMAT, body));
            let _ = decode::<Company>(&sealed(Kind::Company, FORMAT, body));
            let _ = decode::<AgentRow>(&sealed(Kind::AgentRow, FORMAT, body));
        }
    }

    #[test]
    fn a_body_that_claims_a_huge_text_is_refused_without_reserving_it() {
        // at = 0, event Posted, seq 1, at 0, customer, no client id, a text of 2^60 bytes.
        let mut body = vec![0, 1, 1, 0, 0, 0, 253];
        body.extend_from_slice(&(1_u64 << 60).to_le_bytes());
        assert!(decode::<Recorded>(&sealed(Kind::Recorded, FORMAT, &body)).is_err());
    }
}
