//! From which pages browsers may speak to the server: handshakes, starts, the HTTP API.

use linger::domain::company::Widget;
use linger::domain::ids::{WidgetId, WorkstreamId};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::common::company::{SUPPORT, Site};
use crate::common::raw_ws::RawWs;
use crate::common::server::Server;

const SHOP: &str = "https://shop.example.com";
const BLOG: &str = "https://blog.example.com";

/// Two widgets, each for its own page.
fn site() -> Site {
    let mut site = Site::with_capacity(4);
    for (id, origin) in [("shop", SHOP), ("blog", BLOG)] {
        let mut widget = Widget::new(WorkstreamId::parse(SUPPORT).expect("an id"));
        widget.allowed_origins.insert(origin.to_owned());
        site.company
            .widgets
            .insert(WidgetId::parse(id).expect("an id"), widget);
    }
    site
}

fn opened(server: &Server, path: &str, lines: &str) -> Result<RawWs, String> {
    RawWs::open_saying(server.address, path, lines).map_err(|e| e.to_string())
}

#[test]
fn a_handshake_is_made_from_pages_that_the_widget_lists_and_no_other() {
    let server = Server::with(site());
    let own = format!("http://{}", server.address);
    let cases: Vec<(&str, Option<&str>, bool)> = vec![
        ("/ws/customer", None, true),
        ("/ws/customer", Some(SHOP), true),
        ("/ws/customer", Some(BLOG), true),
        ("/ws/customer", Some(&own), true),
        ("/ws/customer?widget=shop", None, true),
        ("/ws/customer?widget=shop", Some(SHOP), true),
        ("/ws/customer?widget=shop", Some(BLOG), false),
        ("/ws/customer?widget=blog", Some(SHOP), false),
        ("/ws/customer?widget=none", Some(SHOP), false),
        ("/ws/customer?widget=shop", Some("null"), false),
        ("/ws/customer", Some("null"), false),
        ("/ws/customer", Some(""), false),
        (
            "/ws/customer",
            Some("https://shop.example.com.evil.org"),
            false,
        ),
        ("/ws/customer", Some("https://shop.example.com."), false),
        ("/ws/customer", Some("https://shop.example.com:8443"), false),
        ("/ws/customer", Some("https://SHOP.example.com"), false),
        (
            "/ws/customer",
            Some("https://shop.example.com@evil.org"),
            false,
        ),
        (
            "/ws/customer",
            Some("https://evil.org/https://shop.example.com"),
            false,
        ),
        ("/ws/customer", Some("http://shop.example.com"), false),
        ("/ws/customer", Some("https://example.com"), false),
        ("/ws/customer", Some("https://shop.example.com/"), false),
        ("/ws/customer", Some("https://127.0.0.1"), false),
        // People of the company come from the server's own pages.
        ("/ws/agent", None, true),
        ("/ws/agent", Some(&own), true),
        ("/ws/agent", Some(SHOP), false),
        ("/ws/agent", Some("null"), false),
    ];
    for (path, origin, allowed) in cases {
        let lines = origin
            .map(|o| format!("Origin: {o}\r\n"))
            .unwrap_or_default();
        match opened(&server, path, &lines) {
            Ok(_) => assert!(allowed, "{path} from {origin:?}"),
            Err(answer) => {
                assert!(!allowed, "{path} from {origin:?}: {answer}");
                assert!(
                    answer.starts_with("HTTP/1.1 403"),
                    "{path} from {origin:?}: {answer}"
                );
            }
        }
    }
    let two = format!("Origin: {SHOP}\r\nOrigin: {SHOP}\r\n");
    assert!(
        opened(&server, "/ws/customer", &two).is_err(),
        "two origins"
    );
    let forged =
        "Origin: https://evil.org\r\nX-Forwarded-Host: evil.org\r\nForwarded: host=evil.org\r\n";
    assert!(
        opened(&server, "/ws/customer", forged).is_err(),
        "what a header says of the host"
    );
}

fn start(socket: &mut RawWs, r#ref: &str, through: &Value) -> Value {
    let mut frame = json!({"type": "start", "ref": r#ref});
    for (name, value) in through.as_object().expect("fields") {
        frame[name] = value.clone();
    }
    socket.say(&frame.to_string()).expect("open");
    serde_json::from_str(&socket.hear_text()).expect("JSON")
}

#[test]
fn a_start_is_through_the_widget_of_the_page() {
    let server = Server::with(site());
    let hello = json!({"type": "hello", "token": server.site.customer("maria")}).to_string();
    let cases = [
        ("/ws/customer", SHOP, json!({"widget": "shop"}), true),
        ("/ws/customer", SHOP, json!({"widget": "blog"}), false),
        (
            "/ws/customer?widget=shop",
            SHOP,
            json!({"widget": "shop"}),
            true,
        ),
        (
            "/ws/customer?widget=shop",
            SHOP,
            json!({"widget": "blog"}),
            false,
        ),
        (
            "/ws/customer?widget=shop",
            "",
            json!({"widget": "blog"}),
            false,
        ),
        ("/ws/customer", "", json!({"widget": "blog"}), true),
    ];
    for (path, origin, through, allowed) in cases {
        let lines = if origin.is_empty() {
            String::new()
        } else {
            format!("Origin: {origin}\r\n")
        };
        let mut socket = opened(&server, path, &lines).expect("a handshake");
        socket.say(&hello).expect("open");
        assert!(socket.hear_text().contains("welcome"));
        let answer = start(&mut socket, "s", &through);
        let what = format!("{path} from {origin}, start through {through}: {answer}");
        assert_eq!(answer["type"] == "accepted", allowed, "{what}");
        if !allowed {
            assert_eq!(answer["code"], "foreign_origin", "{what}");
        }
    }
}

#[actix_rt::test]
async fn the_api_says_which_page_may_read_its_answers() {
    let server = Server::with(site());
    let (client, url) = (
        Client::new(),
        format!("http://{}/api/v1/conversations", server.address),
    );
    let token = server.site.customer("maria");
    let own = format!("http://{}", server.address);
    for (origin, status) in [
        (SHOP, 200),
        (BLOG, 200),
        (own.as_str(), 200),
        ("https://evil.org", 403),
        ("null", 403),
        ("https://shop.example.com.evil.org", 403),
    ] {
        // What the browser asks first, without credentials.
        let preflight = client
            .request(Method::OPTIONS, &url)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization, content-type",
            )
            .send()
            .await
            .expect("an answer");
        let answer = client
            .get(&url)
            .bearer_auth(&token)
            .header("origin", origin)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{origin}");
        let expected = if status == 200 { 204 } else { 403 };
        assert_eq!(preflight.status().as_u16(), expected, "{origin}");
        for (which, answer) in [("preflight", &preflight), ("answer", &answer)] {
            let headers = answer.headers();
            let vary = headers["vary"].to_str().expect("text");
            assert!(vary.starts_with("Origin"), "{which} {origin}: {vary}");
            assert!(
                !headers.contains_key("access-control-allow-credentials"),
                "{which} {origin}"
            );
            let allowed = headers
                .get("access-control-allow-origin")
                .map(|v| v.to_str().expect("text"));
            let named = (status == 200 && origin != own).then_some(origin);
            assert_eq!(allowed, named, "{which} {origin}");
        }
        if status == 200 {
            assert_eq!(
                preflight.headers()["access-control-allow-headers"],
                "authorization, content-type, if-match"
            );
            assert_eq!(
                preflight.headers()["access-control-allow-methods"],
                "GET, POST, PUT, DELETE"
            );
        }
    }
    // No page: anybody's program, and still nobody's to be kept for another.
    let plain = client
        .get(&url)
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(plain.status().as_u16(), 200);
    assert_eq!(plain.headers()["vary"], "Origin");
    // A start through another's widget, and an agent from a shop's page.
    let start = client.post(&url).bearer_auth(&token).header("origin", SHOP);
    let refused = start
        .json(&json!({"widget": "blog"}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status().as_u16(), 403);
    let agent = client
        .get(&url)
        .bearer_auth(crate::common::company::agent("anna"))
        .header("origin", SHOP);
    assert_eq!(
        agent.send().await.expect("an answer").status().as_u16(),
        403
    );
}
