//! The pages: desk, console, widget and the demo's shop. They are built from `ui/` and are in
//! the binary.
//!
//! Files below `assets/` have a hash of themselves in their names, and may be kept for ever. A
//! page itself is written anew for each answer, with the nonce that its styles carry.

mod files;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

pub use files::Pages;

use super::headers::{Directive, Policy, Source};
use super::secret::new_secret;
use super::{ApiError, WebState};
use crate::domain::ids::WidgetId;
use crate::domain::reject::{Code, Reject};
use files::{Encoding, File};

/// Stands in a page where the nonce belongs.
const NONCE: &str = "__NONCE__";
/// The name of a file changes with what is in it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What companies have embedded in their pages: an update is there within minutes.
const FOR_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");
/// Other sites embed it.
const FOR_OTHERS: HeaderValue = HeaderValue::from_static("cross-origin");
/// A page may sound when something comes, and needs nothing else.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "autoplay=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
);

/// The agent desk.
#[utoipa::path(get, path = "/desk", tag = "pages", responses(
    (status = 200, body = String, content_type = "text/html"),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn desk(state: web::Data<WebState>) -> Result<HttpResponse, ApiError> {
    // The demo shows shop and desk side by side.
    let policy = match state.demo {
        Some(_) => Policy::page().allow(Directive::Ancestors, [Source::Own]),
        None => Policy::page(),
    };
    page(&state, "staff/desk.html", policy)
}

/// The console of admins.
#[utoipa::path(get, path = "/admin", tag = "pages", responses(
    (status = 200, body = String, content_type = "text/html"),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn admin(state: web::Data<WebState>) -> Result<HttpResponse, ApiError> {
    page(&state, "staff/admin.html", Policy::page())
}

/// What a widget shows in its frame.
#[utoipa::path(get, path = "/widget/{id}", tag = "pages",
    params(("id" = String, Path, description = "The widget")),
    responses((status = 200, body = String, content_type = "text/html"),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn widget(
    state: web::Data<WebState>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let company = state.gateway.company();
    let widget = WidgetId::parse(&id)
        .ok()
        .and_then(|id| company.widgets.get(&id));
    let widget = widget.ok_or_else(|| {
        Reject::new(
            Code::NotFound,
            "There is no such widget; see the snippet in the console.",
        )
    })?;
    page(&state, "widget/index.html", Policy::widget(widget))
}

/// The script that a company's page embeds.
#[utoipa::path(get, path = "/widget.js", tag = "pages", responses(
    (status = 200, body = String, content_type = "text/javascript"),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn loader(
    request: HttpRequest,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let file = state
        .pages
        .get("loader/widget.js", accepted(&request))
        .ok_or_else(not_built)?;
    Ok(answer(&request, file, FOR_MINUTES))
}

/// A file of a page.
#[utoipa::path(get, path = "/pages/{part}/{file}", tag = "pages",
    params(("part" = String, Path, description = "Of which page"), ("file" = String, Path, description = "Its name")),
    responses((status = 200, description = "As its name says"), (status = 304, description = "As it was"),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn file(
    request: HttpRequest,
    state: web::Data<WebState>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (part, name) = path.into_inner();
    found(&request, &state, &format!("{part}/{name}"), FOR_MINUTES)
}

/// A file of a page that never changes: its name is made from what is in it.
#[utoipa::path(get, path = "/pages/{part}/assets/{file}", tag = "pages",
    params(("part" = String, Path, description = "Of which page"), ("file" = String, Path, description = "Its name")),
    responses((status = 200, description = "As its name says"), (status = 304, description = "As it was"),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn asset(
    request: HttpRequest,
    state: web::Data<WebState>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (part, name) = path.into_inner();
    found(&request, &state, &format!("{part}/assets/{name}"), FOR_EVER)
}

fn found(
    request: &HttpRequest,
    state: &WebState,
    path: &str,
    kept: HeaderValue,
) -> Result<HttpResponse, ApiError> {
    // A page is nothing without its policy, and has an address of its own.
    let file = (!path.ends_with(".html"))
        .then(|| state.pages.get(path, accepted(request)))
        .flatten();
    let file = file.ok_or_else(|| {
        Reject::new(
            Code::NotFound,
            "There is no such file; load the page again, it may have been updated.",
        )
    })?;
    Ok(answer(request, file, kept))
}

/// A page, with a nonce of its own.
pub(super) fn page(state: &WebState, path: &str, policy: Policy) -> Result<HttpResponse, ApiError> {
    let file = state.pages.get(path, &[]).ok_or_else(not_built)?;
    let nonce = new_secret().map_err(|_| Reject::unavailable())?;
    let html = String::from_utf8_lossy(&file.bytes).replace(NONCE, &nonce);
    let policy = policy
        .allow(Directive::Style, [Source::Nonce(nonce)])
        .allow(Directive::Frame, [Source::Own]);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy.value()))
        .insert_header(("permissions-policy", PERMISSIONS))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

fn not_built() -> ApiError {
    Reject::new(
        Code::NotFound,
        "The pages are not in this binary; build them with `make ui`, and then the binary.",
    )
    .into()
}

fn accepted(request: &HttpRequest) -> &'static [Encoding] {
    let header = request.headers().get(header::ACCEPT_ENCODING);
    let text = header.and_then(|h| h.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        text.split(',').any(|one| {
            let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
            coding.trim().eq_ignore_ascii_case(name) && weight.trim() != "q=0"
        })
    };
    match (takes("br"), takes("gzip")) {
        (true, true) => &[Encoding::Brotli, Encoding::Gzip],
        (true, false) => &[Encoding::Brotli],
        (false, true) => &[Encoding::Gzip],
        (false, false) => &[],
    }
}

fn answer(request: &HttpRequest, file: File, kept: HeaderValue) -> HttpResponse {
    let tag = format!("\"{}\"", file.tag);
    let known = request.headers().get(header::IF_NONE_MATCH);
    let known = known.and_then(|h| h.to_str().ok()).unwrap_or_default();
    let mut answer = if known.split(',').any(|one| one.trim() == tag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::ETAG, tag))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header(("cross-origin-resource-policy", FOR_OTHERS))
        .content_type(file.kind);
    if let Some(encoding) = file.encoding {
        answer.insert_header((header::CONTENT_ENCODING, encoding.as_str()));
    }
    answer.body(file.bytes)
}
