//! Frames from clients: text in, a request or a typed refusal out.
//!
//! `send` has a path of its own (`hot.rs`); the other frames share the readable one.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::domain::ids::{AgentId, ClientId, ConversationId, Seq};
use crate::domain::reject::{Code, Reject};
use crate::engine::request::{Ask, Request};
use crate::limits;

use super::bounds::{self, StartFields, invalid};
use super::hot;
use super::listing::ListFields;
use super::names::{PresenceName, StateName, WatchedName};
use super::quick_replies;
use super::{journal, work};

/// Every frame type a client may send, as in `docs/protocol.md`.
pub const TYPES: &[&str] = &[
    "hello",
    "start",
    "send",
    "typing",
    "mark",
    "subscribe",
    "unsubscribe",
    "history",
    "view",
    "list",
    "credit",
    "end",
    "presence",
    "me",
    "accept",
    "reject",
    "pick",
    "reopen",
    "park",
    "release",
    "finish",
    "explain",
    "transfer",
    "assign",
    "force_close",
    "floor",
    "ping",
    "note",
    "notes",
    "tag",
    "subject",
    "consult",
    "consult_add",
    "consult_end",
    "place",
    "quick_replies",
    "renew",
    "watch",
    "unwatch",
];

/// A credential on its way to be checked. Cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The credential itself, for the check alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Who it is; empty: whoever the browser's cookie says.
    pub token: Token,
    /// The conversations to follow, each from the last message the client has.
    pub cursors: Vec<(ConversationId, Seq)>,
    /// The client grants credit itself, beginning with this much per conversation.
    pub credit: Option<u32>,
    /// What this connection sends is delivered to it like everybody's; without, its
    /// `accepted` stands for it.
    pub echo: bool,
}

/// How the answer to a frame finds its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// By the client's own name for the request.
    Ref(Box<str>),
    /// By the message's name.
    Client(ClientId),
    /// There is no answer.
    Silent,
}

/// What a client said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// The first frame.
    Hello(Hello),
    /// Something for the engine.
    Ask {
        /// For the answer.
        tag: Tag,
        /// What is wanted.
        request: Request,
    },
    /// The client has taken messages.
    Credit {
        /// Of which conversation.
        conversation: ConversationId,
        /// How many.
        messages: u32,
    },
    /// The same customer, by a new token.
    Renew {
        /// For the answer.
        reference: Box<str>,
        /// The token.
        token: Token,
    },
    /// Are you there?
    Ping {
        /// For the answer.
        reference: Option<Box<str>>,
    },
}

/// A frame that could not be read, with as much of it as helps the client find which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Why.
    pub reject: Reject,
    /// Its `ref`, if it has a fitting one.
    pub reference: Option<String>,
    /// Its `client_id`, if it has a fitting one.
    pub client_id: Option<String>,
    /// Its `conversation`, if it has a fitting one.
    pub conversation: Option<ConversationId>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Hello(HelloFrame),
    Start(Box<StartFrame>),
    Send(SendFrame),
    Typing(TypingFrame),
    Mark(MarkFrame),
    Subscribe(SubscribeFrame),
    Unsubscribe(On),
    History(HistoryFrame),
    View(On),
    List(Box<ListFrame>),
    Credit(CreditFrame),
    End(On),
    Presence(PresenceFrame),
    Me(Bare),
    Accept(On),
    Reject(On),
    Pick(On),
    Reopen(On),
    Park(On),
    Release(On),
    Finish(On),
    Explain(ExplainFrame),
    Transfer(TransferFrame),
    Assign(AssignFrame),
    ForceClose(On),
    Floor(Bare),
    Ping(PingFrame),
    Note(NoteFrame),
    Notes(NotesFrame),
    Tag(TagFrame),
    Subject(SubjectFrame),
    Consult(ConsultFrame),
    ConsultAdd(ConsultFrame),
    ConsultEnd(ConsultEndFrame),
    Place(On),
    QuickReplies(MaybeOn),
    Renew(RenewFrame),
    Watch(WatchFrame),
    Unwatch(WatchFrame),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HelloFrame {
    #[serde(default)]
    token: String,
    #[serde(default)]
    cursors: BTreeMap<String, u64>,
    credit: Option<u32>,
    echo: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StartFrame {
    r#ref: String,
    workstream: Option<String>,
    widget: Option<String>,
    locale: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    client_id: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendFrame {
    conversation: String,
    client_id: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypingFrame {
    conversation: String,
    on: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkFrame {
    conversation: String,
    delivered: Option<u64>,
    read: Option<u64>,
    r#ref: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscribeFrame {
    r#ref: String,
    conversation: String,
    after: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct On {
    r#ref: String,
    conversation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaybeOn {
    r#ref: String,
    conversation: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bare {
    r#ref: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryFrame {
    r#ref: String,
    conversation: String,
    after: Option<u64>,
    before: Option<u64>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFrame {
    r#ref: String,
    #[serde(default)]
    states: Vec<StateName>,
    #[serde(default)]
    mine: bool,
    before: Option<String>,
    limit: Option<usize>,
    queue: Option<String>,
    agent: Option<String>,
    customer: Option<String>,
    workstream: Option<String>,
    tag: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditFrame {
    conversation: String,
    n: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresenceFrame {
    r#ref: String,
    presence: PresenceName,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransferFrame {
    r#ref: String,
    conversation: String,
    agent: Option<String>,
    queue: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignFrame {
    r#ref: String,
    conversation: String,
    agent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PingFrame {
    r#ref: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RenewFrame {
    r#ref: String,
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteFrame {
    r#ref: String,
    conversation: String,
    client_id: String,
    text: String,
    private_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotesFrame {
    r#ref: String,
    conversation: String,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExplainFrame {
    r#ref: String,
    conversation: String,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagFrame {
    r#ref: String,
    conversation: String,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectFrame {
    r#ref: String,
    conversation: String,
    subject: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsultFrame {
    r#ref: String,
    conversation: String,
    agent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsultEndFrame {
    r#ref: String,
    conversation: String,
    agent: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WatchFrame {
    r#ref: String,
    what: WatchedName,
}

/// Reads one frame.
///
/// # Errors
/// [`Misread`] with `invalid_request`, `unknown_frame` or `too_long`. Boxed: it is rare
/// and large, and the way of a message should not carry it along.
pub fn read(text: &str) -> Result<Incoming, Box<Misread>> {
    let read = match hot::read_send(text) {
        Some(incoming) => incoming,
        None => serde_json::from_str::<Frame>(text)
            .map_err(|e| unreadable(text, &e))
            .and_then(convert),
    };
    read.map_err(|reject| Box::new(misread(text, reject)))
}

fn convert(frame: Frame) -> Result<Incoming, Reject> {
    let on = |on: On, ask: Ask| about(on.r#ref, &on.conversation, ask);
    match frame {
        Frame::Hello(f) => hello(f),
        Frame::Start(f) => start(*f),
        Frame::Send(f) => hot::send(&f.conversation, &f.client_id, &f.text),
        Frame::Typing(f) => silent(&f.conversation, Ask::Typing { on: f.on }),
        Frame::Mark(f) => mark(f),
        Frame::Subscribe(f) => {
            let ask = Ask::Subscribe {
                after: Seq(f.after),
                credit: limits::CREDIT_WINDOW,
            };
            about(f.r#ref, &f.conversation, ask)
        }
        Frame::Unsubscribe(f) => on(f, Ask::Unsubscribe),
        Frame::History(f) => about(
            f.r#ref,
            &f.conversation,
            Ask::History(bounds::page(f.after, f.before, f.limit)?),
        ),
        Frame::View(f) => on(f, Ask::View),
        Frame::List(f) => list(*f),
        Frame::Credit(f) => Ok(Incoming::Credit {
            conversation: bounds::id("conversation", &f.conversation)?,
            messages: f.n,
        }),
        Frame::End(f) => on(f, Ask::End),
        Frame::Presence(f) => bare(f.r#ref, Request::SetPresence(f.presence.into())),
        Frame::Me(f) => bare(f.r#ref, Request::Me),
        Frame::Accept(f) => on(f, Ask::Accept),
        Frame::Reject(f) => on(f, Ask::Reject),
        Frame::Pick(f) => on(f, Ask::Pick),
        Frame::Reopen(f) => on(f, Ask::Reopen),
        Frame::Park(f) => on(f, Ask::Park),
        Frame::Release(f) => on(f, Ask::Release),
        Frame::Finish(f) => on(f, Ask::Finish),
        Frame::Explain(f) => about(
            f.r#ref,
            &f.conversation,
            journal::question(f.after, f.limit)?,
        ),
        Frame::Transfer(f) => about(
            f.r#ref,
            &f.conversation,
            work::transfer(f.agent.as_deref(), f.queue.as_deref(), f.reason.as_deref())?,
        ),
        Frame::Assign(f) => {
            let agent: AgentId = bounds::id("agent", &f.agent)?;
            about(f.r#ref, &f.conversation, Ask::Assign(agent))
        }
        Frame::ForceClose(f) => on(f, Ask::ForceClose),
        Frame::Floor(f) => bare(f.r#ref, Request::Floor),
        Frame::Place(f) => on(f, Ask::Place),
        Frame::Watch(f) => bare(f.r#ref, Request::Watch(f.what.into())),
        Frame::Unwatch(f) => bare(f.r#ref, Request::Unwatch(f.what.into())),
        Frame::Renew(f) => Ok(Incoming::Renew {
            reference: bounds::reference(f.r#ref)?,
            token: Token(f.token),
        }),
        Frame::Ping(f) => Ok(Incoming::Ping {
            reference: f.r#ref.map(bounds::reference).transpose()?,
        }),
        Frame::Note(f) => about(
            f.r#ref,
            &f.conversation,
            work::note(&f.client_id, &f.text, f.private_to.as_deref())?,
        ),
        Frame::Notes(f) => about(f.r#ref, &f.conversation, work::notes(f.after, f.limit)?),
        Frame::Tag(f) => about(f.r#ref, &f.conversation, work::tag(f.add, f.remove)?),
        Frame::Subject(f) => about(f.r#ref, &f.conversation, work::subject(&f.subject)?),
        Frame::Consult(f) => {
            let agent = bounds::id("agent", &f.agent)?;
            about(f.r#ref, &f.conversation, Ask::Consult(agent))
        }
        Frame::ConsultAdd(f) => {
            let agent = bounds::id("agent", &f.agent)?;
            about(f.r#ref, &f.conversation, Ask::ConsultAdd(agent))
        }
        Frame::ConsultEnd(f) => {
            let agent = bounds::id_if_any("agent", f.agent.as_deref())?;
            about(f.r#ref, &f.conversation, Ask::ConsultEnd(agent))
        }
        Frame::QuickReplies(f) => {
            let conversation = bounds::id_if_any("conversation", f.conversation.as_deref())?;
            bare(f.r#ref, quick_replies::request(conversation))
        }
    }
}

fn bare(reference: String, request: Request) -> Result<Incoming, Reject> {
    Ok(Incoming::Ask {
        tag: Tag::Ref(bounds::reference(reference)?),
        request,
    })
}

fn about(reference: String, conversation: &str, ask: Ask) -> Result<Incoming, Reject> {
    bare(
        reference,
        Request::In(bounds::id("conversation", conversation)?, ask),
    )
}

fn silent(conversation: &str, ask: Ask) -> Result<Incoming, Reject> {
    Ok(Incoming::Ask {
        tag: Tag::Silent,
        request: Request::In(bounds::id("conversation", conversation)?, ask),
    })
}

fn hello(f: HelloFrame) -> Result<Incoming, Reject> {
    if f.credit == Some(0) {
        return Err(invalid(
            "The credit is 0; grant at least 1, or leave it out.",
        ));
    }
    let cursors = f
        .cursors
        .iter()
        .map(|(conversation, seq)| Ok((bounds::id("cursors", conversation)?, Seq(*seq))))
        .collect::<Result<_, Reject>>()?;
    let credit = f.credit.map(|n| n.min(limits::CREDIT_WINDOW));
    Ok(Incoming::Hello(Hello {
        token: Token(f.token),
        cursors,
        credit,
        echo: f.echo.unwrap_or(true),
    }))
}

fn start(f: StartFrame) -> Result<Incoming, Reject> {
    let StartFrame {
        r#ref,
        workstream,
        widget,
        locale,
        context,
        client_id,
        text,
    } = f;
    let start = StartFields {
        workstream,
        widget,
        locale,
        context,
        client_id,
        text,
    }
    .check()?;
    bare(r#ref, Request::Start(start))
}

fn mark(f: MarkFrame) -> Result<Incoming, Reject> {
    let (delivered, read) = bounds::marks(f.delivered, f.read)?;
    let ask = Ask::Mark { delivered, read };
    match f.r#ref {
        Some(reference) => about(reference, &f.conversation, ask),
        None => silent(&f.conversation, ask),
    }
}

fn list(f: ListFrame) -> Result<Incoming, Reject> {
    let filter = ListFields {
        states: f.states,
        mine: f.mine,
        before: f.before,
        limit: f.limit,
        queue: f.queue,
        agent: f.agent,
        customer: f.customer,
        workstream: f.workstream,
        tag: f.tag,
        text: f.text,
    }
    .check()?;
    bare(f.r#ref, Request::List(filter))
}

/// What is wrong with a JSON text, without quoting values of it: they may be message text.
#[must_use]
pub fn fault(e: &serde_json::Error) -> String {
    let said = e.to_string();
    // Only these two name nothing but fields.
    let names_fields = ["missing field `", "unknown field `"]
        .iter()
        .any(|p| said.starts_with(p));
    let what = if names_fields {
        said.split(", expected")
            .next()
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect()
    } else {
        match e.classify() {
            serde_json::error::Category::Data => {
                "a field has the wrong type or a value that is not known".to_owned()
            }
            _ => "it is not JSON".to_owned(),
        }
    };
    let what = what.split(" at line").next().unwrap_or_default();
    format!("{what} (column {})", e.column())
}

fn unreadable(text: &str, e: &serde_json::Error) -> Reject {
    let kind = serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .and_then(|v| {
            v.get("type")
                .and_then(|t| t.as_str().map(ToOwned::to_owned))
        });
    match kind.as_deref().map(|k| TYPES.iter().find(|t| **t == k)) {
        Some(None) => Reject::new(
            Code::UnknownFrame,
            "There is no frame of this type; see docs/protocol.md.",
        ),
        Some(Some(known)) => invalid(format!(
            "The frame `{known}` is not of the documented form: {}.",
            fault(e)
        )),
        None => invalid(format!(
            "A frame is a JSON object with a `type`: {}.",
            fault(e)
        )),
    }
}

fn misread(text: &str, reject: Reject) -> Misread {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let short = |field: &str| {
        let text = value.get(field)?.as_str()?;
        (text.len() <= limits::CLIENT_ID_BYTES_MAX).then(|| text.to_owned())
    };
    Misread {
        reject,
        reference: short("ref"),
        client_id: short("client_id"),
        conversation: short("conversation").and_then(|c| c.parse().ok()),
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
