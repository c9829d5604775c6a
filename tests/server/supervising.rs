//! What supervisors do: read along, assign over capacity, act on many at once.

use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::http::Http;
use crate::common::server::Server;
use crate::common::socket::id_of;

async fn start(server: &Server, customer: &str) -> String {
    let body = json!({"workstream": PICK});
    let started = server
        .customer_http(customer)
        .post("/conversations", body)
        .await;
    assert_eq!(started.status, 201, "{}", started.body);
    id_of(&started.body["conversation"])
}

async fn bulk(http: &Http, body: Value) -> Value {
    let answer = http.post("/conversations/bulk", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The report as pairs: the id, and the code or `ok`.
fn report(body: &Value) -> Vec<(&str, &str)> {
    let report = body["report"].as_array().expect("a report");
    report
        .iter()
        .map(|item| {
            let id = item["id"].as_str().expect("an id");
            if item["ok"] == true {
                return (id, "ok");
            }
            assert!(item["message"].is_string(), "a refusal says what to do");
            (id, item["code"].as_str().expect("a code"))
        })
        .collect()
}

#[tokio::test]
async fn a_supervisor_reads_along_and_the_participants_notice_nothing() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let mut anna = server.available("anna").await;
    let id = maria.start(SUPPORT, "Hello").await;
    maria.follow(&id, 0).await;
    anna.accept(&id).await;
    anna.follow(&id, 0).await;
    maria.message_saying("Hello").await;
    anna.message_saying("Hello").await;
    // Everything that the acceptance says has been said.
    maria.view(|v| v["accepted"] == true).await;
    let last = anna.post(&id, "a-1", "Hi").await;
    maria.message_saying("Hi").await;
    anna.message_saying("Hi").await;
    maria.so_far().await;
    anna.so_far().await;

    let mut carol = server.agent("carol").await;
    carol.follow(&id, 0).await;
    let seen = carol.messages(0, last).await;
    assert_eq!(seen.last().map(|m| &m["text"]), Some(&json!("Hi")));
    // She cannot mark what the agent has not read.
    let refused = carol
        .refused(json!({"type": "mark", "conversation": id, "read": last}))
        .await;
    assert_eq!(refused["code"], "not_assigned");

    assert_eq!(maria.so_far().await, Vec::<Value>::new());
    assert_eq!(anna.so_far().await, Vec::<Value>::new());
    maria.post(&id, "m-2", "And this?").await;
    assert_eq!(carol.message_saying("And this?").await["seq"], last + 1);
    let view = server
        .agent_http("anna")
        .get(&format!("/conversations/{id}"))
        .await;
    assert_eq!(view.body["agent"], "anna");
    assert_eq!(view.body["agent_marks"], json!({"delivered": 0, "read": 0}));
}

#[tokio::test]
async fn an_assignment_over_capacity_stands_in_the_journal_as_such() {
    let server = Server::with(Site::with_capacity(1));
    let mut anna = server.available("anna").await;
    let (first, second) = (start(&server, "maria").await, start(&server, "nina").await);
    anna.act("pick", &first).await;
    let picked = anna
        .refused(json!({"type": "pick", "conversation": second}))
        .await;
    assert_eq!(picked["code"], "at_capacity");
    let carol = server.agent_http("carol");
    let assigned = bulk(
        &carol,
        json!({"action": "assign", "target": "anna", "ids": [second]}),
    )
    .await;
    assert_eq!(report(&assigned), [(second.as_str(), "ok")]);
    anna.accept(&second).await;
    // Whoever has it reads who wanted so, not supervisors alone.
    let journal = server
        .agent_http("anna")
        .get(&format!("/conversations/{second}/explanation"))
        .await
        .body;
    let offered = journal["journal"]
        .as_array()
        .expect("events")
        .iter()
        .find(|e| e["event"]["type"] == "offered")
        .expect("it was offered");
    assert_eq!(offered["event"]["over_capacity"], true);
    assert_eq!(offered["event"]["by"], "carol");
    assert_eq!(offered["event"]["explanation"]["rule"], "supervisor_assign");
}

#[tokio::test]
async fn a_bulk_action_does_what_it_can_and_reports_each() {
    let server = Server::start();
    let carol = server.agent_http("carol");
    let mut anna = server.available("anna").await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(start(&server, &format!("customer-{n}")).await);
    }
    let missing = "018bcfe5-687b-7fff-bfff-ffffffffffff".to_owned();
    anna.act("pick", &ids[0]).await;

    let moved = bulk(
        &carol,
        json!({"action": "transfer_to_queue", "target": "sales", "ids": [ids[0], missing, ids[1]]}),
    )
    .await;
    assert_eq!(
        report(&moved),
        [
            (ids[0].as_str(), "ok"),
            (missing.as_str(), "not_found"),
            (ids[1].as_str(), "ok")
        ]
    );
    assert_eq!((&moved["done"], &moved["refused"]), (&json!(2), &json!(1)));
    assert_eq!(moved["report"][0]["state"], "open");
    let view = carol.get(&format!("/conversations/{}", ids[0])).await;
    assert_eq!(view.body["queue"], "sales");

    let nobody = bulk(
        &carol,
        json!({"action": "assign", "target": "nobody", "ids": [ids[2]]}),
    )
    .await;
    assert_eq!(report(&nobody), [(ids[2].as_str(), "unknown_agent")]);
    anna.act("pick", &ids[2]).await;
    // Leaving is for whoever has it, also in bulk.
    for action in ["release", "park", "end"] {
        let left = bulk(&carol, json!({"action": action, "ids": [ids[2]]})).await;
        assert_eq!(
            report(&left),
            [(ids[2].as_str(), "not_assigned")],
            "{action}"
        );
    }
    let offered = bulk(
        &carol,
        json!({"action": "transfer_to_agent", "target": "carol", "ids": [ids[2]]}),
    )
    .await;
    assert_eq!(report(&offered), [(ids[2].as_str(), "ok")]);
    assert_eq!(carol.act(&ids[2], "accept").await.status, 200);
    let parked = bulk(&carol, json!({"action": "park", "ids": [ids[2]]})).await;
    assert_eq!(parked["report"][0]["state"], "waiting");

    let closed = bulk(&carol, json!({"action": "force_close", "ids": [ids[3]]})).await;
    assert_eq!(report(&closed), [(ids[3].as_str(), "ok")]);
    let again = bulk(
        &carol,
        json!({"action": "force_close", "ids": [ids[3], ids[1]]}),
    )
    .await;
    assert_eq!(
        report(&again),
        [(ids[3].as_str(), "closed"), (ids[1].as_str(), "ok")]
    );
}

#[tokio::test]
async fn a_bulk_action_over_more_than_are_worked_on_at_once_reaches_all() {
    let server = Server::start();
    let carol = server.agent_http("carol");
    let mut ids = Vec::new();
    for n in 0..50 {
        ids.push(start(&server, &format!("customer-{n}")).await);
    }
    let closed = bulk(&carol, json!({"action": "force_close", "ids": ids})).await;
    let expected: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "ok")).collect();
    assert_eq!(
        report(&closed),
        expected,
        "in the order in which they were named"
    );
    let left = carol.get("/conversations?state=open").await;
    assert_eq!(left.body["conversations"], json!([]));
}

#[tokio::test]
async fn a_bulk_action_that_is_not_sound_is_refused_as_a_whole() {
    let server = Server::start();
    let id = start(&server, "maria").await;
    let many: Vec<String> = (0..1_001_u64)
        .map(|n| format!("018bcfe5-687b-7fff-bfff-{n:012}"))
        .collect();
    let close = |ids: Value| json!({"action": "force_close", "ids": ids});
    let carol = server.agent_http("carol");
    let cases = [
        (close(json!([id, id])), 400, "invalid_request"),
        (close(json!([])), 400, "invalid_request"),
        (close(json!(["x"])), 400, "invalid_request"),
        (close(json!(many)), 422, "too_long"),
        (
            json!({"action": "assign", "ids": [id]}),
            400,
            "invalid_request",
        ),
        (
            json!({"action": "park", "target": "anna", "ids": [id]}),
            400,
            "invalid_request",
        ),
        (
            json!({"action": "delete", "ids": [id]}),
            400,
            "invalid_request",
        ),
    ];
    for (body, status, code) in cases {
        let refused = carol.post("/conversations/bulk", body).await;
        assert_eq!((refused.status, refused.code()), (status, code));
    }
    for other in [server.agent_http("anna"), server.customer_http("maria")] {
        let refused = other.post("/conversations/bulk", close(json!([id]))).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    }
    let view = carol.get(&format!("/conversations/{id}")).await;
    assert_eq!(view.body["state"], "open", "nothing was done");
}

#[tokio::test]
async fn a_supervisor_assigns_what_is_offered_to_somebody_else_and_it_is_withdrawn() {
    let server = Server::start();
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    anna.offer(&id).await;
    let mut bob = server.available("bob").await;
    let carol = server.agent_http("carol");
    let path = |verb: &str| format!("/conversations/{id}/{verb}");
    let to_bob = json!({"agent": "bob", "reason": "speaks Galician"});
    let assigned = carol.post(&path("transfer"), to_bob).await;
    assert_eq!(assigned.status, 200, "{assigned:?}");
    let ended = anna
        .until(|f| f["type"] == "offer_ended" && f["conversation"] == id)
        .await;
    assert_eq!(ended["taken"], false);
    assert_eq!(bob.offer(&id).await["reason"], "speaks Galician");
    let late = server.agent_http("anna").act(&id, "accept").await;
    assert_eq!(
        (late.code(), &late.body["error"]["taken_by"]),
        ("already_taken", &json!("bob"))
    );
    let again = carol.post(&path("assign"), json!({"agent": "bob"})).await;
    assert_eq!(again.code(), "wrong_state", "{again:?}");
    bob.act("accept", &id).await;
    // The same while a transfer waits for an answer.
    bob.ask(json!({"type": "transfer", "conversation": id, "agent": "anna"}))
        .await;
    anna.offer(&id).await;
    let assigned = carol.post(&path("assign"), json!({"agent": "carol"})).await;
    assert_eq!(assigned.status, 200, "{assigned:?}");
    anna.until(|f| f["type"] == "offer_ended" && f["conversation"] == id)
        .await;
    let view = carol.get(&format!("/conversations/{id}")).await.body;
    assert_eq!(
        (&view["agent"], &view["transfer_to"]),
        (&json!("bob"), &json!("carol"))
    );
}
