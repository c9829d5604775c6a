//! One dialogue, played from its first word to the closed conversation: a
//! customer on real sockets, and whichever agent the server gives it to.
//!
//! Everything that either side sends, is acknowledged and is shown goes into
//! the thread's ledger. The scene waits for what must happen and fails with a
//! sentence when it does not; it never looks away from what should not.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout_at};

use super::PlayError;
use super::board::{Board, Note, What};
use super::desk::{Desk, Step, wait_for};
use super::dialogue::{Dialogue, Turn, runs};
use super::reading::Reading;
use crate::cli::ledger::{By, Thread};
use crate::client::{
    Accepted, Client, ConnectError, Event, Events, Failure, Options, Party, ThreadMessage,
};

/// Where acknowledgements are written down before they count.
pub trait Journal: Send + Sync {
    /// Writes a line; the answer comes when it is on the disk.
    fn write(&self, line: String) -> oneshot::Receiver<()>;
}

/// What all scenes share.
pub struct Stage {
    /// The server.
    pub url: String,
    /// Under which rules customers start.
    pub workstream: String,
    /// The agents.
    pub desks: Vec<Arc<Desk>>,
    /// Where they leave what concerns a scene.
    pub board: Arc<Board>,
    /// The HTTP interface.
    pub reading: Reading,
    /// How long anything may take that must happen.
    pub patience: Duration,
    /// Customer messages that may be unanswered at a time.
    pub window: usize,
    /// Where acknowledgements are written down first, if anywhere.
    pub journal: Option<Arc<dyn Journal>>,
    /// Called for each acknowledged message.
    pub on_acknowledged: Box<dyn Fn() + Send + Sync>,
}

/// Who plays the customer of one dialogue, and the ledger of it.
pub struct Cast {
    /// The customer's id.
    pub customer: String,
    /// The customer's token.
    pub token: String,
    /// The conversation, once it is known.
    pub conversation: OnceLock<String>,
    /// The ledger.
    pub thread: Mutex<Thread>,
}

impl Cast {
    /// Before the first word.
    #[must_use]
    pub fn new(customer: &str, token: String, name: &str) -> Self {
        Self {
            customer: customer.to_owned(),
            token,
            conversation: OnceLock::new(),
            thread: Mutex::new(Thread::new(name)),
        }
    }

    /// The ledger, for a moment.
    pub fn thread(&self) -> MutexGuard<'_, Thread> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One dialogue under way.
struct Scene<'a> {
    stage: &'a Stage,
    cast: &'a Cast,
    conversation: String,
    /// `None` between two visits.
    customer: Option<(Client, Events)>,
    notes: UnboundedReceiver<Note>,
    /// The desk that has the conversation.
    desk: Option<usize>,
    /// The desk that had it, and the version in which it left.
    parked: Option<(usize, u64)>,
    messages_sent: usize,
}

/// Plays a dialogue to its end.
///
/// # Errors
/// Something that must happen did not, or was refused. The ledger holds what did.
pub async fn play(stage: &Stage, dialogue: &Dialogue, cast: &Cast) -> Result<(), PlayError> {
    let visits = dialogue.visits();
    let Some(first) = visits.first() else {
        return Ok(());
    };
    let (mut scene, said) = Scene::begin(stage, cast, first).await?;
    scene.talk(&first[said..]).await?;
    for (i, visit) in visits.iter().enumerate().skip(1) {
        scene
            .part(if i % 2 == 0 {
                Leaving::Politely
            } else {
                Leaving::WithoutAWord
            })
            .await?;
        scene.customer = Some(enter(stage, cast).await?);
        scene.talk(visit).await?;
    }
    scene.finish().await
}

/// How a customer goes.
#[derive(Debug, Clone, Copy)]
enum Leaving {
    Politely,
    WithoutAWord,
}

/// Connects the customer, following the conversation from the last message seen on.
async fn enter(stage: &Stage, cast: &Cast) -> Result<(Client, Events), PlayError> {
    let until = Instant::now() + stage.patience;
    loop {
        let mut options = Options::new(&stage.url, Party::Customer, cast.token.clone());
        options.window = stage.window;
        if let Some(conversation) = cast.conversation.get() {
            options
                .cursors
                .follow(conversation, cast.thread().cursor(&cast.customer));
        }
        match Client::connect(options).await {
            Ok(connected) => return Ok(connected),
            Err(ConnectError::Refused(refusal)) if refusal.retry => wait_for(&refusal).await,
            Err(e) if e.may_pass() && Instant::now() < until => {
                sleep(Duration::from_millis(100)).await;
            }
            Err(e) => return Err(e.into()),
        }
    }
}

impl<'a> Scene<'a> {
    /// The customer connects and starts, with the first words if they are the customer's.
    /// Answers how many turns are said by that.
    async fn begin(
        stage: &'a Stage,
        cast: &'a Cast,
        visit: &[Turn],
    ) -> Result<(Self, usize), PlayError> {
        let (client, events) = enter(stage, cast).await?;
        let mut frame = json!({ "type": "start", "workstream": stage.workstream });
        let words = visit.first().filter(|t| t.by == By::Customer);
        let client_id = format!("{}-1", cast.customer);
        if let Some(turn) = words {
            frame["client_id"] = client_id.as_str().into();
            frame["text"] = turn.text.as_str().into();
            cast.thread().sent(By::Customer, &client_id, &turn.text);
        }
        let answer = ask(&client, frame).await?;
        let view = answer
            .conversation
            .ok_or_else(|| PlayError::Unexpected("a start without a conversation".into()))?;
        let conversation = cast.conversation.get_or_init(|| view.id).clone();
        let notes = stage.board.take(&conversation).ok_or_else(|| {
            PlayError::Unexpected(format!(
                "conversation {conversation} was given to two customers"
            ))
        })?;
        let mut scene = Self {
            stage,
            cast,
            conversation,
            customer: None,
            notes,
            desk: None,
            parked: None,
            messages_sent: usize::from(words.is_some()),
        };
        let said = if words.is_some() {
            let seq = answer
                .seq
                .ok_or_else(|| PlayError::Unexpected("words of a start without a number".into()))?;
            scene.acknowledge(&client_id, seq, 0).await;
            1
        } else {
            0
        };
        loop {
            match client.follow(&scene.conversation, 0).await {
                Ok(_) | Err(Failure::Disconnected) => break,
                Err(Failure::Refused(refusal)) if refusal.retry => wait_for(&refusal).await,
                Err(e) => return Err(e.into()),
            }
        }
        scene.customer = Some((client, events));
        Ok((scene, said))
    }

    /// The turns of a visit.
    async fn talk(&mut self, turns: &[Turn]) -> Result<(), PlayError> {
        for run in runs(turns) {
            match run[0].by {
                By::Customer => {
                    let last = self.customer_says(run).await?;
                    self.agent_sees(last).await?;
                }
                By::Agent => {
                    let last = self.agent_says(run).await?;
                    self.customer_sees(last).await?;
                }
            }
        }
        Ok(())
    }

    async fn customer_says(&mut self, run: &[Turn]) -> Result<u64, PlayError> {
        let (client, events) = self
            .customer
            .take()
            .ok_or(PlayError::Stalled("the customer has left"))?;
        let said = self.say(&client, run).await;
        self.customer = Some((client, events));
        said
    }

    async fn agent_says(&mut self, run: &[Turn]) -> Result<u64, PlayError> {
        let desk = self.desk().await?;
        self.say(&desk.client, run).await
    }

    /// Sends a run of messages without waiting in between, then waits for every acknowledgement.
    /// Answers the last number.
    async fn say(&mut self, client: &Client, run: &[Turn]) -> Result<u64, PlayError> {
        let mut pending = Vec::with_capacity(run.len());
        for turn in run {
            self.messages_sent += 1;
            let client_id = format!("{}-{}", self.cast.customer, self.messages_sent);
            self.cast.thread().sent(turn.by, &client_id, &turn.text);
            pending.push((
                client
                    .send(&self.conversation, &client_id, &turn.text)
                    .await?,
                client_id,
            ));
        }
        let mut last = 0;
        for (pending, client_id) in pending {
            let acknowledgement = pending.acknowledged().await?;
            self.acknowledge(&client_id, acknowledgement.seq, acknowledgement.refusals)
                .await;
            last = last.max(acknowledgement.seq);
        }
        Ok(last)
    }

    /// Writes it down, synced if there is a journal, and only then counts it.
    async fn acknowledge(&self, client_id: &str, seq: u64, refusals: u32) {
        if let Some(journal) = &self.stage.journal {
            journal
                .write(format!("{} {client_id} {seq}", self.conversation))
                .await
                .ok();
        }
        self.cast
            .thread()
            .acknowledged(client_id, seq, refusals > 0);
        (self.stage.on_acknowledged)();
    }

    /// The desk that has the conversation; waits for one to take it.
    async fn desk(&mut self) -> Result<Arc<Desk>, PlayError> {
        let number = match self.desk {
            Some(number) => number,
            None => self.be_taken().await?,
        };
        Ok(Arc::clone(&self.stage.desks[number]))
    }

    /// Waits until a desk is offered the conversation, lets it accept, and has it follow
    /// from the last message that it has seen.
    async fn be_taken(&mut self) -> Result<usize, PlayError> {
        let left_in = self.parked.map_or(0, |(_, version)| version);
        let (number, returning) = loop {
            let note = self.note("no agent was given the conversation").await?;
            let desk = &self.stage.desks[note.desk];
            match note.what {
                What::Offered { returning } => {
                    match desk.bring(&self.conversation, Step::Accept).await {
                        Ok(_) => break (note.desk, returning),
                        // An offer that is over; another will come.
                        Err(PlayError::Refused(..)) => {}
                        Err(e) => return Err(e),
                    }
                }
                What::Assigned(view)
                    if view.version > left_in
                        && view.state == "active"
                        && view.accepted
                        && view.agent.as_deref() == Some(&desk.agent) =>
                {
                    break (note.desk, None);
                }
                other => self.record(note.desk, other)?,
            }
        };
        if let Some((before, _)) = self.parked.take() {
            self.cast
                .thread()
                .returned(before == number && returning != Some(false));
        }
        let desk = &self.stage.desks[number];
        let after = self.cast.thread().cursor(&desk.agent);
        desk.follow(&self.conversation, after).await?;
        self.desk = Some(number);
        Ok(number)
    }

    async fn agent_sees(&mut self, seq: u64) -> Result<(), PlayError> {
        let desk = self.desk().await?;
        while self.cast.thread().cursor(&desk.agent) < seq {
            let note = self.note("the agent was not shown a message").await?;
            self.record(note.desk, note.what)?;
        }
        Ok(())
    }

    async fn customer_sees(&mut self, seq: u64) -> Result<(), PlayError> {
        let until = Instant::now() + self.stage.patience;
        while self.cast.thread().cursor(&self.cast.customer) < seq {
            let stalled = PlayError::Stalled("the customer was not shown a message");
            let Some((_, events)) = &mut self.customer else {
                return Err(stalled);
            };
            match timeout_at(until, events.recv()).await {
                Ok(Some(event)) => self.witness(event)?,
                Ok(None) | Err(_) => return Err(stalled),
            }
        }
        Ok(())
    }

    /// The customer leaves, then the agent parks.
    async fn part(&mut self, how: Leaving) -> Result<(), PlayError> {
        let desk = self.desk().await?;
        self.customer_leaves(how).await?;
        let version = desk.bring(&self.conversation, Step::Park).await?;
        self.desk_stops_following(&desk).await?;
        self.parked = Some((desk.number, version));
        self.desk = None;
        Ok(())
    }

    /// What the customer's socket had received still counts as seen.
    async fn customer_leaves(&mut self, how: Leaving) -> Result<(), PlayError> {
        let Some((client, mut events)) = self.customer.take() else {
            return Ok(());
        };
        match how {
            Leaving::Politely => client.leave().await,
            Leaving::WithoutAWord => client.vanish(),
        }
        while let Some(event) = events.recv().await {
            self.witness(event)?;
        }
        Ok(())
    }

    /// A desk resumes behind the last message that it was shown, so all of them must be known.
    async fn desk_stops_following(&mut self, desk: &Desk) -> Result<(), PlayError> {
        desk.client.unfollow(&self.conversation).await?;
        loop {
            let note = self.note("the agent still follows").await?;
            if note.desk == desk.number && matches!(note.what, What::Unfollowed) {
                return Ok(());
            }
            self.record(note.desk, note.what)?;
        }
    }

    /// The agent ends and finishes; then the thread is read back by both sides.
    async fn finish(mut self) -> Result<(), PlayError> {
        let desk = self.desk().await?;
        let by_agent = history(&desk.client, &self.conversation).await?;
        self.cast.thread().read_back("read by the agent", by_agent);
        desk.bring(&self.conversation, Step::End).await?;
        self.desk_stops_following(&desk).await?;
        desk.bring(&self.conversation, Step::Finish).await?;
        let by_customer = self
            .stage
            .reading
            .thread(&self.conversation, &self.cast.token)
            .await?;
        self.customer_sees(by_customer.last().map_or(0, |m| m.seq))
            .await?;
        self.customer_leaves(Leaving::Politely).await?;
        self.cast
            .thread()
            .read_back("read by the customer", by_customer);
        Ok(())
    }

    async fn note(&mut self, otherwise: &'static str) -> Result<Note, PlayError> {
        let until = Instant::now() + self.stage.patience;
        match timeout_at(until, self.notes.recv()).await {
            Ok(Some(note)) => Ok(note),
            Ok(None) | Err(_) => Err(PlayError::Stalled(otherwise)),
        }
    }

    fn record(&self, desk: usize, what: What) -> Result<(), PlayError> {
        match what {
            What::Message(message) => {
                self.cast
                    .thread()
                    .seen(By::Agent, &self.stage.desks[desk].agent, message);
                Ok(())
            }
            What::Refused(refusal) => Err(PlayError::Refused("follow", refusal)),
            What::Offered { .. } | What::Assigned(_) | What::Unfollowed => Ok(()),
        }
    }

    fn witness(&self, event: Event) -> Result<(), PlayError> {
        match event {
            Event::Message { message, .. } => {
                self.cast
                    .thread()
                    .seen(By::Customer, &self.cast.customer, message);
                Ok(())
            }
            Event::Refused(refusal) => Err(PlayError::Refused("follow", refusal)),
            Event::Stopped(why) => Err(PlayError::Unexpected(format!(
                "the customer's client stopped: {why}"
            ))),
            _ => Ok(()),
        }
    }
}

/// Asks until there is an answer, however often the connection is lost meanwhile.
async fn ask(client: &Client, frame: Value) -> Result<Accepted, PlayError> {
    loop {
        match client.ask(frame.clone()).await {
            Ok(answer) => return Ok(answer),
            Err(Failure::Disconnected) => {}
            Err(Failure::Refused(refusal)) if refusal.retry => wait_for(&refusal).await,
            Err(e) => return Err(e.into()),
        }
    }
}

/// The whole thread in pages over the socket.
async fn history(client: &Client, conversation: &str) -> Result<Vec<ThreadMessage>, PlayError> {
    let mut messages: Vec<ThreadMessage> = Vec::new();
    loop {
        let after = messages.last().map_or(0, |m| m.seq);
        let frame = json!({ "type": "history", "conversation": conversation, "after": after, "limit": 200 });
        let answer = ask(client, frame).await?;
        let page = answer.messages.unwrap_or_default();
        let last_seq = answer.last_seq.unwrap_or(0);
        let end = page.last().is_none_or(|m| m.seq >= last_seq);
        messages.extend(page);
        if end {
            return Ok(messages);
        }
    }
}
