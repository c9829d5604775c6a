//! Lists and counts: who finds what, page by page, while conversations change.

use std::collections::BTreeSet;

use linger::domain::time::Millis;
use serde_json::{Value, json};

use crate::common::company::{PICK, Site};
use crate::common::eventually;
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::id_of;

/// Starts a conversation that waits to be picked; with `sales` in the other queue. Each
/// begins a millisecond after the one before: within one, ids have no order.
async fn start(server: &Server, customer: &str, topic: &str) -> String {
    server.advance(Millis(1));
    let body = json!({"workstream": PICK, "context": {"topic": topic}});
    let started = server
        .customer_http(customer)
        .post("/conversations", body)
        .await;
    assert_eq!(started.status, 201, "{}", started.body);
    id_of(&started.body["conversation"])
}

async fn act(http: &Http, id: &str, action: &str) {
    let done = http.act(id, action).await;
    assert_eq!(done.status, 200, "{action}: {}", done.body);
}

fn ids(list: &Value) -> Vec<String> {
    let list = list["conversations"].as_array();
    list.unwrap_or_else(|| panic!("a list"))
        .iter()
        .map(id_of)
        .collect()
}

async fn listed(http: &Http, query: &str) -> Vec<String> {
    let answer = http.get(&format!("/conversations?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    ids(&answer.body)
}

/// A conversation in each state, oldest first: open, active and waiting with anna, in
/// wrap-up with bob, closed by carol, and an open one in `sales`.
struct Shift {
    open: String,
    active: String,
    waiting: String,
    wrap_up: String,
    closed: String,
    sales: String,
}

async fn shift(server: &Server) -> Shift {
    let (anna, bob) = (server.agent_http("anna"), server.agent_http("bob"));
    for agent in [&anna, &bob] {
        assert_eq!(agent.presence("available").await.status, 200);
    }
    let shift = Shift {
        open: start(server, "maria", "").await,
        active: start(server, "nina", "").await,
        waiting: start(server, "olga", "").await,
        wrap_up: start(server, "petra", "").await,
        closed: start(server, "rosa", "").await,
        sales: start(server, "sonia", "sales").await,
    };
    act(&anna, &shift.active, "pick").await;
    act(&anna, &shift.waiting, "pick").await;
    act(&anna, &shift.waiting, "park").await;
    act(&bob, &shift.wrap_up, "pick").await;
    act(&bob, &shift.wrap_up, "end").await;
    act(&server.agent_http("carol"), &shift.closed, "force-close").await;
    shift
}

#[tokio::test]
async fn each_filter_finds_what_it_says_over_http_and_on_a_socket() {
    let server = Server::start();
    let Shift {
        open,
        active,
        waiting,
        wrap_up,
        closed,
        sales,
    } = shift(&server).await;
    let carol = server.agent_http("carol");
    let mut socket = server.agent("carol").await;
    let cases = [
        (
            "",
            json!({}),
            vec![&sales, &closed, &wrap_up, &waiting, &active, &open],
        ),
        (
            "state=open,wrap_up",
            json!({"states": ["open", "wrap_up"]}),
            vec![&sales, &wrap_up, &open],
        ),
        ("state=closed", json!({"states": ["closed"]}), vec![&closed]),
        (
            "state=waiting",
            json!({"states": ["waiting"]}),
            vec![&waiting],
        ),
        ("queue=sales", json!({"queue": "sales"}), vec![&sales]),
        (
            "agent=anna",
            json!({"agent": "anna"}),
            vec![&waiting, &active],
        ),
        (
            "agent=anna&state=waiting",
            json!({"agent": "anna", "states": ["waiting"]}),
            vec![&waiting],
        ),
        ("customer=rosa", json!({"customer": "rosa"}), vec![&closed]),
        (
            "customer=rosa&state=open",
            json!({"customer": "rosa", "states": ["open"]}),
            vec![],
        ),
        ("workstream=live", json!({"workstream": "live"}), vec![]),
        ("tag=vip", json!({"tag": "vip"}), vec![]),
        ("mine=true", json!({"mine": true}), vec![]),
    ];
    for (query, fields, expected) in cases {
        let expected: Vec<String> = expected.into_iter().cloned().collect();
        assert_eq!(listed(&carol, query).await, expected, "{query}");
        let mut frame = json!({"type": "list"});
        for (name, value) in fields.as_object().expect("fields") {
            frame[name] = value.clone();
        }
        assert_eq!(ids(&socket.ask(frame).await), expected, "{fields}");
    }
}

#[tokio::test]
async fn agents_find_their_own_and_what_is_open_in_their_queues_and_customers_their_own() {
    let mut site = Site::with_capacity(4);
    site.members("sales", &["bob"]);
    let server = Server::with(site);
    let all = shift(&server).await;
    let anna = server.agent_http("anna");
    let own = [all.waiting.clone(), all.active.clone()];
    assert_eq!(
        listed(&anna, "").await,
        [own.to_vec(), vec![all.open.clone()]].concat()
    );
    assert_eq!(listed(&anna, "mine=true").await, own);
    assert_eq!(
        listed(&anna, "queue=sales").await,
        [""; 0],
        "she does not work in sales"
    );
    assert_eq!(listed(&anna, "agent=bob").await, [""; 0], "not hers to see");
    let bob = server.agent_http("bob");
    assert_eq!(listed(&bob, "queue=sales").await, [all.sales]);
    // What was hers and is closed she finds when she asks for it.
    act(&anna, &all.active, "end").await;
    act(&anna, &all.active, "finish").await;
    assert_eq!(listed(&anna, "state=closed").await, [all.active]);

    let rosa = server.customer_http("rosa");
    assert_eq!(listed(&rosa, "").await, [all.closed]);
    for query in ["queue=support", "agent=anna", "customer=maria", "text=x"] {
        let refused = rosa.get(&format!("/conversations?{query}")).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    }
    let mut socket = server.customer("rosa").await;
    let refused = socket
        .refused(json!({"type": "list", "queue": "support"}))
        .await;
    assert_eq!(refused["code"], "forbidden");
    let counts = rosa.get("/conversations/counts").await;
    assert_eq!((counts.status, counts.code()), (403, "forbidden"));
}

#[tokio::test]
async fn paging_neither_repeats_nor_loses_a_conversation_that_changes_in_between() {
    let server = Server::start();
    let (anna, carol) = (server.agent_http("anna"), server.agent_http("carol"));
    assert_eq!(anna.presence("available").await.status, 200);
    let mut started = Vec::new();
    for n in 0..9 {
        started.push(start(&server, &format!("customer-{n}"), "").await);
    }
    let mut found = Vec::new();
    let mut next: Option<String> = None;
    for round in 0.. {
        let before = next.map_or_else(String::new, |id| format!("&before={id}"));
        let page = carol.get(&format!("/conversations?limit=2{before}")).await;
        found.extend(ids(&page.body));
        // What was seen, what comes next and what is far ahead changes; one more begins.
        if let Some(id) = started.get(7_usize.saturating_sub(2 * round)) {
            act(&carol, id, "force-close").await;
        }
        if round == 0 {
            act(&anna, &started[0], "pick").await;
            act(&anna, &started[8], "pick").await;
            start(&server, "late", "").await;
        }
        let Some(id) = page.body["next"].as_str() else {
            break;
        };
        next = Some(id.to_owned());
    }
    started.reverse();
    assert_eq!(found, started, "each once, newest first, the late one not");
    let distinct: BTreeSet<&String> = found.iter().collect();
    assert_eq!(distinct.len(), 9);
}

#[tokio::test]
async fn a_supervisor_sees_waiting_time_and_load_and_a_customer_does_not() {
    let server = Server::start();
    let all = shift(&server).await;
    server.advance(Millis::minutes(7));
    let carol = server.agent_http("carol");
    let page = carol.get("/conversations").await.body;
    let of = |id: &str| {
        let list = page["conversations"].as_array().expect("a list");
        let found = list.iter().find(|c| c["id"] == id);
        found.expect("it is in the list").clone()
    };
    let open = of(&all.open);
    assert_eq!(open["wait_ms"], 7 * 60_000 + 5, "five began after it");
    assert_eq!(
        (&open["units"], &open["queue"], &open["customer"]),
        (&json!(0), &json!("support"), &json!("maria"))
    );
    assert_eq!(
        (&open["tags"], open.get("subject")),
        (&json!([]), None),
        "nobody has given it a subject"
    );
    let active = of(&all.active);
    assert_eq!(
        (&active["units"], &active["agent"], &active["wait_ms"]),
        (&json!(1), &json!("anna"), &Value::Null)
    );
    let own = server.customer_http("maria").get("/conversations").await;
    let own = &own.body["conversations"][0];
    for hidden in ["wait_ms", "units", "tags", "subject", "priority", "queue"] {
        assert_eq!(own.get(hidden), None, "{hidden}");
    }
}

fn count(answer: &Answer, state: &str) -> Option<u64> {
    let states = answer.body["states"].as_array().expect("counts");
    let of = states.iter().find(|s| s["state"] == state)?;
    of["count"].as_u64()
}

#[tokio::test]
async fn counts_say_how_many_and_how_long_the_first_has_been_waiting() {
    let server = Server::start();
    let all = shift(&server).await;
    server.advance(Millis::minutes(3));
    let newer = start(&server, "tina", "").await;
    server.advance(Millis::minutes(2));
    let carol = server.agent_http("carol");
    // The supervisor learns of a step just after its answer.
    let counts = eventually("everything is counted", async || {
        let counts = carol.get("/conversations/counts").await;
        (count(&counts, "open") == Some(3)).then_some(counts)
    })
    .await;
    for (state, expected) in [("active", 1), ("waiting", 1), ("wrap_up", 1), ("closed", 1)] {
        assert_eq!(count(&counts, state), Some(expected), "{state}");
    }
    assert_eq!(counts.body["more"], false);
    assert_eq!(
        counts.body["queues"],
        json!([
            {"id": "sales", "waiting": 1, "longest_wait_ms": 5 * 60_000 + 1},
            {"id": "support", "waiting": 2, "longest_wait_ms": 5 * 60_000 + 6},
        ])
    );
    let only = carol
        .get("/conversations/counts?state=open&queue=support&customer=tina")
        .await;
    assert_eq!(
        (count(&only, "open"), count(&only, "closed")),
        (Some(1), None)
    );
    assert_eq!(
        only.body["queues"],
        json!([{"id": "support", "waiting": 1, "longest_wait_ms": 2 * 60_000}])
    );
    let mine = server
        .agent_http("anna")
        .get("/conversations/counts?mine=true")
        .await;
    assert_eq!(
        (
            count(&mine, "active"),
            count(&mine, "waiting"),
            count(&mine, "open")
        ),
        (Some(1), Some(1), Some(0)),
        "{}",
        mine.body
    );
    assert_ne!(newer, all.open);
}

#[tokio::test]
async fn a_list_after_a_restart_is_the_list_before_it() {
    let mut server = Server::start();
    let all = shift(&server).await;
    let before = listed(&server.agent_http("carol"), "").await;
    server.restart();
    assert_eq!(listed(&server.agent_http("carol"), "").await, before);
    assert_eq!(before.last(), Some(&all.open));
}
