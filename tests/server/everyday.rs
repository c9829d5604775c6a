//! What people do every day with a persistent conversation, over sockets.

use linger::domain::company::WrapUp;
use linger::domain::time::Millis;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::eventually;
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

/// A conversation that Anna has accepted; both follow it from here on.
async fn talking(server: &Server) -> (Socket, Socket, String) {
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    let last =
        maria.ask(json!({"type": "view", "conversation": id})).await["conversation"]["last_seq"]
            .clone();
    let last = last.as_u64().expect("a number");
    for socket in [&mut maria, &mut anna] {
        socket.follow(&id, last).await;
    }
    (maria, anna, id)
}

#[tokio::test]
async fn a_message_each_way_is_acknowledged_and_delivered_with_its_number() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    let asked = maria.post(&id, "m-1", "Where is my order?").await;
    let heard = anna.message_saying("Where is my order?").await;
    assert_eq!(
        (heard["seq"].as_u64(), &heard["author"]),
        (Some(asked), &json!({"kind": "customer"}))
    );
    let answered = anna.post(&id, "a-1", "On its way.").await;
    assert_eq!(answered, asked + 1);
    let heard = maria.message_saying("On its way.").await;
    let author = json!({"kind": "agent", "agent": "anna", "name": "Anna"});
    assert_eq!(
        (heard["seq"].as_u64(), &heard["author"], &heard["client_id"]),
        (Some(answered), &author, &json!("a-1"))
    );
}

#[tokio::test]
async fn the_sender_follows_and_sees_their_own_message_once() {
    let server = Server::start();
    let (mut maria, _anna, id) = talking(&server).await;
    let seq = maria.post(&id, "m-1", "only once").await;
    maria.message_saying("only once").await;
    let again: Vec<Value> = maria
        .so_far()
        .await
        .into_iter()
        .filter(|f| f["type"] == "message")
        .collect();
    assert_eq!(again, Vec::<Value>::new(), "{seq}");
}

#[tokio::test]
async fn a_parked_conversation_comes_back_to_the_same_agent_when_the_customer_writes() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    let mut bob = server.available("bob").await;
    assert_eq!(anna.act("park", &id).await["state"], "waiting");
    assert_eq!(
        anna.ask(json!({"type": "me"})).await["agent"]["load"],
        0,
        "parking frees the unit at once"
    );
    maria.post(&id, "m-1", "I am back").await;
    assert_eq!(anna.heard("customer_returned").await["customer"], "maria");
    let offer = anna.offer(&id).await;
    assert_eq!(
        (&offer["returning"], &offer["transfer"]),
        (&json!(true), &json!(false))
    );
    assert!(
        bob.so_far().await.iter().all(|f| f["type"] != "offer"),
        "nobody else is offered it"
    );
    assert_eq!(anna.act("accept", &id).await["state"], "active");
    assert_eq!(
        anna.heard("offer_ended").await,
        json!({"type": "offer_ended", "conversation": id, "taken": true})
    );
    let journal = anna
        .ask(json!({"type": "explain", "conversation": id}))
        .await["journal"]
        .clone();
    let explained = journal
        .as_array()
        .expect("events")
        .iter()
        .rev()
        .find(|e| e["event"]["type"] == "offered");
    let explanation = &explained.expect("an offer")["event"]["explanation"];
    assert!(explanation["rule"].is_string(), "why anna: {explanation}");
}

#[tokio::test]
async fn after_an_end_the_next_start_makes_a_new_conversation_and_the_history_stays() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    maria.post(&id, "m-1", "the old thread").await;
    assert_eq!(anna.act("end", &id).await["state"], "wrap_up");
    let ended = maria.view(|v| v["ended_by"].is_string()).await;
    assert_eq!(ended["ended_by"], "agent");
    let refused = maria.send(&id, "m-2", "too late").await;
    assert_eq!(refused["code"], "closed", "{refused}");
    // Ids sort by the clock, which otherwise stands still here.
    server.advance(Millis(1));
    let next = maria.start(SUPPORT, "Another question").await;
    assert_ne!(next, id);
    let list = maria.ask(json!({"type": "list"})).await["conversations"].clone();
    let ids: Vec<String> = list.as_array().expect("a list").iter().map(id_of).collect();
    assert_eq!(ids, [next, id.clone()], "newest first, ended ones included");
    let page = maria
        .ask(json!({"type": "history", "conversation": id}))
        .await;
    assert!(
        page["messages"]
            .as_array()
            .expect("a page")
            .iter()
            .any(|m| m["text"] == "the old thread")
    );
}

#[tokio::test]
async fn wrap_up_holds_the_unit_until_it_is_finished() {
    let server = Server::start();
    let (_maria, mut anna, id) = talking(&server).await;
    anna.act("end", &id).await;
    assert_eq!(anna.ask(json!({"type": "me"})).await["agent"]["load"], 1);
    assert_eq!(anna.act("finish", &id).await["state"], "closed");
    eventually("the unit is free", async || {
        (anna.ask(json!({"type": "me"})).await["agent"]["load"] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_start_while_one_is_unclosed_returns_it_with_the_new_message_in_it() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let first = maria
        .ask(json!({"type": "start", "workstream": SUPPORT}))
        .await;
    assert_eq!(first["created"], true);
    let id = id_of(&first["conversation"]);
    let frame =
        json!({"type": "start", "widget": "shop", "client_id": "s-2", "text": "Hello again"});
    let second = maria.ask(frame.clone()).await;
    assert_eq!(
        (id_of(&second["conversation"]), &second["created"]),
        (id.clone(), &json!(false))
    );
    let again = maria.ask(frame).await;
    assert_eq!(
        again["seq"], second["seq"],
        "the same start again is the same message"
    );
}

#[tokio::test]
async fn marks_are_kept_and_shown_and_never_go_back() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    let seq = maria.post(&id, "m-1", "read this").await;
    anna.message_saying("read this").await;
    let marked = anna
        .ask(json!({"type": "mark", "conversation": id, "read": seq}))
        .await;
    assert_eq!(marked["marks"], json!({"delivered": seq, "read": seq}));
    let view = maria.view(|v| v["agent_marks"]["read"] == seq).await;
    assert_eq!(view["agent_marks"]["delivered"], seq);
    let back = anna
        .ask(json!({"type": "mark", "conversation": id, "read": 1}))
        .await;
    assert_eq!(back["marks"], json!({"delivered": seq, "read": seq}));
    let beyond = anna
        .refused(json!({"type": "mark", "conversation": id, "read": seq + 1}))
        .await;
    assert_eq!(beyond["code"], "mark_beyond_end");
}

#[tokio::test]
async fn typing_reaches_the_other_side_and_not_the_typist() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    maria
        .say(&json!({"type": "typing", "conversation": id, "on": true}))
        .await;
    let typing = json!({"type": "typing", "conversation": id, "side": "customer", "on": true});
    assert_eq!(anna.heard("typing").await, typing);
    anna.say(&json!({"type": "typing", "conversation": id, "on": false}))
        .await;
    let typing = json!({"type": "typing", "conversation": id, "side": "agent", "agent": "anna", "on": false});
    assert_eq!(maria.heard("typing").await, typing);
    assert!(maria.so_far().await.iter().all(|f| f["type"] != "typing"));
}

#[tokio::test]
async fn presence_decides_who_is_offered_and_is_told_to_every_connection() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut phone = server.agent("anna").await;
    let me = anna
        .ask(json!({"type": "presence", "presence": "busy"}))
        .await;
    assert_eq!(me["agent"]["presence"], "busy");
    phone
        .until(|f| f["type"] == "presence" && f["presence"] == "busy")
        .await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let view = maria.ask(json!({"type": "view", "conversation": id})).await["conversation"].clone();
    assert_eq!(view["state"], "open", "nobody is available");
    phone
        .ask(json!({"type": "presence", "presence": "available"}))
        .await;
    anna.offer(&id).await;
    phone.offer(&id).await;
}

#[tokio::test]
async fn an_offer_that_is_rejected_goes_to_the_next_agent() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.offer(&id).await;
    let mut bob = server.available("bob").await;
    anna.act("reject", &id).await;
    assert_eq!(anna.heard("offer_ended").await["taken"], false);
    assert_eq!(bob.accept(&id).await["agent"], "bob");
    assert_eq!(
        anna.refused(json!({"type": "accept", "conversation": id}))
            .await["code"],
        "already_taken"
    );
}

#[tokio::test]
async fn a_transfer_to_a_colleague_moves_it_when_they_accept() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    let mut bob = server.available("bob").await;
    let view = anna
        .ask(json!({"type": "transfer", "conversation": id, "agent": "bob"}))
        .await["conversation"]
        .clone();
    assert_eq!(
        (&view["agent"], &view["transfer_to"]),
        (&json!("anna"), &json!("bob")),
        "the old one keeps it"
    );
    assert_eq!(bob.offer(&id).await["transfer"], true);
    assert_eq!(bob.act("accept", &id).await["agent"], "bob");
    let told = anna
        .until(|f| f["type"] == "assigned" && f["conversation"]["agent"] == "bob")
        .await;
    assert_eq!(told["conversation"]["id"], *id);
    maria.view(|v| v["agent"] == "bob").await;
    assert_eq!(anna.ask(json!({"type": "me"})).await["agent"]["load"], 0);
    assert_eq!(
        anna.refused(json!({"type": "park", "conversation": id}))
            .await["code"],
        "not_assigned"
    );
}

#[tokio::test]
async fn a_transfer_to_a_queue_is_offered_there() {
    let mut site = Site::with_capacity(4);
    site.members("sales", &["bob"]);
    let server = Server::with(site);
    let (_maria, mut anna, id) = talking(&server).await;
    let mut bob = server.available("bob").await;
    anna.ask(json!({"type": "transfer", "conversation": id, "queue": "sales"}))
        .await;
    let offer = bob.offer(&id).await;
    assert_eq!(offer["conversation"]["queue"], "sales");
}

#[tokio::test]
async fn a_picked_conversation_is_taken_from_the_list_by_one() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut bob = server.available("bob").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(PICK, "Hello").await;
    let listed = eventually("it is listed", async || {
        let list =
            anna.ask(json!({"type": "list", "states": ["open"]})).await["conversations"].clone();
        list.as_array().expect("a list").first().map(id_of)
    })
    .await;
    assert_eq!(listed, id);
    let view = anna.act("pick", &id).await;
    assert_eq!(
        (&view["state"], &view["agent"], &view["accepted"]),
        (&json!("active"), &json!("anna"), &json!(true))
    );
    let refused = bob
        .refused(json!({"type": "pick", "conversation": id}))
        .await;
    assert_eq!(
        (&refused["code"], &refused["taken_by"]),
        (&json!("already_taken"), &json!("anna"))
    );
}

#[tokio::test]
async fn a_waiting_conversation_is_listed_as_mine_and_can_be_reopened() {
    let server = Server::start();
    let (_maria, mut anna, id) = talking(&server).await;
    let mine = json!({"type": "list", "mine": true});
    let listed = anna.ask(mine.clone()).await["conversations"][0].clone();
    assert_eq!(
        (id_of(&listed), &listed["state"]),
        (id.clone(), &json!("active"))
    );
    anna.act("park", &id).await;
    let waiting = eventually("it is listed as waiting", async || {
        let listed = anna.ask(mine.clone()).await["conversations"][0].clone();
        (listed["state"] == "waiting").then_some(listed)
    })
    .await;
    assert_eq!(id_of(&waiting), id);
    let view = anna.act("reopen", &id).await;
    assert_eq!(
        (&view["state"], &view["agent"]),
        (&json!("active"), &json!("anna"))
    );
}

#[tokio::test]
async fn wrap_up_that_releases_frees_the_unit_at_the_end() {
    let mut site = Site::with_capacity(1);
    site.workstream(SUPPORT).wrap_up = WrapUp::Release;
    let server = Server::with(site);
    let (_maria, mut anna, id) = talking(&server).await;
    let mut joao = server.customer("joao").await;
    let next = joao.start(SUPPORT, "And me?").await;
    anna.act("end", &id).await;
    anna.offer(&next).await;
}

#[tokio::test]
async fn a_supervisor_sees_the_floor_assigns_over_capacity_and_closes_by_force() {
    let mut site = Site::with_capacity(1);
    site.members("support", &["anna", "bob"]);
    let server = Server::with(site);
    let (_maria, mut anna, _) = talking(&server).await;
    let mut carol = server.agent("carol").await;
    let mut joao = server.customer("joao").await;
    let id = joao.start(SUPPORT, "And me?").await;
    let floor = eventually("two conversations", async || {
        let floor = carol.ask(json!({"type": "floor"})).await["floor"].clone();
        (floor["conversations"] == 2).then_some(floor)
    })
    .await;
    let row = |floor: &Value, id: &str| {
        floor["agents"]
            .as_array()
            .expect("rows")
            .iter()
            .find(|a| a["id"] == *id)
            .cloned()
            .expect("everybody is there")
    };
    assert_eq!(
        (
            &row(&floor, "anna")["load"],
            &row(&floor, "anna")["connections"]
        ),
        (&json!(1), &json!(1))
    );
    assert_eq!(row(&floor, "bob")["presence"], "offline");
    carol
        .ask(json!({"type": "assign", "conversation": id, "agent": "anna"}))
        .await;
    anna.offer(&id).await;
    anna.act("accept", &id).await;
    assert_eq!(anna.ask(json!({"type": "me"})).await["agent"]["load"], 2);
    let closed = carol.act("force_close", &id).await;
    assert_eq!(
        (&closed["state"], &closed["closed"]),
        (&json!("closed"), &json!("forced"))
    );
    assert_eq!(
        anna.refused(json!({"type": "floor"})).await["code"],
        "forbidden"
    );
}

#[tokio::test]
async fn a_customer_who_is_silent_long_enough_is_parked_by_the_clock() {
    let server = Server::start();
    let (mut maria, mut anna, id) = talking(&server).await;
    server.advance(Millis::minutes(61));
    let told = anna
        .until(|f| f["type"] == "assigned" && f["conversation"]["state"] == "waiting")
        .await;
    assert_eq!(told["conversation"]["id"], *id);
    maria.post(&id, "m-1", "still here").await;
    assert_eq!(anna.offer(&id).await["returning"], true);
}

#[tokio::test]
async fn an_offer_nobody_answers_goes_on_at_its_deadline() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let offer = anna.offer(&id).await;
    assert_eq!(
        offer["deadline"].as_i64().map(|d| d - server.now()),
        Some(120_000)
    );
    let mut bob = server.available("bob").await;
    server.advance(Millis::seconds(121));
    bob.offer(&id).await;
    assert_eq!(anna.heard("offer_ended").await["taken"], false);
}

#[tokio::test]
async fn two_texts_under_one_client_id_are_never_one_message() {
    let mut server = Server::start();
    let http = server.customer_http("maria");
    let start = |text: &str| json!({"workstream": SUPPORT, "client_id": "start-1", "text": text});
    let first = http.post("/conversations", start("from the phone")).await;
    assert_eq!(first.status, 201, "{first:?}");
    let id = id_of(&first.body["conversation"]);
    let again = http.post("/conversations", start("from the phone")).await;
    assert_eq!(again.body["seq"], first.body["seq"], "a repetition is one");
    let mut anna = server.available("anna").await;
    anna.accept(&id).await;
    let note =
        |text: &str| json!({"type": "note", "conversation": id, "client_id": "n-1", "text": text});
    anna.ask(note("one")).await;
    anna.post(&id, "a-1", "one").await;
    // Memory and disk know it alike.
    for restarted in [false, true] {
        if restarted {
            server.restart();
        }
        let http = server.customer_http("maria");
        let other = http.post("/conversations", start("from the laptop")).await;
        assert_eq!(
            (other.status, other.code()),
            (409, "client_id_reused"),
            "restarted: {restarted}"
        );
        let mut maria = server.customer("maria").await;
        let other = maria.send(&id, "start-1", "from the laptop").await;
        assert_eq!(other["code"], "client_id_reused", "{other}");
        let same = maria.send(&id, "start-1", "from the phone").await;
        assert_eq!(
            (&same["seq"], &same["repeated"]),
            (&first.body["seq"], &json!(true))
        );
        let mut anna = server.agent("anna").await;
        let other = anna.send(&id, "a-1", "two").await;
        assert_eq!(other["code"], "client_id_reused", "{other}");
        assert_eq!(anna.refused(note("two")).await["code"], "client_id_reused");
        assert_eq!(anna.ask(note("one")).await["repeated"], true);
    }
}
