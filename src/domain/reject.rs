//! Refusals: a stable code, a sentence that says what to do, and whether to try again.
//!
//! The table of codes is closed and complete: `docs/errors.md` has a section for each,
//! and a test compares the two. How a code shows on a transport is `error.rs`.

use serde::{Deserialize, Serialize};

use super::ids::AgentId;
use super::time::{Millis, Timestamp};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $retry:ident;)+) => {
        /// Why something was refused. Names are for ever: appended, never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name used on every interface.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether the same request may succeed later without being changed.
            #[must_use]
            pub const fn retry(self) -> bool {
                match self { $(Self::$variant => codes!(@retry $retry)),+ }
            }
        }
    };
    (@retry yes) => { true };
    (@retry no) => { false };
}

codes! {
    /// The request is not of the documented form.
    InvalidRequest = "invalid_request", no;
    /// A frame type nobody documented.
    UnknownFrame = "unknown_frame", no;
    /// A text or a list is over its limit.
    TooLong = "too_long", no;
    /// The first frame on a socket must be hello.
    HelloRequired = "hello_required", no;
    /// Hello did not come in time.
    HelloTimeout = "hello_timeout", yes;
    /// No credentials where some are needed.
    Unauthenticated = "unauthenticated", no;
    /// Credentials that do not verify.
    TokenInvalid = "token_invalid", no;
    /// A token past its expiry: get a new one.
    TokenExpired = "token_expired", no;
    /// The caller's role does not include this.
    Forbidden = "forbidden", no;
    /// There is no such thing, or it is not the caller's to see.
    NotFound = "not_found", no;
    /// The workstream does not exist or takes no new conversations.
    UnknownWorkstream = "unknown_workstream", no;
    /// The queue does not exist.
    UnknownQueue = "unknown_queue", no;
    /// The agent does not exist or is disabled.
    UnknownAgent = "unknown_agent", no;
    /// In a persistent conversation only agents end.
    CustomerCannotEnd = "customer_cannot_end", no;
    /// The conversation is ended.
    Closed = "closed", no;
    /// The state of the conversation does not allow this.
    WrongState = "wrong_state", no;
    /// Only the assigned agent may do this.
    NotAssigned = "not_assigned", no;
    /// There is no offer of this conversation to the caller any more.
    NotOffered = "not_offered", no;
    /// Another agent has it.
    AlreadyTaken = "already_taken", no;
    /// The agent has no free capacity for it.
    AtCapacity = "at_capacity", yes;
    /// The agent is not a member of the conversation's queue.
    NotMember = "not_member", no;
    /// The agent's presence does not allow assignments.
    NotPresent = "not_present", yes;
    /// Live chat is closed now; `opens_at` says when it opens.
    OutsideHours = "outside_hours", yes;
    /// The workstream or queue is worked by offers only.
    NotPickable = "not_pickable", no;
    /// Too many messages in a short time.
    RateLimited = "rate_limited", yes;
    /// The server has as much as it can take; nothing was done.
    Overloaded = "overloaded", yes;
    /// The server is stopping or its store has failed; nothing was acknowledged.
    Unavailable = "unavailable", yes;
    /// The conversation failed repeatedly and waits for an operator.
    Parked = "parked", yes;
    /// More sockets than one customer or agent may have.
    TooManySockets = "too_many_sockets", yes;
    /// More subscriptions than one socket may have.
    TooManySubscriptions = "too_many_subscriptions", no;
    /// More unanswered requests than one socket may have.
    TooManyInFlight = "too_many_in_flight", yes;
    /// The message is larger than a frame may be.
    FrameTooLarge = "frame_too_large", no;
    /// The peer does not keep to RFC 6455.
    ProtocolError = "protocol_error", no;
    /// Text that is not UTF-8.
    NotUtf8 = "not_utf8", no;
    /// A mark may not go beyond the last message.
    MarkBeyondEnd = "mark_beyond_end", no;
    /// The workstream or the widget takes no new conversations.
    NotAccepting = "not_accepting", no;
    /// A fault of the server; it is in its log.
    Internal = "internal", yes;
    /// The configuration has changed since the caller read it.
    Conflict = "conflict", no;
    /// Something still needs what would be gone; `problems` says what.
    InUse = "in_use", no;
    /// The configuration would not be sound; `problems` says why.
    InvalidConfiguration = "invalid_configuration", no;
    /// The widget asks questions that the start does not answer; `problems` says which.
    AnswersNeeded = "answers_needed", no;
    /// A renewal must be by the customer whose socket it is.
    OtherCustomer = "other_customer", no;
    /// Agent, password or code is wrong.
    SignInFailed = "sign_in_failed", no;
    /// The password is right; a code of the second factor is needed as well.
    SecondFactorRequired = "second_factor_required", no;
    /// A request with a cookie that does not come from a page of this server.
    NotSameOrigin = "not_same_origin", no;
    /// A browser's page that the widget, or the server, does not allow.
    ForeignOrigin = "foreign_origin", no;
    /// A credential in an address, where logs and histories keep it.
    TokenInUrl = "token_in_url", no;
    /// The sender has used this client id for another text.
    ClientIdReused = "client_id_reused", no;
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The stable code.
    pub code: Code,
    /// One sentence that says what to do. Never holds message text or a token.
    pub sentence: String,
    /// How long to wait before trying again, where that is known.
    pub retry_after: Option<Millis>,
    /// Who has it, with [`Code::AlreadyTaken`].
    pub taken_by: Option<AgentId>,
    /// When it opens, with [`Code::OutsideHours`].
    pub opens_at: Option<Timestamp>,
    /// Everything that is wrong, one sentence each, where that is more than one thing.
    pub problems: Vec<String>,
}

impl Reject {
    /// A refusal with a code and a sentence.
    #[must_use]
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
            retry_after: None,
            taken_by: None,
            opens_at: None,
            problems: Vec::new(),
        }
    }

    /// The same with everything that is wrong.
    #[must_use]
    pub fn because(mut self, problems: Vec<String>) -> Self {
        self.problems = problems;
        self
    }

    /// The same with a time to wait.
    #[must_use]
    pub fn after(mut self, wait: Millis) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// As if it did not exist: the one answer for what is missing and what is not the caller's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "There is no such conversation for you; check the id.",
        )
    }

    /// Whoever followed it may not see it any more.
    #[must_use]
    pub fn not_theirs_any_more() -> Self {
        Self::new(
            Code::NotFound,
            "You may not see this conversation any more; you follow it no longer.",
        )
    }

    /// Something else was sent under the same client id.
    #[must_use]
    pub fn client_id_reused() -> Self {
        Self::new(
            Code::ClientIdReused,
            "You have sent another text under this client_id, and that one was kept; send this one under a fresh client_id.",
        )
    }

    /// The server cannot take more now.
    #[must_use]
    pub fn overloaded() -> Self {
        Self::new(
            Code::Overloaded,
            "The server is busy and did nothing; try again shortly.",
        )
        .after(Millis(500))
    }

    /// The server is stopping or cannot write.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            Code::Unavailable,
            "The server cannot take this now; nothing was accepted. Reconnect and send again.",
        )
        .after(Millis::seconds(1))
    }
}
