//! The configuration: read, changed whole or object by object. Admins only.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::actors::Reconfigured;
use crate::config::{CompanyFile, ConfigError, Edit, Kind, Moves, Plan, parse_json, parse_moves};
use crate::domain::company::Company;
use crate::domain::ids::QueueId;
use crate::domain::reject::{Code, Reject};
use crate::limits;
use crate::web::auth::AdminAuth;
use crate::web::secret::{new_secret, secret_sha256};
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

/// What of the configuration to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ReadQuery {
    /// With the SHA-256 of the agents' secrets, to move them to another server.
    #[serde(default)]
    secrets: bool,
}

/// How to apply a file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ApplyQuery {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Remove agents that the file does not name.
    #[serde(default)]
    prune_agents: bool,
    /// Where the conversations of removed queues go: `night=support,old=new`.
    moves: Option<String>,
}

/// How to change one object.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct PutQuery {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// How to remove one object.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct RemoveQuery {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Queues: the queue that takes its conversations.
    move_to: Option<String>,
}

/// What a change did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AppliedBody {
    /// The revision after it; for a dry run the one that there is.
    revision: u64,
    /// Whether anything is different.
    changed: bool,
    /// What, field by field. Secrets are masked.
    plan: Plan,
    /// What is accepted but probably not meant.
    warnings: Vec<String>,
    /// The sign-in secret of an agent that was made by this, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A new sign-in secret.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct SecretBody {
    /// Whose.
    agent: String,
    /// The secret, shown this once; the one before is void, and whoever is signed in with it is signed out.
    secret: String,
    /// The revision that this made.
    revision: u64,
}

/// The whole configuration in the form of the company file. Its revision is the `ETag`.
#[utoipa::path(get, path = "/api/v1/config", tag = "configuration", params(ReadQuery),
    security(("bearer" = [])), responses(
    (status = 200, description = "The company file as JSON", body = ref("#/components/schemas/CompanyFile"),
        headers(("etag" = String, description = "The revision, for If-Match"))),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn read(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    query: web::Query<ReadQuery>,
) -> HttpResponse {
    let company = state.gateway.company();
    let mut file = CompanyFile::of(&company);
    if !query.secrets {
        file = file.without_secrets();
    }
    tagged(&company).json(file.to_json())
}

/// Make the company equal to a file: JSON, or TOML with `Content-Type: application/toml`.
/// Agents that it does not name stay unless `prune_agents` says otherwise.
#[utoipa::path(put, path = "/api/v1/config", tag = "configuration", params(ApplyQuery,
        ("If-Match" = Option<String>, Header, description = "The revision that the change was made for")),
    request_body(content = ref("#/components/schemas/CompanyFile"), content_type = "application/json"),
    security(("bearer" = [])), responses(
    (status = 200, description = "It is so, durably", body = AppliedBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn apply(
    auth: AdminAuth,
    state: web::Data<WebState>,
    query: web::Query<ApplyQuery>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    let body = whole(body)?;
    only_as(&request, &["application/json", "application/toml"])?;
    let file = read_file(&request, &body).map_err(|e| unreadable(&e))?;
    let moves = parse_moves(query.moves.as_deref().unwrap_or_default()).map_err(invalid)?;
    let edit = Edit::Whole {
        file: Box::new(file),
        prune_agents: query.prune_agents,
    };
    change(&state, auth, &request, edit, moves, query.dry_run, None).await
}

/// The JSON Schema of the company file, for editors.
#[utoipa::path(get, path = "/api/v1/config/schema.json", tag = "configuration", responses((status = 200, body = Object, content_type = "application/schema+json")))]
pub(in crate::web) async fn schema() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/schema+json")
        .json(crate::config::schema())
}

/// The objects of a kind, by id.
#[utoipa::path(get, path = "/api/v1/config/{kind}", tag = "configuration",
    params(("kind" = String, Path, description = "workstreams, queues, hours, agents, widgets, authentication or quick_replies")),
    security(("bearer" = [])), responses(
    (status = 200, description = "As in the company file, agents with their queues and without secrets", body = Object,
        headers(("etag" = String, description = "The revision, for If-Match"))),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn list(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    kind: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let kind = kind_of(&kind)?;
    let company = state.gateway.company();
    Ok(tagged(&company).json(CompanyFile::of(&company).objects(kind)))
}

/// One object, as in the company file.
#[utoipa::path(get, path = "/api/v1/config/{kind}/{id}", tag = "configuration",
    params(("kind" = String, Path, description = "As in the list"), ("id" = String, Path, description = "Its id")),
    security(("bearer" = [])), responses(
    (status = 200, description = "WorkstreamFile, QueueFile, HoursFile, AgentFile, WidgetFile, AuthenticationFile or QuickReplyFile", body = Object,
        headers(("etag" = String, description = "The revision, for If-Match"))),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn view(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (kind, id) = path.into_inner();
    let kind = kind_of(&kind)?;
    let company = state.gateway.company();
    let object = CompanyFile::of(&company).objects(kind).remove(&id);
    let object = object.ok_or_else(|| {
        Reject::new(
            Code::NotFound,
            format!(
                "There is no {id:?} among the {}; list what there is at /api/v1/config/{}.",
                kind.as_str(),
                kind.as_str()
            ),
        )
    })?;
    Ok(tagged(&company).json(object))
}

/// Make an object, or make it equal to this: what is left out has its default. A new agent's
/// secret is in the answer, this once.
#[utoipa::path(put, path = "/api/v1/config/{kind}/{id}", tag = "configuration", params(PutQuery,
        ("kind" = String, Path, description = "As in the list"), ("id" = String, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "The revision that the change was made for")),
    request_body(content = Object, description = "As in the company file", content_type = "application/json"),
    security(("bearer" = [])), responses(
    (status = 200, description = "It is so, durably", body = AppliedBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn put(
    auth: AdminAuth,
    state: web::Data<WebState>,
    path: web::Path<(String, String)>,
    query: web::Query<PutQuery>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    let (kind, id) = path.into_inner();
    let kind = kind_of(&kind)?;
    let body = whole(body)?;
    only_as(&request, &["application/json"])?;
    let mut object =
        parse_json(&body).map_err(|e| invalid(format!("The body is not sound JSON: {e}.")))?;
    let mut secret = None;
    if kind == Kind::Agents && !query.dry_run {
        secret = secret_of_new_agent(&state.gateway.company(), &id, &mut object)?;
    }
    let edit = Edit::Put { kind, id, object };
    change(
        &state,
        auth,
        &request,
        edit,
        Moves::new(),
        query.dry_run,
        secret,
    )
    .await
}

/// Remove an object. Refused while others refer to it; an agent's places in queues go with
/// the agent.
#[utoipa::path(delete, path = "/api/v1/config/{kind}/{id}", tag = "configuration", params(RemoveQuery,
        ("kind" = String, Path, description = "As in the list"), ("id" = String, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "The revision that the change was made for")),
    security(("bearer" = [])), responses(
    (status = 200, description = "It is gone, durably", body = AppliedBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn remove(
    auth: AdminAuth,
    state: web::Data<WebState>,
    path: web::Path<(String, String)>,
    query: web::Query<RemoveQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (kind, id) = path.into_inner();
    let kind = kind_of(&kind)?;
    let mut moves = Moves::new();
    if let Some(to) = &query.move_to {
        if kind != Kind::Queues {
            return Err(invalid(
                "Only queues have conversations to move; leave move_to out.",
            ));
        }
        let read = |text: &str| QueueId::parse(text).map_err(|e| invalid(format!("{e}.")));
        moves.insert(read(&id)?, read(to)?);
    }
    let edit = Edit::Remove { kind, id };
    change(&state, auth, &request, edit, moves, query.dry_run, None).await
}

/// Give an agent a new sign-in secret; the old one ends at once.
#[utoipa::path(post, path = "/api/v1/config/agents/{id}/secret", tag = "configuration",
    params(("id" = String, Path, description = "The agent"),
        ("If-Match" = Option<String>, Header, description = "The revision that the change was made for")),
    security(("bearer" = [])), responses(
    (status = 200, body = SecretBody),
    (status = "default", description = "Refused; nothing was changed", body = ErrorBody)))]
pub(in crate::web) async fn renew_secret(
    auth: AdminAuth,
    state: web::Data<WebState>,
    agent: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let agent = agent.into_inner();
    let secret = fresh_secret()?;
    let edit = Edit::Secret {
        agent: agent.clone(),
        sha256: secret_sha256(&secret),
    };
    let seen = revision_seen(&request)?;
    let done = state
        .gateway
        .reconfigure(auth.0.id, seen, edit, Moves::new(), false)
        .await?;
    Ok(tagged(&done.company).json(SecretBody {
        agent,
        secret,
        revision: done.company.revision,
    }))
}

async fn change(
    state: &web::Data<WebState>,
    auth: AdminAuth,
    request: &HttpRequest,
    edit: Edit,
    moves: Moves,
    dry_run: bool,
    secret: Option<String>,
) -> Result<HttpResponse, ApiError> {
    let seen = revision_seen(request)?;
    let Reconfigured { company, plan } = state
        .gateway
        .reconfigure(auth.0.id, seen, edit, moves, dry_run)
        .await?;
    let changed = !plan.is_empty();
    let revision = company.revision - u64::from(dry_run && changed);
    let body = AppliedBody {
        revision,
        changed,
        plan,
        warnings: company.warnings(),
        secret: secret.filter(|_| changed),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag(revision)))
        .json(body))
}

fn tag(revision: u64) -> String {
    format!("\"{revision}\"")
}

fn tagged(company: &Company) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::ETAG, tag(company.revision)));
    answer
}

/// The revision in `If-Match`; `None` if the caller does not mind.
fn revision_seen(request: &HttpRequest) -> Result<Option<u64>, ApiError> {
    let Some(value) = request.headers().get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_matches('"')
        .parse()
        .map(Some)
        .map_err(|_| invalid("If-Match is not the ETag of a configuration; read it again."))
}

fn read_file(request: &HttpRequest, body: &[u8]) -> Result<CompanyFile, ConfigError> {
    use actix_web::HttpMessage;
    if request.content_type() == "application/toml" {
        CompanyFile::parse(&String::from_utf8_lossy(body))
    } else {
        CompanyFile::parse_json(body)
    }
}

fn unreadable(error: &ConfigError) -> ApiError {
    let problems: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    let sentence = format!(
        "The file cannot be read: {}",
        problems.first().map_or("", |p| p.trim_end())
    );
    Reject::new(Code::InvalidConfiguration, sentence)
        .because(problems)
        .into()
}

fn whole(body: Result<web::Bytes, actix_web::Error>) -> Result<web::Bytes, ApiError> {
    body.map_err(|_| {
        Reject::new(
            Code::FrameTooLarge,
            format!(
                "The body is larger than {} bytes, or broke off; send less, or again.",
                limits::COMPANY_FILE_BYTES_MAX
            ),
        )
        .into()
    })
}

/// What a body is, its type says (as everywhere in the API).
fn only_as(request: &HttpRequest, types: &[&str]) -> Result<(), ApiError> {
    use actix_web::HttpMessage;
    if types.contains(&request.content_type()) {
        return Ok(());
    }
    Err(ApiError::with_status(
        Code::InvalidRequest,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!(
            "Send the body with `Content-Type: {}`.",
            types.join("` or `")
        ),
    ))
}

fn invalid(sentence: impl Into<String>) -> ApiError {
    Reject::new(Code::InvalidRequest, sentence).into()
}

fn kind_of(text: &str) -> Result<Kind, ApiError> {
    text.parse()
        .map_err(|sentence: String| Reject::new(Code::NotFound, sentence).into())
}

fn fresh_secret() -> Result<String, ApiError> {
    new_secret().map_err(|_| {
        Reject::new(
            Code::Internal,
            "No secret could be made; an operator has been told.",
        )
        .into()
    })
}

/// Whoever is new and brings no secret is given one.
fn secret_of_new_agent(
    company: &Company,
    id: &str,
    object: &mut Value,
) -> Result<Option<String>, ApiError> {
    let known = company.agents.keys().any(|known| known.as_str() == id);
    let Value::Object(fields) = object else {
        return Ok(None);
    };
    if known || fields.contains_key("secret_sha256") {
        return Ok(None);
    }
    let secret = fresh_secret()?;
    fields.insert("secret_sha256".to_owned(), json!(secret_sha256(&secret)));
    Ok(Some(secret))
}
