//! Who changed the configuration. Admins only.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::domain::audit::AuditRecord;
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::web::auth::AdminAuth;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct AuditQuery {
    /// Those before this one: the `next` of the page before.
    before: Option<String>,
    /// At most this many: 1 to 250, default 50.
    limit: Option<usize>,
}

/// Changes to the configuration, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AuditBody {
    records: Vec<AuditRecordBody>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One change to the configuration.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AuditRecordBody {
    /// When.
    at: i64,
    /// Who; absent: whoever had the data directory in their hands.
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    /// `api`, `command_line`, or `start` for a file that the server was given at its start.
    interface: &'static str,
    /// The revision that the change made.
    revision: u64,
    /// What changed.
    changes: Vec<AuditChangeBody>,
    /// There was too much to keep in full.
    shortened: bool,
}

/// What one object was and is, in the form of the company file, secrets masked.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AuditChangeBody {
    /// Which kind of object; `company` for what belongs to none.
    kind: String,
    /// Its id.
    id: String,
    /// What it was; absent: it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What it is; absent: it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
}

/// Who changed the configuration, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "configuration", params(AuditQuery),
    security(("bearer" = [])), responses(
    (status = 200, body = AuditBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn list(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    query: web::Query<AuditQuery>,
) -> Result<HttpResponse, ApiError> {
    let before = query.before.as_deref().map(read_cursor).transpose()?;
    let limit = query
        .limit
        .unwrap_or(limits::LIST_PAGE)
        .clamp(1, limits::LIST_PAGE_MAX);
    let records = state.gateway.audit(before, limit).await?;
    let next = records
        .last()
        .filter(|_| records.len() == limit)
        .map(|r| format!("{}.{}", r.at.0, r.revision));
    Ok(HttpResponse::Ok().json(AuditBody {
        records: records.iter().map(body).collect(),
        next,
    }))
}

fn read_cursor(text: &str) -> Result<(Timestamp, u64), ApiError> {
    let parts = text
        .split_once('.')
        .and_then(|(at, revision)| Some((Timestamp(at.parse().ok()?), revision.parse().ok()?)));
    parts.ok_or_else(|| {
        Reject::new(
            Code::InvalidRequest,
            "before is not the `next` of another page; leave it out for the newest.",
        )
        .into()
    })
}

fn body(record: &AuditRecord) -> AuditRecordBody {
    let value = |text: &Option<String>| text.as_deref().and_then(|t| serde_json::from_str(t).ok());
    AuditRecordBody {
        at: record.at.0,
        who: record.who.as_ref().map(ToString::to_string),
        interface: record.interface.as_str(),
        revision: record.revision,
        changes: record
            .changes
            .iter()
            .map(|c| AuditChangeBody {
                kind: c.kind.clone(),
                id: c.id.clone(),
                before: value(&c.before),
                after: value(&c.after),
            })
            .collect(),
        shortened: record.shortened,
    }
}
