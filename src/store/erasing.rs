//! What an erasure has to find, and the files that must forget what the rows had been.

use std::collections::BTreeSet;
use std::time::Duration;

use rocksdb::{BottommostLevelCompaction, CompactOptions, DB};

use super::Store;
use super::error::StoreError;
use super::keys;
use super::linking::customer_of;
use super::tables::Table;
use super::view::{ENOUGH, GO_ON, Order, Range, View, decode, malformed};
use crate::domain::audit::AuditRecord;
use crate::domain::device::{Device, DeviceEnd, DeviceId};
use crate::domain::erasure::{Doomed, Erasure, Gone, Known, Remains};
use crate::domain::ids::{ConversationId, CustomerId, WorkstreamId};
use crate::domain::time::Timestamp;

/// How often and how long to wait until nobody reads as of a moment before the deletion:
/// what somebody may still read, RocksDB keeps.
const READERS_WAIT: Duration = Duration::from_millis(20);
const READERS_WAITS_MAX: u32 = 3_000;

impl Store {
    /// Erasures that are under way, and were when a server stopped.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn erasures(&self) -> Result<Vec<(CustomerId, Erasure)>, StoreError> {
        let mut found = Vec::new();
        let all = Range::prefix(&[]);
        self.view()
            .scan(Table::Erasures, all, Order::Ascending, |key, record| {
                let customer = customer_of(key).ok_or_else(|| malformed(Table::Erasures, key))?;
                found.push((customer, decode(Table::Erasures, key, record)?));
                GO_ON
            })?;
        Ok(found)
    }

    /// What is known of a customer, whom an erasure would call by this pseudonym; `None`: nothing.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn known(
        &self,
        customer: &CustomerId,
        pseudonym: &CustomerId,
    ) -> Result<Option<Known>, StoreError> {
        let view = self.view();
        let devices = self.devices_of(customer)?;
        let gone = Gone {
            customer,
            devices: &devices,
            pseudonym,
        };
        let erasing = |id: &CustomerId| view.has(Table::Erasures, id.as_str().as_bytes());
        let known = Known {
            conversations: view.threads_of(customer)?.len(),
            in_audit: !self.audit_naming(&gone, 1)?.is_empty(),
            erasing: erasing(customer)? || erasing(pseudonym)?,
            devices: devices.clone(),
        };
        let something =
            known.conversations > 0 || !known.devices.is_empty() || known.in_audit || known.erasing;
        Ok(something.then_some(known))
    }

    /// The conversations of a customer, those that starts go to last: until the end, whatever
    /// is left is what a customer may have.
    ///
    /// # Errors
    /// A damaged row of an index, or the disk.
    pub fn doomed(&self, customer: &CustomerId) -> Result<Vec<Doomed>, StoreError> {
        let view = self.view();
        let current: BTreeSet<ConversationId> = view
            .current_of(customer)?
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        let mut found = Vec::new();
        for id in view.threads_of(customer)? {
            let unreadable = match view.conversation(id) {
                Ok(state) => state.is_none(),
                Err(StoreError::Damaged { .. } | StoreError::Malformed { .. }) => true,
                Err(error) => return Err(error),
            };
            let set_aside = unreadable || view.has(Table::Meta, &keys::parked(id))?;
            found.push(Doomed { id, set_aside });
        }
        found.sort_by_key(|doomed| (current.contains(&doomed.id), doomed.id));
        Ok(found)
    }

    /// The rows of a conversation that its id alone does not lead to.
    ///
    /// # Errors
    /// A damaged row of an index, or the disk.
    pub fn remains(
        &self,
        customer: &CustomerId,
        id: ConversationId,
    ) -> Result<Remains, StoreError> {
        let view = self.view();
        let current = view.current_of(customer)?;
        let mut waiting = Vec::new();
        let all = Range::prefix(&[]);
        view.scan(Table::Waiting, all, Order::Ascending, |key, _| {
            if keys::trailing_conversation(key) == Some(id)
                && let Some((agent, _)) = keys::parse_owned(key)
            {
                let agent = agent.parse().map_err(|_| malformed(Table::Waiting, key))?;
                waiting.push(agent);
            }
            GO_ON
        })?;
        let timer = match view.get::<Timestamp>(Table::Timers, &keys::timer_of(id)) {
            Err(StoreError::Damaged { .. }) => None,
            timer => timer?,
        };
        Ok(Remains {
            id,
            customer: customer.clone(),
            current: current
                .into_iter()
                .filter(|(_, named)| *named == id)
                .map(|(workstream, _)| workstream)
                .collect(),
            timer,
            waiting,
        })
    }

    /// Devices that a customer is, or was before they signed in.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn devices_of(&self, customer: &CustomerId) -> Result<Vec<DeviceId>, StoreError> {
        let mut found = Vec::new();
        let own = DeviceId::of(customer);
        let all = Range::prefix(&[]);
        self.view()
            .scan(Table::Devices, all, Order::Ascending, |key, record| {
                let id = <[u8; 16]>::try_from(key);
                let id = DeviceId(id.map_err(|_| malformed(Table::Devices, key))?);
                let device: Device = decode(Table::Devices, key, record)?;
                let linked = matches!(&device.end,
                    Some(DeviceEnd::Linked { customer: into, .. }) if into == customer);
                if linked || own == Some(id) {
                    found.push(id);
                }
                GO_ON
            })?;
        Ok(found)
    }

    /// Records of the audit that name a customer, without the name; at most so many.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn audit_naming(
        &self,
        gone: &Gone<'_>,
        limit: usize,
    ) -> Result<Vec<(u64, AuditRecord)>, StoreError> {
        let mut found = Vec::new();
        let all = Range::prefix(&[]);
        View::for_scan(self.db()).scan(Table::Audit, all, Order::Ascending, |key, record| {
            let (_, seq) = keys::parse_audit(key).ok_or_else(|| malformed(Table::Audit, key))?;
            let record: AuditRecord = decode(Table::Audit, key, record)?;
            if let Some(left) = record.without(gone) {
                found.push((seq, left));
            }
            if found.len() < limit { GO_ON } else { ENOUGH }
        })?;
        Ok(found)
    }

    /// Writes the files anew that may hold what was deleted: around these conversations, and
    /// those that name customers. Takes as long as it takes; for a thread of its own. What is
    /// deleted while it runs may stay.
    ///
    /// # Errors
    /// The disk; or somebody has been reading for a minute.
    pub fn forget_deleted(&self, conversations: &[ConversationId]) -> Result<(), StoreError> {
        let db = self.db();
        wait_for_readers(db)?;
        // The log holds it until everything older is in tables.
        self.flush()?;
        let mut options = CompactOptions::default();
        options.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
        options.set_exclusive_manual_compaction(false);
        for table in Table::BY_CONVERSATION {
            for id in conversations {
                let from = id.to_bytes();
                let to = keys::after_prefix(&from);
                db.compact_range_cf_opt(table.of(db), Some(&from[..]), to.as_deref(), &options);
            }
        }
        for table in Table::BY_CUSTOMER {
            // Whole: bounds would be keys, and RocksDB notes them in its own log.
            db.compact_range_cf_opt(table.of(db), None::<&[u8]>, None::<&[u8]>, &options);
        }
        Ok(())
    }
}

/// Waits until nobody reads as of a moment before now.
fn wait_for_readers(db: &DB) -> Result<(), StoreError> {
    let now = db.latest_sequence_number();
    for _ in 0..READERS_WAITS_MAX {
        let oldest = db.property_int_value("rocksdb.oldest-snapshot-sequence")?;
        if oldest.is_none_or(|oldest| oldest == 0 || oldest >= now) {
            return Ok(());
        }
        std::thread::sleep(READERS_WAIT);
    }
    Err(StoreError::StillRead)
}

impl View<'_> {
    fn threads_of(&self, customer: &CustomerId) -> Result<Vec<ConversationId>, StoreError> {
        let mut found = Vec::new();
        let theirs = Range::prefix(&keys::customer_prefix(customer));
        self.scan(Table::Customers, theirs, Order::Ascending, |key, _| {
            let id = keys::parse_owned(key).and_then(|(_, rest)| keys::leading_conversation(rest));
            found.push(id.ok_or_else(|| malformed(Table::Customers, key))?);
            GO_ON
        })?;
        Ok(found)
    }

    /// Where starts of a customer go, by workstream.
    fn current_of(
        &self,
        customer: &CustomerId,
    ) -> Result<Vec<(WorkstreamId, ConversationId)>, StoreError> {
        let mut found = Vec::new();
        let theirs = Range::prefix(&keys::customer_prefix(customer));
        self.scan(Table::Current, theirs, Order::Ascending, |key, record| {
            let workstream = keys::parse_owned(key)
                .and_then(|(_, rest)| WorkstreamId::parse(std::str::from_utf8(rest).ok()?).ok());
            let workstream = workstream.ok_or_else(|| malformed(Table::Current, key))?;
            found.push((workstream, decode(Table::Current, key, record)?));
            GO_ON
        })?;
        Ok(found)
    }
}
