//! What every request passes before its route, and every answer after it: where it comes
//! from, what may not stand in an address, how often one address may ask, which pages may
//! ask at all (CORS), and the security headers.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web};
use bytes::Bytes;

use super::address::Whence;
use super::limiter::{Place, Subject};
use super::origin::From as Origin;
use super::refusals::{self, Refusal};
use super::{ApiError, WebState, headers};
use crate::config::Bucket;
use crate::domain::audit::{Object, Who};
use crate::domain::ids::WidgetId;
use crate::domain::reject::{Code, Reject};
use crate::limits;

const API: &str = "/api/";
const SOCKETS: &str = "/ws/";
/// Asked by whatever watches the server, often and from one address.
const WATCHED: [&str; 2] = ["/healthz", "/readyz"];
/// How long a browser may keep the answer to a preflight.
const PREFLIGHT_KEPT: HeaderValue = HeaderValue::from_static("600");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, DELETE");
const REQUEST_HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, if-match");
const ANSWER_HEADERS: HeaderValue = HeaderValue::from_static("retry-after, etag");
const VARY: HeaderValue = HeaderValue::from_static("Origin");
const VARY_PREFLIGHT: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
);

/// Parameters in which people put credentials.
const CREDENTIALS: &[&str] = &[
    "token",
    "access_token",
    "id_token",
    "refresh_token",
    "auth_token",
    "authtoken",
    "accesstoken",
    "jwt",
    "bearer",
    "authorization",
    "auth",
    "api_key",
    "apikey",
    "api-key",
    "secret",
    "client_secret",
    "password",
    "passwd",
    "session",
    "session_id",
    "sessionid",
];

/// Who is behind a request, before anybody has proven anything.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Their address, as limits count it.
    pub address: Subject,
    /// Their address itself.
    pub ip: IpAddr,
    /// Their connection is encrypted up to us, or to the proxy before us.
    pub secure: bool,
    /// The page, if a browser's page asks.
    pub origin: Origin,
}

impl Caller {
    /// Of a request. One that did not pass the front (a unit test) comes from nowhere.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get().cloned().unwrap_or(Self {
            address: Subject::Crowd,
            ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            secure: false,
            origin: Origin::Anywhere,
        })
    }
}

/// The widget that a handshake names in its query.
///
/// # Errors
/// `invalid_request`.
pub fn widget_named(query: &str) -> Result<Option<WidgetId>, Reject> {
    let mut named = None;
    for (name, value) in pairs(query) {
        if name == "widget" {
            let widget = WidgetId::parse(&value).ok();
            if named.is_some() || widget.is_none() {
                let sentence = "Name one widget in the address, or none.";
                return Err(Reject::new(Code::InvalidRequest, sentence));
            }
            named = widget;
        }
    }
    Ok(named)
}

/// The request's way through the server.
///
/// # Errors
/// What the routes cannot answer themselves.
pub async fn pass(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<EitherBody<Portions>>, actix_web::Error> {
    let state = request.app_data::<web::Data<WebState>>().cloned();
    let tls = request.app_config().secure();
    let peer = request.peer_addr().map(|a| a.ip());
    let whence = match (&state, peer) {
        (Some(state), Some(peer)) => {
            if state.proxies.ignores(peer, request.headers()) {
                warn_once_of_a_proxy();
            }
            state.proxies.whence(peer, request.headers(), tls)
        }
        (_, peer) => Whence {
            address: peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            secure: tls,
        },
    };
    let origins: Vec<&[u8]> = request
        .headers()
        .get_all(header::ORIGIN)
        .map(HeaderValue::as_bytes)
        .collect();
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|h| h.to_str().ok());
    let public_url = state
        .as_ref()
        .and_then(|s| s.staff.settings().public_url.as_deref());
    let caller = Caller {
        address: Subject::address(whence.address),
        ip: whence.address,
        secure: whence.secure,
        origin: Origin::read(&origins, host, whence.secure).known_as(public_url),
    };
    let is_api = request.path().starts_with(API);
    let verdict = admit(&request, state.as_ref(), &caller);
    let is_preflight = is_api
        && request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let page = caller.origin.page().map(ToOwned::to_owned);
    let allowed = page.filter(|_| verdict.is_ok());
    request.extensions_mut().insert(caller);
    let mut answer = match verdict {
        Err(reject) => request.into_response(ApiError::from(reject).error_response()),
        Ok(()) if is_preflight => request.into_response(preflight()),
        Ok(()) => next.call(request).await?,
    };
    if let Some(state) = &state {
        audit_refusal(state, &answer, whence.address);
    }
    headers::complete(answer.headers_mut(), whence.secure);
    if is_api {
        cors(answer.headers_mut(), allowed.as_deref(), is_preflight);
    }
    let place = answer.request().extensions_mut().remove::<Place>();
    Ok(answer.map_body(|head, body| {
        // A socket's body goes on for as long as the socket does, and is bounded elsewhere.
        if head.status == StatusCode::SWITCHING_PROTOCOLS || place.is_none() {
            return EitherBody::right(body);
        }
        match body.try_into_bytes() {
            Ok(bytes) => EitherBody::left(Portions {
                bytes,
                _place: place,
            }),
            Err(body) => EitherBody::right(body),
        }
    }))
}

/// Notes a refusal that belongs into the audit.
fn audit_refusal(state: &WebState, answer: &ServiceResponse<BoxBody>, from: IpAddr) {
    let code = answer.response().extensions().get::<Code>().copied();
    let Some(code) = code.filter(|code| refusals::concerns(*code).is_some()) else {
        return;
    };
    let request = answer.request();
    // The pattern, not the path: ids, and whatever else somebody writes there, stay out.
    let pattern = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    let who = request.extensions().get::<Who>().cloned();
    let refusal = Refusal {
        address: &Subject::address(from),
        from,
        who: who.unwrap_or(Who::Nobody),
        code,
        place: &format!("{} {pattern}", method_of(request)),
        object: request.extensions().get::<Object>().cloned(),
    };
    state.refusals.note(&state.gateway, refusal);
}

/// The method, unless it is one that somebody made up.
fn method_of(request: &HttpRequest) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if known.contains(request.method()) {
        request.method().as_str()
    } else {
        "-"
    }
}

/// Whether a request may go on to its route.
fn admit(
    request: &ServiceRequest,
    state: Option<&web::Data<WebState>>,
    caller: &Caller,
) -> Result<(), Reject> {
    if holds_credential(request.query_string()) {
        return Err(token_in_url());
    }
    let Some(state) = state else {
        return Ok(());
    };
    let path = request.path();
    if !WATCHED.contains(&path) {
        let bucket = if path.starts_with(SOCKETS) {
            Bucket::SocketsPerAddress
        } else {
            Bucket::RequestsPerAddress
        };
        state.limiter.take(bucket, caller.address.clone())?;
    }
    if path.starts_with(API) {
        caller.origin.permit(&state.gateway.company(), None)?;
    }
    Ok(())
}

pub(super) fn token_in_url() -> Reject {
    Reject::new(
        Code::TokenInUrl,
        "Send credentials in `Authorization: Bearer` or in `hello`, never in an address; \
         renew this one, for addresses are kept in logs.",
    )
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_KEPT))
        .finish()
}

/// Names the one page that may read the answer. Credentials that a browser adds by itself are
/// never allowed from another origin, so cookies stay with the server's own pages.
fn cors(headers: &mut HeaderMap, page: Option<&str>, is_preflight: bool) {
    headers.append(
        header::VARY,
        if is_preflight { VARY_PREFLIGHT } else { VARY },
    );
    if let Some(page) = page.and_then(|p| HeaderValue::from_str(p).ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
    }
}

/// Whether a query holds a credential: by its name, or by its looks.
pub(super) fn holds_credential(query: &str) -> bool {
    pairs(query).any(|(name, value)| {
        CREDENTIALS.contains(&name.to_ascii_lowercase().as_str())
            || is_token(&name)
            || is_token(&value)
    })
}

/// Three parts, the first of which is the beginning of a JSON object in Base64.
fn is_token(text: &str) -> bool {
    let text = text
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or(text, |(_, token)| token);
    text.starts_with("eyJ") && text.matches('.').count() >= 2
}

fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.split(['&', ';']).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match (byte, hex(bytes.get(at)), hex(bytes.get(at + 1))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            (other, ..) => out.push(*other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn warn_once_of_a_proxy() {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if !WARNED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "a peer that is no trusted proxy sent a forwarding header, which was ignored; if it is your proxy, name it with --trusted-proxy"
        );
    }
}

/// An answer that is given to the connection in portions: the rest, and the caller's place
/// among the requests under way, are held until what came before was read.
#[derive(Debug)]
pub struct Portions {
    bytes: Bytes,
    _place: Option<Place>,
}

impl MessageBody for Portions {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let portion = self.bytes.len().min(limits::ANSWER_PORTION_BYTES);
        Poll::Ready((portion > 0).then(|| Ok(self.bytes.split_to(portion))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_in_an_address_is_seen_however_it_is_written() {
        for query in [
            "token=x",
            "Token=x",
            "a=b&access_token=x",
            "a=b;token=x",
            "%74oken=x",
            "password=x",
            "api_key=x",
            "secret",
            "x=eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln",
            "x=Bearer%20eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln",
            "x=Bearer+eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln",
            "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln",
        ] {
            assert!(holds_credential(query), "{query}");
        }
        for query in [
            "",
            "widget=shop",
            "after=3&version=4&wait=30",
            "text=token",
            "state=open,active",
            "code=abc&state=xyz",
            "text=%",
            "text=%zz",
            "text=50%25",
        ] {
            assert!(!holds_credential(query), "{query}");
        }
    }

    #[test]
    fn a_handshake_names_one_widget_or_none() {
        let named = |query| widget_named(query).map(|w| w.map(|w| w.to_string()));
        assert_eq!(named(""), Ok(None));
        assert_eq!(named("x=y"), Ok(None));
        assert_eq!(named("widget=shop"), Ok(Some("shop".to_owned())));
        assert_eq!(named("widget=a%20b"), Ok(Some("a b".to_owned())));
        assert!(named("widget=").is_err());
        assert!(named("widget=a&widget=b").is_err());
        assert!(named("widget=%00").is_err());
    }

    #[test]
    fn an_answer_is_given_out_in_portions() {
        let mut body = Portions {
            bytes: Bytes::from(vec![7; limits::ANSWER_PORTION_BYTES * 2 + 5]),
            _place: None,
        };
        let mut sizes = Vec::new();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        while let Poll::Ready(Some(Ok(portion))) = Pin::new(&mut body).poll_next(&mut cx) {
            sizes.push(portion.len());
        }
        let whole = limits::ANSWER_PORTION_BYTES;
        assert_eq!(sizes, [whole, whole, 5]);
    }
}
