//! The audit, through the one door: read in pages, appended to, and written together with
//! what it is about.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::gateway::{Gateway, PATIENCE_FOR_ANSWERS, duration};
use super::links::Token;
use crate::domain::audit::{AuditCursor, AuditPage, AuditRecord, Wanted};
use crate::domain::commit::Write;
use crate::domain::company::Company;
use crate::domain::device::{Device, DeviceId};
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Roll, StaffRow};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Store;

impl Gateway {
    /// A page of the audit after a place in it, in this order.
    ///
    /// # Errors
    /// `overloaded`, `internal`, `unavailable`.
    pub async fn audit(
        &self,
        wanted: Wanted,
        newest_first: bool,
        after: Option<AuditCursor>,
        limit: usize,
    ) -> Result<AuditPage, Reject> {
        self.admit()?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |store: &Store| {
            let look_at = limits::AUDIT_LOOK_AT_MAX;
            let found = store.audit(&wanted, newest_first, after, limit, look_at);
            let found = found.map_err(|error| {
                tracing::error!(%error, "the audit could not be read");
                Reject::new(
                    Code::Internal,
                    "The audit could not be read; an operator has been told.",
                )
            });
            // Whoever asked may have given up.
            let _ = answer.send(found);
        });
        if self.links.readers.submit(job).is_err() {
            return Err(Reject::overloaded());
        }
        self.answer_to_admin(answered).await
    }

    /// Appends to the audit; answered when it is durable.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`: whatever is to be in the audit must not be done then.
    pub async fn record(&self, record: AuditRecord) -> Result<(), Reject> {
        self.admit()?;
        let (durable, written) = oneshot::channel();
        let then = Box::new(move || {
            // Whoever asked may have given up.
            let _ = durable.send(Ok(()));
        });
        let write = Write::Audit(Arc::new(record));
        self.links.write(write, Token::Then(then));
        self.answer_to_admin(written).await
    }

    /// Appends to the audit unless the writer has more to do than it can; nobody waits for
    /// it. Whether it was taken.
    #[must_use]
    pub fn note(&self, record: AuditRecord) -> bool {
        let takes = self.links.admits() && !self.links.fatal.has_happened();
        if takes {
            let write = Write::Audit(Arc::new(record));
            self.links.write(write, Token::Quiet);
        }
        takes
    }

    /// Changes how people sign in. What it ends has ended when this returns, however it
    /// returns; answered when it is durable. `tell` says what of it stands in the audit, which
    /// is written with it.
    ///
    /// # Errors
    /// What the decision refuses; `unavailable` when there is no answer in time.
    pub async fn change_staff<T>(
        &self,
        decide: impl FnOnce(&Roll, &Company, Timestamp) -> Result<(T, Vec<StaffRow>), Reject>,
        tell: impl FnOnce(&T, Timestamp) -> Option<AuditRecord>,
    ) -> Result<T, Reject> {
        self.admit()?;
        let (durable, written) = oneshot::channel();
        let then = Box::new(move || {
            // Whoever asked may have given up.
            let _ = durable.send(Ok(()));
        });
        let value =
            self.links
                .staff
                .change(&self.links, Token::Then(then), |roll, company, now| {
                    let (value, rows) = decide(roll, company, now)?;
                    let record = tell(&value, now);
                    Ok((value, rows, record.into_iter().collect()))
                })?;
        self.answer_to_admin(written).await?;
        Ok(value)
    }

    /// Keeps what is known of a device, and what of it belongs into the audit; answered when
    /// it is durable.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`.
    pub async fn keep_device(
        &self,
        id: DeviceId,
        device: Device,
        audit: Option<AuditRecord>,
    ) -> Result<(), Reject> {
        self.admit()?;
        let (answer, answered) = oneshot::channel();
        let device = Write::Device {
            id,
            device: Arc::new(device),
        };
        let write = match audit {
            Some(record) => Write::All(vec![device, Write::Audit(Arc::new(record))]),
            None => device,
        };
        let then = Box::new(move || {
            // Whoever asked may have given up.
            let _ = answer.send(());
        });
        self.links.write(write, Token::Then(then));
        match tokio::time::timeout(duration(PATIENCE_FOR_ANSWERS), answered).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Reject::unavailable()),
        }
    }
}
