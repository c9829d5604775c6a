//! Refusals over HTTP: the typed body, the status of the code, `Retry-After`.

use std::fmt;

use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::domain::reject::{Code, Reject};
use crate::error;
use crate::limits;
use crate::wire::rest::ErrorBody;

/// A refusal on its way out.
#[derive(Debug, Clone)]
pub struct ApiError {
    reject: Reject,
    status: u16,
}

impl ApiError {
    /// With another status than the code's own, where HTTP has a more precise one.
    pub(super) fn with_status(code: Code, status: StatusCode, sentence: impl Into<String>) -> Self {
        Self {
            reject: Reject::new(code, sentence),
            status: status.as_u16(),
        }
    }

    /// An answer of the engine that does not belong to the question.
    pub(super) fn unexpected() -> Self {
        Reject::new(
            Code::Internal,
            "The server answered something else than was asked; try again.",
        )
        .into()
    }
}

impl From<Reject> for ApiError {
    fn from(reject: Reject) -> Self {
        let status = error::of(reject.code).http;
        Self { reject, status }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reject.code.as_str())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(wait) = error::retry_after(&self.reject) {
            answer.insert_header((header::RETRY_AFTER, wait.0.div_ceil(1_000).to_string()));
        }
        if self.status == 401 {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.status == 426 {
            answer.insert_header((header::UPGRADE, "websocket"));
            answer.insert_header((header::SEC_WEBSOCKET_VERSION, "13"));
        }
        let mut answer = answer.json(ErrorBody {
            error: (&self.reject).into(),
        });
        // Read by the counter in `server.rs`.
        answer.extensions_mut().insert(self.reject.code);
        answer
    }
}

fn invalid(sentence: impl Into<String>) -> ApiError {
    Reject::new(Code::InvalidRequest, sentence).into()
}

/// A body that is not the documented JSON.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is actix-web's"
)]
pub(super) fn json(error: JsonPayloadError, _req: &HttpRequest) -> actix_web::Error {
    use actix_web::error::PayloadError;
    let refused = match &error {
        JsonPayloadError::Overflow { .. }
        | JsonPayloadError::OverflowKnownLength { .. }
        | JsonPayloadError::Payload(PayloadError::Overflow) => Reject::new(
            Code::FrameTooLarge,
            format!("A body is at most {} bytes.", limits::FRAME_BYTES_MAX),
        )
        .into(),
        JsonPayloadError::ContentType => ApiError::with_status(
            Code::InvalidRequest,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send the body with `Content-Type: application/json`.",
        ),
        JsonPayloadError::Deserialize(e) => invalid(format!(
            "The body is not of the documented form: {}.",
            crate::wire::client::fault(e)
        )),
        _ => invalid("The body could not be read; send it again."),
    };
    refused.into()
}

/// Parameters that are not documented.
pub(super) fn query(_error: QueryPayloadError, _req: &HttpRequest) -> actix_web::Error {
    invalid(
        "A query parameter is unknown, given twice or of the wrong type; see /api/v1/openapi.json.",
    )
    .into()
}

/// An id in the path that is none.
pub(super) fn path(_error: PathError, _req: &HttpRequest) -> actix_web::Error {
    invalid("The id in the path is not a conversation id.").into()
}

/// A path that leads nowhere.
pub(super) async fn unknown_path() -> Result<HttpResponse, ApiError> {
    Err(nowhere())
}

/// The same, of an address that leads somewhere on another server.
pub(super) fn nowhere() -> ApiError {
    Reject::new(
        Code::NotFound,
        "There is no such address; see /api/v1/openapi.json.",
    )
    .into()
}

/// A path that is right with a method that is not.
pub(super) async fn wrong_method() -> Result<HttpResponse, ApiError> {
    Err(ApiError::with_status(
        Code::InvalidRequest,
        StatusCode::METHOD_NOT_ALLOWED,
        "This address does not take this method; see /api/v1/openapi.json.",
    ))
}

/// A handshake that is none.
pub(super) fn handshake() -> ApiError {
    ApiError::with_status(
        Code::InvalidRequest,
        StatusCode::UPGRADE_REQUIRED,
        "This address takes WebSocket connections (RFC 6455, version 13).",
    )
}
