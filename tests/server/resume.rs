//! "What follows n" is one operation: a reconnect, a second device, a slow reader, a long
//! history, and the same client id over and over. It outlives the server.

use linger::client::{Client, Event, Observed, Options, Party};
use serde_json::json;
use tokio::time::timeout;

use crate::common::PATIENCE;
use crate::common::company::{SUPPORT, agent};
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

/// Writes so many messages, from the number after `from`; the last sequence number.
async fn write(socket: &mut Socket, id: &str, from: usize, count: usize) -> u64 {
    let mut last = 0;
    for n in from..from + count {
        last = socket
            .post(id, &format!("w-{n}"), &format!("message {n}"))
            .await;
    }
    last
}

async fn resumed(server: &Server, id: &str, after: u64) -> Socket {
    let token = server.site.customer("maria");
    let hello = json!({"type": "hello", "token": token, "cursors": {id: after}});
    Socket::hello(server.address, "customer", hello).await
}

#[tokio::test]
async fn a_reconnect_with_a_cursor_gets_exactly_what_follows() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let last = write(&mut maria, &id, 0, 10).await;
    maria.leave().await;
    for after in [0, 1, last - 1, last] {
        let mut again = resumed(&server, &id, after).await;
        assert_eq!(
            id_of(&again.heard("conversation").await["conversation"]),
            id
        );
        again.messages(after, last).await;
        let more = again.so_far().await;
        assert!(
            more.iter().all(|f| f["type"] != "message"),
            "after {after}: {more:?}"
        );
    }
}

#[tokio::test]
async fn a_second_device_sees_the_same_thread_and_what_the_first_one_writes() {
    let server = Server::start();
    let mut phone = server.customer("maria").await;
    let id = phone.start(SUPPORT, "Hello").await;
    let last = write(&mut phone, &id, 0, 3).await;
    let mut desk = resumed(&server, &id, 0).await;
    desk.messages(0, last).await;
    let seq = phone.post(&id, "from-phone", "one more").await;
    let heard = desk.message().await;
    assert_eq!(
        (heard["seq"].as_u64(), &heard["client_id"]),
        (Some(seq), &json!("from-phone"))
    );
}

#[tokio::test]
async fn a_reader_that_grants_its_own_credit_is_given_no_more_and_loses_nothing() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let last = write(&mut maria, &id, 0, 150).await;
    let token = server.site.customer("maria");
    let hello = json!({"type": "hello", "token": token, "cursors": {&id: 0}, "credit": 4});
    let mut slow = Socket::hello(server.address, "customer", hello).await;
    let mut seen = 0;
    while seen < last {
        let upto = (seen + 4).min(last);
        slow.messages(seen, upto).await;
        seen = upto;
        let more = slow.so_far().await;
        assert!(
            more.iter().all(|f| f["type"] != "message"),
            "four are out: {more:?}"
        );
        slow.say(&json!({"type": "credit", "conversation": id, "n": 4}))
            .await;
    }
    let seq = maria.post(&id, "live", "and live").await;
    assert_eq!(slow.message().await["seq"], seq);
}

#[tokio::test]
async fn a_long_history_is_read_back_in_pages_from_either_end() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let last = write(&mut maria, &id, 0, 450).await;
    let numbers = |answer: &serde_json::Value| -> Vec<u64> {
        answer["messages"]
            .as_array()
            .expect("a page")
            .iter()
            .filter_map(|m| m["seq"].as_u64())
            .collect()
    };
    let mut forward = Vec::new();
    while forward.last() != Some(&last) {
        let after = forward.last().copied().unwrap_or(0);
        let page = maria
            .ask(json!({"type": "history", "conversation": id, "after": after, "limit": 200}))
            .await;
        assert_eq!(page["last_seq"], last);
        forward.extend(numbers(&page));
    }
    assert_eq!(forward, (1..=last).collect::<Vec<_>>());
    let http = server.customer_http("maria");
    let mut backward = vec![last + 1];
    while backward[0] > 1 {
        let path = format!(
            "/conversations/{id}/messages?before={}&limit=77",
            backward[0]
        );
        let page = numbers(&http.get(&path).await.body);
        backward.splice(0..0, page);
    }
    backward.pop();
    assert_eq!(backward, forward);
    // A cold start by cursor is the same operation.
    let mut cold = resumed(&server, &id, 0).await;
    cold.messages(0, last).await;
}

#[tokio::test]
async fn the_same_client_id_over_two_tabs_and_http_is_one_message() {
    let server = Server::start();
    let mut first = server.customer("maria").await;
    let id = first.start(SUPPORT, "Hello").await;
    let mut second = resumed(&server, &id, 1).await;
    let frame =
        json!({"type": "send", "conversation": id, "client_id": "twice", "text": "only one"});
    tokio::join!(first.say(&frame), second.say(&frame));
    let (a, b) = tokio::join!(first.settled("twice"), second.settled("twice"));
    assert_eq!(a["seq"], b["seq"]);
    assert_ne!(a["repeated"], b["repeated"], "one of them was the first");
    let body = json!({"client_id": "twice", "text": "only one"});
    let c = server
        .customer_http("maria")
        .post(&format!("/conversations/{id}/messages"), body)
        .await;
    assert_eq!((c.status, &c.body["seq"]), (200, &a["seq"]));
    let page = first
        .ask(json!({"type": "history", "conversation": id}))
        .await;
    let count = page["messages"]
        .as_array()
        .expect("a page")
        .iter()
        .filter(|m| m["client_id"] == "twice")
        .count();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn the_same_client_id_of_another_sender_is_another_message() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    let hers = maria.post(&id, "1", "mine").await;
    let theirs = anna.post(&id, "1", "mine too").await;
    assert_ne!(hers, theirs);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_outlives_a_restart_and_agents_are_told_again_what_is_theirs() {
    let mut server = Server::start();
    let mut anna = server.available("anna").await;
    let (mut maria, mut joao) = (
        server.customer("maria").await,
        server.customer("joao").await,
    );
    let taken = maria.start(SUPPORT, "Hello").await;
    anna.accept(&taken).await;
    let last = maria.post(&taken, "before", "before the restart").await;
    let offered = joao.start(SUPPORT, "And me").await;
    let deadline = anna.offer(&offered).await["deadline"].clone();

    server.restart();
    let mut anna = server.agent("anna").await;
    let told = anna
        .until(|f| f["type"] == "assigned" && f["conversation"]["id"] == *taken)
        .await;
    assert_eq!(told["conversation"]["agent"], "anna");
    assert_eq!(anna.offer(&offered).await["deadline"], deadline);
    let me = anna.ask(json!({"type": "me"})).await["agent"].clone();
    assert_eq!(
        (&me["presence"], &me["load"]),
        (&json!("available"), &json!(2))
    );

    let mut maria = resumed(&server, &taken, 0).await;
    maria.messages(0, last).await;
    let again = maria.send(&taken, "before", "before the restart").await;
    assert_eq!(
        (&again["seq"], &again["repeated"]),
        (&json!(last), &json!(true))
    );
    let next = maria.post(&taken, "after", "after the restart").await;
    assert_eq!(next, last + 1);
    assert_eq!(anna.act("accept", &offered).await["agent"], "anna");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_are_told_to_come_back_when_the_server_stops() {
    let mut server = Server::start();
    let (mut maria, mut anna) = (server.customer("maria").await, server.agent("anna").await);
    let stopping = tokio::task::spawn_blocking(move || {
        server.stop().expect("a good end");
        server
    });
    for socket in [&mut maria, &mut anna] {
        assert!(socket.heard("goaway").await["retry_ms"].as_u64() > Some(0));
        assert_eq!(socket.closed().await, Some(1001));
    }
    stopping.await.expect("no panic");
}

#[tokio::test]
async fn the_client_of_the_house_carries_on_over_a_lost_connection() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let url = format!("http://{}", server.address);
    let (anna, mut events) = Client::connect(Options::new(&url, Party::Agent, agent("anna")))
        .await
        .expect("connects");
    anna.follow(&id, 0)
        .await
        .expect("may follow: it is in her queue");
    let last = write(&mut maria, &id, 0, 40).await;
    let mut seen = 0;
    while seen < last {
        match timeout(PATIENCE, events.recv())
            .await
            .expect("in time")
            .expect("connected")
        {
            Event::Message {
                message, observed, ..
            } => {
                assert!(matches!(observed, Observed::Next), "{message:?}");
                seen = message.seq;
            }
            _ => continue,
        }
    }
    anna.leave().await;
}

#[tokio::test]
async fn a_page_of_long_messages_ends_early_and_the_next_one_goes_on() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let text = "x".repeat(8_000);
    let mut last = 0;
    for n in 0..60 {
        last = maria.post(&id, &format!("long-{n}"), &text).await;
    }
    for backward in [false, true] {
        let (mut seen, mut pages) = (Vec::new(), 0);
        while seen.len() < usize::try_from(last).expect("small") {
            let cursor = match (backward, seen.first(), seen.last()) {
                (true, Some(first), _) => json!({"before": first}),
                (true, ..) => json!({"before": last + 1}),
                (false, _, Some(last)) => json!({"after": last}),
                (false, ..) => json!({"after": 0}),
            };
            let mut ask = json!({"type": "history", "conversation": id, "limit": 200});
            ask.as_object_mut()
                .expect("an object")
                .extend(cursor.as_object().expect("an object").clone());
            let answer = maria.ask(ask).await;
            let page: Vec<u64> = answer["messages"]
                .as_array()
                .expect("a page")
                .iter()
                .filter_map(|m| m["seq"].as_u64())
                .collect();
            assert!(
                !page.is_empty() && page.len() < 40,
                "a page holds some, not all: {}",
                page.len()
            );
            let at = if backward { 0 } else { seen.len() };
            seen.splice(at..at, page);
            pages += 1;
        }
        assert_eq!(seen, (1..=last).collect::<Vec<_>>());
        assert!(pages > 1);
    }
}

#[tokio::test]
async fn without_echo_a_connection_hears_the_others_and_not_itself() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let before = maria.post(&id, "first", "on the first device").await;
    let token = server.site.customer("maria");
    let hello = json!({"type": "hello", "token": token, "cursors": {&id: before}, "echo": false});
    let mut quiet = Socket::hello(server.address, "customer", hello).await;
    quiet.heard("conversation").await;
    let own = quiet.post(&id, "own", "on the second device").await;
    let other = maria.post(&id, "other", "on the first again").await;
    assert_eq!((own, other), (before + 1, before + 2));
    let heard = quiet.message().await;
    assert_eq!(heard["seq"], other, "its own message was skipped: {heard}");
}
