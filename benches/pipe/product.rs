//! The product: `linger demo` with as many agents of one unit as there are
//! pairs, so that every agent has exactly one conversation.

use std::collections::BTreeMap;
use std::io;
use std::process::{Command, Stdio};

use linger::cli::credentials::{Credentials, FILE_NAME};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::bare::wait_for_file;
use crate::frame::find;
use crate::load::{self, Ready, Side};
use crate::measure::{Prepare, Server};

/// Starts the product.
pub(crate) fn start(pairs: usize) -> Result<Server, String> {
    let data = tempfile::tempdir().map_err(|e| e.to_string())?;
    let ready = data.path().join(FILE_NAME);
    let log = std::fs::File::create(data.path().join("log")).map_err(|e| e.to_string())?;
    let child = Command::new(env!("CARGO_BIN_EXE_linger"))
        .args([
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--agents",
            &pairs.to_string(),
            "--capacity",
            "1",
        ])
        .args(["--auto-accept", "--customer-rate", "unlimited"])
        .arg("--data")
        .arg(data.path().join("data"))
        .arg("--ready-file")
        .arg(&ready)
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(|e| e.to_string())?)
        .stderr(log)
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut server = Server {
        child,
        address: String::new(),
        data,
    };
    wait_for_file(&mut server, &ready)?;
    let url = Credentials::read(&ready).map_err(|e| e.to_string())?.url;
    server.address = url
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    Ok(server)
}

/// Says hello on a new socket.
async fn enter(server: &Server, path: &str, token: &str) -> io::Result<(TcpStream, Vec<u8>)> {
    let mut stream = load::open(&server.address, path).await?;
    let mut rest = Vec::new();
    load::say(
        &mut stream,
        &json!({ "type": "hello", "token": token, "echo": false }).to_string(),
    )
    .await?;
    load::hear(&mut stream, &mut rest, |text| {
        find(text, b"\"welcome\"").map(|_| ())
    })
    .await?;
    Ok((stream, rest))
}

/// Asks and waits for the answer.
async fn ask(stream: &mut TcpStream, rest: &mut Vec<u8>, mut frame: Value) -> io::Result<Value> {
    frame["ref"] = "prepare".into();
    load::say(stream, &frame.to_string()).await?;
    load::hear(stream, rest, |text| {
        let answer: Value = serde_json::from_slice(text).ok()?;
        (answer["ref"] == "prepare").then_some(answer)
    })
    .await
}

/// The product's sockets: agents available, customers started, both following.
pub(crate) struct Stage;

impl Prepare for Stage {
    async fn sockets(&self, server: &Server, pairs: usize) -> io::Result<Vec<Ready>> {
        let credentials =
            Credentials::read(&server.data.path().join(FILE_NAME)).map_err(io::Error::other)?;
        let mut agents = BTreeMap::new();
        for agent in credentials.talking_agents().take(pairs) {
            let token = credentials.agent_token(agent).map_err(io::Error::other)?;
            let (mut stream, mut rest) = enter(server, "/ws/agent", &token).await?;
            ask(
                &mut stream,
                &mut rest,
                json!({ "type": "presence", "presence": "available" }),
            )
            .await?;
            agents.insert(agent.to_owned(), (stream, rest));
        }
        let mut sockets = Vec::with_capacity(pairs * 2);
        for pair in 0..pairs {
            let token = credentials
                .customer_token(&format!("customer-{pair}"))
                .map_err(io::Error::other)?;
            let (mut stream, mut rest) = enter(server, "/ws/customer", &token).await?;
            let start =
                json!({ "type": "start", "workstream": credentials.workstreams.persistent });
            let started = ask(&mut stream, &mut rest, start).await?;
            let conversation = started["conversation"]["id"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let follow = json!({ "type": "subscribe", "conversation": conversation, "after": 0 });
            let view = json!({ "type": "view", "conversation": conversation });
            ask(&mut stream, &mut rest, follow.clone()).await?;
            let agent = loop {
                let answer = ask(&mut stream, &mut rest, view.clone()).await?;
                if let Some(agent) = answer["conversation"]["agent"].as_str() {
                    break agent.to_owned();
                }
                tokio::task::yield_now().await;
            };
            let (mut agent_stream, mut agent_rest) = agents.remove(&agent).ok_or_else(|| {
                io::Error::other(format!(
                    "{agent} was given two conversations, with one unit"
                ))
            })?;
            ask(&mut agent_stream, &mut agent_rest, follow).await?;
            sockets.push(Ready {
                stream,
                rest,
                side: Side::Customer,
                pair,
                conversation: conversation.clone(),
            });
            sockets.push(Ready {
                stream: agent_stream,
                rest: agent_rest,
                side: Side::Agent,
                pair,
                conversation,
            });
        }
        Ok(sockets)
    }
}
