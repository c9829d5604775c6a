//! The same over HTTP alone: whatever a socket can do, curl can.

use std::time::Duration;

use linger::domain::time::Millis;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::id_of;
use crate::common::{PATIENCE, eventually};

async fn start(customer: &Http, workstream: &str) -> String {
    let started = customer
        .post("/conversations", json!({"workstream": workstream}))
        .await;
    assert_eq!(
        (started.status, &started.body["created"]),
        (201, &json!(true)),
        "{}",
        started.body
    );
    id_of(&started.body["conversation"])
}

async fn in_state(http: &Http, id: &str, state: &str) -> Value {
    eventually(state, async || {
        let view = http.get(&format!("/conversations/{id}")).await.body;
        (view["state"] == state).then_some(view)
    })
    .await
}

fn ok(answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer.body
}

#[tokio::test]
async fn a_conversation_from_start_to_close_needs_no_socket() {
    let server = Server::start();
    let (maria, anna) = (server.customer_http("maria"), server.agent_http("anna"));
    assert_eq!(
        ok(anna.presence("available").await)["presence"],
        "available"
    );
    let id = start(&maria, SUPPORT).await;
    let offered = in_state(&anna, &id, "active").await;
    assert_eq!(
        (&offered["agent"], &offered["accepted"]),
        (&json!("anna"), &json!(false))
    );
    assert_eq!(
        in_state(&maria, &id, "active").await.get("agent"),
        None,
        "a customer sees who once they accept"
    );
    assert_eq!(ok(anna.act(&id, "accept").await)["accepted"], true);

    let path = format!("/conversations/{id}/messages");
    let posted = maria
        .post(&path, json!({"client_id": "m-1", "text": "Hello"}))
        .await;
    assert_eq!(
        (posted.status, &posted.body["repeated"]),
        (201, &json!(false))
    );
    let again = maria
        .post(&path, json!({"client_id": "m-1", "text": "Hello"}))
        .await;
    assert_eq!(
        (again.status, &again.body["seq"], &again.body["repeated"]),
        (200, &posted.body["seq"], &json!(true))
    );
    let page = ok(anna.get(&format!("{path}?limit=200")).await);
    let texts: Vec<&Value> = page["messages"]
        .as_array()
        .expect("a page")
        .iter()
        .map(|m| &m["text"])
        .collect();
    assert!(texts.contains(&&json!("Hello")), "{page}");
    assert_eq!(page["last_seq"], posted.body["seq"]);

    let seq = posted.body["seq"].clone();
    let marked = ok(anna
        .post(&format!("/conversations/{id}/marks"), json!({"read": seq}))
        .await);
    assert_eq!(marked, json!({"delivered": seq, "read": seq}));
    assert_eq!(
        anna.post(&format!("/conversations/{id}/typing"), json!({"on": true}))
            .await
            .status,
        202
    );

    assert_eq!(ok(anna.act(&id, "park").await)["state"], "waiting");
    assert_eq!(
        ok(anna.get("/conversations?mine=true&state=waiting").await)["conversations"][0]["id"],
        *id
    );
    assert_eq!(ok(anna.act(&id, "reopen").await)["state"], "active");
    assert_eq!(ok(anna.act(&id, "end").await)["state"], "wrap_up");
    assert_eq!(ok(anna.act(&id, "finish").await)["state"], "closed");
    let journal = ok(anna.get(&format!("/conversations/{id}/explanation")).await);
    let kinds: Vec<&Value> = journal["journal"]
        .as_array()
        .expect("events")
        .iter()
        .map(|e| &e["event"]["type"])
        .collect();
    for kind in [
        "started", "offered", "accepted", "posted", "marked", "parked", "assigned", "ended",
        "closed",
    ] {
        assert!(kinds.contains(&&json!(kind)), "{kind} in {kinds:?}");
    }
    let own = ok(maria.get("/conversations?limit=1").await);
    assert_eq!(
        (
            &own["conversations"][0]["id"],
            &own["conversations"][0]["closed"]
        ),
        (&json!(id), &json!("finished"))
    );
}

#[tokio::test]
async fn a_long_poll_is_answered_by_the_next_message_and_by_the_next_state() {
    let server = Server::start();
    let (maria, anna) = (server.customer_http("maria"), server.agent_http("anna"));
    ok(anna.presence("available").await);
    let id = start(&maria, SUPPORT).await;
    in_state(&anna, &id, "active").await;
    let view = ok(anna.act(&id, "accept").await);
    let (seq, version) = (
        view["last_seq"].as_u64().expect("seq"),
        view["version"].as_u64().expect("version"),
    );

    let waiting = tokio::spawn({
        let (maria, path) = (
            maria.clone(),
            format!("/conversations/{id}/events?after={seq}&wait=30"),
        );
        async move { maria.get(&path).await }
    });
    let posted = ok(anna
        .post(
            &format!("/conversations/{id}/messages"),
            json!({"client_id": "a", "text": "Hi"}),
        )
        .await);
    let events = ok(timeout(PATIENCE, waiting)
        .await
        .expect("long before 30 s")
        .expect("no panic"));
    assert_eq!(
        (
            &events["messages"][0]["seq"],
            &events["messages"][0]["text"]
        ),
        (&posted["seq"], &json!("Hi"))
    );

    let seq = posted["seq"].clone();
    let waiting = tokio::spawn({
        let path = format!(
            "/conversations/{id}/events?after={seq}&version={}&wait=30",
            version + 1
        );
        let maria = maria.clone();
        async move { maria.get(&path).await }
    });
    ok(anna
        .post(&format!("/conversations/{id}/marks"), json!({"read": seq}))
        .await);
    let events = ok(timeout(PATIENCE, waiting)
        .await
        .expect("long before 30 s")
        .expect("no panic"));
    assert_eq!(events["conversation"]["agent_marks"]["read"], seq);

    let path = format!("/conversations/{id}/events?after={seq}&wait=1");
    let nothing = ok(timeout(Duration::from_secs(10), maria.get(&path))
        .await
        .expect("after a second"));
    assert_eq!(nothing["messages"], json!([]));
}

#[tokio::test]
async fn a_customer_who_polls_and_one_who_listens_see_the_same_thread() {
    let server = Server::start();
    let maria = server.customer_http("maria");
    let id = start(&maria, SUPPORT).await;
    let mut socket = server.customer("maria").await;
    socket.follow(&id, 0).await;
    for n in 0..5 {
        ok(maria
            .post(
                &format!("/conversations/{id}/messages"),
                json!({"client_id": n.to_string(), "text": "t"}),
            )
            .await);
    }
    let page = ok(maria
        .get(&format!("/conversations/{id}/events?after=0"))
        .await);
    for expected in page["messages"].as_array().expect("messages") {
        let mut heard = socket.message().await;
        heard.as_object_mut().expect("a frame").remove("type");
        assert_eq!(&heard, expected);
    }
}

#[tokio::test]
async fn the_remaining_actions_are_there_as_well() {
    let mut site = Site::with_capacity(4);
    site.members("sales", &["bob"]);
    let server = Server::with(site);
    let (maria, anna) = (server.customer_http("maria"), server.agent_http("anna"));
    let (bob, carol) = (server.agent_http("bob"), server.agent_http("carol"));
    ok(anna.presence("available").await);
    ok(bob.presence("busy").await);
    let id = start(&maria, PICK).await;
    assert_eq!(ok(anna.act(&id, "pick").await)["agent"], "anna");
    assert_eq!(ok(anna.act(&id, "release").await)["state"], "open");
    assert_eq!(ok(anna.act(&id, "pick").await)["agent"], "anna");
    ok(bob.presence("available").await);
    let to = format!("/conversations/{id}/transfer");
    assert_eq!(
        ok(anna.post(&to, json!({"agent": "bob"})).await)["transfer_to"],
        "bob"
    );
    assert_eq!(ok(bob.act(&id, "reject").await)["agent"], "anna");
    let moved = ok(anna.post(&to, json!({"queue": "sales"})).await);
    assert_eq!(
        (&moved["queue"], &moved["state"]),
        (&json!("sales"), &json!("open"))
    );
    let assigned = ok(carol
        .post(
            &format!("/conversations/{id}/assign"),
            json!({"agent": "bob"}),
        )
        .await);
    assert_eq!(assigned["agent"], "bob");
    let floor = ok(carol.get("/floor").await);
    assert_eq!(floor["agents"].as_array().map(Vec::len), Some(3));
    assert_eq!(ok(bob.get("/me").await)["conversations"], json!([id]));
    assert_eq!(ok(carol.act(&id, "force-close").await)["closed"], "forced");
}

#[tokio::test]
async fn an_agent_over_http_who_asks_nothing_for_long_is_offline() {
    let server = Server::start();
    let (anna, carol) = (server.agent_http("anna"), server.agent_http("carol"));
    ok(anna.presence("available").await);
    server.advance(Millis::seconds(151));
    eventually("anna is offline", async || {
        let floor = ok(carol.get("/floor").await);
        let row = floor["agents"]
            .as_array()
            .expect("rows")
            .iter()
            .find(|a| a["id"] == "anna")
            .cloned();
        row.filter(|a| a["presence"] == "offline")
    })
    .await;
}

#[tokio::test]
async fn the_pages_for_operators_and_programs_are_served() {
    let server = Server::start();
    let nobody = Http::new(server.address, None);
    for (path, text) in [
        ("/healthz", ""),
        ("/readyz", ""),
        ("/metrics", "linger_frames_in"),
        ("/docs/errors", "already_taken"),
        ("/api/v1/openapi.json", "\"3.1"),
        ("/", "linger"),
    ] {
        let answer = nobody
            .request(reqwest::Method::GET, path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        let body = answer.text().await.expect("a body");
        assert!(body.contains(text), "{path}: {body}");
    }
}
