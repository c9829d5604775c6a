//! A session after its hello: what it asked, what it follows, what it may.
//!
//! Bounds the requests without an answer, the subscriptions, and the credit that a client
//! can grant. Knows the gateway, but no sockets and no frames.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::auth::{self, permit, writes};
use super::front;
use super::inbox::Inbox;
use super::proof::{Proof, ProvenBy};
use super::staff;
use super::tokens::token_expired;
use crate::actors::Entered;
use crate::actors::gateway::{Gateway, Session, Sink};
use crate::domain::audit::{Trail, Who};
use crate::domain::company::Company;
use crate::domain::ids::{AuthenticationId, ConversationId, Seq};
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::Caller;
use crate::domain::time::Timestamp;
use crate::engine::request::{Ask, Principal, Request};
use crate::limits;
use crate::maps::{Map, Set};
use crate::wire::body::Viewer;
use crate::wire::client::{Hello, Tag};

/// Who is behind a hello.
pub(super) enum Proven {
    Customer(Proof),
    Staff(Caller),
}

impl Proven {
    pub(super) fn principal(&self) -> Principal {
        match self {
            Self::Customer(proof) => Principal::Customer(proof.customer.clone()),
            Self::Staff(caller) => Principal::Agent {
                id: caller.agent.clone(),
                role: caller.role,
            },
        }
    }
}

impl Proven {
    /// Which way they came.
    pub(super) fn trail(&self, caller: &front::Caller) -> Trail {
        match self {
            Self::Customer(_) => Trail {
                from: Some(caller.ip),
                api_key: None,
            },
            Self::Staff(staff) => staff::trail(caller, &staff.grant),
        }
    }
}

/// After a good hello. Dropping it disconnects.
pub(super) struct Live {
    pub(super) session: Session,
    pub(super) inbox: Arc<Mutex<Inbox>>,
    pub(super) principal: Principal,
    pub(super) viewer: Viewer,
    /// What the customer's token proves, and until when.
    proof: Option<Proof>,
    /// The client has been asked for a new token.
    renewal_asked: bool,
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
    /// By which credential a person of the company is here, and the place where they are told
    /// that it has ended.
    staff: Option<(Caller, Entered)>,
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
        proof: Option<Proof>,
        hello: &Hello,
    ) -> Self {
        Self {
            session,
            inbox,
            viewer: Viewer::from(&principal),
            principal,
            proof,
            renewal_asked: false,
            next_number: 0,
            pending: Map::default(),
            in_flight: 0,
            subscriptions: Map::default(),
            client_credit: hello.credit,
            own: (!hello.echo).then(Set::default),
            staff: None,
        }
    }

    /// The same for a person of the company, who is told when their credential ends.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`: it has ended just now.
    pub(super) fn entered(
        mut self,
        gateway: &Gateway,
        caller: Caller,
        sink: Arc<dyn Sink>,
    ) -> Result<Self, Reject> {
        let entered = gateway.staff().enter(caller.grant.clone(), sink);
        self.staff = Some((caller, entered));
        self.credential_holds(gateway)?;
        Ok(self)
    }

    /// Who this is, in the audit.
    pub(super) fn who(&self) -> Who {
        match (&self.principal, &self.staff) {
            (Principal::Agent { id, .. }, Some(_)) => self.session.trail().who(id),
            (principal, _) => auth::who(principal),
        }
    }

    /// Whether the credential still holds; an open socket counts as using it.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`.
    pub(super) fn credential_holds(&self, gateway: &Gateway) -> Result<(), Reject> {
        match &self.staff {
            Some((caller, _)) => staff::still_holds(gateway, caller),
            None => Ok(()),
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

    /// What waits for the session.
    pub(super) fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Subscribes again to what did not fit into the inbox, from where it did not.
    pub(super) fn resume(&mut self) {
        let to_resume = self.inbox().to_resume();
        for (conversation, after) in to_resume {
            let Some(owed) = self.subscriptions.get(&conversation) else {
                self.inbox().forget(conversation);
                continue;
            };
            // What the client has and has not granted back is still out.
            let credit = match self.client_credit {
                Some(granted) => granted.saturating_sub(*owed),
                None => self.window(),
            };
            let subscribe = Ask::Subscribe { after, credit };
            self.request(Asked::Cursor, Request::In(conversation, subscribe));
        }
    }

    /// Messages of one subscription that may be on their way.
    pub(super) fn window(&self) -> u32 {
        self.client_credit.unwrap_or(limits::CREDIT_WINDOW)
    }

    /// Whether a request may go to the gateway.
    pub(super) fn check(
        &mut self,
        request: &mut Request,
        company: impl FnOnce() -> Arc<Company>,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<(), Reject> {
        permit(&self.principal, request)?;
        if let Some((caller, _)) = &self.staff {
            staff::permit(&caller.reach, staff::required_by_socket(request))?;
        }
        if let Some(expires) = self.expires()
            && writes(request)
            && now() >= expires
        {
            return Err(token_expired());
        }
        if let (Request::Start(start), Some(proof)) = (&mut *request, &self.proof) {
            proof.admit(&company(), start)?;
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

    /// When the customer's token stops being accepted.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        match (&self.proof, &self.staff) {
            (Some(proof), _) => Some(proof.expires),
            (None, Some((caller, _))) => caller.ends,
            (None, None) => None,
        }
    }

    /// Whether what this customer is here by is one of these settings.
    pub(super) fn is_by_one_of(&self, settings: &BTreeSet<AuthenticationId>) -> bool {
        let by = self.proof.as_ref().map(|proof| &proof.by);
        matches!(by, Some(ProvenBy::Token(setting)) if settings.contains(setting))
    }

    /// Whether it is time to ask the client for a new token; once for each token. The answer
    /// is when the one it has stops being accepted.
    pub(super) fn asks_for_renewal(
        &mut self,
        now: impl FnOnce() -> Timestamp,
    ) -> Option<Timestamp> {
        let proof = self.proof.as_ref().filter(|_| !self.renewal_asked)?;
        let expires = proof.expires;
        self.renewal_asked = now() + limits::RENEWAL_ASKED_BEFORE >= expires;
        self.renewal_asked.then_some(expires)
    }

    /// The same customer brings a new token. One that ends sooner takes its place as well:
    /// whoever signs them knows why.
    pub(super) fn renew(&mut self, proof: Proof) -> Result<Timestamp, Reject> {
        let same = |own: &Proof| own.customer == proof.customer;
        if !self.proof.as_ref().is_some_and(same) {
            return Err(Reject::new(
                Code::OtherCustomer,
                "The token is of another customer; open another socket with it. This one stays whose it is.",
            ));
        }
        let expires = proof.expires;
        self.proof = Some(proof);
        self.renewal_asked = false;
        Ok(expires)
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
        self.inbox().forget(conversation);
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
        if let Request::In(conversation, Ask::Subscribe { .. } | Ask::Unsubscribe) = &request {
            self.inbox().asked(*conversation, self.next_number);
        }
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
            | Request::Watch(_)
            | Request::In(_, Ask::History(_) | Ask::Notes { .. } | Ask::Explain { .. })
    )
}

/// The conversation that a request is about.
pub(super) const fn concerned(request: &Request) -> Option<ConversationId> {
    match request {
        Request::In(conversation, _) => Some(*conversation),
        _ => None,
    }
}
