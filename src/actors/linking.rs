//! Links from devices to customers, through the one door.

use tokio::sync::oneshot;

use super::gateway::{Gateway, duration};
use super::post::post;
use super::supervisor::{BeginLink, ToSupervisor};
use crate::domain::affair::Affair;
use crate::domain::device::{Device, DeviceId};
use crate::domain::ids::CustomerId;
use crate::domain::reject::Reject;
use crate::domain::time::Millis;

/// A link that is certain to happen.
pub struct Linking(oneshot::Receiver<()>);

impl Linking {
    /// Waits for its end, for so long; whether it has come.
    pub async fn is_over(self, patience: Millis) -> bool {
        let over = tokio::time::timeout(duration(patience), self.0).await;
        matches!(over, Ok(Ok(())))
    }
}

impl Gateway {
    /// Links a device, whose row is ended already, to a customer. Answered when that is
    /// durable: whatever happens then, it comes to its end.
    ///
    /// # Errors
    /// `unavailable` while another link of one of the two is under way, and when the server
    /// stops; `overloaded`.
    pub async fn link(
        &self,
        id: DeviceId,
        device: Device,
        affair: Affair,
    ) -> Result<Linking, Reject> {
        self.admit()?;
        let (begun, answer) = oneshot::channel();
        let (over, end) = oneshot::channel();
        let wanted = BeginLink {
            customer: id.customer(),
            affair,
            device,
            begun,
            over,
        };
        post(&self.supervisor, ToSupervisor::Link(Box::new(wanted)));
        // However long it takes: whoever has the device locked keeps it until the row is written.
        match answer.await {
            Ok(begun) => begun.map(|()| Linking(end)),
            Err(_) => Err(Reject::unavailable()),
        }
    }

    /// A link of this device that has begun, and may be over.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`.
    pub fn linking(&self, customer: CustomerId) -> Result<Linking, Reject> {
        self.admit()?;
        let (over, end) = oneshot::channel();
        post(&self.supervisor, ToSupervisor::AwaitLink(customer, over));
        Ok(Linking(end))
    }
}
