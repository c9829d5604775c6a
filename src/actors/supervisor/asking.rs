//! What clients ask that concerns no conversation, or none they are attached to.

use actix::Context;

use crate::domain::company::Role;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::engine::conversation::Origin;
use crate::engine::quick_replies;
use crate::engine::request::{Principal, Reply, Request};
use crate::engine::workplace::CompanyView;

use super::super::agent::ToAgent;
use super::super::post::post;
use super::SupervisorActor;

impl SupervisorActor {
    pub(super) fn request(
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
                    m.ask(conversation, origin, principal, ask, now, out);
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
                self.count_connections(&mut floor.agents);
                self.links.registry.answer(origin, Ok(Reply::Floor(floor)));
            }
            (Request::Floor, Principal::Agent { .. }) => {
                self.refuse(origin, Code::Forbidden, "Only supervisors see the floor.");
            }
            (Request::QuickReplies, Principal::Agent { .. }) => {
                let replies = quick_replies::written(&self.links.company());
                self.links
                    .registry
                    .answer(origin, Ok(Reply::QuickReplies(replies)));
            }
            (Request::Company, Principal::Agent { .. }) => {
                let assignment = self.machine.assignment();
                let view = CompanyView::of(&self.links.company(), |id| assignment.presence_of(id));
                let reply = Reply::Company(Box::new(view));
                self.links.registry.answer(origin, Ok(reply));
            }
            (Request::Watch(what), Principal::Agent { id, role }) => {
                self.watch(origin, &id, role, what, ctx);
            }
            (Request::Unwatch(what), Principal::Agent { .. }) => {
                self.machine.unwatch(origin.session, what);
                self.links.registry.answer(origin, Ok(Reply::Ok));
            }
            (Request::Count(filter), principal @ Principal::Agent { .. }) => {
                self.count(origin, &principal, filter);
            }
            (Request::ExplainStart(supposed), Principal::Agent { role, .. })
                if role >= Role::Supervisor =>
            {
                self.explain_start(origin, supposed, ctx);
            }
            (Request::ExplainStart(_), Principal::Agent { .. }) => {
                self.refuse(origin, Code::Forbidden, "Only supervisors can do this.");
            }
            (
                Request::SetPresence(_)
                | Request::Me
                | Request::Floor
                | Request::Count(_)
                | Request::ExplainStart(_)
                | Request::QuickReplies
                | Request::Company
                | Request::Watch(_)
                | Request::Unwatch(_),
                Principal::Customer(_),
            ) => {
                self.refuse(origin, Code::Forbidden, "Only agents can do this.");
            }
        }
    }

    pub(super) fn refuse(&self, origin: Origin, code: Code, sentence: &str) {
        self.links
            .registry
            .answer(origin, Err(Reject::new(code, sentence)));
    }

    pub(super) fn answer_agent(&self, agent: &AgentId, origin: Origin) {
        let result = match self.machine.assignment().agent_view(agent) {
            Some(mut view) => {
                self.count_connections(std::slice::from_mut(&mut view));
                Ok(Reply::Agent(view))
            }
            None => Err(Reject::new(
                Code::UnknownAgent,
                "You are not configured as an agent (any more).",
            )),
        };
        self.links.registry.answer(origin, result);
    }
}
