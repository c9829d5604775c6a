//! The OpenAPI 3.1 document, made from the handlers and bodies themselves.

use actix_web::HttpResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::api::{actions, agents, conversations, messages, quick_replies};
use super::{operations, session};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "linger",
        description = "Persistent chat. The same as the WebSocket protocol `linger.v1`, for curl, bots and blocked sockets. \
                       Times are milliseconds since 1970-01-01T00:00:00Z. Every refusal is described at /docs/errors.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        operations::index,
        operations::errors,
        operations::healthz,
        operations::readyz,
        operations::metrics,
        session::customer,
        session::agent,
        document,
        agents::me,
        agents::presence,
        agents::floor,
        conversations::list,
        conversations::start,
        conversations::view,
        conversations::explanation,
        messages::history,
        messages::post,
        messages::events,
        messages::mark,
        messages::typing,
        actions::accept,
        actions::reject,
        actions::pick,
        actions::reopen,
        actions::park,
        actions::release,
        actions::end,
        actions::finish,
        actions::force_close,
        actions::transfer,
        actions::assign,
        quick_replies::list,
    ),
    modifiers(&Bearer),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Customers: their JWT. Agents: `ID:SECRET`."))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The document.
pub(super) fn build() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operations", responses((status = 200, body = Object)))]
pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok().json(build())
}
