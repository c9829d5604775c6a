//! The same client id is the same message: with the same text it is a repetition, with another
//! it is refused, so that no text is lost silently.
//!
//! The newest client ids are kept with their messages, of older ones only a hash: enough
//! to know that an id is new. One that may be old is looked up in the store, and so is
//! every one in a conversation with so many messages that not even their hashes are kept.
//! While the store is asked, everything that came later waits, so that order is kept.

use std::hash::BuildHasher;
use std::sync::Arc;

use crate::domain::ids::Seq;
use crate::domain::message::{DedupKey, Message};
use crate::domain::note::{Note, NoteNumber};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::maps::{Map, Set};

/// What is known of a client id.
pub(super) enum Answer {
    /// It is this message.
    Known(Seq, Timestamp),
    /// It is a message with another text.
    Other,
    /// It is new.
    Unknown,
    /// Memory does not say.
    AskStore,
}

/// A message under its client id.
#[derive(Debug, Clone, Copy)]
struct Sent {
    seq: Seq,
    at: Timestamp,
    /// A hash of the text; `None`: the store has it.
    text: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Dedup {
    /// The newest client ids, with their messages.
    recent: Map<DedupKey, Sent>,
    /// Hashes of those that were recent once. One that is not here was never used; one that
    /// is here is looked up in the store.
    older: Set<u64>,
    hasher: foldhash::fast::RandomState,
    /// `recent` and `older` together hold every client id of the conversation.
    complete: bool,
    /// With so many recent ones it is time to forget.
    forget_at: usize,
    /// The key the store is being asked about.
    looking: Option<DedupKey>,
    /// The key the store has just said it does not have.
    absent: Option<DedupKey>,
}

impl Dedup {
    pub(super) fn new(client_ids: Vec<(DedupKey, Seq, Timestamp)>, complete: bool) -> Self {
        let durable = client_ids.iter().map(|(_, seq, _)| *seq).max();
        let mut dedup = Self {
            recent: client_ids
                .into_iter()
                .map(|(key, seq, at)| {
                    let text = None;
                    (key, Sent { seq, at, text })
                })
                .collect(),
            older: Set::default(),
            hasher: foldhash::fast::RandomState::default(),
            complete,
            forget_at: 2 * limits::DEDUP_RECENT,
            looking: None,
            absent: None,
        };
        if dedup.recent.len() > limits::DEDUP_RECENT {
            dedup.forget_older(durable.unwrap_or(Seq(0)));
        }
        dedup
    }

    pub(super) fn find(&self, key: &DedupKey, text: &str) -> Answer {
        if let Some(sent) = self.recent.get(key) {
            return match sent.text {
                Some(hash) if hash == self.hasher.hash_one(text) => {
                    Answer::Known(sent.seq, sent.at)
                }
                Some(_) => Answer::Other,
                None => Answer::AskStore,
            };
        }
        let is_new = self.complete && !self.older.contains(&self.hasher.hash_one(key));
        if is_new || self.absent.as_ref() == Some(key) {
            Answer::Unknown
        } else {
            Answer::AskStore
        }
    }

    /// The same for a text that is kept as `masked`. Memory and store know what was kept; that
    /// is the text itself if the rule is newer than the message.
    pub(super) fn find_masked(&self, key: &DedupKey, text: &str, masked: &str) -> Answer {
        match self.find(key, masked) {
            Answer::Other if masked != text => self.find(key, text),
            answer => answer,
        }
    }

    /// Notes a message that is staged now. Those up to `durable` are in the store.
    pub(super) fn remember(&mut self, message: &Message, durable: Seq) {
        if let Some(key) = message.dedup_key() {
            self.remember_key(key, message.seq, message.at, &message.text, durable);
        }
    }

    /// Takes the texts of messages whose client ids came without.
    pub(super) fn learn<'a>(&mut self, messages: impl Iterator<Item = &'a Message>) {
        for message in messages {
            if let Some(sent) = message.dedup_key().and_then(|k| self.recent.get_mut(&k)) {
                sent.text = Some(self.hasher.hash_one(&*message.text));
            }
        }
    }

    /// The same for a note; notes are counted by themselves, in a table of their own.
    pub(super) fn remember_note(&mut self, note: &Note, durable: NoteNumber) {
        let (number, durable) = (note.number.as_seq(), durable.as_seq());
        self.remember_key(note.dedup_key(), number, note.at, &note.text, durable);
    }

    fn remember_key(&mut self, key: DedupKey, seq: Seq, at: Timestamp, text: &str, durable: Seq) {
        if self.recent.len() >= self.forget_at {
            self.forget_older(durable);
        }
        if self.absent.as_ref() == Some(&key) {
            self.absent = None;
        }
        let text = Some(self.hasher.hash_one(text));
        self.recent.insert(key, Sent { seq, at, text });
    }

    /// Keeps the newest, and whatever the store cannot know yet.
    fn forget_older(&mut self, durable: Seq) {
        let mut seqs: Vec<Seq> = self.recent.values().map(|sent| sent.seq).collect();
        let keep_from = seqs.len().saturating_sub(limits::DEDUP_RECENT);
        let (_, first_kept, _) = seqs.select_nth_unstable(keep_from);
        let first_kept = (*first_kept).min(durable.next());
        let (hasher, older) = (&self.hasher, &mut self.older);
        self.recent.retain(|key, sent| {
            let keep = sent.seq >= first_kept;
            if !keep && self.complete {
                older.insert(hasher.hash_one(key));
            }
            keep
        });
        if self.older.len() > limits::DEDUP_OLDER_MAX {
            self.older = Set::default();
            self.complete = false;
        }
        self.forget_at = self.recent.len() + limits::DEDUP_RECENT;
    }

    pub(super) fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    pub(super) fn look_up(&mut self, key: DedupKey) {
        self.looking = Some(key);
    }

    pub(super) fn found(&mut self, key: DedupKey, found: Option<(Seq, Timestamp, Arc<str>)>) {
        if self.looking.as_ref() != Some(&key) {
            return;
        }
        self.looking = None;
        match found {
            Some((seq, at, text)) => {
                let text = Some(self.hasher.hash_one(&*text));
                self.recent.insert(key, Sent { seq, at, text });
                self.absent = None;
            }
            None => {
                self.recent.remove(&key);
                self.absent = Some(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ClientId;
    use crate::domain::message::Author;

    fn message(seq: u64) -> Message {
        Message {
            seq: Seq(seq),
            at: Timestamp(0),
            author: Author::Customer,
            client_id: Some(ClientId::parse(&format!("m-{seq}")).expect("an id")),
            text: Arc::from("hello"),
        }
    }

    fn key(seq: u64) -> DedupKey {
        message(seq).dedup_key().expect("customers have client ids")
    }

    /// A conversation in which so many messages were staged, and so many are durable.
    fn after(staged: usize, durable: u64) -> Dedup {
        let mut dedup = Dedup::new(Vec::new(), true);
        for seq in 1..=staged as u64 {
            dedup.remember(&message(seq), Seq(durable));
        }
        dedup
    }

    #[test]
    fn an_id_that_is_not_durable_is_known_however_many_follow() {
        let dedup = after(10 * limits::DEDUP_RECENT, 5);
        for seq in 6..=10 * limits::DEDUP_RECENT as u64 {
            assert!(
                matches!(dedup.find(&key(seq), "hello"), Answer::Known(of, _) if of == Seq(seq)),
                "message {seq}"
            );
        }
    }

    #[test]
    fn an_old_id_is_looked_up_and_a_new_one_is_not() {
        let many = 10 * limits::DEDUP_RECENT;
        let dedup = after(many, many as u64);
        assert!(dedup.recent.len() <= 2 * limits::DEDUP_RECENT);
        assert!(matches!(dedup.find(&key(1), "hello"), Answer::AskStore));
        assert!(matches!(
            dedup.find(&key(many as u64 + 1), "hello"),
            Answer::Unknown
        ));
    }

    #[test]
    fn with_more_ids_than_hashes_may_be_kept_every_one_is_looked_up() {
        let many = limits::DEDUP_OLDER_MAX + 4 * limits::DEDUP_RECENT;
        let dedup = after(many, many as u64);
        assert_eq!(dedup.older.len(), 0);
        assert!(matches!(
            dedup.find(&key(many as u64 + 1), "hello"),
            Answer::AskStore
        ));
    }

    #[test]
    fn a_conversation_that_wakes_keeps_the_newest_ids_whole() {
        let many = limits::DEDUP_LOADED_MAX as u64;
        let loaded = (1..=many)
            .rev()
            .map(|seq| (key(seq), Seq(seq), Timestamp(0)));
        let mut dedup = Dedup::new(loaded.collect(), true);
        assert_eq!(dedup.recent.len(), limits::DEDUP_RECENT);
        assert!(matches!(dedup.find(&key(many), "hello"), Answer::AskStore));
        dedup.learn([message(many)].iter());
        assert!(matches!(dedup.find(&key(many), "hello"), Answer::Known(..)));
        assert!(matches!(dedup.find(&key(1), "hello"), Answer::AskStore));
        assert!(matches!(
            dedup.find(&key(many + 1), "hello"),
            Answer::Unknown
        ));
    }

    #[test]
    fn the_same_id_with_another_text_is_not_the_same_message() {
        let mut dedup = after(1, 0);
        assert!(matches!(dedup.find(&key(1), "hello"), Answer::Known(..)));
        assert!(matches!(dedup.find(&key(1), "Hello"), Answer::Other));
        let old = (key(2), Seq(2), Timestamp(0));
        dedup = Dedup::new(vec![old], true);
        for (text, is_it) in [("hello", true), ("Hello", false)] {
            dedup.look_up(key(2));
            dedup.found(key(2), Some((Seq(2), Timestamp(0), "hello".into())));
            let same = matches!(dedup.find(&key(2), text), Answer::Known(..));
            assert_eq!(same, is_it, "{text}");
        }
    }
}
