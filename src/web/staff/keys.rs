//! API keys: made, listed and revoked by admins.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::door::new_api_key;
use crate::domain::audit::{Object, What};
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::{ApiKey, Scope, short_name};
use crate::domain::time::Timestamp;
use crate::web::auth::AdminAuth;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

const NAME_CHARS_MAX: usize = 100;

/// A new API key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewKeyBody {
    /// In whose name it works; it never reaches further than their role.
    agent: String,
    /// What people call it.
    name: String,
    /// `conversations:read`, `conversations:write`, `config:read`, `config:write`, `audit:read`.
    scopes: Vec<String>,
    /// When it ends, in milliseconds since 1970; without, when it is revoked.
    expires_at: Option<i64>,
}

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct KeyBody {
    /// Its name, to revoke it by.
    id: String,
    /// In whose name it works.
    agent: String,
    /// What people call it.
    name: String,
    /// What it may do.
    scopes: Vec<&'static str>,
    /// When it was made.
    since: i64,
    /// By which admin.
    by: String,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// The key itself, a bearer token, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// API keys, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct KeysBody {
    keys: Vec<KeyBody>,
}

fn body(id: &str, key: &ApiKey, secret: Option<String>) -> KeyBody {
    KeyBody {
        id: short_name(id).to_owned(),
        agent: key.agent.to_string(),
        name: key.name.clone(),
        scopes: key.scopes.iter().map(|s| s.as_str()).collect(),
        since: key.since.0,
        by: key.by.to_string(),
        expires_at: key.expires.map(|t| t.0),
        key: secret,
    }
}

fn invalid(sentence: impl Into<String>) -> Reject {
    Reject::new(Code::InvalidRequest, sentence)
}

fn scopes(names: &[String]) -> Result<BTreeSet<Scope>, Reject> {
    let all = || Scope::ALL.map(Scope::as_str).join(", ");
    let scopes: Option<BTreeSet<Scope>> = names.iter().map(|name| Scope::named(name)).collect();
    scopes
        .filter(|scopes| !scopes.is_empty())
        .ok_or_else(|| invalid(format!("Name one scope or more of: {}.", all())))
}

/// Make an API key. Admins; the key is shown this once.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "sign-in", request_body = NewKeyBody,
    security(("bearer" = []), ("cookie" = [])), responses(
    (status = 201, body = KeyBody),
    (status = "default", description = "Refused; nothing was made", body = ErrorBody)))]
pub(in crate::web) async fn add(
    auth: AdminAuth,
    state: web::Data<WebState>,
    given: web::Json<NewKeyBody>,
) -> Result<HttpResponse, ApiError> {
    let NewKeyBody {
        agent,
        name,
        scopes: names,
        expires_at,
    } = given.into_inner();
    let unknown = || {
        Reject::new(
            Code::UnknownAgent,
            "There is no such agent; see the list of agents.",
        )
    };
    let agent = AgentId::parse(&agent).map_err(|_| unknown())?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
        return Err(invalid("A name has 1 to 100 characters, on one line.").into());
    }
    let scopes = scopes(&names)?;
    let token = new_api_key()?;
    let made = state
        .gateway
        .change_staff(
            |roll, company, now| {
                if !company.agents.contains_key(&agent) {
                    return Err(unknown());
                }
                let expires = expires_at.map(Timestamp);
                if expires.is_some_and(|expires| expires <= now) {
                    return Err(invalid("expires_at has passed; it is in milliseconds."));
                }
                let key = ApiKey {
                    agent: agent.clone(),
                    name: name.clone(),
                    scopes: scopes.clone(),
                    since: now,
                    by: auth.0.id.clone(),
                    expires,
                };
                let row = roll.add_api_key(token.key.clone(), key.clone())?;
                Ok((key, vec![row]))
            },
            |key, now| {
                let scopes: Vec<&str> = key.scopes.iter().map(|s| s.as_str()).collect();
                let record = auth.0.trail.record(now, &auth.0.id, What::ApiKeyMade);
                Some(
                    record
                        .about(Object::api_key(short_name(&token.key)))
                        .with("for", &key.agent)
                        .with("scopes", scopes.join(",")),
                )
            },
        )
        .await?;
    tracing::info!(agent = %made.agent, by = %made.by, key = short_name(&token.key), "an API key was made");
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(body(&token.key, &made, Some(token.text))))
}

/// The API keys. Admins.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "sign-in", security(("bearer" = []), ("cookie" = [])), responses(
    (status = 200, body = KeysBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn list(_auth: AdminAuth, state: web::Data<WebState>) -> HttpResponse {
    let keys = state.gateway.staff().read(|roll| {
        roll.api_keys()
            .into_iter()
            .map(|(id, key)| body(id, key, None))
            .collect()
    });
    HttpResponse::Ok().json(KeysBody { keys })
}

/// Revoke an API key. Admins; its sockets are closed at once.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "sign-in", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "As in the list")), responses(
    (status = 204, description = "It is revoked"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn revoke(
    auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    state
        .gateway
        .change_staff(
            |roll, _, _| {
                let row = roll.revoke_api_key(&id).ok_or_else(|| {
                    Reject::new(
                        Code::NotFound,
                        "There is no such API key; list those that there are.",
                    )
                })?;
                Ok(((), vec![row]))
            },
            |(), now| {
                let record = auth.0.trail.record(now, &auth.0.id, What::ApiKeyRevoked);
                Some(record.about(Object::api_key(&id)))
            },
        )
        .await?;
    tracing::info!(by = %auth.0.id, key = %id, "an API key was revoked");
    Ok(HttpResponse::NoContent().finish())
}
