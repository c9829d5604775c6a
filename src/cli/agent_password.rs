//! `linger agent password`: sets the password of an agent of a stopped server. It comes from
//! standard input, never from the command line, where everybody on the machine could see it.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use std::sync::Arc;

use super::offline::{OfflineError, by_operator, company, open};
use crate::domain::audit::What;
use crate::domain::commit::Write as Written;
use crate::domain::ids::AgentId;
use crate::domain::staff::StaffRow;
use crate::limits;
use crate::store::Store;
use crate::web::staff::passwords;

/// Reads a password, its first line, and sets it. Every session of the agent ends.
///
/// # Errors
/// `OfflineError` with what to do about it; nothing was changed then.
pub(super) fn set(
    data: &Path,
    agent: &AgentId,
    from: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), OfflineError> {
    let store = open(data, false)?;
    let known = company(&store)?.agents.contains_key(agent);
    if !known {
        return Err(OfflineError::Refused(format!(
            "there is no agent {agent}; see `linger agent list`"
        )));
    }
    // Whoever pipes it in sees this in vain; a reader that went away is no reason to stop.
    let _ = writeln!(
        out,
        "The new password of {agent}, at least {} characters, as one line (it is shown as you type):",
        limits::PASSWORD_CHARS_MIN
    );
    let mut line = String::new();
    from.read_line(&mut line)
        .map_err(|e| OfflineError::File(PathBuf::from("standard input"), e))?;
    store_password(&store, agent, line.trim_end_matches(['\n', '\r']))?;
    let _ = writeln!(out, "{agent} signs in with it from now on.");
    Ok(())
}

/// Sets a password in an open store.
pub(super) fn store_password(
    store: &Store,
    agent: &AgentId,
    password: &str,
) -> Result<(), OfflineError> {
    passwords::check(password, agent.as_str()).map_err(OfflineError::Refused)?;
    let hash = passwords::hash(password)?;
    let roll = store.staff().map_err(OfflineError::Store)?;
    let mut account = roll.account(agent);
    account.password = Some(hash);
    let mut rows = roll.end_sign_ins(agent, None);
    rows.push(StaffRow::Account(agent.clone(), Some(Box::new(account))));
    store
        .write_now(&[
            Written::Staff(rows),
            Written::Audit(Arc::new(by_operator(What::PasswordChanged).about(agent))),
        ])
        .map_err(OfflineError::Store)
}
