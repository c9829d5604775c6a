//! A copy of the whole store as of one moment, made while it is written to.

use std::path::Path;

use rocksdb::checkpoint::Checkpoint;

use super::Store;
use super::error::StoreError;
use super::tables::Table;
use super::view::{GO_ON, Order, Range, View};

/// How much a store holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Conversations with a row in the directory.
    pub conversations: u64,
    /// Records in journals.
    pub events: u64,
    /// The number of the last record of the audit.
    pub audit_records: u64,
    /// The revision of the configuration; 0 if there is none.
    pub revision: u64,
    /// The number of the last write, as RocksDB counts them: of two copies of one store the
    /// later one has the higher.
    pub last_write: u64,
}

impl Store {
    /// Puts a copy of the store as of now into a directory that is not there yet. Tables are
    /// linked where the file system can, and copied otherwise; whoever writes meanwhile is not
    /// held up but for the flush of what is in memory.
    ///
    /// # Errors
    /// The directory is there already, or the disk.
    pub fn checkpoint(&self, to: &Path) -> Result<(), StoreError> {
        Checkpoint::new(self.db())?.create_checkpoint(to)?;
        Ok(())
    }

    /// How much there is, counted row by row.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn extent(&self) -> Result<Extent, StoreError> {
        let view = View::for_scan(self.db());
        let count = |table| {
            let mut found = 0_u64;
            let all = Range::prefix(&[]);
            view.scan(table, all, Order::Ascending, |_, _| {
                found += 1;
                GO_ON
            })?;
            Ok::<_, StoreError>(found)
        };
        Ok(Extent {
            conversations: count(Table::Directory)?,
            events: count(Table::Journal)?,
            audit_records: count(Table::Audit)?,
            revision: self.company()?.map_or(0, |company| company.revision),
            last_write: self.db().latest_sequence_number(),
        })
    }
}
