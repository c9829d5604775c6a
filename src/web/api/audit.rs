//! Who did what from where: in pages, and as a whole to keep elsewhere. Admins, and API keys
//! with the scope for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::actors::Gateway;
use crate::domain::audit::{
    AuditCursor, AuditPage, AuditRecord, Audited, ConfigChange, Object, Wanted, What,
};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
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
    /// Of these kinds: `sign_in,sign_in_failed`.
    what: Option<String>,
    /// By them: `agent:anna`, `customer:…`, `api_key:…`, `operator`, `linger`, `nobody`.
    who: Option<String>,
    /// About this: `conversation:…`, `agent:bob`, `device:…`, `configuration`.
    object: Option<String>,
    /// Not before this time, in milliseconds since 1970.
    since: Option<i64>,
    /// Before this time.
    until: Option<i64>,
}

/// Which records to export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ExportQuery {
    /// Those after this one: `at.seq` of the last that was exported.
    after: Option<String>,
    /// Of these kinds: `sign_in,sign_in_failed`.
    what: Option<String>,
    /// By them.
    who: Option<String>,
    /// About this.
    object: Option<String>,
    /// Not before this time, in milliseconds since 1970.
    since: Option<i64>,
    /// Before this time.
    until: Option<i64>,
}

/// Part of the audit, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AuditBody {
    records: Vec<AuditRecordBody>,
    /// Where the next page begins; absent on the last. A page of few records, or none, may
    /// have one: only so many are looked at for a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that was done, or refused.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct AuditRecordBody {
    /// Its number: 1, 2, 3 … in the order of writing, without a gap.
    seq: u64,
    /// When.
    at: i64,
    /// Who: `agent:ID`, `customer:ID`, `api_key:ID`, `operator` (who has the data directory in
    /// their hands), `linger`, or `nobody`, who has proven nothing.
    who: String,
    /// From which address; absent: not over the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// What: `sign_in`, `refused`, `config_changed` …
    what: &'static str,
    /// With what: a kind and an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    /// More about it: ids, codes and numbers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<String, String>,
    /// Of `config_changed`: what was and is.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ConfigChangeBody>,
}

/// A change to the configuration.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct ConfigChangeBody {
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

/// Who did what from where, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "configuration", params(AuditQuery),
    security(("bearer" = [])), responses(
    (status = 200, body = AuditBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn list(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    query: web::Query<AuditQuery>,
) -> Result<HttpResponse, ApiError> {
    let query = query.into_inner();
    let before = query.before.as_deref().map(read_cursor).transpose()?;
    let limit = query
        .limit
        .unwrap_or(limits::LIST_PAGE)
        .clamp(1, limits::LIST_PAGE_MAX);
    let wanted = Wanted {
        what: kinds(query.what.as_deref())?,
        who: query.who,
        object: query.object,
        since: query.since.map(Timestamp),
        until: query.until.map(Timestamp),
    };
    // What was only counted so far is there as well.
    state.refusals.settle(&state.gateway, true);
    let AuditPage { records, next } = state.gateway.audit(wanted, true, before, limit).await?;
    Ok(HttpResponse::Ok().json(AuditBody {
        records: records.iter().map(body).collect(),
        next: next.map(|cursor| cursor.to_string()),
    }))
}

/// The whole audit, or part of it, oldest first: a record a line. The export stands in the
/// audit before the first line leaves.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "configuration", params(ExportQuery),
    security(("bearer" = [])), responses(
    (status = 200, description = "Newline-delimited JSON, each line an AuditRecordBody", body = String, content_type = "application/x-ndjson"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn export(
    auth: AdminAuth,
    state: web::Data<WebState>,
    query: web::Query<ExportQuery>,
) -> Result<HttpResponse, ApiError> {
    let query = query.into_inner();
    let after = query.after.as_deref().map(read_cursor).transpose()?;
    let now = state.gateway.now();
    let end = now + Millis(1);
    let wanted = Wanted {
        what: kinds(query.what.as_deref())?,
        who: query.who,
        object: query.object,
        since: query.since.map(Timestamp),
        // It comes to an end, however much is added meanwhile.
        until: Some(query.until.map_or(end, |until| Timestamp(until).min(end))),
    };
    state.refusals.settle(&state.gateway, true);
    state.gateway.record(exported(&auth, now, &wanted)).await?;
    let first = (state.gateway.clone(), wanted, Some(after));
    // The first page is read before anything is answered: a refusal is still one then.
    let (lines, rest) = portion(first).await?;
    let more = stream::try_unfold(rest, async |place| {
        if place.2.is_none() {
            return Ok(None);
        }
        // The answer breaks off: nobody takes it for a whole one.
        let portion = portion(place).await.map(Some);
        portion.map_err(|refused| io::Error::other(refused.to_string()))
    });
    let lines = stream::StreamExt::chain(stream::iter([Ok(lines)]), more);
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"linger-audit.ndjson\"",
        ))
        .streaming(lines))
}

/// What the audit says of its export.
fn exported(auth: &AdminAuth, now: Timestamp, wanted: &Wanted) -> AuditRecord {
    let AdminAuth(admin) = auth;
    let mut record = admin.trail.record(now, &admin.id, What::Exported);
    if !wanted.what.is_empty() {
        let kinds: Vec<&str> = wanted.what.iter().map(|what| what.as_str()).collect();
        record = record.with("what", kinds.join(","));
    }
    if let Some(Timestamp(since)) = wanted.since {
        record = record.with("since", since);
    }
    if let Some(Timestamp(until)) = wanted.until {
        record = record.with("until", until);
    }
    record.about(Object::audit())
}

/// Where an export stands: `None`, at its end.
type Place = (Gateway, Wanted, Option<Option<AuditCursor>>);

/// The next lines of an export.
async fn portion((gateway, wanted, after): Place) -> Result<(Bytes, Place), ApiError> {
    let page = gateway
        .audit(
            wanted.clone(),
            false,
            after.flatten(),
            limits::AUDIT_EXPORT_PAGE,
        )
        .await?;
    let mut lines = Vec::new();
    for record in &page.records {
        serde_json::to_writer(&mut lines, &body(record)).map_err(|_| ApiError::unexpected())?;
        lines.push(b'\n');
    }
    Ok((lines.into(), (gateway, wanted, page.next.map(Some))))
}

fn read_cursor(text: &str) -> Result<AuditCursor, ApiError> {
    text.parse().map_err(|_| {
        Reject::new(
            Code::InvalidRequest,
            "This is not the place of a record; use the `next` of another page, or leave it out.",
        )
        .into()
    })
}

fn kinds(text: Option<&str>) -> Result<BTreeSet<What>, ApiError> {
    let names = text.into_iter().flat_map(|text| text.split(','));
    let kinds: Result<BTreeSet<What>, _> = names.map(str::parse).collect();
    kinds.map_err(|_| {
        let all: Vec<&str> = What::ALL.iter().map(|what| what.as_str()).collect();
        Reject::new(
            Code::InvalidRequest,
            format!("`what` is one or more of: {}.", all.join(", ")),
        )
        .into()
    })
}

fn body(Audited { seq, record }: &Audited) -> AuditRecordBody {
    AuditRecordBody {
        seq: *seq,
        at: record.at.0,
        who: record.who.to_string(),
        from: record.from.map(|from| from.to_canonical().to_string()),
        what: record.what.as_str(),
        object: record.object.as_ref().map(|o| o.as_str().to_owned()),
        details: record.details.clone(),
        change: record.change.as_ref().map(change),
    }
}

fn change(change: &ConfigChange) -> ConfigChangeBody {
    let value = |text: &Option<String>| text.as_deref().and_then(|t| serde_json::from_str(t).ok());
    ConfigChangeBody {
        interface: change.interface.as_str(),
        revision: change.revision,
        changes: change
            .changes
            .iter()
            .map(|c| AuditChangeBody {
                kind: c.kind.clone(),
                id: c.id.clone(),
                before: value(&c.before),
                after: value(&c.after),
            })
            .collect(),
        shortened: change.shortened,
    }
}
