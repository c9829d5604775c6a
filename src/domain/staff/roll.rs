//! Everything that is kept of how people sign in, and how it changes.
//!
//! Decisions give rows and change nothing; [`Roll::apply`] changes and decides nothing. What
//! was decided is applied before it is durable and answered after: what is taken away is gone
//! at once, and what is given is not handed out before it will survive.

use std::collections::BTreeMap;

use super::{Account, ApiKey, Caller, Grant, Reach, SignIn, Standing, short_name};
use crate::domain::company::Company;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::limits;

/// One row as it shall be; `None`: it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffRow {
    /// What is kept of an agent.
    Account(AgentId, Option<Box<Account>>),
    /// A sign-in, by its key.
    SignIn(String, Option<SignIn>),
    /// An API key, by its key.
    ApiKey(String, Option<ApiKey>),
}

/// Everything that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roll {
    accounts: BTreeMap<AgentId, Account>,
    sign_ins: BTreeMap<String, SignIn>,
    api_keys: BTreeMap<String, ApiKey>,
}

/// When a sign-in ends if nothing more happens: too long unused, or too long at all.
fn ends(sign_in: &SignIn) -> Timestamp {
    (sign_in.used + limits::SIGN_IN_IDLE).min(sign_in.since + limits::SIGN_IN_LIFE)
}

fn void() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "You are not signed in with this any more; sign in again, or ask an admin.",
    )
}

fn expired() -> Reject {
    Reject::new(
        Code::TokenExpired,
        "This has expired; sign in again, or ask an admin for a new key.",
    )
}

impl Roll {
    /// Makes a row so.
    pub fn apply(&mut self, row: StaffRow) {
        match row {
            StaffRow::Account(agent, Some(account)) => {
                self.accounts.insert(agent, *account);
            }
            StaffRow::Account(agent, None) => {
                self.accounts.remove(&agent);
            }
            StaffRow::SignIn(key, Some(sign_in)) => {
                self.sign_ins.insert(key, sign_in);
            }
            StaffRow::SignIn(key, None) => {
                self.sign_ins.remove(&key);
            }
            StaffRow::ApiKey(key, Some(api_key)) => {
                self.api_keys.insert(key, api_key);
            }
            StaffRow::ApiKey(key, None) => {
                self.api_keys.remove(&key);
            }
        }
    }

    /// What is kept of an agent; nothing is an empty account.
    #[must_use]
    pub fn account(&self, agent: &AgentId) -> Account {
        self.accounts.get(agent).cloned().unwrap_or_default()
    }

    /// Who is here with the token of a sign-in whose SHA-256 this is.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`.
    pub fn signed_in(
        &self,
        key: &str,
        company: &Company,
        now: Timestamp,
    ) -> Result<Caller, Reject> {
        let sign_in = self.sign_ins.get(key).ok_or_else(void)?;
        let profile = company.agents.get(&sign_in.agent).ok_or_else(void)?;
        if !sign_in.standing.holds(profile) {
            return Err(void());
        }
        if now >= ends(sign_in) {
            return Err(expired());
        }
        Ok(Caller {
            agent: sign_in.agent.clone(),
            role: profile.role,
            grant: Grant::SignIn(key.to_owned()),
            reach: if sign_in.must_enrol {
                Reach::Enrolment
            } else {
                Reach::Everything
            },
            ends: Some(sign_in.since + limits::SIGN_IN_LIFE),
        })
    }

    /// Who is here with the API key whose SHA-256 this is.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`.
    pub fn with_api_key(
        &self,
        key: &str,
        company: &Company,
        now: Timestamp,
    ) -> Result<Caller, Reject> {
        let api_key = self.api_keys.get(key).ok_or_else(void)?;
        let profile = company.agents.get(&api_key.agent).ok_or_else(void)?;
        if !profile.enabled {
            return Err(void());
        }
        if api_key.expires.is_some_and(|expires| now >= expires) {
            return Err(expired());
        }
        Ok(Caller {
            agent: api_key.agent.clone(),
            role: profile.role,
            grant: Grant::ApiKey(key.to_owned()),
            reach: Reach::Scopes(api_key.scopes.clone()),
            ends: api_key.expires,
        })
    }

    /// Whether what somebody came with still holds.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`.
    pub fn still_holds(
        &self,
        agent: &AgentId,
        grant: &Grant,
        company: &Company,
        now: Timestamp,
    ) -> Result<(), Reject> {
        match grant {
            Grant::Secret(sha256) => {
                let profile = company.agents.get(agent).ok_or_else(void)?;
                let holds = profile.enabled && profile.secret_sha256 == *sha256;
                holds.then_some(()).ok_or_else(void)
            }
            Grant::SignIn(key) => self.signed_in(key, company, now).map(drop),
            Grant::ApiKey(key) => self.with_api_key(key, company, now).map(drop),
        }
    }

    /// Notes that a sign-in is in use, unless that was noted a moment ago.
    #[must_use]
    pub fn used(&self, key: &str, now: Timestamp) -> Option<StaffRow> {
        let sign_in = self.sign_ins.get(key)?;
        (now.since(sign_in.used) >= limits::SIGN_IN_NOTED_EVERY).then(|| {
            let mut sign_in = sign_in.clone();
            sign_in.used = now;
            StaffRow::SignIn(key.to_owned(), Some(sign_in))
        })
    }

    /// A new sign-in, under the SHA-256 of its token. What of the agent's has expired goes,
    /// and so does the oldest if there are too many.
    #[must_use]
    pub fn sign_in(&self, key: String, sign_in: SignIn, now: Timestamp) -> Vec<StaffRow> {
        let mut theirs: Vec<(&String, &SignIn)> = self
            .sign_ins
            .iter()
            .filter(|(_, s)| s.agent == sign_in.agent)
            .collect();
        theirs.sort_by_key(|(_, s)| std::cmp::Reverse(s.used));
        let mut rows: Vec<StaffRow> = theirs
            .iter()
            .enumerate()
            .filter(|(n, (_, s))| n + 1 >= limits::SIGN_INS_PER_AGENT_MAX || now >= ends(s))
            .map(|(_, (key, _))| StaffRow::SignIn((*key).clone(), None))
            .collect();
        rows.push(StaffRow::SignIn(key, Some(sign_in)));
        rows
    }

    /// The standing of an agent who may sign in.
    #[must_use]
    pub fn standing(company: &Company, agent: &AgentId) -> Option<Standing> {
        let profile = company.agents.get(agent).filter(|a| a.enabled)?;
        Some(Standing::of(profile))
    }

    /// An agent's sign-ins that have not expired, newest first.
    #[must_use]
    pub fn sign_ins_of(&self, agent: &AgentId, now: Timestamp) -> Vec<(&str, &SignIn)> {
        let mut theirs: Vec<(&str, &SignIn)> = self
            .sign_ins
            .iter()
            .filter(|(_, s)| s.agent == *agent && now < ends(s))
            .map(|(key, s)| (key.as_str(), s))
            .collect();
        theirs.sort_by_key(|(_, s)| std::cmp::Reverse(s.since));
        theirs
    }

    /// One sign-in.
    #[must_use]
    pub fn sign_in_under(&self, key: &str) -> Option<&SignIn> {
        self.sign_ins.get(key)
    }

    /// Ends an agent's sign-in by its short name.
    #[must_use]
    pub fn end_sign_in(&self, agent: &AgentId, short: &str) -> Option<StaffRow> {
        self.sign_ins
            .iter()
            .find(|(key, s)| s.agent == *agent && short_name(key) == short)
            .map(|(key, _)| StaffRow::SignIn(key.clone(), None))
    }

    /// Ends all of an agent's sign-ins but one.
    #[must_use]
    pub fn end_sign_ins(&self, agent: &AgentId, but: Option<&str>) -> Vec<StaffRow> {
        self.sign_ins
            .iter()
            .filter(|(key, s)| s.agent == *agent && Some(key.as_str()) != but)
            .map(|(key, _)| StaffRow::SignIn(key.clone(), None))
            .collect()
    }

    /// The API keys, newest first.
    #[must_use]
    pub fn api_keys(&self) -> Vec<(&str, &ApiKey)> {
        let mut all: Vec<(&str, &ApiKey)> =
            self.api_keys.iter().map(|(k, a)| (k.as_str(), a)).collect();
        all.sort_by_key(|(_, a)| std::cmp::Reverse(a.since));
        all
    }

    /// A new API key, under the SHA-256 of its secret.
    ///
    /// # Errors
    /// `in_use`: there are too many.
    pub fn add_api_key(&self, key: String, api_key: ApiKey) -> Result<StaffRow, Reject> {
        if self.api_keys.len() >= limits::API_KEYS_MAX {
            let sentence = format!(
                "There are {} API keys, which is the most; revoke one first.",
                limits::API_KEYS_MAX
            );
            return Err(Reject::new(Code::InUse, sentence));
        }
        Ok(StaffRow::ApiKey(key, Some(api_key)))
    }

    /// Revokes an API key by its short name.
    #[must_use]
    pub fn revoke_api_key(&self, short: &str) -> Option<StaffRow> {
        self.api_keys
            .keys()
            .find(|key| short_name(key) == short)
            .map(|key| StaffRow::ApiKey(key.clone(), None))
    }

    /// What ends with a configuration: the sign-ins of those whose role or secret changed or
    /// who are disabled, and everything of those who are gone, so that nobody who comes later
    /// under the same name inherits it.
    #[must_use]
    pub fn outdated(&self, company: &Company) -> Vec<StaffRow> {
        let gone = |agent: &AgentId| !company.agents.contains_key(agent);
        let mut rows = Vec::new();
        rows.extend(
            self.accounts
                .keys()
                .filter(|agent| gone(agent))
                .map(|agent| StaffRow::Account(agent.clone(), None)),
        );
        rows.extend(
            self.sign_ins
                .iter()
                .filter(|(_, s)| {
                    let profile = company.agents.get(&s.agent);
                    !profile.is_some_and(|profile| s.standing.holds(profile))
                })
                .map(|(key, _)| StaffRow::SignIn(key.clone(), None)),
        );
        rows.extend(
            self.api_keys
                .iter()
                .filter(|(_, a)| gone(&a.agent))
                .map(|(key, _)| StaffRow::ApiKey(key.clone(), None)),
        );
        rows
    }

    /// Sign-ins that have expired.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> Vec<StaffRow> {
        self.sign_ins
            .iter()
            .filter(|(_, s)| now >= ends(s))
            .map(|(key, _)| StaffRow::SignIn(key.clone(), None))
            .collect()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
