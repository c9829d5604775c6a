//! Sentences that agents say often.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::domain::ids::QueueId;

/// A sentence that an agent inserts by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReply {
    /// What agents see in the list.
    pub title: String,
    /// The text, with the placeholders of system messages.
    pub text: Texts,
    /// For conversations of these queues only; empty is all.
    pub queues: BTreeSet<QueueId>,
}
