//! The second pass: tables that are not ordered by conversation; and the ledger.

use std::collections::BTreeMap;

use super::super::codec::{AuditedUpTo, ParkedReason};
use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::{Table, row_name};
use super::super::view::{ENOUGH, GO_ON, Order, Range, decode, malformed};
use super::{Check, Invariant, Known};
use crate::domain::audit::AuditRecord;
use crate::domain::commit::AgentRow;
use crate::domain::company::Company;
use crate::domain::conversation::State;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, WorkstreamId};
use crate::domain::time::Timestamp;

/// Rows that are read at once; the iterator must not be held while rows are judged.
const CHUNK: usize = 4_096;

type Row = (Vec<u8>, Vec<u8>);

/// A customer's conversations in one workstream.
#[derive(Default)]
struct Group {
    /// In states that exclude one another: open, active, waiting. Wrap-up does not exclude
    /// a newer conversation.
    unclosed: Vec<ConversationId>,
}

/// The customer under whom rows are being read, with what was seen so far.
struct Customer {
    id: CustomerId,
    groups: BTreeMap<WorkstreamId, Group>,
}

impl Check<'_> {
    /// Hands every row of a range to a judge that may read the store and report.
    pub(super) fn each_row(
        &mut self,
        table: Table,
        range: &Range,
        mut judge: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut range = range.clone();
        loop {
            let mut rows: Vec<Row> = Vec::new();
            self.view
                .scan(table, range.clone(), Order::Ascending, |key, value| {
                    rows.push((key.to_vec(), value.to_vec()));
                    if rows.len() < CHUNK { GO_ON } else { ENOUGH }
                })?;
            for (key, value) in &rows {
                judge(self, key, value)?;
            }
            let Some((last, _)) = rows.pop().filter(|_| rows.len() + 1 == CHUNK) else {
                return Ok(());
            };
            range.from = last;
            range.from.push(0);
        }
    }

    /// `customers`: every row leads to a conversation of that customer in that workstream,
    /// and a customer has at most one unclosed conversation in a workstream.
    pub(super) fn check_customers(&mut self) -> Result<(), StoreError> {
        let mut at: Option<Customer> = None;
        self.each_row(Table::Customers, &Range::prefix(&[]), |check, key, record| {
            let parsed = keys::parse_owned(key).and_then(|(owner, rest)| {
                Some((CustomerId::parse(owner).ok()?, keys::leading_conversation(rest)?))
            });
            let row = parsed.ok_or_else(|| malformed(Table::Customers, key));
            let workstream = decode::<WorkstreamId>(Table::Customers, key, record);
            let (Some((customer, id)), Some(workstream)) = (check.row(row)?, check.row(workstream)?) else {
                return Ok(());
            };
            if at.as_ref().is_some_and(|at| at.id != customer)
                && let Some(done) = at.take()
            {
                check.customer_done(&done)?;
            }
            let at = at.get_or_insert_with(|| Customer { id: customer.clone(), groups: BTreeMap::new() });
            let group = at.groups.entry(workstream.clone()).or_default();
            match check.state_of(id)? {
                Known::Broken => {}
                Known::State(state) if state.customer == customer && state.workstream == workstream => {
                    if matches!(state.state, State::Open | State::Active | State::Waiting) {
                        group.unclosed.push(id);
                    }
                }
                Known::State(_) => {
                    let found = format!("it stands under customer {customer} in {workstream} but is not of that customer or workstream");
                    check.violation(Invariant::CustomerRow, Some(id), found);
                }
                Known::Missing => {
                    let found = format!("customer {customer} has a row for it, but it does not exist");
                    check.violation(Invariant::CustomerRow, Some(id), found);
                }
            }
            Ok(())
        })?;
        at.map_or(Ok(()), |last| self.customer_done(&last))
    }

    /// All conversations of a customer were seen.
    fn customer_done(&mut self, customer: &Customer) -> Result<(), StoreError> {
        for (workstream, group) in &customer.groups {
            let newest = group.unclosed.last().copied();
            if group.unclosed.len() > 1 {
                let found = format!(
                    "customer {} has {} unclosed conversations in {workstream}",
                    customer.id,
                    group.unclosed.len()
                );
                self.violation(Invariant::OneUnclosed, newest, found);
                continue;
            }
            let current = self
                .view
                .get::<ConversationId>(Table::Current, &keys::current(&customer.id, workstream));
            let Some(current) = self.row(current)? else {
                continue;
            };
            let Some(current) = current else {
                let found = format!(
                    "customer {} has conversations in {workstream} but no current one",
                    customer.id
                );
                self.violation(Invariant::CurrentRow, newest, found);
                continue;
            };
            if newest.is_some_and(|newest| newest != current) {
                let found = format!(
                    "customer {} has it unclosed in {workstream}, but {current} is the current one",
                    customer.id
                );
                self.violation(Invariant::CurrentRow, newest, found);
            }
        }
        Ok(())
    }

    /// `current`: every row leads to a conversation of that customer in that workstream.
    pub(super) fn check_current(&mut self) -> Result<(), StoreError> {
        self.each_row(Table::Current, &Range::prefix(&[]), |check, key, record| {
            let current = decode::<ConversationId>(Table::Current, key, record);
            let Some(id) = check.row(current)? else {
                return Ok(());
            };
            let right = match check.state_of(id)? {
                Known::Broken => true,
                Known::Missing => false,
                Known::State(state) => keys::current(&state.customer, &state.workstream) == key,
            };
            if !right {
                let found = format!(
                    "{} leads to it, but it is not of that customer and workstream",
                    row_name(Table::Current, key)
                );
                check.violation(Invariant::CurrentRow, Some(id), found);
            }
            Ok(())
        })
    }

    /// `waiting`: every row leads to a conversation that waits for that agent.
    pub(super) fn check_waiting(&mut self) -> Result<(), StoreError> {
        self.each_row(Table::Waiting, &Range::prefix(&[]), |check, key, _| {
            let parsed = keys::parse_owned(key).and_then(|(owner, rest)| {
                Some((
                    AgentId::parse(owner).ok()?,
                    keys::leading_conversation(rest)?,
                ))
            });
            let Some((agent, id)) =
                check.row(parsed.ok_or_else(|| malformed(Table::Waiting, key)))?
            else {
                return Ok(());
            };
            let right = match check.state_of(id)? {
                Known::Broken => true,
                Known::Missing => false,
                Known::State(state) => {
                    state.state == State::Waiting && state.last_agent.as_ref() == Some(&agent)
                }
            };
            if !right {
                let found = format!(
                    "it is in the waiting list of agent {agent} but does not wait for them"
                );
                check.violation(Invariant::WaitingRow, Some(id), found);
            }
            Ok(())
        })
    }

    /// `timers`: what is due and the timers of conversations are the same, row for row.
    pub(super) fn check_timers(&mut self) -> Result<(), StoreError> {
        self.each_row(Table::Timers, &Range::prefix(&[]), |check, key, record| {
            if key.starts_with(keys::TIMERS_BY_CONVERSATION) {
                return check.timer_of_conversation(key, record);
            }
            let parsed = keys::parse_timer_by_due(key).ok_or_else(|| malformed(Table::Timers, key));
            let Some((due, id)) = check.row(parsed)? else {
                return Ok(());
            };
            check.report.timers += 1;
            // A timer row that does not read is reported from its own side.
            let timer = check
                .view
                .get::<Timestamp>(Table::Timers, &keys::timer_of(id));
            if let Ok(timer) = timer
                && timer != Some(due)
            {
                let known = timer.map_or_else(
                    || "no timer".to_owned(),
                    |timer| format!("its timer at {}", timer.0),
                );
                let found = format!(
                    "it is in the list of what is due at {}, but has {known}",
                    due.0
                );
                check.violation(Invariant::TimerRows, Some(id), found);
            }
            Ok(())
        })
    }

    fn timer_of_conversation(&mut self, key: &[u8], record: &[u8]) -> Result<(), StoreError> {
        let id = key
            .strip_prefix(keys::TIMERS_BY_CONVERSATION)
            .and_then(keys::leading_conversation);
        let Some(id) = self.row(id.ok_or_else(|| malformed(Table::Timers, key)))? else {
            return Ok(());
        };
        if decode::<Timestamp>(Table::Timers, key, record).is_err() {
            // Reported by the conversation's own pass.
            return Ok(());
        }
        if matches!(self.state_of(id)?, Known::Missing) {
            self.violation(
                Invariant::TimerRows,
                Some(id),
                "it has a timer, but it does not exist",
            );
        }
        Ok(())
    }

    /// `agents`: every row reads.
    pub(super) fn check_agents(&mut self) -> Result<(), StoreError> {
        self.each_row(Table::Agents, &Range::prefix(&[]), |check, key, record| {
            let agent = std::str::from_utf8(key)
                .ok()
                .and_then(|text| AgentId::parse(text).ok());
            check.row(agent.ok_or_else(|| malformed(Table::Agents, key)))?;
            let row = decode::<AgentRow>(Table::Agents, key, record);
            check.row(row).map(drop)
        })
    }

    /// `meta`: what is set aside exists and says why.
    pub(super) fn check_meta(&mut self) -> Result<(), StoreError> {
        self.each_row(
            Table::Meta,
            &Range::prefix(keys::META_PARKED),
            |check, key, record| {
                let id = key
                    .strip_prefix(keys::META_PARKED)
                    .and_then(keys::leading_conversation);
                let Some(id) = check.row(id.ok_or_else(|| malformed(Table::Meta, key)))? else {
                    return Ok(());
                };
                let reason = decode::<ParkedReason>(Table::Meta, key, record);
                check.row(reason)?;
                if matches!(check.state_of(id)?, Known::Missing) {
                    check.violation(
                        Invariant::ParkedExists,
                        Some(id),
                        "it is set aside, but it does not exist",
                    );
                }
                Ok(())
            },
        )
    }

    /// `audit`: every row reads and stands under its time, and none is missing. Returns the most units that each agent has ever had: a
    /// lowered capacity revokes nothing.
    pub(super) fn check_audit(&mut self) -> Result<BTreeMap<AgentId, u64>, StoreError> {
        let mut most: BTreeMap<AgentId, u64> = BTreeMap::new();
        let (mut rows, mut sum, mut last) = (0_u64, 0_u128, 0_u64);
        self.each_row(Table::Audit, &Range::prefix(&[]), |check, key, record| {
            let place = keys::parse_audit(key).ok_or_else(|| malformed(Table::Audit, key));
            let Some((at, seq)) = check.row(place)? else {
                return Ok(());
            };
            rows += 1;
            // Each once and none beyond: then there is none missing either.
            sum += u128::from(seq);
            last = last.max(seq);
            let Some(record) = check.row(decode::<AuditRecord>(Table::Audit, key, record))? else {
                return Ok(());
            };
            if record.at != at {
                let found = format!(
                    "record {seq} stands under {} and is of {}",
                    at.0, record.at.0
                );
                check.violation(Invariant::AuditGapFree, None, found);
            }
            let changes = record.change.iter().flat_map(|c| &c.changes);
            for change in changes.filter(|c| c.kind == "agents") {
                let Ok(agent) = AgentId::parse(&change.id) else {
                    continue;
                };
                for text in [&change.before, &change.after].into_iter().flatten() {
                    let object: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
                    let capacity = object["capacity"].as_u64().unwrap_or(0);
                    let known = most.entry(agent.clone()).or_default();
                    *known = capacity.max(*known);
                }
            }
            Ok(())
        })?;
        let given = self
            .view
            .get::<AuditedUpTo>(Table::Meta, keys::META_AUDITED);
        if let Some(given) = self.row(given)? {
            let given = given.map_or(0, |AuditedUpTo(given)| given);
            let expected = u128::from(given) * (u128::from(given) + 1) / 2;
            if (rows, last, sum) != (given, given, expected) {
                let found =
                    format!("{rows} records with numbers up to {last}, and {given} were given");
                self.violation(Invariant::AuditGapFree, None, found);
            }
        }
        Ok(most)
    }

    /// The ledger recounted from reservations against the configured capacities. An agent
    /// who is not in the configuration has no capacity to compare with.
    pub(super) fn check_ledger(&mut self, most: &BTreeMap<AgentId, u64>) -> Result<(), StoreError> {
        let company = self.view.get::<Company>(Table::Meta, keys::META_COMPANY);
        let Some(Some(company)) = self.row(company)? else {
            return Ok(());
        };
        let mut over = Vec::new();
        for (agent, row) in &mut self.report.ledger {
            row.capacity = company.agents.get(agent).map(|profile| profile.capacity);
            let Some(capacity) = row.capacity else {
                continue;
            };
            let allowed = most
                .get(agent)
                .copied()
                .unwrap_or(0)
                .max(u64::from(capacity));
            if row.units - row.override_units > allowed {
                over.push(format!(
                    "agent {agent} has {} units reserved with a capacity of {capacity}, only {} of them by override",
                    row.units, row.override_units
                ));
            }
        }
        for found in over {
            self.violation(Invariant::WithinCapacity, None, found);
        }
        Ok(())
    }
}
