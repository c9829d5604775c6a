//! How people sign in, while the server runs: all of it in memory, every change through the
//! one writer, and the open sockets of each credential, so that they end with it.
//!
//! A change is decided and applied under one lock and handed to the writer there, so that
//! what is on disk has the same order. What a change takes away is gone at once, open sockets
//! included; whoever asked for it is answered when it is durable.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::domain::audit::AuditRecord;
use crate::domain::commit::Write;
use crate::domain::company::Company;
use crate::domain::ids::AgentId;
use crate::domain::reject::Reject;
use crate::domain::staff::{Grant, Roll, StaffRow};
use crate::domain::time::Timestamp;
use crate::engine::outbound::Outbound;
use crate::maps::Map;

use super::gateway::Sink;
use super::links::{Links, Token};

/// How people sign in.
#[derive(Default)]
pub struct Staff {
    roll: RwLock<Roll>,
    open: Mutex<Map<u64, Open>>,
    next: AtomicU64,
}

/// An open socket.
struct Open {
    grant: Grant,
    sink: Arc<dyn Sink>,
}

impl Staff {
    /// As the store has it.
    #[must_use]
    pub fn new(roll: Roll) -> Self {
        Self {
            roll: RwLock::new(roll),
            ..Self::default()
        }
    }

    /// Looks at what is kept.
    pub fn read<T>(&self, look: impl FnOnce(&Roll) -> T) -> T {
        // What the locks guard is whole between any two statements.
        look(&self.roll.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// An open socket that came with a credential: told to go when that ends. Whoever enters
    /// looks once more whether the credential holds; what ended before was not told.
    pub fn enter(self: &Arc<Self>, grant: Grant, sink: Arc<dyn Sink>) -> Entered {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, Open { grant, sink });
        Entered {
            staff: self.clone(),
            number,
        }
    }

    /// Whether what somebody came with still holds.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`.
    pub fn still_holds(
        &self,
        agent: &AgentId,
        grant: &Grant,
        company: &Company,
        now: Timestamp,
    ) -> Result<(), Reject> {
        self.read(|roll| roll.still_holds(agent, grant, company, now))
    }

    /// Decides a change, makes it, and hands it to the writer with what belongs into the audit.
    pub(super) fn change<T>(
        &self,
        links: &Links,
        token: Token,
        decide: impl FnOnce(
            &Roll,
            &Company,
            Timestamp,
        ) -> Result<(T, Vec<StaffRow>, Vec<AuditRecord>), Reject>,
    ) -> Result<T, Reject> {
        let mut roll = self.roll.write().unwrap_or_else(PoisonError::into_inner);
        let (value, rows, audit) = decide(&roll, &links.company(), links.now())?;
        for row in &rows {
            roll.apply(row.clone());
        }
        let ended = ended(&rows);
        let mut writes: Vec<Write> = audit
            .into_iter()
            .map(|record| Write::Audit(Arc::new(record)))
            .collect();
        if !rows.is_empty() {
            writes.push(Write::Staff(rows));
        }
        let write = match writes.pop() {
            None => Write::Barrier,
            Some(only) if writes.is_empty() => only,
            Some(last) => {
                writes.push(last);
                Write::All(writes)
            }
        };
        links.write(write, token);
        drop(roll);
        self.dismiss(&ended);
        Ok(value)
    }

    /// Tells the sockets of credentials that have ended to go.
    fn dismiss(&self, ended: &[Grant]) {
        if ended.is_empty() {
            return;
        }
        let sinks: Vec<Arc<dyn Sink>> = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.values()
                .filter(|open| ended.contains(&open.grant))
                .map(|open| open.sink.clone())
                .collect()
        };
        for sink in sinks {
            sink.deliver(&mut std::iter::once(Outbound::Dismissed));
        }
    }
}

/// The credentials that rows end.
fn ended(rows: &[StaffRow]) -> Vec<Grant> {
    rows.iter()
        .filter_map(|row| match row {
            StaffRow::SignIn(key, None) => Some(Grant::SignIn(key.clone())),
            StaffRow::ApiKey(key, None) => Some(Grant::ApiKey(key.clone())),
            _ => None,
        })
        .collect()
}

impl Links {
    /// Ends what does not go with the configuration any more, and what has expired.
    pub(super) fn settle_staff(&self) {
        let staff = self.staff.clone();
        let settled = staff.change(self, Token::Quiet, |roll, company, now| {
            let mut rows = roll.outdated(company);
            rows.extend(roll.expired(now));
            rows.dedup();
            Ok(((), rows, Vec::new()))
        });
        debug_assert!(settled.is_ok(), "it refuses nothing");
    }
}

/// An open socket, until dropped.
pub struct Entered {
    staff: Arc<Staff>,
    number: u64,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.staff
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.number);
    }
}
