//! Where a request comes from: the peer, or what trusted proxies say about it.
//!
//! A header is believed only from a proxy that the operator named, and in it only the
//! right-most hop that no trusted proxy wrote: everything left of it is the client's
//! own invention. A hop that cannot be read ends the search: the nearest known one counts.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::config::{Network, ProxyHeader};
use crate::limits;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whence {
    /// The client.
    pub address: IpAddr,
    /// The client's connection is encrypted: to us, or to the proxy before us.
    pub secure: bool,
}

/// Which proxies are believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    trusted: Vec<Network>,
    header: ProxyHeader,
}

impl Proxies {
    /// These, in this header.
    #[must_use]
    pub fn new(trusted: Vec<Network>, header: ProxyHeader) -> Self {
        Self { trusted, header }
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|n| n.contains(address))
    }

    /// Where a request of this peer comes from.
    #[must_use]
    pub fn whence(&self, peer: IpAddr, headers: &HeaderMap, tls: bool) -> Whence {
        let mut whence = Whence {
            address: peer.to_canonical(),
            secure: tls,
        };
        if !self.trust(whence.address) {
            return whence;
        }
        let hops = match self.header {
            ProxyHeader::XForwardedFor => x_forwarded_for(headers),
            ProxyHeader::Forwarded => forwarded(headers),
        };
        // From the right: what we were told by somebody whom we believe.
        for hop in hops.iter().rev().take(limits::PROXY_HOPS_MAX) {
            whence.secure = hop.secure.unwrap_or(whence.secure);
            let Some(address) = hop.address else {
                break;
            };
            whence.address = address;
            if !self.trust(address) {
                break;
            }
        }
        if self.header == ProxyHeader::XForwardedFor
            && let Some(last) = items(headers, &X_FORWARDED_PROTO).last()
        {
            whence.secure = last.eq_ignore_ascii_case("https");
        }
        whence
    }

    /// Whether the peer sends a header that is not believed: the operator may have forgotten
    /// to name a proxy.
    #[must_use]
    pub fn ignores(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        !self.trust(peer.to_canonical())
            && (headers.contains_key(&X_FORWARDED_FOR) || headers.contains_key(&FORWARDED))
    }
}

#[derive(Debug, Default)]
struct Hop {
    /// `None`: hidden, or not readable.
    address: Option<IpAddr>,
    secure: Option<bool>,
}

/// The items of a list header over all its lines, quotes respected.
fn items(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let mut items = Vec::new();
    for line in headers.get_all(name) {
        // What is not text is a hop that cannot be read, not one that is not there.
        let line = line.to_str().unwrap_or("?");
        items.extend(split(line, ',').into_iter().map(|i| i.trim().to_owned()));
    }
    items
}

/// Splits outside of quotes.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == at && !quoted => {
                parts.push(&text[start..i]);
                start = i + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Hop> {
    let hop = |text: &String| Hop {
        address: parse(text),
        secure: None,
    };
    items(headers, &X_FORWARDED_FOR).iter().map(hop).collect()
}

fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    items(headers, &FORWARDED)
        .iter()
        .map(|element| {
            let mut hop = Hop::default();
            for pair in split(element, ';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = value.trim();
                let value = value
                    .strip_prefix('"')
                    .and_then(|v| v.strip_suffix('"'))
                    .unwrap_or(value);
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => hop.address = parse(value),
                    "proto" => hop.secure = Some(value.eq_ignore_ascii_case("https")),
                    _ => {}
                }
            }
            hop
        })
        .collect()
}

/// An address, with or without port and brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|s| s.ip()))
        .ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).expect("a header"),
            );
        }
        map
    }

    fn proxies(header: ProxyHeader) -> Proxies {
        let trusted = ["10.0.0.0/8", "2001:db8:aaaa::/48"];
        Proxies::new(
            trusted
                .iter()
                .map(|n| n.parse().expect("a network"))
                .collect(),
            header,
        )
    }

    #[test]
    fn the_right_most_hop_that_is_not_ours_is_the_client() {
        const PROXY: &str = "10.0.0.1";
        let cases: &[(&str, &str, &[&str], &str)] = &[
            ("no header", PROXY, &[], "10.0.0.1"),
            ("one hop", PROXY, &["203.0.113.7"], "203.0.113.7"),
            (
                "a peer whom nobody trusts",
                "198.51.100.1",
                &["203.0.113.7"],
                "198.51.100.1",
            ),
            (
                "a client that claims to be another",
                PROXY,
                &["127.0.0.1, 203.0.113.7"],
                "203.0.113.7",
            ),
            (
                "that claims to be a trusted proxy",
                PROXY,
                &["10.9.9.9, 203.0.113.7"],
                "203.0.113.7",
            ),
            (
                "two trusted proxies",
                PROXY,
                &["203.0.113.7, 10.0.0.2"],
                "203.0.113.7",
            ),
            (
                "a claim before two trusted proxies",
                PROXY,
                &["1.1.1.1, 203.0.113.7, 10.0.0.2"],
                "203.0.113.7",
            ),
            (
                "nothing but trusted proxies",
                PROXY,
                &["10.0.0.3, 10.0.0.2"],
                "10.0.0.3",
            ),
            (
                "two lines are one list",
                PROXY,
                &["1.1.1.1", "203.0.113.7"],
                "203.0.113.7",
            ),
            (
                "the client's own line stands first",
                PROXY,
                &["10.0.0.9, 127.0.0.1", "203.0.113.7, 10.0.0.2"],
                "203.0.113.7",
            ),
            ("with a port", PROXY, &["203.0.113.7:4711"], "203.0.113.7"),
            ("IPv6", PROXY, &["2001:db8::1"], "2001:db8::1"),
            ("IPv6 in brackets", PROXY, &["[2001:db8::1]"], "2001:db8::1"),
            (
                "IPv6 with a port",
                PROXY,
                &["[2001:db8::1]:4711"],
                "2001:db8::1",
            ),
            (
                "IPv4 within IPv6",
                PROXY,
                &["::ffff:203.0.113.7"],
                "203.0.113.7",
            ),
            (
                "a trusted IPv6 proxy",
                "2001:db8:aaaa::1",
                &["203.0.113.7"],
                "203.0.113.7",
            ),
            (
                "a trusted peer as IPv4 within IPv6",
                "::ffff:10.0.0.1",
                &["203.0.113.7"],
                "203.0.113.7",
            ),
            ("nonsense", PROXY, &["hello"], "10.0.0.1"),
            (
                "nonsense behind a good one",
                PROXY,
                &["203.0.113.7, hello"],
                "10.0.0.1",
            ),
            (
                "nonsense before a good one",
                PROXY,
                &["hello, 203.0.113.7"],
                "203.0.113.7",
            ),
            (
                "nonsense between",
                PROXY,
                &["1.1.1.1, hello, 10.0.0.2"],
                "10.0.0.2",
            ),
            ("empty", PROXY, &[""], "10.0.0.1"),
            ("empty items", PROXY, &["203.0.113.7,,"], "10.0.0.1"),
            (
                "an octal-looking address",
                PROXY,
                &["0203.0.113.7"],
                "10.0.0.1",
            ),
            (
                "a number for an address",
                PROXY,
                &["3405803783"],
                "10.0.0.1",
            ),
            (
                "an injected quote",
                PROXY,
                &["\"203.0.113.7, 9.9.9.9"],
                "10.0.0.1",
            ),
            ("a zone", PROXY, &["fe80::1%eth0"], "10.0.0.1"),
            ("not text", PROXY, &["203.0.113.7", "\u{e9}"], "10.0.0.1"),
        ];
        for (what, peer, lines, expected) in cases {
            let lines: Vec<_> = lines.iter().map(|l| ("x-forwarded-for", *l)).collect();
            let whence = proxies(ProxyHeader::XForwardedFor).whence(
                peer.parse().expect("an address"),
                &headers(&lines),
                false,
            );
            assert_eq!(whence.address.to_string(), *expected, "{what}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_says() {
        let cases: &[(&str, &[&str], &str, bool)] = &[
            ("plain", &["for=203.0.113.7"], "203.0.113.7", false),
            (
                "with proto",
                &["for=203.0.113.7;proto=https"],
                "203.0.113.7",
                true,
            ),
            (
                "any case",
                &["For=203.0.113.7;Proto=HTTPS"],
                "203.0.113.7",
                true,
            ),
            (
                "quoted IPv6",
                &["for=\"[2001:db8::1]:4711\""],
                "2001:db8::1",
                false,
            ),
            (
                "a claim first",
                &["for=1.1.1.1;proto=https, for=203.0.113.7"],
                "203.0.113.7",
                false,
            ),
            (
                "a comma within quotes",
                &["for=\"1.1.1.1,\", for=203.0.113.7"],
                "203.0.113.7",
                false,
            ),
            ("hidden", &["for=_hidden"], "10.0.0.1", false),
            ("unknown", &["for=unknown, for=10.0.0.2"], "10.0.0.2", false),
            ("without for", &["proto=https"], "10.0.0.1", true),
            (
                "two lines",
                &["for=1.1.1.1", "for=203.0.113.7"],
                "203.0.113.7",
                false,
            ),
        ];
        for (what, lines, expected, secure) in cases {
            let lines: Vec<_> = lines.iter().map(|l| ("forwarded", *l)).collect();
            let peer = "10.0.0.1".parse().expect("an address");
            let whence = proxies(ProxyHeader::Forwarded).whence(peer, &headers(&lines), false);
            assert_eq!(
                (whence.address.to_string().as_str(), whence.secure),
                (*expected, *secure),
                "{what}"
            );
        }
    }

    #[test]
    fn only_the_header_that_the_proxy_writes_is_read() {
        let both = headers(&[
            ("forwarded", "for=1.1.1.1;proto=https"),
            ("x-forwarded-for", "203.0.113.7"),
        ]);
        let peer = "10.0.0.1".parse().expect("an address");
        let whence = proxies(ProxyHeader::XForwardedFor).whence(peer, &both, false);
        assert_eq!(whence.address.to_string(), "203.0.113.7");
        assert!(!whence.secure);
        let whence = proxies(ProxyHeader::Forwarded).whence(peer, &both, false);
        assert_eq!(whence.address.to_string(), "1.1.1.1");
    }

    #[test]
    fn the_scheme_is_the_nearest_proxys_word() {
        let peer = "10.0.0.1".parse().expect("an address");
        let seen = |value: &str| {
            let lines = headers(&[("x-forwarded-proto", value)]);
            proxies(ProxyHeader::XForwardedFor)
                .whence(peer, &lines, false)
                .secure
        };
        assert!(seen("https"));
        assert!(seen("http, https"));
        assert!(!seen("https, http"));
        let stranger = "203.0.113.7".parse().expect("an address");
        let lines = headers(&[("x-forwarded-proto", "https")]);
        let whence = proxies(ProxyHeader::XForwardedFor).whence(stranger, &lines, false);
        assert!(!whence.secure);
    }
}
