//! What people do with a conversation. Each answers the state after it.

use actix_web::{HttpResponse, web};

use super::ask_about;
use crate::domain::ids::ConversationId;
use crate::engine::request::{Ask, Reply};
use crate::web::auth::{AgentAuth, AnyAuth, Asker, SupervisorAuth};
use crate::web::{ApiError, WebState};
use crate::wire::body::{ViewBody, Viewer};
use crate::wire::rest::{AssignBody, ErrorBody, TransferBody};

type State = web::Data<WebState>;
type Id = web::Path<ConversationId>;
type Answer = Result<HttpResponse, ApiError>;

pub(super) async fn done(state: &State, asker: impl Into<Asker>, id: &Id, question: Ask) -> Answer {
    let asker = asker.into();
    let viewer = Viewer::from(&asker.principal);
    let Reply::Done(view) = ask_about(state, asker, **id, question).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(ViewBody::of(&view, viewer)))
}

/// Take an offer.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/accept", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn accept(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Accept).await
}

/// Refuse an offer.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/reject", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn reject(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Reject).await
}

/// Take it from the list.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/pick", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn pick(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Pick).await
}

/// Take it back from the own waiting list.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/reopen", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn reopen(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Reopen).await
}

/// Leave it without ending it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/park", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn park(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Park).await
}

/// Give it back to the queue.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/release", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn release(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Release).await
}

/// End it for the customer. In a persistent conversation only agents do.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/end", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn end(auth: AnyAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::End).await
}

/// Finish wrap-up.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/finish", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn finish(auth: AgentAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::Finish).await
}

/// Close it by force (supervisors).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/force-close", tag = "actions",
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn force_close(auth: SupervisorAuth, state: State, id: Id) -> Answer {
    done(&state, auth, &id, Ask::ForceClose).await
}

/// Offer it to a colleague, or move it to a queue.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/transfer", tag = "actions", request_body = TransferBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn transfer(
    auth: AgentAuth,
    state: State,
    id: Id,
    body: web::Json<TransferBody>,
) -> Answer {
    done(&state, auth, &id, body.check()?).await
}

/// Put it before an agent, over capacity if need be (supervisors).
#[utoipa::path(post, path = "/api/v1/conversations/{id}/assign", tag = "actions", request_body = AssignBody,
    params(("id" = String, Path, description = "The conversation")), security(("bearer" = [])), responses(
    (status = 200, body = ViewBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn assign(
    auth: SupervisorAuth,
    state: State,
    id: Id,
    body: web::Json<AssignBody>,
) -> Answer {
    done(&state, auth, &id, body.check()?).await
}
