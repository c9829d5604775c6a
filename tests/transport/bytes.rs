//! One socket, many conversations of long messages: what does not fit waits in the store, and
//! the client notices nothing but that it is slow.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::company::SUPPORT;
use crate::common::raw_ws::RawWs;
use crate::common::server::Server;

const CONVERSATIONS: usize = 24;
const MESSAGES: u64 = 32;

/// Conversations of 1 MB each.
fn long_threads(server: &Server) -> Vec<String> {
    let text = "\u{1f600}".repeat(8_000);
    (0..CONVERSATIONS)
        .map(|n| {
            let name = format!("customer-{n}");
            let mut socket = RawWs::open(server.address, "/ws/customer").expect("a handshake");
            let hello = json!({"type": "hello", "token": server.site.customer(&name)});
            socket.say(&hello.to_string()).expect("open");
            socket.hear_text();
            let start = json!({"type": "start", "ref": "s", "workstream": SUPPORT});
            socket.say(&start.to_string()).expect("open");
            let started: Value = serde_json::from_str(&socket.hear_text()).expect("JSON");
            let id = started["conversation"]["id"].as_str().expect("an id").to_owned();
            for n in 0..MESSAGES {
                let send = json!({"type": "send", "conversation": id, "client_id": n.to_string(), "text": text});
                socket.say(&send.to_string()).expect("open");
            }
            for _ in 0..MESSAGES {
                let answer = socket.hear_text();
                assert!(answer.contains("accepted"), "{answer}");
            }
            id
        })
        .collect()
}

/// Follows all of them, reads late and slowly: whether anything had to be left out meanwhile.
fn read_all(server: &Server, threads: &[String], hello: &Value) -> bool {
    let mut socket = RawWs::open(server.address, "/ws/agent").expect("a handshake");
    socket.take_at_once(64 * 1_024);
    socket.say(&hello.to_string()).expect("open");
    for id in threads {
        let follow = json!({"type": "subscribe", "ref": id, "conversation": id, "after": 0});
        socket.say(&follow.to_string()).expect("open");
    }
    let mut next: BTreeMap<String, u64> = threads.iter().map(|id| (id.clone(), 1)).collect();
    let (mut left_out, mut missing) = (false, CONVERSATIONS as u64 * MESSAGES);
    while missing > 0 {
        let frame: Value = serde_json::from_str(&socket.hear_text()).expect("JSON");
        match frame["type"].as_str() {
            Some("message") => {
                let id = frame["conversation"].as_str().expect("an id");
                let expected = next.get_mut(id).expect("a followed one");
                if frame["seq"].as_u64().is_some_and(|seq| seq > MESSAGES) {
                    continue;
                }
                assert_eq!(frame["seq"], *expected, "no gap, no repetition in {id}");
                *expected += 1;
                missing -= 1;
                if hello["credit"].is_u64() {
                    let credit = json!({"type": "credit", "conversation": id, "n": 1});
                    socket.say(&credit.to_string()).expect("open");
                }
            }
            // A state without a step: it was subscribed to again.
            Some("conversation") => left_out = true,
            Some("refused") => panic!("{frame}"),
            _ => {}
        }
    }
    left_out
}

#[test]
fn a_socket_that_reads_late_misses_nothing() {
    let server = Server::start();
    let threads = long_threads(&server);
    let carol = crate::common::company::agent("carol");
    for hello in [
        json!({"type": "hello", "token": carol}),
        json!({"type": "hello", "token": carol, "credit": 32}),
        json!({"type": "hello", "token": carol, "credit": 5}),
    ] {
        let left_out = read_all(&server, &threads, &hello);
        println!("{} left something out: {left_out}", hello["credit"]);
        assert!(
            left_out || hello["credit"] == 5,
            "24 MB do not fit into one"
        );
    }
}

#[actix_rt::test]
async fn the_journal_comes_in_pages_that_are_bounded_in_bytes() {
    let server = Server::start();
    let carol = server.agent_http("carol");
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let text = "\u{1f600}".repeat(8_000);
    for n in 0..20 {
        maria.post(&id, &format!("long-{n}"), &text).await;
    }
    let page = async |query: String| {
        let answer = carol
            .get(&format!("/conversations/{id}/explanation?{query}"))
            .await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let size = answer.body.to_string().len();
        assert!(size < 400_000, "{query}: {size} bytes");
        let entries = answer.body["journal"].as_array().expect("events").clone();
        (entries, answer.body["more"].as_bool().expect("said"))
    };
    for limit in ["", "&limit=3", "&limit=500"] {
        let (mut positions, mut after, mut pages) = (Vec::new(), 0, 0);
        loop {
            let (entries, more) = page(format!("after={after}{limit}")).await;
            assert!(!entries.is_empty());
            positions.extend(
                entries
                    .iter()
                    .map(|e| e["position"].as_u64().expect("a number")),
            );
            pages += 1;
            after = *positions.last().expect("not empty");
            if !more {
                break;
            }
        }
        assert!(positions.len() > 20 && pages > 1, "{pages} pages");
        assert!(positions.is_sorted() && positions[0] == 1);
        assert_eq!(positions.len() as u64, after, "no gap, no repetition");
        assert_eq!(
            page(format!("after={after}{limit}")).await,
            (Vec::new(), false)
        );
    }
    assert_eq!(
        carol
            .get(&format!("/conversations/{id}/explanation?limit=0"))
            .await
            .status,
        400
    );
    let mut anna = server.agent("carol").await;
    let answer = anna
        .ask(json!({"type": "explain", "conversation": id, "after": 1, "limit": 2}))
        .await;
    assert_eq!(answer["journal"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&answer["journal"][0]["position"], &answer["more"]),
        (&json!(2), &json!(true))
    );
}
