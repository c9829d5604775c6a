//! For operators and the curious: health, readiness, metrics, addresses.

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};

use super::{ApiError, WebState};
use crate::domain::reject::Reject;

const INDEX: &str = "\
linger, a persistent-chat server

/desk                  the agent desk; supervisors have the floor there
/admin                 the console of admins
/widget.js             what a company's page embeds
/ws/customer           WebSocket for customers (subprotocol linger.v1)
/ws/agent              WebSocket for agents
/api/v1                the same over HTTP
/api/v1/openapi.json   its description
/docs/errors           every refusal: what it means, what to do
/healthz /readyz       alive; takes work
/metrics               for Prometheus
";

/// The addresses of the server; a browser is sent on to the desk, or to the demo's shop.
#[utoipa::path(get, path = "/", tag = "operations", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 303, description = "A browser: to the page for people")))]
pub(super) async fn index(request: HttpRequest, state: web::Data<WebState>) -> HttpResponse {
    let accepts = request.headers().get(header::ACCEPT);
    let accepts = accepts.and_then(|h| h.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let page = if state.demo.is_some() {
            "/demo"
        } else {
            "/desk"
        };
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, page))
            .finish();
    }
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(INDEX)
}

/// Every refusal: what it means and what to do.
#[utoipa::path(get, path = "/docs/errors", tag = "operations", responses((status = 200, body = String, content_type = "text/markdown")))]
pub(super) async fn errors() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .body(include_str!("../../docs/errors.md"))
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body("alive\n")
}

/// New work is taken: started, store healthy, not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 503, description = "Not now", body = crate::wire::rest::ErrorBody),
))]
pub(super) async fn readyz(state: web::Data<WebState>) -> Result<HttpResponse, ApiError> {
    if state.gateway.ready() {
        Ok(HttpResponse::Ok()
            .content_type(ContentType::plaintext())
            .body("ready\n"))
    } else {
        Err(Reject::unavailable().into())
    }
}

/// Metrics in the text format that Prometheus reads.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub(super) async fn metrics(state: web::Data<WebState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(state.telemetry.encode())
}
