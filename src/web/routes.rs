//! Every address of the server, on one screen.

use actix_web::{Route, guard, web};

use super::api::{
    actions, agents, audit, authentication, config, conversations, customers, devices, lists,
    messages, quick_replies, routing, statistics, widgets, work, workplace,
};
use super::staff::{account, keys, provider, sessions, sign_in};
use super::{demo, openapi, operations, pages, refusal, session};
use crate::limits;

macro_rules! routes {
    ($($path:literal { $($method:ident => $handler:path),+ $(,)? })+) => {
        /// Method and path of each route, for the tests that compare them with the OpenAPI
        /// document and with the table of who may call them.
        pub const ALL: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        fn resources(cfg: &mut web::ServiceConfig) {
            $(cfg.service(
                web::resource(patterns($path))
                    $(.route(route(stringify!($method), $path).to($handler)))+
                    .default_service(otherwise($path)),
            );)+
        }
    };
}

/// Pages that go on below their address: what follows is for the page to read.
const GO_ON: [&str; 2] = ["/desk", "/admin"];

fn patterns(path: &str) -> Vec<String> {
    let mut patterns = vec![path.to_owned()];
    if GO_ON.contains(&path) {
        patterns.push(format!("{path}/{{rest:.*}}"));
    }
    patterns
}

/// What a page is made of, and the page itself; the demo's too.
fn is_of_pages(path: &str) -> bool {
    ["/desk", "/admin", "/demo", "/widget", "/pages/"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// What answers any other method.
fn otherwise(path: &str) -> Route {
    if path.starts_with("/demo") {
        web::to(demo::wrong_method)
    } else {
        web::to(refusal::wrong_method)
    }
}

/// Files are asked for by their heads alone as well, by caches and by those who look whether a
/// link still leads somewhere.
fn route(method: &str, path: &str) -> Route {
    match method {
        "get" if is_of_pages(path) => {
            web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
        }
        "get" => web::get(),
        "post" => web::post(),
        "put" => web::put(),
        "delete" => web::delete(),
        // No such word stands in the list below; a test compares it with the document.
        _ => web::route().guard(guard::fn_guard(|_| false)),
    }
}

routes! {
    "/"                                             { get => operations::index }
    "/docs/errors"                                  { get => operations::errors }
    "/healthz"                                      { get => operations::healthz }
    "/readyz"                                       { get => operations::readyz }
    "/metrics"                                      { get => operations::metrics }
    "/ws/customer"                                  { get => session::customer }
    "/ws/agent"                                     { get => session::agent }
    "/desk"                                         { get => pages::desk }
    "/admin"                                        { get => pages::admin }
    "/widget.js"                                    { get => pages::loader }
    "/widget/{id}"                                  { get => pages::widget }
    "/pages/{part}/{file}"                          { get => pages::file }
    "/pages/{part}/assets/{file}"                   { get => pages::asset }
    "/demo"                                         { get => demo::shop }
    "/demo/both"                                    { get => demo::both }
    "/demo/customers"                               { get => demo::customers }
    "/demo/token"                                   { post => demo::token }
    "/demo/agents"                                  { get => demo::agents }
    "/api/v1/widgets/{id}"                          { get => widgets::view }
    "/api/v1/openapi.json"                          { get => openapi::document }
    "/api/v1/me"                                    { get => agents::me }
    "/api/v1/me/presence"                           { put => agents::presence }
    "/api/v1/floor"                                 { get => agents::floor }
    "/api/v1/audit"                                 { get => audit::list }
    "/api/v1/audit/export"                          { get => audit::export }
    "/api/v1/config"                                { get => config::read, put => config::apply }
    "/api/v1/config/schema.json"                    { get => config::schema }
    "/api/v1/config/agents/{id}/secret"             { post => config::renew_secret }
    "/api/v1/config/authentication/{id}/test"       { post => authentication::test }
    "/api/v1/config/{kind}"                         { get => config::list }
    "/api/v1/config/{kind}/{id}"                    { get => config::view, put => config::put, delete => config::remove }
    "/api/v1/conversations"                         { get => conversations::list, post => conversations::start }
    "/api/v1/conversations/counts"                  { get => lists::counts }
    "/api/v1/conversations/bulk"                    { post => lists::bulk }
    "/api/v1/conversations/{id}"                    { get => conversations::view }
    "/api/v1/conversations/{id}/explanation"        { get => conversations::explanation }
    "/api/v1/conversations/{id}/messages"           { get => messages::history, post => messages::post }
    "/api/v1/conversations/{id}/events"             { get => messages::events }
    "/api/v1/conversations/{id}/marks"              { post => messages::mark }
    "/api/v1/conversations/{id}/typing"             { post => messages::typing }
    "/api/v1/conversations/{id}/accept"             { post => actions::accept }
    "/api/v1/conversations/{id}/reject"             { post => actions::reject }
    "/api/v1/conversations/{id}/pick"               { post => actions::pick }
    "/api/v1/conversations/{id}/reopen"             { post => actions::reopen }
    "/api/v1/conversations/{id}/park"               { post => actions::park }
    "/api/v1/conversations/{id}/release"            { post => actions::release }
    "/api/v1/conversations/{id}/end"                { post => actions::end }
    "/api/v1/conversations/{id}/finish"             { post => actions::finish }
    "/api/v1/conversations/{id}/force-close"        { post => actions::force_close }
    "/api/v1/conversations/{id}/transfer"           { post => actions::transfer }
    "/api/v1/conversations/{id}/assign"             { post => actions::assign }
    "/api/v1/conversations/{id}/notes"              { get => work::notes, post => work::note }
    "/api/v1/conversations/{id}/tags"               { post => work::tag }
    "/api/v1/conversations/{id}/subject"            { put => work::subject }
    "/api/v1/conversations/{id}/consult"            { post => work::consult }
    "/api/v1/conversations/{id}/consult-add"        { post => work::consult_add }
    "/api/v1/conversations/{id}/consult-end"        { post => work::consult_end }
    "/api/v1/conversations/{id}/place"              { get => routing::place }
    "/api/v1/customers/{id}"                        { get => customers::view, delete => customers::erase }
    "/api/v1/devices"                               { post => devices::name }
    "/api/v1/devices/renew"                         { post => devices::renew }
    "/api/v1/devices/link"                          { post => devices::link }
    "/api/v1/devices/{id}"                          { get => devices::view, delete => devices::revoke }
    "/api/v1/routing/explain"                       { post => routing::explain }
    "/api/v1/quick-replies"                         { get => quick_replies::list }
    "/api/v1/company"                               { get => workplace::company }
    "/api/v1/auth/methods"                          { get => sign_in::methods }
    "/api/v1/statistics"                            { get => statistics::statistics }
    "/api/v1/auth/sign-in"                          { post => sign_in::sign_in }
    "/api/v1/auth/sign-out"                         { post => sign_in::sign_out }
    "/api/v1/auth/session"                          { get => sign_in::session }
    "/api/v1/auth/sessions"                         { get => sessions::own }
    "/api/v1/auth/sessions/{session}"               { delete => sessions::end_own }
    "/api/v1/auth/password"                         { put => account::password }
    "/api/v1/auth/totp"                             { post => account::enrol }
    "/api/v1/auth/totp/confirm"                     { post => account::confirm }
    "/api/v1/auth/totp/remove"                      { post => account::remove }
    "/api/v1/auth/recovery-codes"                   { post => account::recovery_codes }
    "/api/v1/auth/provider"                         { get => provider::begin }
    "/api/v1/auth/provider/callback"                { get => provider::callback }
    "/api/v1/agents/{id}/sessions"                  { get => sessions::of_agent, delete => sessions::end_all }
    "/api/v1/agents/{id}/sessions/{session}"        { delete => sessions::end_one }
    "/api/v1/agents/{id}/password"                  { put => account::set_password, delete => account::remove_password }
    "/api/v1/agents/{id}/totp"                      { delete => account::remove_factor }
    "/api/v1/api-keys"                              { get => keys::list, post => keys::add }
    "/api/v1/api-keys/{id}"                         { delete => keys::revoke }
}

/// Adds every route, with the limits and refusals of inputs. [`super::WebState`] must be app data.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.app_data(
        web::JsonConfig::default()
            .limit(limits::FRAME_BYTES_MAX)
            .error_handler(refusal::json),
    )
    // A company file is larger than any frame; who may send one is proven before it is read.
    .app_data(web::PayloadConfig::new(limits::COMPANY_FILE_BYTES_MAX))
    .app_data(web::QueryConfig::default().error_handler(refusal::query))
    .app_data(web::PathConfig::default().error_handler(refusal::path));
    resources(cfg);
    cfg.default_service(web::to(refusal::unknown_path));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::http::{Method, StatusCode};
    use actix_web::{App, test};
    use serde_json::Value;

    use super::*;

    fn fill(path: &str) -> String {
        path.replace("{kind}", "queues")
            .replace("{id}", "018bcfe5-687b-7fff-bfff-ffffffffffff")
    }

    async fn call(method: Method, path: &str) -> (StatusCode, Value) {
        let app = test::init_service(App::new().configure(configure)).await;
        let request = test::TestRequest::default()
            .method(method)
            .uri(path)
            .to_request();
        let answer = test::call_service(&app, request).await;
        let status = answer.status();
        let body = test::read_body(answer).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[actix_web::test]
    async fn every_route_is_in_the_openapi_document_and_vice_versa() {
        let document = serde_json::to_value(openapi::build()).expect("a document");
        assert!(
            document["openapi"]
                .as_str()
                .is_some_and(|v| v.starts_with("3.1"))
        );
        let paths = document["paths"].as_object().expect("paths");
        let documented: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().expect("operations").keys();
                methods
                    .map(|m| (m.clone(), path.clone()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let routed: BTreeSet<_> = ALL
            .iter()
            .map(|(m, p)| ((*m).to_owned(), (*p).to_owned()))
            .collect();
        assert_eq!(routed, documented);
    }

    #[actix_web::test]
    async fn every_reference_in_the_openapi_document_leads_somewhere() {
        fn visit<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|v| visit(v, found));
                }
                Value::Array(items) => items.iter().for_each(|v| visit(v, found)),
                _ => {}
            }
        }
        let document = serde_json::to_value(openapi::build()).expect("a document");
        let mut references = Vec::new();
        visit(&document, &mut references);
        assert!(references.len() > 20);
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("local");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[actix_web::test]
    async fn every_route_of_the_api_but_the_document_wants_credentials() {
        // Where credentials are shown or given for the first time.
        let doors = [
            "/api/v1/devices",
            "/api/v1/widgets/{id}",
            "/api/v1/auth/methods",
            "/api/v1/auth/sign-in",
            "/api/v1/auth/provider",
            "/api/v1/auth/provider/callback",
        ];
        for (method, path) in ALL
            .iter()
            .filter(|(_, p)| p.starts_with("/api/") && !p.ends_with(".json") && !doors.contains(p))
        {
            let method = method.to_uppercase().parse().expect("a method");
            let (status, body) = call(method, &fill(path)).await;
            assert_eq!(
                (status.as_u16(), &body["error"]["code"]),
                (401, &Value::from("unauthenticated")),
                "{path}"
            );
        }
    }

    #[actix_web::test]
    async fn whatever_leads_nowhere_is_a_typed_refusal() {
        let cases = [
            (Method::GET, "/api/v1/nothing", 404, "not_found"),
            (Method::GET, "/nothing", 404, "not_found"),
            (
                Method::DELETE,
                "/api/v1/conversations",
                405,
                "invalid_request",
            ),
            (
                Method::GET,
                "/api/v1/conversations/018bcfe5-687b-7fff-bfff-ffffffffffff/park",
                405,
                "invalid_request",
            ),
        ];
        for (method, path, status, code) in cases {
            let (got, body) = call(method, path).await;
            assert_eq!(
                (got.as_u16(), &body["error"]["code"]),
                (status, &Value::from(code)),
                "{path}"
            );
        }
    }
}
