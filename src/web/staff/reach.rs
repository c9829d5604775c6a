//! How far a credential reaches: the scope that each route and each request on a socket
//! needs. What is not listed here is for full credentials only, so a new route is closed
//! to API keys until somebody decides otherwise.

use actix_web::HttpRequest;
use actix_web::http::Method;

use super::super::auth::writes;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Caller, Reach, Scope};
use crate::engine::request::Request;

/// What a route needs of a credential, besides the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// This scope.
    Scope(Scope),
    /// Its owner's own sign-in: also open to those who must add a second factor first, never
    /// to API keys.
    Own,
    /// Everything: never open to API keys.
    Everything,
}

/// What a route needs.
pub(super) fn needed(method: &Method, pattern: &str) -> Need {
    let reads = *method == Method::GET;
    let part = pattern.strip_prefix("/api/v1/").unwrap_or_default();
    let first = part.split('/').next().unwrap_or_default();
    match first {
        "auth" => Need::Own,
        "config" if reads => Need::Scope(Scope::ConfigRead),
        "config" => Need::Scope(Scope::ConfigWrite),
        "audit" if reads => Need::Scope(Scope::AuditRead),
        // Asks what would happen, and changes nothing.
        "routing" => Need::Scope(Scope::ConversationsRead),
        "conversations" | "me" | "floor" | "quick-replies" | "company" | "statistics" if reads => {
            Need::Scope(Scope::ConversationsRead)
        }
        "conversations" | "me" => Need::Scope(Scope::ConversationsWrite),
        _ => Need::Everything,
    }
}

/// What a request on a socket needs.
pub(in crate::web) const fn required_by_socket(request: &Request) -> Scope {
    if writes(request) {
        Scope::ConversationsWrite
    } else {
        Scope::ConversationsRead
    }
}

fn out_of_reach(needs: &str) -> Reject {
    Reject::new(
        Code::Forbidden,
        format!("This API key does not reach that far: it needs {needs}."),
    )
}

fn must_enrol() -> Reject {
    Reject::new(
        Code::SecondFactorRequired,
        "Your role requires a second factor: add one at /api/v1/auth/totp first.",
    )
}

/// Whether a credential may open a socket: with any scope about conversations.
///
/// # Errors
/// `forbidden`, `second_factor_required`.
pub(in crate::web) fn permit_socket(caller: &Caller) -> Result<(), Reject> {
    if caller.reach.includes(Scope::ConversationsWrite) {
        return Ok(());
    }
    permit(&caller.reach, Scope::ConversationsRead)
}

/// Whether a credential reaches a scope.
///
/// # Errors
/// `forbidden`, `second_factor_required`.
pub(in crate::web) fn permit(reach: &Reach, scope: Scope) -> Result<(), Reject> {
    match reach {
        Reach::Enrolment => Err(must_enrol()),
        _ if reach.includes(scope) => Ok(()),
        _ => Err(out_of_reach(&format!("the scope {}", scope.as_str()))),
    }
}

/// Whether a credential reaches the route of a request.
///
/// # Errors
/// `forbidden`, `second_factor_required`.
pub(super) fn check(caller: &Caller, req: &HttpRequest) -> Result<(), Reject> {
    let pattern = req.match_pattern().unwrap_or_default();
    match (needed(req.method(), &pattern), &caller.reach) {
        (_, Reach::Everything) | (Need::Own, Reach::Enrolment) => Ok(()),
        (Need::Scope(scope), reach) => permit(reach, scope),
        (Need::Everything, Reach::Enrolment) => Err(must_enrol()),
        (Need::Own | Need::Everything, Reach::Scopes(_)) => {
            Err(out_of_reach("a person who is signed in"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_that_an_api_key_reaches_is_listed_here() {
        let mut open = Vec::new();
        for (method, pattern) in super::super::super::routes::ALL {
            let parsed: Method = method.to_uppercase().parse().expect("a method");
            if let Need::Scope(scope) = needed(&parsed, pattern) {
                open.push(format!("{} {method} {pattern}", scope.as_str()));
            }
        }
        let reads = |scope: &str| open.iter().filter(|l| l.starts_with(scope)).count();
        assert_eq!(reads("audit:read"), 2);
        assert_eq!(reads("config:read"), 4);
        assert_eq!(reads("config:write"), 5);
        let written: Vec<&String> = open
            .iter()
            .filter(|l| l.contains("conversations:write get"))
            .collect();
        assert!(written.is_empty(), "{written:?}");
        let account = |l: &&String| {
            l.contains("/auth/") || l.contains("api-keys") || l.contains("/agents/{id}/")
        };
        let accounts: Vec<&String> = open
            .iter()
            .filter(account)
            .filter(|l| !l.contains("/config/"))
            .collect();
        assert!(accounts.is_empty(), "{accounts:?}");
    }

    #[test]
    fn what_nobody_listed_is_closed_to_api_keys() {
        for (method, pattern) in [
            (Method::GET, "/api/v1/something/new"),
            (Method::DELETE, "/api/v1/audit"),
            (Method::GET, "/elsewhere"),
            (Method::POST, "/api/v1/api-keys"),
        ] {
            assert_eq!(needed(&method, pattern), Need::Everything, "{pattern}");
        }
        assert_eq!(needed(&Method::GET, "/api/v1/auth/session"), Need::Own);
    }
}
