//! Who did what from where. Appended to, kept for ever, never changed, but that a customer who
//! is erased is not named any more (`erasure.rs`).
//!
//! Never holds message text, tokens, names or secrets: ids, codes and numbers only. What of
//! the configuration changed is kept in full, secrets masked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::commit::Commit;
use super::device::DeviceId;
use super::event::{AssignedHow, CloseReason, Event};
use super::ids::{AgentId, ConversationId, CustomerId};
use super::time::Timestamp;

/// Something that was done, or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Who,
    /// From which address; `None`: not over the network, or linger itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// What.
    pub what: What,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// More about it: ids, codes and numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// Of `config_changed`: what was and is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ConfigChange>,
}

impl AuditRecord {
    /// With nothing more to say yet.
    #[must_use]
    pub const fn new(at: Timestamp, who: Who, from: Option<IpAddr>, what: What) -> Self {
        Self {
            at,
            who,
            from,
            what,
            object: None,
            details: BTreeMap::new(),
            change: None,
        }
    }

    /// Done to this.
    #[must_use]
    pub fn about(mut self, object: impl Into<Object>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// With a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.details.insert(name.to_owned(), value.to_string());
        self
    }
}

/// A record with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audited {
    /// Its number: 1, 2, 3 … in the order of writing, without a gap.
    pub seq: u64,
    /// The record.
    #[serde(flatten)]
    pub record: AuditRecord,
}

impl Audited {
    /// Its place among all.
    #[must_use]
    pub const fn cursor(&self) -> AuditCursor {
        AuditCursor {
            at: self.record.at,
            seq: self.seq,
        }
    }
}

/// A place in the log, which is ordered by time, and by number within an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditCursor {
    /// When.
    pub at: Timestamp,
    /// The number.
    pub seq: u64,
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.seq)
    }
}

/// A text that is none of what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown")
    }
}

impl std::error::Error for Unread {}

impl FromStr for AuditCursor {
    type Err = Unread;

    fn from_str(text: &str) -> Result<Self, Unread> {
        let (at, seq) = text.split_once('.').ok_or(Unread)?;
        Ok(Self {
            at: Timestamp(at.parse().map_err(|_| Unread)?),
            seq: seq.parse().map_err(|_| Unread)?,
        })
    }
}

/// Part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// What was found.
    pub records: Vec<Audited>,
    /// Where to go on; `None`: that was all. There may be more even where nothing was found,
    /// for only so much is looked at for a page.
    pub next: Option<AuditCursor>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Who {
    /// A person of the company.
    Agent(AgentId),
    /// A customer.
    Customer(CustomerId),
    /// A program with an API key of this name.
    ApiKey(String),
    /// Whoever has the data directory in their hands.
    Operator,
    /// Linger itself.
    Linger,
    /// Somebody who has proven nothing.
    Nobody,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "agent:{id}"),
            Self::Customer(id) => write!(f, "customer:{id}"),
            Self::ApiKey(name) => write!(f, "api_key:{name}"),
            Self::Operator => f.write_str("operator"),
            Self::Linger => f.write_str("linger"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

impl From<Who> for String {
    fn from(who: Who) -> Self {
        who.to_string()
    }
}

impl FromStr for Who {
    type Err = Unread;

    fn from_str(text: &str) -> Result<Self, Unread> {
        match text.split_once(':') {
            Some(("agent", id)) => AgentId::parse(id).map(Self::Agent).map_err(|_| Unread),
            Some(("customer", id)) => CustomerId::parse(id)
                .map(Self::Customer)
                .map_err(|_| Unread),
            Some(("api_key", name)) if !name.is_empty() => Ok(Self::ApiKey(name.to_owned())),
            _ => match text {
                "operator" => Ok(Self::Operator),
                "linger" => Ok(Self::Linger),
                "nobody" => Ok(Self::Nobody),
                _ => Err(Unread),
            },
        }
    }
}

impl TryFrom<String> for Who {
    type Error = Unread;

    fn try_from(text: String) -> Result<Self, Unread> {
        text.parse()
    }
}

macro_rules! whats {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum What {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl What {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

whats! {
    /// Signed in.
    SignIn = "sign_in",
    /// A password or a code was wrong.
    SignInFailed = "sign_in_failed",
    /// Signed out.
    SignOut = "sign_out",
    /// A session was ended from elsewhere, or all of somebody's.
    SessionRevoked = "session_revoked",
    /// A password was set.
    PasswordChanged = "password_changed",
    /// A password was taken away.
    PasswordRemoved = "password_removed",
    /// A second factor was added.
    SecondFactorAdded = "second_factor_added",
    /// A second factor was taken away.
    SecondFactorRemoved = "second_factor_removed",
    /// Recovery codes were made anew.
    RecoveryCodesRenewed = "recovery_codes_renewed",
    /// An API key was made.
    ApiKeyMade = "api_key_made",
    /// An API key was revoked.
    ApiKeyRevoked = "api_key_revoked",
    /// Somebody was not let in, or not that far. So many of an address in a minute; then a
    /// record with the count of those that were left out.
    Refused = "refused",
    /// The configuration was changed.
    ConfigChanged = "config_changed",
    /// An agent was given more than their capacity.
    CapacityOverride = "capacity_override",
    /// A conversation was closed by force.
    ForceClosed = "force_closed",
    /// The configuration with secrets, or the audit, left the server.
    Exported = "exported",
    /// A device was revoked.
    DeviceRevoked = "device_revoked",
    /// An old token of a device came back: there is a copy, and the device has ended.
    DeviceReused = "device_reused",
    /// A customer was erased.
    Erased = "erased",
    /// The conversations of a device went to a customer who has proven who they are.
    DeviceLinked = "device_linked",
}

impl FromStr for What {
    type Err = Unread;

    fn from_str(text: &str) -> Result<Self, Unread> {
        let found = Self::ALL.iter().find(|what| what.as_str() == text);
        found.copied().ok_or(Unread)
    }
}

/// With what something was done: a kind and an id, `agent:anna`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Object(String);

impl Object {
    /// The configuration.
    #[must_use]
    pub fn configuration() -> Self {
        Self("configuration".to_owned())
    }

    /// The audit itself.
    #[must_use]
    pub fn audit() -> Self {
        Self("audit".to_owned())
    }

    /// An API key, by its name.
    #[must_use]
    pub fn api_key(name: &str) -> Self {
        Self(format!("api_key:{name}"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&AgentId> for Object {
    fn from(id: &AgentId) -> Self {
        Self(format!("agent:{id}"))
    }
}

impl From<&CustomerId> for Object {
    fn from(id: &CustomerId) -> Self {
        Self(format!("customer:{id}"))
    }
}

impl From<ConversationId> for Object {
    fn from(id: ConversationId) -> Self {
        Self(format!("conversation:{id}"))
    }
}

impl From<DeviceId> for Object {
    fn from(id: DeviceId) -> Self {
        Self(format!("device:{id}"))
    }
}

/// The name of an API key: the beginning of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyName([u8; 16]);

impl KeyName {
    /// Of a name as it is shown; `None`: it is none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        name.is_ascii()
            .then(|| name.as_bytes().try_into().ok().map(Self))?
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

/// Which way a request came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Trail {
    /// From which address.
    pub from: Option<IpAddr>,
    /// With which API key, if with one.
    pub api_key: Option<KeyName>,
}

impl Trail {
    /// Who came in an agent's name.
    #[must_use]
    pub fn who(&self, agent: &AgentId) -> Who {
        match self.api_key {
            Some(name) => Who::ApiKey(name.to_string()),
            None => Who::Agent(agent.clone()),
        }
    }

    /// What somebody did in an agent's name.
    #[must_use]
    pub fn record(&self, at: Timestamp, agent: &AgentId, what: What) -> AuditRecord {
        let record = AuditRecord::new(at, self.who(agent), self.from, what);
        match self.api_key {
            Some(_) => record.with("agent", agent),
            None => record,
        }
    }
}

/// What of a step of a conversation belongs into the log: more than a capacity allows, and
/// closing by force. Whoever asked for the step came this way.
#[must_use]
pub fn of_commit(commit: &Commit, trail: Trail) -> Vec<AuditRecord> {
    commit
        .events
        .iter()
        .filter_map(|recorded| {
            let at = recorded.at;
            let done = |by: &AgentId, what| trail.record(at, by, what);
            let over = |by: Option<&AgentId>, agent: &AgentId, units: u32| {
                let record = match by {
                    Some(by) => done(by, What::CapacityOverride),
                    None => AuditRecord::new(at, Who::Linger, None, What::CapacityOverride),
                };
                record.with("to", agent).with("units", units)
            };
            let record = match &recorded.event {
                Event::Closed {
                    reason: CloseReason::Forced,
                    by: Some(by),
                } => done(by, What::ForceClosed),
                Event::Offered {
                    agent,
                    units,
                    over_capacity: true,
                    by,
                    ..
                } => over(by.as_ref(), agent, *units).with("how", "offered"),
                Event::TransferOffered {
                    agent,
                    units,
                    over_capacity: true,
                    by,
                    ..
                } => over(Some(by), agent, *units).with("how", "transferred"),
                Event::Assigned {
                    agent,
                    units,
                    over_capacity: true,
                    how,
                    by,
                    ..
                } => {
                    // What is accepted by itself was linger's choice, or a supervisor's.
                    let (by, how) = match how {
                        AssignedHow::Picked => (Some(by.as_ref().unwrap_or(agent)), "picked"),
                        AssignedHow::Reopened => (Some(by.as_ref().unwrap_or(agent)), "reopened"),
                        AssignedHow::AutoAccepted => (by.as_ref(), "auto_accepted"),
                    };
                    over(by, agent, *units).with("how", how)
                }
                _ => return None,
            };
            Some(record.about(commit.conversation))
        })
        .collect()
}

/// Which records somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of these kinds; empty: of all.
    pub what: BTreeSet<What>,
    /// By them.
    pub who: Option<String>,
    /// About this.
    pub object: Option<String>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

impl Wanted {
    /// Whether a record is wanted.
    #[must_use]
    pub fn includes(&self, record: &AuditRecord) -> bool {
        (self.what.is_empty() || self.what.contains(&record.what))
            && self
                .who
                .as_ref()
                .is_none_or(|who| *who == record.who.to_string())
            && self
                .object
                .as_deref()
                .is_none_or(|object| record.object.as_ref().is_some_and(|o| o.as_str() == object))
            && self.since.is_none_or(|since| record.at >= since)
            && self.until.is_none_or(|until| record.at < until)
    }
}

/// A change to the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigChange {
    /// By which way.
    pub interface: Interface,
    /// The revision that the change made.
    pub revision: u64,
    /// What changed, at least one.
    pub changes: Vec<AuditChange>,
    /// There was too much to keep in full: what is missing in a change is left out.
    #[serde(default)]
    pub shortened: bool,
}

/// The way a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interface {
    /// The HTTP API of a running server.
    Api,
    /// The command line, on the data directory of a stopped server.
    CommandLine,
    /// A file that the server was given at its start.
    Start,
}

impl Interface {
    /// As the API and the command line name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::CommandLine => "command_line",
            Self::Start => "start",
        }
    }
}

/// What one object was and is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChange {
    /// Which kind of object, as the company file names it; `company` for what belongs to none.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it was, as JSON in the form of the company file, secrets masked; `None`: it was not there.
    pub before: Option<String>,
    /// What it is; `None`: it is gone.
    pub after: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_everybody_reads_as_it_is_written() {
        for what in What::ALL {
            assert_eq!(what.as_str().parse(), Ok(*what));
            let json = serde_json::to_string(what).expect("a text");
            assert_eq!(json, format!("{:?}", what.as_str()));
        }
        for text in [
            "agent:olga",
            "customer:a:b",
            "api_key:0123456789abcdef",
            "operator",
            "linger",
            "nobody",
        ] {
            let who: Who = text.parse().expect(text);
            assert_eq!(who.to_string(), text);
        }
        for none in ["", "olga", "agent:", "api_key:", "somebody"] {
            assert_eq!(none.parse::<Who>(), Err(Unread), "{none}");
        }
        let cursor = AuditCursor {
            at: Timestamp(-5),
            seq: 7,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("5".parse::<AuditCursor>(), Err(Unread));
    }

    #[test]
    fn a_key_has_sixteen_characters_and_acts_in_its_own_name() {
        assert_eq!(KeyName::parse("short"), None);
        let olga = AgentId::parse("olga").expect("an id");
        let trail = Trail {
            from: None,
            api_key: KeyName::parse("0123456789abcdef"),
        };
        let record = trail.record(Timestamp(1), &olga, What::Exported);
        assert_eq!(record.who.to_string(), "api_key:0123456789abcdef");
        assert_eq!(record.details["agent"], "olga");
        let by_hand = Trail::default().record(Timestamp(1), &olga, What::Exported);
        assert_eq!(by_hand.who, Who::Agent(olga));
    }
}
