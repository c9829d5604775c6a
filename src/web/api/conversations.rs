//! Conversations: start, list, look, explain.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{ask, ask_about, created_or_ok};
use crate::config::Bucket;
use crate::domain::ids::ConversationId;
use crate::engine::request::{Ask, Reply, Request};
use crate::web::auth::{AgentAuth, AnyAuth, CustomerAuth};
use crate::web::front::Caller;
use crate::web::{ApiError, WebState};
use crate::wire::body::{ViewBody, Viewer};
use crate::wire::journal::{JournalEntry, JournalQuery};
use crate::wire::listing::{ListBody, ListQuery};
use crate::wire::rest::{ErrorBody, JournalBody, StartBody, StartedBody};

/// Start a conversation, or get the unclosed one that exists.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "conversations", request_body = StartBody,
    security(("bearer" = [])), responses(
    (status = 201, description = "Started", body = StartedBody),
    (status = 200, description = "It existed", body = StartedBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn start(
    auth: CustomerAuth,
    caller: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<StartBody>,
) -> Result<HttpResponse, ApiError> {
    let mut start = body.into_inner().check()?;
    let caller = Caller::of(&caller);
    caller
        .origin
        .permit(&state.gateway.company(), start.widget.as_ref())?;
    auth.0.admit(&state.gateway.company(), &mut start)?;
    state
        .limiter
        .take(Bucket::StartsPerAddress, caller.address)?;
    let Reply::Started { view, created, seq } = ask(&state, auth, Request::Start(start)).await?
    else {
        return Err(ApiError::unexpected());
    };
    let conversation = ViewBody::of(&view, Viewer::Customer);
    let body = StartedBody {
        conversation,
        created,
        seq: seq.map(|s| s.0),
    };
    Ok(created_or_ok(created, body))
}

/// Conversations, newest first: a customer's own, closed ones included; for agents their own
/// and the open ones of their queues; for supervisors all.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(ListQuery),
    security(("bearer" = [])), responses(
    (status = 200, body = ListBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn list(
    auth: AnyAuth,
    state: web::Data<WebState>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let viewer = Viewer::from(&auth.0.principal);
    let filter = query.into_inner().check()?;
    let Reply::List(page) = ask(&state, auth, Request::List(filter)).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(ListBody::of(&page, viewer)))
}

/// The state of one conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn view(
    auth: AnyAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let viewer = Viewer::from(&auth.0.principal);
    let Reply::View(view) = ask_about(&state, auth, *id, Ask::View).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(ViewBody::of(&view, viewer)))
}

/// A page of the journal: every event with its time, assignments with their explanation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/explanation", tag = "conversations",
    params(("id" = String, Path, description = "The conversation"), JournalQuery), security(("bearer" = [])), responses(
    (status = 200, body = JournalBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn explanation(
    auth: AgentAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
    query: web::Query<JournalQuery>,
) -> Result<HttpResponse, ApiError> {
    let reply = ask_about(&state, auth, *id, query.check()?).await?;
    let Reply::Journal { entries, more } = reply else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(JournalBody {
        journal: entries.iter().map(JournalEntry::of).collect(),
        more,
    }))
}
