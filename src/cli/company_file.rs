//! The company file and the store of a stopped server: reading the one, changing the other.

use std::path::Path;

use super::offline::{OfflineError, save};
use crate::config::{CompanyFile, Edit, Moves, Plan};
use crate::domain::audit::Interface;
use crate::domain::company::Company;
use crate::domain::conversation::State;
use crate::engine::supervisor::Doubtful;
use crate::store::Store;

/// Reads a company file from disk.
///
/// # Errors
/// The file cannot be read, or is not of the documented form.
pub fn read(path: &Path) -> Result<CompanyFile, OfflineError> {
    let text =
        std::fs::read_to_string(path).map_err(|e| OfflineError::File(path.to_path_buf(), e))?;
    CompanyFile::parse(&text).map_err(refused)
}

/// A change that can be made.
pub(super) struct Planned {
    /// What there is.
    pub(super) before: Option<Company>,
    /// What there would be; the same if nothing is different.
    pub(super) after: Company,
    /// What is different.
    pub(super) plan: Plan,
}

/// What a file would change in a store.
pub(super) fn plan(
    store: &Store,
    file: CompanyFile,
    prune_agents: bool,
    moves: &Moves,
) -> Result<Planned, OfflineError> {
    let before = store.company().map_err(OfflineError::Store)?;
    let edit = Edit::Whole {
        file: Box::new(file),
        prune_agents,
    };
    let after = edit.apply(before.as_ref(), moves).map_err(refused)?;
    let Some(after) = after else {
        // `apply` answers `None` only where there is something that is the same.
        let after = before.clone().unwrap_or_default();
        return Ok(Planned {
            before,
            after,
            plan: Plan::default(),
        });
    };
    if let Some(before) = &before {
        let objections = objections(store, before, &after, moves)?;
        if !objections.is_empty() {
            return Err(OfflineError::Refused(objections.join("\n  ")));
        }
    }
    let plan = Plan::between(before.as_ref(), &after);
    Ok(Planned {
        before,
        after,
        plan,
    })
}

impl Planned {
    /// Makes the change, unless there is none.
    pub(super) fn make(self, store: &Store, interface: Interface) -> Result<Company, OfflineError> {
        if !self.plan.is_empty() {
            save(store, self.before.as_ref(), self.after.clone(), interface)?;
        }
        Ok(self.after)
    }
}

/// Makes the file that a server is given at its start the company of its store, and returns
/// it. A file that changes nothing writes nothing.
///
/// # Errors
/// Everything that is wrong with the file; conversations that need what would be gone; the store.
pub fn at_start(store: &Store, file: CompanyFile) -> Result<Company, OfflineError> {
    plan(store, file, false, &Moves::new())?.make(store, Interface::Start)
}

/// What conversations have against a change.
fn objections(
    store: &Store,
    before: &Company,
    after: &Company,
    moves: &Moves,
) -> Result<Vec<String>, OfflineError> {
    let doubtful = Doubtful::between(before, after);
    let gone: Vec<_> = before
        .queues
        .keys()
        .filter(|q| !after.queues.contains_key(*q) && !moves.contains_key(*q))
        .collect();
    let mut found = Vec::new();
    if doubtful.is_empty() && gone.is_empty() {
        return Ok(found);
    }
    let mut live = Vec::new();
    for id in store.live().map_err(OfflineError::Store)? {
        live.extend(store.conversation(id).map_err(OfflineError::Store)?);
    }
    for id in &doubtful.removed {
        let parked = || store.parked_by_agents(id).map_err(OfflineError::Store);
        if live.iter().any(|c| c.workstream == *id) || parked()?.is_some() {
            found.push(Doubtful::unclosed(id));
        }
    }
    for id in &doubtful.remoded {
        if store.has_conversations(id).map_err(OfflineError::Store)? {
            found.push(Doubtful::mode_is_fixed(id));
        }
    }
    for queue in gone {
        let theirs = live
            .iter()
            .filter(|c| c.queue == *queue && c.state != State::WrapUp)
            .count();
        if theirs > 0 {
            found.push(format!(
                "Queue {queue} has open conversations ({theirs}); say which queue takes them: --move {queue}=QUEUE."
            ));
        }
    }
    Ok(found)
}

fn refused(why: impl std::fmt::Display) -> OfflineError {
    OfflineError::Configuration(why.to_string())
}
