//! Over many conversations: counts, and one action on many.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use futures_util::StreamExt as _;
use futures_util::stream;

use super::{ANSWER_WITHIN, ask};
use crate::domain::ids::ConversationId;
use crate::domain::reject::{Code, Reject};
use crate::engine::request::{Ask, Reply, Request};
use crate::limits;
use crate::web::auth::{AgentAuth, Asker, SupervisorAuth, permit};
use crate::web::{ApiError, WebState};
use crate::wire::bulk::{BulkBody, BulkItem, BulkReport};
use crate::wire::listing::{CountsBody, CountsQuery};
use crate::wire::rest::ErrorBody;

/// How many conversations a list would hold, by state and queue.
#[utoipa::path(get, path = "/api/v1/conversations/counts", tag = "conversations", params(CountsQuery),
    security(("bearer" = [])), responses(
    (status = 200, body = CountsBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn counts(
    auth: AgentAuth,
    state: web::Data<WebState>,
    query: web::Query<CountsQuery>,
) -> Result<HttpResponse, ApiError> {
    let filter = query.into_inner().check()?;
    let Reply::Counts(counts) = ask(&state, auth, Request::Count(filter)).await? else {
        return Err(ApiError::unexpected());
    };
    Ok(HttpResponse::Ok().json(CountsBody::from(&counts)))
}

/// One action on up to 1,000 conversations (supervisors). Each is done or refused by itself;
/// the answer says which. A request that is given up half-way leaves the rest undone.
#[utoipa::path(post, path = "/api/v1/conversations/bulk", tag = "actions", request_body = BulkBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "What became of each", body = BulkReport),
    (status = "default", description = "Refused as a whole", body = ErrorBody)))]
pub(in crate::web) async fn bulk(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
    body: web::Json<BulkBody>,
) -> Result<HttpResponse, ApiError> {
    let asker: Asker = auth.into();
    let asks = body.check()?;
    let until = Instant::now() + Duration::from_millis(limits::BULK_TIME_MAX.0);
    let report: Vec<BulkItem> = stream::iter(asks)
        .map(|(id, question)| one(&state, &asker, id, question, until))
        .buffered(limits::BULK_AT_ONCE)
        .collect()
        .await;
    Ok(HttpResponse::Ok().json(BulkReport::from(report)))
}

async fn one(
    state: &WebState,
    Asker { principal, trail }: &Asker,
    id: ConversationId,
    question: Ask,
    until: Instant,
) -> BulkItem {
    let request = Request::In(id, question);
    let result = if Instant::now() >= until {
        Err(Reject::new(
            Code::Unavailable,
            "There was no time left for this one, and nothing was done to it; send it again.",
        ))
    } else if let Err(reject) = permit(principal, &request) {
        Err(reject)
    } else {
        let answer = state
            .gateway
            .ask(principal.clone(), *trail, request, ANSWER_WITHIN);
        answer.await
    };
    BulkItem::of(id, &result)
}
