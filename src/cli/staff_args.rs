//! Options of `linger serve` about how people of the company sign in.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::config::{ProviderSettings, Secret, StaffSettings, parse_provider_agent};
use crate::domain::company::Role;
use crate::domain::ids::AgentId;

/// The variable that holds the secret itself, where a file is not at hand.
const SECRET_VARIABLE: &str = "LINGER_OIDC_CLIENT_SECRET";

/// How people of the company sign in.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signing in")]
pub struct StaffArgs {
    /// Where browsers find this server, such as `https://chat.example.com`; needed behind a proxy
    #[arg(long, env = "LINGER_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Roles that must have a second factor when they sign in with a password, such as admin,supervisor
    #[arg(long, env = "LINGER_REQUIRE_TOTP", value_delimiter = ',', value_parser = parse_role)]
    pub require_totp: Vec<Role>,
    /// The issuer of an OpenID Connect provider to sign in with
    #[arg(long, env = "LINGER_OIDC_ISSUER", requires = "oidc_client_id")]
    pub oidc_issuer: Option<String>,
    /// What the provider calls this server
    #[arg(long, env = "LINGER_OIDC_CLIENT_ID", requires = "oidc_issuer")]
    pub oidc_client_id: Option<String>,
    /// A file with the client secret; or put it into LINGER_OIDC_CLIENT_SECRET
    #[arg(long, env = "LINGER_OIDC_CLIENT_SECRET_FILE", requires = "oidc_issuer")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// Verified e-mail addresses of this domain belong to the agent of the name before the @
    #[arg(long, env = "LINGER_OIDC_DOMAIN", requires = "oidc_issuer")]
    pub oidc_domain: Option<String>,
    /// EMAIL=AGENT or sub:SUBJECT=AGENT; may be given more than once
    #[arg(long = "oidc-agent", env = "LINGER_OIDC_AGENTS", value_delimiter = ',', value_parser = parse_provider_agent)]
    pub oidc_agents: Vec<(String, AgentId)>,
}

fn parse_role(text: &str) -> Result<Role, String> {
    match text {
        "agent" => Ok(Role::Agent),
        "supervisor" => Ok(Role::Supervisor),
        "admin" => Ok(Role::Admin),
        _ => Err("write agent, supervisor or admin".to_owned()),
    }
}

impl StaffArgs {
    /// The settings, with the secret read.
    ///
    /// # Errors
    /// The file with the secret cannot be read.
    pub fn settings(self) -> io::Result<StaffSettings> {
        let secret = match self.oidc_client_secret_file {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|e| {
                    io::Error::new(
                        e.kind(),
                        format!("--oidc-client-secret-file {}: {e}", path.display()),
                    )
                })?;
                Some(Secret::new(&text))
            }
            None => std::env::var(SECRET_VARIABLE)
                .ok()
                .map(|text| Secret::new(&text)),
        };
        let client_id = self.oidc_client_id.unwrap_or_default();
        let provider = self.oidc_issuer.map(|issuer| ProviderSettings {
            issuer,
            client_id,
            client_secret: secret.filter(|s| !s.reveal().is_empty()),
            domain: self.oidc_domain,
            agents: self.oidc_agents.into_iter().collect(),
        });
        Ok(StaffSettings {
            require_totp: self.require_totp.into_iter().collect(),
            public_url: self
                .public_url
                .map(|url| url.trim_end_matches('/').to_owned()),
            provider,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        staff: StaffArgs,
    }

    fn read(line: &str) -> Result<StaffArgs, clap::Error> {
        Line::try_parse_from(std::iter::once("x").chain(line.split_whitespace())).map(|l| l.staff)
    }

    #[test]
    fn a_provider_is_configured_by_flags_and_a_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("secret");
        std::fs::write(&file, "s3cret\n").expect("written");
        let line = format!(
            "--public-url https://chat.example.com/ --require-totp admin,supervisor \
             --oidc-issuer https://id.example.com --oidc-client-id linger --oidc-client-secret-file {} \
             --oidc-domain example.com --oidc-agent boss@example.org=olga --oidc-agent sub:7=anna",
            file.display()
        );
        let settings = read(&line).expect("good").settings().expect("readable");
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(settings.require_totp.len(), 2);
        let provider = settings.provider.expect("one");
        assert_eq!(provider.client_secret, Some(Secret::new("s3cret")));
        assert_eq!(provider.agents["boss@example.org"].as_str(), "olga");
        assert_eq!(provider.agents["sub:7"].as_str(), "anna");
    }

    #[test]
    fn half_a_provider_is_refused() {
        assert!(read("--oidc-issuer https://id.example.com").is_err());
        assert!(read("--require-totp boss").is_err());
        let settings = read("")
            .expect("nothing")
            .settings()
            .expect("nothing to read");
        assert_eq!(settings, StaffSettings::default());
        assert!(
            read("--oidc-issuer https://i --oidc-client-id c --oidc-client-secret-file /nowhere")
                .expect("good")
                .settings()
                .is_err()
        );
    }
}
