//! The task that owns the socket: sends what waits, matches answers to
//! questions, passes events on, and connects again when the connection is lost.

use std::collections::HashMap;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::backoff::Backoff;
use super::connection::{ConnectError, Connection};
use super::cursors::Cursors;
use super::frames::{Accepted, Refusal, ServerFrame};
use super::handle::{
    Acknowledgement, Ask, Command, Event, Failure, Follow, Options, TokenSource, retry_base,
};
use super::outbox::Outbox;

/// The wait after a refusal that names none.
const RETRY_WAIT: Duration = Duration::from_millis(500);
/// Heartbeats that may be missed before the connection counts as lost.
const HEARTBEATS_MISSED_MAX: u32 = 3;
/// Messages that may wait in the outbox before commands are left in their channel.
const OUTBOX_MAX: usize = 1_024;

/// The code of what wants a new token.
const TOKEN_EXPIRED: &str = "token_expired";

/// Why a connection ended.
enum End {
    Lost(String),
    Left,
}

type MessageWaiter = oneshot::Sender<Result<Acknowledgement, Failure>>;

pub(super) struct Pump {
    address: String,
    token: String,
    renewal: Option<TokenSource>,
    /// The token has run out: messages wait for a new one.
    held: bool,
    /// A new token that the server has not been sent yet.
    brought: Option<String>,
    cursors: Cursors,
    outbox: Outbox<MessageWaiter>,
    asked: HashMap<String, Ask>,
    refs: u64,
    paused_until: Option<Instant>,
    backoff: Backoff,
    random: SmallRng,
    events: mpsc::Sender<Event>,
    commands: mpsc::Receiver<Command>,
    leaving: watch::Receiver<bool>,
}

impl Pump {
    pub(super) fn new(
        address: String,
        options: Options,
        events: mpsc::Sender<Event>,
        commands: mpsc::Receiver<Command>,
        leaving: watch::Receiver<bool>,
    ) -> Self {
        Self {
            address,
            token: options.token,
            renewal: options.renewal,
            held: false,
            brought: None,
            cursors: options.cursors,
            outbox: Outbox::new(options.window),
            asked: HashMap::new(),
            refs: 0,
            paused_until: None,
            backoff: Backoff::new(RETRY_WAIT),
            random: SmallRng::from_os_rng(),
            events,
            commands,
            leaving,
        }
    }

    pub(super) async fn run(mut self, first: Connection) {
        let mut connection = first;
        loop {
            self.backoff.succeeded(retry_base(&connection.welcome));
            self.tell(Event::Connected).await;
            let End::Lost(why) = self.serve(connection).await else {
                return;
            };
            for event in self.connection_lost() {
                self.tell(event).await;
            }
            self.tell(Event::Disconnected(why)).await;
            match self.connect_again().await {
                Ok(next) => connection = next,
                Err(End::Left) => return,
                Err(End::Lost(why)) => return self.tell(Event::Stopped(why)).await,
            }
        }
    }

    async fn connect_again(&mut self) -> Result<Connection, End> {
        loop {
            let wait = self.backoff.next(&mut self.random);
            tokio::select! {
                () = left(&mut self.leaving) => return Err(End::Left),
                () = sleep(wait) => {}
            }
            match Connection::open(&self.address, &self.token, &self.cursors).await {
                Ok(connection) => return Ok(connection),
                Err(ConnectError::Refused(r)) if r.retry_after_ms.is_some() && r.retry => {
                    sleep(Duration::from_millis(r.retry_after_ms.unwrap_or_default())).await;
                }
                Err(ConnectError::Refused(r)) if r.code == TOKEN_EXPIRED && self.renews() => {}
                Err(e) if e.may_pass() => {}
                Err(e) => return Err(End::Lost(e.to_string())),
            }
        }
    }

    /// Serves one connection to its end.
    async fn serve(&mut self, mut connection: Connection) -> End {
        let silence_max =
            Duration::from_millis(connection.welcome.heartbeat_ms) * HEARTBEATS_MISSED_MAX;
        let mut heard = Instant::now();
        loop {
            if let Err(why) = self.send_what_waits(&mut connection).await {
                return End::Lost(why);
            }
            let paused_until = self.paused_until;
            tokio::select! {
                frame = connection.next() => match frame {
                    Ok(frame) => {
                        heard = Instant::now();
                        if let Some(end) = self.take(frame).await {
                            return end;
                        }
                    }
                    Err(why) => return End::Lost(why),
                },
                command = self.commands.recv(), if self.outbox.len() < OUTBOX_MAX => match command {
                    Some(command) => {
                        if let Err(why) = self.obey(command, &mut connection).await {
                            return End::Lost(why);
                        }
                    }
                    None => {
                        connection.close().await;
                        return End::Left;
                    }
                },
                () = left(&mut self.leaving) => {
                    connection.close().await;
                    return End::Left;
                }
                () = sleep_until(paused_until.unwrap_or(heard)), if paused_until.is_some() => self.paused_until = None,
                () = sleep_until(heard + silence_max) => {
                    return End::Lost("the server has been silent for three heartbeats".to_owned());
                }
            }
        }
    }

    async fn send_what_waits(&mut self, connection: &mut Connection) -> Result<(), String> {
        if let Some(token) = self.brought.take() {
            // Nobody waits for the answer: what comes of it shows in what is sent after it.
            let (answer, _) = oneshot::channel();
            self.bring(token, answer, connection).await?;
        }
        while self.paused_until.is_none()
            && !self.held
            && let Some(m) = self.outbox.next_to_send()
        {
            let frame = json!({
                "type": "send", "conversation": m.conversation, "client_id": m.client_id, "text": m.text,
            });
            connection.feed(&frame).await?;
        }
        connection.flush().await
    }

    async fn obey(&mut self, command: Command, connection: &mut Connection) -> Result<(), String> {
        match command {
            Command::Send(message) => self.outbox.push(message),
            Command::Tell(frame) => connection.feed(&frame).await?,
            Command::Renew(token, answer) => self.bring(token, answer, connection).await?,
            Command::Ask(mut ask) => {
                self.refs += 1;
                let reference = self.refs.to_string();
                if let Value::Object(fields) = &mut ask.frame {
                    fields.insert("ref".to_owned(), reference.clone().into());
                }
                if let Follow::From(conversation, after) = &ask.follow {
                    self.cursors.follow(conversation, *after);
                }
                connection.feed(&ask.frame).await?;
                self.asked.insert(reference, ask);
            }
        }
        Ok(())
    }

    /// Takes in one frame. `Some` ends the connection.
    async fn take(&mut self, frame: ServerFrame) -> Option<End> {
        let event = match frame {
            ServerFrame::Accepted(accepted) => self.accepted(*accepted)?,
            ServerFrame::Refused(refusal) => self.refused(refusal)?,
            ServerFrame::Message(message) => {
                let conversation = message.conversation.clone().unwrap_or_default();
                let observed = self.cursors.observe(&conversation, message.seq);
                Event::Message {
                    conversation,
                    message,
                    observed,
                }
            }
            ServerFrame::Goaway { retry_ms } => {
                self.backoff.succeeded(Duration::from_millis(retry_ms));
                return Some(End::Lost("the server is stopping".to_owned()));
            }
            ServerFrame::Conversation { conversation } => Event::View(conversation),
            ServerFrame::Assigned { conversation } => Event::Assigned(conversation),
            ServerFrame::Typing {
                conversation,
                side,
                on,
            } => Event::Typing {
                conversation,
                side,
                on,
            },
            ServerFrame::Offer(offer) => Event::Offer(offer),
            ServerFrame::OfferEnded {
                conversation,
                taken,
            } => Event::OfferEnded {
                conversation,
                taken,
            },
            ServerFrame::CustomerReturned {
                conversation,
                customer,
            } => Event::CustomerReturned {
                conversation,
                customer,
            },
            ServerFrame::Note(note) => Event::Note(note),
            ServerFrame::Consult { conversation } => Event::Consult(conversation),
            ServerFrame::ConsultEnded { conversation } => Event::ConsultEnded(conversation),
            ServerFrame::Presence { presence } => Event::Presence(presence),
            ServerFrame::Renew { .. } => self.wants_renewal()?,
            ServerFrame::Welcome(_) | ServerFrame::Pong | ServerFrame::Unknown => return None,
        };
        self.tell(event).await;
        None
    }

    fn accepted(&mut self, accepted: Accepted) -> Option<Event> {
        if let Some(ask) = accepted
            .reference
            .as_deref()
            .and_then(|r| self.asked.remove(r))
        {
            let event = self.unfollowed(&ask.follow);
            if let Follow::With(token) = ask.follow {
                self.token = token;
                self.held = false;
            }
            ask.answer.send(Ok(accepted)).ok();
            return event;
        }
        if let Some(settled) = accepted
            .client_id
            .as_deref()
            .and_then(|id| self.outbox.accepted(id))
        {
            let acknowledgement = Acknowledgement {
                seq: accepted.seq.unwrap_or_default(),
                repeated: accepted.repeated.unwrap_or_default(),
                refusals: settled.refusals,
            };
            settled.waiter.send(Ok(acknowledgement)).ok();
        }
        None
    }

    /// Brings a new token, if there is a source of them. Whoever has none tells the user.
    fn wants_renewal(&mut self) -> Option<Event> {
        self.brought = self.renewal.as_ref().and_then(TokenSource::token);
        self.brought.is_none().then_some(Event::RenewalWanted)
    }

    /// Whether there is another token than the one that was refused.
    fn renews(&mut self) -> bool {
        let Some(token) = self.renewal.as_ref().and_then(TokenSource::token) else {
            return false;
        };
        let is_new = token != self.token;
        self.token = token;
        is_new
    }

    async fn bring(
        &mut self,
        token: String,
        answer: oneshot::Sender<Result<Accepted, Failure>>,
        connection: &mut Connection,
    ) -> Result<(), String> {
        self.refs += 1;
        let reference = self.refs.to_string();
        let frame = json!({ "type": "renew", "ref": reference, "token": token });
        connection.feed(&frame).await?;
        let ask = Ask {
            frame,
            follow: Follow::With(token),
            answer,
        };
        self.asked.insert(reference, ask);
        Ok(())
    }

    /// What was followed until this answer is not followed any more.
    fn unfollowed(&mut self, follow: &Follow) -> Option<Event> {
        let Follow::Until(conversation) = follow else {
            return None;
        };
        self.cursors.forget(conversation);
        Some(Event::Unfollowed {
            conversation: conversation.clone(),
        })
    }

    /// A refusal that answers nothing asked becomes an event.
    fn refused(&mut self, refusal: Box<Refusal>) -> Option<Event> {
        if let Some(ask) = refusal
            .reference
            .as_deref()
            .and_then(|r| self.asked.remove(r))
        {
            if let Follow::From(conversation, _) = &ask.follow {
                self.cursors.forget(conversation);
            }
            ask.answer.send(Err(Failure::Refused(refusal))).ok();
            return None;
        }
        let Some(client_id) = refusal.client_id.clone() else {
            // What may not be seen (any more) is not asked for at the next connection.
            if let Some(conversation) = &refusal.conversation
                && refusal.code == "not_found"
            {
                self.cursors.forget(conversation);
            }
            return Some(Event::Refused(refusal));
        };
        if refusal.code == TOKEN_EXPIRED {
            // Asked for once, however many messages find out.
            let asks = self.outbox.refused_for_now(&client_id) && !self.held;
            self.held = true;
            return if asks { self.wants_renewal() } else { None };
        }
        if refusal.retry {
            if self.outbox.refused_for_now(&client_id) {
                let wait = refusal
                    .retry_after_ms
                    .map_or(RETRY_WAIT, Duration::from_millis);
                self.paused_until = Some(Instant::now() + wait);
            }
        } else if let Some(settled) = self.outbox.refused_finally(&client_id) {
            settled.waiter.send(Err(Failure::Refused(refusal))).ok();
        }
        None
    }

    fn connection_lost(&mut self) -> Vec<Event> {
        self.outbox.connection_lost();
        self.held = false;
        self.brought = None;
        self.paused_until = None;
        let mut events = Vec::new();
        for (_, ask) in std::mem::take(&mut self.asked) {
            events.extend(self.unfollowed(&ask.follow));
            ask.answer.send(Err(Failure::Disconnected)).ok();
        }
        events
    }

    /// Passes an event on. A user who listens no longer misses nothing, and one who
    /// leaves without having taken all events is not waited for.
    async fn tell(&mut self, event: Event) {
        tokio::select! {
            biased;
            _ = self.events.send(event) => {}
            () = left(&mut self.leaving) => {}
        }
    }
}

/// Resolves when the user has left or is gone.
async fn left(leaving: &mut watch::Receiver<bool>) {
    leaving.wait_for(|left| *left).await.ok();
}
