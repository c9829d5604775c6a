//! Live chat: both sides present, and it ends when one leaves.

use linger::domain::ids::CalendarId;
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
