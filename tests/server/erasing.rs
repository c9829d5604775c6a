//! A customer is erased: nobody finds anything of them, no file holds it, and nobody else
//! notices.

use std::sync::Arc;

use linger::domain::audit::Who;
use linger::domain::commit::Write;
use linger::domain::erasure::{Erasure, Stage};
use linger::domain::ids::CustomerId;
use linger::domain::time::Timestamp;
use linger::store::Store;
use linger::store::check::check;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{LIVE, SUPPORT, Site};
use crate::common::eventually;
use crate::common::files::{files_with, forgotten};
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::Socket;

/// What only Maria's conversations hold, each in another place.
const HERS: [&str; 9] = [
    "maria-the-customer",
    "quince one",
    "quince two",
    "quince three",
    "quince note",
    "quince tag",
    "quince subject",
    "quince value",
    "quince-client-id",
];
const MARIA: &str = "maria-the-customer";

async fn erase(server: &Server, customer: &str) -> Answer {
    let admin = server.agent_http("olga");
    let path = format!("/api/v1/customers/{customer}");
    Http::run(admin.request(Method::DELETE, &path)).await
}

async fn known(server: &Server, customer: &str) -> Answer {
    let admin = server.agent_http("olga");
    admin.get(&format!("/customers/{customer}")).await
}

/// The thread of a conversation, as a supervisor reads it.
async fn thread(server: &Server, id: &str) -> (Value, Value) {
    let carol = server.agent_http("carol");
    let view = carol.get(&format!("/conversations/{id}")).await.body;
    let messages = carol
        .get(&format!("/conversations/{id}/messages"))
        .await
        .body;
    (view, messages)
}

struct Scene {
    server: Server,
    maria: Socket,
    anna: Socket,
    /// Maria's: closed, active, waiting for an agent.
    hers: Vec<String>,
    /// Another customer's.
    other: String,
}

/// Maria has had one conversation, has one with Anna and one in line; Eve has one with Anna.
async fn scene() -> Scene {
    let mut site = Site::with_capacity(2).with_admin();
    site.members("support", &["anna"]);
    let server = Server::with(site);
    let mut anna = server.available("anna").await;
    let mut maria = server.customer(MARIA).await;
    let mut eve = server.customer("eve").await;

    let closed = maria.start(SUPPORT, "quince one").await;
    anna.accept(&closed).await;
    anna.act("end", &closed).await;
    anna.act("finish", &closed).await;

    let other = eve.start(SUPPORT, "a pear").await;
    anna.accept(&other).await;
    let start = json!({
        "type": "start", "workstream": SUPPORT, "client_id": "quince-client-id",
        "text": "quince two", "context": {"order": "quince value"},
    });
    let active = maria.ask(start).await["conversation"]["id"].clone();
    let active = active.as_str().expect("an id").to_owned();
    anna.accept(&active).await;
    anna.follow(&active, 0).await;
    for frame in [
        json!({"type": "note", "client_id": "n-1", "text": "quince note"}),
        json!({"type": "tag", "add": ["quince tag"]}),
        json!({"type": "subject", "subject": "quince subject"}),
    ] {
        let mut frame = frame;
        frame["conversation"] = json!(active);
        anna.ask(frame).await;
    }
    // No room is left: it waits in line.
    let waiting = maria.start(LIVE, "quince three").await;
    Scene {
        server,
        maria,
        anna,
        hers: vec![closed, active, waiting],
        other,
    }
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_found_anywhere_and_nobody_else_notices() {
    let Scene {
        mut server,
        mut maria,
        mut anna,
        hers,
        other,
    } = scene().await;
    let of_eve = thread(&server, &other).await;
    let bob = server.agent_http("bob");
    let refused = Http::run(bob.request(Method::DELETE, "/api/v1/customers/eve")).await;
    assert_eq!(refused.code(), "forbidden");
    let seen = known(&server, MARIA).await;
    assert_eq!(seen.body["conversations"], json!(3), "{seen:?}");
    // The check of the files finds what is there.
    let before = files_with(server.data(), &HERS);
    for text in HERS {
        assert!(before.iter().any(|(_, found)| *found == text), "{text}");
    }

    let erased = erase(&server, MARIA).await;
    assert_eq!(erased.status, 200, "{erased:?}");
    assert_eq!(erased.body["conversations"], json!(3));
    let pseudonym = erased.body["pseudonym"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert!(pseudonym.starts_with("erased-"), "{pseudonym}");

    maria.closed().await;
    anna.until(|f| f["type"] == "refused" && f["conversation"] == json!(hers[1]))
        .await;
    let carol = server.agent_http("carol");
    for id in &hers {
        let answer = carol.get(&format!("/conversations/{id}")).await;
        assert_eq!(answer.code(), "not_found", "{answer:?}");
    }
    let listed = carol.get(&format!("/conversations?customer={MARIA}")).await;
    assert_eq!(listed.body["conversations"], json!([]), "{listed:?}");
    assert_eq!(known(&server, MARIA).await.code(), "not_found");
    assert_eq!(erase(&server, MARIA).await.code(), "not_found");
    assert_eq!(thread(&server, &other).await, of_eve);

    // Anna has room for one again, and only for one.
    let mut ines = server.customer("ines").await;
    let next = ines.start(SUPPORT, "an apple").await;
    anna.accept(&next).await;
    let me = server.agent_http("anna").get("/me").await;
    assert_eq!(me.body["load"], json!(2), "{me:?}");

    // Old files go in the background.
    forgotten(server.data(), &HERS[1..]).await;
    let olga = server.agent_http("olga");
    let audit = olga.get("/audit?what=erased").await.body;
    let record = &audit["records"][0];
    assert_eq!(record["object"], json!(format!("customer:{pseudonym}")));
    assert_eq!(record["who"], json!("agent:olga"), "{audit}");

    // The list of the store's files names keys, and is written anew at every start.
    server.restart();
    forgotten(server.data(), &HERS).await;
    server.stop().expect("a good end");
    assert_eq!(files_with(server.data(), &HERS), []);
    let store = Store::open_read_only(server.data()).expect("opens");
    let report = check(&store);
    assert!(report.is_clean(), "{report}");
}

fn erasure(stage: Stage) -> Erasure {
    Erasure {
        at: Timestamp(1_700_000_000_000),
        who: Who::Operator,
        from: None,
        pseudonym: CustomerId::parse("gone-0123").expect("an id"),
        stage,
    }
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_anywhere_comes_to_its_end_after_the_start() {
    let maria = CustomerId::parse(MARIA).expect("an id");
    let nobody = erasure(Stage::Bytes(Vec::new())).pseudonym;
    // Cut off before the first conversation went; after one, two and all; and when only the
    // files were left.
    for gone in 0..=4 {
        let Scene {
            mut server,
            maria: socket,
            anna,
            ..
        } = scene().await;
        drop((socket, anna));
        server.with_store(|store| {
            let row = |customer: &CustomerId, stage| Write::Erasure {
                customer: customer.clone(),
                erasure: Some(Arc::new(erasure(stage))),
            };
            let doomed = store.doomed(&maria).expect("readable");
            assert_eq!(doomed.len(), 3);
            let named = if gone == 0 { &[][..] } else { &doomed[..] };
            let ids = named.iter().map(|d| d.id).collect();
            store
                .write_now(&[row(&maria, Stage::Rows(ids))])
                .expect("written");
            for doomed in doomed.iter().take(gone) {
                let remains = store.remains(&maria, doomed.id).expect("readable");
                store
                    .write_now(&[Write::Erase(remains.into())])
                    .expect("written");
                let report = check(store);
                assert!(report.is_clean(), "{gone}: {report}");
            }
            if gone == 4 {
                let over = Write::Erasure {
                    customer: maria.clone(),
                    erasure: None,
                };
                let ids = doomed.iter().map(|d| d.id).collect();
                let both = vec![over, row(&nobody, Stage::Bytes(ids))];
                store.write_now(&[Write::All(both)]).expect("written");
            }
        });
        eventually("it is over", async || {
            let nothing = known(&server, MARIA).await.status == 404;
            let files = known(&server, nobody.as_str()).await.body["erasing"] != json!(true);
            (nothing && files).then_some(())
        })
        .await;
        forgotten(server.data(), &HERS[1..]).await;
        server.stop().expect("a good end");
        let store = Store::open_read_only(server.data()).expect("opens");
        assert_eq!(store.erasures().expect("readable"), []);
        let report = check(&store);
        assert!(report.is_clean(), "{gone}: {report}");
    }
}

#[tokio::test]
async fn an_erased_customer_may_come_back_as_somebody_new() {
    let scene = scene().await;
    let server = &scene.server;
    assert_eq!(erase(server, MARIA).await.status, 200);
    let mut again = server.customer(MARIA).await;
    let id = again.start(SUPPORT, "a plum").await;
    assert!(!scene.hers.contains(&id));
    let listed = server.customer_http(MARIA).get("/conversations").await;
    let listed = listed.body["conversations"].as_array().map(Vec::len);
    assert_eq!(listed, Some(1));
    assert_eq!(known(server, MARIA).await.body["conversations"], json!(1));
    let next = again.post(&id, "c-2", "still here").await;
    assert_eq!(
        again.send(&id, "c-2", "still here").await["seq"],
        json!(next)
    );
}

#[tokio::test]
async fn a_customer_of_whom_nothing_is_known_is_not_found_and_nothing_is_written() {
    let server = Server::with(Site::with_capacity(2).with_admin());
    assert_eq!(erase(&server, "nobody").await.code(), "not_found");
    assert_eq!(erase(&server, "a%20b").await.code(), "not_found");
    let olga = server.agent_http("olga");
    let audit = olga.get("/audit?what=erased").await.body;
    assert_eq!(audit["records"], json!([]));
}
