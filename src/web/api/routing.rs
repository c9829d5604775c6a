//! Routing: what would come of a start, and a customer's place in line.

use actix_web::{HttpResponse, web};

use super::{ask, ask_about};
use crate::domain::ids::ConversationId;
use crate::engine::request::{Ask, Reply, Request};
use crate::web::auth::{AnyAuth, SupervisorAuth};
use crate::web::{ApiError, WebState};
use crate::wire::explain::{PlaceBody, StartExplainedBody, SupposedBody};
use crate::wire::rest::ErrorBody;

/// What would come of a start, rule by rule, without doing anything (supervisors).
#[utoipa::path(post, path = "/api/v1/routing/explain", tag = "routing", request_body = SupposedBody,
    security(("bearer" = [])), responses(
    (status = 200, body = StartExplainedBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn explain(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
    body: web::Json<SupposedBody>,
) -> Result<HttpResponse, ApiError> {
    let supposed = body.into_inner().check()?;
    let request = Request::ExplainStart(Box::new(supposed));
    let Reply::StartExplained(explained) = ask(&state, auth, request).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(StartExplainedBody::from(&*explained)))
}

/// The place in line and the expected wait of a live conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/place", tag = "routing",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = PlaceBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn place(
    auth: AnyAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let Reply::Place { position, wait } = ask_about(&state, auth, *id, Ask::Place).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(PlaceBody {
        position,
        wait_ms: wait.map(|w| w.0),
    }))
}
