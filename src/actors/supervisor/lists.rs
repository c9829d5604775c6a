//! Lists of conversations: what is live from memory, what sleeps from the store.

use std::sync::Arc;

use crate::domain::company::Role;
use crate::domain::conversation::State;
use crate::domain::ids::{AgentId, ConversationId, CustomerId};
use crate::domain::reject::{Code, Reject};
use crate::engine::conversation::Origin;
use crate::engine::request::{ListFilter, Principal, Reply};
use crate::engine::view::ConversationView;
use crate::limits;
use crate::store::{Store, StoreError};

use super::SupervisorActor;

impl SupervisorActor {
    pub(super) fn list(&self, origin: Origin, principal: &Principal, filter: ListFilter) {
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
    pub(super) fn live_list(
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
                    || view.waiting_for.as_ref() == Some(agent)
                    || view.consultants.contains_key(agent);
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
