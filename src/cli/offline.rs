//! Commands that change the configuration of a stopped server: one way to open the store
//! and one way to change the company in it.
//!
//! Promises: a change is written whole and synced, or not at all; a store that a server
//! has open is refused with a sentence that says so. Never creates a store by mistake: a
//! misspelt `--data` is an error, not an empty company.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::config::Plan;
use crate::domain::audit::{AuditRecord, Interface, What, Who};
use crate::domain::commit::Write;
use crate::domain::company::Company;
use crate::domain::ids::InvalidId;
use crate::store::{Durability, Store, StoreError};

use crate::web::secret::NoRandomness;

/// Why an offline command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// A server has the store open.
    #[error("a server (or another command) has {0} open; stop it first, then run this again")]
    InUse(PathBuf),
    /// There is no store, or no company in it.
    #[error(
        "{0} holds no company yet; make one with `linger config apply FILE --data {0}`, or check --data"
    )]
    NoCompany(PathBuf),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(StoreError),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// An argument is no id.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// No secret could be made.
    #[error(transparent)]
    Secret(#[from] NoRandomness),
    /// The company file names something missing or out of bounds.
    #[error("{0}")]
    Configuration(String),
    /// What was asked does not fit the company.
    #[error("{0}")]
    Refused(String),
}

/// Opens the store of a data directory; with `create`, also one that is not there yet.
pub(super) fn open(data: &Path, create: bool) -> Result<Store, OfflineError> {
    // RocksDB marks the newest state of a database in a file of this name.
    if !create && !data.join("CURRENT").exists() {
        return Err(OfflineError::NoCompany(data.to_path_buf()));
    }
    Store::open(data, Durability::Synced).map_err(|e| match e {
        locked if locked.is_in_use() => OfflineError::InUse(data.to_path_buf()),
        other => OfflineError::Store(other),
    })
}

/// The company in a store.
pub(super) fn company(store: &Store) -> Result<Company, OfflineError> {
    store
        .company()
        .map_err(OfflineError::Store)?
        .ok_or_else(|| OfflineError::NoCompany(store.path().to_path_buf()))
}

/// Changes the company of a stopped server; nothing is written unless the result is sound.
pub(super) fn change<T>(
    data: &Path,
    edit: impl FnOnce(&mut Company) -> Result<T, OfflineError>,
) -> Result<T, OfflineError> {
    let store = open(data, false)?;
    let before = company(&store)?;
    let mut company = before.clone();
    let result = edit(&mut company)?;
    if let Some(problem) = company.problems().into_iter().next() {
        return Err(OfflineError::Refused(problem.to_string()));
    }
    company.revision += 1;
    save(&store, Some(&before), company, Interface::CommandLine)?;
    Ok(result)
}

/// What somebody does who has the data directory in their hands.
pub(super) fn by_operator(what: What) -> AuditRecord {
    AuditRecord::new(SystemClock.now(), Who::Operator, None, what)
}

/// Writes a company and what of it is new, synced.
pub(super) fn save(
    store: &Store,
    before: Option<&Company>,
    company: Company,
    interface: Interface,
) -> Result<(), OfflineError> {
    let plan = Plan::between(before, &company);
    let audit = plan.audit(
        by_operator(What::ConfigChanged),
        interface,
        company.revision,
    );
    store
        .write_now(&[Write::Company {
            company: Arc::new(company),
            audit: Some(Arc::new(audit)),
        }])
        .map_err(OfflineError::Store)
}
