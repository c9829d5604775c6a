//! `linger talk`: a customer or an agent at a terminal, over the real socket.
//!
//! It shows a conversation as its thread stands on the server: every message
//! once and in order, also when the connection or the server goes away in
//! between. What is typed is kept until the server has it. With piped input it
//! leaves when the input has ended and everything is acknowledged.

mod command;
mod introduce;
mod screen;
mod work;

use std::collections::{BTreeMap, VecDeque};
use std::io::BufRead;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::cli::credentials::{DEMO_DIRECTORY, FILE_NAME};
use crate::client::{Accepted, Acknowledgement, Client, Event, Failure, Observed, Party, View};
use command::{HELP, Typed};
use introduce::introduce;
use screen::Screen;

/// Lines that may wait to be read.
const LINES_WAITING_MAX: usize = 64;

/// As whom to talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    party: Party,
    name: String,
}

impl std::str::FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (party, name) = match text.split_once(':') {
            Some(("customer", name)) => (Party::Customer, name),
            Some(("agent", name)) => (Party::Agent, name),
            _ => return Err("give customer:NAME or agent:NAME".to_owned()),
        };
        if name.is_empty() {
            return Err("the name is missing".to_owned());
        }
        Ok(Self {
            party,
            name: name.to_owned(),
        })
    }
}

/// The arguments of `linger talk`.
#[derive(Debug, Clone, clap::Args)]
pub struct TalkArgs {
    /// customer:NAME or agent:NAME
    #[arg(long = "as", value_name = "WHO")]
    pub who: Who,
    /// The server's address [default: that of the demo]
    #[arg(long)]
    pub url: Option<String>,
    /// A customer's token, instead of one signed with the demo's key
    #[arg(long)]
    pub token: Option<String>,
    /// An agent's secret, instead of the demo's
    #[arg(long, conflicts_with = "token")]
    pub secret: Option<String>,
    /// A customer's workstream [default: the demo's persistent one]
    #[arg(long)]
    pub workstream: Option<String>,
    /// A file with the Ed25519 key (PKCS#8, base64) that the customer's token is signed with
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token", "secret"])]
    pub key: Option<PathBuf>,
    /// The demo's credentials
    #[arg(long, value_name = "FILE", default_value_os_t = PathBuf::from(DEMO_DIRECTORY).join(FILE_NAME))]
    pub credentials: PathBuf,
    /// Accept every offer at once (agents)
    #[arg(long)]
    pub accept: bool,
    /// When the input has ended, go on showing for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub linger: u64,
}

/// Runs the command.
#[must_use]
pub fn run(args: &TalkArgs) -> ExitCode {
    let talked = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| e.to_string())
        .and_then(|runtime| runtime.block_on(talk(args)));
    match talked {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            Screen::new().complain(&why);
            ExitCode::FAILURE
        }
    }
}

async fn talk(args: &TalkArgs) -> Result<(), String> {
    let (options, workstream) = introduce(args)?;
    let (client, mut events) = Client::connect(options).await.map_err(|e| e.to_string())?;
    let mut talk = Talk::new(args, &client, workstream);
    let mut lines = lines();
    let mut leave_at: Option<Instant> = None;
    loop {
        let at = leave_at.unwrap_or_else(Instant::now);
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => talk.hear(event)?,
                None => return Ok(()),
            },
            Some(done) = talk.doing.next(), if !talk.doing.is_empty() => talk.done(done)?,
            line = lines.recv(), if leave_at.is_none() => match line {
                Some(line) => talk.typed(&line),
                None => leave_at = Some(Instant::now() + Duration::from_secs(args.linger)),
            },
            () = sleep_until(at), if leave_at.is_some() && talk.is_settled() => break,
        }
        if talk.quit {
            break;
        }
    }
    drop(talk);
    client.leave().await;
    Ok(())
}

/// Standard input line by line. Reading blocks, so it has a thread, which ends with the process.
fn lines() -> mpsc::Receiver<String> {
    let (put, take) = mpsc::channel(LINES_WAITING_MAX);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if put.blocking_send(line).is_err() {
                return;
            }
        }
    });
    take
}

/// Something asked that is answered now.
enum Done {
    Began(Result<Accepted, Failure>),
    Available(Result<Accepted, Failure>),
    Listed(Result<Accepted, Failure>),
    Did(&'static str, Result<Accepted, Failure>),
    Followed(Result<Accepted, Failure>),
    Said(Result<Acknowledgement, Failure>),
}

type Doing<'a> = Pin<Box<dyn Future<Output = Done> + 'a>>;

struct Talk<'a> {
    client: &'a Client,
    who: &'a Who,
    accept: bool,
    workstream: String,
    screen: Screen,
    /// Conversations heard of.
    views: BTreeMap<String, View>,
    /// The one that is talked in.
    current: Option<String>,
    /// What was offered last.
    offered: Option<String>,
    /// Typed before there was a conversation to say it in.
    unsaid: VecDeque<String>,
    doing: FuturesUnordered<Doing<'a>>,
    /// Makes the client ids of this run.
    run: u128,
    said: u64,
    quit: bool,
}

impl<'a> Talk<'a> {
    fn new(args: &'a TalkArgs, client: &'a Client, workstream: String) -> Self {
        Self {
            client,
            who: &args.who,
            accept: args.accept,
            workstream,
            screen: Screen::new(),
            views: BTreeMap::new(),
            current: None,
            offered: None,
            unsaid: VecDeque::new(),
            doing: FuturesUnordered::new(),
            run: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_millis(),
            said: 0,
            quit: false,
        }
    }

    /// Everything typed is acknowledged and everything asked answered.
    fn is_settled(&self) -> bool {
        self.doing.is_empty() && self.unsaid.is_empty()
    }

    fn hear(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Connected => self.arrive(),
            Event::Disconnected(why) => self
                .screen
                .note(&format!("the connection is gone ({why}); connecting again")),
            Event::Stopped(why) => return Err(why),
            Event::Message {
                conversation,
                message,
                observed,
            } => {
                if let Observed::Gap { expected } = observed {
                    self.screen.complain(&format!(
                        "messages {expected} to {} are missing",
                        message.seq - 1
                    ));
                }
                // A repetition is the server's fault and shown as such, not as a message.
                if observed == Observed::Repeated {
                    self.screen
                        .complain(&format!("message {} came again", message.seq));
                } else {
                    self.screen.message(
                        &message,
                        self.who.party,
                        &self.who.name,
                        self.is_elsewhere(&conversation),
                    );
                    let mark = json!({ "type": "mark", "conversation": conversation, "delivered": message.seq, "read": message.seq });
                    self.tell(mark);
                }
            }
            Event::View(view) | Event::Assigned(view) => self.learn(view),
            Event::Typing { side, on, .. } => {
                let own = if self.who.party == Party::Customer {
                    "customer"
                } else {
                    "agent"
                };
                if on && side != own {
                    self.screen.note("… is typing");
                }
            }
            Event::Offer(offer) => {
                let id = offer.conversation.id.clone();
                let returning = if offer.returning { ", who is back" } else { "" };
                self.screen.note(&format!(
                    "offer: {} from {}{returning} – /accept or /reject",
                    screen::short(&id),
                    offer.conversation.customer
                ));
                self.learn(offer.conversation);
                self.offered = Some(id.clone());
                if self.accept {
                    self.ask("accept", &id, None);
                }
            }
            Event::OfferEnded {
                conversation,
                taken,
            } => {
                if self.offered.as_deref() == Some(&conversation) {
                    self.offered = None;
                }
                if !taken {
                    self.screen.note(&format!(
                        "the offer of {} is over",
                        screen::short(&conversation)
                    ));
                }
            }
            Event::CustomerReturned {
                conversation,
                customer,
            } => {
                self.screen.note(&format!(
                    "{customer} has written in {}",
                    screen::short(&conversation)
                ));
            }
            Event::Presence(presence) => self.screen.note(&format!("you are {presence}")),
            Event::Refused(refusal) => self.screen.complain(&refusal.to_string()),
            Event::Note(note) => self.screen.private(&note),
            Event::Consult(view) => self.consulted(view),
            Event::ConsultEnded(id) => self.dismissed(&id),
            Event::RenewalWanted => self.screen.note(
                "the token runs out: /renew TOKEN brings a new one; what you write waits for it",
            ),
            Event::Unfollowed { .. } => {}
        }
        Ok(())
    }

    /// On every connection: the client itself has resumed what it follows.
    fn arrive(&mut self) {
        let client = self.client;
        match self.who.party {
            Party::Customer if self.current.is_none() => {
                let frame = json!({ "type": "start", "workstream": self.workstream });
                self.doing.push(Box::pin(
                    async move { Done::Began(client.ask(frame).await) },
                ));
            }
            Party::Customer => self.screen.note("connected"),
            Party::Agent => {
                let frame = json!({ "type": "presence", "presence": "available" });
                self.doing.push(Box::pin(
                    async move { Done::Available(client.ask(frame).await) },
                ));
            }
        }
    }

    fn done(&mut self, done: Done) -> Result<(), String> {
        match done {
            Done::Began(Ok(answer)) => {
                if let Some(view) = answer.conversation {
                    let id = view.id.clone();
                    self.screen.note(&format!("conversation {id}"));
                    self.learn(view);
                    self.talk_in(&id);
                }
            }
            // A connection lost meanwhile arrives anew.
            Done::Began(Err(Failure::Refused(refusal))) => return Err(refusal.to_string()),
            Done::Available(Ok(_)) => self.list(),
            Done::Listed(Ok(answer)) => self.listed(answer.conversations.unwrap_or_default()),
            Done::Did(request, Ok(answer)) => self.did(request, answer),
            Done::Did(request, Err(Failure::Disconnected)) => {
                self.screen.complain(&format!(
                    "the connection was lost before /{request} was answered; /list shows"
                ));
            }
            Done::Did(_, Err(e))
            | Done::Available(Err(e @ Failure::Refused(_)))
            | Done::Listed(Err(e @ Failure::Refused(_)))
            | Done::Followed(Err(e @ Failure::Refused(_))) => self.screen.complain(&e.to_string()),
            Done::Said(Err(e)) => self.screen.complain(&format!("not sent: {e}")),
            Done::Said(Ok(_))
            | Done::Followed(_)
            | Done::Began(_)
            | Done::Available(_)
            | Done::Listed(_) => {}
        }
        Ok(())
    }

    fn listed(&mut self, views: Vec<View>) {
        if views.is_empty() {
            self.screen.note("no conversations");
        }
        for view in views {
            self.screen.view(&view);
            let offered = view.state == "active" && !view.accepted;
            let own = view.state == "active"
                && view.accepted
                && view.agent.as_deref() == Some(&self.who.name);
            let id = view.id.clone();
            self.views.insert(id.clone(), view);
            if offered && self.who.party == Party::Agent {
                self.offered = Some(id.clone());
                if self.accept {
                    self.ask("accept", &id, None);
                }
            } else if own && self.current.is_none() {
                self.talk_in(&id);
            }
        }
    }

    fn did(&mut self, request: &'static str, answer: Accepted) {
        let Some(view) = answer.conversation else {
            self.show(&answer);
            return;
        };
        let id = view.id.clone();
        self.learn(view);
        match request {
            "accept" | "pick" | "reopen" => self.talk_in(&id),
            "park" | "release" | "finish" => self.leave(&id),
            _ => {}
        }
    }

    fn learn(&mut self, view: View) {
        let known = self.views.get(&view.id);
        if known.is_some_and(|k| k.version >= view.version) {
            return;
        }
        let changed = known.is_none_or(|k| {
            (&k.state, &k.agent, k.accepted) != (&view.state, &view.agent, view.accepted)
        });
        if changed {
            self.screen.view(&view);
        }
        let gone =
            view.state != "active" && view.state != "wrap_up" && self.who.party == Party::Agent;
        let id = view.id.clone();
        self.views.insert(id.clone(), view);
        if gone && self.current.as_deref() == Some(&id) {
            self.leave(&id);
        }
    }

    /// From here on, what is typed is said there.
    fn talk_in(&mut self, id: &str) {
        let client = self.client;
        let conversation = id.to_owned();
        let before = self.current.replace(conversation.clone());
        if before.as_deref() != Some(id) {
            let after = self.screen.shown(id);
            self.doing.push(Box::pin(async move {
                Done::Followed(client.follow(&conversation, after).await)
            }));
        }
        while let Some(words) = self.unsaid.pop_front() {
            self.say(&words);
        }
    }

    fn leave(&mut self, id: &str) {
        if self.current.as_deref() != Some(id) {
            return;
        }
        self.current = None;
        let client = self.client;
        let conversation = id.to_owned();
        self.doing.push(Box::pin(async move {
            Done::Followed(
                client
                    .unfollow(&conversation)
                    .await
                    .map(|()| Accepted::default()),
            )
        }));
    }

    fn typed(&mut self, line: &str) {
        match command::read(line) {
            Typed::Nothing => {}
            Typed::Words(words) => {
                self.screen.forget_typed_line();
                if self.current.is_some() {
                    self.say(&words);
                } else {
                    self.screen
                        .note("kept until there is a conversation to say it in");
                    self.unsaid.push_back(words);
                }
            }
            Typed::About {
                request,
                named,
                more,
            } => match self.meant(request, named.as_deref()) {
                Ok(id) => self.ask(request, &id, more),
                Err(why) => self.screen.complain(&why),
            },
            Typed::Presence(presence) => {
                let client = self.client;
                let frame = json!({ "type": "presence", "presence": presence });
                self.doing.push(Box::pin(async move {
                    Done::Did("presence", client.ask(frame).await)
                }));
            }
            Typed::Renew(token) => {
                let client = self.client;
                self.doing.push(Box::pin(async move {
                    Done::Did("renew", client.renew(token).await)
                }));
            }
            Typed::List => self.list(),
            Typed::Use(named) => match self.find(&named) {
                Ok(id) => self.talk_in(&id),
                Err(why) => self.screen.complain(&why),
            },
            Typed::Help => self.screen.note(HELP),
            Typed::Quit => self.quit = true,
            Typed::Wrong(why) => self.screen.complain(&why),
        }
    }

    /// Which conversation a request is about.
    fn meant(&self, request: &str, named: Option<&str>) -> Result<String, String> {
        if let Some(named) = named {
            return self.find(named);
        }
        let meant = if matches!(request, "accept" | "reject") {
            &self.offered
        } else {
            &self.current
        };
        meant.clone().ok_or_else(|| {
            format!("Which one? Try /{request} with the first letters of an id from /list.")
        })
    }

    fn find(&self, letters: &str) -> Result<String, String> {
        let mut found = self
            .views
            .keys()
            .filter(|id| id.starts_with(letters) || id.ends_with(letters));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id.clone()),
            (None, _) => Err(format!(
                "No conversation is called {letters}; /list shows them."
            )),
            (Some(_), Some(_)) => Err(format!(
                "More than one conversation is called {letters}; give more letters."
            )),
        }
    }

    fn say(&mut self, words: &str) {
        let Some(conversation) = self.current.clone() else {
            return;
        };
        let client = self.client;
        let client_id = self.new_client_id();
        let words = words.to_owned();
        self.doing.push(Box::pin(async move {
            Done::Said(match client.send(&conversation, &client_id, &words).await {
                Ok(pending) => pending.acknowledged().await,
                Err(e) => Err(e),
            })
        }));
    }

    fn new_client_id(&mut self) -> String {
        self.said += 1;
        format!("talk-{:x}-{}", self.run, self.said)
    }

    fn ask(&mut self, request: &'static str, id: &str, more: Option<Value>) {
        let client = self.client;
        let mut frame = more.unwrap_or_else(|| json!({}));
        frame["type"] = request.into();
        frame["conversation"] = id.into();
        if request == "note" {
            frame["client_id"] = self.new_client_id().into();
        }
        self.doing.push(Box::pin(async move {
            Done::Did(request, client.ask(frame).await)
        }));
    }

    fn list(&mut self) {
        let client = self.client;
        let frame = json!({ "type": "list", "mine": true, "states": ["open", "active", "waiting", "wrap_up"] });
        self.doing.push(Box::pin(
            async move { Done::Listed(client.ask(frame).await) },
        ));
    }

    fn tell(&mut self, frame: Value) {
        let client = self.client;
        self.doing.push(Box::pin(async move {
            Done::Followed(client.tell(frame).await.map(|()| Accepted::default()))
        }));
    }

    fn is_elsewhere(&self, conversation: &str) -> bool {
        self.current.as_deref() != Some(conversation)
    }
}
