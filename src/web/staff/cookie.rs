//! Sign-ins of browsers: an `HttpOnly`, `SameSite=Strict` cookie, and the checks that keep other
//! sites from using it.
//!
//! A browser sends the cookie by itself, so whoever can make it send a request could act in
//! the person's name. Two things are asked of such a request: that the browser says it comes
//! from a page of this server (`Sec-Fetch-Site`, `Origin`), and, where it changes something,
//! a header that no other site can add without being allowed to. A bearer token needs
//! neither: nobody sends it by accident.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{Method, header};
use actix_web::web;

use super::super::WebState;
use super::SIGN_IN_MARK;
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Millis;
use crate::limits;

/// The header that a page adds to what changes something.
pub(in crate::web) const HEADER: &str = "x-linger-request";
const NAME: &str = "linger_session";
/// Where the connection is secure, browsers hold this name to `Secure`, `Path=/` and no domain.
const SECURE_NAME: &str = "__Host-linger_session";

/// Whether browsers reach this server over TLS: by the configured address, else by what this
/// server sees itself.
pub(super) fn is_secure(req: &HttpRequest) -> bool {
    let public = req
        .app_data::<web::Data<WebState>>()
        .and_then(|state| state.staff.settings().public_url.clone());
    public.map_or_else(
        || crate::web::front::Caller::of(req).secure,
        |url| url.starts_with("https://"),
    )
}

fn name(req: &HttpRequest) -> &'static str {
    if is_secure(req) { SECURE_NAME } else { NAME }
}

/// The token in the cookie of a request.
pub(super) fn token(req: &HttpRequest) -> Option<String> {
    let cookie = req.cookie(name(req))?;
    cookie
        .value()
        .starts_with(SIGN_IN_MARK)
        .then(|| cookie.value().to_owned())
}

/// A cookie with these bounds, for this server alone.
pub(super) fn made<'a>(
    req: &HttpRequest,
    name: &'a str,
    value: String,
    path: &'a str,
    site: SameSite,
    age: Millis,
) -> Cookie<'a> {
    let seconds = i64::try_from(age.0 / 1_000).unwrap_or(i64::MAX);
    Cookie::build(name, value)
        .path(path)
        .http_only(true)
        .same_site(site)
        .secure(is_secure(req))
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// The cookie of a new sign-in.
pub(super) fn of(req: &HttpRequest, token: String) -> Cookie<'static> {
    made(
        req,
        name(req),
        token,
        "/",
        SameSite::Strict,
        limits::SIGN_IN_LIFE,
    )
}

/// The cookie that ends one.
pub(super) fn none(req: &HttpRequest) -> Cookie<'static> {
    made(
        req,
        name(req),
        String::new(),
        "/",
        SameSite::Strict,
        Millis(0),
    )
}

fn not_same_origin() -> Reject {
    Reject::new(
        Code::NotSameOrigin,
        "This is signed in by a cookie, so it must come from a page of this server with X-Linger-Request: 1; clients sign in with a bearer token.",
    )
}

/// The origins that are this server: the configured one, else where the request went.
fn is_own(req: &HttpRequest, origin: &str) -> bool {
    let configured = req
        .app_data::<web::Data<WebState>>()
        .and_then(|state| state.staff.settings().public_url.clone());
    if let Some(url) = configured {
        return origin == url;
    }
    let Some(host) = req
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    else {
        return false;
    };
    let scheme = if req.app_config().secure() {
        "https"
    } else {
        "http"
    };
    origin == format!("{scheme}://{host}")
}

/// What the browser says of where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Here,
    Elsewhere,
    /// It does not say: no browser of today, or no browser.
    Unsaid,
}

fn from(req: &HttpRequest) -> From {
    let text = |name: &str| {
        let mut values = req.headers().get_all(name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(drop),
            _ => Err(()),
        }
    };
    let (Ok(site), Ok(origin)) = (text("sec-fetch-site"), text("origin")) else {
        return From::Elsewhere;
    };
    // A person who types an address or opens a bookmark sends `none`; it changes nothing.
    let navigated = site == Some("none") && is_safe(req.method());
    let elsewhere = site.is_some_and(|site| site != "same-origin" && !navigated)
        || origin.is_some_and(|origin| !is_own(req, origin));
    if elsewhere {
        From::Elsewhere
    } else if site.is_none() && origin.is_none() {
        From::Unsaid
    } else {
        From::Here
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a request may be signed in by its cookie.
///
/// # Errors
/// `not_same_origin`.
pub(super) fn check_origin(req: &HttpRequest) -> Result<(), Reject> {
    let from = from(req);
    let fits = if is_safe(req.method()) {
        from != From::Elsewhere
    } else {
        from == From::Here && req.headers().contains_key(HEADER)
    };
    fits.then_some(()).ok_or_else(not_same_origin)
}

/// Whether a request may sign a browser in: not from another site, which could sign the
/// person in as somebody else.
///
/// # Errors
/// `not_same_origin`.
pub(super) fn check_sign_in(req: &HttpRequest) -> Result<(), Reject> {
    (from(req) != From::Elsewhere)
        .then_some(())
        .ok_or_else(not_same_origin)
}

/// The token in the cookie of a WebSocket handshake, whose `Origin` must be this server:
/// `SameSite` does not cover every way to open a socket, and any page may try.
pub(in crate::web) fn of_handshake(req: &HttpRequest) -> Option<Result<String, Reject>> {
    let token = token(req)?;
    let says_origin = req.headers().contains_key(header::ORIGIN);
    let own = says_origin && from(req) == From::Here;
    Some(own.then_some(token).ok_or_else(not_same_origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    type Headers = &'static [(&'static str, &'static str)];

    fn request(method: Method, headers: Headers) -> HttpRequest {
        let mut request = TestRequest::default()
            .method(method)
            .insert_header(("host", "chat.example.com"))
            .insert_header(("cookie", "linger_session=ls_abc"));
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        request.to_http_request()
    }

    #[test]
    fn a_cookie_counts_only_in_what_comes_from_a_page_of_this_server() {
        const OWN: (&str, &str) = ("origin", "http://chat.example.com");
        const MARK: (&str, &str) = (HEADER, "1");
        const fn site(value: &'static str) -> (&'static str, &'static str) {
            ("sec-fetch-site", value)
        }
        // Headers, a GET passes, a POST passes.
        const CASES: &[(Headers, bool, bool)] = &[
            (&[], true, false),
            (&[MARK], true, false),
            (&[OWN], true, false),
            (&[OWN, MARK], true, true),
            (&[site("same-origin"), MARK], true, true),
            (&[site("same-origin"), OWN, MARK], true, true),
            (&[site("none")], true, false),
            (&[site("none"), MARK], true, false),
            (&[site("same-site"), OWN, MARK], false, false),
            (&[site("cross-site"), MARK], false, false),
            (
                &[site("same-origin"), ("origin", "http://evil.example"), MARK],
                false,
                false,
            ),
            (&[("origin", "http://evil.example"), MARK], false, false),
            (&[("origin", "null"), MARK], false, false),
            (
                &[("origin", "https://chat.example.com"), MARK],
                false,
                false,
            ),
            (
                &[("origin", "http://chat.example.com.evil.example"), MARK],
                false,
                false,
            ),
            (
                &[OWN, ("origin", "http://evil.example"), MARK],
                false,
                false,
            ),
        ];
        for (headers, get, post) in CASES {
            let passes = |method| check_origin(&request(method, headers)).is_ok();
            assert_eq!(passes(Method::GET), *get, "GET {headers:?}");
            assert_eq!(passes(Method::POST), *post, "POST {headers:?}");
            assert_eq!(passes(Method::DELETE), *post, "DELETE {headers:?}");
        }
    }

    #[test]
    fn a_handshake_with_a_cookie_must_say_that_it_comes_from_here() {
        let cases: &[(Headers, bool)] = &[
            (&[("origin", "http://chat.example.com")], true),
            (&[], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("origin", "http://evil.example")], false),
        ];
        for (headers, passes) in cases {
            let heard = of_handshake(&request(Method::GET, headers)).expect("a cookie");
            assert_eq!(heard.is_ok(), *passes, "{headers:?}");
        }
        let without = TestRequest::default().to_http_request();
        assert!(of_handshake(&without).is_none());
    }

    #[test]
    fn a_sign_in_cookie_is_kept_from_scripts_and_other_sites() {
        let shown = of(&request(Method::POST, &[]), "ls_x".to_owned()).to_string();
        for part in [
            "linger_session=ls_x",
            "HttpOnly",
            "SameSite=Strict",
            "Path=/",
            "Max-Age=43200",
        ] {
            assert!(shown.contains(part), "{shown}");
        }
    }
}
