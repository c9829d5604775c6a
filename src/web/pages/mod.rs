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
/// A page has another nonce each time, so it is asked for each time.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// Other sites embed it.
const FOR_OTHERS: HeaderValue = HeaderValue::from_static("cross-origin");
/// A page may sound when something comes, and needs nothing else.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "autoplay=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
);

/// In place of a page: whoever builds the binary without them reads it in a browser.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <title>linger: no pages</title>\n<h1>The pages are not in this binary</h1>\n\
    <p>Everything else is: the API, the sockets, the command line. To have the pages as well, \
    build them with <code>make ui</code> and then the binary again; <code>make run</code> does both.</p>\n\
    </html>\n";

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
pub(super) async fn loader(request: HttpRequest, state: web::Data<WebState>) -> HttpResponse {
    let file = state.pages.get("loader/widget.js", accepted(&request));
    file.map_or_else(not_built, |file| answer(&request, file, FOR_MINUTES))
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
    let Some(file) = state.pages.get(path, &[]) else {
        return Ok(not_built());
    };
    let nonce = new_secret().map_err(|_| Reject::unavailable())?;
    let html = String::from_utf8_lossy(&file.bytes).replace(NONCE, &nonce);
    let policy = policy
        .allow(Directive::Style, [Source::Nonce(nonce)])
        .allow(Directive::Frame, [Source::Own]);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy.value()))
        .insert_header((header::CACHE_CONTROL, ASKED_AGAIN))
        .insert_header(("permissions-policy", PERMISSIONS))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

fn not_built() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .content_type("text/html; charset=utf-8")
        .body(NOT_BUILT)
}

fn accepted(request: &HttpRequest) -> &'static [Encoding] {
    let header = request.headers().get(header::ACCEPT_ENCODING);
    let text = header.and_then(|h| h.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| text.split(',').any(|one| is_taken(one, name));
    match (takes("br"), takes("gzip")) {
        (true, true) => &[Encoding::Brotli, Encoding::Gzip],
        (true, false) => &[Encoding::Brotli],
        (false, true) => &[Encoding::Gzip],
        (false, false) => &[],
    }
}

/// Whether one entry of `Accept-Encoding` has this coding, and not the weight that excludes it.
fn is_taken(entry: &str, name: &str) -> bool {
    let mut parts = entry.split(';').map(str::trim);
    let is_it = parts
        .next()
        .is_some_and(|coding| coding.eq_ignore_ascii_case(name));
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    is_it && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
}

/// Whether `If-None-Match` names this tag. Proxies that compress by themselves make tags weak.
fn is_known(header: &str, tag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn answer(request: &HttpRequest, file: File, kept: HeaderValue) -> HttpResponse {
    let tag = format!("\"{}\"", file.tag);
    let known = request.headers().get(header::IF_NONE_MATCH);
    let known = known.and_then(|h| h.to_str().ok()).unwrap_or_default();
    let mut answer = if is_known(known, &tag) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_unless_its_weight_is_nothing() {
        for taken in ["br", " BR ", "br;q=0.1", "br; q=1.0", "br;q=1"] {
            assert!(is_taken(taken, "br"), "{taken:?}");
        }
        for not in ["", "gzip", "br;q=0", "br; q=0.000", "br;q=x", "brotli", "*"] {
            assert!(!is_taken(not, "br"), "{not:?}");
        }
    }

    #[test]
    fn a_tag_is_known_strong_or_weak_and_among_others() {
        for known in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(is_known(known, "\"a\""), "{known:?}");
        }
        for not in ["", "a", "\"b\"", "\"a", "w/\"a\""] {
            assert!(!is_known(not, "\"a\""), "{not:?}");
        }
    }
}
