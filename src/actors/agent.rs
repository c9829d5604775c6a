//! The actor of one agent: connections, presence, and whatever they are told.

use std::collections::HashMap;
use std::sync::Arc;

use actix::{Actor, Context, Handler, Message, WeakAddr};

use crate::domain::commit::Write;
use crate::domain::company::Presence;
use crate::engine::agent::{AgentEffect, AgentMachine};
use crate::engine::conversation::Origin;
use crate::engine::outbound::{Outbound, SessionId};

use super::links::{Links, Token};
use super::post::post;
use super::registry::Handle;
use super::supervisor::{SupervisorActor, ToSupervisor};

/// What an agent's actor is sent.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) enum ToAgent {
    /// A connection opened.
    Connected(Arc<Handle>),
    /// A connection closed.
    Disconnected(SessionId),
    /// The agent says what they are; answered by the supervisor, who knows their load.
    Choose(Presence, Option<Origin>),
    /// The agent asked something over HTTP.
    Seen,
    /// Look at the clock.
    Tick,
    /// Tell every connection.
    Tell(Outbound),
}

/// The actor.
pub(super) struct AgentActor {
    machine: AgentMachine,
    links: Links,
    supervisor: WeakAddr<SupervisorActor>,
    sessions: HashMap<SessionId, Arc<Handle>>,
}

impl AgentActor {
    pub(super) fn new(
        machine: AgentMachine,
        links: Links,
        supervisor: WeakAddr<SupervisorActor>,
    ) -> Self {
        Self {
            machine,
            links,
            supervisor,
            sessions: HashMap::new(),
        }
    }

    fn perform(&self, effects: Vec<AgentEffect>) {
        for effect in effects {
            match effect {
                AgentEffect::Write(row) => {
                    self.links.write(
                        Write::Agent {
                            agent: self.machine.id().clone(),
                            row,
                        },
                        Token::Quiet,
                    );
                }
                AgentEffect::Tell(out) => self.tell(&out),
                AgentEffect::Presence(_) => self.report_presence(None),
                AgentEffect::Absent => self.report(ToSupervisor::Absent(self.machine.id().clone())),
            }
        }
    }

    fn tell(&self, out: &Outbound) {
        for handle in self.sessions.values() {
            handle.tell(out.clone());
        }
    }

    fn report_presence(&self, answer: Option<Origin>) {
        self.report(ToSupervisor::Presence {
            agent: self.machine.id().clone(),
            presence: self.machine.presence(),
            connections: self.machine.connections(),
            answer,
        });
    }

    fn report(&self, message: ToSupervisor) {
        if let Some(supervisor) = self.supervisor.upgrade() {
            post(&supervisor, message);
        }
    }
}

impl Actor for AgentActor {
    type Context = Context<Self>;
}

impl Handler<ToAgent> for AgentActor {
    type Result = ();

    fn handle(&mut self, message: ToAgent, _: &mut Self::Context) {
        let now = self.links.now();
        let mut effects = Vec::new();
        match message {
            ToAgent::Connected(handle) => {
                let session = handle.id;
                self.sessions.insert(session, handle);
                self.machine.connected(session, now, &mut effects);
                self.perform(effects);
                self.report_presence(None);
                self.report(ToSupervisor::Greet(self.machine.id().clone(), session));
            }
            ToAgent::Disconnected(session) => {
                self.sessions.remove(&session);
                self.machine.disconnected(session, now, &mut effects);
                self.perform(effects);
                self.report_presence(None);
            }
            ToAgent::Choose(presence, answer) => {
                self.machine.choose(presence, now, &mut effects);
                self.perform(effects);
                self.report_presence(answer);
            }
            ToAgent::Seen => {
                self.machine.seen(now, &mut effects);
                self.perform(effects);
            }
            ToAgent::Tick => {
                self.machine.tick(now, &mut effects);
                self.perform(effects);
            }
            ToAgent::Tell(out) => self.tell(&out),
        }
    }
}
