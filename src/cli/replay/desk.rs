//! An agent at work: connected, available, accepting what scenes tell it to accept.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::PlayError;
use super::board::{Board, Note, What};
use crate::client::{Client, Event, Events, Failure, Options, Party, Refusal, View};

/// Messages of one agent that may be unanswered at a time.
const WINDOW: usize = 16;

/// What an agent does to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Take the offer.
    Accept,
    /// Leave it without ending it.
    Park,
    /// End it.
    End,
    /// Finish wrap-up.
    Finish,
}

impl Step {
    const fn frame(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Park => "park",
            Self::End => "end",
            Self::Finish => "finish",
        }
    }

    /// Whether a conversation in this state shows that the step was done:
    /// its answer may have been lost with the connection.
    fn is_done(self, view: &View, agent: &str) -> bool {
        match self {
            Self::Accept => {
                view.state == "active" && view.accepted && view.agent.as_deref() == Some(agent)
            }
            Self::Park => view.state == "waiting",
            Self::End => view.state == "wrap_up" || view.state == "closed",
            Self::Finish => view.state == "closed",
        }
    }
}

/// One agent's connection.
pub struct Desk {
    /// Its number on the board.
    pub number: usize,
    /// The agent's id.
    pub agent: String,
    /// The connection.
    pub client: Client,
    patience: Duration,
}

impl Desk {
    /// Connects an agent, makes them available, and leaves on the board what they are told.
    ///
    /// # Errors
    /// The server cannot be reached or does not let the agent in.
    pub async fn open(
        number: usize,
        agent: &str,
        url: &str,
        token: String,
        board: Arc<Board>,
        patience: Duration,
    ) -> Result<Arc<Self>, PlayError> {
        let mut options = Options::new(url, Party::Agent, token);
        options.window = WINDOW;
        let (client, events) = Client::connect(options).await?;
        let desk = Arc::new(Self {
            number,
            agent: agent.to_owned(),
            client,
            patience,
        });
        tokio::spawn(Arc::clone(&desk).attend(events, board));
        Ok(desk)
    }

    async fn attend(self: Arc<Self>, mut events: Events, board: Arc<Board>) {
        while let Some(event) = events.recv().await {
            let note = |what| Note {
                desk: self.number,
                what,
            };
            match event {
                // Its answers come through this loop's own socket: not to be awaited here.
                Event::Connected => {
                    tokio::spawn(Arc::clone(&self).arrive(Arc::clone(&board)));
                }
                Event::Offer(offer) => {
                    let what = What::Offered {
                        returning: Some(offer.returning),
                    };
                    board.put(&offer.conversation.id, note(what));
                }
                Event::Assigned(view) => board.put(&view.id.clone(), note(What::Assigned(view))),
                Event::Message {
                    conversation,
                    message,
                    ..
                } => board.put(&conversation, note(What::Message(message))),
                Event::Unfollowed { conversation } => {
                    board.put(&conversation, note(What::Unfollowed));
                }
                Event::Refused(refusal) => {
                    if let Some(conversation) = refusal.conversation.clone() {
                        board.put(&conversation, note(What::Refused(refusal)));
                    }
                }
                _ => {}
            }
        }
    }

    /// Says to be available and looks for offers that were made while the connection was gone.
    /// A connection lost meanwhile begins it anew.
    async fn arrive(self: Arc<Self>, board: Arc<Board>) {
        if self
            .client
            .ask(json!({ "type": "presence", "presence": "available" }))
            .await
            .is_err()
        {
            return;
        }
        let list = json!({ "type": "list", "mine": true, "states": ["active"], "limit": 250 });
        let Ok(answer) = self.client.ask(list).await else {
            return;
        };
        for view in answer.conversations.unwrap_or_default() {
            if view.agent.as_deref() == Some(&self.agent) && !view.accepted {
                board.put(
                    &view.id,
                    Note {
                        desk: self.number,
                        what: What::Offered { returning: None },
                    },
                );
            }
        }
    }

    /// Does a step, again if its answer was lost, until it is done or refused.
    /// Answers the version of the conversation after it.
    ///
    /// # Errors
    /// The refusal; or patience is over.
    pub async fn bring(&self, conversation: &str, step: Step) -> Result<u64, PlayError> {
        let until = Instant::now() + self.patience;
        loop {
            let frame = json!({ "type": step.frame(), "conversation": conversation });
            match self.client.ask(frame).await {
                Ok(answer) => return Ok(answer.conversation.map_or(0, |view| view.version)),
                Err(Failure::Refused(refusal)) if refusal.retry => wait_for(&refusal).await,
                Err(Failure::Refused(refusal)) => match self.view(conversation).await {
                    Ok(view) if step.is_done(&view, &self.agent) => return Ok(view.version),
                    Ok(_) => return Err(PlayError::Refused(step.frame(), refusal)),
                    Err(Failure::Disconnected) => {}
                    Err(e) => return Err(e.into()),
                },
                Err(Failure::Disconnected) => {}
                Err(e) => return Err(e.into()),
            }
            if Instant::now() > until {
                return Err(PlayError::Stalled(step.frame()));
            }
        }
    }

    /// Follows a conversation from after a message on.
    ///
    /// # Errors
    /// The refusal.
    pub async fn follow(&self, conversation: &str, after: u64) -> Result<(), PlayError> {
        loop {
            match self.client.follow(conversation, after).await {
                // The next hello names it.
                Ok(_) | Err(Failure::Disconnected) => return Ok(()),
                Err(Failure::Refused(refusal)) if refusal.retry => wait_for(&refusal).await,
                Err(e) => return Err(e.into()),
            }
        }
    }

    async fn view(&self, conversation: &str) -> Result<View, Failure> {
        let answer = self
            .client
            .ask(json!({ "type": "view", "conversation": conversation }))
            .await?;
        answer.conversation.ok_or(Failure::Disconnected)
    }
}

/// Waits as long as a refusal says.
pub(super) async fn wait_for(refusal: &Refusal) {
    sleep(Duration::from_millis(refusal.retry_after_ms.unwrap_or(300))).await;
}
