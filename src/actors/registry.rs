//! Live sessions by number: where answers and deliveries find their way out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::Addr;

use crate::domain::audit::Trail;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::reject::{Code, Reject};
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::{Principal, Reply};
use crate::limits;
use crate::maps::{Map, Set};

use super::conversation::ConversationActor;
use super::gateway::Sink;

/// Requests that the actors make for a session themselves; their answers stay inside.
pub(super) const INTERNAL_REQUEST: u64 = u64::MAX;

const SHARDS: usize = 16;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between any two statements, so a panic elsewhere
    // leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The direct way from a session to a conversation it follows.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) to: Addr<ConversationActor>,
    /// The last message delivered.
    pub(super) cursor: Seq,
    /// Messages that may still be delivered.
    pub(super) credit: u32,
}

/// How a request goes to its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Direct,
    BySupervisor,
}

#[derive(Default)]
struct Traffic {
    routes: Map<ConversationId, Route>,
    /// Unanswered requests, with the conversation they went to and the way they took.
    in_flight: Map<u64, (ConversationId, Way)>,
    /// Unanswered requests by way of the supervisor. Until they are answered the direct
    /// way stays closed: what a session says second must not overtake what it said first.
    roundabout: Map<ConversationId, usize>,
    /// Refused because their conversation died; an answer that comes all the same is late.
    refused: Set<u64>,
    closed: bool,
}

/// One session as the actors see it.
pub struct Handle {
    pub(super) id: SessionId,
    pub(super) principal: Principal,
    /// Which way they came.
    pub(super) trail: Trail,
    sink: Arc<dyn Sink>,
    traffic: Mutex<Traffic>,
}

impl Handle {
    pub(super) fn new(
        id: SessionId,
        principal: Principal,
        trail: Trail,
        sink: Arc<dyn Sink>,
    ) -> Self {
        Self {
            id,
            principal,
            trail,
            sink,
            traffic: Mutex::default(),
        }
    }

    /// Tells the session, and notes what is answered and delivered by it.
    pub(super) fn tell(&self, out: Outbound) {
        let may_be_told = locked(&self.traffic).notes(&out);
        if may_be_told {
            self.sink.deliver(&mut std::iter::once(out));
        }
    }

    /// The same for several, in order: one lock and one wake for all.
    pub(super) fn tell_all(&self, mut outs: Vec<Outbound>) {
        {
            let mut traffic = locked(&self.traffic);
            outs.retain(|out| traffic.notes(out));
        }
        if !outs.is_empty() {
            self.sink.deliver(&mut outs.into_iter());
        }
    }

    /// Notes a request to a conversation and returns the direct way there, if it may take it.
    /// Without a number it is not answered, and its place among others does not matter.
    pub(super) fn depart(
        &self,
        request: Option<u64>,
        conversation: ConversationId,
        may_go_direct: bool,
    ) -> Option<Addr<ConversationActor>> {
        let mut traffic = locked(&self.traffic);
        let direct = traffic
            .routes
            .get(&conversation)
            .filter(|route| may_go_direct && route.to.connected())
            .filter(|_| !traffic.roundabout.contains_key(&conversation))
            .map(|route| route.to.clone());
        if let Some(request) = request {
            let way = if direct.is_some() {
                Way::Direct
            } else {
                *traffic.roundabout.entry(conversation).or_default() += 1;
                Way::BySupervisor
            };
            traffic.in_flight.insert(request, (conversation, way));
        }
        direct
    }

    /// Gives credit back; returns the way to the conversation.
    pub(super) fn credit(
        &self,
        conversation: ConversationId,
        messages: u32,
    ) -> Option<Addr<ConversationActor>> {
        let mut traffic = locked(&self.traffic);
        let route = traffic.routes.get_mut(&conversation)?;
        route.credit = route.credit.saturating_add(messages);
        Some(route.to.clone())
    }

    /// A subscription began. False if the session is gone already.
    pub(super) fn attach(&self, conversation: ConversationId, route: Route) -> bool {
        let mut traffic = locked(&self.traffic);
        if !traffic.closed {
            traffic.routes.insert(conversation, route);
        }
        !traffic.closed
    }

    pub(super) fn detach(&self, conversation: ConversationId) -> Option<Route> {
        locked(&self.traffic).routes.remove(&conversation)
    }

    pub(super) fn subscriptions(&self) -> usize {
        locked(&self.traffic).routes.len()
    }

    /// The session is gone: nothing is attached any more, and nothing can be.
    pub(super) fn close(&self) -> Vec<(ConversationId, Addr<ConversationActor>)> {
        let mut traffic = locked(&self.traffic);
        traffic.closed = true;
        traffic.in_flight.clear();
        traffic.roundabout.clear();
        traffic
            .routes
            .drain()
            .map(|(id, route)| (id, route.to))
            .collect()
    }

    /// The conversation's actor died: what was on its way there will not be answered.
    pub(super) fn refuse_in_flight(&self, conversation: ConversationId) {
        let lost: Vec<u64> = {
            let traffic = locked(&self.traffic);
            traffic
                .in_flight
                .iter()
                .filter(|(_, (c, _))| *c == conversation)
                .map(|(r, _)| *r)
                .collect()
        };
        for request in lost {
            locked(&self.traffic).refused.insert(request);
            self.tell(Outbound::Answer {
                request,
                result: Err(Reject::unavailable()),
            });
        }
    }
}

impl Traffic {
    /// Notes what a session is about to be told; false: it must not be.
    fn notes(&mut self, out: &Outbound) -> bool {
        match out {
            Outbound::Answer { request, .. } => {
                *request != INTERNAL_REQUEST && !self.is_late(*request)
            }
            Outbound::Messages {
                conversation,
                messages,
            } => {
                if let (Some(route), Some(last)) =
                    (self.routes.get_mut(conversation), messages.last())
                {
                    route.cursor = last.seq;
                    route.credit = route
                        .credit
                        .saturating_sub(u32::try_from(messages.len()).unwrap_or(u32::MAX));
                }
                true
            }
            _ => true,
        }
    }

    /// Notes an answer; whether the request has been refused before.
    fn is_late(&mut self, request: u64) -> bool {
        let way = self.in_flight.remove(&request);
        if let Some((conversation, Way::BySupervisor)) = way {
            self.reopen(conversation);
        }
        way.is_none() && self.refused.remove(&request)
    }

    fn reopen(&mut self, conversation: ConversationId) {
        if let Some(count) = self.roundabout.get_mut(&conversation) {
            *count -= 1;
            if *count == 0 {
                self.roundabout.remove(&conversation);
            }
        }
    }
}

/// Every live session.
#[derive(Default)]
pub(super) struct Registry {
    shards: [Mutex<Map<SessionId, Arc<Handle>>>; SHARDS],
    sockets: Mutex<HashMap<String, usize>>,
    next: AtomicU64,
}

impl Registry {
    pub(super) fn next_id(&self) -> SessionId {
        SessionId(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn shard(&self, id: SessionId) -> MutexGuard<'_, Map<SessionId, Arc<Handle>>> {
        let index = usize::try_from(id.0 % SHARDS as u64).expect("below SHARDS");
        locked(&self.shards[index])
    }

    pub(super) fn insert(&self, handle: Arc<Handle>) {
        self.shard(handle.id).insert(handle.id, handle);
    }

    pub(super) fn remove(&self, id: SessionId) -> Option<Arc<Handle>> {
        self.shard(id).remove(&id)
    }

    pub(super) fn get(&self, id: SessionId) -> Option<Arc<Handle>> {
        self.shard(id).get(&id).cloned()
    }

    /// Tells a session; one that is gone hears nothing.
    pub(super) fn tell(&self, id: SessionId, out: Outbound) {
        if let Some(handle) = self.get(id) {
            handle.tell(out);
        }
    }

    pub(super) fn answer(
        &self,
        origin: crate::engine::conversation::Origin,
        result: Result<Reply, Reject>,
    ) {
        self.tell(
            origin.session,
            Outbound::Answer {
                request: origin.request,
                result,
            },
        );
    }

    pub(super) fn all(&self) -> Vec<Arc<Handle>> {
        self.shards
            .iter()
            .flat_map(|s| locked(s).values().cloned().collect::<Vec<_>>())
            .collect()
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|s| locked(s).len()).sum()
    }

    /// Whether this person has a socket.
    pub(super) fn is_connected(&self, principal: &Principal) -> bool {
        locked(&self.sockets).contains_key(&counted(principal).0)
    }

    /// Counts a socket; returns whether it is the first of this person.
    pub(super) fn count_in(&self, principal: &Principal) -> Result<bool, Reject> {
        let (key, most) = counted(principal);
        let mut sockets = locked(&self.sockets);
        let count = sockets.entry(key).or_default();
        if *count >= most {
            let sentence = format!("You have {most} connections open; close one first.");
            return Err(Reject::new(Code::TooManySockets, sentence));
        }
        *count += 1;
        Ok(*count == 1)
    }

    /// Returns whether it was the last of this person.
    pub(super) fn count_out(&self, principal: &Principal) -> bool {
        let (key, _) = counted(principal);
        let mut sockets = locked(&self.sockets);
        let Some(count) = sockets.get_mut(&key) else {
            return true;
        };
        *count = count.saturating_sub(1);
        let last = *count == 0;
        if last {
            sockets.remove(&key);
        }
        last
    }
}

fn counted(principal: &Principal) -> (String, usize) {
    match principal {
        Principal::Customer(id) => (format!("c{id}"), limits::SOCKETS_PER_CUSTOMER_MAX),
        Principal::Agent { id, .. } => (format!("a{id}"), limits::SOCKETS_PER_AGENT_MAX),
    }
}
