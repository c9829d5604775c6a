//! What browsers are told about answers: which content a page may load, who may frame it,
//! what may be kept.
//!
//! The strictest that there is, unless a handler says otherwise: a page sets its own
//! [`Policy`], and the front leaves alone what is set already.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::domain::company::Widget;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Two years. For this host alone: what runs beside it is not ours to speak for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");
/// Nothing that linger does needs any of these.
const NO_PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), usb=(), screen-wake-lock=(), xr-spatial-tracking=()",
);

/// From where something may be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The server itself.
    Own,
    /// `data:` addresses.
    Data,
    /// An origin, as configured. One that could break out of the header is left out.
    Origin(String),
    /// What carries this nonce.
    Nonce(String),
    /// Anywhere.
    Any,
}

impl Source {
    fn write(&self) -> Option<String> {
        let safe = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_graphic() && !b";,'\"*".contains(&b))
        };
        match self {
            Self::Own => Some("'self'".to_owned()),
            Self::Data => Some("data:".to_owned()),
            Self::Any => Some("*".to_owned()),
            Self::Origin(origin) => safe(origin).then(|| origin.to_ascii_lowercase()),
            Self::Nonce(nonce) => safe(nonce).then(|| format!("'nonce-{nonce}'")),
        }
    }
}

/// What a directive is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    /// Scripts.
    Script,
    /// Styles.
    Style,
    /// Pictures.
    Image,
    /// Fonts.
    Font,
    /// What scripts may connect to.
    Connect,
    /// What the page may frame.
    Frame,
    /// Where forms may be sent.
    Form,
    /// Who may frame the page.
    Ancestors,
}

impl Directive {
    const ALL: [Self; 8] = [
        Self::Script,
        Self::Style,
        Self::Image,
        Self::Font,
        Self::Connect,
        Self::Frame,
        Self::Form,
        Self::Ancestors,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script-src",
            Self::Style => "style-src",
            Self::Image => "img-src",
            Self::Font => "font-src",
            Self::Connect => "connect-src",
            Self::Frame => "frame-src",
            Self::Form => "form-action",
            Self::Ancestors => "frame-ancestors",
        }
    }
}

/// A content security policy. Begins with nothing allowed; there is no way to allow inline
/// scripts, `eval` or plug-ins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    allowed: Vec<(Directive, Vec<Source>)>,
}

impl Policy {
    /// Of an answer that is no page: nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Of a page of the server: its own files, its own API and sockets, framed by nobody.
    #[must_use]
    pub fn page() -> Self {
        Self::nothing()
            .allow(Directive::Script, [Source::Own])
            .allow(Directive::Style, [Source::Own])
            .allow(Directive::Image, [Source::Own, Source::Data])
            .allow(Directive::Font, [Source::Own])
            .allow(Directive::Connect, [Source::Own])
            .allow(Directive::Form, [Source::Own])
    }

    /// Of the page that a widget shows in its frame: as [`Policy::page`], framed by the pages
    /// that the widget allows.
    #[must_use]
    pub fn widget(widget: &Widget) -> Self {
        let ancestors: Vec<Source> = if widget.allowed_origins.is_empty() {
            vec![Source::Any]
        } else {
            let origins = widget.allowed_origins.iter();
            origins
                .map(|o| Source::Origin(super::origin::written(o)))
                .chain([Source::Own])
                .collect()
        };
        Self::page().allow(Directive::Ancestors, ancestors)
    }

    /// Allows these as well.
    #[must_use]
    pub fn allow(
        mut self,
        directive: Directive,
        sources: impl IntoIterator<Item = Source>,
    ) -> Self {
        match self.allowed.iter_mut().find(|(d, _)| *d == directive) {
            Some((_, all)) => all.extend(sources),
            None => self
                .allowed
                .push((directive, sources.into_iter().collect())),
        }
        self
    }

    fn text(&self) -> String {
        let mut text = "default-src 'none'; base-uri 'none'; object-src 'none'".to_owned();
        for directive in Directive::ALL {
            let sources: Vec<String> = self
                .allowed
                .iter()
                .filter(|(d, _)| *d == directive)
                .flat_map(|(_, sources)| sources.iter().filter_map(Source::write))
                .collect();
            let sources = if sources.is_empty() {
                "'none'".to_owned()
            } else {
                sources.join(" ")
            };
            // What is not said falls back to default-src, but for these two.
            if sources != "'none'" || matches!(directive, Directive::Form | Directive::Ancestors) {
                text.push_str("; ");
                text.push_str(directive.as_str());
                text.push(' ');
                text.push_str(&sources);
            }
        }
        text
    }

    /// The value of `Content-Security-Policy`.
    #[must_use]
    pub fn value(&self) -> HeaderValue {
        // Every source was checked, so it is a value; if not, nothing is allowed.
        HeaderValue::try_from(self.text()).unwrap_or(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ))
    }
}

/// Completes the headers of an answer: what a handler has set stays.
pub(super) fn complete(headers: &mut HeaderMap, secure: bool) {
    let defaults = [
        (header::CONTENT_SECURITY_POLICY, Policy::nothing().value()),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (CORP, HeaderValue::from_static("same-origin")),
        (COOP, HeaderValue::from_static("same-origin")),
        (PERMISSIONS_POLICY, NO_PERMISSIONS),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::WorkstreamId;

    #[test]
    fn nothing_is_allowed_that_was_not_said() {
        assert_eq!(
            Policy::nothing().text(),
            "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        let page = Policy::page()
            .allow(Directive::Script, [Source::Nonce("abc".to_owned())])
            .text();
        assert!(page.contains("; script-src 'self' 'nonce-abc';"), "{page}");
        assert!(page.ends_with("; frame-ancestors 'none'"), "{page}");
        assert!(!page.contains("unsafe"), "{page}");
    }

    #[test]
    fn a_widget_is_framed_by_the_pages_it_allows() {
        let mut widget = Widget::new(WorkstreamId::parse("support").expect("an id"));
        assert!(
            Policy::widget(&widget)
                .text()
                .ends_with("; frame-ancestors *")
        );
        widget.allowed_origins = [
            "https://Shop.example.com:443".to_owned(),
            "http://a:8080".to_owned(),
        ]
        .into();
        let text = Policy::widget(&widget).text();
        assert!(
            text.ends_with("; frame-ancestors http://a:8080 https://shop.example.com 'self'"),
            "{text}"
        );
    }

    #[test]
    fn a_source_cannot_break_out_of_its_directive() {
        for bad in [
            "https://a; script-src *",
            "https://a, b",
            "'unsafe-inline'",
            "*",
            "",
            "https://a b",
            "https://a\r\nX: y",
        ] {
            let text = Policy::nothing()
                .allow(Directive::Connect, [Source::Origin(bad.to_owned())])
                .text();
            assert_eq!(text, Policy::nothing().text(), "{bad:?}");
        }
    }

    #[test]
    fn what_a_handler_has_set_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=60"),
        );
        complete(&mut headers, false);
        assert_eq!(
            headers.get(header::CACHE_CONTROL).expect("set"),
            "max-age=60"
        );
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        complete(&mut headers, true);
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
