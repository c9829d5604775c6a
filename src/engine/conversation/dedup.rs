//! The same client id is the same message.
//!
//! A conversation with few messages keeps all its client ids in memory; one with
//! many asks the store about those it does not remember. While it asks, everything
//! that came later waits, so that order is kept.

use std::collections::HashMap;

use crate::domain::ids::Seq;
use crate::domain::message::{DedupKey, Message};
use crate::domain::time::Timestamp;
use crate::limits;

/// What is known of a client id.
pub(super) enum Answer {
    /// It is this message.
    Known(Seq, Timestamp),
    /// It is new.
    Unknown,
    /// Memory does not say.
    AskStore,
}

#[derive(Debug)]
pub(super) struct Dedup {
    known: HashMap<DedupKey, (Seq, Timestamp)>,
    /// `known` holds every client id of the conversation.
    complete: bool,
    /// The key the store is being asked about.
    looking: Option<DedupKey>,
    /// The key the store has just said it does not have.
    absent: Option<DedupKey>,
}

impl Dedup {
    pub(super) fn new(client_ids: Vec<(DedupKey, Seq, Timestamp)>, complete: bool) -> Self {
        let known = client_ids
            .into_iter()
            .map(|(key, seq, at)| (key, (seq, at)))
            .collect();
        Self {
            known,
            complete,
            looking: None,
            absent: None,
        }
    }

    pub(super) fn find(&self, key: &DedupKey) -> Answer {
        match self.known.get(key) {
            Some((seq, at)) => Answer::Known(*seq, *at),
            None if self.complete || self.absent.as_ref() == Some(key) => Answer::Unknown,
            None => Answer::AskStore,
        }
    }

    pub(super) fn remember(&mut self, message: &Message) {
        if let Some(key) = message.dedup_key() {
            if self.known.len() >= limits::DEDUP_IN_MEMORY_MAX * 2 {
                // What is forgotten must be found in the store. Only the newest messages can
                // be staged and not yet there, and they are in the half that is kept.
                self.forget_older_half();
            }
            if self.absent.as_ref() == Some(&key) {
                self.absent = None;
            }
            self.known.insert(key, (message.seq, message.at));
        }
    }

    fn forget_older_half(&mut self) {
        let mut seqs: Vec<Seq> = self.known.values().map(|(seq, _)| *seq).collect();
        let middle = seqs.len() / 2;
        let (_, median, _) = seqs.select_nth_unstable(middle);
        let median = *median;
        self.known.retain(|_, (seq, _)| *seq >= median);
        self.complete = false;
    }

    pub(super) fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    pub(super) fn look_up(&mut self, key: DedupKey) {
        self.looking = Some(key);
    }

    pub(super) fn found(&mut self, key: DedupKey, found: Option<(Seq, Timestamp)>) {
        if self.looking.as_ref() != Some(&key) {
            return;
        }
        self.looking = None;
        match found {
            Some(message) => {
                self.known.insert(key, message);
                self.absent = None;
            }
            None => self.absent = Some(key),
        }
    }
}
