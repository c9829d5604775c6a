//! People of the company: by which credential somebody is here, and how far that reaches.
//!
//! | file | what |
//! |---|---|
//! | `secret.rs` | `ID:SECRET`, the key that an agent has from the start |
//! | `passwords.rs`, `codes.rs` | argon2id; the second factor and its recovery codes |
//! | `cookie.rs` | sign-ins of browsers, and what keeps other sites from using them |
//! | `reach.rs` | which scope each route and request needs |
//! | `door.rs` | what sign-ins share: tries, hashing, settings |
//! | `sign_in.rs`, `sessions.rs`, `account.rs`, `keys.rs`, `provider.rs` | the routes |
//!
//! Tokens are 256 random bits with a mark in front (`ls_` a sign-in, `lk_` an API key); what is kept
//! is their SHA-256. None of them is ever logged, or in an address.

pub(super) mod account;
mod codes;
pub(super) mod cookie;
mod door;
pub(super) mod keys;
pub mod passwords;
pub(super) mod provider;
mod reach;
mod secret;
pub(super) mod sessions;
pub(super) mod sign_in;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::auth::{admit, forbidden};
use super::front;
use super::secret::secret_sha256;
use super::tokens::TOKEN_BYTES_MAX;
use super::{ApiError, WebState};
use crate::actors::Gateway;
use crate::domain::audit::{KeyName, Trail};
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Caller, Grant, short_name};
use crate::engine::request::Principal;

pub use door::StaffDoor;
pub(super) use reach::{permit, permit_socket, required_by_socket};
pub use secret::authenticate_agent;

/// What a sign-in's token begins with.
const SIGN_IN_MARK: &str = "ls_";
/// What an API key begins with.
const API_KEY_MARK: &str = "lk_";

/// Whether a text is meant as a credential of the company's people.
pub(super) fn is_staff_form(token: &str) -> bool {
    token.contains(':') || token.starts_with(SIGN_IN_MARK) || token.starts_with(API_KEY_MARK)
}

/// What came with a request.
pub(super) enum Presented {
    /// A person of the company, proven, whose credential reaches this route.
    Staff(Caller),
    /// A token of another form, for somebody else to judge.
    Other(String),
}

fn missing() -> Reject {
    Reject::new(Code::Unauthenticated, "Send `Authorization: Bearer TOKEN`.")
}

/// What a request brings, and whether as the cookie of a browser.
///
/// # Errors
/// `unauthenticated`: nothing.
pub(super) fn brought(req: &HttpRequest) -> Result<(String, bool), Reject> {
    Ok(match bearer(req)? {
        Some(token) => (token, false),
        None => (cookie::token(req).ok_or_else(missing)?, true),
    })
}

/// Who sent a request: by its bearer token, else by the cookie of a browser.
pub(super) fn presented(req: &HttpRequest) -> Result<Presented, Reject> {
    let (token, by_cookie) = brought(req)?;
    if !by_cookie && !is_staff_form(&token) {
        return Ok(Presented::Other(token));
    }
    if by_cookie {
        cookie::check_origin(req)?;
    }
    let state = req
        .app_data::<web::Data<WebState>>()
        .ok_or_else(Reject::unavailable)?;
    let caller = authenticate(&state.gateway, &token)?;
    let by_sign_in = matches!(caller.grant, Grant::SignIn(_));
    if by_cookie && !by_sign_in {
        return Err(missing());
    }
    // For the audit, should this be refused.
    let trail = trail(&front::Caller::of(req), &caller.grant);
    req.extensions_mut().insert(trail.who(&caller.agent));
    reach::check(&caller, req)?;
    Ok(Presented::Staff(caller))
}

/// Which way somebody came who has this credential.
pub(super) fn trail(caller: &front::Caller, grant: &Grant) -> Trail {
    let api_key = match grant {
        Grant::ApiKey(key) => KeyName::parse(short_name(key)),
        Grant::SignIn(_) | Grant::Secret(_) => None,
    };
    Trail {
        from: Some(caller.ip),
        api_key,
    }
}

/// The bearer token, if there is an `Authorization` at all.
fn bearer(req: &HttpRequest) -> Result<Option<String>, Reject> {
    let Some(value) = req.headers().get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| Some(token.trim().to_owned()))
        .ok_or_else(missing)
}

/// Verifies any credential of the company's people, and notes that it is in use.
///
/// # Errors
/// `token_invalid`, `token_expired`.
pub(super) fn authenticate(gateway: &Gateway, token: &str) -> Result<Caller, Reject> {
    let company = gateway.company();
    let now = gateway.now();
    if token.len() > TOKEN_BYTES_MAX || token.contains(':') {
        return authenticate_agent(&company, token);
    }
    let key = secret_sha256(token);
    if token.starts_with(API_KEY_MARK) {
        return gateway
            .staff()
            .read(|roll| roll.with_api_key(&key, &company, now));
    }
    let caller = gateway
        .staff()
        .read(|roll| roll.signed_in(&key, &company, now))?;
    gateway.note_use(&key);
    Ok(caller)
}

/// Whether the credential of an open socket still holds, and notes that it is in use.
///
/// # Errors
/// `token_invalid`, `token_expired`.
pub(super) fn still_holds(gateway: &Gateway, caller: &Caller) -> Result<(), Reject> {
    let (company, now) = (gateway.company(), gateway.now());
    gateway
        .staff()
        .still_holds(&caller.agent, &caller.grant, &company, now)?;
    if let Grant::SignIn(key) = &caller.grant {
        gateway.note_use(key);
    }
    Ok(())
}

/// A person of the company with the credential that they came with, for what concerns
/// credentials themselves.
#[derive(Debug, Clone)]
pub(super) struct StaffAuth(pub(super) Caller, pub(super) Trail);

impl FromRequest for StaffAuth {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let proving = async |_: &WebState| match presented(&req)? {
                Presented::Staff(caller) => Ok(caller),
                Presented::Other(_) => Err(forbidden()),
            };
            let agent = |caller: &Caller| Principal::Agent {
                id: caller.agent.clone(),
                role: caller.role,
            };
            let caller = admit(&req, proving, agent).await?;
            let trail = trail(&front::Caller::of(&req), &caller.grant);
            Ok(Self(caller, trail))
        })
    }
}
