//! Signing in with a password, looking at the own sign-in, signing out.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::door::{Given, NewSignIn, address, failed, new_sign_in, second_factor};
use super::{StaffAuth, cookie};
use crate::domain::audit::{AuditRecord, Object, What, Who};
use crate::domain::company::Role;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{Caller, Grant, Proof, Reach, SignIn, StaffRow, short_name};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::web::front;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

/// How somebody may sign in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInMethods)]
pub(in crate::web) struct MethodsBody {
    /// With a password.
    password: bool,
    /// With the company's identity provider.
    provider: bool,
}

/// How people of the company may sign in here: for the page that asks them. Needs no credentials.
#[utoipa::path(get, path = "/api/v1/auth/methods", tag = "sign-in", responses(
    (status = 200, body = MethodsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn methods(state: web::Data<WebState>) -> HttpResponse {
    HttpResponse::Ok().json(MethodsBody {
        password: true,
        provider: state.staff.settings().provider.is_some(),
    })
}

/// Sign in with a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct SignInBody {
    /// The agent's id.
    agent: String,
    password: String,
    /// The code of the authenticator, for who has a second factor.
    totp: Option<String>,
    /// Instead of it: a recovery code, which is used up.
    recovery_code: Option<String>,
    /// For clients: answer with a bearer token. Without, a cookie is set, for pages.
    #[serde(default)]
    token: bool,
}

/// Somebody who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct SignedInBody {
    /// Who.
    agent: String,
    /// `agent`, `supervisor` or `admin`.
    role: &'static str,
    /// By which credential: `session`, `secret` or `api_key`.
    kind: &'static str,
    /// The name of the session, for the list of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// When it ends, however much it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
    /// It ends when it is not used for so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_ms: Option<u64>,
    /// A second factor must be added before anything else.
    must_enrol: bool,
    /// The bearer token, shown this once, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

fn body(caller: &Caller, token: Option<String>) -> SignedInBody {
    let (kind, session) = match &caller.grant {
        Grant::SignIn(key) => ("session", Some(short_name(key).to_owned())),
        Grant::Secret(_) => ("secret", None),
        Grant::ApiKey(_) => ("api_key", None),
    };
    SignedInBody {
        agent: caller.agent.to_string(),
        role: role_name(caller.role),
        kind,
        idle_ms: session.is_some().then_some(limits::SIGN_IN_IDLE.0),
        session,
        ends_at: caller.ends.map(|t| t.0),
        must_enrol: caller.reach == Reach::Enrolment,
        token,
    }
}

/// What the audit says of a new sign-in.
pub(super) fn signed_in(
    req: &HttpRequest,
    key: &str,
    sign_in: &SignIn,
    now: Timestamp,
) -> AuditRecord {
    let who = Who::Agent(sign_in.agent.clone());
    let from = Some(front::Caller::of(req).ip);
    AuditRecord::new(now, who, from, What::SignIn)
        .with("session", short_name(key))
        .with("proof", sign_in.proof.as_str())
        .with("as", if sign_in.cookie { "cookie" } else { "token" })
}

/// The answer to a new sign-in.
pub(super) fn answer(
    req: &HttpRequest,
    state: &WebState,
    key: &str,
    token: String,
    sign_in: &SignIn,
) -> Result<HttpResponse, Reject> {
    let company = state.gateway.company();
    let now = state.gateway.now();
    let caller = state
        .gateway
        .staff()
        .read(|roll| roll.signed_in(key, &company, now))?;
    tracing::info!(agent = %sign_in.agent, proof = ?sign_in.proof, session = short_name(key), "signed in");
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("cache-control", "no-store"));
    Ok(if sign_in.cookie {
        answer
            .cookie(cookie::of(req, token))
            .json(body(&caller, None))
    } else {
        answer.json(body(&caller, Some(token)))
    })
}

/// Sign in with a password: an `HttpOnly` cookie for pages, or a bearer token.
#[utoipa::path(post, path = "/api/v1/auth/sign-in", tag = "sign-in", request_body = SignInBody, responses(
    (status = 200, description = "Signed in", body = SignedInBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn sign_in(
    req: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<SignInBody>,
) -> Result<HttpResponse, ApiError> {
    let given = body.into_inner();
    if !given.token {
        cookie::check_sign_in(&req)?;
    }
    let agent = AgentId::parse(&given.agent).map_err(|_| failed())?;
    if given.password.len() > limits::PASSWORD_BYTES_MAX {
        return Err(failed().into());
    }
    if state.gateway.company().agents.contains_key(&agent) {
        // For the audit, should it fail. What is nobody's id may be anything, a password too.
        req.extensions_mut().insert(Object::from(&agent));
    }
    let (from, door) = (address(&req), &state.staff);
    door.take_try(&agent, &from, state.gateway.now())?;
    let may = state
        .gateway
        .company()
        .agents
        .get(&agent)
        .is_some_and(|a| a.enabled);
    let account = state.gateway.staff().read(|roll| roll.account(&agent));
    let stored = account.password.filter(|_| may);
    if !door
        .passwords
        .verify(given.password, stored.clone())
        .await?
    {
        return Err(failed().into());
    }
    let token = new_sign_in()?;
    let sign_in = state
        .gateway
        .change_staff(
            |roll, company, now| {
                let mut account = roll.account(&agent);
                // Changed while this was hashing: then it was the right one no longer.
                if account.password != stored {
                    return Err(failed());
                }
                let codes = Given {
                    totp: given.totp.as_deref(),
                    recovery_code: given.recovery_code.as_deref(),
                };
                let proof = second_factor(&mut account, codes, now)?;
                let new = NewSignIn {
                    agent: &agent,
                    account: &account,
                    proof,
                    cookie: !given.token,
                };
                let (sign_in, mut rows) =
                    door.sign_in((roll, company, now), token.key.clone(), &new)?;
                if proof != Proof::Password {
                    rows.push(StaffRow::Account(agent.clone(), Some(Box::new(account))));
                }
                Ok((sign_in, rows))
            },
            |sign_in, now| Some(signed_in(&req, &token.key, sign_in, now)),
        )
        .await?;
    door.succeeded(&agent, &from, state.gateway.now());
    Ok(answer(&req, &state, &token.key, token.text, &sign_in)?)
}

/// End the session that this request is signed in with.
#[utoipa::path(post, path = "/api/v1/auth/sign-out", tag = "sign-in", security(("bearer" = []), ("cookie" = [])), responses(
    (status = 204, description = "Signed out; sockets of this session are closed"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn sign_out(
    auth: StaffAuth,
    req: HttpRequest,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let Grant::SignIn(key) = auth.0.grant.clone() else {
        return Err(Reject::new(
            Code::InvalidRequest,
            "This is signed in with a secret, which has no session to end; an admin can renew the secret.",
        )
        .into());
    };
    state
        .gateway
        .change_staff(
            |_, _, _| Ok(((), vec![StaffRow::SignIn(key.clone(), None)])),
            |(), now| {
                let record = auth.1.record(now, &auth.0.agent, What::SignOut);
                Some(record.with("session", short_name(&key)))
            },
        )
        .await?;
    Ok(HttpResponse::NoContent()
        .cookie(cookie::none(&req))
        .finish())
}

/// Who this request is signed in as.
#[utoipa::path(get, path = "/api/v1/auth/session", tag = "sign-in", security(("bearer" = []), ("cookie" = [])), responses(
    (status = 200, body = SignedInBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn session(auth: StaffAuth) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body(&auth.0, None))
}
