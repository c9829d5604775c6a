//! Live chat: both sides present, and it ends when one leaves.

use linger::domain::company::{
    LengthOverflow, OverflowTo, Texts, TimeoutAction, TimeoutRule, WaitOverflow,
};
use linger::domain::ids::CalendarId;
use linger::domain::message::Side;
use linger::domain::time::Millis;
use serde_json::json;

use crate::common::company::{LIVE, Site, never_open, queue_id};
use crate::common::eventually;
use crate::common::server::Server;

#[tokio::test]
async fn a_live_customer_ends_it_and_the_agent_wraps_up() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(LIVE, "Hello").await;
    anna.accept(&id).await;
    let view = maria.act("end", &id).await;
    assert_eq!(
        (&view["state"], &view["ended_by"]),
        (&json!("wrap_up"), &json!("customer"))
    );
    anna.until(|f| f["type"] == "assigned" && f["conversation"]["state"] == "wrap_up")
        .await;
    assert_eq!(anna.act("finish", &id).await["state"], "closed");
}

#[tokio::test]
async fn a_live_customer_who_is_gone_too_long_is_ended_and_one_who_returns_is_not() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(LIVE, "Hello").await;
    anna.accept(&id).await;
    anna.follow(&id, 0).await;
    maria.leave().await;
    let gone = |f: &serde_json::Value| {
        f["type"] == "message" && f["author"]["system"] == "customer_disconnected"
    };
    anna.until(gone).await;
    server.advance(Millis::minutes(2));
    let maria = server.customer("maria").await;
    anna.until(|f| f["author"]["system"] == "customer_reconnected")
        .await;
    server.advance(Millis::minutes(5));
    let view = anna.ask(json!({"type": "view", "conversation": id})).await;
    assert_eq!(
        view["conversation"]["state"], "active",
        "the clock stood still while she was here"
    );
    maria.leave().await;
    anna.until(gone).await;
    server.advance(Millis::minutes(4));
    let told = anna
        .until(|f| f["type"] == "assigned" && f["conversation"]["state"] == "wrap_up")
        .await;
    assert_eq!(told["conversation"]["ended_by"], "disconnect");
}

#[tokio::test]
async fn a_live_conversation_that_is_parked_is_offered_to_others() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(LIVE, "Hello").await;
    anna.accept(&id).await;
    let mut bob = server.available("bob").await;
    anna.act("park", &id).await;
    bob.accept(&id).await;
}

#[tokio::test]
async fn a_live_start_outside_hours_is_refused_and_a_persistent_one_waits() {
    let mut site = Site::with_capacity(4);
    let hours = CalendarId::parse("never").expect("an id");
    site.company.calendars.insert(hours.clone(), never_open());
    site.company
        .queues
        .get_mut(&queue_id("support"))
        .expect("there")
        .hours = Some(hours);
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let refused = maria
        .refused(json!({"type": "start", "workstream": LIVE}))
        .await;
    assert_eq!(
        (&refused["code"], &refused["retry"]),
        (&json!("outside_hours"), &json!(true))
    );
    let id = maria.start("support", "Hello").await;
    let page = eventually("she is told", async || {
        let page = maria
            .ask(json!({"type": "history", "conversation": id}))
            .await["messages"]
            .clone();
        page.as_array()
            .expect("a page")
            .iter()
            .any(|m| m["author"]["system"] == "outside_hours")
            .then_some(page)
    })
    .await;
    assert!(
        anna.so_far().await.iter().all(|f| f["type"] != "offer"),
        "nothing is offered: {page}"
    );
}

fn system(kind: &'static str) -> impl Fn(&serde_json::Value) -> bool {
    move |f| f["type"] == "message" && f["author"]["system"] == kind
}

async fn place(socket: &mut crate::common::socket::Socket, id: &str) -> serde_json::Value {
    socket
        .ask(json!({"type": "place", "conversation": id}))
        .await["place"]
        .clone()
}

#[tokio::test]
async fn live_customers_are_told_their_place_in_line_and_can_ask_for_it() {
    let mut site = Site::with_capacity(1);
    site.members("support", &["anna"]);
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let first = maria.start(LIVE, "Hello").await;
    anna.accept(&first).await;
    let mut carla = server.customer("carla").await;
    let second = carla.start(LIVE, "Hello").await;
    carla.follow(&second, 0).await;
    carla.until(system("next_in_line")).await;
    // Within one millisecond ids have no order, and so places have none.
    server.advance(Millis(1));
    let mut dora = server.customer("dora").await;
    let third = dora.start(LIVE, "Hello").await;
    dora.follow(&third, 0).await;
    let told = dora.until(system("queue_position")).await;
    assert_eq!(told["text"], "You are number 2 in line.");
    assert_eq!(
        place(&mut dora, &third).await,
        json!({"position": 2, "wait_ms": null})
    );
    assert_eq!(place(&mut maria, &first).await["position"], json!(null));
    let foreign = maria
        .refused(json!({"type": "place", "conversation": third}))
        .await;
    assert_eq!(foreign["code"], "not_found");
    let http = server.customer_http("dora");
    let answer = http.get(&format!("/conversations/{third}/place")).await;
    assert_eq!(
        (answer.status, &answer.body["position"]),
        (200, &json!(2)),
        "the same over HTTP"
    );
    // The first of the line ends while nobody has it: the next is told at once.
    assert_eq!(carla.act("end", &second).await["state"], "closed");
    dora.until(system("next_in_line")).await;
    anna.act("end", &first).await;
    anna.act("finish", &first).await;
    anna.accept(&third).await;
    assert_eq!(place(&mut dora, &third).await["position"], json!(null));
    let mut eva = server.customer("eva").await;
    let persistent = eva.start("support", "Hello").await;
    let refused = eva
        .refused(json!({"type": "place", "conversation": persistent}))
        .await;
    assert_eq!(refused["code"], "wrong_state", "nobody waits in line there");
}

#[tokio::test]
async fn the_average_wait_is_told_when_it_means_something() {
    let mut site = Site::with_capacity(1);
    site.members("support", &["anna"]);
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let mut has = server.customer("c0").await.start(LIVE, "Hello").await;
    anna.accept(&has).await;
    for n in 1..=4 {
        let mut customer = server.customer(&format!("c{n}")).await;
        let next = customer.start(LIVE, "Hello").await;
        customer.follow(&next, 0).await;
        customer.until(system("next_in_line")).await;
        assert_eq!(place(&mut customer, &next).await["wait_ms"], json!(null));
        server.advance(Millis::minutes(2));
        anna.act("end", &has).await;
        anna.act("finish", &has).await;
        anna.accept(&next).await;
        has = next;
    }
    let mut late = server.customer("late").await;
    let id = late.start(LIVE, "Hello").await;
    late.follow(&id, 0).await;
    let told = late.until(system("average_wait")).await;
    // One did not wait at all, four waited two minutes.
    assert_eq!(told["text"], "The wait is about 2 minutes at the moment.");
    assert_eq!(
        place(&mut late, &id).await,
        json!({"position": 1, "wait_ms": 96_000})
    );
}

#[tokio::test]
async fn a_live_start_outside_hours_overflows_to_a_queue_that_is_open() {
    let mut site = Site::with_capacity(4);
    let hours = CalendarId::parse("never").expect("an id");
    site.company.calendars.insert(hours.clone(), never_open());
    let support = site
        .company
        .queues
        .get_mut(&queue_id("support"))
        .expect("there");
    support.hours = Some(hours);
    support.overflow.outside_hours = Some(OverflowTo::Queue(queue_id("sales")));
    site.members("sales", &["bob"]);
    let server = Server::with(site);
    let mut bob = server.available("bob").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(LIVE, "Hello").await;
    let view = bob.accept(&id).await;
    assert_eq!(view["queue"], "sales");
    let journal = bob
        .ask(json!({"type": "explain", "conversation": id}))
        .await["journal"]
        .clone();
    let overflowed = journal
        .as_array()
        .expect("a journal")
        .iter()
        .find(|e| e["event"]["type"] == "overflowed")
        .expect("it says so")["event"]
        .clone();
    assert_eq!(
        (
            &overflowed["from"],
            &overflowed["to"],
            &overflowed["reason"]
        ),
        (&json!("support"), &json!("sales"), &json!("outside_hours"))
    );
}

#[tokio::test]
async fn who_waits_too_long_goes_elsewhere_also_if_the_server_was_down_meanwhile() {
    let mut site = Site::with_capacity(4);
    let support = site
        .company
        .queues
        .get_mut(&queue_id("support"))
        .expect("there");
    support.overflow.too_long = Some(WaitOverflow {
        after: Millis::minutes(10),
        to: OverflowTo::Queue(queue_id("sales")),
    });
    site.members("support", &["anna"]);
    site.members("sales", &["bob"]);
    let mut server = Server::with(site);
    let mut maria = server.customer("maria").await;
    let id = maria.start("support", "Hello").await;
    server.advance(Millis::minutes(9));
    server.restart();
    let mut bob = server.available("bob").await;
    assert!(
        bob.so_far().await.iter().all(|f| f["type"] != "offer"),
        "a minute too early"
    );
    server.advance(Millis::minutes(2));
    assert_eq!(bob.accept(&id).await["queue"], "sales");
}

#[tokio::test]
async fn a_timeout_rule_says_its_sentence_once_also_over_a_restart() {
    let mut site = Site::with_capacity(4);
    site.workstream("support").timeout_rules = vec![TimeoutRule {
        name: "still there".to_owned(),
        silent: Side::Customer,
        after: Millis::minutes(10),
        then: TimeoutAction::Say(Texts::any("Still there?")),
    }];
    let mut server = Server::with(site);
    let mut anna = server.available("anna").await;
    let id = server
        .customer("maria")
        .await
        .start("support", "Hello")
        .await;
    anna.accept(&id).await;
    anna.post(&id, "a-1", "How can I help?").await;
    server.advance(Millis::minutes(11));
    anna.follow(&id, 0).await;
    anna.message_saying("Still there?").await;
    drop(anna);
    server.restart();
    server.advance(Millis::minutes(11));
    let mut maria = server.customer("maria").await;
    maria.follow(&id, 0).await;
    maria.post(&id, "m-2", "Yes.").await;
    maria.message_saying("Yes.").await;
    let history = maria
        .ask(json!({"type": "history", "conversation": id}))
        .await["messages"]
        .clone();
    let said = history
        .as_array()
        .expect("a page")
        .iter()
        .filter(|m| m["author"]["system"] == "reminder")
        .count();
    assert_eq!(said, 1, "{history}");
}

#[tokio::test]
async fn a_workstream_that_is_switched_off_takes_nothing_new() {
    let mut site = Site::with_capacity(4);
    site.workstream(LIVE).enabled = false;
    let server = Server::with(site);
    let mut maria = server.customer("maria").await;
    let refused = maria
        .refused(json!({"type": "start", "workstream": LIVE}))
        .await;
    assert_eq!(refused["code"], "not_accepting");
    let http = server.customer_http("maria");
    let answer = http
        .post("/conversations", json!({"workstream": LIVE}))
        .await;
    assert_eq!((answer.status, answer.code()), (409, "not_accepting"));
    let forged = http
        .post(
            "/conversations",
            json!({"workstream": "support", "context": {"claim.tier": "gold"}}),
        )
        .await;
    assert_eq!(forged.code(), "invalid_request");
}

#[tokio::test]
async fn a_supervisor_is_told_what_would_come_of_a_start() {
    let mut site = Site::with_capacity(4);
    let sales = site
        .company
        .queues
        .get_mut(&queue_id("sales"))
        .expect("there");
    sales.overflow.too_many = Some(LengthOverflow {
        waiting: 1,
        to: OverflowTo::Queue(queue_id("support")),
    });
    site.members("support", &["anna", "bob"]);
    let server = Server::with(site);
    let _anna = server.available("anna").await;
    let carol = server.agent_http("carol");
    let ask = json!({"workstream": "pick", "locale": "pt-BR", "customer": "maria", "context": {"topic": "sales", "claim.tier": "gold"}});
    let forbidden = server
        .agent_http("bob")
        .post("/routing/explain", ask.clone())
        .await;
    assert_eq!(forbidden.code(), "forbidden");
    let before = carol.post("/routing/explain", ask.clone()).await;
    assert_eq!(before.status, 200, "{:?}", before.body);
    let body = &before.body;
    assert_eq!(
        (&body["route"], &body["routed"], &body["queue"]["id"]),
        (&json!("sales"), &json!("sales"), &json!("sales"))
    );
    assert_eq!(body["rules"][0]["verdict"], "matched");
    assert!(body.get("existing").is_none() && body.get("refused").is_none());
    // Asking has done nothing; now it happens.
    let mut maria = server.customer("maria").await;
    let frame = json!({"type": "start", "workstream": "pick", "context": {"topic": "sales"}});
    let started = maria.ask(frame).await;
    let id = started["conversation"]["id"].clone();
    assert_eq!(started["created"], true);
    let after = eventually("it waits", async || {
        let answer = carol.post("/routing/explain", ask.clone()).await;
        (answer.body["overflow"] != json!([])).then_some(answer.body)
    })
    .await;
    assert_eq!(after["existing"]["conversation"], id);
    assert_eq!(after["existing"]["state"], "open");
    assert_eq!(after["overflow"][0]["reason"], "too_many");
    assert_eq!(after["queue"]["id"], "support");
    assert_eq!(
        after["queue"]["agents"]["considered"],
        json!([{"agent": "anna", "ruled_out": null}, {"agent": "bob", "ruled_out": "presence"}])
    );
    let other = json!({"workstream": "pick", "context": {"topic": "returns"}});
    let other = carol.post("/routing/explain", other).await.body;
    assert_eq!(other["route"], json!(null));
    assert_eq!(
        other["rules"][0]["failed"],
        json!({"key": "topic", "test": {"any_of": ["sales"]}, "found": "returns"})
    );
    let nowhere = carol
        .post("/routing/explain", json!({"workstream": "none"}))
        .await;
    assert_eq!(nowhere.code(), "unknown_workstream");
}
