//! The bare pipe: the product's stack with no product.
//!
//! A WebSocket session actor hands each message to one queue; one thread
//! writes what has gathered there as one synced RocksDB batch, then tells the
//! sender and the other socket of the pair, in the product's own JSON. No
//! identities, no rules, no deduplication, no history: what remains is what
//! durability and delivery cost.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix::{Actor, Addr, AsyncContext, Handler, Message, StreamHandler};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_actors::ws;
use crossbeam_channel::{Receiver, Sender};
use rocksdb::{DB, Options, WriteBatch, WriteOptions};
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

use crate::load::{self, Ready, Side};
use crate::measure::{Prepare, Server};

/// Makes the benchmark's own binary the bare server.
pub(crate) const ARGUMENT: &str = "serve-bare-pipe";
/// Messages in one batch at most, as in the product.
const BATCH_MAX: usize = 4_096;

/// The product's `send` frame.
#[derive(Deserialize)]
struct Send {
    conversation: String,
    client_id: String,
    text: String,
}

/// The product's `accepted` frame.
#[derive(Serialize)]
#[serde(tag = "type", rename = "accepted")]
struct Accepted<'a> {
    client_id: &'a str,
    seq: u64,
    at: u64,
    repeated: bool,
}

/// The product's `message` frame.
#[derive(Serialize)]
#[serde(tag = "type", rename = "message")]
struct Posted<'a> {
    conversation: &'a str,
    seq: u64,
    at: u64,
    author: Author<'a>,
    client_id: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Author<'a> {
    Customer,
    Agent { agent: &'a str, name: &'a str },
}

/// One message on its way to the disk.
struct Item {
    pair: usize,
    side: usize,
    send: Send,
}

/// Frames for one socket, written after the sync.
#[derive(Message)]
#[rtype(result = "()")]
struct Frames(Vec<String>);

/// Both sockets of every pair.
type Places = Arc<Vec<[OnceLock<Addr<Session>>; 2]>>;

struct Session {
    pair: usize,
    side: usize,
    places: Places,
    queue: Sender<Item>,
}

impl Actor for Session {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.places[self.pair][self.side].set(ctx.address()).ok();
        ctx.text(r#"{"type":"welcome"}"#);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Session {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        match message {
            Ok(ws::Message::Text(text)) => {
                if let Ok(send) = serde_json::from_str(&text) {
                    self.queue
                        .send(Item {
                            pair: self.pair,
                            side: self.side,
                            send,
                        })
                        .ok();
                }
            }
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Close(_)) | Err(_) => ctx.close(None),
            Ok(_) => {}
        }
    }
}

impl Handler<Frames> for Session {
    type Result = ();

    fn handle(&mut self, frames: Frames, ctx: &mut Self::Context) {
        for frame in frames.0 {
            ctx.text(frame);
        }
    }
}

async fn upgrade(
    request: HttpRequest,
    body: web::Payload,
    path: web::Path<(usize, usize)>,
    shared: web::Data<(Places, Sender<Item>)>,
) -> actix_web::Result<HttpResponse> {
    let (pair, side) = path.into_inner();
    let session = Session {
        pair,
        side,
        places: Arc::clone(&shared.0),
        queue: shared.1.clone(),
    };
    ws::WsResponseBuilder::new(session, &request, body)
        .protocols(&["linger.v1"])
        .start()
}

/// The one writer: a batch, a sync, then the answers.
fn write(db: &DB, queue: &Receiver<Item>, places: &Places) {
    let mut last = vec![0_u64; places.len()];
    let mut synced = WriteOptions::default();
    synced.set_sync(true);
    while let Ok(first) = queue.recv() {
        let items: Vec<Item> = std::iter::once(first)
            .chain(queue.try_iter().take(BATCH_MAX - 1))
            .collect();
        let mut batch = WriteBatch::default();
        let mut frames: HashMap<(usize, usize), Vec<String>> = HashMap::new();
        for Item { pair, side, send } in items {
            last[pair] += 1;
            let seq = last[pair];
            let mut key = [0; 16];
            key[..8].copy_from_slice(&(pair as u64).to_be_bytes());
            key[8..].copy_from_slice(&seq.to_be_bytes());
            let at = now();
            batch.put(key, format!("{at}{side}{}\0{}", send.client_id, send.text));
            let accepted = Accepted {
                client_id: &send.client_id,
                seq,
                at,
                repeated: false,
            };
            let author = match side {
                0 => Author::Customer,
                _ => Author::Agent {
                    agent: "agent-0001",
                    name: "Agent 0001",
                },
            };
            let posted = Posted {
                conversation: &send.conversation,
                seq,
                at,
                author,
                client_id: &send.client_id,
                text: &send.text,
            };
            frames
                .entry((pair, side))
                .or_default()
                .push(json(&accepted));
            frames
                .entry((pair, 1 - side))
                .or_default()
                .push(json(&posted));
        }
        if let Err(e) = db.write_opt(batch, &synced) {
            panic!("the bare pipe cannot write: {e}");
        }
        for ((pair, side), frames) in frames {
            if let Some(address) = places[pair][side].get() {
                send(address, frames);
            }
        }
    }
}

fn json(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("plain data is JSON")
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

#[expect(
    clippy::disallowed_methods,
    reason = "bounded by the load, which waits for its answers"
)]
fn send(address: &Addr<Session>, frames: Vec<String>) {
    address.do_send(Frames(frames));
}

/// The server's main function: `serve-bare-pipe PAIRS DIRECTORY`. Writes its address into the directory.
pub(crate) fn serve(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    let pairs: usize = args
        .next()
        .and_then(|a| a.parse().ok())
        .ok_or("how many pairs?")?;
    let directory = PathBuf::from(args.next().ok_or("which directory?")?);
    let mut options = Options::default();
    options.create_if_missing(true);
    let db = DB::open(&options, directory.join("db")).map_err(|e| e.to_string())?;
    let places: Places = Arc::new(
        (0..pairs)
            .map(|_| [OnceLock::new(), OnceLock::new()])
            .collect(),
    );
    let (queue, written) = crossbeam_channel::bounded(65_536);
    let writer_places = Arc::clone(&places);
    std::thread::spawn(move || write(&db, &written, &writer_places));
    let shared = web::Data::new((places, queue));
    let served = actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/pair/{pair}/{side}", web::get().to(upgrade))
        })
        .workers(2)
        .shutdown_timeout(1)
        .bind("127.0.0.1:0")?;
        let address = server
            .addrs()
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        std::fs::write(directory.join("address.tmp"), address)?;
        std::fs::rename(directory.join("address.tmp"), directory.join("address"))?;
        server.run().await
    });
    served.map_err(|e: std::io::Error| e.to_string())
}

/// Starts this binary as the bare server.
pub(crate) fn start(pairs: usize) -> Result<Server, String> {
    let data = tempfile::tempdir().map_err(|e| e.to_string())?;
    let child = Command::new(std::env::current_exe().map_err(|e| e.to_string())?)
        .args([ARGUMENT, &pairs.to_string()])
        .arg(data.path())
        .stdin(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut server = Server {
        child,
        address: String::new(),
        data,
    };
    let file = server.data.path().join("address");
    server.address = wait_for_file(&mut server, &file)?;
    Ok(server)
}

/// What a server writes when it is ready.
pub(crate) fn wait_for_file(server: &mut Server, file: &Path) -> Result<String, String> {
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while std::time::Instant::now() < until {
        if let Ok(text) = std::fs::read_to_string(file) {
            return Ok(text);
        }
        if let Ok(Some(status)) = server.child.try_wait() {
            return Err(format!("the server ended ({status}) before it was ready"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err("the server was not ready in time".to_owned())
}

/// The bare pipe's sockets need no preparation.
pub(crate) struct Stage;

impl Prepare for Stage {
    async fn sockets(&self, server: &Server, pairs: usize) -> std::io::Result<Vec<Ready>> {
        let mut sockets = Vec::with_capacity(pairs * 2);
        for pair in 0..pairs {
            for (number, side) in [Side::Customer, Side::Agent].into_iter().enumerate() {
                let mut stream: TcpStream =
                    load::open(&server.address, &format!("/pair/{pair}/{number}")).await?;
                let mut rest = Vec::new();
                load::hear(&mut stream, &mut rest, |_| Some(())).await?;
                sockets.push(Ready {
                    stream,
                    rest,
                    side,
                    pair,
                    // As long as the product's.
                    conversation: format!("0193f9a0-0000-7000-8000-{pair:012x}"),
                });
            }
        }
        Ok(sockets)
    }
}
