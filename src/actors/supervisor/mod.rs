//! The supervisor's actor: performs what its machine wants, starts actors on their
//! arbiters, and answers what needs the whole floor.

mod asking;
mod configure;
mod erasing;
mod explaining;
mod linking;
mod lists;
mod lives;
mod message;
mod sampling;
mod sweeping;
mod watching;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::{Actor, Addr, AsyncContext, Context, Handler};
use actix_rt::ArbiterHandle;

use crate::clock::ConversationIds;
use crate::domain::commit::{AgentRow, Write};
use crate::domain::company::Presence;
use crate::domain::ids::{AgentId, ConversationId, CustomerId};
use crate::domain::statistics::Bucket;
use crate::engine::agent::AgentMachine;
use crate::engine::conversation::ConversationMachine;
use crate::engine::outbound::SessionId;
use crate::engine::request::{Ask, Principal, Request};
use crate::engine::supervisor::{Effect, Epoch, Supervisor};
use crate::store::Store;

use super::agent::{AgentActor, ToAgent};
use super::conversation::{ConversationActor, ToConversation};
use super::links::{Links, Token};
use super::post::post;
use super::timers::{Due, ROWS_AT_ONCE};

pub use configure::{Reconfigure, Reconfigured};
pub use erasing::BeginErasure;
pub(super) use erasing::ErasedOf;
pub use linking::BeginLink;
pub use message::{Boot, ToSupervisor};
pub(super) use message::{First, Last, LoadFailed};

/// The actor.
pub struct SupervisorActor {
    machine: Supervisor,
    links: Links,
    boot: Option<Boot>,
    arbiters: Vec<ArbiterHandle>,
    conversations: HashMap<ConversationId, (Epoch, Addr<ConversationActor>)>,
    agents: HashMap<AgentId, Addr<AgentActor>>,
    connections: HashMap<AgentId, usize>,
    due: Due,
    /// Conversations whose last life ended in death and that have not been read since.
    died: HashSet<ConversationId>,
    /// Sleeping conversations whose timer rows are being moved.
    moving: HashSet<ConversationId>,
    /// Changes to the configuration, one after the other.
    changes: configure::Changes,
    /// Whoever waits for links from devices to customers.
    waiters: linking::LinkWaiters,
    /// Whoever waits for customers to be erased.
    mourners: erasing::Waiting,
    /// The quarter of an hour in which those who wait were looked at last.
    sampled: Option<Bucket>,
    ids: ConversationIds,
}

impl SupervisorActor {
    /// The actor, with what the store knew at start-up.
    #[must_use]
    pub fn new(links: Links, boot: Boot) -> Self {
        let machine = Supervisor::new(links.company(), boot.parked.iter().copied());
        Self {
            machine,
            arbiters: boot.arbiters.clone(),
            boot: Some(boot),
            links,
            conversations: HashMap::new(),
            agents: HashMap::new(),
            connections: HashMap::new(),
            due: Due::default(),
            died: HashSet::new(),
            moving: HashSet::new(),
            changes: configure::Changes::default(),
            waiters: linking::LinkWaiters::default(),
            mourners: erasing::Waiting::default(),
            sampled: None,
            ids: ConversationIds::default(),
        }
    }

    fn arbiter(&self, hash: u128) -> &ArbiterHandle {
        // Random bits of a version-7 UUID are the low ones.
        let index = usize::try_from(hash % self.arbiters.len() as u128).expect("below the length");
        &self.arbiters[index]
    }

    fn perform(&mut self, effects: Vec<Effect>, ctx: &mut Context<Self>) {
        for effect in effects {
            match effect {
                Effect::Wake(id, epoch) => self.load(id, epoch, ctx),
                Effect::Create {
                    state,
                    events,
                    epoch,
                    origin,
                } => {
                    let id = state.id;
                    let (machine, first) = self.links.with_surroundings(|around| {
                        ConversationMachine::begin(*state, events, origin, around)
                    });
                    self.spawn(id, epoch, machine, first, ctx);
                }
                Effect::Forward(id, epoch, input) => {
                    if let Some((current, actor)) = self.conversations.get(&id)
                        && *current == epoch
                    {
                        post(actor, ToConversation::Input(input));
                    }
                }
                Effect::Drain(id, epoch) => {
                    if let Some((current, actor)) = self.conversations.get(&id)
                        && *current == epoch
                    {
                        post(actor, ToConversation::Drain);
                    }
                }
                Effect::LookUp(customer, workstream) => self.look_up(customer, workstream, ctx),
                Effect::Answer(origin, reject) => self.links.registry.answer(origin, Err(reject)),
                Effect::Reply(origin, result) => self.reply(origin, *result),
                Effect::Tell(session, told) => self.tell_watcher(session, told),
                Effect::Notify(agent, out) => post(&self.agent(&agent, ctx), ToAgent::Tell(out)),
                Effect::SetAway(agent) => post(
                    &self.agent(&agent, ctx),
                    ToAgent::Choose(Presence::Away, None),
                ),
                Effect::Park(conversation, reason) => {
                    tracing::error!(conversation = %conversation, reason, "conversation parked; see `linger inspect`");
                    let write = Write::Parked {
                        conversation,
                        reason: Some(reason),
                    };
                    self.links.write(write, Token::Quiet);
                }
                Effect::TimerDone(conversation) => self.timer_done(conversation, ctx),
                Effect::ReadTimers(page) => self.read_late_timers(page, ctx),
                Effect::MoveTimers(moves) => self.move_timers(moves, ctx),
                Effect::Swept(revision) => self.links.write(Write::Swept(revision), Token::Quiet),
                Effect::BeginLink {
                    customer,
                    affair,
                    device,
                } => self.write_link(customer, *affair, *device, ctx),
                Effect::KeepAffair(customer, affair) => {
                    let affair = Some(Arc::from(affair));
                    self.links
                        .write(Write::Affair { customer, affair }, Token::Quiet);
                }
                Effect::ReadLink {
                    number,
                    device,
                    into,
                } => self.read_link(number, device, into, ctx),
                Effect::EndLink { customer, done } => self.end_link(customer, *done, ctx),
                Effect::LinkOver(customer) => self.tell_link_over(&customer),
                Effect::BeginErasure(customer, erasure) => {
                    self.write_erasure(customer, *erasure, ctx);
                }
                Effect::ReadDoomed { number, customer } => self.read_doomed(number, customer, ctx),
                Effect::EraseThread(customer, id) => self.erase_thread(customer, id, ctx),
                Effect::KeepErasure(customer, erasure) => {
                    let erasure = Some(Arc::from(erasure));
                    self.links
                        .write(Write::Erasure { customer, erasure }, Token::Quiet);
                }
                Effect::EraseTraces { customer, erasure } => {
                    self.erase_traces(customer, *erasure, ctx);
                }
                Effect::RowsErased {
                    customer,
                    pseudonym,
                    erased,
                } => self.mourners.rows_erased(&customer, pseudonym, *erased),
                Effect::EraseBytes(pseudonym, conversations) => {
                    self.erase_bytes(pseudonym, conversations, ctx);
                }
                Effect::EndErasure(pseudonym) => self.end_erasure(pseudonym, ctx),
                Effect::ErasureOver(pseudonym) => self.mourners.over(&pseudonym),
                Effect::DismissCustomer(customer) => self.dismiss_customer(customer),
            }
        }
    }

    fn agent(&mut self, agent: &AgentId, ctx: &Context<Self>) -> Addr<AgentActor> {
        if let Some(actor) = self.agents.get(agent) {
            return actor.clone();
        }
        let actor = self.start_agent(agent, None, ctx);
        self.agents.insert(agent.clone(), actor.clone());
        actor
    }

    fn start_agent(
        &self,
        agent: &AgentId,
        row: Option<AgentRow>,
        ctx: &Context<Self>,
    ) -> Addr<AgentActor> {
        let machine = AgentMachine::new(agent.clone(), row, self.links.now());
        let (links, me) = (self.links.clone(), ctx.address().downgrade());
        let hash = agent
            .as_str()
            .bytes()
            .fold(0u128, |h, b| h.wrapping_mul(31).wrapping_add(u128::from(b)));
        AgentActor::start_in_arbiter(self.arbiter(hash), move |_| {
            AgentActor::new(machine, links, me)
        })
    }

    fn with_machine(
        &mut self,
        ctx: &mut Context<Self>,
        f: impl FnOnce(&mut Supervisor, crate::domain::time::Timestamp, &mut Vec<Effect>),
    ) {
        let mut out = Vec::new();
        f(&mut self.machine, self.links.now(), &mut out);
        self.perform(out, ctx);
    }

    fn read_timers(&mut self, ctx: &Context<Self>) {
        if !self.due.should_read() {
            return;
        }
        let (me, now) = (ctx.address(), self.links.now());
        // The rows of parked conversations stay; they must not hide what is behind them.
        let parked: HashSet<ConversationId> = self.machine.parked().collect();
        let job = Box::new(move |store: &Store| {
            let rows = store.timers_due(now, ROWS_AT_ONCE + parked.len());
            let due = |rows: Vec<(_, ConversationId)>| {
                let ids = rows.into_iter().map(|(_, id)| id);
                ids.filter(|id| !parked.contains(id))
                    .take(ROWS_AT_ONCE)
                    .collect()
            };
            let rows = rows.map(due);
            if let Err(error) = &rows {
                tracing::error!(%error, "timers could not be read; trying again in a second");
            }
            post(&me, ToSupervisor::TimersDue(rows.ok()));
        });
        if self.links.readers.submit(job).is_err() {
            self.due.failed();
        }
    }

    fn timer_done(&mut self, conversation: ConversationId, ctx: &Context<Self>) {
        if self.due.done(conversation) {
            self.read_timers(ctx);
        }
    }

    /// A customer without a socket is here all the same.
    fn note_visit(
        &mut self,
        session: SessionId,
        principal: &Principal,
        request: &Request,
        ctx: &mut Context<Self>,
    ) {
        if let Principal::Customer(customer) = principal {
            let waits = matches!(request, Request::In(_, Ask::Wait { .. }));
            let poll = waits.then_some(session);
            self.with_machine(ctx, |m, now, out| m.visited(customer, poll, now, out));
        }
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        let registry = self.links.registry.clone();
        self.with_machine(ctx, |m, now, out| {
            m.tick(now, out);
            let has_socket =
                |c: &CustomerId| registry.is_connected(&Principal::Customer(c.clone()));
            m.miss_customers(now, has_socket, out);
        });
        for agent in self.agents.values() {
            post(agent, ToAgent::Tick);
        }
        self.read_timers(ctx);
        self.sample();
        let census = &self.links.census;
        census
            .awake
            .store(self.conversations.len(), Ordering::Relaxed);
        census.live.store(
            self.machine.assignment().summaries().count(),
            Ordering::Relaxed,
        );
        let violations = self.machine.assignment().violations();
        if !violations.is_empty() {
            tracing::error!(agents = ?violations, "load is above capacity without an override: this is a fault of linger");
        }
    }
}

impl Actor for SupervisorActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let Some(boot) = self.boot.take() else { return };
        for (agent, row) in boot.agents {
            let actor = self.start_agent(&agent, Some(row), ctx);
            self.agents.insert(agent, actor);
        }
        for summary in boot.live {
            self.machine.restore(summary);
        }
        for (customer, affair) in boot.affairs {
            self.machine.resume_link(customer, affair);
        }
        for (customer, erasure) in boot.erasures {
            self.machine.resume_erasure(customer, erasure);
        }
        self.with_machine(ctx, |m, now, out| {
            m.begin_work(now, out);
            if !boot.swept {
                m.sweep_timers(out);
            }
        });
        self.read_timers(ctx);
        ctx.run_interval(std::time::Duration::from_secs(1), |actor, ctx| {
            actor.tick(ctx);
        });
        Self::begin_telling_watchers(ctx);
    }
}

impl Handler<ToSupervisor> for SupervisorActor {
    type Result = ();

    fn handle(&mut self, message: ToSupervisor, ctx: &mut Self::Context) {
        match message {
            ToSupervisor::Request(origin, principal, request) => {
                self.request(origin, principal, request, ctx);
            }
            ToSupervisor::Visit(origin, principal, request) => {
                self.note_visit(origin.session, &principal, &request, ctx);
                self.request(origin, principal, request, ctx);
            }
            ToSupervisor::WaitOver(id, origin) => {
                self.with_machine(ctx, |m, _, out| m.wait_over(id, origin, out));
            }
            ToSupervisor::WaitGone(id, session) => {
                self.with_machine(ctx, |m, now, out| {
                    m.poll_over(session, now);
                    m.session_gone(id, session, out);
                });
            }
            ToSupervisor::Connected(session, principal, first) => match principal {
                Principal::Agent { id, .. } => {
                    let actor = self.agent(&id, ctx);
                    if let Some(handle) = self.links.registry.get(session) {
                        post(&actor, ToAgent::Connected(handle));
                    }
                }
                Principal::Customer(customer) if first.0 => {
                    self.with_machine(ctx, |m, _, out| m.customer_connection(&customer, true, out));
                }
                Principal::Customer(_) => {}
            },
            ToSupervisor::Disconnected(session, principal, last) => match principal {
                Principal::Agent { id, .. } => {
                    self.machine.watcher_gone(session);
                    post(&self.agent(&id, ctx), ToAgent::Disconnected(session));
                }
                Principal::Customer(customer) if last.0 => {
                    self.with_machine(ctx, |m, _, out| {
                        m.customer_connection(&customer, false, out);
                    });
                }
                Principal::Customer(_) => {}
            },
            ToSupervisor::Loaded(id, epoch, loaded) => self.loaded(id, epoch, loaded, ctx),
            ToSupervisor::LookedUp(customer, workstream, found) => {
                let id = self.ids.fresh(self.links.now());
                self.with_machine(ctx, |m, now, out| {
                    m.looked_up(&customer, &workstream, found, id, now, out);
                });
            }
            ToSupervisor::Observe(summary) => {
                self.with_machine(ctx, |m, now, out| m.observe(*summary, now, out));
            }
            ToSupervisor::Settled(action, id) => {
                self.with_machine(ctx, |m, now, out| m.settled(action, id, now, out));
            }
            ToSupervisor::StartElsewhere {
                ended,
                origin,
                start,
            } => {
                let id = self.ids.fresh(self.links.now());
                self.with_machine(ctx, |m, now, out| {
                    m.start_elsewhere(ended, *start, origin, id, now, out);
                });
            }
            ToSupervisor::WantsSleep(id, epoch) => {
                self.with_machine(ctx, |m, _, out| m.wants_sleep(id, epoch, out));
            }
            ToSupervisor::Asleep(id, epoch) => {
                if self
                    .conversations
                    .get(&id)
                    .is_some_and(|(e, _)| *e == epoch)
                {
                    self.conversations.remove(&id);
                }
                self.with_machine(ctx, |m, _, out| m.asleep(id, epoch, out));
            }
            ToSupervisor::Stays(id, epoch) => {
                self.with_machine(ctx, |m, now, out| m.stays(id, epoch, now, out));
            }
            ToSupervisor::Died {
                conversation,
                epoch,
                sessions,
            } => self.died(conversation, epoch, &sessions, ctx),
            ToSupervisor::TimerDone(id) => self.timer_done(id, ctx),
            ToSupervisor::TimersDue(None) => self.due.failed(),
            ToSupervisor::TimersDue(Some(rows)) => {
                self.due.read(&rows);
                self.with_machine(ctx, |m, _, out| {
                    for id in rows {
                        m.timer_due(id, out);
                    }
                });
            }
            ToSupervisor::Presence {
                agent,
                presence,
                connections,
                answer,
            } => {
                self.note_connections(&agent, connections);
                self.with_machine(ctx, |m, now, out| m.presence(&agent, presence, now, out));
                if let Some(origin) = answer {
                    self.answer_agent(&agent, origin);
                }
            }
            ToSupervisor::Greet(agent, session) => {
                for out in self.machine.greeting(&agent) {
                    self.links.registry.tell(session, out);
                }
            }
            ToSupervisor::Absent(agent) => {
                self.with_machine(ctx, |m, _, out| m.absent(&agent, out));
            }
            ToSupervisor::Reconfigure(change) => self.reconfigure(*change, ctx),
            ToSupervisor::ChangeChecked(found) => self.change_checked(found, ctx),
            ToSupervisor::ChangeWritten => self.change_written(ctx),
            ToSupervisor::TimersRead(number, page) => {
                self.with_machine(ctx, |m, _, out| m.timers_read(number, page, out));
            }
            ToSupervisor::TimersMoved => {
                self.moving.clear();
                self.with_machine(ctx, |m, _, out| m.timers_moved(out));
            }
            ToSupervisor::Link(wanted) => self.begin_link(*wanted, ctx),
            ToSupervisor::AwaitLink(customer, over) => self.await_link(customer, over),
            ToSupervisor::LinkBegun(customer) => self.link_begun(&customer, ctx),
            ToSupervisor::LinkRead(customer, number, found) => {
                self.with_machine(ctx, |m, _, out| m.link_read(&customer, number, found, out));
            }
            ToSupervisor::LinkOver(customer) => {
                self.with_machine(ctx, |m, _, out| m.link_over(&customer, out));
            }
            ToSupervisor::Erase(wanted) => self.begin_erasure(*wanted, ctx),
            ToSupervisor::ErasureBegun(customer) => self.erasure_begun(&customer, ctx),
            ToSupervisor::DoomedRead(customer, number, found) => {
                self.with_machine(ctx, |m, _, out| {
                    m.doomed_read(&customer, number, found, out);
                });
            }
            ToSupervisor::RemainsRead(remains) => self.write_erase(*remains, ctx),
            ToSupervisor::ThreadErased(id, done) => self.thread_erased(id, done, ctx),
            ToSupervisor::TracesRead(clearing) => self.clear_traces(*clearing, ctx),
            ToSupervisor::TracesErased(customer, found) => {
                self.with_machine(ctx, |m, _, out| {
                    m.traces_erased(&customer, found.map(|found| *found), out);
                });
            }
            ToSupervisor::BytesErased(pseudonym, done) => {
                self.with_machine(ctx, |m, _, out| m.bytes_erased(&pseudonym, done, out));
            }
            ToSupervisor::ErasureOver(pseudonym) => {
                self.with_machine(ctx, |m, _, out| m.erasure_over(&pseudonym, out));
            }
            ToSupervisor::Tick => self.tick(ctx),
            ToSupervisor::WatchTaken(session, what, number) => {
                self.with_machine(ctx, |m, now, out| {
                    m.watch_taken(session, what, number, now, out);
                });
            }
            ToSupervisor::ExplainStart(origin, supposed, existing) => {
                self.explained(origin, &supposed, existing);
            }
            #[cfg(test)]
            ToSupervisor::Kill(id) => {
                if let Some((_, actor)) = self.conversations.get(&id) {
                    post(actor, ToConversation::Panic);
                }
            }
        }
    }
}
