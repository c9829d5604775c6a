//! Every role with every frame.

use std::collections::BTreeMap;

use linger::wire::client::TYPES;
use serde_json::{Value, json};

use crate::common::company::SUPPORT;
use crate::common::socket::Socket;
use crate::table::{Outcome, Row, assert_as_the_table_says, compare, read};
use crate::world::{NOWHERE, Role, Thread, World};

/// The example of a frame in `tests/golden/protocol`, about this conversation.
fn frame(row: &Row, id: &str, token: &str) -> Value {
    let kind = row.what.as_str();
    let path = format!(
        "{}/tests/golden/protocol/client/{kind}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("there is an example of each frame");
    let mut frame: Value = serde_json::from_str(&text).expect("JSON");
    for (field, value) in [
        ("conversation", json!(id)),
        ("agent", json!("carol")),
        ("private_to", json!("carol")),
        ("token", json!(token)),
        ("workstream", json!(SUPPORT)),
        ("presence", json!("available")),
    ] {
        if let Some(there) = frame.get_mut(field) {
            *there = value;
        }
    }
    match kind {
        // Conditions that the role of the table does not change.
        "list" => json!({"type": "list"}),
        "mark" => json!({"type": "mark", "conversation": id, "read": 1}),
        "subscribe" => {
            frame["after"] = json!(0);
            frame
        }
        "watch" | "unwatch" => {
            let floor = row.object == "floor";
            frame["what"] = json!(if floor { "floor" } else { "queues" });
            frame
        }
        _ => frame,
    }
}

/// Says hello; the socket, or the code that it is refused with.
async fn enter(world: &World, role: Role, owner: &str) -> Result<Socket, String> {
    let token = world.credential(role, owner).unwrap_or_default();
    let mut socket = Socket::silent(world.server.address, role.door()).await;
    socket.say(&json!({"type": "hello", "token": token})).await;
    let first = socket.next().await;
    match first["type"].as_str() {
        Some("welcome") => Ok(socket),
        _ => {
            let code = first["code"].as_str().expect("a refusal").to_owned();
            assert_eq!(socket.closed().await, Some(1008), "{first}");
            Err(code)
        }
    }
}

/// Sends a frame; its answer, or nothing if there is none before the answer of a ping.
async fn answer(socket: &mut Socket, kind: &str, frame: Value) -> Option<Value> {
    match kind {
        "typing" | "credit" => {
            socket.say(&frame).await;
            let came = socket.so_far().await;
            came.into_iter().find(|f| f["type"] == "refused")
        }
        "ping" => {
            socket.say(&frame).await;
            Some(socket.heard("pong").await)
        }
        "send" => {
            let client_id = frame["client_id"].clone();
            socket.say(&frame).await;
            Some(socket.settled(client_id.as_str().expect("an id")).await)
        }
        _ => Some(socket.answer(frame).await),
    }
}

fn outcome_of(answer: Option<&Value>) -> Outcome {
    match answer {
        None => Outcome::Silent,
        Some(answer) if answer["type"] == "refused" => Outcome::of(answer["code"].as_str()),
        Some(_) => Outcome::of(None),
    }
}

/// An answer without what names the question.
fn bare(answer: Option<Value>, id: &str) -> String {
    let mut answer = answer.unwrap_or_default();
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("ref");
    }
    answer.to_string().replace(id, NOWHERE)
}

async fn outcomes(
    world: &mut World,
    row: &Row,
    sockets: &mut BTreeMap<&'static str, Socket>,
) -> Vec<Outcome> {
    let kind = row.what.as_str();
    let mut thread: Option<Thread> = None;
    let mut happened = Vec::new();
    for role in Role::ALL {
        let used = match thread.take() {
            Some(thread) => thread,
            None => world.thread().await,
        };
        // The owner is another one each time; one socket of everybody else is enough.
        let entered = match sockets.remove(role.name()) {
            Some(socket) => Ok(socket),
            None => enter(world, role, &used.owner).await,
        };
        let outcome = match entered {
            Err(code) => Outcome::of(Some(&code)),
            Ok(_) if kind == "hello" => Outcome::Let,
            Ok(mut socket) => {
                let token = world.credential(role, &used.owner).unwrap_or_default();
                let said = answer(&mut socket, kind, frame(row, &used.id, &token)).await;
                let outcome = outcome_of(said.as_ref());
                if outcome == Outcome::Missing {
                    let missing = answer(&mut socket, kind, frame(row, NOWHERE, &token)).await;
                    assert_eq!(
                        bare(said, &used.id),
                        bare(missing, NOWHERE),
                        "{kind}: {} can tell it from what does not exist",
                        role.name()
                    );
                }
                if role == Role::Owner {
                    socket.leave().await;
                } else {
                    sockets.insert(role.name(), socket);
                }
                outcome
            }
        };
        if outcome == Outcome::Let {
            world.done_with(&used).await;
        } else {
            thread = Some(used);
        }
        happened.push(outcome);
    }
    if let Some(unused) = thread {
        world.done_with(&unused).await;
    }
    happened
}

#[tokio::test]
async fn every_role_with_every_frame_gets_what_the_table_says() {
    let table = read(include_str!("frames.txt"));
    let program: Vec<String> = TYPES.iter().map(|t| (*t).to_owned()).collect();
    let (missing, gone) = compare(&table, &program);
    let mut world = World::new().await;
    let mut sockets = BTreeMap::new();
    let mut problems = Vec::new();
    for row in table.iter().chain(&missing) {
        let happened = outcomes(&mut world, row, &mut sockets).await;
        problems.extend(row.judge(&happened));
    }
    assert_as_the_table_says(&problems, &gone);
}
