//! What agents say often.

use actix_web::{HttpResponse, web};

use super::ask;
use crate::engine::request::Reply;
use crate::web::auth::AgentAuth;
use crate::web::{ApiError, WebState};
use crate::wire::quick_replies::{self, QuickRepliesBody, QuickRepliesQuery};
use crate::wire::rest::ErrorBody;

/// Quick replies: for a conversation ready to be sent, otherwise as written.
#[utoipa::path(get, path = "/api/v1/quick-replies", tag = "agents", params(QuickRepliesQuery),
    security(("bearer" = [])), responses(
    (status = 200, body = QuickRepliesBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn list(
    auth: AgentAuth,
    state: web::Data<WebState>,
    query: web::Query<QuickRepliesQuery>,
) -> Result<HttpResponse, ApiError> {
    let request = quick_replies::request(query.conversation);
    let Reply::QuickReplies(views) = ask(&state, auth, request).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(QuickRepliesBody {
        quick_replies: views.iter().map(Into::into).collect(),
    }))
}
