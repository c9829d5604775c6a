//! What is known of a customer, and that it goes.

use actix_web::{HttpResponse, web};

use crate::domain::erasure::{Erasure, Stage};
use crate::domain::ids::CustomerId;
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
    CustomerId::parse(&format!("erased-{}", &hash[..PSEUDONYM_DIGITS])).map_err(|_| {
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

fn read(id: &str) -> Result<CustomerId, Reject> {
    CustomerId::parse(id).map_err(|_| unknown())
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
    let customer = read(&id)?;
    let known = state.gateway.known(customer.clone()).await?;
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
    let customer = read(&id)?;
    // In front of the first write: a slip of the pen must not put an id into the log of the store.
    let known = state.gateway.known(customer.clone()).await?;
    known.ok_or_else(unknown)?;
    let AdminAuth(admin) = auth;
    let pseudonym = pseudonym(&customer)?;
    let erasure = Erasure {
        at: state.gateway.now(),
        who: admin.trail.who(&admin.id),
        from: admin.trail.from,
        pseudonym: pseudonym.clone(),
        stage: Stage::Rows(Vec::new()),
    };
    let erasing = state.gateway.erase(customer, erasure).await?;
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
