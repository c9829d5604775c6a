//! The client as its user holds it: ask, send, follow, and a stream of events.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::connection::{ConnectError, Connection, socket_address};
use super::cursors::{Cursors, Observed};
use super::frames::{Accepted, Note, Offer, Refusal, ThreadMessage, View, Welcome};
use super::outbox::Outgoing;
use super::pump::Pump;

/// Events that wait for the user. When they are not taken, the socket is not
/// read further, answers included: who awaits answers also takes events.
const EVENTS_WAITING_MAX: usize = 1_024;
/// Commands that wait for the pump.
const COMMANDS_WAITING_MAX: usize = 256;

/// As whom to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A customer, with a signed token.
    Customer,
    /// A person of the company, with `AGENT_ID:SECRET`.
    Agent,
}

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// The server's address, like `http://127.0.0.1:8080`.
    pub url: String,
    /// As whom.
    pub party: Party,
    /// The token that proves it.
    pub token: String,
    /// What to follow from the start, and from where.
    pub cursors: Cursors,
    /// Messages that may be unanswered at a time. One keeps the order of sending
    /// whatever happens.
    pub window: usize,
    /// Where a new token comes from when the server asks for one.
    pub renewal: Option<TokenSource>,
}

/// Where new tokens come from: what signs in, or asks the company's own system.
#[derive(Clone)]
pub struct TokenSource(Arc<dyn Fn() -> Option<String> + Send + Sync>);

impl TokenSource {
    /// A source. `None`: there is no new token, and the one there is runs out.
    pub fn new(source: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    pub(super) fn token(&self) -> Option<String> {
        (self.0)()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource(…)")
    }
}

impl Options {
    /// Connects as somebody, follows nothing yet, sends one message at a time.
    #[must_use]
    pub fn new(url: &str, party: Party, token: String) -> Self {
        Self {
            url: url.to_owned(),
            party,
            token,
            cursors: Cursors::new(),
            window: 1,
            renewal: None,
        }
    }
}

/// What the server or the connection has to say unasked.
#[derive(Debug)]
pub enum Event {
    /// Connected, for the first time or again.
    Connected,
    /// The connection is gone; the client connects again by itself.
    Disconnected(String),
    /// The client has given up: the server refused the token.
    Stopped(String),
    /// A message of a followed conversation, and what it is to those before it.
    Message {
        /// Whose thread.
        conversation: String,
        /// The message.
        message: ThreadMessage,
        /// Next, repeated or behind a gap.
        observed: Observed,
    },
    /// The state of a followed conversation.
    View(View),
    /// A conversation of this agent changed.
    Assigned(View),
    /// Somebody types.
    Typing {
        /// Where.
        conversation: String,
        /// `customer` or `agent`.
        side: String,
        /// Started or stopped.
        on: bool,
    },
    /// A conversation is put before this agent.
    Offer(Offer),
    /// An offer is over.
    OfferEnded {
        /// Of which conversation.
        conversation: String,
        /// This agent has it now.
        taken: bool,
    },
    /// The customer of a conversation that this agent had has written.
    CustomerReturned {
        /// Which.
        conversation: String,
        /// Who.
        customer: String,
    },
    /// A private note.
    Note(Note),
    /// A colleague asks this agent to read along.
    Consult(View),
    /// This agent is consulted no longer in this conversation.
    ConsultEnded(String),
    /// The own presence.
    Presence(String),
    /// A conversation is not followed any more: no message of it comes after this.
    Unfollowed {
        /// Which.
        conversation: String,
    },
    /// The token runs out, and nobody has brought a new one: what is sent waits for it.
    RenewalWanted,
    /// A refusal that answers nothing this client asked.
    Refused(Box<Refusal>),
}

/// The events of one client.
pub type Events = mpsc::Receiver<Event>;

/// The server's word that a message is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The message's number.
    pub seq: u64,
    /// It was there already.
    pub repeated: bool,
    /// How often the server had refused it for the moment.
    pub refusals: u32,
}

/// Why there is no answer, or no good one.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The server said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The connection was lost before the answer: it may have been done or not.
    #[error("the connection was lost before the answer")]
    Disconnected,
    /// The client has stopped.
    #[error("the client has stopped")]
    Stopped,
}

/// What the pump is asked to do.
pub(super) enum Command {
    Send(Outgoing<oneshot::Sender<Result<Acknowledgement, Failure>>>),
    Ask(Ask),
    Tell(Value),
    Renew(String, oneshot::Sender<Result<Accepted, Failure>>),
}

/// One request with whatever waits for its answer.
pub(super) struct Ask {
    pub(super) frame: Value,
    pub(super) follow: Follow,
    pub(super) answer: oneshot::Sender<Result<Accepted, Failure>>,
}

/// What a request changes about what is followed.
pub(super) enum Follow {
    Nothing,
    /// From the request on: messages may come before its answer.
    From(String, u64),
    /// From its answer on: messages may come until then.
    Until(String),
    /// From its answer on this is the token.
    With(String),
}

/// A message handed over; await it for its acknowledgement.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Acknowledgement, Failure>>);

impl Pending {
    /// Waits for the acknowledgement, however often the connection is lost meanwhile.
    ///
    /// # Errors
    /// The final refusal, or that the client has stopped.
    pub async fn acknowledged(self) -> Result<Acknowledgement, Failure> {
        self.0.await.unwrap_or(Err(Failure::Stopped))
    }
}

/// A connected client. Dropping it closes the socket.
#[derive(Debug)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    leave: watch::Sender<bool>,
    pump: JoinHandle<()>,
}

impl Client {
    /// Connects, and stays connected until told to leave.
    ///
    /// # Errors
    /// The first connection failed. Later ones are tried again.
    pub async fn connect(options: Options) -> Result<(Self, Events), ConnectError> {
        let address = socket_address(&options.url, options.party)?;
        let connection = Connection::open(&address, &options.token, &options.cursors).await?;
        let (commands, incoming) = mpsc::channel(COMMANDS_WAITING_MAX);
        let (sink, events) = mpsc::channel(EVENTS_WAITING_MAX);
        let (leave, leaving) = watch::channel(false);
        let pump = Pump::new(address, options, sink, incoming, leaving);
        let pump = tokio::spawn(pump.run(connection));
        Ok((
            Self {
                commands,
                leave,
                pump,
            },
            events,
        ))
    }

    /// Hands a message over. It is sent until it is acknowledged or finally refused.
    ///
    /// # Errors
    /// The client has stopped.
    pub async fn send(
        &self,
        conversation: &str,
        client_id: &str,
        text: &str,
    ) -> Result<Pending, Failure> {
        let (waiter, answer) = oneshot::channel();
        let message = Outgoing {
            conversation: conversation.to_owned(),
            client_id: client_id.to_owned(),
            text: text.to_owned(),
            waiter,
        };
        self.command(Command::Send(message)).await?;
        Ok(Pending(answer))
    }

    /// Asks something; `ref` is added. While there is no connection it waits for one.
    ///
    /// # Errors
    /// The refusal; or the connection was lost after the request was sent.
    pub async fn ask(&self, frame: Value) -> Result<Accepted, Failure> {
        self.ask_and(frame, Follow::Nothing).await
    }

    /// Follows a conversation from after a message on.
    ///
    /// # Errors
    /// As [`Self::ask`]. After a lost connection it is followed nevertheless: hello says so.
    pub async fn follow(&self, conversation: &str, after: u64) -> Result<Accepted, Failure> {
        let frame = serde_json::json!({ "type": "subscribe", "conversation": conversation, "after": after });
        self.ask_and(frame, Follow::From(conversation.to_owned(), after))
            .await
    }

    /// Follows it no longer.
    ///
    /// # Errors
    /// As [`Self::ask`]. After a lost connection it is not followed any more.
    pub async fn unfollow(&self, conversation: &str) -> Result<(), Failure> {
        let frame = serde_json::json!({ "type": "unsubscribe", "conversation": conversation });
        match self
            .ask_and(frame, Follow::Until(conversation.to_owned()))
            .await
        {
            Ok(_) | Err(Failure::Disconnected) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Goes on with a new token of the same customer: on this connection, and when it has to
    /// connect again. What waits for a token is sent.
    ///
    /// # Errors
    /// As [`Self::ask`]. The token there was stays.
    pub async fn renew(&self, token: String) -> Result<Accepted, Failure> {
        let (answer, answered) = oneshot::channel();
        self.command(Command::Renew(token, answer)).await?;
        answered.await.unwrap_or(Err(Failure::Stopped))
    }

    /// Says something that is not answered, like `typing`.
    ///
    /// # Errors
    /// The client has stopped.
    pub async fn tell(&self, frame: Value) -> Result<(), Failure> {
        self.command(Command::Tell(frame)).await
    }

    /// Closes the socket politely and waits until it is closed.
    pub async fn leave(self) {
        self.leave.send_replace(true);
        self.pump.await.ok();
    }

    /// Drops the connection without a word, as a lost phone does.
    pub fn vanish(self) {
        self.pump.abort();
    }

    async fn ask_and(&self, frame: Value, follow: Follow) -> Result<Accepted, Failure> {
        let (answer, answered) = oneshot::channel();
        self.command(Command::Ask(Ask {
            frame,
            follow,
            answer,
        }))
        .await?;
        answered.await.unwrap_or(Err(Failure::Stopped))
    }

    async fn command(&self, command: Command) -> Result<(), Failure> {
        self.commands
            .send(command)
            .await
            .map_err(|_| Failure::Stopped)
    }
}

/// What a welcome says about waiting.
pub(super) fn retry_base(welcome: &Welcome) -> std::time::Duration {
    std::time::Duration::from_millis(welcome.retry_ms)
}
