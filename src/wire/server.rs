//! Frames to clients, all but the hot ones.

use std::sync::Arc;

use bytestring::ByteString;
use serde::Serialize;

use crate::domain::company::{Company, Presence};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::message::{Message, Side};
use crate::domain::note::Note;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;
use crate::engine::outbound::{OfferNotice, SessionId};
use crate::engine::request::{Principal, Reply};
use crate::engine::view::ConversationView;
use crate::limits;

use super::body::{
    AgentBody, FloorBody, MarksBody, MessageBody, NoteBody, PrincipalBody, RefusalBody, ViewBody,
    Viewer,
};
use super::client::Tag;
use super::explain::PlaceBody;
use super::hot;
use super::journal::JournalEntry;
use super::listing::{self, ItemBody};
use super::names::{PresenceName, SideName};
use super::quick_replies::QuickReplyBody;
use super::watch::WatchBody;

/// Every frame type the server sends, as in `docs/protocol.md`.
pub const TYPES: &[&str] = &[
    "welcome",
    "accepted",
    "refused",
    "message",
    "conversation",
    "typing",
    "offer",
    "offer_ended",
    "assigned",
    "customer_returned",
    "presence",
    "pong",
    "goaway",
    "note",
    "consult",
    "consult_ended",
    "renew",
    "watch",
];

/// The base of a client's reconnect jitter: a restart is over in about this time.
const RETRY_MS: u64 = 1_000;

/// The answer to one request. The fields depend on what was asked; a field that does
/// not belong to the answer is left out.
#[derive(Debug, Default, Serialize)]
struct Accepted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    r#ref: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<ViewBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<MessageBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversations: Option<Vec<ItemBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<FloorBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<Vec<JournalEntry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<MarksBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<NoteBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_replies: Option<Vec<QuickReplyBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    watch: Option<WatchBody>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame<'a> {
    Welcome {
        session: u64,
        principal: PrincipalBody,
        at: i64,
        heartbeat_ms: u64,
        retry_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<i64>,
    },
    Accepted(Box<Accepted<'a>>),
    Refused(Refused<'a>),
    Conversation {
        conversation: &'a ViewBody,
    },
    Typing {
        conversation: ConversationId,
        side: SideName,
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<&'a str>,
        on: bool,
    },
    Offer {
        conversation: &'a ViewBody,
        deadline: i64,
        returning: bool,
        transfer: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
    },
    OfferEnded {
        conversation: ConversationId,
        taken: bool,
    },
    Assigned {
        conversation: &'a ViewBody,
    },
    CustomerReturned {
        conversation: ConversationId,
        customer: &'a str,
    },
    Presence {
        presence: PresenceName,
    },
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<&'a str>,
    },
    Goaway {
        retry_ms: u64,
    },
    Note(NoteBody),
    Consult {
        conversation: &'a ViewBody,
    },
    ConsultEnded {
        conversation: ConversationId,
    },
    Renew {
        expires: i64,
    },
}

#[derive(Serialize)]
struct Refused<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    r#ref: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<ConversationId>,
    #[serde(flatten)]
    refusal: RefusalBody,
}

fn write(frame: &Frame<'_>) -> ByteString {
    serde_json::to_string(frame)
        .expect("frames are plain data with text keys")
        .into()
}

/// The answer to a good `hello`.
#[must_use]
pub fn welcome(
    session: SessionId,
    principal: &Principal,
    at: Timestamp,
    expires: Option<Timestamp>,
) -> ByteString {
    write(&Frame::Welcome {
        session: session.0,
        principal: principal.into(),
        at: at.0,
        heartbeat_ms: limits::HEARTBEAT_INTERVAL.0,
        retry_ms: RETRY_MS,
        expires: expires.map(|t| t.0),
    })
}

/// A yes. `conversation` is the one that was asked about, for the messages of a page.
#[must_use]
pub fn accepted(
    tag: &Tag,
    conversation: Option<ConversationId>,
    reply: &Reply,
    viewer: Viewer,
    company: &Company,
) -> Option<ByteString> {
    let mut frame = Accepted::default();
    match tag {
        Tag::Silent => return None,
        Tag::Client(id) => {
            if let Reply::Posted { seq, at, repeated } = reply {
                return Some(hot::accepted_send(id.as_str(), seq.0, at.0, *repeated));
            }
            frame.client_id = Some(id.as_str());
        }
        Tag::Ref(text) => frame.r#ref = Some(text),
    }
    let shown = |view: &Arc<ConversationView>| Some(ViewBody::of(view, viewer));
    match reply {
        Reply::Started { view, created, seq } => {
            frame.conversation = shown(view);
            frame.created = Some(*created);
            frame.seq = seq.map(|s| s.0);
        }
        Reply::Posted { seq, at, repeated } => {
            frame.seq = Some(seq.0);
            frame.at = Some(at.0);
            frame.repeated = Some(*repeated);
        }
        Reply::Noted {
            number,
            at,
            repeated,
        } => {
            frame.number = Some(number.0);
            frame.at = Some(at.0);
            frame.repeated = Some(*repeated);
        }
        Reply::Notes { notes, last_number } => {
            let of = |id| notes.iter().map(|n| NoteBody::of(id, n)).collect();
            frame.notes = conversation.map(of);
            frame.last_number = Some(last_number.0);
        }
        Reply::Done(view) | Reply::Subscribed { view } | Reply::View(view) => {
            frame.conversation = shown(view);
        }
        Reply::Marked { marks } => frame.marks = Some((*marks).into()),
        Reply::Page { messages, last_seq } => {
            frame.messages = Some(page(conversation, messages, company));
            frame.last_seq = Some(last_seq.0);
        }
        Reply::Events { messages, view } => {
            frame.messages = Some(page(Some(view.id), messages, company));
            frame.conversation = shown(view);
        }
        Reply::Journal { entries, more } => {
            frame.journal = Some(entries.iter().map(JournalEntry::of).collect());
            frame.more = Some(*more);
        }
        Reply::List(page) => {
            frame.conversations = Some(listing::items(page, viewer));
            frame.next = page.next;
        }
        Reply::Agent(agent) => frame.agent = Some(agent.into()),
        Reply::Floor(floor) => frame.floor = Some(floor.into()),
        Reply::QuickReplies(replies) => {
            frame.quick_replies = Some(replies.iter().map(Into::into).collect());
        }
        Reply::Place { position, wait } => {
            frame.place = Some(PlaceBody {
                position: *position,
                wait_ms: wait.map(|w| w.0),
            });
        }
        Reply::Watching(part) => frame.watch = Some(WatchBody::whole(part)),
        // Counts, explanations and the company are asked for over HTTP alone.
        Reply::Ok | Reply::Counts(_) | Reply::StartExplained(_) | Reply::Company(_) => {}
    }
    Some(write(&Frame::Accepted(Box::new(frame))))
}

fn page(
    conversation: Option<ConversationId>,
    messages: &[Arc<Message>],
    company: &Company,
) -> Vec<MessageBody> {
    let Some(conversation) = conversation else {
        return Vec::new();
    };
    messages
        .iter()
        .map(|m| MessageBody::of(conversation, m, company))
        .collect()
}

/// What a refusal refers to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Concerning<'a> {
    /// The request.
    pub reference: Option<&'a str>,
    /// The message.
    pub client_id: Option<&'a str>,
    /// The conversation.
    pub conversation: Option<ConversationId>,
}

impl<'a> Concerning<'a> {
    /// What a tag refers to, in a conversation if it was about one.
    #[must_use]
    pub fn tag(tag: &'a Tag, conversation: Option<ConversationId>) -> Self {
        let (reference, client_id) = match tag {
            Tag::Ref(text) => (Some(&**text), None),
            Tag::Client(id) => (None, Some(id.as_str())),
            Tag::Silent => (None, None),
        };
        Self {
            reference,
            client_id,
            conversation,
        }
    }
}

/// A no.
#[must_use]
pub fn refused(concerning: Concerning<'_>, reject: &Reject) -> ByteString {
    let Concerning {
        reference,
        client_id,
        conversation,
    } = concerning;
    write(&Frame::Refused(Refused {
        r#ref: reference,
        client_id,
        conversation,
        refusal: reject.into(),
    }))
}

/// The state of a conversation that is followed.
#[must_use]
pub fn conversation(view: &ConversationView, viewer: Viewer) -> ByteString {
    write(&Frame::Conversation {
        conversation: &ViewBody::of(view, viewer),
    })
}

/// Somebody types.
#[must_use]
pub fn typing(
    conversation: ConversationId,
    side: Side,
    agent: Option<&str>,
    on: bool,
) -> ByteString {
    write(&Frame::Typing {
        conversation,
        side: side.into(),
        agent,
        on,
    })
}

/// An offer to this agent.
#[must_use]
pub fn offer(notice: &OfferNotice) -> ByteString {
    let OfferNotice {
        view,
        deadline,
        returning,
        transfer,
    } = notice;
    write(&Frame::Offer {
        conversation: &ViewBody::of(view, Viewer::Company),
        deadline: deadline.0,
        returning: *returning,
        transfer: *transfer,
        reason: view.transfer_reason.as_deref(),
    })
}

/// The end of an offer.
#[must_use]
pub fn offer_ended(conversation: ConversationId, taken: bool) -> ByteString {
    write(&Frame::OfferEnded {
        conversation,
        taken,
    })
}

/// A conversation of this agent changed.
#[must_use]
pub fn assigned(view: &ConversationView) -> ByteString {
    write(&Frame::Assigned {
        conversation: &ViewBody::of(view, Viewer::Company),
    })
}

/// The customer of a conversation this agent had has written.
#[must_use]
pub fn customer_returned(conversation: ConversationId, customer: &CustomerId) -> ByteString {
    write(&Frame::CustomerReturned {
        conversation,
        customer: customer.as_str(),
    })
}

/// The own presence.
#[must_use]
pub fn presence(presence: Presence) -> ByteString {
    write(&Frame::Presence {
        presence: presence.into(),
    })
}

/// A private note of a conversation that is followed.
#[must_use]
pub fn note(conversation: ConversationId, note: &Note) -> ByteString {
    write(&Frame::Note(NoteBody::of(conversation, note)))
}

/// This agent is consulted, or was added.
#[must_use]
pub fn consult(view: &ConversationView) -> ByteString {
    write(&Frame::Consult {
        conversation: &ViewBody::of(view, Viewer::Company),
    })
}

/// This agent is consulted no longer.
#[must_use]
pub fn consult_ended(conversation: ConversationId) -> ByteString {
    write(&Frame::ConsultEnded { conversation })
}

/// Yes to a renewal: the new token is accepted until then.
#[must_use]
pub fn renewed(reference: &str, expires: Timestamp) -> ByteString {
    write(&Frame::Accepted(Box::new(Accepted {
        r#ref: Some(reference),
        expires: Some(expires.0),
        ..Accepted::default()
    })))
}

/// Bring a new token: the one there is is accepted until then.
#[must_use]
pub fn renew(expires: Timestamp) -> ByteString {
    write(&Frame::Renew { expires: expires.0 })
}

/// Here I am.
#[must_use]
pub fn pong(reference: Option<&str>) -> ByteString {
    write(&Frame::Pong { r#ref: reference })
}

/// The server stops.
#[must_use]
pub fn goaway() -> ByteString {
    write(&Frame::Goaway { retry_ms: RETRY_MS })
}
