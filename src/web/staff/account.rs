//! The own password and second factor; and what an admin does for who has lost theirs.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::door::{Given, address, failed, second_factor};
use super::{StaffAuth, codes, passwords};
use crate::domain::audit::What;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Account, Caller, Grant, PasswordHash, Roll, SecondFactor, StaffRow};
use crate::limits;
use crate::web::auth::AdminAuth;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

/// Change your own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct PasswordBody {
    /// The password until now; left out only where there is none yet.
    current: Option<String>,
    /// At least 12 characters.
    new: String,
}

/// Set somebody's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewPasswordBody {
    /// At least 12 characters.
    password: String,
}

/// Prove that it is you, for what changes how you sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ProofBody {
    password: String,
    /// The code of the authenticator, once there is one.
    totp: Option<String>,
    /// Instead of it: a recovery code, which is used up.
    recovery_code: Option<String>,
}

/// The first code of a new authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ConfirmBody {
    totp: String,
}

/// A key for an authenticator, shown this once.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct EnrolmentBody {
    /// To type in.
    key: String,
    /// To show as a QR code.
    uri: String,
}

/// Recovery codes, shown this once; each is good once.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct RecoveryBody {
    recovery_codes: Vec<String>,
}

fn row(agent: &AgentId, account: Account) -> StaffRow {
    StaffRow::Account(agent.clone(), Some(Box::new(account)))
}

/// All sign-ins end but the one that this came with.
fn others(roll: &Roll, caller: &Caller) -> Vec<StaffRow> {
    let own = match &caller.grant {
        Grant::SignIn(key) => Some(key.as_str()),
        _ => None,
    };
    roll.end_sign_ins(&caller.agent, own)
}

fn changed_meanwhile() -> Reject {
    Reject::new(
        Code::Conflict,
        "This was changed by somebody else at the same time; look, and try again.",
    )
}

fn secret_body() -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("cache-control", "no-store"));
    answer
}

/// Verifies the caller's own password, as if they signed in.
async fn own_password(
    state: &WebState,
    req: &HttpRequest,
    caller: &Caller,
    password: String,
) -> Result<PasswordHash, Reject> {
    if password.len() > limits::PASSWORD_BYTES_MAX {
        return Err(failed());
    }
    let from = address(req);
    let (door, agent) = (&state.staff, &caller.agent);
    door.take_try(agent, &from, state.gateway.now())?;
    let stored = state
        .gateway
        .staff()
        .read(|roll| roll.account(agent).password);
    let is_right = door.passwords.verify(password, stored.clone()).await?;
    stored.filter(|_| is_right).ok_or_else(failed)
}

async fn new_password(
    state: &WebState,
    agent: &AgentId,
    password: String,
) -> Result<PasswordHash, Reject> {
    passwords::check(&password, agent.as_str())
        .map_err(|sentence| Reject::new(Code::InvalidRequest, sentence))?;
    state.staff.passwords.hash(password).await
}

/// Change your own password. Every other session of yours ends.
#[utoipa::path(put, path = "/api/v1/auth/password", tag = "sign-in", request_body = PasswordBody,
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 204, description = "It is changed"),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn password(
    auth: StaffAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<PasswordBody>,
) -> Result<HttpResponse, ApiError> {
    let PasswordBody { current, new } = body.into_inner();
    let caller = auth.0.clone();
    let agent = &caller.agent;
    let stored = match current {
        Some(current) => Some(own_password(&state, &req, &caller, current).await?),
        // The first one: whoever has the secret that an admin gave them may choose it.
        None if matches!(caller.grant, Grant::Secret(_)) => None,
        None => {
            let sentence = "Send the current password; an admin can set one for who has none.";
            return Err(Reject::new(Code::InvalidRequest, sentence).into());
        }
    };
    let hash = new_password(&state, agent, new).await?;
    state
        .gateway
        .change_staff(
            |roll, _, _| {
                let mut account = roll.account(agent);
                if account.password != stored {
                    return Err(changed_meanwhile());
                }
                account.password = Some(hash);
                let mut rows = others(roll, &caller);
                rows.push(row(agent, account));
                Ok(((), rows))
            },
            |(), now| {
                let record = auth.1.record(now, agent, What::PasswordChanged);
                Some(record.about(agent))
            },
        )
        .await?;
    state
        .staff
        .succeeded(agent, &address(&req), state.gateway.now());
    tracing::info!(%agent, "the password was changed");
    Ok(HttpResponse::NoContent().finish())
}

/// Begin to add a second factor: a key for an authenticator, which counts once a code of it
/// has been sent. Until then nothing changes.
#[utoipa::path(post, path = "/api/v1/auth/totp", tag = "sign-in", request_body = ProofBody,
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 200, body = EnrolmentBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn enrol(
    auth: StaffAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<ProofBody>,
) -> Result<HttpResponse, ApiError> {
    let key = codes::new_key().map_err(Reject::from)?;
    let uri = codes::address(&key, auth.0.agent.as_str());
    let kept = key.clone();
    proven(&state, &req, &auth, None, body.into_inner(), |account| {
        account.enrolling = Some(kept);
    })
    .await?;
    Ok(secret_body().json(EnrolmentBody { key, uri }))
}

/// Confirm the second factor with a code. Answers the recovery codes; every other session of yours ends.
#[utoipa::path(post, path = "/api/v1/auth/totp/confirm", tag = "sign-in", request_body = ConfirmBody,
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 200, body = RecoveryBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn confirm(
    auth: StaffAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<ConfirmBody>,
) -> Result<HttpResponse, ApiError> {
    let caller = auth.0.clone();
    let agent = &caller.agent;
    let from = address(&req);
    state.staff.take_try(agent, &from, state.gateway.now())?;
    let (recovery_codes, hashes) = codes::new_recovery_codes().map_err(Reject::from)?;
    state
        .gateway
        .change_staff(
            |roll, _, now| {
                let mut account = roll.account(agent);
                let key = account.enrolling.take().ok_or_else(|| {
                    Reject::new(
                        Code::InvalidRequest,
                        "There is nothing to confirm; begin at /api/v1/auth/totp.",
                    )
                })?;
                let mut factor = SecondFactor { key, last_step: 0 };
                factor.last_step = codes::accepted(&factor, &body.totp, now).ok_or_else(failed)?;
                account.second_factor = Some(factor);
                account.recovery = hashes;
                let mut rows = others(roll, &caller);
                rows.push(row(agent, account));
                if let Grant::SignIn(key) = &caller.grant
                    && let Some(mut own) = roll.sign_in_under(key).cloned()
                {
                    own.must_enrol = false;
                    rows.push(StaffRow::SignIn(key.clone(), Some(own)));
                }
                Ok(((), rows))
            },
            |(), now| {
                let record = auth.1.record(now, agent, What::SecondFactorAdded);
                Some(record.about(agent))
            },
        )
        .await?;
    state.staff.succeeded(agent, &from, state.gateway.now());
    tracing::info!(%agent, "a second factor was added");
    Ok(secret_body().json(RecoveryBody { recovery_codes }))
}

/// Remove your own second factor.
#[utoipa::path(post, path = "/api/v1/auth/totp/remove", tag = "sign-in", request_body = ProofBody,
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 204, description = "It is gone"),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn remove(
    auth: StaffAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<ProofBody>,
) -> Result<HttpResponse, ApiError> {
    let what = Some(What::SecondFactorRemoved);
    proven(&state, &req, &auth, what, body.into_inner(), |account| {
        account.second_factor = None;
        account.enrolling = None;
        account.recovery.clear();
    })
    .await?;
    tracing::info!(agent = %auth.0.agent, "the second factor was removed");
    Ok(HttpResponse::NoContent().finish())
}

/// New recovery codes; those before are void.
#[utoipa::path(post, path = "/api/v1/auth/recovery-codes", tag = "sign-in", request_body = ProofBody,
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 200, body = RecoveryBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn recovery_codes(
    auth: StaffAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<ProofBody>,
) -> Result<HttpResponse, ApiError> {
    let agent = &auth.0.agent;
    let has_factor = state
        .gateway
        .staff()
        .read(|roll| roll.account(agent).second_factor.is_some());
    if !has_factor {
        let sentence = "Recovery codes stand in for a second factor; add one first.";
        return Err(Reject::new(Code::InvalidRequest, sentence).into());
    }
    let (recovery_codes, hashes) = codes::new_recovery_codes().map_err(Reject::from)?;
    let what = Some(What::RecoveryCodesRenewed);
    proven(&state, &req, &auth, what, body.into_inner(), |account| {
        account.recovery = hashes;
    })
    .await?;
    Ok(secret_body().json(RecoveryBody { recovery_codes }))
}

/// Changes the caller's own account once they have proven themselves again: a page that was
/// left open must not be enough.
async fn proven(
    state: &WebState,
    req: &HttpRequest,
    StaffAuth(caller, trail): &StaffAuth,
    what: Option<What>,
    proof: ProofBody,
    change: impl FnOnce(&mut Account),
) -> Result<(), Reject> {
    let ProofBody {
        password,
        totp,
        recovery_code,
    } = proof;
    let agent = &caller.agent;
    let stored = own_password(state, req, caller, password).await?;
    state
        .gateway
        .change_staff(
            |roll, _, now| {
                let mut account = roll.account(agent);
                if account.password.as_ref() != Some(&stored) {
                    return Err(changed_meanwhile());
                }
                let given = Given {
                    totp: totp.as_deref(),
                    recovery_code: recovery_code.as_deref(),
                };
                second_factor(&mut account, given, now)?;
                change(&mut account);
                Ok(((), vec![row(agent, account)]))
            },
            |(), now| what.map(|what| trail.record(now, agent, what).about(agent)),
        )
        .await?;
    state
        .staff
        .succeeded(agent, &address(req), state.gateway.now());
    Ok(())
}

/// Changes somebody's account for them; all their sessions end.
async fn for_somebody(
    state: &WebState,
    admin: &AdminAuth,
    id: &str,
    what: What,
    change: impl FnOnce(&mut Account),
) -> Result<HttpResponse, ApiError> {
    let agent = known(state, id)?;
    state
        .gateway
        .change_staff(
            |roll, company, _| {
                if !company.agents.contains_key(&agent) {
                    return Err(unknown());
                }
                let mut account = roll.account(&agent);
                change(&mut account);
                let mut rows = roll.end_sign_ins(&agent, None);
                rows.push(row(&agent, account));
                Ok(((), rows))
            },
            |(), now| {
                let by = &admin.0;
                Some(by.trail.record(now, &by.id, what).about(&agent))
            },
        )
        .await?;
    tracing::info!(%agent, by = %admin.0.id, what = what.as_str(), "an admin changed how somebody signs in");
    Ok(HttpResponse::NoContent().finish())
}

fn unknown() -> Reject {
    Reject::new(
        Code::UnknownAgent,
        "There is no such agent; see the list of agents.",
    )
}

fn known(state: &WebState, id: &str) -> Result<AgentId, Reject> {
    let id = AgentId::parse(id).map_err(|_| unknown())?;
    let company = state.gateway.company();
    company
        .agents
        .contains_key(&id)
        .then_some(id)
        .ok_or_else(unknown)
}

/// Set an agent's password. Admins; every session of the agent ends.
#[utoipa::path(put, path = "/api/v1/agents/{id}/password", tag = "sign-in", request_body = NewPasswordBody,
    params(("id" = String, Path, description = "The agent")),
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 204, description = "It is set"),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn set_password(
    auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
    body: web::Json<NewPasswordBody>,
) -> Result<HttpResponse, ApiError> {
    let agent = known(&state, &id)?;
    let hash = new_password(&state, &agent, body.into_inner().password).await?;
    for_somebody(&state, &auth, &id, What::PasswordChanged, |account| {
        account.password = Some(hash);
    })
    .await
}

/// Take an agent's password away. Admins; every session of the agent ends.
#[utoipa::path(delete, path = "/api/v1/agents/{id}/password", tag = "sign-in",
    params(("id" = String, Path, description = "The agent")),
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 204, description = "It is gone"),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn remove_password(
    auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    for_somebody(&state, &auth, &id, What::PasswordRemoved, |account| {
        account.password = None;
    })
    .await
}

/// Take an agent's second factor away, for who has lost it. Admins; every session of the agent ends.
#[utoipa::path(delete, path = "/api/v1/agents/{id}/totp", tag = "sign-in",
    params(("id" = String, Path, description = "The agent")),
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 204, description = "It is gone"),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn remove_factor(
    auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    for_somebody(&state, &auth, &id, What::SecondFactorRemoved, |account| {
        account.second_factor = None;
        account.enrolling = None;
        account.recovery.clear();
    })
    .await
}
