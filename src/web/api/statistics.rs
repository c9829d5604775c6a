//! What was counted.

use actix_web::{HttpResponse, web};

use crate::web::auth::SupervisorAuth;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;
use crate::wire::statistics::{StatisticsBody, StatisticsQuery};

/// What was counted, step by step and by workstream (supervisors).
#[utoipa::path(get, path = "/api/v1/statistics", tag = "agents", params(StatisticsQuery),
    security(("bearer" = [])), responses(
    (status = 200, body = StatisticsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn statistics(
    _auth: SupervisorAuth,
    state: web::Data<WebState>,
    query: web::Query<StatisticsQuery>,
) -> Result<HttpResponse, ApiError> {
    let (step, chart) = query.check(state.gateway.now())?;
    let chart = state.gateway.statistics(chart).await?;
    Ok(HttpResponse::Ok().json(StatisticsBody::of(step, &chart)))
}
