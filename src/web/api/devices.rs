//! Devices: named, renewed, looked at, revoked.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::config::Bucket;
use crate::web::auth::SupervisorAuth;
use crate::web::devices::{self, DeviceToken};
use crate::web::front::Caller;
use crate::web::{ApiError, WebState};
use crate::wire::devices::{DeviceBody, DeviceTokenBody, NewDeviceBody};
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
