//! Who works here, on what.

use actix_web::{HttpResponse, web};

use super::ask;
use crate::engine::request::{Reply, Request};
use crate::web::auth::AgentAuth;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;
use crate::wire::workplace::CompanyBody;

/// Agents, queues, workstreams and widgets by name: for whoever chooses among them.
#[utoipa::path(get, path = "/api/v1/company", tag = "agents", security(("bearer" = [])), responses(
    (status = 200, body = CompanyBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn company(
    auth: AgentAuth,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let Reply::Company(view) = ask(&state, auth, Request::Company).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(CompanyBody::from(&*view)))
}
