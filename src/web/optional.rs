//! A JSON body that may be left out, where everything in it may be.

use actix_web::dev::Payload;
use actix_web::http::{Version, header};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

/// The body, or what an empty object would be if there is none.
pub(super) struct OptionalJson<T>(pub(super) T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if has_body(req) {
            web::Json::<T>::from_request(req, payload)
                .map(|read| Ok(Self(read?.into_inner())))
                .boxed_local()
        } else {
            async { Ok(Self(T::default())) }.boxed_local()
        }
    }
}

/// By its head (RFC 9112, section 6.3). HTTP/2 need not say; whoever sends a body there
/// says of which type it is.
fn has_body(req: &HttpRequest) -> bool {
    let head = req.headers();
    match head.get(header::CONTENT_LENGTH) {
        Some(length) => length != "0",
        None if req.version() >= Version::HTTP_2 => head.contains_key(header::CONTENT_TYPE),
        None => head.contains_key(header::TRANSFER_ENCODING),
    }
}
