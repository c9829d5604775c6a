//! Reading across conversations: what is live, due, waiting, whose; agents; configuration.

use super::Store;
use super::codec::{ParkedReason, SweptRevision};
use super::error::StoreError;
use super::keys;
use super::tables::Table;
use super::view::{ENOUGH, GO_ON, Order, Range, View, decode, malformed};
use crate::domain::commit::{AgentRow, LateTimers, TimerMove};
use crate::domain::company::Company;
use crate::domain::conversation::{next_due, row_is_late};
use crate::domain::directory::Entry;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, Position, WorkstreamId};
use crate::domain::time::Timestamp;

impl Store {
    /// The conversation that a customer started last in a workstream.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn current(
        &self,
        customer: &CustomerId,
        workstream: &WorkstreamId,
    ) -> Result<Option<ConversationId>, StoreError> {
        self.view()
            .get(Table::Current, &keys::current(customer, workstream))
    }

    /// Up to `limit` conversations of a customer, newest first, before (older than) one of them.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn conversations_of(
        &self,
        customer: &CustomerId,
        before: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let end = before.map(|id| keys::customer(customer, id));
        newest_first(
            &self.view(),
            Table::Customers,
            &keys::customer_prefix(customer),
            end,
            limit,
        )
    }

    /// Up to `limit` waiting conversations of an agent, newest first, before one of them.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn waiting_of(
        &self,
        agent: &AgentId,
        before: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let end = before.map(|id| keys::waiting(agent, id));
        newest_first(
            &self.view(),
            Table::Waiting,
            &keys::waiting_prefix(agent),
            end,
            limit,
        )
    }

    /// Every open, active or wrap-up conversation.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn live(&self) -> Result<Vec<ConversationId>, StoreError> {
        let mut found = Vec::new();
        self.view().scan(
            Table::Live,
            Range::prefix(&[]),
            Order::Ascending,
            |key, _| {
                found.push(
                    keys::leading_conversation(key).ok_or_else(|| malformed(Table::Live, key))?,
                );
                GO_ON
            },
        )?;
        Ok(found)
    }

    /// Up to `limit` conversations whose timer is due, in the order in which they became due.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn timers_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Timestamp, ConversationId)>, StoreError> {
        self.timers(Some(now), limit)
    }

    /// Up to `limit` timers, due first.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn timers_ahead(
        &self,
        limit: usize,
    ) -> Result<Vec<(Timestamp, ConversationId)>, StoreError> {
        self.timers(None, limit)
    }

    /// When the next timer is due.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn next_timer(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.timers(None, 1)?.first().map(|(due, _)| *due))
    }

    fn timers(
        &self,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, ConversationId)>, StoreError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        let range = Range::prefix(keys::TIMERS_BY_DUE);
        self.view()
            .scan(Table::Timers, range, Order::Ascending, |key, _| {
                let (due, id) =
                    keys::parse_timer_by_due(key).ok_or_else(|| malformed(Table::Timers, key))?;
                if until.is_some_and(|until| due > until) {
                    return ENOUGH;
                }
                found.push((due, id));
                if found.len() < limit { GO_ON } else { ENOUGH }
            })?;
        Ok(found)
    }

    /// The revision of the configuration that every timer row follows; `None`: nobody knows.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn swept(&self) -> Result<Option<u64>, StoreError> {
        let row: Option<SweptRevision> = self.view().get(Table::Meta, keys::META_SWEPT)?;
        Ok(row.map(|SweptRevision(revision)| revision))
    }

    /// Looks at up to `limit` timer rows, in the order of conversations after one of them, and
    /// returns those that a configuration makes late. Reads only the conversations that are
    /// admitted. One that cannot be read keeps its row.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn late_timers(
        &self,
        after: Option<ConversationId>,
        limit: usize,
        company: &Company,
        admits: impl Fn(&Entry) -> bool,
    ) -> Result<LateTimers, StoreError> {
        let view = self.view();
        let mut rows: Vec<(ConversationId, Timestamp)> = Vec::new();
        let from = after.map_or_else(
            || keys::TIMERS_BY_CONVERSATION.to_vec(),
            |id| [keys::timer_of(id).as_slice(), &[0]].concat(),
        );
        let range = Range::prefix_from(keys::TIMERS_BY_CONVERSATION, &from);
        view.scan(Table::Timers, range, Order::Ascending, |key, record| {
            let id =
                keys::trailing_conversation(key).ok_or_else(|| malformed(Table::Timers, key))?;
            rows.push((id, decode(Table::Timers, key, record)?));
            if rows.len() < limit { GO_ON } else { ENOUGH }
        })?;
        let mut late = LateTimers {
            moves: Vec::new(),
            next: rows
                .last()
                .map(|(id, _)| *id)
                .filter(|_| rows.len() == limit),
        };
        for (id, row) in rows {
            let entry: Option<Entry> = view.get(Table::Directory, &id.to_bytes())?;
            if !entry.as_ref().is_some_and(&admits) {
                continue;
            }
            match view.conversation(id) {
                Ok(Some(state)) if row_is_late(Some(row), &state, company) => {
                    let from = Some(row);
                    let to = next_due(&state, company).map(|(due, _)| due);
                    late.moves.push((id, TimerMove { from, to }));
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(conversation = %id, %error, "its timer may be late; run `linger verify`");
                }
            }
        }
        Ok(late)
    }

    /// What is kept of every agent's presence.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn agents(&self) -> Result<Vec<(AgentId, AgentRow)>, StoreError> {
        let mut found = Vec::new();
        self.view().scan(
            Table::Agents,
            Range::prefix(&[]),
            Order::Ascending,
            |key, record| {
                let agent = std::str::from_utf8(key)
                    .ok()
                    .and_then(|text| AgentId::parse(text).ok());
                let agent = agent.ok_or_else(|| malformed(Table::Agents, key))?;
                found.push((agent, decode(Table::Agents, key, record)?));
                GO_ON
            },
        )?;
        Ok(found)
    }

    /// The configuration, if there is one yet.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn company(&self) -> Result<Option<Company>, StoreError> {
        self.view().get(Table::Meta, keys::META_COMPANY)
    }

    /// Conversations set aside, with their reasons.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn parked(&self) -> Result<Vec<(ConversationId, String)>, StoreError> {
        let mut found = Vec::new();
        self.view().scan(
            Table::Meta,
            Range::prefix(keys::META_PARKED),
            Order::Ascending,
            |key, record| {
                let id = key
                    .strip_prefix(keys::META_PARKED)
                    .and_then(keys::leading_conversation);
                let ParkedReason(reason) = decode(Table::Meta, key, record)?;
                found.push((id.ok_or_else(|| malformed(Table::Meta, key))?, reason));
                GO_ON
            },
        )?;
        Ok(found)
    }

    /// Up to `limit` conversations that have a journal, by ascending id, after one of them.
    /// One seek each, so that all can be walked without reading any.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let view = self.view();
        let mut found = Vec::new();
        let mut from = after.map(after_all_events);
        while found.len() < limit {
            let range = Range {
                from: from.clone().unwrap_or_default(),
                to: None,
            };
            let mut next = None;
            view.scan(Table::Journal, range, Order::Ascending, |key, _| {
                next = Some(
                    keys::leading_conversation(key)
                        .ok_or_else(|| malformed(Table::Journal, key))?,
                );
                ENOUGH
            })?;
            let Some(id) = next else { break };
            found.push(id);
            from = Some(after_all_events(id));
        }
        Ok(found)
    }
}

/// A key beyond every event of a conversation and before any of the next one.
fn after_all_events(id: ConversationId) -> Vec<u8> {
    let mut key = keys::journal(id, Position(u64::MAX)).to_vec();
    key.push(0);
    key
}

/// The ids that the keys with a prefix end with, newest first, before `end`.
pub(super) fn newest_first(
    view: &View<'_>,
    table: Table,
    prefix: &[u8],
    end: Option<Vec<u8>>,
    limit: usize,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut found = Vec::new();
    if limit == 0 {
        return Ok(found);
    }
    let range = end.map_or_else(
        || Range::prefix(prefix),
        |end| Range::prefix_before(prefix, &end),
    );
    view.scan(table, range, Order::Descending, |key, _| {
        found.push(keys::trailing_conversation(key).ok_or_else(|| malformed(table, key))?);
        if found.len() < limit { GO_ON } else { ENOUGH }
    })?;
    Ok(found)
}
