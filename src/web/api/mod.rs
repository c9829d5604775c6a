//! The HTTP API: thin handlers, a file for each topic.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::auth::{Asker, permit};
use super::{ApiError, WebState};
use crate::domain::ids::ConversationId;
use crate::domain::time::Millis;
use crate::engine::request::{Ask, Reply, Request};

pub(super) mod actions;
pub(super) mod agents;
pub(super) mod audit;
pub(super) mod authentication;
pub(super) mod config;
pub(super) mod conversations;
pub(super) mod customers;
pub(super) mod devices;
pub(super) mod lists;
pub(super) mod messages;
pub(super) mod quick_replies;
pub(super) mod routing;
pub(super) mod statistics;
pub(super) mod widgets;
pub(super) mod work;
pub(super) mod workplace;

/// How long a plain question may take before it is answered `unavailable`. Longer than a
/// slow disk, shorter than the patience of proxies.
const ANSWER_WITHIN: Millis = Millis::seconds(15);

/// The answer to something that may have been said before: 201 the first time, 200 after.
fn created_or_ok(is_new: bool, body: impl Serialize) -> HttpResponse {
    if is_new {
        HttpResponse::Created().json(body)
    } else {
        HttpResponse::Ok().json(body)
    }
}

/// Asks and waits for the answer.
async fn ask(
    state: &web::Data<WebState>,
    asker: impl Into<Asker>,
    request: Request,
) -> Result<Reply, ApiError> {
    ask_within(state, asker, request, ANSWER_WITHIN).await
}

async fn ask_within(
    state: &web::Data<WebState>,
    asker: impl Into<Asker>,
    request: Request,
    deadline: Millis,
) -> Result<Reply, ApiError> {
    let Asker { principal, trail } = asker.into();
    permit(&principal, &request)?;
    state.limiter.asked(&principal, None, &request)?;
    Ok(state
        .gateway
        .ask(principal, trail, request, deadline)
        .await?)
}

/// Asks about one conversation.
async fn ask_about(
    state: &web::Data<WebState>,
    asker: impl Into<Asker>,
    id: ConversationId,
    question: Ask,
) -> Result<Reply, ApiError> {
    ask(state, asker, Request::In(id, question)).await
}
