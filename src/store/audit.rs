//! Reading who did what; and what of the configuration conversations need.

use std::ops::ControlFlow;

use super::Store;
use super::error::StoreError;
use super::keys;
use super::tables::Table;
use super::view::{ENOUGH, GO_ON, Order, Range, decode, malformed};
use crate::domain::audit::{AuditCursor, AuditPage, AuditRecord, Audited, Wanted};
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{ConversationId, Position, WorkstreamId};

impl Store {
    /// A page of the audit after a place in it, in this order, of what is wanted: up to
    /// `limit` records, for which `look_at` are looked at.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn audit(
        &self,
        wanted: &Wanted,
        newest_first: bool,
        after: Option<AuditCursor>,
        limit: usize,
        look_at: usize,
    ) -> Result<AuditPage, StoreError> {
        let mut page = AuditPage {
            records: Vec::new(),
            next: None,
        };
        let mut range = Range::prefix(&[]);
        if let Some(since) = wanted.since {
            range.from = keys::audit(since, 0).to_vec();
        }
        if let Some(until) = wanted.until {
            range.to = Some(keys::audit(until, 0).to_vec());
        }
        if let Some(AuditCursor { at, seq }) = after {
            let mut place = keys::audit(at, seq).to_vec();
            if newest_first {
                let before_both = |to: Vec<u8>| to.min(place.clone());
                range.to = Some(range.to.map_or_else(|| place.clone(), before_both));
            } else {
                // The first key behind it.
                place.push(0);
                range.from = range.from.max(place);
            }
        }
        if limit == 0 || look_at == 0 || range.to.as_ref().is_some_and(|to| *to <= range.from) {
            return Ok(page);
        }
        let order = if newest_first {
            Order::Descending
        } else {
            Order::Ascending
        };
        let mut looked_at = 0;
        self.view()
            .scan(Table::Audit, range, order, |key, record| {
                let (at, seq) =
                    keys::parse_audit(key).ok_or_else(|| malformed(Table::Audit, key))?;
                let record: AuditRecord = decode(Table::Audit, key, record)?;
                if wanted.includes(&record) {
                    page.records.push(Audited { seq, record });
                }
                looked_at += 1;
                if page.records.len() < limit && looked_at < look_at {
                    return GO_ON;
                }
                page.next = Some(AuditCursor { at, seq });
                ENOUGH
            })?;
        Ok(page)
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
