//! `ID:SECRET`: the key that an agent is given when they are made, in the configuration as
//! its SHA-256. It reaches as far as the agent's role and lasts until it is renewed, for
//! `linger talk`, scripts and tests; people sign in with passwords.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::super::secret::secret_sha256;
use super::super::tokens::TOKEN_BYTES_MAX;
use crate::domain::company::Company;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Caller, Grant, Reach};

/// Verifies an agent's `ID:SECRET`. An agent who is not there costs what one who is costs.
///
/// # Errors
/// `token_invalid`, also for an agent who is unknown or disabled.
pub fn authenticate_agent(company: &Company, token: &str) -> Result<Caller, Reject> {
    let refused = || {
        Reject::new(
            Code::TokenInvalid,
            "Use ID:SECRET as printed by `linger agent add`.",
        )
    };
    if token.len() > TOKEN_BYTES_MAX {
        return Err(refused());
    }
    // Secrets hold no colon; ids may.
    let (id, secret) = token.rsplit_once(':').ok_or_else(refused)?;
    let id = AgentId::parse(id).map_err(|_| refused())?;
    let given = secret_sha256(secret);
    let profile = company.agents.get(&id).filter(|a| a.enabled);
    let nobody = "0".repeat(given.len());
    let stored = profile.map_or(nobody.as_str(), |a| a.secret_sha256.as_str());
    let equal = verify_slices_are_equal(given.as_bytes(), stored.as_bytes()).is_ok();
    let profile = profile.filter(|_| equal).ok_or_else(refused)?;
    Ok(Caller {
        agent: id,
        role: profile.role,
        grant: Grant::Secret(given),
        reach: Reach::Everything,
        ends: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company::{AgentProfile, Role};

    #[test]
    fn agents_come_with_their_secret_while_enabled() {
        // SHA-256 of "secret".
        const HASH: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        let profile = |enabled| AgentProfile {
            role: Role::Supervisor,
            enabled,
            secret_sha256: HASH.to_owned(),
            ..AgentProfile::new("Anna", 1)
        };
        let mut company = Company::default();
        for (id, enabled) in [("anna", true), ("a:b", true), ("gone", false)] {
            company
                .agents
                .insert(AgentId::parse(id).expect("a valid id"), profile(enabled));
        }
        let huge = format!("anna:{}", "x".repeat(TOKEN_BYTES_MAX));
        let cases = [
            ("anna:secret", true),
            ("a:b:secret", true),
            ("anna:Secret", false),
            ("anna:", false),
            ("anna", false),
            (":secret", false),
            ("ben:secret", false),
            ("gone:secret", false),
            (huge.as_str(), false),
        ];
        for (token, accepted) in cases {
            let result = authenticate_agent(&company, token);
            assert_eq!(
                result.is_ok(),
                accepted,
                "{}",
                &token[..token.len().min(20)]
            );
            if let Ok(caller) = result {
                assert_eq!(caller.role, Role::Supervisor);
            }
        }
    }
}
