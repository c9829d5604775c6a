//! Statistics, through the one door.

use tokio::sync::oneshot;

use super::gateway::Gateway;
use crate::domain::reject::{Code, Reject};
use crate::domain::statistics::Chart;
use crate::store::Store;

impl Gateway {
    /// Fills a chart with what was counted.
    ///
    /// # Errors
    /// `overloaded`, `internal`, `unavailable`.
    pub async fn statistics(&self, mut chart: Chart) -> Result<Chart, Reject> {
        self.admit()?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |store: &Store| {
            let read = store.chart(&mut chart).map(|()| chart);
            let read = read.map_err(|error| {
                tracing::error!(%error, "the statistics could not be read");
                Reject::new(
                    Code::Internal,
                    "The statistics could not be read; an operator has been told.",
                )
            });
            // Whoever asked may have given up.
            let _ = answer.send(read);
        });
        if self.links.readers.submit(job).is_err() {
            return Err(Reject::overloaded());
        }
        self.answer_to_admin(answered).await
    }
}
