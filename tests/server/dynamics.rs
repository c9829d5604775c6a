//! Persistent chat beside live chat, row by row as Dynamics 365 compares them. The same
//! table, with what is different in linger, is in docs/dynamics.md.
//!
//! | row | test |
//! |---|---|
//! | Outside operating hours | `outside_hours_a_persistent_chat_waits_and_a_live_chat_is_refused_with_the_next_opening` |
//! | Ending | `a_customer_ends_a_live_chat_and_only_an_agent_ends_a_persistent_one` |
//! | System messages | `a_persistent_chat_says_nothing_of_lines_and_connections_and_a_live_chat_does` |
//! | History | `on_another_device_a_persistent_chat_goes_on_with_its_history_and_a_live_chat_begins_anew` |
//! | Waiting and capacity | `a_persistent_chat_that_waits_for_its_customer_costs_nothing_and_a_live_one_goes_to_others` |
//! | Return, with notification | `a_customer_who_returns_is_announced_to_the_agent_and_offered` |
//! | Same agent | `a_returning_customer_gets_the_same_agent_though_another_has_more_room` |
//! | Two workstreams | `one_customer_has_a_persistent_and_a_live_chat_beside_each_other_in_two_workstreams` |

use linger::domain::hours::Interval;
use linger::domain::ids::CalendarId;
use linger::domain::time::{Millis, Timestamp};
use serde_json::{Value, json};

use crate::common::company::{LIVE, SUPPORT, Site, never_open, queue_id};
use crate::common::eventually;
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

/// The messages of a thread.
async fn thread(socket: &mut Socket, id: &str) -> Vec<Value> {
    let page = socket
        .ask(json!({"type": "history", "conversation": id}))
        .await;
    page["messages"].as_array().expect("a page").clone()
}

/// The kinds of system messages of a thread, in order.
async fn told(socket: &mut Socket, id: &str) -> Vec<String> {
    let kinds = thread(socket, id).await;
    kinds
        .iter()
        .filter_map(|m| m["author"]["system"].as_str().map(str::to_owned))
        .collect()
}

async fn load(agent: &mut Socket) -> Value {
    agent.ask(json!({"type": "me"})).await["agent"]["load"].clone()
}

#[tokio::test]
async fn outside_hours_a_persistent_chat_waits_and_a_live_chat_is_refused_with_the_next_opening() {
    // Closed today, whatever the day of the test; open all of the day after tomorrow.
    let mut site = Site::with_capacity(4);
    let mut calendar = never_open();
    let now = i64::try_from(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970")
            .as_millis(),
    )
    .expect("in range");
    let opening = Timestamp((now / 86_400_000 + 2) * 86_400_000);
    let weekday = usize::try_from(calendar.local_time(opening).weekday - 1).expect("a weekday");
    calendar.weekly[weekday].push(Interval { from: 0, to: 1_440 });
    let hours = CalendarId::parse("hours").expect("an id");
    site.company.calendars.insert(hours.clone(), calendar);
    let queue = site.company.queues.get_mut(&queue_id("support"));
    queue.expect("there").hours = Some(hours);
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let refused = maria
        .refused(json!({"type": "start", "workstream": LIVE}))
        .await;
    assert_eq!(
        (&refused["code"], &refused["opens_at"]),
        (&json!("outside_hours"), &json!(opening.0))
    );
    let id = maria.start(SUPPORT, "Hello").await;
    eventually("she is told", async || {
        told(&mut maria, &id)
            .await
            .contains(&"outside_hours".to_owned())
            .then_some(())
    })
    .await;
    let waits = anna.so_far().await;
    assert!(waits.iter().all(|f| f["type"] != "offer"), "{waits:?}");
    server.advance(Millis(
        u64::try_from(opening.0 - server.now()).expect("ahead") + 1,
    ));
    anna.accept(&id).await;
}

#[tokio::test]
async fn a_customer_ends_a_live_chat_and_only_an_agent_ends_a_persistent_one() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let live = maria.start(LIVE, "Hello").await;
    anna.accept(&live).await;
    assert_eq!(maria.act("end", &live).await["ended_by"], "customer");
    let persistent = maria.start(SUPPORT, "Hello").await;
    anna.accept(&persistent).await;
    let refused = maria
        .refused(json!({"type": "end", "conversation": persistent}))
        .await;
    assert_eq!(refused["code"], "customer_cannot_end");
    let view = maria
        .ask(json!({"type": "view", "conversation": persistent}))
        .await;
    assert_eq!(view["conversation"]["state"], "active");
    assert_eq!(anna.act("end", &persistent).await["ended_by"], "agent");
}

#[tokio::test]
async fn a_persistent_chat_says_nothing_of_lines_and_connections_and_a_live_chat_does() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut ids = Vec::new();
    for workstream in [SUPPORT, LIVE] {
        let mut maria = server.customer("maria").await;
        let id = maria.start(workstream, "Hello").await;
        anna.accept(&id).await;
        ids.push(id);
        maria.leave().await;
    }
    let [persistent, live] = ids.as_slice() else {
        panic!("two");
    };
    eventually("the live one tells that she is gone", async || {
        let kinds = told(&mut anna, live).await;
        kinds
            .contains(&"customer_disconnected".to_owned())
            .then_some(())
    })
    .await;
    let kinds = told(&mut anna, persistent).await;
    for both in ["greeting", "agent_joined"] {
        assert!(kinds.iter().any(|k| k == both), "{both}: {kinds:?}");
    }
    for live in [
        "queue_position",
        "next_in_line",
        "average_wait",
        "customer_disconnected",
        "customer_reconnected",
    ] {
        assert!(kinds.iter().all(|k| k != live), "{live}: {kinds:?}");
    }
}

#[tokio::test]
async fn on_another_device_a_persistent_chat_goes_on_with_its_history_and_a_live_chat_begins_anew()
{
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut phone = server.customer("maria").await;
    let persistent = phone.start(SUPPORT, "from the phone").await;
    anna.accept(&persistent).await;
    anna.post(&persistent, "a-1", "from Anna").await;
    phone.leave().await;
    server.advance(Millis::days(3));
    let mut laptop = server.customer("maria").await;
    let again = laptop
        .ask(json!({"type": "start", "workstream": SUPPORT}))
        .await;
    let again = id_of(&again["conversation"]);
    assert_eq!(again, persistent, "the same conversation, days later");
    laptop.post(&persistent, "l-1", "from the laptop").await;
    let thread = thread(&mut laptop, &persistent).await;
    let texts: Vec<&str> = thread.iter().filter_map(|m| m["text"].as_str()).collect();
    let place = |text| texts.iter().position(|t| *t == text).expect("kept");
    assert!(place("from the phone") < place("from Anna"));
    assert!(place("from Anna") < place("from the laptop"));
    let live = laptop.start(LIVE, "live").await;
    anna.accept(&live).await;
    laptop.act("end", &live).await;
    let next = laptop.start(LIVE, "live again").await;
    assert_ne!(next, live, "a live chat that ended does not come back");
}

#[tokio::test]
async fn a_persistent_chat_that_waits_for_its_customer_costs_nothing_and_a_live_one_goes_to_others()
{
    let server = Server::with(Site::with_capacity(1));
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let persistent = maria.start(SUPPORT, "Hello").await;
    anna.accept(&persistent).await;
    assert_eq!(load(&mut anna).await, 1);
    assert_eq!(anna.act("park", &persistent).await["state"], "waiting");
    assert_eq!(load(&mut anna).await, 0, "her unit is free at once");
    let mut carla = server.customer("carla").await;
    let live = carla.start(LIVE, "Hello").await;
    anna.accept(&live).await;
    let mut bob = server.available("bob").await;
    anna.act("park", &live).await;
    bob.accept(&live).await;
    assert!(
        bob.so_far()
            .await
            .iter()
            .all(|f| f["conversation"]["id"] != persistent.as_str()),
        "nobody is offered what waits for its customer"
    );
}

#[tokio::test]
async fn a_customer_who_returns_is_announced_to_the_agent_and_offered() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    anna.act("park", &id).await;
    server.advance(Millis::days(2));
    maria.post(&id, "m-1", "I am back").await;
    let announced = anna.heard("customer_returned").await;
    assert_eq!(
        announced,
        json!({"type": "customer_returned", "conversation": id, "customer": "maria"})
    );
    assert_eq!(anna.offer(&id).await["returning"], true);
    anna.act("accept", &id).await;
    let kinds = told(&mut maria, &id).await;
    assert_eq!(kinds.last().map(String::as_str), Some("agent_returned"));
}

#[tokio::test]
async fn a_returning_customer_gets_the_same_agent_though_another_has_more_room() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.accept(&id).await;
    anna.act("park", &id).await;
    let mut carla = server.customer("carla").await;
    let other = carla.start(SUPPORT, "Hello").await;
    anna.accept(&other).await;
    let mut bob = server.available("bob").await;
    maria.post(&id, "m-1", "I am back").await;
    anna.accept(&id).await;
    // A live chat has no agent to come back to: it goes to who has most room.
    let live = maria.start(LIVE, "Hello").await;
    bob.accept(&live).await;
}

#[tokio::test]
async fn one_customer_has_a_persistent_and_a_live_chat_beside_each_other_in_two_workstreams() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let mut modes = Vec::new();
    for workstream in [SUPPORT, LIVE] {
        let started = maria
            .ask(json!({"type": "start", "workstream": workstream}))
            .await;
        let view = &started["conversation"];
        assert_eq!(view["workstream"], workstream);
        modes.push((id_of(view), view["mode"].clone()));
    }
    assert_ne!(modes[0].0, modes[1].0);
    assert_eq!(
        [&modes[0].1, &modes[1].1],
        [&json!("persistent"), &json!("live")]
    );
    for (workstream, (id, _)) in [SUPPORT, LIVE].iter().zip(&modes) {
        let again = maria
            .ask(json!({"type": "start", "workstream": workstream}))
            .await;
        assert_eq!(&id_of(&again["conversation"]), id, "one of each");
    }
}
