//! Devices: named, renewed, looked at, revoked.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::config::Bucket;
use crate::domain::reject::{Code, Reject};
use crate::limits;
use crate::web::auth::{CustomerAuth, SupervisorAuth};
use crate::web::devices::{self, DeviceToken};
use crate::web::front::Caller;
use crate::web::proof::{Proof, ProvenBy};
use crate::web::{ApiError, WebState};
use crate::wire::devices::{DeviceBody, DeviceTokenBody, LinkBody, LinkedBody, NewDeviceBody};
use crate::wire::rest::ErrorBody;

/// Name a device, for a customer who has not signed in: where the workstream of the widget
/// has `device_identity`. Needs no credentials.
#[utoipa::path(post, path = "/api/v1/devices", tag = "devices", request_body = NewDeviceBody, responses(
    (status = 201, description = "Its first token", body = DeviceTokenBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn name(
    caller: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<NewDeviceBody>,
) -> Result<HttpResponse, ApiError> {
    let widget = body.check()?;
    let caller = Caller::of(&caller);
    caller
        .origin
        .permit(&state.gateway.company(), Some(&widget))?;
    // Whoever takes a device is about to start.
    state
        .limiter
        .take(Bucket::StartsPerAddress, caller.address)?;
    let issued = devices::name(&state, widget).await?;
    let body = DeviceTokenBody::of(issued.token, issued.id, issued.expires);
    Ok(HttpResponse::Created().json(body))
}

/// Exchange the token of a device, which is the bearer, for a new one.
#[utoipa::path(post, path = "/api/v1/devices/renew", tag = "devices",
    security(("bearer" = [])), responses(
    (status = 200, description = "Its new token", body = DeviceTokenBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn renew(
    token: DeviceToken,
    caller: HttpRequest,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let issued = devices::renew(&state, &token.0, Caller::of(&caller).ip).await?;
    let body = DeviceTokenBody::of(issued.token, issued.id, issued.expires);
    Ok(HttpResponse::Ok().json(body))
}

/// Take the conversations of a device over: the bearer is the signed token of the customer
/// who had it. The device ends.
#[utoipa::path(post, path = "/api/v1/devices/link", tag = "devices",
    request_body = LinkBody, security(("bearer" = [])), responses(
    (status = 200, description = "They are the customer's", body = LinkedBody),
    (status = 202, description = "They will be", body = LinkedBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn link(
    auth: CustomerAuth,
    caller: HttpRequest,
    state: web::Data<WebState>,
    body: web::Json<LinkBody>,
) -> Result<HttpResponse, ApiError> {
    let Proof { customer, by, .. } = auth.0;
    if by == ProvenBy::Device {
        let sentence = "A device cannot take another over; sign in, and use the token from there.";
        return Err(Reject::new(Code::Forbidden, sentence).into());
    }
    let (address, from) = {
        let caller = Caller::of(&caller);
        caller.origin.permit(&state.gateway.company(), None)?;
        (caller.address, caller.ip)
    };
    let (device_token, owner) = (body.into_inner().device_token, customer.clone());
    let data = state.clone();
    // By itself: whoever asked may hang up.
    let linked = actix_web::rt::spawn(async move {
        let linked = devices::link(&data, &device_token, &owner, from).await;
        data.limiter.proved(&address, &linked);
        linked
    });
    let (id, linking) = linked.await.map_err(|_| Reject::unavailable())??;
    let mut body = LinkedBody {
        customer: customer.to_string(),
        conversations: None,
    };
    if !linking.is_over(limits::AFFAIR_WAIT_MAX).await {
        return Ok(HttpResponse::Accepted().json(body));
    }
    body.conversations = Some(devices::linked(&state, id).await?);
    Ok(HttpResponse::Ok().json(body))
}

/// What is known of a device.
#[utoipa::path(get, path = "/api/v1/devices/{id}", tag = "devices",
    params(("id" = String, Path, description = "The customer's id without `device:`")),
    security(("bearer" = [])), responses(
    (status = 200, body = DeviceBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn view(
    _auth: SupervisorAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, device) = devices::view(&state, &id).await?;
    Ok(HttpResponse::Ok().json(DeviceBody::of(id, &device)))
}

/// Revoke a device: its tokens are refused and its sockets closed. Its conversations stay.
#[utoipa::path(delete, path = "/api/v1/devices/{id}", tag = "devices",
    params(("id" = String, Path, description = "The customer's id without `device:`")),
    security(("bearer" = [])), responses(
    (status = 200, description = "Revoked", body = DeviceBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn revoke(
    auth: SupervisorAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, device) = devices::revoke(&state, &id, auth.0.id, auth.0.trail).await?;
    Ok(HttpResponse::Ok().json(DeviceBody::of(id, &device)))
}
