//! Every role at every route.

use linger::web::routes::ALL;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::http::Http;
use crate::table::{Outcome, Row, assert_as_the_table_says, compare, read};
use crate::world::{NOWHERE, Role, Thread, World};

/// The body of a route: sound wherever it is the object that decides, so that nothing else
/// refuses before it.
fn body(method: &str, path: &str) -> Option<Value> {
    let last = path.rsplit('/').next().unwrap_or_default();
    let of_conversation = path.starts_with("/api/v1/conversations/");
    let body = match (method, last) {
        ("get" | "delete", _) => return None,
        ("post", "conversations" | "explain") => json!({"workstream": "support"}),
        ("post", "bulk") => json!({"action": "release", "ids": [NOWHERE]}),
        ("post", "messages") => json!({"client_id": "m-1", "text": "Hello"}),
        ("post", "marks") => json!({"read": 1}),
        ("post", "typing") => json!({"on": true}),
        ("post", "transfer" | "assign" | "consult" | "consult-add") => json!({"agent": "carol"}),
        ("post", "notes") => json!({"client_id": "n-1", "text": "A note"}),
        ("post", "tags") => json!({"add": ["vip"]}),
        ("put", "subject") => json!({"subject": "Parcel"}),
        ("put", "presence") => json!({"presence": "available"}),
        ("post", "devices") => json!({"widget": "shop"}),
        ("put", "password") if path.contains("agents") => {
            json!({"password": "an entirely different sentence"})
        }
        // Refused for what they say, but well formed: a body that is not is refused while a
        // credential may still be looked at.
        ("put", "password") => json!({"current": "wrong", "new": "short"}),
        ("post", "totp") => json!({"password": "wrong"}),
        ("post", "confirm") => json!({"totp": "000000"}),
        ("post", "remove" | "recovery-codes") => json!({"password": "wrong", "totp": "000000"}),
        ("post", "api-keys") => json!({"agent": "nobody", "name": "x", "scopes": ["audit:read"]}),
        ("post", "renew") => json!({}),
        ("post", "test") => json!({"token": "no token"}),
        ("post", "token") => json!({"customer": "maria"}),
        ("post", "link") => json!({"device_token": "lgd-"}),
        _ if of_conversation => return None,
        // Nothing sound: whoever is let in is told so, and nothing changes for the next.
        _ => json!({"invented": true}),
    };
    Some(body)
}

struct Reply {
    code: Option<String>,
    /// Status and every byte of the body.
    bytes: (u16, String),
}

async fn ask(world: &World, role: Role, row: &Row, owner: &str, id: &str) -> Reply {
    let (method, pattern) = row.what.split_once(' ').expect("a method and a path");
    let path = pattern
        .replace("{id}", id)
        .replace("{session}", &world.other_session)
        .replace("{kind}", "queues");
    let http = Http::new(world.server.address, world.credential(role, owner));
    let verb: Method = method.to_uppercase().parse().expect("a method");
    let query = match (path.rsplit('/').next(), row.object.as_str()) {
        (Some("events"), _) => "?after=0&wait=1".to_owned(),
        (Some("quick-replies"), "conversation") => format!("?conversation={id}"),
        _ => String::new(),
    };
    let mut request = http.request(verb, &format!("{path}{query}"));
    if let Some(body) = body(method, pattern) {
        request = request.json(&body);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    let code = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|v| v["error"]["code"].as_str().map(ToOwned::to_owned));
    assert!(status < 500, "{} {path}: {status} {text}", role.name());
    assert_eq!(status >= 400, code.is_some(), "{path}: {status} {text}");
    Reply {
        code,
        bytes: (status, text),
    }
}

/// The id in the path, by the object that the row names.
fn id_of(world: &World, row: &Row, thread: Option<&Thread>) -> String {
    match row.object.as_str() {
        "conversation" => thread.expect("made for this").id.clone(),
        "agent" | "session" => "dave".to_owned(),
        "admin" => "olga".to_owned(),
        "queue" => "support".to_owned(),
        "device" => world.other_device.clone(),
        "widget" | "authentication" => "shop".to_owned(),
        _ => NOWHERE.to_owned(),
    }
}

async fn outcomes(world: &mut World, row: &Row) -> Vec<Outcome> {
    let about_a_conversation = row.object == "conversation" || row.object == "?";
    let mut thread: Option<Thread> = None;
    let mut happened = Vec::new();
    for role in Role::ALL {
        if thread.is_none() && about_a_conversation {
            thread = Some(world.thread().await);
        }
        if row.object == "session" {
            world.dave_again().await;
        }
        if role == Role::Enrol {
            world.enrol_again().await;
        }
        let owner = thread
            .as_ref()
            .map_or("maria", |t| t.owner.as_str())
            .to_owned();
        let id = id_of(world, row, thread.as_ref());
        let reply = ask(world, role, row, &owner, &id).await;
        let outcome = match reply.bytes {
            // Passed on if there is something to pass on; never a word about that.
            (202, _) => Outcome::Silent,
            _ => Outcome::of(reply.code.as_deref()),
        };
        if matches!(outcome, Outcome::Missing | Outcome::Silent) {
            let missing = ask(world, role, row, &owner, NOWHERE).await;
            assert_eq!(
                reply.bytes,
                missing.bytes,
                "{}: {} can tell it from what does not exist",
                row.what,
                role.name()
            );
        }
        // What was let in may have changed it.
        if outcome == Outcome::Let
            && let Some(used) = thread.take()
        {
            world.done_with(&used).await;
        }
        happened.push(outcome);
    }
    if let Some(unused) = thread {
        world.done_with(&unused).await;
    }
    happened
}

#[tokio::test]
async fn every_role_at_every_route_gets_what_the_table_says() {
    let table = read(include_str!("routes.txt"));
    let program: Vec<String> = ALL.iter().map(|(m, p)| format!("{m} {p}")).collect();
    let (missing, gone) = compare(&table, &program);
    let mut world = World::new().await;
    let mut problems = Vec::new();
    for row in table.iter().chain(&missing) {
        let happened = outcomes(&mut world, row).await;
        problems.extend(row.judge(&happened));
    }
    assert_as_the_table_says(&problems, &gone);
}
