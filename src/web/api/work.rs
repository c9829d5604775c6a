//! An agent's work on a conversation: private notes, tags, the subject, consults.

use actix_web::{HttpResponse, web};

use super::actions::done;
use super::{ask_about, created_or_ok};
use crate::domain::ids::ConversationId;
use crate::engine::request::{Ask, Reply};
use crate::web::auth::AgentAuth;
use crate::web::optional::OptionalJson;
use crate::web::{ApiError, WebState};
use crate::wire::body::{NoteBody, ViewBody};
use crate::wire::rest::ErrorBody;
use crate::wire::work::{
    ConsultBody, ConsultEndBody, NotePostBody, NotedBody, NotesBody, NotesQuery, SubjectBody,
    TagBody,
};

type State = web::Data<WebState>;
type Id = web::Path<ConversationId>;
type Answer = Result<HttpResponse, ApiError>;

/// Add a private note. The same `client_id` again is the same note.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes", tag = "work", request_body = NotePostBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 201, description = "Taken, and durable", body = NotedBody),
    (status = 200, description = "It was there already", body = NotedBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn note(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: web::Json<NotePostBody>,
) -> Answer {
    let reply = ask_about(&state, auth, *id, body.check()?).await?;
    let Reply::Noted {
        number,
        at,
        repeated,
    } = reply
    else {
        return Err(ApiError::unexpected());
    };
    let body = NotedBody {
        number: number.0,
        at: at.0,
        repeated,
    };
    Ok(created_or_ok(!repeated, body))
}

/// A page of the private notes that the caller may read, oldest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/notes", tag = "work",
    params(("id" = String, Path, description = "The conversation"), NotesQuery), security(("bearer" = [])), responses(
    (status = 200, body = NotesBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn notes(
    auth: AgentAuth,
    state: State,
    id: Id,
    query: web::Query<NotesQuery>,
) -> Answer {
    let reply = ask_about(&state, auth, *id, query.check()?).await?;
    let Reply::Notes { notes, last_number } = reply else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(NotesBody {
        notes: notes.iter().map(|n| NoteBody::of(*id, n)).collect(),
        last_number: last_number.0,
    }))
}

/// Add and remove tags.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/tags", tag = "work", request_body = TagBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn tag(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: web::Json<TagBody>,
) -> Answer {
    done(&state, auth, &id, body.into_inner().check()?).await
}

/// Write the subject.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/subject", tag = "work", request_body = SubjectBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn subject(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: web::Json<SubjectBody>,
) -> Answer {
    done(&state, auth, &id, body.check()?).await
}

/// Invite a colleague to read along and to write notes.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/consult", tag = "work", request_body = ConsultBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn consult(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: web::Json<ConsultBody>,
) -> Answer {
    done(&state, auth, &id, Ask::Consult(body.agent()?)).await
}

/// Let a consulted colleague write to the customer.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/consult-add", tag = "work", request_body = ConsultBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn consult_add(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: web::Json<ConsultBody>,
) -> Answer {
    done(&state, auth, &id, Ask::ConsultAdd(body.agent()?)).await
}

/// Dismiss a consulted colleague; without `agent`, leave.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/consult-end", tag = "work", request_body = ConsultEndBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn consult_end(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: OptionalJson<ConsultEndBody>,
) -> Answer {
    done(&state, auth, &id, body.0.check()?).await
}
