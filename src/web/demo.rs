//! What only `linger demo` serves: a shop page with a widget, tokens for its customers, and who can
//! sign in to the desk. In a real company its own web site makes the tokens, and nobody
//! publishes passwords.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};

use super::front::Caller;
use super::headers::{Directive, Policy, Source};
use super::{ApiError, WebState, pages, refusal};
use crate::domain::reject::{Code, Reject};
use crate::wire::demo::{DemoAgentsBody, DemoCustomersBody, DemoTokenBody, DemoTokenForBody};
use crate::wire::rest::ErrorBody;

/// Signs a customer in: their token, and until when it is good, in milliseconds since 1970.
pub type Sign = Box<dyn Fn(&str) -> Option<(String, i64)> + Send + Sync>;

/// What the demo's pages are told.
pub struct DemoSite {
    /// Its customers.
    pub customers: DemoCustomersBody,
    /// Who can sign in to the desk and the console.
    pub agents: DemoAgentsBody,
    /// Makes tokens.
    pub sign: Sign,
}

impl std::fmt::Debug for DemoSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoSite").finish_non_exhaustive()
    }
}

impl DemoCustomersBody {
    /// Whether it is one of them.
    fn has(&self, customer: &str) -> bool {
        self.customers.iter().any(|c| c.id == customer)
    }
}

/// The demo of this server, for somebody at this machine: what it gives away is for them alone.
fn site<'a>(state: &'a WebState, request: &HttpRequest) -> Result<&'a DemoSite, ApiError> {
    let site = state.demo.as_deref().ok_or_else(refusal::nowhere)?;
    sits_here(Caller::of(request).ip)?;
    Ok(site)
}

fn sits_here(ip: IpAddr) -> Result<(), Reject> {
    // A socket for both families writes the loopback of the older one in a form of its own.
    if ip.to_canonical().is_loopback() {
        return Ok(());
    }
    Err(Reject::new(
        Code::Forbidden,
        "The demo's customers and passwords are for whoever sits at its machine; open it there.",
    ))
}

/// An address of the demo with another method.
pub(super) async fn wrong_method(state: web::Data<WebState>) -> Result<HttpResponse, ApiError> {
    state.demo.as_ref().ok_or_else(refusal::nowhere)?;
    refusal::wrong_method().await
}

/// The demo's shop.
#[utoipa::path(get, path = "/demo", tag = "demo", responses(
    (status = 200, body = String, content_type = "text/html"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(super) async fn shop(state: web::Data<WebState>) -> Result<HttpResponse, ApiError> {
    state.demo.as_ref().ok_or_else(refusal::nowhere)?;
    let policy = Policy::page().allow(Directive::Ancestors, [Source::Own]);
    pages::page(&state, "demo/shop.html", policy)
}

/// The demo's shop and the desk, side by side.
#[utoipa::path(get, path = "/demo/both", tag = "demo", responses(
    (status = 200, body = String, content_type = "text/html"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(super) async fn both(state: web::Data<WebState>) -> Result<HttpResponse, ApiError> {
    state.demo.as_ref().ok_or_else(refusal::nowhere)?;
    pages::page(&state, "demo/both.html", Policy::page())
}

/// Who can be a customer in the demo.
#[utoipa::path(get, path = "/demo/customers", tag = "demo", responses(
    (status = 200, body = DemoCustomersBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(super) async fn customers(
    request: HttpRequest,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(&site(&state, &request)?.customers))
}

/// Be a customer of the demo.
#[utoipa::path(post, path = "/demo/token", tag = "demo", request_body = DemoTokenForBody, responses(
    (status = 200, body = DemoTokenBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(super) async fn token(
    request: HttpRequest,
    state: web::Data<WebState>,
    body: Result<web::Json<DemoTokenForBody>, actix_web::Error>,
) -> Result<HttpResponse, actix_web::Error> {
    let site = site(&state, &request)?;
    // Not before: where there is no demo, a bad body leads nowhere as well.
    let body = body?;
    if !site.customers.has(&body.customer) {
        let sentence = "There is no such customer in the demo; see /demo/customers.";
        return Err(ApiError::from(Reject::new(Code::NotFound, sentence)).into());
    }
    let signed = (site.sign)(&body.customer);
    let (token, expires) = signed.ok_or_else(|| ApiError::from(Reject::unavailable()))?;
    Ok(HttpResponse::Ok().json(DemoTokenBody { token, expires }))
}

/// Who can sign in to the demo's desk and console.
#[utoipa::path(get, path = "/demo/agents", tag = "demo", responses(
    (status = 200, body = DemoAgentsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(super) async fn agents(
    request: HttpRequest,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(&site(&state, &request)?.agents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_demo_gives_away_is_given_to_its_own_machine_alone() {
        let sits = |ip: &str| sits_here(ip.parse().expect("an address")).is_ok();
        for here in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(sits(here), "{here}");
        }
        for there in [
            "0.0.0.0",
            "10.0.0.7",
            "192.168.1.2",
            "::",
            "fe80::1",
            "::ffff:10.0.0.7",
        ] {
            assert!(!sits(there), "{there}");
        }
    }
}
