//! What sessions watch: the machine says what they are told, here it is told to them.

use std::time::Duration;

use actix::{AsyncContext, Context};

use crate::domain::company::Role;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::engine::conversation::Origin;
use crate::engine::outbound::{Outbound, SessionId};
use crate::engine::request::Reply;
use crate::engine::view::AgentView;
use crate::engine::watch::Watched;

use super::SupervisorActor;

/// Looks for news. More often than they are told, so that the first change after a quiet time is
/// told at once.
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl SupervisorActor {
    pub(super) fn begin_telling_watchers(ctx: &mut Context<Self>) {
        ctx.run_interval(LOOK_EVERY, |actor, ctx| {
            if actor.machine.has_watch_news() {
                actor.with_machine(ctx, |m, now, out| m.tell_watches(now, out));
            }
        });
    }

    pub(super) fn watch(
        &mut self,
        origin: Origin,
        agent: &AgentId,
        role: Role,
        what: Watched,
        ctx: &mut Context<Self>,
    ) {
        if what == Watched::Floor && role < Role::Supervisor {
            return self.refuse(origin, Code::Forbidden, "Only supervisors see the floor.");
        }
        self.with_machine(ctx, |m, now, out| m.watch(origin, agent, what, now, out));
    }

    pub(super) fn note_connections(&mut self, agent: &AgentId, connections: usize) {
        if self.connections.insert(agent.clone(), connections) != Some(connections) {
            self.machine.agent_changed(agent);
        }
    }

    /// The machine does not know of connections.
    pub(super) fn count_connections(&self, agents: &mut [AgentView]) {
        for agent in agents {
            agent.connections = self.connections.get(&agent.id).copied().unwrap_or(0);
        }
    }

    pub(super) fn reply(&self, origin: Origin, mut result: Result<Reply, Reject>) {
        if let Ok(Reply::Watching(part)) = &mut result {
            self.count_connections(&mut part.agents);
        }
        self.links.registry.answer(origin, result);
    }

    pub(super) fn tell_watcher(&self, session: SessionId, mut told: Outbound) {
        if let Outbound::Watch(part) = &mut told {
            self.count_connections(&mut part.agents);
        }
        self.links.registry.tell(session, told);
    }
}
