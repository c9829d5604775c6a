//! How customers prove who they are, tried out.

use actix_web::{HttpResponse, web};

use crate::domain::ids::AuthenticationId;
use crate::domain::reject::{Code, Reject};
use crate::web::auth::AdminAuth;
use crate::web::{ApiError, WebState, trial};
use crate::wire::rest::ErrorBody;
use crate::wire::trial::{TokenToTryBody, TrialBody};

/// Try a token against a setting, check by check. It lets nobody in.
#[utoipa::path(post, path = "/api/v1/config/authentication/{id}/test", tag = "configuration",
    params(("id" = String, Path, description = "The setting")),
    request_body = TokenToTryBody, security(("bearer" = [])), responses(
    (status = 200, body = TrialBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn test(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
    body: web::Json<TokenToTryBody>,
) -> Result<HttpResponse, ApiError> {
    let company = state.gateway.company();
    let now = state.gateway.now();
    let tried = AuthenticationId::parse(&id)
        .ok()
        .and_then(|id| trial::of(&company, &state.keys, &id, &body.token, now));
    let tried = tried.ok_or_else(|| {
        Reject::new(
            Code::NotFound,
            "There is no such authentication setting; see /api/v1/config/authentication.",
        )
    })?;
    Ok(HttpResponse::Ok().json(tried))
}
