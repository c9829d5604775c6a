//! What was counted, over HTTP: the numbers of a shift, before and after a restart.

use linger::domain::time::Millis;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::eventually;
use crate::common::server::Server;
use crate::common::socket::id_of;

async fn asked(server: &Server, query: &str) -> Value {
    let carol = server.agent_http("carol");
    let answer = carol.get(&format!("/statistics{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    answer.body
}

/// Of all steps of an answer, the counts of one workstream that are not nothing, summed.
fn total(body: &Value, workstream: &str, field: &str) -> u64 {
    let steps = body["buckets"].as_array().expect("steps").iter();
    let counts = steps.filter_map(|step| step["workstreams"].get(workstream));
    counts.map(|c| c[field].as_u64().expect("a number")).sum()
}

async fn start(server: &Server, customer: &str) -> String {
    let body = json!({"workstream": PICK, "client_id": "s", "text": "Hello"});
    let started = server
        .customer_http(customer)
        .post("/conversations", body)
        .await;
    assert_eq!(started.status, 201, "{}", started.body);
    id_of(&started.body["conversation"])
}

#[tokio::test]
async fn the_numbers_of_a_shift_are_what_happened_and_survive_a_restart() {
    let mut server = Server::with(Site::with_capacity(5));
    let anna = server.agent_http("anna");
    let carol = server.agent_http("carol");
    assert_eq!(anna.presence("available").await.status, 200);
    let (first, second) = (start(&server, "maria").await, start(&server, "nina").await);
    server.advance(Millis::minutes(2));
    for (http, id, action) in [
        (&anna, &first, "pick"),
        (&anna, &first, "park"),
        (&anna, &first, "reopen"),
        (&anna, &first, "end"),
        (&anna, &first, "finish"),
        (&carol, &second, "force-close"),
    ] {
        let done = http.act(id, action).await;
        assert_eq!(done.status, 200, "{action}: {}", done.body);
    }
    // Offered, refused, offered to a colleague, accepted.
    let mut anna = server.available("anna").await;
    let mut rosa = server.customer("rosa").await;
    let third = rosa.start(SUPPORT, "Hello").await;
    anna.offer(&third).await;
    server.advance(Millis::seconds(30));
    anna.act("reject", &third).await;
    let mut bob = server.available("bob").await;
    bob.accept(&third).await;
    bob.post(&third, "b-1", "Hi").await;
    bob.act("park", &third).await;
    rosa.post(&third, "r-2", "One more thing").await;

    let counts = |body: &Value, workstream: &str| -> Vec<u64> {
        let fields = [
            "started",
            "returned",
            "assigned",
            "wait_ms_sum",
            "ended",
            "closed",
            "parked",
            "declined",
            "customer_messages",
            "agent_messages",
        ];
        fields.map(|f| total(body, workstream, f)).to_vec()
    };
    let mut before = Value::Null;
    for _ in 0..2 {
        let body = asked(&server, "").await;
        assert_eq!(body["step_ms"], 900_000);
        assert_eq!(counts(&body, PICK), [2, 0, 1, 120_000, 1, 2, 1, 0, 2, 0]);
        assert_eq!(counts(&body, SUPPORT), [1, 1, 1, 30_000, 0, 0, 1, 1, 2, 1]);
        if before.is_null() {
            before = body;
            drop((anna, bob, rosa));
            server.restart();
            (anna, bob, rosa) = (
                server.agent("anna").await,
                server.agent("bob").await,
                server.customer("rosa").await,
            );
        } else {
            assert_eq!(body, before);
        }
    }
    let day = asked(&server, "?step=1d&time_zone=Europe/Madrid").await;
    assert_eq!(day["step_ms"], 86_400_000);
    assert!(day["buckets"].as_array().is_some_and(|b| b.len() == 1));
    drop((anna, bob, rosa));
    server.with_store(|store| {
        let report = linger::store::check::check(store);
        assert!(report.is_clean(), "{report}");
    });
}

#[tokio::test]
async fn how_many_wait_is_noted_when_a_quarter_of_an_hour_ends() {
    let server = Server::with(Site::with_capacity(1));
    start(&server, "maria").await;
    start(&server, "nina").await;
    let quarter: i64 = 900_000;
    // The one after this: the server looks once a second, and this may be about to end.
    let begins = (server.now() / quarter + 1) * quarter;
    let query = format!("?since={begins}&until={}", begins + quarter);
    let sampled = eventually("a sample", async || {
        if server.now() < begins + quarter {
            server.advance(Millis::seconds(5));
        }
        let body = asked(&server, &query).await;
        body["buckets"][0]["workstreams"][PICK]["waiting_end"].as_u64()
    });
    assert_eq!(sampled.await, 2);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_what_to_do() {
    let server = Server::start();
    let carol = server.agent_http("carol");
    for query in [
        "?step=5min",
        "?time_zone=Moon",
        "?since=2&until=1",
        "?since=x",
        "?since=0&until=1700000000000",
        "?what=1",
    ] {
        let refused = carol.get(&format!("/statistics{query}")).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "invalid_request"),
            "{query}"
        );
    }
    let anna = server.agent_http("anna").get("/statistics").await;
    assert_eq!(anna.code(), "forbidden");
}
