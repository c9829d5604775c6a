//! A session after its hello: what it asked, what it follows, what it may.
//!
//! Bounds the requests without an answer, the subscriptions, and the credit that a client
//! can grant. Knows the gateway, but no sockets and no frames.

use std::sync::{Arc, Mutex};

use super::auth::{permit, writes};
use super::inbox::Inbox;
use super::tokens::expired_since_hello;
use crate::actors::gateway::Session;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::engine::request::{Ask, Principal, Request};
use crate::limits;
use crate::maps::{Map, Set};
use crate::wire::body::Viewer;
use crate::wire::client::{Hello, Tag};

/// After a good hello. Dropping it disconnects.
pub(super) struct Live {
    pub(super) session: Session,
    pub(super) inbox: Arc<Mutex<Inbox>>,
    pub(super) principal: Principal,
    pub(super) viewer: Viewer,
    /// When the customer's token stops being accepted.
    expires: Option<Timestamp>,
    next_number: u64,
    pub(super) pending: Map<u64, Pending>,
    /// Those of `pending` that the client asked for; subscriptions of hello come on top.
    pub(super) in_flight: usize,
    /// Followed conversations, with the messages the client has not granted back.
    pub(super) subscriptions: Map<ConversationId, u32>,
    /// The client grants credit itself, beginning with this much.
    pub(super) client_credit: Option<u32>,
    /// Without echo: messages this connection sent and has not been delivered. As many as
    /// are on their way.
    own: Option<Set<(ConversationId, Seq)>>,
}

/// A request without an answer yet.
pub(super) struct Pending {
    pub(super) from: Asked,
    pub(super) conversation: Option<ConversationId>,
    pub(super) subscribes: bool,
    /// The answer is as large as a page.
    pub(super) page: bool,
}

pub(super) enum Asked {
    /// By a frame.
    Frame(Tag),
    /// By a cursor of hello.
    Cursor,
}

impl Live {
    /// Just admitted: nothing asked, nothing followed.
    pub(super) fn new(
        session: Session,
        inbox: Arc<Mutex<Inbox>>,
        principal: Principal,
        expires: Option<Timestamp>,
        hello: &Hello,
    ) -> Self {
        Self {
            session,
            inbox,
            viewer: Viewer::from(&principal),
            principal,
            expires,
            next_number: 0,
            pending: Map::default(),
            in_flight: 0,
            subscriptions: Map::default(),
            client_credit: hello.credit,
            own: (!hello.echo).then(Set::default),
        }
    }

    /// A message of this connection was accepted; its delivery to itself is on its way.
    pub(super) fn accepted(&mut self, conversation: ConversationId, seq: Seq) {
        if let Some(own) = &mut self.own
            && self.subscriptions.contains_key(&conversation)
        {
            own.insert((conversation, seq));
        }
    }

    /// Whether a delivery says nothing that the client does not know.
    pub(super) fn knows(&mut self, conversation: ConversationId, seq: Seq) -> bool {
        self.own
            .as_mut()
            .is_some_and(|own| own.remove(&(conversation, seq)))
    }

    /// What was sent to a conversation that is not followed any more comes to nobody.
    pub(super) fn forget_own(&mut self, conversation: ConversationId) {
        if let Some(own) = &mut self.own {
            own.retain(|(of, _)| *of != conversation);
        }
    }

    /// Messages of one subscription that may be on their way.
    pub(super) fn window(&self) -> u32 {
        self.client_credit.unwrap_or(limits::CREDIT_WINDOW)
    }

    /// Whether a request may go to the gateway.
    pub(super) fn check(
        &mut self,
        request: &Request,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<(), Reject> {
        permit(&self.principal, request)?;
        if let Some(expires) = self.expires
            && writes(request)
            && now() >= expires
        {
            return Err(expired_since_hello());
        }
        if matches!(request, Request::In(_, Ask::Typing { .. })) {
            return Ok(());
        }
        if self.in_flight >= limits::REQUESTS_IN_FLIGHT_MAX {
            let sentence = "Wait for answers before you ask more.";
            return Err(Reject::new(Code::TooManyInFlight, sentence));
        }
        // Large answers wait here for a client that does not read, so there are few of them.
        if is_page(request)
            && self.pending.values().filter(|p| p.page).count() >= limits::PAGES_IN_FLIGHT_MAX
        {
            let sentence = "Wait for the pages you asked for before you ask for more.";
            return Err(Reject::new(Code::TooManyInFlight, sentence));
        }
        match request {
            Request::In(conversation, Ask::Subscribe { .. }) => self.subscribe(*conversation),
            _ => Ok(()),
        }
    }

    /// Notes a subscription that is about to be asked for.
    pub(super) fn subscribe(&mut self, conversation: ConversationId) -> Result<(), Reject> {
        let full = self.subscriptions.len() >= limits::SUBSCRIPTIONS_PER_SESSION_MAX;
        if full && !self.subscriptions.contains_key(&conversation) {
            let sentence = "Unsubscribe from conversations that nobody looks at.";
            return Err(Reject::new(Code::TooManySubscriptions, sentence));
        }
        self.subscriptions.insert(conversation, 0);
        Ok(())
    }

    /// Asks what [`Live::check`] allowed.
    pub(super) fn ask(&mut self, tag: Tag, mut request: Request) {
        match &mut request {
            Request::In(_, Ask::Subscribe { credit, .. }) => *credit = self.window(),
            Request::In(conversation, Ask::Unsubscribe) => {
                self.subscriptions.remove(conversation);
                self.forget_own(*conversation);
            }
            // Has no answer, so it is not waited for.
            Request::In(_, Ask::Typing { .. }) => return self.session.request(0, request),
            _ => {}
        }
        self.in_flight += 1;
        self.request(Asked::Frame(tag), request);
    }

    /// The conversation lets this session follow it no longer. One that is asked to be followed
    /// again meanwhile is left alone: its own answer decides. Returns whether it was followed.
    pub(super) fn unfollowed(&mut self, conversation: ConversationId) -> bool {
        let asked_again = |p: &Pending| p.subscribes && p.conversation == Some(conversation);
        if self.pending.values().any(asked_again) {
            return false;
        }
        self.forget_own(conversation);
        self.subscriptions.remove(&conversation).is_some()
    }

    /// Hands a request to the gateway under the next number.
    pub(super) fn request(&mut self, from: Asked, request: Request) {
        self.next_number += 1;
        let subscribes = matches!(request, Request::In(_, Ask::Subscribe { .. }));
        let pending = Pending {
            from,
            conversation: concerned(&request),
            subscribes,
            page: is_page(&request),
        };
        self.pending.insert(self.next_number, pending);
        self.session.request(self.next_number, request);
    }
}

/// Whether the answer is as large as a page.
const fn is_page(request: &Request) -> bool {
    matches!(
        request,
        Request::List(_)
            | Request::Count(_)
            | Request::In(_, Ask::History(_) | Ask::Notes { .. } | Ask::Explain)
    )
}

/// The conversation that a request is about.
pub(super) const fn concerned(request: &Request) -> Option<ConversationId> {
    match request {
        Request::In(conversation, _) => Some(*conversation),
        _ => None,
    }
}
