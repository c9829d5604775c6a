//! Proof that a customer calls: by a token of the company's own system, or of their device. Waits, but not for
//! long, where the keys for it have to be asked for first.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use tokio::time::timeout;

use super::auth::{admit, bearer, forbidden, is_agent_form};
use super::devices::{self, is_device_form};
use super::front::Caller;
use super::proof::Proof;
use super::tokens::{NotProven, authenticate_customer};
use super::{ApiError, WebState};
use crate::domain::reject::Reject;
use crate::engine::request::Principal;
use crate::limits;

/// A customer with a good token, and what it proves.
#[derive(Debug, Clone)]
pub struct CustomerAuth(pub Proof);

impl FromRequest for CustomerAuth {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let proving = async |state: &WebState| {
                let token = bearer(&req)?;
                if is_agent_form(token) {
                    return Err(forbidden());
                }
                prove(state, token, Caller::of(&req).ip).await
            };
            let customer = |proof: &Proof| Principal::Customer(proof.customer.clone());
            Ok(Self(admit(&req, proving, customer).await?))
        })
    }
}

/// Verifies what a customer brings from an address.
///
/// # Errors
/// `token_invalid`, `token_expired`.
pub async fn prove(state: &WebState, token: &str, from: IpAddr) -> Result<Proof, Reject> {
    if is_device_form(token) {
        return devices::prove(state, token, from).await;
    }
    let look = || {
        let (company, now) = (state.gateway.company(), state.gateway.now());
        authenticate_customer(&company, &state.keys, token, now)
    };
    let NotProven { reject, ask } = match look() {
        Ok(proof) => return Ok(proof),
        Err(not_proven) => *not_proven,
    };
    if ask.is_empty() {
        return Err(reject);
    }
    let mut tried = std::pin::pin!(state.keys.tried());
    tried.as_mut().enable();
    if !state.keys.want(&ask, state.gateway.now()) {
        return Err(reject);
    }
    // Whoever waits in vain is refused as before.
    let _ = timeout(Duration::from_millis(limits::JWKS_WAIT_MAX.0), tried).await;
    look().map_err(|not_proven| not_proven.reject)
}
