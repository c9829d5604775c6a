//! Customers who were known by their device and then say who they are, over real sockets and
//! HTTP.

use std::sync::Arc;

use linger::domain::affair::{Affair, AffairKind, Link};
use linger::domain::audit::Who;
use linger::domain::commit::Write;
use linger::domain::device::{Device, DeviceEnd, DeviceId};
use linger::domain::ids::CustomerId;
use linger::domain::time::{Millis, Timestamp};
use linger::store::check::check;
use serde_json::{Value, json};

use crate::common::company::{LIVE, PICK, SUPPORT, Site};
use crate::common::eventually;
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

fn site() -> Site {
    let mut site = Site::with_capacity(4);
    for workstream in [SUPPORT, LIVE, PICK] {
        site.workstream(workstream).device_identity = true;
    }
    site
}

/// A device's token and the customer that it is.
async fn named(server: &Server) -> (String, String) {
    let nobody = Http::new(server.address, None);
    let answer = nobody.post("/devices", json!({"widget": "shop"})).await;
    let text = |field: &str| {
        let value = answer.body[field].as_str();
        value.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    };
    (text("token"), text("customer"))
}

async fn link(server: &Server, who: &str, device: &str) -> Answer {
    let body = json!({"device_token": device});
    server.customer_http(who).post("/devices/link", body).await
}

fn done(answer: &Answer) -> (u16, &str, u64) {
    (
        answer.status,
        answer.body["customer"].as_str().unwrap_or_default(),
        answer.body["conversations"].as_u64().unwrap_or(u64::MAX),
    )
}

async fn texts(server: &Server, who: &str, id: &str) -> Vec<String> {
    let path = format!("/conversations/{id}/messages?after=0");
    let page = server.customer_http(who).get(&path).await;
    let messages = page.body["messages"].as_array();
    let messages = messages.unwrap_or_else(|| panic!("{page:?}"));
    let written = messages.iter().filter(|m| m["author"]["kind"] != "system");
    written
        .map(|m| m["text"].as_str().expect("a text").to_owned())
        .collect()
}

async fn of(server: &Server, who: &str) -> Vec<String> {
    let listed = server.customer_http(who).get("/conversations").await;
    let all = listed.body["conversations"].as_array();
    let all = all.unwrap_or_else(|| panic!("{listed:?}"));
    all.iter().map(id_of).collect()
}

#[tokio::test]
async fn whoever_signs_in_goes_on_with_the_same_history_and_the_same_agent() {
    let mut server = Server::with(site());
    let mut anna = server.available("anna").await;
    let _bob = server.available("bob").await;
    let mut maria = server.customer("maria").await;
    let (token, device) = named(&server).await;
    let mut unproven = Socket::customer(server.address, &token).await;
    let id = unproven.start(SUPPORT, "Where is my order?").await;
    let offer = anna.offer(&id).await;
    assert_eq!(offer["conversation"]["customer"], json!(device));
    anna.act("accept", &id).await;
    anna.follow(&id, 0).await;
    unproven.follow(&id, 0).await;
    let seq = unproven.post(&id, "m-1", "It was blue.").await;
    anna.post(&id, "a-1", "I am looking.").await;
    unproven.message_saying("I am looking.").await;

    assert_eq!(
        done(&link(&server, "maria", &token).await),
        (200, "maria", 1)
    );
    assert_eq!(
        unproven.closed().await,
        Some(1008),
        "it proves nothing any more"
    );
    let told = unproven.arrived();
    assert!(
        !told.iter().any(|f| f.to_string().contains("maria")),
        "whoever has the device is not told whose it is: {told:?}"
    );
    let seen = anna.view(|v| v["customer"] == "maria").await;
    assert_eq!(
        (&seen["state"], &seen["agent"]),
        (&json!("active"), &json!("anna"))
    );
    let listed = anna
        .until(|f| f["type"] == "assigned" && f["conversation"]["customer"] == "maria")
        .await;
    assert_eq!(id_of(&listed["conversation"]), id);

    // The proven socket was open all the while; a second machine has nothing of its own.
    let listed = maria.ask(json!({"type": "list"})).await;
    assert_eq!(id_of(&listed["conversations"][0]), id);
    maria.follow(&id, seq).await;
    maria.message_saying("I am looking.").await;
    anna.post(&id, "a-2", "Found it.").await;
    maria.message_saying("Found it.").await;
    let all = [
        "Where is my order?",
        "It was blue.",
        "I am looking.",
        "Found it.",
    ];
    assert_eq!(texts(&server, "maria", &id).await, all);

    // What was sent as a device and is sent again is one message.
    let again = maria.send(&id, "m-1", "It was blue.").await;
    assert_eq!(
        (again["seq"].as_u64(), &again["repeated"]),
        (Some(seq), &json!(true))
    );
    let other = maria.send(&id, "m-1", "It was red.").await;
    assert_eq!(other["code"], "client_id_reused");

    anna.act("park", &id).await;
    maria.post(&id, "m-2", "Thank you!").await;
    assert_eq!(anna.heard("customer_returned").await["customer"], "maria");
    assert_eq!(
        anna.offer(&id).await["returning"],
        json!(true),
        "to the same agent"
    );

    let refused = Http::new(server.address, Some(token.clone()));
    let refused = refused.get("/conversations").await;
    assert_eq!(refused.code(), "token_invalid");
    let sentence = refused.body["error"]["message"]
        .as_str()
        .expect("a sentence");
    assert!(sentence.contains("sign in"), "{sentence}");
    let nobody = Http::new(server.address, Some(token.clone()));
    let renewed = nobody.post("/devices/renew", json!({})).await;
    assert_eq!(renewed.code(), "token_invalid");

    let carol = server.agent_http("carol");
    let view = carol
        .get(&format!("/devices/{}", &device["device:".len()..]))
        .await;
    assert_eq!(
        (&view.body["ended"], &view.body["ended_by"]),
        (&json!("linked"), &json!("maria"))
    );
    let journal = carol.get(&format!("/conversations/{id}/explanation")).await;
    let events = journal.body["journal"].as_array().expect("events");
    let linked: Vec<&Value> = events
        .iter()
        .filter(|e| e["event"]["type"] == "linked")
        .collect();
    assert_eq!(linked.len(), 1);
    assert_eq!(linked[0]["event"]["was"], json!(device));

    server.restart();
    assert_eq!(of(&server, "maria").await, std::slice::from_ref(&id));
    assert_eq!(texts(&server, "maria", &id).await.len(), 5);
    server.with_store(|store| assert!(check(store).is_clean(), "{}", check(store)));
}

#[tokio::test]
async fn of_two_that_are_under_way_the_one_that_was_written_to_last_goes_on() {
    for device_wrote_last in [true, false] {
        let mut site = site();
        site.members("support", &["anna"]);
        let mut server = Server::with(site);
        let mut anna = server.available("anna").await;
        let mut maria = server.customer("maria").await;
        let own = maria.start(SUPPORT, "As Maria").await;
        anna.accept(&own).await;
        maria.follow(&own, 0).await;
        server.advance(Millis::minutes(1));
        let (token, _) = named(&server).await;
        let mut unproven = Socket::customer(server.address, &token).await;
        let other = unproven.start(SUPPORT, "As somebody").await;
        anna.accept(&other).await;
        server.advance(Millis::minutes(1));
        if !device_wrote_last {
            maria.post(&own, "m-1", "And one thing more").await;
        }
        let load = |me: Value| me["agent"]["load"].as_u64();
        assert_eq!(load(anna.ask(json!({"type": "me"})).await), Some(2));

        assert_eq!(
            done(&link(&server, "maria", &token).await),
            (200, "maria", 1)
        );
        let (goes_on, closed) = if device_wrote_last {
            (&other, &own)
        } else {
            (&own, &other)
        };
        assert_eq!(
            load(anna.ask(json!({"type": "me"})).await),
            Some(1),
            "capacity is back"
        );
        anna.until(|f| {
            f["type"] == "assigned"
                && f["conversation"]["id"] == **closed
                && f["conversation"]["state"] == "closed"
        })
        .await;
        let http = server.customer_http("maria");
        let view = http.get(&format!("/conversations/{closed}")).await;
        assert_eq!(
            (&view.body["state"], &view.body["closed"]),
            (&json!("closed"), &json!("merged")),
            "{view:?}"
        );
        if device_wrote_last {
            maria.view(|v| v["state"] == "closed").await;
        }
        assert_eq!(texts(&server, "maria", &own).await[0], "As Maria");
        assert_eq!(texts(&server, "maria", &other).await, ["As somebody"]);
        let agents = server.agent_http("anna");
        let still = agents.get(&format!("/conversations/{closed}")).await;
        assert_eq!(still.status, 200, "its agent still reads it");
        let start = json!({"type": "start", "workstream": SUPPORT});
        let started = maria.ask(start).await;
        assert_eq!(
            (id_of(&started["conversation"]), &started["created"]),
            (goes_on.clone(), &json!(false))
        );
        assert_eq!(of(&server, "maria").await.len(), 2);
        server.with_store(|store| assert!(check(store).is_clean(), "{}", check(store)));
    }
}

#[tokio::test]
async fn everything_that_a_device_had_goes_along() {
    let mut server = Server::with(site());
    let mut anna = server.available("anna").await;
    let (token, _) = named(&server).await;
    let mut unproven = Socket::customer(server.address, &token).await;
    let closed = unproven.start(SUPPORT, "the first").await;
    anna.accept(&closed).await;
    anna.act("end", &closed).await;
    anna.act("finish", &closed).await;
    let waiting = unproven.start(SUPPORT, "the second").await;
    anna.accept(&waiting).await;
    anna.act("park", &waiting).await;
    let live = unproven.start(LIVE, "the third").await;
    anna.accept(&live).await;
    let picked = unproven.start(PICK, "the fourth").await;
    assert_eq!(
        done(&link(&server, "maria", &token).await),
        (200, "maria", 4)
    );
    assert_eq!(unproven.closed().await, Some(1008));
    let mut all = [closed.clone(), waiting.clone(), live.clone(), picked];
    all.sort_by(|a, b| b.cmp(a));
    assert_eq!(of(&server, "maria").await, all);
    let mut maria = server.customer("maria").await;
    for (workstream, id) in [(SUPPORT, &waiting), (LIVE, &live)] {
        let start = json!({"type": "start", "workstream": workstream});
        assert_eq!(id_of(&maria.ask(start).await["conversation"]), *id);
    }
    // The live one follows the connection of its new owner.
    anna.follow(&live, 0).await;
    maria.follow(&live, 0).await;
    maria.leave().await;
    anna.until(|f| f["author"]["system"] == "customer_disconnected")
        .await;
    server.with_store(|store| assert!(check(store).is_clean(), "{}", check(store)));
}

#[tokio::test]
async fn a_link_happens_once_and_to_one() {
    let server = Server::with(site());
    let (token, _) = named(&server).await;
    let mut unproven = Socket::customer(server.address, &token).await;
    unproven.start(SUPPORT, "Hello").await;
    for _ in 0..2 {
        assert_eq!(
            done(&link(&server, "maria", &token).await),
            (200, "maria", 1)
        );
    }
    let other = link(&server, "joao", &token).await;
    assert_eq!((other.status, other.code()), (401, "token_invalid"));
    assert_eq!(of(&server, "joao").await, Vec::<String>::new());

    for _ in 0..5 {
        let (token, _) = named(&server).await;
        let mut unproven = Socket::customer(server.address, &token).await;
        let id = unproven.start(SUPPORT, "Hello").await;
        let (ana, eva) = tokio::join!(link(&server, "ana", &token), link(&server, "eva", &token));
        let won: Vec<&str> = [("ana", &ana), ("eva", &eva)]
            .into_iter()
            .filter(|(_, answer)| answer.status == 200)
            .map(|(who, _)| who)
            .collect();
        assert_eq!(won.len(), 1, "{ana:?} {eva:?}");
        assert!(of(&server, won[0]).await.contains(&id));
        let lost = if won[0] == "ana" { "eva" } else { "ana" };
        assert!(!of(&server, lost).await.contains(&id));
    }
}

#[tokio::test]
async fn two_devices_of_one_customer_are_linked_one_after_the_other() {
    let mut server = Server::with(site());
    let mut ids = Vec::new();
    let mut tokens = Vec::new();
    for _ in 0..4 {
        let (token, _) = named(&server).await;
        let mut unproven = Socket::customer(server.address, &token).await;
        ids.push(unproven.start(SUPPORT, "Hello").await);
        tokens.push(token);
    }
    let linking = tokens.iter().map(|token| async {
        loop {
            let answer = link(&server, "maria", token).await;
            if answer.code() != "unavailable" {
                return answer;
            }
            assert!(answer.retry_after.is_some());
        }
    });
    for answer in futures_util::future::join_all(linking).await {
        assert_eq!(done(&answer), (200, "maria", 1));
    }
    ids.sort_by(|a, b| b.cmp(a));
    assert_eq!(of(&server, "maria").await, ids);
    server.with_store(|store| assert!(check(store).is_clean(), "{}", check(store)));
}

#[tokio::test]
async fn only_whoever_has_proven_who_they_are_links_and_only_what_they_hold() {
    let server = Server::set(site(), |settings| {
        let limit = "failures-per-address=6/10min".parse().expect("a limit");
        settings.rates = settings.rates.clone().with(limit);
    });
    let (token, customer) = named(&server).await;
    let (another, _) = named(&server).await;
    let post = |credential: Option<String>, body: Value| {
        let http = Http::new(server.address, credential);
        async move { http.post("/devices/link", body).await }
    };
    let body = json!({"device_token": token});
    let maria = server.site.customer("maria");
    for (credential, status, code) in [
        (None, 401, "unauthenticated"),
        (Some(another), 403, "forbidden"),
        (Some(token.clone()), 403, "forbidden"),
        (
            Some(crate::common::company::agent("anna")),
            403,
            "forbidden",
        ),
    ] {
        let refused = post(credential, body.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (status, code),
            "{refused:?}"
        );
    }
    for body in [
        json!({}),
        json!({"device_token": 7}),
        json!({"device_token": token, "customer": "maria"}),
        json!([token, token]),
    ] {
        let refused = post(Some(maria.clone()), body.clone()).await;
        assert_eq!(refused.code(), "invalid_request", "{body}");
    }
    let in_url = server.customer_http("maria");
    let in_url = in_url
        .post(&format!("/devices/link?token={token}"), body.clone())
        .await;
    assert_eq!(in_url.code(), "token_in_url");
    let guessed = format!("{}{}", &token[..token.len() - 43], "x".repeat(43));
    for bad in ["", "lgd-", &maria, &guessed] {
        let refused = link(&server, "maria", bad).await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "token_invalid"),
            "{bad}"
        );
    }
    let fine = Http::new(server.address, Some(token.clone()));
    assert_eq!(
        fine.get("/conversations").await.status,
        200,
        "nothing has ended"
    );
    server.advance(Millis::days(31));
    assert_eq!(link(&server, "maria", &token).await.code(), "token_expired");
    for _ in 0..20 {
        let refused = link(&server, "maria", "lgd-nonsense").await;
        if refused.code() == "rate_limited" {
            return;
        }
        assert_eq!(refused.code(), "token_invalid");
    }
    panic!("guesses for {customer} are not counted");
}

#[tokio::test]
async fn a_link_stands_in_the_audit_once_and_holds_no_token() {
    let server = Server::with(site().with_admin());
    let (token, device) = named(&server).await;
    let mut unproven = Socket::customer(server.address, &token).await;
    unproven.start(SUPPORT, "Hello").await;
    link(&server, "maria", &token).await;
    link(&server, "maria", &token).await;
    let olga = server.agent_http("olga");
    let found = olga.get("/audit?what=device_linked").await;
    let records = found.body["records"].as_array().expect("records");
    assert_eq!(records.len(), 1, "{found:?}");
    let record = &records[0];
    assert_eq!(
        (&record["who"], &record["object"], &record["details"]),
        (
            &json!("customer:maria"),
            &json!(device),
            &json!({"customer": "maria", "conversations": "1"})
        )
    );
    assert!(!found.body.to_string().contains("lgd-"));
}

#[tokio::test]
async fn what_an_operator_has_set_aside_stays_behind_and_holds_nothing_up() {
    let mut server = Server::with(site().with_admin());
    let (token, device) = named(&server).await;
    let mut unproven = Socket::customer(server.address, &token).await;
    let aside = unproven.start(SUPPORT, "Hello").await;
    let picked = unproven.start(PICK, "Hello").await;
    unproven.leave().await;
    server.with_store(|store| {
        let parked = Write::Parked {
            conversation: aside.parse().expect("an id"),
            reason: Some("died 3 times within a minute".to_owned()),
        };
        store.write_now(&[parked]).expect("written");
    });
    assert_eq!(
        done(&link(&server, "maria", &token).await),
        (200, "maria", 1)
    );
    assert_eq!(of(&server, "maria").await, [picked]);
    let olga = server.agent_http("olga");
    let found = olga.get("/audit?what=device_linked").await;
    assert_eq!(
        found.body["records"][0]["details"],
        json!({"customer": "maria", "conversations": "1", "left_behind": aside})
    );
    let carol = server.agent_http("carol");
    let left = carol
        .get(&format!("/conversations?customer={device}"))
        .await;
    assert_eq!(id_of(&left.body["conversations"][0]), aside);
    server.with_store(|store| assert!(check(store).is_clean(), "{}", check(store)));
}

/// The server was killed right after the link was durable, or later: it goes on from what is
/// on disk, before anybody asks.
#[tokio::test]
async fn a_link_that_was_cut_off_comes_to_its_end_after_the_start() {
    let mut server = Server::with(site());
    let mut maria = server.customer("maria").await;
    let own = maria.start(SUPPORT, "As Maria").await;
    server.advance(Millis::minutes(1));
    let (token, device) = named(&server).await;
    let mut unproven = Socket::customer(server.address, &token).await;
    let other = unproven.start(SUPPORT, "As somebody").await;
    let picked = unproven.start(PICK, "Elsewhere").await;
    let now = Timestamp(server.now());
    server.with_store(|store| {
        let customer = CustomerId::parse(&device).expect("an id");
        let id = DeviceId::of(&customer).expect("a device");
        let into = CustomerId::parse("maria").expect("an id");
        let mut row: Device = store.device(id).expect("reads").expect("named");
        row.end = Some(DeviceEnd::Linked {
            customer: into.clone(),
            at: now,
            conversations: 0,
        });
        let affair = Affair {
            kind: AffairKind::Link(Link {
                into: into.clone(),
                of: None,
            }),
            at: now,
            who: Who::Customer(into),
            from: None,
        };
        let begun = Write::All(vec![
            Write::Device {
                id,
                device: Arc::new(row),
            },
            Write::Affair {
                customer,
                affair: Some(Arc::new(affair)),
            },
        ]);
        store.write_now(&[begun]).expect("written");
        assert!(check(store).is_clean(), "{}", check(store));
    });
    let mut all = vec![own.clone(), other.clone(), picked];
    all.sort_by(|a, b| b.cmp(a));
    let server = Arc::new(server);
    eventually("the link is over", async || {
        (of(&server, "maria").await == all).then_some(())
    })
    .await;
    // The same question again: whoever lost the answer gets it.
    assert_eq!(
        done(&link(&server, "maria", &token).await),
        (200, "maria", 2)
    );
    let view = server
        .customer_http("maria")
        .get(&format!("/conversations/{own}"))
        .await;
    assert_eq!(view.body["closed"], "merged");
    let mut server = Arc::into_inner(server).expect("nobody else has it");
    server.with_store(|store| {
        assert!(store.affairs().expect("reads").is_empty());
        assert!(check(store).is_clean(), "{}", check(store));
    });
}
