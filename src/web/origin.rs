//! From which pages a browser may speak to the server. Pure: configuration and headers in,
//! verdict out.
//!
//! An `Origin` header is compared as browsers write it, whole and byte by byte; only what
//! people have written (the configuration) and the host of the request are brought into that
//! form first. No header means no browser, and a browser's page cannot leave it out.

use crate::domain::company::Company;
use crate::domain::ids::WidgetId;
use crate::domain::reject::{Code, Reject};

/// The `Origin` of a request, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// No browser, or a page of the server itself.
    Anywhere,
    /// A page of somebody else.
    Page(String),
}

impl From {
    /// Reads the header. `host` is the request's own, `secure` whether it came by https.
    /// Several headers, or one that is not text, are a page that nothing allows.
    #[must_use]
    pub fn read(origins: &[&[u8]], host: Option<&str>, secure: bool) -> Self {
        match origins {
            [] => Self::Anywhere,
            [one] => {
                let text = String::from_utf8_lossy(one);
                let scheme = if secure { "https" } else { "http" };
                let own = host.map(|host| written(&format!("{scheme}://{host}")));
                if own.is_some_and(|own| own == text) {
                    Self::Anywhere
                } else {
                    Self::Page(text.into_owned())
                }
            }
            _ => Self::Page("null".to_owned()),
        }
    }

    /// The same, where the server is known by an address of its own: behind a proxy that
    /// does not pass `Host` on.
    #[must_use]
    pub fn known_as(self, public_url: Option<&str>) -> Self {
        match (self, public_url) {
            (Self::Page(page), Some(url)) if written(url) == page => Self::Anywhere,
            (origin, _) => origin,
        }
    }

    /// Whether a page may speak to the server at all: as what the widget allows if one is
    /// named, else as what any widget allows.
    ///
    /// # Errors
    /// `foreign_origin`.
    pub fn permit(&self, company: &Company, widget: Option<&WidgetId>) -> Result<(), Reject> {
        let Self::Page(page) = self else {
            return Ok(());
        };
        let mut widgets = company
            .widgets
            .iter()
            .filter(|(id, _)| widget.is_none_or(|named| named == *id));
        if widgets.any(|(_, w)| lists(&w.allowed_origins, page)) {
            Ok(())
        } else {
            Err(foreign())
        }
    }

    /// Whether it may speak as a person of the company: only the server's own pages may.
    ///
    /// # Errors
    /// `foreign_origin`.
    pub fn permit_own(&self) -> Result<(), Reject> {
        match self {
            Self::Anywhere => Ok(()),
            Self::Page(_) => Err(foreign()),
        }
    }

    /// The page, if it is somebody else's.
    #[must_use]
    pub fn page(&self) -> Option<&str> {
        match self {
            Self::Anywhere => None,
            Self::Page(page) => Some(page),
        }
    }
}

/// The one refusal. Does not repeat what it was sent.
#[must_use]
pub fn foreign() -> Reject {
    Reject::new(
        Code::ForeignOrigin,
        "This page may not speak to the server; an admin adds its origin to the widget's allowed_origins.",
    )
}

/// Whether a widget's list has a page. An empty list has every site, but not what has no
/// site at all (`null`: sandboxed frames, files).
fn lists<'a>(allowed: impl IntoIterator<Item = &'a String>, page: &str) -> bool {
    let mut allowed = allowed.into_iter().peekable();
    if allowed.peek().is_none() {
        return is_written(page);
    }
    is_written(page) && allowed.any(|entry| written(entry) == page)
}

/// An origin in the form in which browsers write it: lower case, no default port.
#[must_use]
pub fn written(origin: &str) -> String {
    let lower = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        if lower.starts_with(scheme)
            && let Some(short) = lower.strip_suffix(port)
        {
            return short.to_owned();
        }
    }
    lower
}

/// Whether it could have been written by a browser for a site.
fn is_written(page: &str) -> bool {
    let host = page
        .strip_prefix("https://")
        .or_else(|| page.strip_prefix("http://"));
    host.is_some_and(|h| {
        !h.is_empty()
            && h.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_:[]".contains(&b))
    }) && written(page) == page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company::Widget;
    use crate::domain::ids::WorkstreamId;

    fn id(text: &str) -> WidgetId {
        WidgetId::parse(text).expect("an id")
    }

    fn company(widgets: &[(&str, &[&str])]) -> Company {
        let mut company = Company::default();
        for (name, origins) in widgets {
            let mut widget = Widget::new(WorkstreamId::parse("support").expect("an id"));
            widget.allowed_origins = origins.iter().map(|o| (*o).to_owned()).collect();
            company.widgets.insert(id(name), widget);
        }
        company
    }

    fn from(origin: &str) -> From {
        From::read(&[origin.as_bytes()], Some("chat.example.net"), true)
    }

    #[test]
    fn only_the_very_same_origin_is_on_the_list() {
        let company = company(&[(
            "shop",
            &[
                "https://shop.example.com",
                "https://Intern.Example.com:443",
                "http://dev.example.com:8080",
            ],
        )]);
        let cases = [
            ("https://shop.example.com", true),
            ("https://intern.example.com", true),
            ("http://dev.example.com:8080", true),
            ("https://chat.example.net", true), // the server's own
            ("null", false),
            ("", false),
            ("*", false),
            ("https://", false),
            ("http://shop.example.com", false),
            ("https://shop.example.com:8443", false),
            ("https://shop.example.com:443", false), // no browser writes it
            ("https://shop.example.com.", false),
            ("https://shop.example.com/", false),
            ("https://shop.example.com/path", false),
            ("https://shop.example.com.evil.org", false),
            ("https://evil-shop.example.com", false),
            ("https://evil.org/https://shop.example.com", false),
            ("https://evil.org#https://shop.example.com", false),
            ("https://shop.example.com@evil.org", false),
            ("https://user@shop.example.com", false),
            ("https://user:pw@shop.example.com", false),
            ("https://xn--shp-6na.example.com", false),
            ("https://sh\u{f8}p.example.com", false),
            ("https://SHOP.example.com", false),
            ("HTTPS://shop.example.com", false),
            ("https://sub.shop.example.com", false),
            ("https://example.com", false),
            ("https://shop.example.co", false),
            ("https://shop.example.comm", false),
            ("https://shop\u{2024}example.com", false),
            ("https://shop.example.com, https://evil.org", false),
            (" https://shop.example.com", false),
            ("https://shop.example.com\t", false),
            ("https://shop.example.com\u{0}", false),
            ("https:/shop.example.com", false),
            ("//shop.example.com", false),
            ("shop.example.com", false),
            ("ws://shop.example.com", false),
            ("file://", false),
            ("http://dev.example.com", false),
            ("http://dev.example.com:80", false),
            ("http://dev.example.com:08080", false),
            ("http://chat.example.net", false), // own host, other scheme
            ("https://chat.example.net:444", false),
            ("https://chat.example.net.", false),
        ];
        for (origin, allowed) in cases {
            let from = from(origin);
            assert_eq!(from.permit(&company, None).is_ok(), allowed, "{origin:?}");
            let named = from.permit(&company, Some(&id("shop"))).is_ok();
            assert_eq!(named, allowed, "{origin:?} through the widget");
        }
    }

    #[test]
    fn a_widget_that_is_named_has_its_own_list_alone() {
        let company = company(&[("a", &["https://a.example"]), ("b", &["https://b.example"])]);
        let a = from("https://a.example");
        assert!(a.permit(&company, None).is_ok());
        assert!(a.permit(&company, Some(&id("a"))).is_ok());
        assert!(a.permit(&company, Some(&id("b"))).is_err());
        assert!(a.permit(&company, Some(&id("none"))).is_err());
    }

    #[test]
    fn an_empty_list_has_every_site_but_nothing_without_one() {
        let company = company(&[("open", &[])]);
        assert!(
            from("https://anything.example")
                .permit(&company, None)
                .is_ok()
        );
        assert!(
            from("http://[2001:db8::1]:3000")
                .permit(&company, None)
                .is_ok()
        );
        for none in [
            "null",
            "",
            "*",
            "file://",
            "https://a/b",
            "https://a b",
            "https://A.example",
            "chrome-extension://abc",
        ] {
            assert!(from(none).permit(&company, None).is_err(), "{none:?}");
        }
    }

    #[test]
    fn without_widgets_only_the_servers_own_pages_may_speak() {
        let company = company(&[]);
        assert!(
            from("https://chat.example.net")
                .permit(&company, None)
                .is_ok()
        );
        assert!(from("https://a.example").permit(&company, None).is_err());
        assert!(
            From::read(&[], Some("chat.example.net"), true)
                .permit(&company, None)
                .is_ok()
        );
    }

    #[test]
    fn people_of_the_company_come_from_the_servers_own_pages() {
        assert!(from("https://chat.example.net").permit_own().is_ok());
        assert!(From::read(&[], None, false).permit_own().is_ok());
        let behind = |url| {
            let page: &[u8] = b"https://chat.example.net";
            From::read(&[page], Some("10.0.0.7:8080"), false).known_as(url)
        };
        assert!(behind(None).permit_own().is_err());
        assert!(
            behind(Some("https://chat.example.net/"))
                .permit_own()
                .is_ok()
        );
        assert!(behind(Some("https://chat.example")).permit_own().is_err());
        assert!(from("https://shop.example.com").permit_own().is_err());
        assert!(from("null").permit_own().is_err());
        let plain = From::read(&[b"http://127.0.0.1:8080"], Some("127.0.0.1:8080"), false);
        assert!(plain.permit_own().is_ok());
        let default = From::read(&[b"http://chat"], Some("Chat:80"), false);
        assert!(default.permit_own().is_ok());
    }

    #[test]
    fn two_origins_and_one_that_is_not_text_are_nobodys() {
        let company = company(&[("open", &[])]);
        let two: [&[u8]; 2] = [b"https://a.example", b"https://a.example"];
        assert!(
            From::read(&two, Some("chat"), true)
                .permit(&company, None)
                .is_err()
        );
        assert!(
            From::read(&[b"https://\xff.example"], None, true)
                .permit(&company, None)
                .is_err()
        );
    }
}
