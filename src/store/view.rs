//! One consistent look at the store: what a `View` reads, it reads as of one moment.

use std::ops::ControlFlow;

use rocksdb::{ColumnFamily, DB, ReadOptions, SnapshotWithThreadMode};

use super::codec::{self, Stored};
use super::error::StoreError;
use super::keys;
use super::tables::{Table, row_name};

/// In which direction a range is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// By ascending keys.
    Ascending,
    /// By descending keys.
    Descending,
}

/// A range of keys: from (inclusive) and to (exclusive; `None` is the end of the table).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    /// The first key.
    pub(super) from: Vec<u8>,
    /// The first key beyond.
    pub(super) to: Option<Vec<u8>>,
}

impl Range {
    /// All keys that begin with this.
    pub(super) fn prefix(prefix: &[u8]) -> Self {
        Self {
            from: prefix.to_vec(),
            to: keys::after_prefix(prefix),
        }
    }

    /// The keys that begin with `prefix`, from `from` on.
    pub(super) fn prefix_from(prefix: &[u8], from: &[u8]) -> Self {
        Self {
            from: from.to_vec(),
            to: keys::after_prefix(prefix),
        }
    }

    /// The keys that begin with `prefix`, before `to`.
    pub(super) fn prefix_before(prefix: &[u8], to: &[u8]) -> Self {
        Self {
            from: prefix.to_vec(),
            to: Some(to.to_vec()),
        }
    }
}

/// Whether to go on with the next row.
pub(super) type Step = Result<ControlFlow<()>, StoreError>;

/// Go on with the next row.
pub(super) const GO_ON: Step = Ok(ControlFlow::Continue(()));
/// Enough.
pub(super) const ENOUGH: Step = Ok(ControlFlow::Break(()));

/// One consistent look at the store.
pub(super) struct View<'a> {
    db: &'a DB,
    snapshot: SnapshotWithThreadMode<'a, DB>,
    fill_cache: bool,
}

impl<'a> View<'a> {
    /// The store as it is now.
    pub(super) fn now(db: &'a DB) -> Self {
        Self {
            db,
            snapshot: db.snapshot(),
            fill_cache: true,
        }
    }

    /// The same for a pass over everything, which must not push out what is in use.
    pub(super) fn for_scan(db: &'a DB) -> Self {
        Self {
            fill_cache: false,
            ..Self::now(db)
        }
    }

    fn table(&self, table: Table) -> &'a ColumnFamily {
        table.of(self.db)
    }

    /// The value under a key.
    pub(super) fn get<T: Stored>(&self, table: Table, key: &[u8]) -> Result<Option<T>, StoreError> {
        match self.snapshot.get_pinned_cf(self.table(table), key)? {
            None => Ok(None),
            Some(record) => decode(table, key, &record).map(Some),
        }
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, table: Table, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self
            .snapshot
            .get_pinned_cf(self.table(table), key)?
            .is_some())
    }

    /// Shows the rows of a range one by one until there are no more or enough.
    pub(super) fn scan(
        &self,
        table: Table,
        range: Range,
        order: Order,
        mut row: impl FnMut(&[u8], &[u8]) -> Step,
    ) -> Result<(), StoreError> {
        let mut options = ReadOptions::default();
        options.fill_cache(self.fill_cache);
        if range.to.as_ref().is_some_and(|to| *to <= range.from) {
            return Ok(());
        }
        options.set_iterate_lower_bound(range.from);
        if let Some(to) = range.to {
            options.set_iterate_upper_bound(to);
        }
        let mut rows = self
            .snapshot
            .raw_iterator_cf_opt(self.table(table), options);
        match order {
            Order::Ascending => rows.seek_to_first(),
            Order::Descending => rows.seek_to_last(),
        }
        while let Some((key, value)) = rows.item() {
            if row(key, value)?.is_break() {
                return Ok(());
            }
            match order {
                Order::Ascending => rows.next(),
                Order::Descending => rows.prev(),
            }
        }
        // An iterator that met damage looks as if it were at its end; only its status tells.
        rows.status()?;
        Ok(())
    }
}

/// The value of a row, or an error that names the row.
pub(super) fn decode<T: Stored>(table: Table, key: &[u8], record: &[u8]) -> Result<T, StoreError> {
    codec::decode(record).map_err(|source| StoreError::Damaged {
        row: row_name(table, key),
        source,
    })
}

/// An error about a key that nothing writes.
pub(super) fn malformed(table: Table, key: &[u8]) -> StoreError {
    StoreError::Malformed {
        row: row_name(table, key),
        why: "the key has a shape that nothing writes",
    }
}
