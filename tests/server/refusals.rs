//! Bad input of every kind: code, sentence and advice, on both interfaces.

use std::time::Duration;

use linger::config::CustomerRate;
use linger::domain::time::Millis;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{LIVE, PICK, SUPPORT, Site};
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::Socket;

const NOWHERE: &str = "018bcfe5-687b-7fff-bfff-ffffffffffff";

/// What every refusal has, whatever the transport.
fn check(refusal: &Value, code: &str, what: &str) {
    assert_eq!(refusal["code"], code, "{what}: {refusal}");
    let sentence = refusal["message"].as_str().unwrap_or_default();
    assert!(
        sentence.ends_with('.') && sentence.len() > 10,
        "{what}: a sentence, not {sentence:?}"
    );
    assert_eq!(refusal["help"], format!("/docs/errors#{code}"), "{what}");
    let (retry, wait) = (
        refusal["retry"].as_bool(),
        refusal["retry_after_ms"].as_u64(),
    );
    assert_eq!(
        retry,
        Some(wait.is_some()),
        "{what}: what may be retried says when: {refusal}"
    );
}

/// The scene: maria's conversation, accepted by anna; bob is a colleague in no queue; joao a stranger.
struct Scene {
    server: Server,
    maria: Socket,
    anna: Socket,
    bob: Socket,
    joao: Socket,
    id: String,
}

async fn scene() -> Scene {
    let mut site = Site::with_capacity(4);
    for queue in ["support", "sales"] {
        site.members(queue, &["anna", "carol"]);
    }
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let (bob, joao) = (server.agent("bob").await, server.customer("joao").await);
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    Scene {
        server,
        maria,
        anna,
        bob,
        joao,
        id,
    }
}

#[tokio::test]
async fn frames_that_are_not_of_the_protocol_are_refused_and_the_socket_goes_on() {
    let mut scene = scene().await;
    let id = scene.id.clone();
    let long = "x".repeat(8_001);
    let cases: Vec<(String, &str)> = vec![
        ("no json".into(), "invalid_request"),
        ("[]".into(), "invalid_request"),
        ("42".into(), "invalid_request"),
        ("{}".into(), "invalid_request"),
        (r#"{"type":7}"#.into(), "invalid_request"),
        (r#"{"type":"invented","ref":"1"}"#.into(), "unknown_frame"),
        (
            r#"{"type":"me","ref":"1","more":true}"#.into(),
            "invalid_request",
        ),
        (r#"{"type":"me"}"#.into(), "invalid_request"),
        (
            r#"{"type":"hello","token":"again"}"#.into(),
            "invalid_request",
        ),
        (
            r#"{"type":"view","ref":"1","conversation":"not-an-id"}"#.into(),
            "invalid_request",
        ),
        (
            json!({"type": "view", "ref": 1, "conversation": id}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "view", "ref": "r".repeat(65), "conversation": id}).to_string(),
            "too_long",
        ),
        (
            json!({"type": "send", "conversation": id, "client_id": "c", "text": 5}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "send", "conversation": id, "client_id": "c", "text": ""}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "send", "conversation": id, "client_id": "", "text": "t"}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "send", "conversation": id, "text": "no client id"}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "send", "conversation": id, "client_id": "c", "text": long}).to_string(),
            "too_long",
        ),
        (
            json!({"type": "send", "conversation": id, "client_id": "c".repeat(65), "text": "t"})
                .to_string(),
            "too_long",
        ),
        (
            json!({"type": "mark", "conversation": id}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "mark", "conversation": id, "read": -1}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "history", "ref": "1", "conversation": id, "limit": 0}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "history", "ref": "1", "conversation": id, "after": 1, "before": 2})
                .to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "start", "ref": "1"}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "start", "ref": "1", "workstream": "a", "widget": "b"}).to_string(),
            "invalid_request",
        ),
        (
            json!({"type": "credit", "conversation": id, "n": 1}).to_string(),
            "invalid_request",
        ),
        (format!("{}1", "[".repeat(60_000)), "invalid_request"),
    ];
    for (text, code) in &cases {
        scene.maria.say_text(text).await;
        let refused = scene.maria.heard("refused").await;
        check(&refused, code, &text.chars().take(100).collect::<String>());
    }
    scene.maria.post(&id, "fine", "and it goes on").await;
}

#[tokio::test]
async fn requests_that_the_rules_do_not_allow_are_refused_with_their_code() {
    let mut scene = scene().await;
    let id = scene.id.clone();
    let on = |kind: &str| json!({"type": kind, "conversation": id});
    let cases = [
        (
            "maria",
            json!({"type": "start", "workstream": "nothing"}),
            "unknown_workstream",
        ),
        ("maria", on("end"), "customer_cannot_end"),
        ("maria", on("park"), "forbidden"),
        ("maria", on("explain"), "forbidden"),
        ("maria", json!({"type": "me"}), "forbidden"),
        (
            "maria",
            json!({"type": "view", "conversation": NOWHERE}),
            "not_found",
        ),
        (
            "maria",
            json!({"type": "mark", "conversation": id, "read": 999}),
            "mark_beyond_end",
        ),
        ("joao", on("view"), "not_found"),
        (
            "joao",
            json!({"type": "subscribe", "conversation": id, "after": 0}),
            "not_found",
        ),
        (
            "joao",
            json!({"type": "history", "conversation": id}),
            "not_found",
        ),
        ("bob", on("view"), "not_found"),
        ("bob", on("pick"), "not_found"),
        ("bob", on("accept"), "not_found"),
        ("bob", json!({"type": "floor"}), "forbidden"),
        (
            "bob",
            json!({"type": "start", "workstream": SUPPORT}),
            "forbidden",
        ),
        ("anna", on("reject"), "not_offered"),
        ("anna", on("reopen"), "already_taken"),
        ("anna", on("finish"), "wrong_state"),
        ("anna", on("force_close"), "forbidden"),
        (
            "anna",
            json!({"type": "assign", "conversation": id, "agent": "bob"}),
            "forbidden",
        ),
        (
            "anna",
            json!({"type": "transfer", "conversation": id, "agent": "nobody"}),
            "unknown_agent",
        ),
        (
            "anna",
            json!({"type": "transfer", "conversation": id, "queue": "nothing"}),
            "unknown_queue",
        ),
        (
            "anna",
            json!({"type": "transfer", "conversation": id}),
            "invalid_request",
        ),
    ];
    for (who, frame, code) in cases {
        let who = match who {
            "maria" => &mut scene.maria,
            "joao" => &mut scene.joao,
            "bob" => &mut scene.bob,
            _ => &mut scene.anna,
        };
        let refused = who.refused(frame.clone()).await;
        check(&refused, code, &frame.to_string());
    }
    scene.anna.act("end", &id).await;
    for (who, name) in [(&mut scene.maria, "maria"), (&mut scene.anna, "anna")] {
        let refused = who.send(&id, "late", "too late").await;
        check(&refused, "closed", name);
        assert_eq!(refused["client_id"], "late");
    }
}

#[tokio::test]
async fn a_hello_that_is_not_good_closes_the_socket_with_1008() {
    let server = Server::start();
    let (customer, anna) = (
        server.site.customer("maria"),
        crate::common::company::agent("anna"),
    );
    let old = server.site.customer_for("maria", Duration::from_secs(5));
    server.advance(Millis::seconds(70));
    let hello = |token: &str| json!({"type": "hello", "token": token}).to_string();
    let forged = format!("{}AAAA", &customer[..customer.len() - 4]);
    let cases = [
        ("customer", hello("nonsense"), "token_invalid"),
        ("customer", hello(&forged), "token_invalid"),
        ("customer", hello(&old), "token_expired"),
        ("customer", hello(&anna), "forbidden"),
        ("agent", hello(&customer), "forbidden"),
        ("agent", hello("anna:wrong"), "token_invalid"),
        ("agent", hello("nobody:secret"), "token_invalid"),
        (
            "customer",
            r#"{"type":"list","ref":"1"}"#.to_owned(),
            "hello_required",
        ),
        (
            "customer",
            r#"{"type":"hello"}"#.to_owned(),
            "unauthenticated",
        ),
        (
            "customer",
            r#"{"type":"hello","token":"t","cursors":{"x":1}}"#.to_owned(),
            "invalid_request",
        ),
    ];
    for (door, text, code) in cases {
        let mut socket = Socket::silent(server.address, door).await;
        socket.say_text(&text).await;
        check(&socket.heard("refused").await, code, &text);
        assert_eq!(socket.closed().await, Some(1008), "{text}");
    }
}

#[tokio::test]
async fn a_token_that_runs_out_on_an_open_socket_still_reads_but_does_not_write() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let token = server.site.customer_for("maria", Duration::from_secs(5));
    let mut maria = Socket::customer(server.address, &token).await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    maria.follow(&id, 0).await;
    server.advance(Millis::seconds(70));
    check(
        &maria.send(&id, "m", "hello?").await,
        "token_expired",
        "send",
    );
    anna.post(&id, "a", "are you there?").await;
    maria.message_saying("are you there?").await;
}

#[tokio::test]
async fn who_writes_too_fast_is_told_when_to_go_on() {
    let rate = CustomerRate::Limited {
        messages: 3,
        window: Millis::seconds(10),
    };
    let server = Server::limited(Site::with_capacity(4), rate);
    let mut maria = server.customer("maria").await;
    let first = maria
        .ask(json!({"type": "start", "workstream": SUPPORT}))
        .await;
    let id = first["conversation"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for n in 0..3 {
        maria.post(&id, &n.to_string(), "fast").await;
    }
    let refused = maria.send(&id, "3", "faster").await;
    check(&refused, "rate_limited", "the fourth");
    let wait = refused["retry_after_ms"].as_u64().expect("says when");
    let path = format!("/conversations/{id}/messages");
    let over_http = server
        .customer_http("maria")
        .post(&path, json!({"client_id": "3", "text": "t"}))
        .await;
    assert_eq!(
        (over_http.status, over_http.retry_after.is_some()),
        (429, true)
    );
    server.advance(Millis(wait));
    maria.post(&id, "3", "faster").await;
}

#[tokio::test]
async fn the_bounds_of_one_person_and_one_socket_hold() {
    let server = Server::start();
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(server.customer("maria").await);
    }
    let mut one_more = Socket::silent(server.address, "customer").await;
    one_more
        .say(&json!({"type": "hello", "token": server.site.customer("maria")}))
        .await;
    check(
        &one_more.heard("refused").await,
        "too_many_sockets",
        "the eleventh",
    );
    assert_eq!(one_more.closed().await, Some(1013));
    let maria = &mut sockets[0];
    for n in 0..65 {
        maria
            .say(&json!({"type": "view", "conversation": NOWHERE, "ref": format!("many-{n}")}))
            .await;
    }
    let mut refused = 0;
    for n in 0..65 {
        let answer = maria.until(|f| f["ref"] == format!("many-{n}")).await;
        if answer["code"] != "not_found" {
            check(&answer, "too_many_in_flight", "the sixty-fifth");
            refused += 1;
        }
    }
    assert!(refused <= 1, "sixty-four may be on their way");
}

#[tokio::test]
async fn http_refuses_what_a_socket_refuses_with_the_status_of_the_code() {
    let scene = scene().await;
    let (server, id) = (&scene.server, &scene.id);
    let (maria, joao) = (server.customer_http("maria"), server.customer_http("joao"));
    let (anna, bob) = (server.agent_http("anna"), server.agent_http("bob"));
    let nobody = Http::new(server.address, None);
    let forger = Http::new(server.address, Some("nonsense".to_owned()));
    let old = Http::new(
        server.address,
        Some(server.site.customer_for("maria", Duration::from_secs(5))),
    );
    let at = |path: &str| path.replace("ID", id);
    let long = json!({"client_id": "c", "text": "x".repeat(8_001)});
    let post = |who: &Http, path: &str, body: Value| (who.clone(), Method::POST, at(path), body);
    let get = |who: &Http, path: &str| (who.clone(), Method::GET, at(path), Value::Null);
    let cases = [
        (get(&nobody, "/me"), 401, "unauthenticated"),
        (get(&forger, "/me"), 401, "token_invalid"),
        (get(&maria, "/me"), 403, "forbidden"),
        (get(&bob, "/floor"), 403, "forbidden"),
        (get(&maria, "/nothing"), 404, "not_found"),
        (
            get(&maria, "/conversations/not-an-id"),
            400,
            "invalid_request",
        ),
        (
            get(&maria, &format!("/conversations/{NOWHERE}")),
            404,
            "not_found",
        ),
        (get(&joao, "/conversations/ID"), 404, "not_found"),
        (get(&joao, "/conversations/ID/messages"), 404, "not_found"),
        (
            get(&joao, "/conversations/ID/events?after=0&wait=1"),
            404,
            "not_found",
        ),
        (get(&bob, "/conversations/ID"), 404, "not_found"),
        (
            get(&maria, "/conversations/ID/explanation"),
            403,
            "forbidden",
        ),
        (
            get(&maria, "/conversations/ID/messages?limit=0"),
            400,
            "invalid_request",
        ),
        (
            get(&maria, "/conversations/ID/messages?limit=x"),
            400,
            "invalid_request",
        ),
        (
            get(&maria, "/conversations/ID/messages?invented=1"),
            400,
            "invalid_request",
        ),
        (
            get(&maria, "/conversations?state=asleep"),
            400,
            "invalid_request",
        ),
        (
            get(&maria, "/conversations/ID/park"),
            405,
            "invalid_request",
        ),
        (
            post(&maria, "/conversations", json!({"workstream": "nothing"})),
            422,
            "unknown_workstream",
        ),
        (
            post(&anna, "/conversations", json!({"workstream": SUPPORT})),
            403,
            "forbidden",
        ),
        (
            post(&maria, "/conversations", json!({"invented": 1})),
            400,
            "invalid_request",
        ),
        (
            post(&maria, "/conversations/ID/messages", json!({"text": "t"})),
            400,
            "invalid_request",
        ),
        (
            post(
                &maria,
                "/conversations/ID/messages",
                json!({"client_id": "c", "text": 5}),
            ),
            400,
            "invalid_request",
        ),
        (
            post(&maria, "/conversations/ID/messages", long),
            422,
            "too_long",
        ),
        (
            post(
                &maria,
                "/conversations/ID/messages",
                json!({"client_id": "c", "text": "x".repeat(70_000)}),
            ),
            413,
            "frame_too_large",
        ),
        (
            post(&maria, "/conversations/ID/marks", json!({})),
            400,
            "invalid_request",
        ),
        (
            post(&maria, "/conversations/ID/marks", json!({"read": 999})),
            400,
            "mark_beyond_end",
        ),
        (
            post(&maria, "/conversations/ID/end", json!({})),
            403,
            "customer_cannot_end",
        ),
        (
            post(&maria, "/conversations/ID/park", json!({})),
            403,
            "forbidden",
        ),
        (
            post(&anna, "/conversations/ID/reject", json!({})),
            409,
            "not_offered",
        ),
        (
            post(&anna, "/conversations/ID/finish", json!({})),
            409,
            "wrong_state",
        ),
        (
            post(
                &anna,
                "/conversations/ID/transfer",
                json!({"queue": "nothing"}),
            ),
            422,
            "unknown_queue",
        ),
        (
            post(
                &anna,
                "/conversations/ID/transfer",
                json!({"agent": "nobody"}),
            ),
            422,
            "unknown_agent",
        ),
        (
            post(&anna, "/conversations/ID/assign", json!({"agent": "anna"})),
            403,
            "forbidden",
        ),
        (
            post(&anna, "/conversations/ID/force-close", json!({})),
            403,
            "forbidden",
        ),
    ];
    for ((who, method, path, body), status, code) in cases {
        let mut request = who.request(method.clone(), &format!("/api/v1{path}"));
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = Http::run(request).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        check(&answer.body["error"], code, &path);
    }
    server.advance(Millis::seconds(70));
    let expired = old.get(&at("/conversations/ID")).await;
    assert_eq!((expired.status, expired.code()), (401, "token_expired"));
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused() {
    let server = Server::start();
    let maria = server.customer_http("maria");
    let raw = |body: &'static str, kind: &'static str| {
        let request = maria.request(Method::POST, "/api/v1/conversations");
        Http::run(request.header("content-type", kind).body(body))
    };
    let cases: [(Answer, u16); 4] = [
        (raw("{not json", "application/json").await, 400),
        (raw("", "application/json").await, 400),
        (raw("[]", "application/json").await, 400),
        (raw("{\"workstream\":\"support\"}", "text/plain").await, 415),
    ];
    for (answer, status) in cases {
        assert_eq!(answer.status, status, "{answer:?}");
        check(&answer.body["error"], "invalid_request", "a body");
    }
    let no_socket = Http::run(maria.request(Method::GET, "/ws/customer")).await;
    assert!(
        no_socket.status == 426 || no_socket.status == 400,
        "{no_socket:?}"
    );
    check(&no_socket.body["error"], "invalid_request", "no handshake");
}

#[tokio::test]
async fn full_agents_and_absent_ones_are_told_why_they_may_not_take_more() {
    let server = Server::with(Site::with_capacity(1));
    let mut anna = server.available("anna").await;
    let (mut maria, mut joao) = (
        server.customer("maria").await,
        server.customer("joao").await,
    );
    let (first, second) = (
        maria.start(PICK, "Hello").await,
        joao.start(PICK, "Hello").await,
    );
    anna.act("pick", &first).await;
    check(
        &anna
            .refused(json!({"type": "pick", "conversation": second}))
            .await,
        "at_capacity",
        "a second",
    );
    anna.act("end", &first).await;
    anna.act("finish", &first).await;
    anna.act("pick", &second).await;
    let to_bob = json!({"type": "transfer", "conversation": second, "agent": "bob"});
    check(
        &anna.refused(to_bob).await,
        "not_present",
        "bob is not there",
    );
    anna.act("end", &second).await;
    anna.act("finish", &second).await;
    anna.ask(json!({"type": "presence", "presence": "busy"}))
        .await;
    let pushed = maria.start(LIVE, "Hello").await;
    check(
        &anna
            .refused(json!({"type": "pick", "conversation": pushed}))
            .await,
        "not_pickable",
        "it is offered",
    );
}
