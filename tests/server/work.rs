//! What agents do with a conversation beside talking: notes, tags, the subject, consults,
//! transfers with a reason. None of it is the customer's.

use serde_json::{Value, json};

use crate::common::company::{SUPPORT, Site};
use crate::common::server::Server;
use crate::common::socket::Socket;

fn about(id: &str, kind: &str, more: Value) -> Value {
    let mut frame = more;
    frame["type"] = kind.into();
    frame["conversation"] = id.into();
    frame
}

fn texts(notes: &Value) -> Vec<&str> {
    let notes = notes["notes"].as_array().expect("notes");
    notes.iter().filter_map(|n| n["text"].as_str()).collect()
}

/// Anna alone works in the queue; Bob has nothing to do with it unless he is asked.
fn house() -> Server {
    let mut site = Site::with_capacity(4);
    site.members("support", &["anna"]);
    Server::with(site)
}

/// Anna has Maria's conversation, and both follow it.
async fn at_work(server: &Server) -> (Socket, Socket, String) {
    let mut maria = server.customer("maria").await;
    let mut anna = server.available("anna").await;
    let id = maria.start(SUPPORT, "Where is my parcel?").await;
    maria.follow(&id, 0).await;
    anna.accept(&id).await;
    anna.follow(&id, 0).await;
    maria.view(|v| v["accepted"] == true).await;
    (maria, anna, id)
}

#[tokio::test]
async fn notes_are_numbered_kept_through_a_restart_and_hidden_from_the_customer() {
    let mut server = house();
    let (mut maria, mut anna, id) = at_work(&server).await;
    maria.so_far().await;
    let note = |n: u32, text: &str| {
        about(
            &id,
            "note",
            json!({"client_id": format!("n-{n}"), "text": text}),
        )
    };
    let first = anna.ask(note(1, "She has called twice.")).await;
    assert_eq!((&first["number"], first.get("seq")), (&json!(1), None));
    let again = anna.ask(note(1, "She has called twice.")).await;
    assert_eq!(
        (&again["number"], &again["repeated"]),
        (&json!(1), &json!(true))
    );
    let heard = anna.heard("note").await;
    assert_eq!(
        (&heard["text"], &heard["by"]),
        (&json!("She has called twice."), &json!("anna"))
    );
    let http = server.agent_http("carol");
    let body = json!({"client_id": "h-1", "text": "Give her a voucher.", "private_to": "anna"});
    let path = format!("/conversations/{id}/notes");
    assert_eq!(http.post(&path, body.clone()).await.status, 201);
    let repeated = http.post(&path, body).await;
    assert_eq!(
        (repeated.status, &repeated.body["number"]),
        (200, &json!(2))
    );
    assert_eq!(
        anna.heard("note").await["text"],
        json!("Give her a voucher.")
    );

    // Whoever may not see the conversation, and whom a note is not for, sees none.
    let own = server.customer_http("maria").get(&path).await;
    assert_eq!((own.status, own.code()), (403, "forbidden"));
    let refused = maria.refused(note(9, "Me too")).await;
    assert_eq!(refused["code"], "forbidden");
    assert!(
        maria.so_far().await.is_empty(),
        "a note is nothing to the customer"
    );

    server.restart();
    let bob = server.agent_http("bob").get(&path).await;
    assert_eq!(bob.status, 404, "he has nothing to do with it");
    let kept = server.agent_http("anna").get(&path).await;
    assert_eq!(
        texts(&kept.body),
        ["She has called twice.", "Give her a voucher."]
    );
}

#[tokio::test]
async fn tags_and_the_subject_change_what_lists_find_and_not_what_the_customer_sees() {
    let server = house();
    let (mut maria, mut anna, id) = at_work(&server).await;
    let before = maria.ask(json!({"type": "view", "conversation": id})).await;
    let tag = json!({"add": ["VIP ", "late"], "remove": []});
    let view = anna.ask(about(&id, "tag", tag)).await;
    assert_eq!(view["conversation"]["tags"], json!(["late", "vip"]));
    assert_eq!(
        view["conversation"]["subject"], "Where is my parcel?",
        "the first words, until somebody says better"
    );
    let http = server.agent_http("anna");
    let put = http.request(
        reqwest::Method::PUT,
        &format!("/api/v1/conversations/{id}/subject"),
    );
    let named = crate::common::http::Http::run(put.json(&json!({"subject": "Lost in Vigo"}))).await;
    assert_eq!(
        (named.status, &named.body["subject"]),
        (200, &json!("Lost in Vigo"))
    );
    let carol = server.agent_http("carol");
    for (query, found) in [
        ("tag=vip", 1),
        ("tag=gone", 0),
        ("text=VIGO", 1),
        ("text=parcel", 0),
        ("tag=late&text=lost", 1),
    ] {
        let list = carol.get(&format!("/conversations?{query}")).await;
        let all = list.body["conversations"].as_array().expect("a list");
        assert_eq!(all.len(), found, "{query}");
    }
    let after = maria.ask(json!({"type": "view", "conversation": id})).await;
    assert_eq!(before["conversation"], after["conversation"]);
}

#[tokio::test]
async fn a_consulted_colleague_reads_along_advises_is_added_and_leaves() {
    let server = house();
    let (mut maria, mut anna, id) = at_work(&server).await;
    let mut bob = server.agent("bob").await;
    let refused = bob
        .refused(json!({"type": "subscribe", "conversation": id, "after": 0}))
        .await;
    assert_eq!(refused["code"], "not_found", "not before he is asked");
    anna.ask(about(&id, "consult", json!({"agent": "bob"})))
        .await;
    let asked = bob.heard("consult").await;
    assert_eq!(asked["conversation"]["id"], json!(id));
    bob.follow(&id, 0).await;
    bob.message_saying("Where is my parcel?").await;

    // They talk to each other; the customer notices nothing.
    maria.so_far().await;
    let advice = json!({"client_id": "b-1", "text": "Ask for the number.", "private_to": "anna"});
    bob.ask(about(&id, "note", advice)).await;
    assert_eq!(
        anna.heard("note").await["text"],
        json!("Ask for the number.")
    );
    let silent = bob.send(&id, "b-2", "Hi").await;
    assert_eq!(silent["code"], "not_assigned", "{silent}");
    assert!(maria.so_far().await.is_empty());

    // Added, he writes to the customer, who is told that he joined.
    anna.ask(about(&id, "consult_add", json!({"agent": "bob"})))
        .await;
    maria
        .until(|f| f["type"] == "message" && f["author"]["system"] == "agent_joined")
        .await;
    bob.post(&id, "b-3", "I have found it.").await;
    let said = maria.message_saying("I have found it.").await;
    assert_eq!(said["author"]["name"], "Bob");
    let capacity = server.agent_http("bob").get("/me").await;
    assert_eq!(capacity.body["load"], 0, "it costs him no unit");

    // He leaves, over HTTP and without a body, and follows no longer.
    let left = server.agent_http("bob").act(&id, "consult-end").await;
    assert_eq!(left.status, 200, "{}", left.body);
    bob.heard("consult_ended").await;
    let late = bob.send(&id, "b-4", "And").await;
    assert_eq!(late["code"], "not_found", "{late}");
    let wrong = server
        .agent_http("anna")
        .post(
            &format!("/conversations/{id}/consult-end"),
            json!({"agnt": "bob"}),
        )
        .await;
    assert_eq!((wrong.status, wrong.code()), (400, "invalid_request"));
}

#[tokio::test]
async fn a_transfer_says_its_reason_to_whoever_is_offered_it() {
    let server = house();
    let (_maria, mut anna, id) = at_work(&server).await;
    let mut bob = server.available("bob").await;
    let to_bob = json!({"agent": "bob", "reason": "Speaks Galician."});
    anna.ask(about(&id, "transfer", to_bob)).await;
    let offer = bob.offer(&id).await;
    assert_eq!(
        (
            &offer["transfer"],
            &offer["conversation"]["transfer_reason"]
        ),
        (&json!(true), &json!("Speaks Galician."))
    );
    let view = bob.act("accept", &id).await;
    assert_eq!(view.get("transfer_reason"), None, "he knows it now");
    let journal = bob.ask(about(&id, "explain", json!({}))).await["journal"].to_string();
    assert!(journal.contains("Speaks Galician."), "{journal}");
}
