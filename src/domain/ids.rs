//! Identifiers. They arrive as data: nothing in `domain` makes one up.
//!
//! Text ids are chosen by people (`anna`, `support`) or by the customer's own
//! system (a token's `sub`); conversation ids are UUIDs made by the server.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::limits;

/// Why a text was refused as an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidId {
    /// Which kind of id was being read, for the sentence shown to the caller.
    pub kind: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid {} id: {}", self.kind, self.why)
    }
}

impl std::error::Error for InvalidId {}

fn check_text(kind: &'static str, text: &str) -> Result<(), InvalidId> {
    let why = if text.is_empty() {
        "it is empty"
    } else if text.len() > limits::ID_BYTES_MAX {
        "it is longer than 200 bytes"
    } else if has_control(text) {
        "it contains a control character"
    } else {
        return Ok(());
    };
    Err(InvalidId { kind, why })
}

fn has_control(text: &str) -> bool {
    // Without an early end, so that the compiler looks at many bytes at once.
    let (plain, ascii) = text.bytes().fold((true, true), |(plain, ascii), b| {
        (plain & (b >= 0x20) & (b != 0x7f), ascii & b.is_ascii())
    });
    !plain || (!ascii && text.chars().any(char::is_control))
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads an id, refusing what is empty, too long or holds control characters.
            ///
            /// # Errors
            /// [`InvalidId`] with the reason.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                check_text($kind, text)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($kind, "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    };
}

text_id!(
    /// Whoever writes through the widget or the customer API: a token's `sub`.
    CustomerId,
    "customer"
);
/// Ids of devices begin with this; no token may have such a subject.
pub(super) const DEVICE_PREFIX: &str = "device:";
/// What stands for customers who were erased begins with this; no token may claim it.
pub const ERASED_PREFIX: &str = "erased-";

impl CustomerId {
    /// Whether this is a device that the server has named, and not somebody by a token.
    #[must_use]
    pub fn is_device(&self) -> bool {
        self.as_str().starts_with(DEVICE_PREFIX)
    }

    /// Whether this is what stands for somebody who was erased.
    #[must_use]
    pub fn is_pseudonym(&self) -> bool {
        self.as_str().starts_with(ERASED_PREFIX)
    }
}

text_id!(
    /// A person of the company who talks with customers.
    AgentId,
    "agent"
);
text_id!(
    /// How conversations of one kind are handled.
    WorkstreamId,
    "workstream"
);
text_id!(
    /// Where unassigned conversations wait.
    QueueId,
    "queue"
);
text_id!(
    /// A named set of operating hours.
    CalendarId,
    "calendar"
);
text_id!(
    /// A place where customers start.
    WidgetId,
    "widget"
);
text_id!(
    /// A way in which customers prove who they are.
    AuthenticationId,
    "authentication"
);
text_id!(
    /// A sentence that agents say often: what they type to insert it.
    QuickReplyId,
    "quick reply"
);
text_id!(
    /// A message's (or a start's) name, made by its sender; the same id again is the same message.
    ClientId,
    "client"
);

/// One conversation: a UUID, shown in the usual hyphenated form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationId(pub u128);

impl ConversationId {
    /// The id as its sixteen big-endian bytes, the form used in storage keys.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id from its sixteen big-endian bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// A version-7 UUID from a time, a count of 12 bits within it and 62 bits of randomness
    /// (RFC 9562, sections 5.7 and 6.2, method 1), so that ids sort by age and neighbours
    /// in storage are neighbours in time.
    #[must_use]
    pub const fn from_parts(unix_ms: u64, count: u16, random: u64) -> Self {
        let time = (unix_ms as u128 & 0xffff_ffff_ffff) << 80;
        let rand_a = (count as u128 & 0x0fff) << 64;
        let rand_b = random as u128 & 0x3fff_ffff_ffff_ffff;
        Self(time | (0x7 << 76) | rand_a | (0b10 << 62) | rand_b)
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Uuid::encode_buffer();
        f.write_str(Uuid::from_u128(self.0).hyphenated().encode_lower(&mut text))
    }
}

impl fmt::Debug for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conversation({self})")
    }
}

impl FromStr for ConversationId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        // The crate knows other ways to write a UUID; this is the only one of this length.
        (text.len() == uuid::fmt::Hyphenated::LENGTH)
            .then(|| Uuid::try_parse(text).ok())
            .flatten()
            .map(|id| Self(id.as_u128()))
            .ok_or(InvalidId {
                kind: "conversation",
                why: "it is not a UUID",
            })
    }
}

// Text for people (JSON, TOML), sixteen bytes' worth of integer for storage.
impl Serialize for ConversationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u128(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for ConversationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?
                .parse()
                .map_err(de::Error::custom)
        } else {
            u128::deserialize(deserializer).map(Self)
        }
    }
}

/// A message's number in its conversation: 1, 2, 3 … without a gap. 0 means "none yet".
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An event's number in its conversation's journal: 1, 2, 3 … without a gap.
/// It doubles as the version of the conversation's state.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// The number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_id_reads_back_what_it_shows() {
        let id = ConversationId::from_parts(1_700_000_000_123, u16::MAX, u64::MAX);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(&id.to_string()[14..15], "7");
    }

    #[test]
    fn text_that_is_no_uuid_is_refused() {
        for bad in [
            "",
            "x",
            "00000000-0000-0000-0000-00000000000g",
            "é0000000-0000-0000-0000-0000000000",
        ] {
            assert!(bad.parse::<ConversationId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_with_control_characters_or_without_content_are_refused() {
        assert!(AgentId::parse("").is_err());
        assert!(AgentId::parse("a\nb").is_err());
        assert!(AgentId::parse(&"x".repeat(201)).is_err());
        assert_eq!(
            AgentId::parse("anna").map(|a| a.to_string()),
            Ok("anna".to_owned())
        );
    }
}
