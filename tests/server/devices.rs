//! Customers who are known by their device, over real sockets and HTTP.

use linger::domain::ids::{WidgetId, WorkstreamId};
use linger::domain::time::Millis;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

fn site() -> Site {
    let mut site = Site::with_capacity(4);
    site.workstream(SUPPORT).device_identity = true;
    site
}

async fn named(server: &Server) -> (String, String) {
    let nobody = Http::new(server.address, None);
    let answer = nobody.post("/devices", json!({"widget": "shop"})).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    parts(&answer)
}

fn parts(answer: &Answer) -> (String, String) {
    let text = |field: &str| {
        let value = answer.body[field].as_str();
        value.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    };
    (text("token"), text("customer"))
}

fn with(server: &Server, token: &str) -> Http {
    Http::new(server.address, Some(token.to_owned()))
}

async fn renew(server: &Server, token: &str) -> Answer {
    with(server, token).post("/devices/renew", json!({})).await
}

async fn code(server: &Server, token: &str) -> String {
    with(server, token)
        .get("/conversations")
        .await
        .code()
        .to_owned()
}

const FINE: &str = "no refusal";

#[tokio::test]
async fn a_device_is_a_customer_and_stays_one_through_renewals_and_a_restart() {
    let mut server = Server::with(site());
    let (token, customer) = named(&server).await;
    assert!(customer.starts_with("device:"));
    let mut socket = Socket::customer(server.address, &token).await;
    assert_eq!(socket.welcome["principal"]["id"], json!(customer));
    let id = socket.start(SUPPORT, "Hello").await;
    let elsewhere = socket
        .answer(json!({"type": "start", "workstream": PICK}))
        .await;
    assert_eq!(elsewhere["code"], "forbidden");

    let (next, same) = parts(&renew(&server, &token).await);
    assert_eq!(same, customer);
    let renewed = socket.answer(json!({"type": "renew", "token": next})).await;
    assert_eq!(renewed["type"], "accepted", "{renewed}");
    let (foreign, _) = named(&server).await;
    let refused = socket
        .answer(json!({"type": "renew", "token": foreign}))
        .await;
    assert_eq!(refused["code"], "other_customer");
    socket.leave().await;

    server.restart();
    let listed = with(&server, &next).get("/conversations").await;
    assert_eq!(id_of(&listed.body["conversations"][0]), id);
    let foreign = with(&server, &foreign)
        .get(&format!("/conversations/{id}"))
        .await;
    assert_eq!(foreign.code(), "not_found");
    server.advance(Millis::days(31));
    assert_eq!(code(&server, &next).await, "token_expired");
    let (late, _) = parts(&renew(&server, &next).await);
    assert_eq!(code(&server, &late).await, FINE);
}

#[tokio::test]
async fn a_lost_answer_locks_nobody_out_and_a_copy_ends_the_device() {
    let server = Server::with(site());
    let (first, customer) = named(&server).await;
    let mut socket = Socket::customer(server.address, &first).await;
    let (_lost, _) = parts(&renew(&server, &first).await);
    server.advance(Millis::days(2));
    assert_eq!(
        code(&server, &first).await,
        FINE,
        "nobody has used the new one"
    );
    let (second, _) = parts(&renew(&server, &first).await);
    assert_eq!(code(&server, &second).await, FINE);
    assert_eq!(code(&server, &first).await, FINE, "within the grace");
    server.advance(Millis::minutes(3));
    let made_up = format!("{}{}", &first[..first.len() - 43], "x".repeat(43));
    assert_eq!(code(&server, &made_up).await, "token_invalid");
    assert_eq!(code(&server, &second).await, FINE, "a guess ends nothing");

    assert_eq!(renew(&server, &first).await.code(), "token_invalid");
    assert_eq!(
        code(&server, &second).await,
        "token_invalid",
        "for everybody"
    );
    assert_eq!(socket.closed().await, Some(1008));
    let id = customer.strip_prefix("device:").expect("a device");
    let carol = server.agent_http("carol");
    let view = carol.get(&format!("/devices/{id}")).await;
    assert_eq!(view.body["ended"], "copied", "{view:?}");
}

#[tokio::test]
async fn a_revoked_device_is_out_at_once_and_for_good() {
    let mut server = Server::with(site());
    let (token, customer) = named(&server).await;
    let mut socket = Socket::customer(server.address, &token).await;
    let id = customer.strip_prefix("device:").expect("a device");
    let path = format!("/api/v1/devices/{id}");
    for (who, status) in [
        (with(&server, &token), 403),
        (server.agent_http("anna"), 403),
        (Http::new(server.address, None), 401),
    ] {
        let refused = Http::run(who.request(Method::DELETE, &path)).await;
        assert_eq!(refused.status, status, "{refused:?}");
    }
    let carol = server.agent_http("carol");
    for _ in 0..2 {
        let done = Http::run(carol.request(Method::DELETE, &path)).await;
        assert_eq!(
            (&done.body["ended"], &done.body["ended_by"]),
            (&json!("revoked"), &json!("carol"))
        );
    }
    assert_eq!(socket.closed().await, Some(1008));
    server.restart();
    assert_eq!(code(&server, &token).await, "token_invalid");
    assert_eq!(renew(&server, &token).await.code(), "token_invalid");
    let carol = server.agent_http("carol");
    for unknown in ["nonsense", &"0".repeat(32)] {
        let missing = carol.get(&format!("/devices/{unknown}")).await;
        assert_eq!(missing.code(), "not_found", "{unknown}");
    }
}

#[tokio::test]
async fn devices_are_named_only_where_a_company_wants_them() {
    let mut site = site();
    for (id, workstream, enabled) in [("signed", PICK, true), ("off", SUPPORT, false)] {
        let mut widget =
            linger::domain::company::Widget::new(WorkstreamId::parse(workstream).expect("an id"));
        widget.enabled = enabled;
        let id = WidgetId::parse(id).expect("an id");
        site.company.widgets.insert(id, widget);
    }
    let server = Server::with(site);
    let nobody = Http::new(server.address, None);
    let cases = [
        (json!({"widget": "nowhere"}), "unknown_workstream"),
        (json!({"widget": "signed"}), "forbidden"),
        (json!({"widget": "off"}), "not_accepting"),
        (json!({"widget": ""}), "invalid_request"),
        (json!({}), "invalid_request"),
        (Value::Null, "invalid_request"),
    ];
    for (body, expected) in cases {
        let refused = nobody.post("/devices", body.clone()).await;
        assert_eq!(refused.code(), expected, "{body}");
    }
    for token in [
        "lgd-",
        "lgd-00-00",
        &format!("lgd-{:032x}-{}", 7, "x".repeat(43)),
    ] {
        let mut socket = Socket::silent(server.address, "customer").await;
        socket.say(&json!({"type": "hello", "token": token})).await;
        assert_eq!(socket.next().await["code"], "token_invalid", "{token}");
        assert_eq!(socket.closed().await, Some(1008), "{token}");
        assert_eq!(renew(&server, token).await.code(), "token_invalid");
    }
    let jwt = server.site.customer("maria");
    assert_eq!(renew(&server, &jwt).await.code(), "token_invalid");
}
