//! Settings of the server about how people of the company sign in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::domain::company::Role;
use crate::domain::ids::AgentId;

/// How people of the company sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffSettings {
    /// Who must have a second factor when they sign in with a password.
    pub require_totp: BTreeSet<Role>,
    /// Where browsers find this server, such as `https://chat.example.com`; without it, where
    /// a request says that it went.
    pub public_url: Option<String>,
    /// An OpenID Connect provider to sign in with.
    pub provider: Option<ProviderSettings>,
}

/// An OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its issuer URL, as in its tokens.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// What this server proves itself with; `None` for a public client.
    pub client_secret: Option<Secret>,
    /// Verified e-mail addresses of this domain belong to the agent of the name before the `@`.
    pub domain: Option<String>,
    /// Verified e-mail addresses, or subjects written as `sub:…`, and whose they are.
    pub agents: BTreeMap<String, AgentId>,
}

/// A text that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Of a text; white space around it is left out, as files end with a line break.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl StaffSettings {
    /// What is wrong with them, if anything: said at the start, not at the first sign-in.
    ///
    /// # Errors
    /// What to change.
    pub fn check(&self) -> Result<(), String> {
        if let Some(url) = &self.public_url {
            let rest = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            if rest.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@'])) {
                return Err(format!(
                    "the public URL {url:?} is no origin; write such as https://chat.example.com"
                ));
            }
        }
        let Some(provider) = &self.provider else {
            return Ok(());
        };
        if self.public_url.is_none() {
            return Err("sign-in with a provider needs --public-url: the provider sends browsers back there".to_owned());
        }
        if provider.client_id.is_empty() {
            return Err("sign-in with a provider needs --oidc-client-id".to_owned());
        }
        if !(provider.issuer.starts_with("https://") || is_loopback(&provider.issuer)) {
            return Err(format!(
                "the issuer {:?} is not an https URL",
                provider.issuer
            ));
        }
        if provider.domain.is_none() && provider.agents.is_empty() {
            return Err("nobody could sign in with the provider: name a --oidc-domain, or each --oidc-agent".to_owned());
        }
        Ok(())
    }
}

/// For trying things out: nobody listens between this machine and itself.
fn is_loopback(url: &str) -> bool {
    ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"]
        .iter()
        .any(|start| url.starts_with(start))
}

/// Reads one `EMAIL=AGENT` or `sub:SUBJECT=AGENT`.
///
/// # Errors
/// What to write instead.
pub fn parse_provider_agent(text: &str) -> Result<(String, AgentId), String> {
    let (claim, agent) = text
        .rsplit_once('=')
        .ok_or("write EMAIL=AGENT or sub:SUBJECT=AGENT")?;
    let agent = AgentId::parse(agent.trim()).map_err(|e| e.to_string())?;
    let claim = claim.trim();
    let claim = if claim.starts_with("sub:") {
        claim.to_owned()
    } else {
        claim.to_lowercase()
    };
    Ok((claim, agent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> StaffSettings {
        StaffSettings {
            public_url: Some("https://chat.example.com".to_owned()),
            provider: Some(ProviderSettings {
                issuer: "https://id.example.com".to_owned(),
                client_id: "linger".to_owned(),
                client_secret: Some(Secret::new("s3cret\n")),
                domain: Some("example.com".to_owned()),
                agents: BTreeMap::new(),
            }),
            ..StaffSettings::default()
        }
    }

    #[test]
    fn what_could_not_work_is_said_at_the_start() {
        type Change = fn(&mut StaffSettings);
        assert_eq!(provider().check(), Ok(()));
        assert_eq!(StaffSettings::default().check(), Ok(()));
        let cases: [(Change, &str); 5] = [
            (|s| s.public_url = None, "--public-url"),
            (|s| s.public_url = Some("https://a/b".to_owned()), "origin"),
            (|s| s.public_url = Some("chat".to_owned()), "origin"),
            (
                |s| s.provider.as_mut().expect("one").issuer = "http://id.example.com".to_owned(),
                "https",
            ),
            (
                |s| s.provider.as_mut().expect("one").domain = None,
                "nobody",
            ),
        ];
        for (change, expected) in cases {
            let mut settings = provider();
            change(&mut settings);
            let why = settings.check().expect_err(expected);
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn a_secret_is_trimmed_and_never_printed() {
        let secret = Secret::new("s3cret\n");
        assert_eq!(secret.reveal(), "s3cret");
        assert!(!format!("{:?}", provider()).contains("s3cret"));
    }

    #[test]
    fn an_agent_is_named_by_address_or_subject() {
        let read =
            |text| parse_provider_agent(text).map(|(claim, agent)| (claim, agent.to_string()));
        let is = |claim: &str| Ok((claim.to_owned(), "anna".to_owned()));
        assert_eq!(read("Anna@Example.com=anna"), is("anna@example.com"));
        assert_eq!(read("sub:Abc=1=anna"), is("sub:Abc=1"));
        assert!(read("anna").is_err() && read("a@b=").is_err());
    }
}
