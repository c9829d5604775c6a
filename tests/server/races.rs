//! Many at one instant: one conversation, one winner, and nobody waits for a tick.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use linger::domain::company::WrapUp;
use linger::domain::time::Millis;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::eventually;
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

/// Starts over HTTP and over each socket; together a thousand.
const OVER_HTTP: usize = 500;
const SOCKETS: usize = 10;
const EACH: usize = 50;

async fn starts(mut socket: Socket) -> Vec<Value> {
    for n in 0..EACH {
        socket
            .say(&json!({"type": "start", "ref": n.to_string(), "workstream": SUPPORT}))
            .await;
    }
    let mut answers = Vec::new();
    for n in 0..EACH {
        let reference = n.to_string();
        answers.push(socket.until(|f| f["ref"] == reference).await);
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_concurrent_starts_by_one_customer_make_one_conversation() {
    let server = Server::start();
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        sockets.push(server.customer("maria").await);
    }
    let http = server.customer_http("maria");
    let by_http = (0..OVER_HTTP).map(|_| {
        let http = http.clone();
        tokio::spawn(async move {
            // So many of one customer at once are more than the server lets under way.
            loop {
                let answer = http
                    .post("/conversations", json!({"workstream": SUPPORT}))
                    .await;
                if answer.status != 429 {
                    return answer.body;
                }
            }
        })
    });
    let by_http: Vec<_> = by_http.collect();
    let by_socket: Vec<_> = sockets
        .into_iter()
        .map(|s| tokio::spawn(starts(s)))
        .collect();
    let mut answers: Vec<Value> = join_all(by_http)
        .await
        .into_iter()
        .map(|a| a.expect("no panic"))
        .collect();
    for socket in join_all(by_socket).await {
        answers.extend(socket.expect("no panic"));
    }
    assert_eq!(answers.len(), 1_000);
    let ids: BTreeSet<String> = answers.iter().map(|a| id_of(&a["conversation"])).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(
        answers.iter().filter(|a| a["created"] == true).count(),
        1,
        "one of them made it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_agents_who_pick_at_one_instant_one_has_it_and_the_other_is_told_who() {
    let server = Server::start();
    let (mut anna, mut bob) = (
        server.available("anna").await,
        server.available("bob").await,
    );
    for round in 0..10 {
        let mut customer = server.customer(&format!("customer-{round}")).await;
        let id = customer.start(PICK, "Hello").await;
        let pick = json!({"type": "pick", "conversation": id});
        let (a, b) = tokio::join!(anna.answer(pick.clone()), bob.answer(pick));
        let (winner, loser, name) = if a["type"] == "accepted" {
            (a, b, "anna")
        } else {
            (b, a, "bob")
        };
        assert_eq!(winner["conversation"]["agent"], name, "{winner}");
        assert_eq!(
            (&loser["code"], &loser["taken_by"]),
            (&json!("already_taken"), &json!(name)),
            "{loser}"
        );
        assert_eq!(loser["retry"], false);
        let free = if name == "anna" { &mut anna } else { &mut bob };
        free.act("end", &id).await;
        free.act("finish", &id).await;
    }
}

#[tokio::test]
async fn an_offer_is_accepted_once_on_whichever_of_the_agents_sockets() {
    let server = Server::start();
    let (mut desk, mut phone) = (server.available("anna").await, server.agent("anna").await);
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    tokio::join!(desk.offer(&id), phone.offer(&id));
    let accept = json!({"type": "accept", "conversation": id});
    let (a, b) = tokio::join!(desk.answer(accept.clone()), phone.answer(accept));
    // The same person twice: both are right, and it happened once.
    for answer in [&a, &b] {
        let fine = answer["conversation"]["accepted"] == true || answer["code"] == "not_offered";
        assert!(fine, "{answer}");
    }
    let journal = desk
        .ask(json!({"type": "explain", "conversation": id}))
        .await["journal"]
        .clone();
    let accepted = journal
        .as_array()
        .expect("events")
        .iter()
        .filter(|e| e["event"]["type"] == "accepted")
        .count();
    assert_eq!(accepted, 1);
}

/// Anna is full with one conversation; three more wait. No tick of the clock helps afterwards.
async fn full_house() -> (Server, Socket, Vec<Socket>, Vec<String>) {
    let mut site = Site::with_capacity(1);
    site.workstream(SUPPORT).wrap_up = WrapUp::Release;
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let (mut customers, mut ids) = (Vec::new(), Vec::new());
    for n in 0..4 {
        // Who came first is a matter of the clock; from here on it stands still.
        server.advance(Millis(1));
        let mut customer = server.customer(&format!("customer-{n}")).await;
        ids.push(customer.start(SUPPORT, "Hello").await);
        customers.push(customer);
        if n == 0 {
            anna.accept(&ids[0]).await;
        }
    }
    (server, anna, customers, ids)
}

#[tokio::test]
async fn whatever_frees_a_unit_offers_the_next_conversation_at_once_and_in_order() {
    let (_server, mut anna, _customers, ids) = full_house().await;
    for (step, (now, next)) in [
        ("end", (&ids[0], &ids[1])),
        ("park", (&ids[1], &ids[2])),
        ("end", (&ids[2], &ids[3])),
    ] {
        anna.act(step, now).await;
        let offer = anna.heard("offer").await;
        assert_eq!(
            id_of(&offer["conversation"]),
            **next,
            "after {step}, the longest waiting"
        );
        anna.act("accept", next).await;
    }
}

#[tokio::test]
async fn a_released_conversation_frees_its_agent_for_what_has_waited_longer() {
    let (_server, mut anna, _customers, ids) = full_house().await;
    let view = anna.act("release", &ids[0]).await;
    assert_eq!(view["state"], "open");
    let offer = anna.heard("offer").await;
    assert_eq!(offer["conversation"]["state"], "active", "{offer}");
    assert_eq!(anna.ask(json!({"type": "me"})).await["agent"]["load"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn capacity_holds_when_many_customers_come_at_once() {
    let server = Server::with(Site::with_capacity(3));
    let mut agents = vec![
        server.available("anna").await,
        server.available("bob").await,
    ];
    let customers = join_all((0..20).map(|n| {
        let http = server.customer_http(&format!("customer-{n}"));
        async move {
            // So many of one customer at once are more than the server lets under way.
            loop {
                let answer = http
                    .post("/conversations", json!({"workstream": SUPPORT}))
                    .await;
                if answer.status != 429 {
                    return answer.body;
                }
            }
        }
    }))
    .await;
    assert!(customers.iter().all(|c| c["created"] == true));
    let mut carol = server.agent("carol").await;
    let floor = eventually("both are full", async || {
        let floor = carol.ask(json!({"type": "floor"})).await["floor"].clone();
        let loads: Vec<u64> = floor["agents"]
            .as_array()
            .expect("rows")
            .iter()
            .filter_map(|a| a["load"].as_u64())
            .collect();
        (loads.iter().sum::<u64>() >= 6).then_some(floor)
    })
    .await;
    for row in floor["agents"].as_array().expect("rows") {
        assert!(row["load"].as_u64() <= row["capacity"].as_u64(), "{row}");
    }
    for agent in &mut agents {
        for _ in 0..3 {
            agent.heard("offer").await;
        }
        let more = agent.so_far().await;
        assert!(more.iter().all(|f| f["type"] != "offer"), "three is full");
    }
}
