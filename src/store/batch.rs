//! What a `Write` is in rows. Every write of the product passes here.
//!
//! This is the hot path: a message is one row in the journal, one in `dedup`, and every
//! 16th one in `seq_index`; buffers are reused, and nothing is read but the counters that the
//! batch adds to, once for all of it (`statistics.rs`).

use rocksdb::{ColumnFamily, DB, WriteBatch};

use super::codec::{self, AuditedUpTo, DedupRow, EncodeError, ParkedReason, Stored, SweptRevision};
use super::error::StoreError;
use super::keys;
use super::statistics::Counted;
use super::tables::Table;
use crate::domain::audit::AuditRecord;
use crate::domain::commit::{Commit, TimerMove, Write};
use crate::domain::erasure::Remains;
use crate::domain::event::{Event, FormerCurrent};
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::message::Message;
use crate::domain::note::Note;
use crate::domain::staff::StaffRow;
use crate::limits;

/// Buffers that live as long as the writer.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    key: Vec<u8>,
    value: Vec<u8>,
    counted: Counted,
}

/// One write batch in the making, with the handles of the tables looked up once.
pub(super) struct Batch<'a> {
    journal: &'a ColumnFamily,
    dedup: &'a ColumnFamily,
    db: &'a DB,
    buffers: &'a mut Buffers,
    rows: WriteBatch,
    /// The number of the last record of the audit, those of this batch included.
    audited: u64,
    /// There is one in this batch.
    audits: bool,
}

/// Whether a message has a row in the sequence index.
pub(super) const fn is_indexed(seq: Seq) -> bool {
    seq.0 % limits::SEQ_INDEX_EVERY == 1
}

impl<'a> Batch<'a> {
    /// An empty batch; `capacity_bytes` is a guess that saves growing, `audited` the number
    /// of the last record of the audit.
    pub(super) fn new(
        db: &'a DB,
        buffers: &'a mut Buffers,
        capacity_bytes: usize,
        audited: u64,
    ) -> Self {
        // What a batch that was not written had counted is not counted.
        buffers.counted.clear();
        Self {
            journal: Table::Journal.of(db),
            dedup: Table::Dedup.of(db),
            db,
            buffers,
            rows: WriteBatch::with_capacity_bytes(capacity_bytes),
            audited,
            audits: false,
        }
    }

    /// The store that the batch is for, as it is without it.
    pub(super) const fn db(&self) -> &'a DB {
        self.db
    }

    /// Bytes so far.
    pub(super) fn bytes(&self) -> usize {
        self.rows.size_in_bytes()
    }

    /// The rows, and the number of the last record of the audit once they are written.
    pub(super) fn into_rows(mut self) -> Result<(WriteBatch, u64), StoreError> {
        let counted = std::mem::take(&mut self.buffers.counted);
        counted.write(&mut self)?;
        if self.audits {
            let row = AuditedUpTo(self.audited);
            self.put(Table::Meta, keys::META_AUDITED, &row)?;
        }
        Ok((self.rows, self.audited))
    }

    /// Adds the rows of one write.
    pub(super) fn add(&mut self, write: &Write) -> Result<(), EncodeError> {
        match write {
            Write::Commit(commit) => self.add_commit(commit),
            Write::Barrier => Ok(()),
            Write::Snapshot(state) => self.put(Table::Snapshots, &state.id.to_bytes(), &**state),
            Write::Timer {
                conversation,
                timer,
            } => self.move_timer(*conversation, *timer),
            Write::Agent { agent, row } => self.put(Table::Agents, agent.as_str().as_bytes(), row),
            Write::Company { company, audit } => {
                self.put(Table::Meta, keys::META_COMPANY, &**company)?;
                match audit {
                    Some(audit) => self.audit(audit),
                    None => Ok(()),
                }
            }
            Write::Parked {
                conversation,
                reason: Some(reason),
            } => self.put(
                Table::Meta,
                &keys::parked(*conversation),
                &ParkedReason(reason.clone()),
            ),
            Write::Parked {
                conversation,
                reason: None,
            } => {
                self.delete(Table::Meta, &keys::parked(*conversation));
                Ok(())
            }
            Write::Swept(revision) => {
                self.put(Table::Meta, keys::META_SWEPT, &SweptRevision(*revision))
            }
            Write::Device { id, device } => self.put(Table::Devices, &id.0, &**device),
            Write::KeptKeys {
                setting,
                keys: Some(keys),
            } => self.put(Table::KeptKeys, setting.as_str().as_bytes(), &**keys),
            Write::KeptKeys {
                setting,
                keys: None,
            } => {
                self.delete(Table::KeptKeys, setting.as_str().as_bytes());
                Ok(())
            }
            Write::Staff(rows) => rows.iter().try_for_each(|row| self.staff(row)),
            Write::Audit(record) => self.audit(record),
            Write::Affair { customer, affair } => self.put_or_delete(
                Table::Affairs,
                customer.as_str().as_bytes(),
                affair.as_deref(),
            ),
            Write::Erasure { customer, erasure } => self.put_or_delete(
                Table::Erasures,
                customer.as_str().as_bytes(),
                erasure.as_deref(),
            ),
            Write::Erase(remains) => {
                self.erase(remains);
                Ok(())
            }
            Write::NoDevice(id) => {
                self.delete(Table::Devices, &id.0);
                Ok(())
            }
            Write::AuditAnew { seq, record } => {
                self.put(Table::Audit, &keys::audit(record.at, *seq), &**record)
            }
            Write::Sample(sample) => {
                self.buffers.counted.sample(sample);
                Ok(())
            }
            Write::All(writes) => writes.iter().try_for_each(|write| self.add(write)),
        }
    }

    fn add_commit(&mut self, commit: &Commit) -> Result<(), EncodeError> {
        // Destructured, so that a new field of a commit cannot be forgotten here.
        let Commit {
            conversation,
            first,
            events,
            snapshot,
            live,
            timer,
            waiting,
            directory,
            audit,
            workstream,
            queued_at,
        } = commit;
        self.buffers.counted.add(workstream, events, *queued_at);
        let mut position = *first;
        for recorded in events {
            codec::encode_into(recorded, &mut self.buffers.value)?;
            self.rows.put_cf(
                self.journal,
                keys::journal(*conversation, position),
                &self.buffers.value,
            );
            match &recorded.event {
                Event::Posted(message) => self.index_message(*conversation, position, message)?,
                Event::Noted(note) => self.index_note(*conversation, note)?,
                Event::Started { customer, .. } => {
                    self.put(
                        Table::Customers,
                        &keys::customer(customer, *conversation),
                        workstream,
                    )?;
                    self.put(
                        Table::Current,
                        &keys::current(customer, workstream),
                        conversation,
                    )?;
                }
                Event::Linked {
                    customer,
                    was,
                    workstream,
                    current,
                    former,
                } => {
                    self.delete(Table::Customers, &keys::customer(was, *conversation));
                    let key = keys::customer(customer, *conversation);
                    self.put(Table::Customers, &key, workstream)?;
                    if *current {
                        let key = keys::current(customer, workstream);
                        self.put(Table::Current, &key, conversation)?;
                    }
                    self.former_current(&keys::current(was, workstream), *former)?;
                }
                _ => {}
            }
            position = position.next();
        }
        if let Some(state) = snapshot {
            self.put(Table::Snapshots, &conversation.to_bytes(), &**state)?;
        }
        if let Some(live) = live {
            self.set(Table::Live, &conversation.to_bytes(), *live);
        }
        if let Some(timer) = timer {
            self.move_timer(*conversation, *timer)?;
        }
        for (agent, waits) in waiting {
            self.set(Table::Waiting, &keys::waiting(agent, *conversation), *waits);
        }
        if let Some(entry) = directory {
            self.put(Table::Directory, &conversation.to_bytes(), &**entry)?;
        }
        audit.iter().try_for_each(|record| self.audit(record))
    }

    /// The row that says where starts of a linked device went.
    fn former_current(&mut self, key: &[u8], former: FormerCurrent) -> Result<(), EncodeError> {
        match former {
            FormerCurrent::Stays => Ok(()),
            FormerCurrent::Goes => {
                self.delete(Table::Current, key);
                Ok(())
            }
            FormerCurrent::Names(conversation) => self.put(Table::Current, key, &conversation),
        }
    }

    /// Every row of a conversation.
    fn erase(&mut self, remains: &Remains) {
        // Destructured, so that a new kind of row cannot be forgotten here.
        let Remains {
            id,
            customer,
            current,
            timer,
            waiting,
        } = remains;
        let key = id.to_bytes();
        for table in Table::BY_CONVERSATION {
            if let Some(end) = keys::after_prefix(&key) {
                self.rows
                    .delete_range_cf(table.of(self.db), &key[..], &end[..]);
            } else {
                self.delete(table, &key);
            }
        }
        self.delete(Table::Meta, &keys::parked(*id));
        self.delete(Table::Customers, &keys::customer(customer, *id));
        for workstream in current {
            self.delete(Table::Current, &keys::current(customer, workstream));
        }
        self.delete(Table::Timers, &keys::timer_of(*id));
        if let Some(due) = timer {
            self.delete(Table::Timers, &keys::timer_by_due(*due, *id));
        }
        for agent in waiting {
            self.delete(Table::Waiting, &keys::waiting(agent, *id));
        }
    }

    /// Appends a record to the audit under the next number.
    fn audit(&mut self, record: &AuditRecord) -> Result<(), EncodeError> {
        self.audited += 1;
        self.audits = true;
        let key = keys::audit(record.at, self.audited);
        self.put(Table::Audit, &key, record)
    }

    fn index_message(
        &mut self,
        conversation: ConversationId,
        position: Position,
        message: &Message,
    ) -> Result<(), EncodeError> {
        if let Some(client_id) = &message.client_id
            && keys::dedup_into(
                &mut self.buffers.key,
                conversation,
                &message.author,
                client_id,
            )
        {
            let row = DedupRow {
                seq: message.seq,
                at: message.at,
            };
            codec::encode_into(&row, &mut self.buffers.value)?;
            self.rows
                .put_cf(self.dedup, &self.buffers.key, &self.buffers.value);
        }
        if is_indexed(message.seq) {
            self.put(
                Table::SeqIndex,
                &keys::seq_index(conversation, message.seq),
                &position,
            )?;
        }
        Ok(())
    }

    fn index_note(&mut self, conversation: ConversationId, note: &Note) -> Result<(), EncodeError> {
        self.put(Table::Notes, &keys::note(conversation, note.number), note)?;
        let row = DedupRow {
            seq: note.number.as_seq(),
            at: note.at,
        };
        let key = keys::dedup(conversation, &note.dedup_key());
        self.put(Table::Dedup, &key, &row)
    }

    fn move_timer(
        &mut self,
        conversation: ConversationId,
        timer: TimerMove,
    ) -> Result<(), EncodeError> {
        let TimerMove { from, to } = timer;
        if let Some(from) = from.filter(|from| Some(*from) != to) {
            self.delete(Table::Timers, &keys::timer_by_due(from, conversation));
        }
        match to {
            Some(to) => {
                self.set(Table::Timers, &keys::timer_by_due(to, conversation), true);
                self.put(Table::Timers, &keys::timer_of(conversation), &to)
            }
            None => {
                self.delete(Table::Timers, &keys::timer_of(conversation));
                Ok(())
            }
        }
    }

    pub(super) fn put<T: Stored>(
        &mut self,
        table: Table,
        key: &[u8],
        value: &T,
    ) -> Result<(), EncodeError> {
        codec::encode_into(value, &mut self.buffers.value)?;
        self.rows
            .put_cf(table.of(self.db), key, &self.buffers.value);
        Ok(())
    }

    fn staff(&mut self, row: &StaffRow) -> Result<(), EncodeError> {
        match row {
            StaffRow::Account(agent, row) => {
                self.put_or_delete(Table::Accounts, agent.as_str().as_bytes(), row.as_deref())
            }
            StaffRow::SignIn(key, row) => {
                self.put_or_delete(Table::SignIns, key.as_bytes(), row.as_ref())
            }
            StaffRow::ApiKey(key, row) => {
                self.put_or_delete(Table::ApiKeys, key.as_bytes(), row.as_ref())
            }
        }
    }

    fn put_or_delete<T: Stored>(
        &mut self,
        table: Table,
        key: &[u8],
        value: Option<&T>,
    ) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.put(table, key, value),
            None => {
                self.delete(table, key);
                Ok(())
            }
        }
    }

    pub(super) fn delete(&mut self, table: Table, key: &[u8]) {
        self.rows.delete_cf(table.of(self.db), key);
    }

    /// A row without a value: there, or not there.
    fn set(&mut self, table: Table, key: &[u8], there: bool) {
        if there {
            self.rows.put_cf(table.of(self.db), key, b"");
        } else {
            self.delete(table, key);
        }
    }
}
