//! Agents: the caller, their presence, the floor.

use actix_web::{HttpResponse, web};

use super::ask;
use crate::engine::request::{Reply, Request};
use crate::web::auth::{AgentAuth, SupervisorAuth};
use crate::web::{ApiError, WebState};
use crate::wire::body::{AgentBody, FloorBody};
use crate::wire::rest::{ErrorBody, PresenceBody};

/// The caller's presence, load and conversations.
#[utoipa::path(get, path = "/api/v1/me", tag = "agents", security(("bearer" = [])), responses(
    (status = 200, body = AgentBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn me(
    auth: AgentAuth,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let Reply::Agent(view) = ask(&state, auth, Request::Me).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(AgentBody::from(&view)))
}

/// Set the own presence.
#[utoipa::path(put, path = "/api/v1/me/presence", tag = "agents", request_body = PresenceBody,
    security(("bearer" = [])), responses(
    (status = 200, body = PresenceBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn presence(
    auth: AgentAuth,
    state: web::Data<WebState>,
    body: web::Json<PresenceBody>,
) -> Result<HttpResponse, ApiError> {
    ask(&state, auth, Request::SetPresence(body.presence.into())).await?;
    Ok(HttpResponse::Ok().json(body.into_inner()))
}

/// Every agent and queue.
#[utoipa::path(get, path = "/api/v1/floor", tag = "agents", security(("bearer" = [])), responses(
    (status = 200, body = FloorBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn floor(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let Reply::Floor(view) = ask(&state, auth, Request::Floor).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(FloorBody::from(&view)))
}
