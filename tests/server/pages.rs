//! The pages: what browsers are given, what they may do with it, and what is beside it.

use std::net::SocketAddr;
use std::path::Path;

use linger::domain::company::Widget;
use linger::domain::ids::{WidgetId, WorkstreamId};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::company::{SUPPORT, Site};
use crate::common::http::Http;
use crate::common::server::Server;

const SHOP: &str = "https://shop.example.com";
const PAGE: &str = "<!doctype html><meta name=\"csp-nonce\" content=\"__NONCE__\"><p>page</p>";

/// A few files as a build of the pages leaves them, and one beside it that is nobody's.
fn built() -> TempDir {
    let place = tempfile::tempdir().expect("a directory");
    let put = |path: &str, text: &str| {
        let path = place.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    put("secret.txt", "secret");
    for page in [
        "staff/desk.html",
        "staff/admin.html",
        "widget/index.html",
        "demo/shop.html",
        "demo/both.html",
    ] {
        put(&format!("dist/{page}"), PAGE);
    }
    put("dist/loader/widget.js", "load()");
    put("dist/staff/assets/desk-1.js", "desk()");
    put("dist/staff/assets/desk-1.js.br", "br");
    put("dist/staff/assets/desk-1.js.gz", "gz");
    put("dist/staff/assets/desk-1.css", "p{}");
    place
}

fn site() -> Site {
    let mut site = Site::with_capacity(4);
    let mut widget = Widget::new(WorkstreamId::parse(SUPPORT).expect("an id"));
    widget.allowed_origins.insert(SHOP.to_owned());
    let id = WidgetId::parse("closed-list").expect("an id");
    site.company.widgets.insert(id, widget);
    site
}

fn serving(place: &Path) -> Server {
    let dist = place.join("dist");
    Server::set(site(), |settings| settings.pages = Some(dist))
}

async fn ask(method: Method, address: SocketAddr, path: &str, lines: &[(&str, &str)]) -> Response {
    let mut request = Client::new().request(method, format!("http://{address}{path}"));
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

async fn get(server: &Server, path: &str) -> Response {
    ask(Method::GET, server.address, path, &[]).await
}

fn header(answer: &Response, name: &str) -> String {
    let value = answer
        .headers()
        .get(name)
        .map(|v| v.to_str().expect("text"));
    value.unwrap_or_default().to_owned()
}

#[actix_rt::test]
async fn a_page_has_a_nonce_of_its_own_and_may_do_what_it_needs_and_no_more() {
    let place = built();
    let server = serving(place.path());
    let mut nonces = Vec::new();
    for path in [
        "/desk",
        "/desk/",
        "/desk/c/018bcfe5-687b-7fff-bfff-ffffffffffff",
        "/desk/floor/agents",
        "/admin",
        "/admin/queues/support",
        "/widget/shop",
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&answer, "cache-control"), "no-cache", "{path}");
        assert!(header(&answer, "permissions-policy").contains("camera=()"));
        let policy = header(&answer, "content-security-policy");
        let html = answer.text().await.expect("a page");
        let nonce = html
            .split("content=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a nonce");
        assert!(nonce.len() >= 22 && nonce != "__NONCE__", "{nonce}");
        for part in [
            "default-src 'none'",
            "base-uri 'none'",
            "script-src 'self';",
            &format!("style-src 'self' 'nonce-{nonce}';"),
            "img-src 'self' data:;",
            "font-src 'self';",
            "connect-src 'self';",
            "frame-src 'self';",
            "form-action 'self';",
        ] {
            assert!(policy.contains(part), "{path}: {part}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        nonces.push(nonce.to_owned());
    }
    let all = nonces.len();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), all, "no nonce comes twice");
}

#[actix_rt::test]
async fn desk_and_console_are_framed_by_nobody_and_a_widget_by_the_pages_it_lists() {
    let place = built();
    let server = serving(place.path());
    for (path, ancestors) in [
        ("/desk", "frame-ancestors 'none'"),
        ("/admin", "frame-ancestors 'none'"),
        ("/widget/shop", "frame-ancestors *"),
        (
            "/widget/closed-list",
            "frame-ancestors https://shop.example.com 'self'",
        ),
    ] {
        let policy = header(&get(&server, path).await, "content-security-policy");
        assert!(policy.ends_with(ancestors), "{path}: {policy}");
    }
    for path in ["/widget/none", "/widget/%00", "/widget/shop/more"] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status(), 404, "{path}");
        let body: Value = answer.json().await.expect("a typed refusal");
        assert_eq!(body["error"]["code"], "not_found", "{path}");
    }
}

#[actix_rt::test]
async fn a_file_is_kept_for_ever_and_asked_for_again_by_its_tag() {
    let place = built();
    let server = serving(place.path());
    let path = "/pages/staff/assets/desk-1.js";
    let answer = get(&server, path).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        header(&answer, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        header(&answer, "content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        header(&answer, "cross-origin-resource-policy"),
        "cross-origin"
    );
    assert_eq!(header(&answer, "vary"), "accept-encoding");
    let tag = header(&answer, "etag");
    assert_eq!(answer.text().await.expect("the file"), "desk()");

    let known = [("if-none-match", tag.as_str())];
    let answer = ask(Method::GET, server.address, path, &known).await;
    assert_eq!(answer.status(), 304);
    assert_eq!(header(&answer, "etag"), tag);
    assert_eq!(answer.bytes().await.expect("nothing").len(), 0);

    // As it is now, while somebody works on it.
    let file = place.path().join("dist/staff/assets/desk-1.js");
    std::fs::write(file, "changed()").expect("written");
    let answer = ask(Method::GET, server.address, path, &known).await;
    assert_eq!(answer.status(), 200);
    assert_ne!(header(&answer, "etag"), tag);
    assert_eq!(answer.text().await.expect("the file"), "changed()");

    let css = get(&server, "/pages/staff/assets/desk-1.css").await;
    assert_eq!(header(&css, "content-type"), "text/css; charset=utf-8");
    let loader = get(&server, "/widget.js").await;
    assert_eq!(header(&loader, "cache-control"), "public, max-age=300");
    assert_eq!(
        header(&loader, "cross-origin-resource-policy"),
        "cross-origin"
    );
    assert_eq!(loader.text().await.expect("the script"), "load()");
}

#[actix_rt::test]
async fn whoever_takes_a_short_form_is_given_it() {
    let place = built();
    let server = serving(place.path());
    let path = "/pages/staff/assets/desk-1.js";
    let mut tags = Vec::new();
    for (accepts, encoding, body) in [
        ("br, gzip", "br", "br"),
        ("gzip, deflate, br;q=0.5", "br", "br"),
        ("gzip", "gzip", "gz"),
        ("br;q=0, gzip", "gzip", "gz"),
        ("identity", "", "desk()"),
    ] {
        let lines = [("accept-encoding", accepts)];
        let answer = ask(Method::GET, server.address, path, &lines).await;
        assert_eq!(header(&answer, "content-encoding"), encoding, "{accepts}");
        assert_eq!(
            header(&answer, "content-type"),
            "text/javascript; charset=utf-8"
        );
        tags.push((encoding, header(&answer, "etag")));
        assert_eq!(answer.text().await.expect("the file"), body, "{accepts}");
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "each form has a tag of its own: {tags:?}");
    // There is none of this one.
    let css = "/pages/staff/assets/desk-1.css";
    let lines = [("accept-encoding", "br, gzip")];
    let answer = ask(Method::GET, server.address, css, &lines).await;
    assert_eq!(header(&answer, "content-encoding"), "");
}

#[actix_rt::test]
async fn a_head_is_what_a_get_would_be_without_its_body() {
    let place = built();
    let server = serving(place.path());
    for path in [
        "/desk",
        "/admin/queues",
        "/widget/shop",
        "/widget.js",
        "/pages/staff/assets/desk-1.js",
    ] {
        let head = ask(Method::HEAD, server.address, path, &[]).await;
        let whole = get(&server, path).await;
        assert_eq!(head.status(), 200, "{path}");
        for name in ["content-type", "content-length", "etag", "cache-control"] {
            assert_eq!(header(&head, name), header(&whole, name), "{path}: {name}");
        }
        assert_eq!(head.bytes().await.expect("nothing").len(), 0, "{path}");
    }
    for path in ["/widget/none", "/pages/staff/assets/none.js", "/demo"] {
        let head = ask(Method::HEAD, server.address, path, &[]).await;
        assert_eq!(head.status(), 404, "{path}");
    }
    let head = ask(Method::HEAD, server.address, "/api/v1/me", &[]).await;
    assert_eq!(head.status(), 405, "the API has no heads");
}

/// The status of a request whose path no client would send like this.
fn raw(address: SocketAddr, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).expect("connects");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn nothing_beside_the_pages_can_be_reached() {
    let place = built();
    let server = serving(place.path());
    for path in [
        "/pages/../secret.txt",
        "/pages/staff/../../secret.txt",
        "/pages/staff/..%2f..%2fsecret.txt",
        "/pages/staff/%2e%2e/%2e%2e/secret.txt",
        "/pages/%2e%2e/secret.txt",
        "/pages/../assets/secret.txt",
        "/pages/..%2f..%2fassets/secret.txt",
        "/pages/staff/..%5c..%5csecret.txt",
        "/pages//secret.txt",
        "/pages/staff/assets/../../../secret.txt",
        "/pages/staff/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.txt",
        "/pages/staff/assets/desk-1.js.br",
        "/pages/staff/desk.html",
        "/pages/staff/assets",
        "/pages/staff",
        "/pages/",
        "/widget.js/../../secret.txt",
    ] {
        let answer = raw(server.address, path);
        assert!(
            answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"),
            "{path}: {answer}"
        );
        assert!(!answer.contains("\r\n\r\nsecret"), "{path}: {answer}");
    }
}

#[actix_rt::test]
async fn pages_that_were_not_built_are_said_to_be_missing_in_a_page() {
    let place = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(place.path().join("dist")).expect("made");
    let server = serving(place.path());
    for path in ["/desk", "/admin/queues", "/widget/shop", "/widget.js"] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let html = answer.text().await.expect("a page");
        assert!(html.contains("make ui"), "{html}");
    }
}

#[actix_rt::test]
async fn a_browser_at_the_front_door_is_shown_to_a_page_and_anybody_else_is_told_the_addresses() {
    let server = Server::start();
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let at = format!("http://{}/", server.address);
    let answer = client
        .get(&at)
        .header("accept", "text/html,*/*")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &*header(&answer, "location")),
        (303, "/desk")
    );
    let answer = client.get(&at).send().await.expect("an answer");
    let text = answer.text().await.expect("text");
    assert!(text.contains("/desk") && text.contains("/api/v1"), "{text}");
}

#[actix_rt::test]
async fn a_frame_on_the_servers_own_origin_may_do_what_its_widget_is_for() {
    let mut site = site();
    site.workstream(SUPPORT).device_identity = true;
    let server = Server::with(site);
    let own = format!("http://{}", server.address);
    let http = Http::new(server.address, None);
    for widget in ["shop", "closed-list"] {
        let request = http
            .request(Method::POST, "/api/v1/devices")
            .header("origin", &own)
            .json(&serde_json::json!({"widget": widget}));
        let named = Http::run(request).await;
        assert_eq!(named.status, 201, "{widget}: {named:?}");
        let line = format!("Origin: {own}\r\n");
        let path = format!("/ws/customer?widget={widget}");
        let socket = crate::common::raw_ws::RawWs::open_saying(server.address, &path, &line);
        assert!(socket.is_ok(), "{widget}");
    }
    // What is not on the list of one widget is still not.
    let line = "Origin: https://evil.example.com\r\n";
    let path = "/ws/customer?widget=closed-list";
    assert!(crate::common::raw_ws::RawWs::open_saying(server.address, path, line).is_err());
}

#[actix_rt::test]
async fn a_widget_is_described_to_the_pages_that_it_lists() {
    let server = Server::with(site());
    let http = Http::new(server.address, None);
    let from = async |widget: &str, origin: &str| {
        let path = format!("/api/v1/widgets/{widget}?locale=de");
        ask(Method::GET, server.address, &path, &[("origin", origin)]).await
    };
    let answer = from("closed-list", SHOP).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "access-control-allow-origin"), SHOP);
    let body: Value = answer.json().await.expect("a widget");
    assert_eq!(
        (&body["id"], &body["mode"], &body["locale"], &body["open"]),
        (
            &"closed-list".into(),
            &"persistent".into(),
            &"de".into(),
            &true.into()
        ),
        "{body}"
    );
    let own = format!("http://{}", server.address);
    assert_eq!(from("closed-list", &own).await.status(), 200);
    let refused = from("closed-list", "https://evil.example.com").await;
    assert_eq!(refused.status(), 403);
    let body: Value = refused.json().await.expect("a refusal");
    assert_eq!(body["error"]["code"], "foreign_origin");
    assert_eq!(from("shop", "https://any.example.com").await.status(), 200);
    assert_eq!(http.get("/widgets/none").await.code(), "not_found");
    let answer = http.get("/widgets/shop?language=de").await;
    assert_eq!(answer.code(), "invalid_request");
}

#[actix_rt::test]
async fn what_is_the_demos_is_no_address_of_a_company() {
    let place = built();
    let server = serving(place.path());
    let http = Http::new(server.address, None);
    let nowhere = Http::run(http.request(Method::GET, "/nowhere")).await;
    for (method, path) in [
        (Method::GET, "/demo"),
        (Method::GET, "/demo/both"),
        (Method::GET, "/demo/customers"),
        (Method::GET, "/demo/agents"),
        (Method::POST, "/demo/token"),
    ] {
        let request = http.request(method, path);
        let answer = Http::run(request.json(&serde_json::json!({"customer": "maria"}))).await;
        assert_eq!(
            (answer.status, &answer.body),
            (404, &nowhere.body),
            "{path}"
        );
    }
    // Nor with another method, or a body that is none.
    for (method, path) in [
        (Method::DELETE, "/demo"),
        (Method::GET, "/demo/token"),
        (Method::POST, "/demo/token"),
    ] {
        let answer = Http::run(http.request(method, path).body("no JSON")).await;
        assert_eq!(
            (answer.status, &answer.body),
            (404, &nowhere.body),
            "{path}"
        );
    }
}
