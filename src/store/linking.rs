//! What is under way about customers, and what a link from a device has to move.

use std::collections::BTreeMap;

use super::Store;
use super::error::StoreError;
use super::keys;
use super::tables::Table;
use super::view::{GO_ON, Order, Range, View, decode, malformed};
use crate::domain::affair::Affair;
use crate::domain::conversation::{Meeting, State, Thread};
use crate::domain::ids::{ConversationId, CustomerId, WorkstreamId};
use crate::domain::time::Timestamp;

impl Store {
    /// What is under way about customers, and was when a server stopped.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn affairs(&self) -> Result<Vec<(CustomerId, Affair)>, StoreError> {
        let mut found = Vec::new();
        let all = Range::prefix(&[]);
        self.view()
            .scan(Table::Affairs, all, Order::Ascending, |key, record| {
                let customer = customer_of(key).ok_or_else(|| malformed(Table::Affairs, key))?;
                found.push((customer, decode(Table::Affairs, key, record)?));
                GO_ON
            })?;
        Ok(found)
    }

    /// The conversations of a device and those of its customer that they meet, all of one
    /// moment. One that does not read counts as set aside.
    ///
    /// # Errors
    /// A damaged row of an index, or the disk.
    pub fn meetings(
        &self,
        device: &CustomerId,
        customer: &CustomerId,
    ) -> Result<BTreeMap<WorkstreamId, Meeting>, StoreError> {
        let view = self.view();
        let mut ids: Vec<(ConversationId, WorkstreamId)> = Vec::new();
        let prefix = Range::prefix(&keys::customer_prefix(device));
        view.scan(Table::Customers, prefix, Order::Ascending, |key, record| {
            let id = keys::parse_owned(key).and_then(|(_, rest)| keys::leading_conversation(rest));
            let id = id.ok_or_else(|| malformed(Table::Customers, key))?;
            ids.push((id, decode(Table::Customers, key, record)?));
            GO_ON
        })?;
        let mut meetings: BTreeMap<WorkstreamId, Meeting> = BTreeMap::new();
        for (id, workstream) in ids {
            if !meetings.contains_key(&workstream) {
                let meeting = view.meeting(device, customer, &workstream)?;
                meetings.insert(workstream.clone(), meeting);
            }
            let thread = view.thread(id)?;
            if let Some(meeting) = meetings.get_mut(&workstream) {
                meeting.threads.push(thread);
            }
        }
        Ok(meetings)
    }
}

impl View<'_> {
    /// Where starts of both go in a workstream.
    fn meeting(
        &self,
        device: &CustomerId,
        customer: &CustomerId,
        workstream: &WorkstreamId,
    ) -> Result<Meeting, StoreError> {
        let current = |of| self.get(Table::Current, &keys::current(of, workstream));
        let own: Option<ConversationId> = current(customer)?;
        Ok(Meeting {
            threads: Vec::new(),
            current: current(device)?,
            own: own.map(|id| self.thread(id)).transpose()?,
        })
    }

    fn thread(&self, id: ConversationId) -> Result<Thread, StoreError> {
        let set_aside = self.has(Table::Meta, &keys::parked(id))?;
        match self.conversation(id) {
            Ok(Some(state)) => Ok(Thread::of(&state, set_aside)),
            // Nobody knows whether it goes on, so it may.
            Ok(None) | Err(StoreError::Damaged { .. } | StoreError::Malformed { .. }) => {
                Ok(Thread {
                    id,
                    state: State::Open,
                    wrote_at: Timestamp(0),
                    set_aside: true,
                })
            }
            Err(error) => Err(error),
        }
    }
}

/// The customer of an `affairs` key.
pub(super) fn customer_of(key: &[u8]) -> Option<CustomerId> {
    CustomerId::parse(std::str::from_utf8(key).ok()?).ok()
}
