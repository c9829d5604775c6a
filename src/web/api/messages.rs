//! The thread: add, read, wait, mark, type.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{ask_about, ask_within, created_or_ok};
use crate::domain::ids::ConversationId;
use crate::engine::request::{Ask, Reply, Request};
use crate::web::auth::AnyAuth;
use crate::web::staff::presented;
use crate::web::{ApiError, WebState};
use crate::wire::body::{MarksBody, ViewBody, Viewer};
use crate::wire::rest::{
    self, ErrorBody, EventsBody, EventsQuery, HistoryQuery, MarkBody, PageBody, PostBody,
    PostedBody, TypingBody,
};

/// Add a message. The same `client_id` again is the same message.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "messages", request_body = PostBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 201, description = "Taken, and durable", body = PostedBody),
    (status = 200, description = "It was there already", body = PostedBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn post(
    auth: AnyAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
    body: web::Json<PostBody>,
) -> Result<HttpResponse, ApiError> {
    let Reply::Posted { seq, at, repeated } = ask_about(&state, auth, *id, body.check()?).await?
    else {
        return Err(ApiError::unexpected());
    };
    let body = PostedBody {
        seq: seq.0,
        at: at.0,
        repeated,
    };
    Ok(created_or_ok(!repeated, body))
}

/// A page of the thread, oldest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "messages",
    params(("id" = String, Path, description = "The conversation"), HistoryQuery), security(("bearer" = [])), responses(
    (status = 200, body = PageBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn history(
    auth: AnyAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
    query: web::Query<HistoryQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = query.check()?;
    let Reply::Page { messages, last_seq } =
        ask_about(&state, auth, *id, Ask::History(page)).await?
    else {
        return Err(ApiError::unexpected());
    };
    let messages = rest::messages(*id, &messages, &state.gateway.company());
    Ok(HttpResponse::Ok().json(PageBody {
        messages,
        last_seq: last_seq.0,
    }))
}

/// Long poll: answered as soon as there is a message after `after` or a state newer than
/// `version`, and with the state as it is when `wait` has passed.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/events", tag = "messages",
    params(("id" = String, Path, description = "The conversation"), EventsQuery), security(("bearer" = [])), responses(
    (status = 200, body = EventsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn events(
    auth: AnyAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
    query: web::Query<EventsQuery>,
) -> Result<HttpResponse, ApiError> {
    let viewer = Viewer::from(&auth.0.principal);
    let (question, wait) = query.ask();
    let reply = ask_within(&state, auth, Request::In(*id, question), wait).await?;
    // Much can happen in a minute: who has been signed out meanwhile is told that, not this.
    presented(&req)?;
    let Reply::Events { messages, view } = reply else {
        return Err(ApiError::unexpected());
    };
    let messages = rest::messages(*id, &messages, &state.gateway.company());
    Ok(HttpResponse::Ok().json(EventsBody {
        messages,
        conversation: ViewBody::of(&view, viewer),
    }))
}

/// Note how far the caller's side has the thread. Marks never go back.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/marks", tag = "messages", request_body = MarkBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, description = "The marks of the caller's side", body = MarksBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn mark(
    auth: AnyAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
    body: web::Json<MarkBody>,
) -> Result<HttpResponse, ApiError> {
    let Reply::Marked { marks } = ask_about(&state, auth, *id, body.check()?).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(MarksBody::from(marks)))
}

/// Say that the caller is, or is no longer, typing. Ephemeral.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/typing", tag = "messages", request_body = TypingBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 202, description = "Passed on, if anybody looks"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn typing(
    auth: AnyAuth,
    state: web::Data<WebState>,
    id: web::Path<ConversationId>,
    body: web::Json<TypingBody>,
) -> Result<HttpResponse, ApiError> {
    ask_about(&state, auth, *id, Ask::Typing { on: body.on }).await?;
    Ok(HttpResponse::Accepted().finish())
}
