//! The durable half: a RocksDB store of journals, snapshots, indexes and timers.
//!
//! What it promises: a write that the [`writer`] reported as done is on disk (under
//! [`Durability::Synced`]); a write is there with all its rows or with none; what is read is
//! what was written or an error, never something else; opening costs the same however many
//! conversations sleep.
//!
//! What it never does: decide anything about a conversation, read while writing (but the counters that it adds to), retry a
//! failed write, or skip over damage.
//!
//! Map: [`codec`] values to bytes · `keys` · [`tables`] the catalogue · `batch` a write in
//! rows · [`writer`] the one thread that writes · [`readers`] the pool for blocking reads ·
//! `view`, `conversations`, `directory`, `notes`, `lists`, `staff`, `statistics` the reads · `wal` the look at the log before opening · `checkpoint` a copy as of one moment ·
//! [`check`] every invariant over a whole store.

mod audit;
mod batch;
pub mod check;
mod checkpoint;
pub mod codec;
mod conversations;
mod directory;
mod erasing;
mod error;
mod identity;
mod keys;
mod linking;
mod lists;
mod notes;
pub mod readers;
mod staff;
mod statistics;
pub mod tables;
mod view;
mod wal;
pub mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rocksdb::{
    Cache, ColumnFamilyDescriptor, DB, DBRecoveryMode, FlushOptions, Options, WriteOptions,
};

pub use checkpoint::Extent;
pub use conversations::{KnownClientId, Loaded};
pub use directory::{Bounds, Listed};
pub use error::StoreError;
pub use wal::TornTail;

use crate::domain::commit::Write;
use batch::{Batch, Buffers};
use codec::{AuditedUpTo, StoreFormat};
use tables::Table;
use view::View;

/// The format of the whole store: tables and keys. Records have their own (`codec::FORMAT`).
pub const STORE_FORMAT: u32 = 3;

/// Files that RocksDB may hold open; the process shares its descriptors with sockets.
const OPEN_FILES_MAX: i32 = 512;
/// Bytes after which RocksDB writes the list of its files anew. It names the first and last key
/// of every file there has been, and keys name customers: it must not remember for long. A
/// start writes it anew, too.
const MANIFEST_BYTES_MAX: usize = 16 * 1024;
/// Bytes of log that may be waiting for tables to be flushed: bounds the replay on start.
const WAL_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// Bytes of the cache of data, index and filter blocks.
const BLOCK_CACHE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes and number of RocksDB's own log files.
const INFO_LOG_BYTES_MAX: usize = 4 * 1024 * 1024;
const INFO_LOG_FILES_MAX: usize = 3;

/// What "written" means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// On disk: survives the end of the process and of the machine.
    #[default]
    Synced,
    /// With the operating system: survives the end of the process, not of the machine.
    Written,
}

/// The store. Cheap to clone; closed when the last clone is dropped.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    db: DB,
    path: PathBuf,
    durability: Durability,
    torn_tail: Option<TornTail>,
    /// The number of the last record of the audit. Only one thread writes at a time.
    audited: AtomicU64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.shared.path)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store of a directory, and creates it if there is none.
    ///
    /// The end of the log may be torn by a crash: then the store opens with everything
    /// before it and warns. Damage before the end is refused (see the module `wal`).
    /// With [`Durability::Written`] whatever RocksDB recovers is accepted with a warning,
    /// because a power cut may then leave holes among records that were never synced.
    ///
    /// # Errors
    /// A newer format, a damaged log, another process that has it open, or the disk.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        std::fs::create_dir_all(path).map_err(|source| StoreError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        if durability == Durability::Written {
            tracing::warn!(
                path = %path.display(),
                "durability is 'written': acknowledged messages survive the end of this process, \
                 but a power cut or a crash of the machine may lose the last of them"
            );
        }
        let torn_tail = examine_log(path, durability)?;
        let options = options();
        let cache = Cache::new_lru_cache(BLOCK_CACHE_BYTES);
        let db = DB::open_cf_descriptors(&options, path, descriptors(&options, path, &cache))?;
        let store = Self {
            shared: Arc::new(Shared {
                db,
                path: path.to_path_buf(),
                durability,
                torn_tail,
                audited: AtomicU64::new(0),
            }),
        };
        store.check_format()?;
        let audited: Option<AuditedUpTo> = store.view().get(Table::Meta, keys::META_AUDITED)?;
        let AuditedUpTo(audited) = audited.unwrap_or(AuditedUpTo(0));
        store.shared.audited.store(audited, Ordering::Relaxed);
        Ok(store)
    }

    /// Opens the store of a directory for reading only, also while a server has it open
    /// (what is read is then as of now).
    ///
    /// # Errors
    /// There is no store, a newer format, a damaged log, or the disk.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.join("CURRENT").exists() {
            return Err(StoreError::NotAStore {
                path: path.to_path_buf(),
            });
        }
        let torn_tail = examine_log(path, Durability::Synced)?;
        let mut options = options();
        options.create_if_missing(false);
        options.create_missing_column_families(false);
        let cache = Cache::new_lru_cache(BLOCK_CACHE_BYTES);
        let families = descriptors(&options, path, &cache);
        let db = DB::open_cf_descriptors_read_only(&options, path, families, false)?;
        let durability = Durability::Synced;
        let store = Self {
            shared: Arc::new(Shared {
                db,
                path: path.to_path_buf(),
                durability,
                torn_tail,
                audited: AtomicU64::new(0),
            }),
        };
        match store.format()? {
            Some(found) => refuse_other(found)?,
            None => {
                return Err(StoreError::NotAStore {
                    path: path.to_path_buf(),
                });
            }
        }
        Ok(store)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// What "written" means here.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.shared.durability
    }

    /// What was given up at the end of the log when it was opened.
    #[must_use]
    pub fn torn_tail(&self) -> Option<&TornTail> {
        self.shared.torn_tail.as_ref()
    }

    /// Writes a few things at once and waits for the disk. For offline use by the command
    /// line; the server writes through [`writer::Writer`].
    ///
    /// # Errors
    /// The write failed; nothing of it is there.
    pub fn write_now(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut buffers = Buffers::default();
        let mut batch = self.batch(&mut buffers, 0);
        for write in writes {
            batch.add(write)?;
        }
        self.commit(batch)
    }

    /// Moves what is only in the log into tables, so that the next start has nothing to
    /// replay. Changes nothing about what is durable.
    ///
    /// # Errors
    /// The disk.
    pub fn flush(&self) -> Result<(), StoreError> {
        let families: Vec<_> = Table::ALL.iter().map(|table| table.of(self.db())).collect();
        self.db()
            .flush_cfs_opt(&families, &FlushOptions::default())?;
        Ok(())
    }

    fn db(&self) -> &DB {
        &self.shared.db
    }

    fn view(&self) -> View<'_> {
        View::now(self.db())
    }

    /// An empty batch, to be committed before the next one is begun.
    fn batch<'a>(&'a self, buffers: &'a mut Buffers, capacity_bytes: usize) -> Batch<'a> {
        let audited = self.shared.audited.load(Ordering::Relaxed);
        Batch::new(self.db(), buffers, capacity_bytes, audited)
    }

    fn commit(&self, batch: Batch<'_>) -> Result<(), StoreError> {
        let (rows, audited) = batch.into_rows()?;
        let mut options = WriteOptions::default();
        options.set_sync(self.shared.durability == Durability::Synced);
        self.db().write_opt(rows, &options)?;
        self.shared.audited.store(audited, Ordering::Relaxed);
        Ok(())
    }

    fn format(&self) -> Result<Option<u32>, StoreError> {
        let stored: Option<StoreFormat> = self.view().get(Table::Meta, keys::META_FORMAT)?;
        Ok(stored.map(|StoreFormat(format)| format))
    }

    /// Refuses a store of another format; marks one that was just created.
    fn check_format(&self) -> Result<(), StoreError> {
        if let Some(found) = self.format()? {
            return refuse_other(found);
        }
        if self.conversations(None, 1)?.is_empty() {
            let mut buffers = Buffers::default();
            let mut batch = self.batch(&mut buffers, 0);
            batch.put(Table::Meta, keys::META_FORMAT, &StoreFormat(STORE_FORMAT))?;
            return self.commit(batch);
        }
        Err(StoreError::Malformed {
            row: "meta/format".to_owned(),
            why: "the store has conversations but does not say which format it has",
        })
    }
}

const fn refuse_other(found: u32) -> Result<(), StoreError> {
    if found > STORE_FORMAT {
        return Err(StoreError::NewerFormat {
            found,
            known: STORE_FORMAT,
        });
    }
    if found < STORE_FORMAT {
        return Err(StoreError::OlderFormat {
            found,
            known: STORE_FORMAT,
        });
    }
    Ok(())
}

fn examine_log(path: &Path, durability: Durability) -> Result<Option<TornTail>, StoreError> {
    let torn = match wal::examine(path) {
        Err(StoreError::DamagedLog { path, offset }) if durability == Durability::Written => {
            tracing::warn!(
                log = %path.display(), offset,
                "the log has a hole; opening with what is before it, as durability 'written' allows"
            );
            None
        }
        other => other?,
    };
    if let Some(TornTail {
        path,
        offset,
        bytes_dropped,
    }) = &torn
    {
        tracing::warn!(
            log = %path.display(), offset, bytes_dropped,
            "the end of the log is half written, as a crash leaves it; opening with everything before it"
        );
    }
    Ok(torn)
}

fn options() -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_max_open_files(OPEN_FILES_MAX);
    options.set_max_total_wal_size(WAL_BYTES_MAX);
    // Always a prefix; `wal` has refused what must not be cut off.
    options.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    // A log file that is missing or shorter than what was synced is noticed on start.
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_paranoid_checks(true);
    // One thread writes: the concurrent path would only cost.
    options.set_allow_concurrent_memtable_write(false);
    options.set_max_background_jobs(2);
    options.set_bytes_per_sync(1024 * 1024);
    options.set_skip_stats_update_on_db_open(true);
    options.set_keep_log_file_num(INFO_LOG_FILES_MAX);
    options.set_max_log_file_size(INFO_LOG_BYTES_MAX);
    options.set_max_manifest_file_size(MANIFEST_BYTES_MAX);
    options
}

/// Our tables, and whatever else the store has (a newer one has more), so that it opens
/// far enough to say which format it is.
fn descriptors(options: &Options, path: &Path, cache: &Cache) -> Vec<ColumnFamilyDescriptor> {
    let mut all: Vec<_> = Table::ALL
        .iter()
        .map(|table| table.descriptor(cache))
        .collect();
    let known = |name: &str| Table::ALL.iter().any(|table| table.name() == name);
    let stored = DB::list_cf(options, path).unwrap_or_default();
    let others = stored
        .into_iter()
        .filter(|name| !known(name) && name != "default");
    all.extend(others.map(|name| ColumnFamilyDescriptor::new(name, Options::default())));
    all
}
