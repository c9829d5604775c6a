//! Token buckets over real sockets: each limit refuses with its code and a time to wait, and
//! lets go when that time has passed on the server's clock.

use std::net::SocketAddr;

use linger::config::{RateChange, Rates};
use linger::domain::company::Widget;
use linger::domain::ids::{WidgetId, WorkstreamId};
use linger::domain::time::Millis;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::common::company::{SUPPORT, Site};
use crate::common::http::{Answer, Http};
use crate::common::raw_ws::RawWs;
use crate::common::server::Server;

/// Everything without limit but this; the peer of every test is a trusted proxy.
fn limited(change: &str) -> Server {
    limited_at(Site::with_capacity(4), change)
}

fn limited_at(site: Site, change: &str) -> Server {
    let change: RateChange = change.parse().expect("a limit");
    Server::set(site, |settings| {
        settings.rates = Rates::unlimited().with(change);
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
}

fn from(request: RequestBuilder, client: &str) -> RequestBuilder {
    request.header("x-forwarded-for", client)
}

fn refused(what: &str, answer: &Answer, seconds: &str) {
    assert_eq!(
        (answer.status, answer.code()),
        (429, "rate_limited"),
        "{what}: {}",
        answer.body
    );
    assert_eq!(answer.retry_after.as_deref(), Some(seconds), "{what}");
    assert!(
        answer.body["error"]["retry_after_ms"].as_u64().is_some(),
        "{what}: {}",
        answer.body
    );
}

#[actix_rt::test]
async fn an_address_is_the_right_most_that_no_proxy_wrote() {
    let server = limited("requests-per-address=2/20s");
    let client = Client::new();
    let index = format!("http://{}/", server.address);
    let ask = async |whence: &str| Http::run(from(client.get(&index), whence)).await;
    assert_eq!(ask("203.0.113.7").await.status, 200);
    assert_eq!(ask("1.1.1.1, 203.0.113.7").await.status, 200);
    refused(
        "the same with an invention",
        &ask("2.2.2.2, 203.0.113.7").await,
        "10",
    );
    assert_eq!(ask("203.0.113.8").await.status, 200);
    // IPv6 by its network.
    assert_eq!(ask("2001:db8:1:2::1").await.status, 200);
    assert_eq!(ask("2001:db8:1:2::2").await.status, 200);
    refused(
        "a third of one network",
        &ask("2001:db8:1:2:ffff::3").await,
        "10",
    );
    assert_eq!(ask("2001:db8:1:3::1").await.status, 200);
    // Whoever watches the server may ask as often as it likes.
    for _ in 0..10 {
        let health = client.get(format!("http://{}/healthz", server.address));
        assert_eq!(Http::run(from(health, "203.0.113.7")).await.status, 200);
    }
    server.advance(Millis::seconds(10));
    assert_eq!(ask("203.0.113.7").await.status, 200);
}

#[actix_rt::test]
async fn nobody_who_is_no_proxy_chooses_an_address() {
    let change: RateChange = "requests-per-address=2/20s".parse().expect("a limit");
    let server = Server::set(Site::with_capacity(4), |s| {
        s.rates = Rates::unlimited().with(change);
    });
    let client = Client::new();
    let index = format!("http://{}/", server.address);
    for (n, expected) in [(1, 200), (2, 200), (3, 429), (4, 429)] {
        let answer = Http::run(from(client.get(&index), &format!("203.0.113.{n}"))).await;
        assert_eq!(answer.status, expected, "{n}");
    }
}

fn handshake(address: SocketAddr, path: &str, from: &str) -> Result<RawWs, String> {
    RawWs::open_saying(address, path, &format!("X-Forwarded-For: {from}\r\n"))
        .map_err(|e| e.to_string())
}

#[test]
fn handshakes_are_limited_by_address_and_by_widget() {
    let server = limited("sockets-per-address=2/1min");
    for _ in 0..2 {
        handshake(server.address, "/ws/customer", "203.0.113.7").expect("a handshake");
    }
    let answer = handshake(server.address, "/ws/agent", "203.0.113.7")
        .map(drop)
        .expect_err("too many");
    assert!(
        answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: 30"),
        "{answer}"
    );
    handshake(server.address, "/ws/customer", "203.0.113.8").expect("another address");

    let server = limited_at(site_with_widget(), "sockets-per-widget=1/1min");
    handshake(server.address, "/ws/customer?widget=shop", "203.0.113.7").expect("a handshake");
    let answer = handshake(server.address, "/ws/customer?widget=shop", "203.0.113.8").map(drop);
    assert!(answer.expect_err("too many").starts_with("HTTP/1.1 429"));
    handshake(server.address, "/ws/customer", "203.0.113.8").expect("through none");
}

fn site_with_widget() -> Site {
    let mut site = Site::with_capacity(4);
    let widget = Widget::new(WorkstreamId::parse(SUPPORT).expect("an id"));
    site.company
        .widgets
        .insert(WidgetId::parse("shop").expect("an id"), widget);
    site
}

fn hello(server: &Server, door: &str, whence: &str, token: &str) -> (Value, Option<u16>) {
    let mut socket = handshake(server.address, door, whence).expect("a handshake");
    socket
        .say(&json!({"type": "hello", "token": token}).to_string())
        .expect("open");
    let answer: Value = serde_json::from_str(&socket.hear_text()).expect("JSON");
    let close = (answer["type"] == "refused")
        .then(|| socket.hear_close())
        .flatten();
    (answer, close)
}

#[actix_rt::test]
async fn failed_credentials_are_counted_over_every_way_in() {
    let server = limited("failures-per-address=3/3min");
    let client = Client::new();
    let me = format!("http://{}/api/v1/me", server.address);
    let wrong = async |whence: &str, token: &str| {
        Http::run(from(client.get(&me), whence).bearer_auth(token)).await
    };
    assert_eq!(wrong("203.0.113.7", "anna:wrong").await.status, 401);
    let (answer, close) = hello(&server, "/ws/agent", "203.0.113.7", "anna:wrong");
    assert_eq!(
        (answer["code"].as_str(), close),
        (Some("token_invalid"), Some(1008))
    );
    let (answer, _) = hello(&server, "/ws/customer", "203.0.113.7", "a.b.c");
    assert_eq!(answer["code"], "token_invalid");
    // Now even what is right is not looked at, from there.
    let anna = crate::common::company::agent("anna");
    refused("http", &wrong("203.0.113.7", &anna).await, "60");
    let (answer, close) = hello(&server, "/ws/agent", "203.0.113.7", &anna);
    assert_eq!(
        (answer["code"].as_str(), close),
        (Some("rate_limited"), Some(1013))
    );
    assert_eq!(answer["retry_after_ms"], 60_000);
    assert_eq!(wrong("203.0.113.8", &anna).await.status, 200);
    server.advance(Millis::minutes(1));
    assert_eq!(wrong("203.0.113.7", &anna).await.status, 200);
}

#[actix_rt::test]
async fn starts_are_limited_by_customer_address_and_widget() {
    for (limit, first, second, third) in [
        (
            "starts-per-customer=1/1min",
            ("maria", "203.0.113.1"),
            ("maria", "203.0.113.2"),
            ("ben", "203.0.113.1"),
        ),
        (
            "starts-per-address=1/1min",
            ("maria", "203.0.113.1"),
            ("ben", "203.0.113.1"),
            ("ben", "203.0.113.2"),
        ),
    ] {
        let server = limited(limit);
        let start = async |(who, whence): (&str, &str)| {
            let http = server.customer_http(who);
            let request = http.request(reqwest::Method::POST, "/api/v1/conversations");
            Http::run(from(request, whence).json(&json!({"workstream": SUPPORT}))).await
        };
        assert_eq!(start(first).await.status, 201, "{limit}");
        refused(limit, &start(second).await, "60");
        assert!(start(third).await.status < 300, "{limit}");
    }
    let server = limited_at(site_with_widget(), "starts-per-widget=1/1min");
    let through = json!({"type": "start", "widget": "shop"});
    server.customer("maria").await.ask(through.clone()).await;
    let mut ben = server.customer("ben").await;
    let answer = ben.refused(through.clone()).await;
    assert_eq!(
        (answer["code"].as_str(), answer["retry_after_ms"].as_u64()),
        (Some("rate_limited"), Some(60_000))
    );
    ben.ask(json!({"type": "start", "workstream": SUPPORT}))
        .await;
    server.advance(Millis::minutes(1));
    ben.ask(through).await;
}

#[actix_rt::test]
async fn requests_and_sockets_of_customers_and_agents_are_limited() {
    let server = limited("requests-per-customer=2/1min");
    let maria = server.customer_http("maria");
    for _ in 0..2 {
        assert_eq!(maria.get("/conversations").await.status, 200);
    }
    refused("a customer", &maria.get("/conversations").await, "30");
    assert_eq!(
        server
            .customer_http("ben")
            .get("/conversations")
            .await
            .status,
        200
    );
    assert_eq!(
        server.agent_http("anna").get("/conversations").await.status,
        200
    );

    let server = limited("requests-per-agent=1/1min");
    let anna = server.agent_http("anna");
    assert_eq!(anna.get("/me").await.status, 200);
    refused("an agent", &anna.get("/me").await, "60");
    assert_eq!(server.agent_http("bob").get("/me").await.status, 200);

    for (limit, door) in [
        ("sockets-per-customer=1/1min", "/ws/customer"),
        ("sockets-per-agent=1/1min", "/ws/agent"),
    ] {
        let server = limited(limit);
        let token = if door == "/ws/agent" {
            crate::common::company::agent("anna")
        } else {
            server.site.customer("maria")
        };
        let (answer, _) = hello(&server, door, "203.0.113.7", &token);
        assert_eq!(answer["type"], "welcome", "{limit}");
        let (answer, close) = hello(&server, door, "203.0.113.8", &token);
        assert_eq!(
            (answer["code"].as_str(), close),
            (Some("rate_limited"), Some(1013)),
            "{limit}"
        );
    }
}

#[actix_rt::test]
async fn an_agent_types_no_faster_than_people_do() {
    let server = limited("messages-per-agent=2/1min");
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let mut anna = server.available("anna").await;
    anna.accept(&id).await;
    anna.post(&id, "1", "one").await;
    anna.post(&id, "2", "two").await;
    let answer = anna.send(&id, "3", "three").await;
    assert_eq!(
        (answer["code"].as_str(), answer["client_id"].as_str()),
        (Some("rate_limited"), Some("3"))
    );
    let wait = answer["retry_after_ms"].as_u64().expect("a time");
    refused(
        "over http",
        &server
            .agent_http("anna")
            .post(
                &format!("/conversations/{id}/messages"),
                json!({"client_id": "3", "text": "three"}),
            )
            .await,
        "30",
    );
    server.advance(Millis(wait));
    anna.post(&id, "3", "three").await;
}

#[actix_rt::test]
async fn what_is_under_way_is_bounded_and_frozen_readers_count() {
    let server = Server::start();
    let id = server.customer("maria").await.start(SUPPORT, "Hello").await;
    let maria = server.customer_http("maria");
    let poll = format!("/api/v1/conversations/{id}/events?after=1000&wait=8");
    let mut polls = Vec::new();
    for _ in 0..linger::limits::REQUESTS_UNDER_WAY_PER_CUSTOMER_MAX {
        let (maria, poll) = (maria.clone(), poll.clone());
        // The looks below take a place for a moment, too: one that is refused for it tries again.
        polls.push(actix_rt::spawn(async move {
            while Http::run(maria.request(reqwest::Method::GET, &poll))
                .await
                .status
                == 429
            {}
        }));
    }
    let refused = crate::common::eventually("the polls are under way", async || {
        let answer = maria.get("/conversations").await;
        (answer.status == 429).then_some(answer)
    })
    .await;
    assert_eq!(refused.code(), "too_many_in_flight");
    assert_eq!(
        server
            .customer_http("ben")
            .get("/conversations")
            .await
            .status,
        200
    );
    for poll in polls {
        poll.abort();
    }
    crate::common::eventually("places are free again", async || {
        (maria.get("/conversations").await.status == 200).then_some(())
    })
    .await;
}
