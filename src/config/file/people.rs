//! Agents, and what they say often.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use super::texts::TextsFile;
use crate::config::reader::{Place, Reader};
use crate::domain::company::{AgentProfile, Company, QuickReply, Role};
use crate::domain::ids::{AgentId, QueueId};

/// A person of the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct AgentFile {
    /// The full name, which colleagues see; the display name unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// The name that customers see; the id unless given.
    pub(super) display_name: Option<String>,
    /// What they may do. Default: "agent".
    #[serde(default)]
    #[schemars(with = "names::Role")]
    pub(super) role: Role,
    /// Units: how many conversations at once, where one costs one unit.
    pub(super) capacity: u32,
    /// May sign in and be assigned. Default: true.
    pub(super) enabled: Option<bool>,
    /// Queues they are a member of, beside those that name them as a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::config) queues: Option<BTreeSet<String>>,
    /// SHA-256 of the sign-in secret, lower-case hex. Left out: the server keeps the one it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::config) secret_sha256: Option<String>,
}

impl AgentFile {
    pub(super) fn of(a: &AgentProfile) -> Self {
        Self {
            name: Some(a.name.clone()).filter(|n| !n.is_empty()),
            display_name: Some(a.display_name.clone()),
            role: a.role,
            capacity: a.capacity,
            enabled: Some(a.enabled),
            queues: None,
            secret_sha256: Some(a.secret_sha256.clone()),
        }
    }

    pub(super) fn read(
        self,
        reader: &mut Reader,
        place: &Place<'_>,
        stored: Option<&Company>,
    ) -> Option<AgentProfile> {
        let kept = || {
            let id: AgentId = place.id.parse().ok()?;
            Some(stored?.agents.get(&id)?.secret_sha256.clone())
        };
        if let Some(secret) = &self.secret_sha256
            && !(secret.len() == 64
                && secret
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
            && !secret.is_empty()
        {
            reader.wrong(
                place.key("secret_sha256"),
                "It is not a SHA-256 in lower-case hex (64 digits); remove the line and let the server make a secret (`linger agent renew`).",
            );
        }
        Some(AgentProfile {
            name: self.name.unwrap_or_default(),
            display_name: self.display_name.unwrap_or_else(|| place.id.to_owned()),
            role: self.role,
            capacity: self.capacity,
            enabled: self.enabled.unwrap_or(true),
            secret_sha256: self.secret_sha256.or_else(kept).unwrap_or_default(),
        })
    }
}

/// A sentence that an agent inserts by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct QuickReplyFile {
    /// What agents see in the list; the id unless given.
    title: Option<String>,
    /// The text, with the placeholders of system messages.
    text: TextsFile,
    /// For conversations of these queues only; all unless given.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    queues: BTreeSet<String>,
}

impl QuickReplyFile {
    pub(super) fn of(reply: &QuickReply) -> Self {
        Self {
            title: Some(reply.title.clone()),
            text: TextsFile::of(&reply.text),
            queues: reply.queues.iter().map(QueueId::to_string).collect(),
        }
    }

    pub(super) fn read(self, reader: &mut Reader, place: &Place<'_>) -> Option<QuickReply> {
        Some(QuickReply {
            title: self.title.unwrap_or_else(|| place.id.to_owned()),
            text: self.text.read(),
            queues: reader.ids(&place.key("queues"), &self.queues),
        })
    }
}
