//! `linger inspect DIR [CONVERSATION | audit]`: what a store holds, without changing it.
//!
//! Without a conversation an overview; with one its state, its journal with times, its
//! snapshot, its timer, and why it was assigned as it was; with `audit` who did
//! what from where.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::inspect_text::{describe, time};
use super::verify::{EXIT_VIOLATIONS, cannot_open, print};
use crate::clock::{Clock as _, SystemClock};
use crate::domain::audit::{Audited, Wanted, What as Deed};
use crate::domain::commit::AgentRow;
use crate::domain::conversation::Conversation;
use crate::domain::event::Recorded;
use crate::domain::ids::{AgentId, ConversationId, Position};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// Conversations, timers or events that are read at once.
const PAGE: usize = 1_024;

/// Shows what a data directory holds, without changing anything.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The data directory.
    pub dir: PathBuf,
    /// Show this conversation, or with `audit` who did what from where, instead of the overview.
    #[arg(value_name = "CONVERSATION | audit")]
    pub shown: Option<What>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
    /// With `audit`: only of these kinds, such as `sign_in,sign_in_failed`.
    #[arg(long, value_delimiter = ',')]
    pub what: Vec<Deed>,
    /// With `audit`: only by them, such as `agent:anna` or `operator`.
    #[arg(long)]
    pub who: Option<String>,
    /// With `audit`: only about this, such as `agent:bob` or `configuration`.
    #[arg(long)]
    pub object: Option<String>,
}

impl InspectArgs {
    fn wanted(&self) -> Wanted {
        Wanted {
            what: self.what.iter().copied().collect(),
            who: self.who.clone(),
            object: self.object.clone(),
            ..Wanted::default()
        }
    }
}

/// What to show instead of the overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// One conversation.
    Conversation(ConversationId),
    /// Who did what from where.
    Audit,
}

impl std::str::FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "audit" {
            return Ok(Self::Audit);
        }
        text.parse()
            .map(Self::Conversation)
            .map_err(|_| "give a conversation's id, or audit".to_owned())
    }
}

/// Runs the command.
#[must_use]
pub fn run(args: &InspectArgs) -> ExitCode {
    let store = match Store::open_read_only(&args.dir) {
        Ok(store) => store,
        Err(error) => return cannot_open(&error.to_string()),
    };
    let shown = match args.shown {
        Some(What::Audit) => store
            .audit(&args.wanted(), true, None, usize::MAX, usize::MAX)
            .map(|page| Some(shown(&page.records, args.json, |r| audit_text(r)))),
        None => overview(&store, SystemClock.now())
            .map(|overview| Some(shown(&overview, args.json, Overview::text))),
        Some(What::Conversation(id)) => {
            one(&store, id).map(|one| one.map(|one| shown(&one, args.json, One::text)))
        }
    };
    match shown {
        Ok(Some(text)) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Ok(None) => {
            eprintln!(
                "error: there is no such conversation in {}",
                args.dir.display()
            );
            ExitCode::from(EXIT_VIOLATIONS)
        }
        Err(error) => cannot_open(&error.to_string()),
    }
}

fn shown<T: Serialize>(what: &T, json: bool, text: impl Fn(&T) -> String) -> String {
    if json {
        serde_json::to_string(what).expect("only text keys are used")
    } else {
        text(what)
    }
}

/// What was done, newest first.
fn audit_text(records: &[Audited]) -> String {
    let mut text = String::new();
    for Audited { seq, record } in records {
        let _ = write!(
            text,
            "{}  {seq}  {} by {}",
            time(record.at),
            record.what.as_str(),
            record.who.to_string().escape_debug()
        );
        if let Some(from) = record.from {
            let _ = write!(text, " from {from}");
        }
        if let Some(object) = &record.object {
            let _ = write!(text, ": {}", object.as_str().escape_debug());
        }
        for (name, value) in &record.details {
            let _ = write!(text, ", {name} {}", value.escape_debug());
        }
        let Some(change) = &record.change else {
            text.push('\n');
            continue;
        };
        let _ = writeln!(
            text,
            ", revision {} by {}",
            change.revision,
            change.interface.as_str()
        );
        for change in &change.changes {
            let name = if change.id.is_empty() {
                change.kind.clone()
            } else {
                format!("{}.{}", change.kind, change.id)
            };
            let _ = writeln!(text, "  {name}");
            for (mark, side) in [('-', &change.before), ('+', &change.after)] {
                if let Some(side) = side {
                    let _ = writeln!(text, "    {mark} {side}");
                }
            }
        }
        if change.shortened {
            let _ = writeln!(text, "  (there was too much to keep in full)");
        }
    }
    if text.is_empty() {
        text.push_str("There is nothing of that in the audit.\n");
    }
    text
}

/// What the whole store holds.
#[derive(Debug, Serialize)]
struct Overview {
    company: Option<String>,
    company_revision: Option<u64>,
    conversations: u64,
    states: BTreeMap<&'static str, u64>,
    live: usize,
    timers: u64,
    timers_due: u64,
    next_timer: Option<Timestamp>,
    agents: BTreeMap<AgentId, Agent>,
    parked: BTreeMap<ConversationId, String>,
    /// Conversations that do not read; `linger verify` says why.
    unreadable: u64,
}

/// What is kept of an agent and what they have.
#[derive(Debug, Default, Serialize)]
struct Agent {
    presence: Option<AgentRow>,
    capacity: Option<u32>,
    units_reserved: u64,
    conversations: u64,
}

fn overview(store: &Store, now: Timestamp) -> Result<Overview, StoreError> {
    let company = store.company()?;
    let mut overview = Overview {
        company: company.as_ref().map(|company| company.name.clone()),
        company_revision: company.as_ref().map(|company| company.revision),
        conversations: 0,
        states: BTreeMap::new(),
        live: store.live()?.len(),
        timers: 0,
        timers_due: 0,
        next_timer: store.next_timer()?,
        agents: BTreeMap::new(),
        parked: store.parked()?.into_iter().collect(),
        unreadable: 0,
    };
    for (agent, row) in store.agents()? {
        overview.agents.entry(agent).or_default().presence = Some(row);
    }
    for (agent, profile) in company.iter().flat_map(|company| &company.agents) {
        overview.agents.entry(agent.clone()).or_default().capacity = Some(profile.capacity);
    }
    for (due, _) in store.timers_ahead(usize::MAX)? {
        overview.timers += 1;
        overview.timers_due += u64::from(due <= now);
    }
    let mut after = None;
    loop {
        let page = store.conversations(after, PAGE)?;
        after = page.last().copied();
        for id in &page {
            overview.count(store.conversation(*id))?;
        }
        if page.len() < PAGE {
            return Ok(overview);
        }
    }
}

impl Overview {
    fn count(&mut self, read: Result<Option<Conversation>, StoreError>) -> Result<(), StoreError> {
        self.conversations += 1;
        let state = match read {
            Ok(Some(state)) => state,
            Ok(None) | Err(StoreError::Damaged { .. } | StoreError::Malformed { .. }) => {
                self.unreadable += 1;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        *self.states.entry(state.state.as_str()).or_default() += 1;
        for reservation in &state.reservations {
            let agent = self.agents.entry(reservation.agent.clone()).or_default();
            agent.units_reserved += u64::from(reservation.units);
            agent.conversations += 1;
        }
        Ok(())
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let name = self.company.as_deref().unwrap_or("not configured");
        let _ = writeln!(
            out,
            "company: {name} (revision {})",
            self.company_revision.unwrap_or(0)
        );
        let states: Vec<_> = self
            .states
            .iter()
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        let _ = writeln!(
            out,
            "conversations: {} ({}), {} known to the supervisor",
            self.conversations,
            states.join(", "),
            self.live
        );
        if self.unreadable > 0 {
            let _ = writeln!(out, "UNREADABLE: {}; run `linger verify`", self.unreadable);
        }
        let next = self.next_timer.map_or_else(|| "none".to_owned(), time);
        let _ = writeln!(
            out,
            "timers: {}, of these due now {}; next: {next}",
            self.timers, self.timers_due
        );
        for (id, agent) in &self.agents {
            let presence = agent.presence.map_or_else(
                || "never seen".to_owned(),
                |row| match row.gone_since {
                    Some(since) => format!("{:?}, gone since {}", row.chosen, time(since)),
                    None => format!("{:?}", row.chosen),
                },
            );
            let capacity = agent
                .capacity
                .map_or_else(|| "?".to_owned(), |c| c.to_string());
            let _ = writeln!(
                out,
                "agent {id}: {presence}; {} of {capacity} units in {} conversations",
                agent.units_reserved, agent.conversations
            );
        }
        for (id, reason) in &self.parked {
            let _ = writeln!(out, "set aside {id}: {}", reason.escape_debug());
        }
        out.trim_end().to_owned()
    }
}

/// One conversation.
#[derive(Debug, Serialize)]
struct One {
    state: Conversation,
    snapshot_position: Option<Position>,
    timer: Option<Timestamp>,
    parked: Option<String>,
    journal: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    position: Position,
    #[serde(flatten)]
    recorded: Recorded,
    sentence: String,
}

fn one(store: &Store, id: ConversationId) -> Result<Option<One>, StoreError> {
    let Some(state) = store.conversation(id)? else {
        return Ok(None);
    };
    let mut journal = Vec::new();
    let mut from = Position(1);
    loop {
        let page = store.journal(id, from, PAGE)?;
        let full = page.len() == PAGE;
        for (position, recorded) in page {
            from = position.next();
            journal.push(Entry {
                position,
                sentence: describe(&recorded.event),
                recorded,
            });
        }
        if !full {
            break;
        }
    }
    Ok(Some(One {
        state,
        snapshot_position: store.snapshot_position(id)?,
        timer: store.timer_of(id)?,
        parked: store.parked_reason(id)?,
        journal,
    }))
}

impl One {
    fn text(&self) -> String {
        let mut out = String::new();
        let c = &self.state;
        let _ = writeln!(out, "conversation {}", c.id);
        let _ = writeln!(
            out,
            "state: {} ({:?}), customer {}, workstream {}, queue {}",
            c.state.as_str(),
            c.mode,
            c.customer,
            c.workstream,
            c.queue
        );
        if let Some(assignment) = &c.assignment {
            let taken = match (assignment.accepted_at, assignment.deadline) {
                (Some(at), _) => format!("accepted {}", time(at)),
                (None, Some(deadline)) => format!("offered until {}", time(deadline)),
                (None, None) => "offered".to_owned(),
            };
            let _ = writeln!(out, "agent: {}, {taken}", assignment.agent);
        }
        for r in &c.reservations {
            let by = if r.over_capacity {
                " above capacity"
            } else {
                ""
            };
            let _ = writeln!(out, "reserved: {} units of {}{by}", r.units, r.agent);
        }
        if let Some(agent) = &c.last_agent {
            let _ = writeln!(out, "comes back to: {agent}");
        }
        let _ = writeln!(out, "messages: {}; events: {}", c.last_seq, c.position.0);
        let snapshot = self
            .snapshot_position
            .map_or_else(|| "none".to_owned(), |p| format!("at event {}", p.0));
        let _ = writeln!(out, "snapshot: {snapshot}");
        let _ = writeln!(
            out,
            "timer: {}",
            self.timer.map_or_else(|| "none".to_owned(), time)
        );
        if let Some(reason) = &self.parked {
            let _ = writeln!(out, "SET ASIDE: {}", reason.escape_debug());
        }
        let _ = writeln!(out, "journal:");
        for Entry {
            position,
            recorded,
            sentence,
        } in &self.journal
        {
            let _ = writeln!(out, "{:>6}  {}  {sentence}", position.0, time(recorded.at));
        }
        out.trim_end().to_owned()
    }
}
