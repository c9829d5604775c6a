//! Security headers on every answer of every route, refusals included.

use reqwest::{Client, Method, Response};
use serde_json::Value;

use crate::common::server::Server;

const NEEDED: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=()"),
    ("content-security-policy", "default-src 'none'"),
    ("cache-control", "no-store"),
];

/// What pages and their files need instead, where they are in the binary: what they may load,
/// how long they may be kept, and that other sites may embed the widget.
fn check_page(what: &str, answer: &Response) {
    let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    for (name, part) in NEEDED {
        let values: Vec<_> = answer.headers().get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{what}: {name} once");
        if !["cross-origin-resource-policy", "cache-control"].contains(&name) {
            assert!(header(name).contains(part), "{what}: {name}: {values:?}");
        }
    }
    let policy = header("content-security-policy");
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    assert!(
        policy.contains("frame-ancestors 'none'") || what.ends_with("/widget/{id}"),
        "{what}: {policy}"
    );
}

fn check(what: &str, answer: &Response) {
    for (name, part) in NEEDED {
        let values: Vec<_> = answer.headers().get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{what}: {name} once");
        let value = values[0].to_str().expect("text");
        assert!(value.contains(part), "{what}: {name}: {value}");
    }
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    assert!(
        !answer.headers().contains_key("strict-transport-security"),
        "{what}: this is plain HTTP"
    );
    assert!(!answer.headers().contains_key("server"), "{what}");
    assert!(
        !answer
            .headers()
            .contains_key("access-control-allow-credentials"),
        "{what}"
    );
}

fn filled(path: &str, id: &str) -> String {
    let id = if path.contains("widget") { "shop" } else { id };
    path.replace("{kind}", "queues").replace("{id}", id)
}

#[actix_rt::test]
async fn every_route_answers_with_them_whoever_asks() {
    let server = Server::start();
    let (client, base) = (Client::new(), format!("http://{}", server.address));
    let document: Value = client
        .get(format!("{base}/api/v1/openapi.json"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 40, "the whole document");
    let mut maria = server.customer("maria").await;
    let id = maria.start("support", "Hello").await;
    let tokens = [
        None,
        Some(server.site.customer("maria")),
        Some(crate::common::company::agent("anna")),
        Some(crate::common::company::agent("carol")),
        Some("nobody:knows".to_owned()),
    ];
    let mut answers = 0;
    for (path, item) in paths {
        for method in item.as_object().expect("operations").keys() {
            if path.ends_with("/events") {
                // A long poll of somebody who may would wait.
                continue;
            }
            for token in &tokens {
                let method: Method = method.to_uppercase().parse().expect("a method");
                let what = format!("{method} {path}");
                let mut request = client.request(method, format!("{base}{}", filled(path, &id)));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let answer = request.send().await.expect("an answer");
                // Those that are not in the binary say so as any other answer does.
                let is_page = ["/desk", "/admin", "/widget"]
                    .iter()
                    .any(|start| path.starts_with(start));
                if is_page && answer.status().is_success() {
                    check_page(&what, &answer);
                } else {
                    check(&what, &answer);
                }
                answers += 1;
            }
        }
    }
    assert!(answers > 200, "{answers}");
}

#[actix_rt::test]
async fn whatever_leads_nowhere_answers_with_them() {
    let server = Server::start();
    let (client, base) = (Client::new(), format!("http://{}", server.address));
    let id = "018bcfe5-687b-7fff-bfff-ffffffffffff";
    for (method, path, status) in [
        (Method::GET, "/nothing".to_owned(), 404),
        (Method::GET, "/api/v1/nothing".to_owned(), 404),
        (Method::DELETE, "/api/v1/conversations".to_owned(), 405),
        (Method::OPTIONS, "/".to_owned(), 405),
        (Method::HEAD, "/nothing".to_owned(), 404),
        (Method::GET, "/ws/customer".to_owned(), 426),
        (Method::GET, "/?token=abc".to_owned(), 400),
        (
            Method::GET,
            format!("/api/v1/conversations/{id}/messages?limit=x"),
            401,
        ),
        (Method::POST, "/api/v1/conversations".to_owned(), 401),
    ] {
        let what = format!("{method} {path}");
        let answer = client
            .request(method, format!("{base}{path}"))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{what}");
        check(&what, &answer);
    }
    // A body that is too large is refused by a part that knows no routes.
    let answer = client
        .post(format!("{base}/api/v1/conversations"))
        .bearer_auth(server.site.customer("maria"))
        .header("content-type", "application/json")
        .body(vec![b' '; 80_000])
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status().as_u16(), 413);
    check("a body too large", &answer);
}
