//! The OpenAPI 3.1 document, made from the handlers and bodies themselves.

use actix_web::HttpResponse;
use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::api::{
    actions, agents, audit, authentication, config, conversations, customers, devices, lists,
    messages, quick_replies, routing, statistics, widgets, work, workplace,
};
use super::staff::{account, keys, provider, sessions, sign_in};
use super::{demo, operations, pages, session};
use crate::config::schema_for_openapi;

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
        pages::desk,
        pages::admin,
        pages::loader,
        pages::widget,
        pages::file,
        pages::asset,
        demo::shop,
        demo::both,
        demo::customers,
        demo::token,
        demo::agents,
        widgets::view,
        document,
        agents::me,
        agents::presence,
        agents::floor,
        audit::list,
        audit::export,
        config::read,
        config::apply,
        config::schema,
        config::renew_secret,
        authentication::test,
        config::list,
        config::view,
        config::put,
        config::remove,
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
        work::note,
        work::notes,
        work::tag,
        work::subject,
        work::consult,
        work::consult_add,
        work::consult_end,
        lists::counts,
        lists::bulk,
        routing::place,
        routing::explain,
        quick_replies::list,
        workplace::company,
        statistics::statistics,
        customers::view,
        customers::erase,
        devices::name,
        devices::renew,
        devices::link,
        devices::view,
        devices::revoke,
        sign_in::methods,
        sign_in::sign_in,
        sign_in::sign_out,
        sign_in::session,
        sessions::own,
        sessions::end_own,
        sessions::of_agent,
        sessions::end_all,
        sessions::end_one,
        account::password,
        account::enrol,
        account::confirm,
        account::remove,
        account::recovery_codes,
        account::set_password,
        account::remove_password,
        account::remove_factor,
        keys::list,
        keys::add,
        keys::revoke,
        provider::begin,
        provider::callback,
    ),
    modifiers(&Bearer),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "Customers: their JWT, or the token of their device. People of the company: a session's token, an API key, or `ID:SECRET`.",
            ))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        // Where the server is reached over TLS, the name begins with `__Host-`.
        let cookie = ApiKey::Cookie(ApiKeyValue::new("linger_session"));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    }
}

/// The document, with the company file's own schemas among its components.
pub(super) fn build() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.extend(schema_for_openapi());
    }
    document
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operations", responses((status = 200, body = Object)))]
pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok().json(build())
}
