//! Reading who changed the configuration; and what of the configuration conversations need.

use std::ops::ControlFlow;

use super::Store;
use super::error::StoreError;
use super::keys;
use super::tables::Table;
use super::view::{ENOUGH, GO_ON, Order, Range, decode, malformed};
use crate::domain::audit::AuditRecord;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{ConversationId, Position, WorkstreamId};
use crate::domain::time::Timestamp;

impl Store {
    /// Up to `limit` changes to the configuration, newest first, before one of them.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn audit(
        &self,
        before: Option<(Timestamp, u64)>,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        let range = before.map_or_else(
            || Range::prefix(&[]),
            |(at, revision)| Range::prefix_before(&[], &keys::audit(at, revision)),
        );
        self.view()
            .scan(Table::Audit, range, Order::Descending, |key, record| {
                keys::parse_audit(key).ok_or_else(|| malformed(Table::Audit, key))?;
                found.push(decode(Table::Audit, key, record)?);
                if found.len() < limit { GO_ON } else { ENOUGH }
            })?;
        Ok(found)
    }

    /// Whether a workstream has ever had a conversation. Looks at every conversation of the
    /// store until it finds one.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn has_conversations(&self, workstream: &WorkstreamId) -> Result<bool, StoreError> {
        let mut has = false;
        self.view().scan(
            Table::Customers,
            Range::prefix(&[]),
            Order::Ascending,
            |key, record| {
                has = decode::<WorkstreamId>(Table::Customers, key, record)? == *workstream;
                Ok(if has {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            },
        )?;
        Ok(has)
    }

    /// A parked conversation of a workstream, if there is one. Those that are open, active
    /// or in wrap-up are not looked at: the server has them in memory.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn parked_by_agents(
        &self,
        workstream: &WorkstreamId,
    ) -> Result<Option<ConversationId>, StoreError> {
        let view = self.view();
        let mut found = None;
        view.scan(
            Table::Waiting,
            Range::prefix(&[]),
            Order::Ascending,
            |key, _| {
                let id = keys::trailing_conversation(key)
                    .ok_or_else(|| malformed(Table::Waiting, key))?;
                let first: Option<Recorded> =
                    view.get(Table::Journal, &keys::journal(id, Position(1)))?;
                let is_theirs = matches!(
                    first.map(|r| r.event),
                    Some(Event::Started { workstream: theirs, .. }) if theirs == *workstream
                );
                if is_theirs {
                    found = Some(id);
                    return ENOUGH;
                }
                GO_ON
            },
        )?;
        Ok(found)
    }
}
