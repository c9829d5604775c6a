//! Who may not see a conversation follows it no longer, who only looks on leaves no trace, and a
//! live customer is there without a socket only as long as they ask something.

use linger::domain::time::Millis;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{LIVE, SUPPORT, Site};
use crate::common::http::Http;
use crate::common::server::Server;
use crate::common::socket::Socket;

/// Support is Bob's queue; Anna comes by assignment alone.
fn bobs_queue() -> Server {
    let mut site = Site::with_capacity(4).with_admin();
    site.members("support", &["bob"]);
    Server::with(site)
}

async fn assign(server: &Server, id: &str, agent: &str) {
    let carol = server.agent_http("carol");
    let path = format!("/conversations/{id}/assign");
    let assigned = carol.post(&path, json!({"agent": agent})).await;
    assert_eq!(assigned.status, 200, "{assigned:?}");
}

/// The refusal that ends a subscription; then the socket still works, and is told nothing of the
/// conversation.
async fn is_let_go(agent: &mut Socket, id: &str) {
    let refused = agent
        .until(|f| f["type"] == "refused" && f["conversation"] == id)
        .await;
    assert_eq!(
        (&refused["code"], refused.get("ref"), &refused["retry"]),
        (&json!("not_found"), None, &json!(false))
    );
    agent.so_far().await;
}

/// What followers are told. That it is theirs no longer is told to every connection of whoever had
/// it (`assigned`), on a way of its own.
fn about(id: &str) -> impl Fn(&Value) -> bool + '_ {
    let followed = |f: &Value| {
        let kind = f["type"].as_str().unwrap_or_default();
        ["message", "conversation", "typing", "note"].contains(&kind)
    };
    move |f| followed(f) && (f["conversation"] == id || f["conversation"]["id"] == id)
}

#[tokio::test]
async fn an_agent_who_has_handed_a_conversation_on_follows_it_no_longer() {
    let server = bobs_queue();
    let mut anna = server.available("anna").await;
    let mut bob = server.agent("bob").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    assign(&server, &id, "anna").await;
    anna.accept(&id).await;
    anna.follow(&id, 0).await;
    maria.post(&id, "m-1", "before").await;
    anna.message_saying("before").await;
    bob.ask(json!({"type": "presence", "presence": "available"}))
        .await;
    anna.ask(json!({"type": "transfer", "conversation": id, "agent": "bob"}))
        .await;
    maria.post(&id, "m-2", "while it is hers").await;
    anna.message_saying("while it is hers").await;
    bob.accept(&id).await;
    is_let_go(&mut anna, &id).await;
    maria.post(&id, "m-3", "after").await;
    maria
        .say(&json!({"type": "typing", "conversation": id, "on": true}))
        .await;
    maria.ask(json!({"type": "view", "conversation": id})).await;
    let told = anna.so_far().await;
    assert!(!told.iter().any(about(&id)), "{told:?}");
}

#[tokio::test]
async fn an_agent_who_leaves_the_queue_stops_reading_at_once_and_a_long_poll_is_answered() {
    let mut site = Site::with_capacity(4).with_admin();
    site.members("support", &["anna", "bob"]);
    let server = Server::with(site);
    let mut anna = server.agent("anna").await;
    let mut bob = server.available("bob").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    bob.accept(&id).await;
    for socket in [&mut anna, &mut bob] {
        socket.follow(&id, 0).await;
    }
    maria.post(&id, "m-1", "before").await;
    anna.message_saying("before").await;
    let last = bob.message_saying("before").await["seq"].clone();
    let poll = {
        let (http, path) = (
            server.agent_http("anna"),
            format!("/conversations/{id}/events?after={last}&wait=20"),
        );
        tokio::spawn(async move { http.get(&path).await })
    };
    let olga = server.agent_http("olga");
    let mut queue = olga.get("/config/queues/support").await.body;
    queue["members"] = json!(["bob"]);
    let request = olga.request(Method::PUT, "/api/v1/config/queues/support");
    let changed = Http::run(request.json(&queue)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    is_let_go(&mut anna, &id).await;
    let answer = poll.await.expect("no panic");
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    maria.post(&id, "m-2", "after").await;
    bob.message_saying("after").await;
    let told = anna.so_far().await;
    assert!(!told.iter().any(about(&id)), "{told:?}");
    anna.ask(json!({"type": "me"})).await;
}

#[tokio::test]
async fn a_supervisor_who_looks_on_and_types_is_seen_by_nobody_until_they_are_consulted() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    let mut carol = server.agent("carol").await;
    for socket in [&mut maria, &mut anna, &mut carol] {
        socket.follow(&id, 0).await;
    }
    let typing = json!({"type": "typing", "conversation": id, "on": true});
    carol.say(&typing).await;
    // Behind the typing, in the conversation's own order.
    carol
        .ask(json!({"type": "consult", "conversation": id, "agent": "carol"}))
        .await;
    carol.say(&typing).await;
    let is_typing = |f: &Value| f["type"] == "typing";
    let seen = anna
        .until(|f| is_typing(f) || f["conversation"]["consultants"].is_array())
        .await;
    assert!(!is_typing(&seen), "the first is not shown: {seen}");
    let seen = anna.until(is_typing).await;
    assert_eq!(seen["agent"], "carol");
    carol.ask(json!({"type": "view", "conversation": id})).await;
    assert!(!maria.so_far().await.iter().any(is_typing));
}

fn system(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |f| f["type"] == "message" && f["author"]["system"] == kind
}

#[tokio::test]
async fn a_live_customer_without_a_socket_is_gone_when_they_ask_nothing_for_long() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let http = server.customer_http("maria");
    let body = json!({"workstream": LIVE, "text": "Hello", "client_id": "m-0"});
    let started = http.post("/conversations", body).await;
    let id = started.body["conversation"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/conversations/{id}");
    anna.accept(&id).await;
    anna.follow(&id, 0).await;
    server.advance(Millis::seconds(149));
    assert_eq!(http.get(&path).await.status, 200);
    server.advance(Millis::seconds(149));
    anna.ask(json!({"type": "view", "conversation": id})).await;
    assert!(
        !anna
            .so_far()
            .await
            .iter()
            .any(system("customer_disconnected")),
        "each request counts"
    );
    server.advance(Millis::seconds(2));
    anna.until(system("customer_disconnected")).await;
    assert_eq!(http.get(&path).await.status, 200);
    anna.until(system("customer_reconnected")).await;
    server.advance(Millis::seconds(151));
    anna.until(system("customer_disconnected")).await;
    server.advance(Millis::minutes(4));
    anna.until(system("ended_by_system")).await;
    let told = anna
        .until(|f| f["type"] == "assigned" && f["conversation"]["state"] == "wrap_up")
        .await;
    assert_eq!(told["conversation"]["ended_by"], "disconnect");
}

#[tokio::test]
async fn a_live_customer_without_a_socket_who_does_not_come_back_after_a_restart_is_gone() {
    let mut server = Server::start();
    let body = json!({"workstream": LIVE, "text": "Hello", "client_id": "m-0"});
    let mut anna = server.available("anna").await;
    let mut ids = Vec::new();
    for customer in ["maria", "nina"] {
        let http = server.customer_http(customer);
        let started = http.post("/conversations", body.clone()).await;
        let id = started.body["conversation"]["id"].as_str().expect("an id");
        anna.accept(id).await;
        ids.push(id.to_owned());
    }
    anna.leave().await;
    server.restart();
    let mut anna = server.agent("anna").await;
    for id in &ids {
        anna.follow(id, 0).await;
    }
    let nina = server.customer_http("nina");
    server.advance(Millis::seconds(20));
    let asked = nina.get(&format!("/conversations/{}", ids[1])).await;
    assert_eq!(asked.status, 200);
    server.advance(Millis::seconds(11));
    let gone = anna.until(system("customer_disconnected")).await;
    assert_eq!(gone["conversation"], ids[0]);
    server.advance(Millis::seconds(140));
    let gone = anna.until(system("customer_disconnected")).await;
    assert_eq!(gone["conversation"], ids[1]);
    server.advance(Millis::minutes(4));
    for _ in &ids {
        anna.until(system("ended_by_system")).await;
    }
}
