//! The ledger of a replay or a kill test: what was sent, acknowledged, seen and
//! read back, kept outside the server, and the verdict over it.
//!
//! One [`Thread`] is kept for each conversation. It judges only by comparing
//! what clients were told with what clients were told: it knows nothing of how
//! the server works. What counts as what:
//!
//! * **delivered**: an acknowledged message that the other side has seen, with the text that was sent.
//! * **lost**: an acknowledged message that the other side never saw or that the thread, read back,
//!   does not hold at its number with its text; also a message that somebody saw and the thread does not hold.
//! * **doubled**: a reader was shown a message again, a message stands in the thread twice, or the thread
//!   holds a message of a person that nobody sent.
//! * **out of order**: a reader was shown a message after a gap or out of its place, the thread has a gap,
//!   or one sender's messages stand in another order than they were sent in.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::client::ThreadMessage;

/// Problems that are described in words; the rest is only counted.
const DESCRIBED_MAX: usize = 50;

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// The customer.
    Customer,
    /// An agent.
    Agent,
}

impl By {
    /// The name of the side in the protocol.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
        }
    }
}

#[derive(Debug, Clone)]
struct Sent {
    by: By,
    client_id: String,
    text: String,
    acknowledged: Option<u64>,
    /// The server had refused it for the moment, so that others may have passed it.
    overtaken: bool,
}

/// One conversation's part of the ledger.
#[derive(Debug, Clone, Default)]
pub struct Thread {
    /// Its name in messages to people.
    pub name: String,
    sent: Vec<Sent>,
    seen: BTreeMap<String, Seen>,
    pages: Vec<(String, Vec<ThreadMessage>)>,
    returns: u64,
    returns_sticky: u64,
}

#[derive(Debug, Clone)]
struct Seen {
    side: By,
    messages: Vec<ThreadMessage>,
}

impl Thread {
    /// Of a conversation that nothing is known of yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// A message is about to be sent.
    pub fn sent(&mut self, by: By, client_id: &str, text: &str) {
        self.sent.push(Sent {
            by,
            client_id: client_id.to_owned(),
            text: text.to_owned(),
            acknowledged: None,
            overtaken: false,
        });
    }

    /// The server has acknowledged it under a number. Acknowledged again, it must be the same.
    pub fn acknowledged(&mut self, client_id: &str, seq: u64, overtaken: bool) {
        if let Some(sent) = self.sent.iter_mut().find(|s| s.client_id == client_id) {
            sent.acknowledged = Some(seq);
            sent.overtaken |= overtaken;
        }
    }

    /// A reader was shown a message of the thread. Readers resume where they were,
    /// so that each sees every message once, over all their visits.
    pub fn seen(&mut self, side: By, reader: &str, message: ThreadMessage) {
        self.seen
            .entry(reader.to_owned())
            .or_insert_with(|| Seen {
                side,
                messages: Vec::new(),
            })
            .messages
            .push(message);
    }

    /// The last message that a reader has seen: where they resume.
    #[must_use]
    pub fn cursor(&self, reader: &str) -> u64 {
        self.seen
            .get(reader)
            .and_then(|s| s.messages.iter().map(|m| m.seq).max())
            .unwrap_or(0)
    }

    /// The whole thread, read back by somebody.
    pub fn read_back(&mut self, how: &str, messages: Vec<ThreadMessage>) {
        self.pages.push((how.to_owned(), messages));
    }

    /// The customer came back and was answered, by the agent who had the conversation or not.
    pub const fn returned(&mut self, sticky: bool) {
        self.returns += 1;
        self.returns_sticky += sticky as u64;
    }

    /// Everything acknowledged so far: client id, number, text, side.
    pub fn acknowledgements(&self) -> impl Iterator<Item = (&str, u64, &str, By)> {
        self.sent
            .iter()
            .filter_map(|s| Some((s.client_id.as_str(), s.acknowledged?, s.text.as_str(), s.by)))
    }

    /// Messages handed to a client that the server has not acknowledged.
    #[must_use]
    pub fn on_their_way(&self) -> u64 {
        self.sent
            .iter()
            .filter(|s| s.acknowledged.is_none())
            .count() as u64
    }

    /// Who wrote a message, by name, if anybody was shown it.
    #[must_use]
    pub fn author_of(&self, client_id: &str) -> Option<String> {
        let mut shown = self.seen.values().flat_map(|s| &s.messages);
        shown
            .find(|m| m.client_id.as_deref() == Some(client_id))
            .and_then(|m| m.author.agent.clone())
    }

    /// Whether a thread that was read just now holds everything acknowledged, as it was sent.
    #[must_use]
    pub fn audit_acknowledged(&self, how: &str, messages: &[ThreadMessage]) -> Findings {
        let mut findings = Findings::default();
        Check {
            thread: self,
            findings: &mut findings,
        }
        .acknowledged_are_in(how, messages);
        findings
    }

    /// Whether a thread that was read just now is one: without a gap, every message once,
    /// none that nobody sent. What is on its way may be in it or not.
    #[must_use]
    pub fn audit_page(&self, how: &str, messages: &[ThreadMessage]) -> Findings {
        let mut findings = Findings::default();
        Check {
            thread: self,
            findings: &mut findings,
        }
        .page(how, messages);
        findings
    }

    /// The verdict over a finished thread.
    #[must_use]
    pub fn verdict(&self) -> (Verdict, Findings) {
        let mut findings = Findings::default();
        let mut check = Check {
            thread: self,
            findings: &mut findings,
        };
        let delivered = check.readers();
        check.order_of_sending();
        if self.pages.is_empty() && !self.sent.is_empty() {
            check
                .findings
                .lost(|| format!("{}: the thread was never read back", self.name));
        }
        for (how, messages) in &self.pages {
            check.page(how, messages);
            check.acknowledged_are_in(how, messages);
        }
        // Only the last reading follows everything that anybody was shown.
        if let Some((how, messages)) = self.pages.last() {
            check.seen_are_in(how, messages);
        }
        let acknowledged = self.acknowledgements().count() as u64;
        let verdict = Verdict {
            sent: self.sent.len() as u64,
            acknowledged,
            delivered,
            lost: findings.lost,
            doubled: findings.doubled,
            out_of_order: findings.out_of_order,
            returns: self.returns,
            returns_sticky: self.returns_sticky,
            capacity_violations: 0,
            seconds: 0.0,
        };
        (verdict, findings)
    }
}

/// What is wrong: counts, and the first cases in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Acknowledged and not there.
    pub lost: u64,
    /// There more often than sent.
    pub doubled: u64,
    /// Not in its place.
    pub out_of_order: u64,
    /// The first cases, a sentence each.
    pub described: Vec<String>,
}

impl Findings {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.out_of_order == 0
    }

    /// Adds those of another thread.
    pub fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        let room = DESCRIBED_MAX.saturating_sub(self.described.len());
        self.described
            .extend(other.described.into_iter().take(room));
    }

    fn lost(&mut self, what: impl FnOnce() -> String) {
        self.lost += 1;
        self.describe(what);
    }

    fn doubled(&mut self, what: impl FnOnce() -> String) {
        self.doubled += 1;
        self.describe(what);
    }

    fn out_of_order(&mut self, what: impl FnOnce() -> String) {
        self.out_of_order += 1;
        self.describe(what);
    }

    fn describe(&mut self, what: impl FnOnce() -> String) {
        if self.described.len() < DESCRIBED_MAX {
            self.described.push(what());
        }
    }
}

/// The comparisons, each counting what it finds.
struct Check<'a> {
    thread: &'a Thread,
    findings: &'a mut Findings,
}

impl Check<'_> {
    /// What each reader was shown: every number once, in order, without a gap, and as it
    /// was sent. Answers how many acknowledged messages the other side has.
    fn readers(&mut self) -> u64 {
        let name = &self.thread.name;
        for (reader, seen) in &self.thread.seen {
            let mut shown = HashSet::new();
            let mut last = 0;
            for m in &seen.messages {
                let seq = m.seq;
                if !shown.insert(seq) {
                    self.findings
                        .doubled(|| format!("{name}: {reader} was shown message {seq} again"));
                } else if seq != last + 1 {
                    self.findings.out_of_order(|| {
                        format!("{name}: {reader} was shown message {seq} after {last}")
                    });
                }
                last = last.max(seq);
            }
        }
        let mut delivered = 0;
        for (client_id, seq, text, by) in self.thread.acknowledgements() {
            let arrived = self.thread.seen.values().filter(|s| s.side != by).any(|s| {
                s.messages.iter().any(|m| {
                    m.seq == seq && m.client_id.as_deref() == Some(client_id) && m.text == text
                })
            });
            delivered += u64::from(arrived);
            if !arrived {
                let other = if by == By::Customer {
                    By::Agent
                } else {
                    By::Customer
                }
                .as_str();
                self.findings.lost(|| {
                    format!("{name}: message {seq} ({client_id}) did not reach the {other} as sent")
                });
            }
        }
        delivered
    }

    fn order_of_sending(&mut self) {
        let name = &self.thread.name;
        let mut last: HashMap<By, u64> = HashMap::new();
        for sent in self.thread.sent.iter().filter(|s| !s.overtaken) {
            let Some(seq) = sent.acknowledged else {
                continue;
            };
            let before = last.entry(sent.by).or_default();
            if seq <= *before {
                let earlier = *before;
                self.findings.out_of_order(|| {
                    format!(
                        "{name}: {} was sent after message {earlier} and became {seq}",
                        sent.client_id
                    )
                });
            }
            *before = seq.max(*before);
        }
    }

    /// The thread itself: numbers from 1 without a gap, every message once, none that nobody sent.
    fn page(&mut self, how: &str, messages: &[ThreadMessage]) {
        let name = &self.thread.name;
        let sent: HashMap<&str, By> = self
            .thread
            .sent
            .iter()
            .map(|s| (s.client_id.as_str(), s.by))
            .collect();
        let mut held = HashSet::new();
        for (i, m) in messages.iter().enumerate() {
            let expected = i as u64 + 1;
            let seq = m.seq;
            if seq != expected {
                self.findings.out_of_order(|| {
                    format!("{name}, {how}: message {seq} stands where {expected} should be")
                });
            }
            if m.author.kind == "system" {
                continue;
            }
            let client_id = m.client_id.as_deref().unwrap_or_default();
            if !held.insert(client_id) {
                self.findings.doubled(|| {
                    format!("{name}, {how}: {client_id} stands in the thread again as {seq}")
                });
            } else if sent
                .get(client_id)
                .is_none_or(|by| by.as_str() != m.author.kind)
            {
                self.findings
                    .doubled(|| format!("{name}, {how}: nobody sent message {seq} ({client_id})"));
            }
        }
    }

    fn acknowledged_are_in(&mut self, how: &str, messages: &[ThreadMessage]) {
        let name = &self.thread.name;
        let at: HashMap<u64, &ThreadMessage> = messages.iter().map(|m| (m.seq, m)).collect();
        for (client_id, seq, text, _) in self.thread.acknowledgements() {
            match at.get(&seq) {
                Some(m) if m.client_id.as_deref() == Some(client_id) && m.text == text => {}
                Some(m) if m.client_id.as_deref() == Some(client_id) => {
                    self.findings.lost(|| {
                        format!("{name}, {how}: message {seq} ({client_id}) has another text")
                    });
                }
                _ => self
                    .findings
                    .lost(|| format!("{name}, {how}: message {seq} ({client_id}) is not there")),
            }
        }
    }

    /// Nobody may have seen what the thread does not hold. Acknowledged messages are judged already.
    fn seen_are_in(&mut self, how: &str, messages: &[ThreadMessage]) {
        let name = &self.thread.name;
        let at: HashMap<u64, &ThreadMessage> = messages.iter().map(|m| (m.seq, m)).collect();
        let acknowledged: HashSet<u64> = self
            .thread
            .acknowledgements()
            .map(|(_, seq, _, _)| seq)
            .collect();
        for (reader, seen) in &self.thread.seen {
            for m in seen
                .messages
                .iter()
                .filter(|m| !acknowledged.contains(&m.seq))
            {
                let seq = m.seq;
                let held = at
                    .get(&seq)
                    .is_some_and(|h| h.text == m.text && h.client_id == m.client_id);
                if !held {
                    self.findings.lost(|| {
                        format!("{name}, {how}: message {seq}, seen by {reader}, is not there")
                    });
                }
            }
        }
    }
}

/// The verdict. The names of the fields are the names in `--json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// Messages handed to clients.
    pub sent: u64,
    /// Acknowledged as durable.
    pub acknowledged: u64,
    /// Seen by the other side as sent.
    pub delivered: u64,
    /// Acknowledged and not there.
    pub lost: u64,
    /// There more often than sent.
    pub doubled: u64,
    /// Not in their place.
    pub out_of_order: u64,
    /// Times a customer came back to a parked conversation.
    pub returns: u64,
    /// Returns that went to the agent who had the conversation.
    pub returns_sticky: u64,
    /// Times an agent was seen with more load than capacity.
    pub capacity_violations: u64,
    /// How long it took.
    pub seconds: f64,
}

impl Verdict {
    /// Adds that of another thread.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.acknowledged += other.acknowledged;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        self.returns += other.returns;
        self.returns_sticky += other.returns_sticky;
        self.capacity_violations += other.capacity_violations;
    }

    /// Whether everything was kept that the product promises.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.lost == 0
            && self.doubled == 0
            && self.out_of_order == 0
            && self.capacity_violations == 0
            && self.returns == self.returns_sticky
            && self.sent == self.acknowledged
            && self.acknowledged == self.delivered
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
