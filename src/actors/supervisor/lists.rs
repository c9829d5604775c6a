//! Lists and counts of conversations. A list comes from the store alone, as of one moment,
//! so that nothing is missed between what is in memory and what is on disk; a count takes
//! what is live from memory, where it is exact and costs no reading.

use std::ops::ControlFlow;

use crate::domain::ids::ConversationId;
use crate::domain::reject::{Code, Reject};
use crate::engine::conversation::Origin;
use crate::engine::listing::{Selection, Tally};
use crate::engine::request::{ListFilter, Principal, Reply};
use crate::engine::view::{ListItem, ListPage};
use crate::limits;
use crate::store::readers::ReadJob;
use crate::store::{Bounds, Store, StoreError};

use super::SupervisorActor;

impl SupervisorActor {
    pub(super) fn list(&self, origin: Origin, principal: &Principal, filter: ListFilter) {
        let limit = filter
            .limit
            .unwrap_or(limits::LIST_PAGE)
            .clamp(1, limits::LIST_PAGE_MAX);
        let now = self.links.now();
        let selection = Selection::new(principal, filter, &self.links.company());
        let registry = self.links.registry.clone();
        let job = Box::new(move |store: &Store| {
            let listed = store.list(
                &selection.source(),
                bounds(selection.before()),
                limit,
                |entry| selection.admits(entry),
            );
            let page = listed.map(|listed| ListPage {
                items: listed
                    .conversations
                    .iter()
                    .map(|c| ListItem::of(c, now))
                    .collect(),
                next: listed.next,
            });
            registry.answer(origin, page.map(Reply::List).map_err(|e| unreadable(&e)));
        });
        self.submit(origin, job);
    }

    pub(super) fn count(&self, origin: Origin, principal: &Principal, filter: ListFilter) {
        let company = self.links.company();
        let selection = Selection::new(principal, filter, &company);
        let live = self.machine.assignment().summaries();
        let mut tally = Tally::begin(selection, &company, live, self.links.now());
        let registry = self.links.registry.clone();
        let Some(source) = tally.rest() else {
            registry.answer(origin, Ok(Reply::Counts(tally.finish(false))));
            return;
        };
        let job = Box::new(move |store: &Store| {
            let next = store.walk_directory(&source, bounds(None), |_, entry| {
                tally.add(entry);
                ControlFlow::Continue(())
            });
            let counts = next.map(|next| tally.finish(next.is_some()));
            registry.answer(
                origin,
                counts.map(Reply::Counts).map_err(|e| unreadable(&e)),
            );
        });
        self.submit(origin, job);
    }

    fn submit(&self, origin: Origin, job: ReadJob) {
        if self.links.readers.submit(job).is_err() {
            self.links
                .registry
                .answer(origin, Err(Reject::overloaded()));
        }
    }
}

const fn bounds(before: Option<ConversationId>) -> Bounds {
    Bounds {
        before,
        rows: limits::LIST_ROWS_MAX,
    }
}

fn unreadable(error: &StoreError) -> Reject {
    tracing::error!(%error, "a list could not be read");
    Reject::new(
        Code::Internal,
        "The list could not be read; an operator has been told.",
    )
}
