//! What is known of a customer, and that it goes.

use actix_web::{HttpResponse, web};

use crate::domain::device::DeviceId;
use crate::domain::erasure::{Erasure, Stage};
use crate::domain::ids::{CustomerId, ERASED_PREFIX};
use crate::domain::reject::{Code, Reject};
use crate::limits;
use crate::web::auth::AdminAuth;
use crate::web::secret::secret_sha256;
use crate::web::{ApiError, WebState};
use crate::wire::customers::{CustomerBody, ErasedBody};
use crate::wire::rest::ErrorBody;

/// Hexadecimal digits of a customer's pseudonym: 128 bits.
const PSEUDONYM_DIGITS: usize = 32;

/// What stands in the audit for a customer who was erased: nobody can read the id from it,
/// and whoever has the id can find it.
fn pseudonym(customer: &CustomerId) -> Result<CustomerId, Reject> {
    let hash = secret_sha256(customer.as_str());
    CustomerId::parse(&format!("{ERASED_PREFIX}{}", &hash[..PSEUDONYM_DIGITS])).map_err(|_| {
        Reject::new(
            Code::Internal,
            "The customer could not be given a pseudonym.",
        )
    })
}

fn unknown() -> Reject {
    Reject::new(
        Code::NotFound,
        "Nothing is known of such a customer; the id is the `sub` of their tokens, or begins with `device:`.",
    )
}

/// A customer of this id, and what they would be called.
fn read(id: &str) -> Result<(CustomerId, CustomerId), Reject> {
    let customer = CustomerId::parse(id).ok().filter(|c| !c.is_pseudonym());
    let customer = customer.ok_or_else(unknown)?;
    let pseudonym = pseudonym(&customer)?;
    Ok((customer, pseudonym))
}

/// What is known of a customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers",
    params(("id" = String, Path, description = "The customer")),
    security(("bearer" = [])), responses(
    (status = 200, body = CustomerBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn view(
    _auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (customer, pseudonym) = read(&id)?;
    let known = state.gateway.known(customer.clone(), pseudonym).await?;
    let known = known.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(CustomerBody::of(&customer, &known)))
}

/// Erase a customer: conversations, devices, and their name in the audit. Nothing brings them
/// back. Answered when no file of the data directory holds anything of it.
#[utoipa::path(delete, path = "/api/v1/customers/{id}", tag = "customers",
    params(("id" = String, Path, description = "The customer")),
    security(("bearer" = [])), responses(
    (status = 200, description = "Erased", body = ErasedBody),
    (status = 202, description = "It will be, whatever happens", body = ErasedBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn erase(
    auth: AdminAuth,
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (customer, pseudonym) = read(&id)?;
    // In front of the first write: a slip of the pen must not put an id into the log of the store.
    let known = state.gateway.known(customer.clone(), pseudonym.clone());
    known.await?.ok_or_else(unknown)?;
    let AdminAuth(admin) = auth;
    let erasure = Erasure {
        at: state.gateway.now(),
        who: admin.trail.who(&admin.id),
        from: admin.trail.from,
        pseudonym: pseudonym.clone(),
        stage: Stage::Rows(Vec::new()),
    };
    // By itself: whoever asked may hang up. A device is locked until it is certain that it goes.
    let data = state.clone();
    let begun = actix_web::rt::spawn(async move {
        let device = DeviceId::of(&customer);
        let lock = device.map(|id| data.devices.lock_of(id));
        let _locked = match lock {
            Some(lock) => Some(lock.lock().await),
            None => None,
        };
        data.gateway.erase(customer, erasure).await
    });
    let erasing = begun.await.map_err(|_| Reject::unavailable())??;
    let mut body = ErasedBody {
        pseudonym: pseudonym.to_string(),
        conversations: None,
        devices: None,
        audit_records: None,
    };
    match erasing.is_over(limits::AFFAIR_WAIT_MAX).await {
        None => Ok(HttpResponse::Accepted().json(body)),
        Some(None) => Err(unknown().into()),
        Some(Some(erased)) => {
            body.conversations = Some(erased.conversations);
            body.devices = Some(erased.traces.devices.len());
            body.audit_records = Some(erased.traces.records);
            Ok(HttpResponse::Ok().json(body))
        }
    }
}
