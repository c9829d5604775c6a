//! The one door from `web` to the actors: connect a session, ask a question.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use actix::Addr;
use tokio::sync::oneshot;

use crate::config::{Edit, Moves};
use crate::domain::audit::Trail;
use crate::domain::commit::{KeptKeys, Write};
use crate::domain::company::Company;
use crate::domain::device::{Device, DeviceId};
use crate::domain::ids::{AgentId, AuthenticationId, ConversationId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::conversation::{Input, Origin};
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::{Ask, Principal, Reply, Request};
use crate::engine::watch::Watched;
use crate::limits;
use crate::store::Store;

use super::conversation::ToConversation;
use super::links::{Links, Token};
use super::post::post;
use super::registry::Handle;
use super::staff::Staff;
use super::supervisor::{First, Last, Reconfigure, Reconfigured, SupervisorActor, ToSupervisor};

/// Where a session is told things. Called from actor threads: must not block.
pub trait Sink: Send + Sync {
    /// Hands over messages, in order; may be dropped silently when the session is gone.
    fn deliver(&self, outs: &mut dyn Iterator<Item = Outbound>);
}

/// How long past its own deadline an answer may take before it is given up.
pub(super) const PATIENCE_FOR_ANSWERS: Millis = Millis::seconds(10);
/// How long a change of the configuration may take: the store may have to look at every
/// conversation.
const PATIENCE_OF_ADMINS: Millis = Millis::seconds(120);

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(super) links: Links,
    pub(super) supervisor: Addr<SupervisorActor>,
}

impl Gateway {
    /// The door to a running supervisor.
    #[must_use]
    pub fn new(links: Links, supervisor: Addr<SupervisorActor>) -> Self {
        Self { links, supervisor }
    }

    /// Registers a live connection that came this way. Dropping the session disconnects it.
    ///
    /// # Errors
    /// `too_many_sockets`, `unavailable`.
    pub fn connect(
        &self,
        principal: Principal,
        trail: Trail,
        sink: Arc<dyn Sink>,
    ) -> Result<Session, Reject> {
        if self.links.is_stopping() {
            return Err(Reject::unavailable());
        }
        let first = self.links.registry.count_in(&principal)?;
        let handle = Arc::new(Handle::new(
            self.links.registry.next_id(),
            principal.clone(),
            trail,
            sink,
        ));
        self.links.registry.insert(handle.clone());
        post(
            &self.supervisor,
            ToSupervisor::Connected(handle.id, principal, First(first)),
        );
        Ok(Session {
            handle,
            gateway: self.clone(),
        })
    }

    /// One question, one answer, without a live connection (HTTP). Long polls too:
    /// `Ask::Wait` is answered with the state as it is when `deadline` passes.
    ///
    /// # Errors
    /// The refusal; `unavailable` when there is no answer in time.
    pub async fn ask(
        &self,
        principal: Principal,
        trail: Trail,
        request: Request,
        deadline: Millis,
    ) -> Result<Reply, Reject> {
        self.admit()?;
        let (sender, mut receiver) = oneshot::channel();
        let sink = Arc::new(OneAnswer(Mutex::new(Some(sender))));
        let handle = Arc::new(Handle::new(
            self.links.registry.next_id(),
            principal.clone(),
            trail,
            sink,
        ));
        self.links.registry.insert(handle.clone());
        let waits_in = match &request {
            Request::In(conversation, Ask::Wait { .. }) => Some(*conversation),
            _ => None,
        };
        let expects_answer = !matches!(request, Request::In(_, Ask::Typing { .. }));
        if let (true, Request::In(conversation, _)) = (expects_answer, &request) {
            // Noted, so that the death of the conversation's actor answers it.
            handle.depart(Some(0), *conversation, false);
        }
        // Also when the caller gives up and this future is dropped half-way.
        let _visit = Visit {
            gateway: self,
            session: handle.id,
            waits_in,
        };
        let origin = Origin {
            session: handle.id,
            request: 0,
            trail,
        };
        post(
            &self.supervisor,
            ToSupervisor::Visit(origin, principal, request),
        );
        if !expects_answer {
            return Ok(Reply::Ok);
        }
        if let Ok(answer) = tokio::time::timeout(duration(deadline), &mut receiver).await {
            return answer.unwrap_or_else(|_| Err(Reject::unavailable()));
        }
        if let Some(conversation) = waits_in {
            post(
                &self.supervisor,
                ToSupervisor::WaitOver(conversation, origin),
            );
        }
        match tokio::time::timeout(duration(PATIENCE_FOR_ANSWERS), receiver).await {
            Ok(Ok(answer)) => answer,
            _ => Err(Reject::unavailable()),
        }
    }

    /// Changes the configuration, or says what a change would do. Answered when the change
    /// is durable and holds.
    ///
    /// # Errors
    /// `forbidden`, `conflict`, `in_use`, `invalid_configuration`, `not_found`,
    /// `invalid_request`; `unavailable` when there is no answer in time.
    pub async fn reconfigure(
        &self,
        who: AgentId,
        trail: Trail,
        seen: Option<u64>,
        edit: Edit,
        moves: Moves,
        dry_run: bool,
    ) -> Result<Reconfigured, Reject> {
        self.admit()?;
        let (answer, answered) = oneshot::channel();
        let change = Reconfigure {
            who,
            trail,
            seen,
            edit,
            moves,
            dry_run,
            answer,
        };
        post(
            &self.supervisor,
            ToSupervisor::Reconfigure(Box::new(change)),
        );
        self.answer_to_admin(answered).await
    }

    /// How people sign in.
    #[must_use]
    pub fn staff(&self) -> &Arc<Staff> {
        &self.links.staff
    }

    /// Notes that a sign-in is in use, unless that was noted a moment ago. Nobody waits for it.
    pub fn note_use(&self, sign_in: &str) {
        let staff = &self.links.staff;
        let now = self.now();
        if staff.read(|roll| roll.used(sign_in, now)).is_none() {
            return;
        }
        // Decided anew under the lock: it may have ended in between.
        let noted = staff.change(&self.links, Token::Quiet, |roll, _, now| {
            Ok((
                (),
                roll.used(sign_in, now).into_iter().collect(),
                Vec::new(),
            ))
        });
        debug_assert!(noted.is_ok(), "it refuses nothing");
    }

    pub(super) async fn answer_to_admin<T>(
        &self,
        answered: oneshot::Receiver<Result<T, Reject>>,
    ) -> Result<T, Reject> {
        match tokio::time::timeout(duration(PATIENCE_OF_ADMINS), answered).await {
            Ok(Ok(answer)) => answer,
            _ => Err(Reject::unavailable()),
        }
    }

    /// Keeps the last good keys of a setting, or forgets them. Nobody waits for it: what is
    /// not kept is fetched again.
    pub fn keep_keys(&self, setting: AuthenticationId, keys: Option<Arc<KeptKeys>>) {
        self.links
            .write(Write::KeptKeys { setting, keys }, Token::Quiet);
    }

    /// What is known of a device.
    ///
    /// # Errors
    /// `overloaded`, `internal`, `unavailable`.
    pub async fn device(&self, id: DeviceId) -> Result<Option<Device>, Reject> {
        self.admit()?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |store: &Store| {
            let found = store.device(id).map_err(|error| {
                tracing::error!(%error, device = %id, "a device could not be read");
                Reject::new(
                    Code::Internal,
                    "The device could not be read; an operator has been told.",
                )
            });
            // Whoever asked may have given up.
            let _ = answer.send(found);
        });
        if self.links.readers.submit(job).is_err() {
            return Err(Reject::overloaded());
        }
        match tokio::time::timeout(duration(PATIENCE_FOR_ANSWERS), answered).await {
            Ok(Ok(found)) => found,
            _ => Err(Reject::unavailable()),
        }
    }

    /// Tells every session of somebody that they are not signed in any more.
    pub fn dismiss(&self, who: &Principal) {
        for handle in self.links.registry.all() {
            if handle.principal == *who {
                handle.tell(Outbound::Dismissed);
            }
        }
    }

    pub(super) fn admit(&self) -> Result<(), Reject> {
        if self.links.is_stopping() {
            Err(Reject::unavailable())
        } else if self.links.admits() {
            Ok(())
        } else {
            Err(Reject::overloaded())
        }
    }

    /// The configuration as it is now.
    #[must_use]
    pub fn company(&self) -> Arc<Company> {
        self.links.company()
    }

    /// The server's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.links.now()
    }

    /// Whether new work is taken: started, store healthy, not stopping.
    #[must_use]
    pub fn ready(&self) -> bool {
        !self.links.is_stopping()
    }

    /// Live sessions, HTTP requests under way included.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.links.registry.len()
    }

    /// Takes nothing new and tells every session to go.
    pub fn say_goodbye(&self) {
        self.links.stopping.store(true, Ordering::SeqCst);
        for handle in self.links.registry.all() {
            handle.tell(Outbound::GoAway);
        }
    }
}

pub(super) fn duration(d: Millis) -> std::time::Duration {
    std::time::Duration::from_millis(d.0)
}

struct OneAnswer(Mutex<Option<oneshot::Sender<Result<Reply, Reject>>>>);

impl Sink for OneAnswer {
    fn deliver(&self, outs: &mut dyn Iterator<Item = Outbound>) {
        for out in outs {
            if let Outbound::Answer { result, .. } = out
                && let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
            {
                // The caller may have given up; then nobody wants the answer.
                let _ = sender.send(result);
            }
        }
    }
}

/// An HTTP request under way.
struct Visit<'a> {
    gateway: &'a Gateway,
    session: SessionId,
    waits_in: Option<ConversationId>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if let Some(handle) = self.gateway.links.registry.remove(self.session) {
            for (_, actor) in handle.close() {
                post(
                    &actor,
                    ToConversation::Input(Input::SessionGone(self.session)),
                );
            }
        }
        if let Some(conversation) = self.waits_in {
            post(
                &self.gateway.supervisor,
                ToSupervisor::WaitGone(conversation, self.session),
            );
        }
    }
}

/// One live connection of a customer or an agent.
pub struct Session {
    handle: Arc<Handle>,
    gateway: Gateway,
}

impl Session {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.handle.id
    }

    /// Which way they came.
    #[must_use]
    pub fn trail(&self) -> Trail {
        self.handle.trail
    }

    /// Asks; the answer comes to the sink as `Outbound::Answer` with the same number
    /// (never synchronously), except for `Ask::Typing`, which has none.
    pub fn request(&mut self, number: u64, request: Request) {
        if let Err(reject) = self.gateway.admit() {
            self.handle.tell(Outbound::Answer {
                request: number,
                result: Err(reject),
            });
            return;
        }
        let origin = Origin {
            session: self.handle.id,
            request: number,
            trail: self.handle.trail,
        };
        let principal = self.handle.principal.clone();
        match request {
            Request::In(conversation, ask) => self.ask(origin, principal, conversation, ask),
            other => post(
                &self.gateway.supervisor,
                ToSupervisor::Request(origin, principal, other),
            ),
        }
    }

    fn ask(
        &mut self,
        origin: Origin,
        principal: Principal,
        conversation: ConversationId,
        ask: Ask,
    ) {
        let typing = matches!(ask, Ask::Typing { .. });
        if matches!(ask, Ask::Subscribe { .. })
            && self.handle.subscriptions() >= limits::SUBSCRIPTIONS_PER_SESSION_MAX
        {
            let sentence = format!(
                "A connection follows at most {} conversations; unsubscribe from one.",
                limits::SUBSCRIPTIONS_PER_SESSION_MAX
            );
            let result = Err(Reject::new(Code::TooManySubscriptions, sentence));
            self.handle.tell(Outbound::Answer {
                request: origin.request,
                result,
            });
            return;
        }
        // What needs the account of capacity goes through the supervisor.
        let direct = !matches!(
            ask,
            Ask::Pick | Ask::Reopen | Ask::TransferToAgent { .. } | Ask::Assign(_) | Ask::Place
        );
        let number = (!typing).then_some(origin.request);
        match self.handle.depart(number, conversation, direct) {
            Some(to) => post(
                &to,
                ToConversation::Input(Input::Ask {
                    origin,
                    principal,
                    ask,
                }),
            ),
            None => {
                let request = Request::In(conversation, ask);
                post(
                    &self.gateway.supervisor,
                    ToSupervisor::Request(origin, principal, request),
                );
            }
        }
    }

    /// A part of what is watched was handed to the client; the next may come.
    pub fn watch_taken(&self, what: Watched, number: u64) {
        let taken = ToSupervisor::WatchTaken(self.handle.id, what, number);
        post(&self.gateway.supervisor, taken);
    }

    /// Gives credit back for messages that were handed to the client.
    pub fn taken(&mut self, conversation: ConversationId, messages: u32) {
        if let Some(to) = self.handle.credit(conversation, messages) {
            post(
                &to,
                ToConversation::Input(Input::Taken {
                    session: self.handle.id,
                    messages,
                }),
            );
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let links = &self.gateway.links;
        links.registry.remove(self.handle.id);
        for (_, actor) in self.handle.close() {
            post(
                &actor,
                ToConversation::Input(Input::SessionGone(self.handle.id)),
            );
        }
        let last = links.registry.count_out(&self.handle.principal);
        let gone =
            ToSupervisor::Disconnected(self.handle.id, self.handle.principal.clone(), Last(last));
        post(&self.gateway.supervisor, gone);
    }
}
