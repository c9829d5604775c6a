//! Erasing customers, through the one door.

use tokio::sync::oneshot;

use super::gateway::{Gateway, duration};
use super::post::post;
use super::supervisor::{BeginErasure, ErasedOf, ToSupervisor};
use crate::domain::erasure::{Erasure, Known};
use crate::domain::ids::CustomerId;
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Millis;
use crate::store::Store;

/// An erasure that is certain to happen.
pub struct Erasing(oneshot::Receiver<ErasedOf>);

impl Erasing {
    /// Waits for its end, for so long; `None`: it has not come yet.
    pub async fn is_over(self, patience: Millis) -> Option<ErasedOf> {
        let over = tokio::time::timeout(duration(patience), self.0).await;
        over.ok()?.ok()
    }
}

impl Gateway {
    /// Erases a customer. Answered when that is durable: whatever happens then, it comes to
    /// its end.
    ///
    /// # Errors
    /// `unavailable` while a link of the customer is under way, and when the server stops;
    /// `overloaded`.
    pub async fn erase(&self, customer: CustomerId, erasure: Erasure) -> Result<Erasing, Reject> {
        self.admit()?;
        let (begun, answer) = oneshot::channel();
        let (over, end) = oneshot::channel();
        let wanted = BeginErasure {
            customer,
            erasure,
            begun,
            over,
        };
        post(&self.supervisor, ToSupervisor::Erase(Box::new(wanted)));
        self.answer_to_admin(answer).await.map(|()| Erasing(end))
    }

    /// What is known of a customer, whom an erasure would call by this pseudonym; `None`: nothing.
    ///
    /// # Errors
    /// `overloaded`, `internal`, `unavailable`.
    pub async fn known(
        &self,
        customer: CustomerId,
        pseudonym: CustomerId,
    ) -> Result<Option<Known>, Reject> {
        self.admit()?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |store: &Store| {
            let found = store.known(&customer, &pseudonym).map_err(|error| {
                tracing::error!(%error, "what is known of a customer could not be read");
                let sentence =
                    "What is known of the customer could not be read; an operator has been told.";
                Reject::new(Code::Internal, sentence)
            });
            // Whoever asked may have given up.
            let _ = answer.send(found);
        });
        if self.links.readers.submit(job).is_err() {
            return Err(Reject::overloaded());
        }
        self.answer_to_admin(answered).await
    }
}
