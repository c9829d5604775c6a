//! The supervisor's actor: performs what its machine wants, starts actors on their
//! arbiters, and answers what needs the whole floor.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message};
use actix_rt::ArbiterHandle;

use crate::clock::new_conversation_id;
use crate::domain::command::Start;
use crate::domain::commit::{AgentRow, Write};
use crate::domain::conversation::State;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::workstream::{Presence, Role};
use crate::engine::agent::AgentMachine;
use crate::engine::conversation::{ActionId, ConversationMachine, Memory, Origin};
use crate::engine::outbound::SessionId;
use crate::engine::request::{Ask, ListFilter, Principal, Reply, Request};
use crate::engine::summary::Summary;
use crate::engine::supervisor::{Effect, Epoch, Supervisor, Woken};
use crate::engine::view::ConversationView;
use crate::limits;
use crate::store::Loaded;
use crate::store::{Store, StoreError};

use super::agent::{AgentActor, ToAgent};
use super::conversation::{ConversationActor, ToConversation};
use super::links::{Links, Token};
use super::post::post;
use super::registry::{Handle, INTERNAL_REQUEST};
use super::timers::{Due, ROWS_AT_ONCE};

/// After a start of the server customers need a moment to reconnect.
const RECONNECT_GRACE: std::time::Duration = std::time::Duration::from_secs(30);

/// What a start-up hands over.
pub struct Boot {
    /// Every open, active or wrap-up conversation.
    pub live: Vec<Summary>,
    /// What was set aside for an operator.
    pub parked: Vec<ConversationId>,
    /// Presence from before.
    pub agents: Vec<(AgentId, AgentRow)>,
    /// Where conversations and agents live, by hash of their id.
    pub arbiters: Vec<ArbiterHandle>,
}

/// What the supervisor is sent.
#[derive(Message)]
#[rtype(result = "()")]
pub enum ToSupervisor {
    /// A client asks something that does not go to a conversation directly.
    Request(Origin, Principal, Request),
    /// A long poll has waited long enough.
    WaitOver(ConversationId, Origin),
    /// A long poll was given up.
    WaitGone(ConversationId, SessionId),
    /// A socket opened; `first` of this person.
    Connected(SessionId, Principal, First),
    /// A socket closed; `last` of this person.
    Disconnected(SessionId, Principal, Last),
    /// The store has read a conversation.
    Loaded(
        ConversationId,
        Epoch,
        Result<Option<Box<Loaded>>, LoadFailed>,
    ),
    /// The store has looked up a customer's newest conversation.
    LookedUp(
        CustomerId,
        WorkstreamId,
        Result<Option<ConversationId>, Reject>,
    ),
    /// A conversation's durable state changed.
    Observe(Box<Summary>),
    /// A step was taken or refused.
    Settled(ActionId, ConversationId),
    /// A start went to a conversation that has ended.
    StartElsewhere {
        /// Which one.
        ended: ConversationId,
        /// Whom to answer.
        origin: Origin,
        /// What it said.
        start: Box<Start>,
    },
    /// A conversation would like to sleep.
    WantsSleep(ConversationId, Epoch),
    /// A conversation sleeps.
    Asleep(ConversationId, Epoch),
    /// A conversation was not idle any more.
    Stays(ConversationId, Epoch),
    /// A conversation's actor died.
    Died {
        /// Which.
        conversation: ConversationId,
        /// In which life.
        epoch: Epoch,
        /// Who followed it.
        sessions: Vec<Arc<Handle>>,
    },
    /// A timer has been dealt with.
    TimerDone(ConversationId),
    /// Timer rows that are due, in order.
    TimersDue(Option<Vec<ConversationId>>),
    /// An agent's presence or connections, perhaps with somebody to answer.
    Presence {
        /// Who.
        agent: AgentId,
        /// What.
        presence: Presence,
        /// How many.
        connections: usize,
        /// Whom to answer with the agent's view.
        answer: Option<Origin>,
    },
    /// An agent has connected: tell that session what is theirs.
    Greet(AgentId, SessionId),
    /// An agent has been gone for too long.
    Absent(AgentId),
    /// Look at the clock.
    Tick,
    /// For tests of supervision: make a conversation's actor die.
    #[cfg(test)]
    Kill(ConversationId),
}

/// Whether a socket is the first of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First(pub bool);

/// Whether a socket was the last of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last(pub bool);

/// Why a conversation could not be read.
#[derive(Debug)]
pub enum LoadFailed {
    /// The store says so.
    Store(StoreError),
    /// The readers have as much as they can take.
    Busy,
}

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
            }
        }
    }

    fn spawn(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        machine: ConversationMachine,
        first: Vec<crate::engine::conversation::Effect>,
        ctx: &Context<Self>,
    ) {
        let (links, me) = (self.links.clone(), ctx.address().downgrade());
        let actor = ConversationActor::start_in_arbiter(self.arbiter(id.0), move |_| {
            ConversationActor::new(machine, first, epoch, links, me)
        });
        self.conversations.insert(id, (epoch, actor));
    }

    fn load(&self, id: ConversationId, epoch: Epoch, ctx: &Context<Self>) {
        let me = ctx.address();
        let job = Box::new(move |store: &Store| {
            let loaded = store
                .load(id)
                .map(|l| l.map(Box::new))
                .map_err(LoadFailed::Store);
            post(&me, ToSupervisor::Loaded(id, epoch, loaded));
        });
        if self.links.readers.submit(job).is_err() {
            post(
                &ctx.address(),
                ToSupervisor::Loaded(id, epoch, Err(LoadFailed::Busy)),
            );
        }
    }

    fn loaded(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        loaded: Result<Option<Box<Loaded>>, LoadFailed>,
        ctx: &mut Context<Self>,
    ) {
        let woken = match loaded {
            Ok(None) => Woken::Missing,
            Ok(Some(loaded)) if loaded.parked.is_some() => Woken::Parked,
            Ok(Some(loaded)) => {
                let machine = ConversationMachine::wake(memory(*loaded));
                let summary = Box::new(machine.summary());
                self.spawn(id, epoch, machine, Vec::new(), ctx);
                Woken::Here(summary)
            }
            Err(LoadFailed::Busy) => Woken::Busy,
            Err(LoadFailed::Store(error)) => {
                tracing::error!(conversation = %id, %error, "a conversation could not be read; it is set aside");
                Woken::Unreadable
            }
        };
        self.with_machine(ctx, |machine, now, out| {
            machine.woken(id, epoch, woken, now, out)
        });
    }

    fn look_up(&self, customer: CustomerId, workstream: WorkstreamId, ctx: &Context<Self>) {
        let me = ctx.address();
        let (c, w) = (customer.clone(), workstream.clone());
        let job = Box::new(move |store: &Store| {
            let found = store.current(&c, &w).map_err(|error| {
                tracing::error!(%error, "a customer's conversation could not be looked up");
                Reject::new(
                    Code::Internal,
                    "Your conversation could not be looked up; try again.",
                )
            });
            post(&me, ToSupervisor::LookedUp(c, w, found));
        });
        if self.links.readers.submit(job).is_err() {
            post(
                &ctx.address(),
                ToSupervisor::LookedUp(customer, workstream, Err(Reject::overloaded())),
            );
        }
    }

    fn agent(&mut self, agent: &AgentId, ctx: &Context<Self>) -> Addr<AgentActor> {
        if let Some(actor) = self.agents.get(agent) {
            return actor.clone();
        }
        let actor = self.start_agent(agent.clone(), None, ctx);
        self.agents.insert(agent.clone(), actor.clone());
        actor
    }

    fn start_agent(
        &self,
        agent: AgentId,
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

    fn request(
        &mut self,
        origin: Origin,
        principal: Principal,
        request: Request,
        ctx: &mut Context<Self>,
    ) {
        if let Principal::Agent { id, .. } = &principal {
            let actor = self.agent(id, ctx);
            post(&actor, ToAgent::Seen);
        }
        match (request, principal) {
            (Request::In(conversation, ask), principal) => {
                self.with_machine(ctx, |m, now, out| {
                    m.ask(conversation, origin, principal, ask, now, out)
                });
            }
            (Request::Start(start), Principal::Customer(customer)) => {
                self.with_machine(ctx, |m, _, out| m.start(customer, start, origin, out));
            }
            (Request::Start(_), Principal::Agent { .. }) => {
                self.refuse(
                    origin,
                    Code::Forbidden,
                    "Only customers start conversations.",
                );
            }
            (Request::List(filter), principal) => self.list(origin, &principal, filter),
            (Request::SetPresence(presence), Principal::Agent { id, .. }) => {
                post(
                    &self.agent(&id, ctx),
                    ToAgent::Choose(presence, Some(origin)),
                );
            }
            (Request::Me, Principal::Agent { id, .. }) => self.answer_agent(&id, origin),
            (Request::Floor, Principal::Agent { role, .. }) if role >= Role::Supervisor => {
                let mut floor = self.machine.assignment().floor();
                for agent in &mut floor.agents {
                    agent.connections = self.connections.get(&agent.id).copied().unwrap_or(0);
                }
                self.links.registry.answer(origin, Ok(Reply::Floor(floor)));
            }
            (Request::Floor, Principal::Agent { .. }) => {
                self.refuse(origin, Code::Forbidden, "Only supervisors see the floor.");
            }
            (Request::SetPresence(_) | Request::Me | Request::Floor, Principal::Customer(_)) => {
                self.refuse(origin, Code::Forbidden, "Only agents can do this.");
            }
        }
    }

    fn refuse(&self, origin: Origin, code: Code, sentence: &str) {
        self.links
            .registry
            .answer(origin, Err(Reject::new(code, sentence)));
    }

    fn answer_agent(&self, agent: &AgentId, origin: Origin) {
        let result = match self.machine.assignment().agent_view(agent) {
            Some(mut view) => {
                view.connections = self.connections.get(agent).copied().unwrap_or(0);
                Ok(Reply::Agent(view))
            }
            None => Err(Reject::new(
                Code::UnknownAgent,
                "You are not configured as an agent (any more).",
            )),
        };
        self.links.registry.answer(origin, result);
    }

    fn list(&self, origin: Origin, principal: &Principal, filter: ListFilter) {
        let limit = filter
            .limit
            .unwrap_or(limits::LIST_PAGE)
            .clamp(1, limits::LIST_PAGE_MAX);
        let registry = self.links.registry.clone();
        let job: crate::store::readers::ReadJob = match principal {
            Principal::Customer(customer) => {
                let customer = customer.clone();
                Box::new(move |store: &Store| {
                    registry.answer(
                        origin,
                        listed(list_of_customer(store, &customer, &filter, limit)),
                    );
                })
            }
            Principal::Agent { id, role } => {
                let live = self.live_list(id, *role, &filter);
                let wants_waiting = filter.mine
                    && (filter.states.is_empty() || filter.states.contains(&State::Waiting));
                let id = id.clone();
                Box::new(move |store: &Store| {
                    let waiting = if wants_waiting {
                        waiting_of(store, &id, filter.before, limit)
                    } else {
                        Ok(Vec::new())
                    };
                    let all = waiting.map(|waiting| {
                        let mut all: Vec<_> = live.into_iter().chain(waiting).collect();
                        all.sort_by_key(|v| std::cmp::Reverse(v.id));
                        all.dedup_by_key(|v| v.id);
                        all.truncate(limit);
                        all
                    });
                    registry.answer(origin, listed(all));
                })
            }
        };
        if self.links.readers.submit(job).is_err() {
            self.links
                .registry
                .answer(origin, Err(Reject::overloaded()));
        }
    }

    /// What of the live conversations an agent sees in a list.
    fn live_list(
        &self,
        agent: &AgentId,
        role: Role,
        filter: &ListFilter,
    ) -> Vec<Arc<ConversationView>> {
        let company = self.links.company();
        self.machine
            .assignment()
            .summaries()
            .filter(|s| {
                let view = &s.view;
                let mine = view.agent.as_ref() == Some(agent)
                    || view.transfer_to.as_ref() == Some(agent)
                    || view.waiting_for.as_ref() == Some(agent);
                let member = company
                    .queues
                    .get(&view.queue)
                    .is_some_and(|q| q.members.contains(agent));
                let of_interest = if filter.mine {
                    mine
                } else {
                    mine || role >= Role::Supervisor || (member && view.state == State::Open)
                };
                of_interest
                    && (filter.states.is_empty() || filter.states.contains(&view.state))
                    && filter.before.is_none_or(|b| view.id < b)
            })
            .map(|s| s.view.clone())
            .collect()
    }

    fn read_timers(&mut self, ctx: &Context<Self>) {
        if !self.due.should_read() {
            return;
        }
        let (me, now) = (ctx.address(), self.links.now());
        let job = Box::new(move |store: &Store| {
            let rows = store.timers_due(now, ROWS_AT_ONCE);
            let rows = rows.map(|rows| rows.into_iter().map(|(_, id)| id).collect());
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

    fn died(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        sessions: &[Arc<Handle>],
        ctx: &mut Context<Self>,
    ) {
        tracing::error!(conversation = %conversation, "the actor of a conversation died; it comes back from the store");
        self.conversations.remove(&conversation);
        let routes: Vec<_> = sessions
            .iter()
            .filter_map(|handle| {
                let route = handle.detach(conversation)?;
                Some((handle.clone(), route))
            })
            .collect();
        // Also those who did not follow it: what was in its mailbox is answered by nobody.
        for handle in self.links.registry.all() {
            handle.refuse_in_flight(conversation);
        }
        self.with_machine(ctx, |m, now, out| {
            m.died(conversation, epoch, now, out);
            for (handle, route) in routes {
                let origin = Origin {
                    session: handle.id,
                    request: INTERNAL_REQUEST,
                };
                let ask = Ask::Subscribe {
                    after: route.cursor,
                    credit: route.credit,
                };
                m.ask(
                    conversation,
                    origin,
                    handle.principal.clone(),
                    ask,
                    now,
                    out,
                );
            }
        });
    }

    /// Live customers who did not come back after a start of the server are gone.
    fn miss_customers(&mut self, ctx: &mut Context<Self>) {
        let registry = self.links.registry.clone();
        self.with_machine(ctx, |m, _, out| {
            for customer in m.live_customers() {
                if !registry.is_connected(&Principal::Customer(customer.clone())) {
                    m.customer_connection(&customer, false, out);
                }
            }
        });
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        self.with_machine(ctx, |m, now, out| m.tick(now, out));
        for agent in self.agents.values() {
            post(agent, ToAgent::Tick);
        }
        self.read_timers(ctx);
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
            let actor = self.start_agent(agent.clone(), Some(row), ctx);
            self.agents.insert(agent, actor);
        }
        for summary in boot.live {
            self.machine.restore(summary);
        }
        self.with_machine(ctx, |m, now, out| m.begin_work(now, out));
        self.read_timers(ctx);
        ctx.run_later(RECONNECT_GRACE, |actor, ctx| actor.miss_customers(ctx));
        ctx.run_interval(std::time::Duration::from_secs(1), |actor, ctx| {
            actor.tick(ctx)
        });
    }
}

impl Handler<ToSupervisor> for SupervisorActor {
    type Result = ();

    fn handle(&mut self, message: ToSupervisor, ctx: &mut Self::Context) {
        match message {
            ToSupervisor::Request(origin, principal, request) => {
                self.request(origin, principal, request, ctx)
            }
            ToSupervisor::WaitOver(id, origin) => {
                self.with_machine(ctx, |m, _, out| m.wait_over(id, origin, out))
            }
            ToSupervisor::WaitGone(id, session) => {
                self.with_machine(ctx, |m, _, out| m.session_gone(id, session, out))
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
                    post(&self.agent(&id, ctx), ToAgent::Disconnected(session))
                }
                Principal::Customer(customer) if last.0 => {
                    self.with_machine(ctx, |m, _, out| {
                        m.customer_connection(&customer, false, out)
                    });
                }
                Principal::Customer(_) => {}
            },
            ToSupervisor::Loaded(id, epoch, loaded) => self.loaded(id, epoch, loaded, ctx),
            ToSupervisor::LookedUp(customer, workstream, found) => {
                self.with_machine(ctx, |m, now, out| {
                    m.looked_up(
                        &customer,
                        &workstream,
                        found,
                        new_conversation_id(now),
                        now,
                        out,
                    );
                })
            }
            ToSupervisor::Observe(summary) => {
                self.with_machine(ctx, |m, now, out| m.observe(*summary, now, out))
            }
            ToSupervisor::Settled(action, id) => {
                self.with_machine(ctx, |m, now, out| m.settled(action, id, now, out))
            }
            ToSupervisor::StartElsewhere {
                ended,
                origin,
                start,
            } => self.with_machine(ctx, |m, now, out| {
                m.start_elsewhere(ended, *start, origin, new_conversation_id(now), now, out);
            }),
            ToSupervisor::WantsSleep(id, epoch) => {
                self.with_machine(ctx, |m, _, out| m.wants_sleep(id, epoch, out))
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
                self.with_machine(ctx, |m, now, out| m.stays(id, epoch, now, out))
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
                self.connections.insert(agent.clone(), connections);
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
                self.with_machine(ctx, |m, _, out| m.absent(&agent, out))
            }
            ToSupervisor::Tick => self.tick(ctx),
            #[cfg(test)]
            ToSupervisor::Kill(id) => {
                if let Some((_, actor)) = self.conversations.get(&id) {
                    post(actor, ToConversation::Panic);
                }
            }
        }
    }
}

fn memory(loaded: Loaded) -> Memory {
    let Loaded {
        conversation,
        recent,
        client_ids,
        client_ids_complete,
        snapshot,
        timer,
        parked: _,
    } = loaded;
    Memory {
        state: conversation,
        recent,
        client_ids,
        client_ids_complete,
        timer,
        snapshot,
    }
}

type Listed = Result<Vec<Arc<ConversationView>>, StoreError>;

fn listed(list: Listed) -> Result<Reply, Reject> {
    list.map(Reply::List).map_err(|error| {
        tracing::error!(%error, "a list could not be read");
        Reject::new(
            Code::Internal,
            "The list could not be read; an operator has been told.",
        )
    })
}

fn list_of_customer(
    store: &Store,
    customer: &CustomerId,
    filter: &ListFilter,
    limit: usize,
) -> Listed {
    let ids = store.conversations_of(customer, filter.before, limit)?;
    let mut views = views_of(store, &ids)?;
    views.retain(|v| filter.states.is_empty() || filter.states.contains(&v.state));
    Ok(views)
}

fn waiting_of(
    store: &Store,
    agent: &AgentId,
    before: Option<ConversationId>,
    limit: usize,
) -> Listed {
    views_of(store, &store.waiting_of(agent, before, limit)?)
}

fn views_of(store: &Store, ids: &[ConversationId]) -> Listed {
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(state) = store.conversation(*id)? {
            views.push(Arc::new(ConversationView::from(&state)));
        }
    }
    Ok(views)
}
