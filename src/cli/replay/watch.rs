//! A supervisor who looks at the floor now and again and counts agents with more load than capacity.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::PlayError;
use super::reading::Reading;
use crate::cli::credentials::Credentials;
use crate::client::Floor;

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(250);

/// A supervisor at work.
pub(super) struct FloorWatch {
    over: oneshot::Sender<()>,
    watching: JoinHandle<Result<u64, PlayError>>,
}

impl FloorWatch {
    pub(super) fn begin(reading: &Reading, credentials: &Credentials) -> Self {
        let reading = reading.clone();
        let token = credentials
            .supervisor()
            .ok_or_else(|| PlayError::Unexpected("the credentials name no supervisor".to_owned()))
            .and_then(|name| Ok(credentials.agent_token(name)?));
        let (over, mut is_over) = oneshot::channel::<()>();
        let watching = tokio::spawn(async move {
            let token = token?;
            let mut violations = 0;
            loop {
                let last_look = timeout(INTERVAL, &mut is_over).await.is_ok();
                violations += overloaded(&reading.floor(&token).await?);
                if last_look {
                    return Ok(violations);
                }
            }
        });
        Self { over, watching }
    }

    /// One last look, then the count.
    pub(super) async fn end(self) -> Result<u64, PlayError> {
        self.over.send(()).ok();
        self.watching
            .await
            .unwrap_or_else(|e| Err(PlayError::Unexpected(e.to_string())))
    }
}

fn overloaded(floor: &Floor) -> u64 {
    floor.agents.iter().filter(|a| a.load > a.capacity).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::AgentLoad;

    #[test]
    fn an_agent_is_overloaded_above_capacity_and_not_at_it() {
        let agent = |load, capacity| AgentLoad {
            id: "a".into(),
            capacity,
            load,
        };
        assert_eq!(
            overloaded(&Floor {
                agents: vec![agent(3, 3), agent(4, 3), agent(0, 1)]
            }),
            1
        );
    }
}
