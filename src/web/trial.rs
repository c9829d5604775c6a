//! A token tried by an admin who sets customers' authentication up: every check by name, so that
//! what is wrong can be mended. Customers are never told so much ([`super::tokens`]).
//!
//! Judges as the door does, and lets nobody in. Never logs or keeps the token.

use serde_json::Value;

use super::keyring::{KeyRing, algorithm_of};
use super::tokens::{Parts, includes, instant, passed_on};
use crate::domain::company::{Company, CustomerKey};
use crate::domain::ids::{AuthenticationId, CustomerId};
use crate::domain::time::Timestamp;
use crate::wire::trial::{CheckBody, TrialBody};

/// Tries a token against one setting; `None`: there is no such setting.
pub(super) fn of(
    company: &Company,
    ring: &KeyRing,
    id: &AuthenticationId,
    token: &str,
    now: Timestamp,
) -> Option<TrialBody> {
    let setting = company.authentication.get(id)?;
    let mut trial = Trial::default();
    let Some(parts) = Parts::read(token.trim()) else {
        trial.note(
            "form",
            Err("This is no token: three parts in Base64 with dots between them, a header with `alg`, and no key twice.".to_owned()),
        );
        return Some(trial.body);
    };
    trial.note("form", Ok("It reads as a token.".to_owned()));
    trial.note("algorithm", algorithm(setting, &parts));
    trial.note("kid", kid(setting, &parts));
    trial.note("signature", signature(company, ring, id, &parts));
    trial.claims(setting, &parts, now);
    trial.body.ok = trial.body.checks.iter().all(|check| check.ok);
    trial.body.context = if trial.body.ok {
        passed_on(setting, &parts.claims)
    } else {
        trial.body.customer = None;
        std::collections::BTreeMap::new()
    };
    trial.body.claims = parts.claims.into_iter().collect();
    Some(trial.body)
}

type Verdict = Result<String, String>;

#[derive(Default)]
struct Trial {
    body: TrialBody,
}

impl Trial {
    fn note(&mut self, check: &'static str, verdict: Verdict) {
        let ok = verdict.is_ok();
        self.body.checks.push(CheckBody {
            check,
            ok,
            message: verdict.unwrap_or_else(|why| why),
        });
    }

    fn claims(&mut self, setting: &CustomerKey, parts: &Parts<'_>, now: Timestamp) {
        let claims = &parts.claims;
        let text = |name: &str| match claims.get(name) {
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        self.note(
            "issuer",
            match (setting.issuer.as_deref(), text("iss")) {
                (None, _) => Ok("Any issuer is accepted.".to_owned()),
                (Some(wanted), Some(found)) if wanted == found => {
                    Ok("`iss` is the issuer.".to_owned())
                }
                (Some(wanted), found) => Err(format!(
                    "`iss` must be `{wanted}` and is {}.",
                    shown(found.map(str::to_owned))
                )),
            },
        );
        self.note(
            "audience",
            match setting.audience.as_deref() {
                None => Ok("Any audience is accepted.".to_owned()),
                Some(wanted) if includes(claims.get("aud"), wanted) => {
                    Ok("`aud` is or holds the audience.".to_owned())
                }
                Some(wanted) => Err(format!(
                    "`aud` must be `{wanted}`, or a list with it, and is {}.",
                    shown(claims.get("aud").map(ToString::to_string))
                )),
            },
        );
        self.note("begins", begins(setting, parts, now));
        self.note("expires", expires(setting, parts, now));
        let customer = text("sub").and_then(|sub| CustomerId::parse(sub).ok());
        let customer = customer.filter(|c| !c.is_device() && !c.is_pseudonym());
        self.note(
            "subject",
            match &customer {
                Some(_) => Ok("`sub` is the customer.".to_owned()),
                None => Err(format!(
                    "`sub` must be a customer's id: a text of 1 to 128 bytes that does not begin with `device:` or `erased-`; it is {}.",
                    shown(claims.get("sub").map(ToString::to_string))
                )),
            },
        );
        self.body.customer = customer.map(|customer| customer.to_string());
    }
}

fn shown(found: Option<String>) -> String {
    found.map_or_else(|| "missing".to_owned(), |found| format!("`{found}`"))
}

fn algorithm(setting: &CustomerKey, parts: &Parts<'_>) -> Verdict {
    if algorithm_of(setting).is_some() && setting.algorithm == parts.algorithm {
        Ok(format!("`alg` is {}.", parts.algorithm))
    } else {
        Err(format!(
            "`alg` must be {} and is {}.",
            setting.algorithm, parts.algorithm
        ))
    }
}

fn kid(setting: &CustomerKey, parts: &Parts<'_>) -> Verdict {
    match &parts.kid {
        _ if setting.kids.is_empty() => Ok("Any `kid`, or none, is accepted.".to_owned()),
        Some(kid) if setting.kids.contains(kid) => Ok("`kid` is one of the setting's.".to_owned()),
        found => Err(format!(
            "`kid` must be one of the setting's and is {}.",
            shown(found.clone())
        )),
    }
}

fn signature(
    company: &Company,
    ring: &KeyRing,
    id: &AuthenticationId,
    parts: &Parts<'_>,
) -> Verdict {
    match ring.verifies(company, id, parts.kid.as_deref(), parts.signed, parts.signature) {
        Some(true) => Ok("The signature verifies with the setting's key.".to_owned()),
        Some(false) => Err(
            "The signature does not verify with the setting's key: it was signed with another one, or changed since.".to_owned(),
        ),
        None => Err(
            "The keys at `jwks_url` have none for this `kid`, or could not be fetched yet; see the log of the server.".to_owned(),
        ),
    }
}

fn begins(setting: &CustomerKey, parts: &Parts<'_>, now: Timestamp) -> Verdict {
    let read = |name: &str| parts.claims.get(name).and_then(instant);
    let Some(issued) = read("iat") else {
        return Err("`iat` must be there, in seconds since 1970.".to_owned());
    };
    let begins = match parts.claims.get("nbf") {
        None | Some(Value::Null) => issued,
        Some(_) => match read("nbf") {
            Some(begins) => issued.max(begins),
            None => return Err("`nbf` must be in seconds since 1970.".to_owned()),
        },
    };
    if begins > now + setting.leeway {
        let early = begins.since(now).0.div_ceil(1_000);
        return Err(format!(
            "It begins in {early} s by `iat` or `nbf`; compare the clocks, or raise the leeway."
        ));
    }
    Ok("It has begun.".to_owned())
}

fn expires(setting: &CustomerKey, parts: &Parts<'_>, now: Timestamp) -> Verdict {
    let Some(ends) = parts.claims.get("exp").and_then(instant) else {
        return Err("`exp` must be there, in seconds since 1970.".to_owned());
    };
    if now >= ends + setting.leeway {
        let ago = now.since(ends).0 / 1_000;
        return Err(format!("It expired {ago} s ago."));
    }
    Ok("It has not expired.".to_owned())
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;
