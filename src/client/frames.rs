//! The server's frames, as far as a client needs them. Fields that nobody here
//! reads are left out, and frames of an unknown type are kept as unknown.

use serde::Deserialize;
use serde_json::Value;

/// A frame from the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to hello.
    Welcome(Welcome),
    /// Yes, to a request or a message.
    Accepted(Box<Accepted>),
    /// No.
    Refused(Box<Refusal>),
    /// A message of a followed conversation.
    Message(ThreadMessage),
    /// The state of a followed conversation changed.
    Conversation {
        /// Its state now.
        conversation: View,
    },
    /// Somebody types.
    Typing {
        /// Where.
        conversation: String,
        /// `customer` or `agent`.
        side: String,
        /// Started or stopped.
        on: bool,
    },
    /// A conversation is put before this agent.
    Offer(Offer),
    /// An offer is over.
    OfferEnded {
        /// Of which conversation.
        conversation: String,
        /// This agent has it now.
        taken: bool,
    },
    /// A conversation of this agent changed, followed or not.
    Assigned {
        /// Its state now.
        conversation: View,
    },
    /// The customer of a conversation that this agent had has written.
    CustomerReturned {
        /// Which.
        conversation: String,
        /// Who.
        customer: String,
    },
    /// The own presence.
    Presence {
        /// What it is now.
        presence: String,
    },
    /// A private note of a conversation that this agent works on or reads along in.
    Note(Note),
    /// A colleague asks this agent to read along.
    Consult {
        /// Its state now.
        conversation: View,
    },
    /// This agent is consulted no longer.
    ConsultEnded {
        /// In which conversation.
        conversation: String,
    },
    /// The answer to ping.
    Pong,
    /// The server stops; reconnect.
    Goaway {
        /// The base of the wait before reconnecting.
        retry_ms: u64,
    },
    /// The token will soon not be accepted any more.
    Renew {
        /// From when on, in milliseconds since 1970.
        expires: i64,
    },
    /// A type that this client does not know.
    #[serde(other)]
    Unknown,
}

/// The answer to hello.
#[derive(Debug, Clone, Deserialize)]
pub struct Welcome {
    /// The server's number or name for this session, for its log.
    pub session: Value,
    /// The server pings this often.
    pub heartbeat_ms: u64,
    /// The base of the wait before reconnecting.
    pub retry_ms: u64,
}

/// Yes. Which fields are there depends on what was asked.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Accepted {
    /// Which request.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Which message.
    pub client_id: Option<String>,
    /// The state after it.
    pub conversation: Option<View>,
    /// A start made a new conversation.
    pub created: Option<bool>,
    /// The message's number.
    pub seq: Option<u64>,
    /// The message was there already.
    pub repeated: Option<bool>,
    /// A page of the thread.
    pub messages: Option<Vec<ThreadMessage>>,
    /// The last message of the whole thread.
    pub last_seq: Option<u64>,
    /// A list.
    pub conversations: Option<Vec<View>>,
    /// Everybody, for supervisors.
    pub floor: Option<Floor>,
    /// The events of one conversation.
    pub journal: Option<Vec<Value>>,
    /// A page of private notes.
    pub notes: Option<Vec<Note>>,
    /// Texts that agents insert by name.
    pub quick_replies: Option<Vec<QuickReply>>,
}

/// A private note. In a page of notes the conversation is known and left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// Where.
    pub conversation: Option<String>,
    /// Its number among the notes.
    pub number: u64,
    /// The server's time for it, in milliseconds.
    pub at: i64,
    /// The agent who wrote it.
    pub by: String,
    /// Only this agent sees it, beside its author.
    pub private_to: Option<String>,
    /// The text.
    pub text: String,
}

/// A text that agents insert by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct QuickReply {
    /// Its name.
    pub id: String,
    /// What it is for.
    pub title: String,
    /// Ready to be sent; only where it was asked for a conversation.
    pub text: Option<String>,
}

/// No, with a stable code.
#[derive(Debug, Clone, Deserialize)]
pub struct Refusal {
    /// Which request.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Which message.
    pub client_id: Option<String>,
    /// Which conversation.
    pub conversation: Option<String>,
    /// The stable code.
    pub code: String,
    /// One sentence that says what to do.
    pub message: String,
    /// Whether the same may succeed later.
    #[serde(default)]
    pub retry: bool,
    /// How long to wait before.
    pub retry_after_ms: Option<u64>,
    /// Who has it, with `already_taken`.
    pub taken_by: Option<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// A message of a thread. In a page of history the conversation is known and left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ThreadMessage {
    /// Whose thread.
    pub conversation: Option<String>,
    /// Its number.
    pub seq: u64,
    /// The server's time for it, in milliseconds.
    pub at: i64,
    /// Who wrote it.
    pub author: Author,
    /// The sender's name for it.
    pub client_id: Option<String>,
    /// The text.
    pub text: String,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Author {
    /// `customer`, `agent` or `system`.
    pub kind: String,
    /// The agent's id.
    pub agent: Option<String>,
    /// The agent's name for customers.
    pub name: Option<String>,
    /// The kind of system message.
    pub system: Option<String>,
}

/// A conversation as this party is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct View {
    /// Its id.
    pub id: String,
    /// A newer view has a higher one.
    pub version: u64,
    /// `open`, `active`, `waiting`, `wrap_up` or `closed`.
    pub state: String,
    /// Whose it is.
    pub customer: String,
    /// Who has it.
    pub agent: Option<String>,
    /// The agent has accepted.
    #[serde(default)]
    pub accepted: bool,
    /// The last message.
    pub last_seq: u64,
}

/// A conversation is put before an agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Offer {
    /// Which.
    pub conversation: View,
    /// When it times out, in milliseconds since 1970.
    pub deadline: i64,
    /// It comes back to this agent.
    pub returning: bool,
    /// A colleague hands it over.
    pub transfer: bool,
}

/// Everybody, for supervisors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Floor {
    /// Every agent.
    pub agents: Vec<AgentLoad>,
}

/// One agent's load.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AgentLoad {
    /// Who.
    pub id: String,
    /// Units configured.
    pub capacity: u32,
    /// Units reserved.
    pub load: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ServerFrame {
        serde_json::from_str(text).expect("a frame of the protocol")
    }

    #[test]
    fn frames_of_the_protocol_are_read() {
        let message = read(
            r#"{"type":"message","conversation":"c","seq":3,"at":1700000000000,
                "author":{"kind":"agent","agent":"anna","name":"Anna"},"client_id":"m-1","text":"hello"}"#,
        );
        let ServerFrame::Message(m) = message else {
            panic!("{message:?}")
        };
        assert_eq!(
            (m.seq, m.author.kind.as_str(), m.text.as_str()),
            (3, "agent", "hello")
        );

        let refused = read(
            r#"{"type":"refused","client_id":"m-1","code":"rate_limited","message":"Slow down.","retry":true,
                "retry_after_ms":1200,"help":"/errors/rate_limited"}"#,
        );
        let ServerFrame::Refused(r) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(
            (r.retry, r.retry_after_ms, r.client_id.as_deref()),
            (true, Some(1200), Some("m-1"))
        );

        let accepted = read(
            r#"{"type":"accepted","ref":"7","floor":{"agents":[{"id":"a","capacity":2,"load":1}]}}"#,
        );
        let ServerFrame::Accepted(a) = accepted else {
            panic!("{accepted:?}")
        };
        assert_eq!(a.floor.map(|f| f.agents[0].load), Some(1));
    }

    #[test]
    fn a_frame_of_an_unknown_type_is_kept_as_unknown() {
        assert!(matches!(
            read(r#"{"type":"invented_later","x":1}"#),
            ServerFrame::Unknown
        ));
        assert!(matches!(
            read(r#"{"type":"pong","ref":"1"}"#),
            ServerFrame::Pong
        ));
    }
}
