//! What would come of a start: the customer's conversation from the store, the rest from
//! the machine.

use actix::{AsyncContext, Context};

use crate::actors::post::post;
use crate::domain::ids::{CustomerId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::engine::conversation::Origin;
use crate::engine::request::{Reply, Supposed};
use crate::engine::view::Existing;
use crate::store::{Store, StoreError};

use super::{SupervisorActor, ToSupervisor};

impl SupervisorActor {
    pub(super) fn explain_start(
        &self,
        origin: Origin,
        supposed: Box<Supposed>,
        ctx: &Context<Self>,
    ) {
        let of_widget = supposed.start.widget.as_ref().and_then(|widget| {
            let company = self.links.company();
            Some(company.widgets.get(widget)?.workstream.clone())
        });
        let workstream = supposed.start.workstream.clone().or(of_widget);
        let Some((customer, workstream)) = supposed.start.customer.clone().zip(workstream) else {
            self.explained(origin, &supposed, None);
            return;
        };
        let (me, registry) = (ctx.address(), self.links.registry.clone());
        let job = Box::new(
            move |store: &Store| match newest(store, &customer, &workstream) {
                Ok(existing) => post(&me, ToSupervisor::ExplainStart(origin, supposed, existing)),
                Err(error) => {
                    tracing::error!(%error, "a customer's conversation could not be looked up");
                    let reject = Reject::new(
                        Code::Internal,
                        "The customer's conversation could not be looked up; try again.",
                    );
                    registry.answer(origin, Err(reject));
                }
            },
        );
        if self.links.readers.submit(job).is_err() {
            self.links
                .registry
                .answer(origin, Err(Reject::overloaded()));
        }
    }

    pub(super) fn explained(
        &self,
        origin: Origin,
        supposed: &Supposed,
        existing: Option<Existing>,
    ) {
        let now = self.links.now();
        let explained = self.machine.explain(supposed, existing, now);
        let reply = explained.map(|e| Reply::StartExplained(Box::new(e)));
        self.links.registry.answer(origin, reply);
    }
}

fn newest(
    store: &Store,
    customer: &CustomerId,
    workstream: &WorkstreamId,
) -> Result<Option<Existing>, StoreError> {
    let Some(id) = store.current(customer, workstream)? else {
        return Ok(None);
    };
    let loaded = store.load(id)?;
    Ok(loaded.map(|l| Existing {
        id,
        state: l.conversation.state,
        last_agent: l.conversation.last_agent,
    }))
}
