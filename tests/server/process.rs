//! The binary as its operator meets it: how it stops, and how it says that it cannot start.

use std::net::TcpListener;

use linger::store::STORE_FORMAT;
use serde_json::json;

use crate::common::child::{self, Demo};
use crate::common::eventually;
use crate::common::socket::Socket;

async fn customer(demo: &Demo) -> Socket {
    Socket::customer(
        demo.address(),
        &demo.credentials.customer_token("maria").expect("signs"),
    )
    .await
}

#[tokio::test]
async fn a_signal_drains_and_what_was_sent_is_found_after_the_restart() {
    let mut demo = Demo::start(&["--customer-rate", "unlimited"]);
    let mut maria = customer(&demo).await;
    let id = maria.start("support", "Hello").await;
    for n in 0..200 {
        let frame = json!({"type": "send", "conversation": id, "client_id": format!("m-{n}"), "text": "in flight"});
        maria.say(&frame).await;
        if n == 100 {
            demo.signal("TERM");
        }
    }
    assert_eq!(maria.closed().await, Some(1001));
    let before = maria.arrived();
    assert!(before.iter().any(|f| f["type"] == "goaway"));
    let acknowledged: Vec<_> = before
        .iter()
        .filter(|f| f["type"] == "accepted" && f["client_id"].is_string())
        .cloned()
        .collect();
    assert_eq!(demo.ended().code(), Some(0), "{}", demo.log());

    let demo = demo.again(&["--customer-rate", "unlimited"]);
    let mut maria = customer(&demo).await;
    for ack in &acknowledged {
        let again = maria
            .send(&id, ack["client_id"].as_str().expect("text"), "in flight")
            .await;
        assert_eq!(
            (&again["seq"], &again["repeated"]),
            (&ack["seq"], &json!(true)),
            "{ack}"
        );
    }
    for n in 0..200 {
        maria.post(&id, &format!("m-{n}"), "in flight").await;
    }
    let path = format!("/conversations/{id}/messages?limit=200&after=20");
    let http = crate::common::http::Http::new(
        demo.address(),
        Some(demo.credentials.customer_token("maria").expect("signs")),
    );
    let page = http.get(&path).await.body;
    let last = page["last_seq"].as_u64().expect("a number");
    assert!(
        (201..=203).contains(&last),
        "two hundred, the first, and a greeting, each once: {last}"
    );
}

#[test]
fn a_second_signal_exits_at_once() {
    let mut demo = Demo::start(&[]);
    // A connection in the middle of a request keeps the first stop busy.
    let mut slow = std::net::TcpStream::connect(demo.address()).expect("connects");
    std::io::Write::write_all(&mut slow, b"GET /healthz HTTP/1.1\r\nHost:").expect("open");
    demo.signal("TERM");
    crate::common::eventually_now("it is stopping", || {
        demo.log().contains("stopping").then_some(())
    });
    demo.signal("INT");
    let code = demo.ended().code();
    assert!(
        code == Some(130) || code == Some(0),
        "the second came late at most: {code:?}\n{}",
        demo.log()
    );
}

#[tokio::test]
async fn after_a_kill_nothing_acknowledged_is_missing() {
    let demo = Demo::start(&[]);
    let mut maria = customer(&demo).await;
    let id = maria.start("support", "Hello").await;
    let seq = maria.post(&id, "m-1", "before the power cut").await;
    let demo = demo.again(&[]);
    let mut maria = customer(&demo).await;
    let again = maria.send(&id, "m-1", "before the power cut").await;
    assert_eq!(
        (&again["seq"], &again["repeated"]),
        (&json!(seq), &json!(true))
    );
    eventually("ready", async || {
        let answer = reqwest::get(format!("http://{}/readyz", demo.address()))
            .await
            .ok()?;
        answer.status().is_success().then_some(())
    })
    .await;
}

#[test]
fn an_address_that_is_taken_is_said_so() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let directory = tempfile::tempdir().expect("a directory");
    let (code, said) = child::run(
        &["demo", "--listen", &address],
        &directory.path().join("data"),
    );
    assert_eq!(code, Some(69), "{said}");
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn a_directory_in_use_and_one_without_a_company_are_said_so() {
    let demo = Demo::start(&[]);
    let (code, said) = child::run(&["serve", "--listen", "127.0.0.1:0"], &demo.data);
    assert_eq!(code, Some(65), "{said}");
    assert!(
        said.contains("another process has the data directory"),
        "{said}"
    );
    let empty = tempfile::tempdir().expect("a directory");
    let (code, said) = child::run(&["serve", "--listen", "127.0.0.1:0"], empty.path());
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("holds no company"), "{said}");
}

#[test]
fn a_store_of_a_newer_format_is_refused_with_both_versions() {
    let mut demo = Demo::start(&[]);
    demo.signal("TERM");
    demo.ended();
    let newer = STORE_FORMAT + 7;
    pretend_format(&demo.data, newer);
    let (code, said) = child::run(&["serve", "--listen", "127.0.0.1:0"], &demo.data);
    assert_eq!(code, Some(76), "{said}");
    assert!(
        said.contains(&newer.to_string()) && said.contains(&STORE_FORMAT.to_string()),
        "{said}"
    );
}

/// Writes the mark of another format into a store.
fn pretend_format(data: &std::path::Path, format: u32) {
    let options = rocksdb::Options::default();
    let families = rocksdb::DB::list_cf(&options, data).expect("listed");
    let db = rocksdb::DB::open_cf(&options, data, &families).expect("opens");
    let mark =
        linger::store::codec::encode(&linger::store::codec::StoreFormat(format)).expect("encodes");
    db.put_cf(db.cf_handle("meta").expect("there"), b"format", mark)
        .expect("written");
}
