//! Sessions: the own ones and, for supervisors and admins, those of others.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::StaffAuth;
use crate::domain::audit::{Trail, What};
use crate::domain::company::Role;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Grant, Proof, SignIn, StaffRow, short_name};
use crate::web::auth::{AgentAuth, SupervisorAuth, forbidden};
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

/// One session.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct SessionBody {
    /// Its name, to end it by.
    session: String,
    /// When it began.
    since: i64,
    /// When it was last used, to a few minutes.
    used: i64,
    /// `password`, `password_and_code`, `password_and_recovery_code` or `provider`.
    #[schema(value_type = String)]
    proof: Proof,
    /// In a browser; otherwise with a client.
    cookie: bool,
    /// The one that this request came with.
    current: bool,
}

/// Sessions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct SessionsBody {
    sessions: Vec<SessionBody>,
}

fn body(key: &str, sign_in: &SignIn, current: Option<&str>) -> SessionBody {
    SessionBody {
        session: short_name(key).to_owned(),
        since: sign_in.since.0,
        used: sign_in.used.0,
        proof: sign_in.proof,
        cookie: sign_in.cookie,
        current: current == Some(key),
    }
}

fn list(state: &WebState, agent: &AgentId, current: Option<&str>) -> HttpResponse {
    let now = state.gateway.now();
    let sessions = state.gateway.staff().read(|roll| {
        roll.sign_ins_of(agent, now)
            .into_iter()
            .map(|(key, sign_in)| body(key, sign_in, current))
            .collect()
    });
    HttpResponse::Ok().json(SessionsBody { sessions })
}

async fn end(
    state: &WebState,
    (by, trail): (&AgentId, Trail),
    agent: &AgentId,
    session: &str,
) -> Result<HttpResponse, ApiError> {
    state
        .gateway
        .change_staff(
            |roll, _, _| {
                let row = roll.end_sign_in(agent, session).ok_or_else(|| {
                    Reject::new(
                        Code::NotFound,
                        "There is no such session; list those that there are.",
                    )
                })?;
                let name = match &row {
                    StaffRow::SignIn(key, _) => short_name(key).to_owned(),
                    _ => String::new(),
                };
                Ok((name, vec![row]))
            },
            |session, now| {
                let record = trail.record(now, by, What::SessionRevoked);
                Some(record.about(agent).with("session", session))
            },
        )
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Your own sessions.
#[utoipa::path(get, path = "/api/v1/auth/sessions", tag = "sign-in", security(("bearer" = []), ("cookie" = [])), responses(
    (status = 200, body = SessionsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn own(auth: StaffAuth, state: web::Data<WebState>) -> HttpResponse {
    let current = match &auth.0.grant {
        Grant::SignIn(key) => Some(key.as_str()),
        _ => None,
    };
    list(&state, &auth.0.agent, current)
}

/// End one of your own sessions. Its sockets are closed at once.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{session}", tag = "sign-in", security(("bearer" = []), ("cookie" = [])),
    params(("session" = String, Path, description = "As in the list")), responses(
    (status = 204, description = "It has ended"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn end_own(
    auth: StaffAuth,
    state: web::Data<WebState>,
    session: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let agent = &auth.0.agent;
    end(&state, (agent, auth.1), agent, &session).await
}

/// Whom a supervisor or an admin may sign out: whoever has no higher role. Who is gone has
/// nothing left to end.
fn subordinate(state: &WebState, caller: &AgentAuth, id: &str) -> Result<AgentId, Reject> {
    let unknown = || {
        Reject::new(
            Code::UnknownAgent,
            "There is no such agent; see the list of agents.",
        )
    };
    let id = AgentId::parse(id).map_err(|_| unknown())?;
    let company = state.gateway.company();
    let role: Role = company.agents.get(&id).ok_or_else(unknown)?.role;
    if role > caller.role {
        return Err(forbidden());
    }
    Ok(id)
}

/// The sessions of an agent. Supervisors and admins, of nobody with a higher role.
#[utoipa::path(get, path = "/api/v1/agents/{id}/sessions", tag = "sign-in", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The agent")), responses(
    (status = 200, body = SessionsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn of_agent(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let agent = subordinate(&state, &auth.0, &id)?;
    Ok(list(&state, &agent, None))
}

/// End every session of an agent. Their sockets are closed at once.
#[utoipa::path(delete, path = "/api/v1/agents/{id}/sessions", tag = "sign-in", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The agent")), responses(
    (status = 204, description = "They have ended"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn end_all(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let agent = subordinate(&state, &auth.0, &id)?;
    state
        .gateway
        .change_staff(
            |roll, _, _| {
                let rows = roll.end_sign_ins(&agent, None);
                Ok((rows.len(), rows))
            },
            |ended, now| {
                let record = auth.0.trail.record(now, &auth.0.id, What::SessionRevoked);
                Some(record.about(&agent).with("sessions", ended))
            },
        )
        .await?;
    tracing::info!(%agent, by = %auth.0.id, "all sessions were ended");
    Ok(HttpResponse::NoContent().finish())
}

/// End one session of an agent. Its sockets are closed at once.
#[utoipa::path(delete, path = "/api/v1/agents/{id}/sessions/{session}", tag = "sign-in", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The agent"), ("session" = String, Path, description = "As in the list")), responses(
    (status = 204, description = "It has ended"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn end_one(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (id, session) = path.into_inner();
    let agent = subordinate(&state, &auth.0, &id)?;
    end(&state, (&auth.0.id, auth.0.trail), &agent, &session).await
}
