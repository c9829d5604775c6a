//! What hostile clients do to the real binary: it keeps its memory, says why it closes, and
//! a well-behaved pair beside them notices nothing.

#[path = "../common/mod.rs"]
mod common;
mod pair;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use common::child::Demo;
use common::raw_ws::{
    Heard, RawFrame, RawWs, bad_utf8_over_fragments, endless_fragments, opcode, terabyte,
};
use common::{PATIENCE, eventually_now};
use linger::client::token::SigningKey;
use pair::Pair;
use serde_json::{Value, json};

/// Resident memory that an attack may add at all: caches and what an allocator keeps
/// included, and far below what the greedy ones ask for (216 MB and 800 MB).
const ADDED_KIB_MAX: u64 = 96 * 1024;
/// Resident memory that its repetitions may add.
const PILED_UP_KIB_MAX: u64 = 32 * 1024;
/// A turn of the pair that takes longer was held up.
const TURN_MAX: Duration = Duration::from_secs(2);

/// The server under attack, with its pair.
struct Siege {
    pair: Pair,
    before_kib: u64,
    key: SigningKey,
    demo: Demo,
}

impl Siege {
    fn begin() -> Self {
        let demo = Demo::start(&["--auto-accept", "--customer-rate", "unlimited"]);
        let key = demo.credentials.signing_key().expect("a key");
        let pair = Pair::start(&demo);
        pair.turns(20);
        let before_kib = demo.resident_kib();
        Self {
            pair,
            before_kib,
            key,
            demo,
        }
    }

    fn customer(&self, name: &str) -> RawWs {
        let mut socket = RawWs::open(self.demo.address(), "/ws/customer").expect("a handshake");
        let token = self
            .key
            .sign(name, Duration::from_secs(3_600))
            .expect("signs");
        socket
            .say(&json!({"type": "hello", "token": token}).to_string())
            .expect("open");
        assert!(socket.hear_text().contains("welcome"));
        socket
    }

    /// The same three times over: the first time an allocator takes what it then keeps, so
    /// it is the later ones that show whether anything piles up.
    fn thrice(&mut self, what: &str, mut attack: impl FnMut(&Self)) {
        self.before_kib = self.demo.resident_kib();
        attack(self);
        let once_kib = self.demo.resident_kib();
        attack(self);
        attack(self);
        let thrice_kib = self.demo.resident_kib();
        let piled_up = thrice_kib.saturating_sub(once_kib);
        println!(
            "{what}: {} KiB before, {once_kib} after one, {thrice_kib} after three",
            self.before_kib
        );
        assert!(
            piled_up < PILED_UP_KIB_MAX,
            "{what} piled up {piled_up} KiB"
        );
    }

    /// While an attack is on: it has not added more than it may.
    fn look(&self) {
        let added = self.demo.resident_kib().saturating_sub(self.before_kib);
        assert!(added < ADDED_KIB_MAX, "{added} KiB more");
    }

    /// The pair makes another twenty turns, none was held up, and memory is about where it was.
    fn end(self, what: &str) {
        self.pair.turns(20);
        self.look();
        let slowest = self.pair.stop();
        println!("{what}: slowest turn of the pair {slowest:?}");
        assert!(
            slowest < TURN_MAX,
            "{what} held the pair up for {slowest:?}"
        );
    }
}

fn started(socket: &mut RawWs) -> String {
    socket
        .say(&json!({"type": "start", "ref": "s", "workstream": "support"}).to_string())
        .expect("open");
    let answer: Value = serde_json::from_str(&socket.hear_text()).expect("JSON");
    answer["conversation"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// A conversation of 3,000 messages of 8 KB: 24 MB to read back.
fn long_thread(siege: &Siege, customer: &str) -> String {
    const MESSAGES: usize = 3_000;
    const AT_ONCE: usize = 30;
    let mut writer = siege.customer(customer);
    let id = started(&mut writer);
    let text = "x".repeat(8_000);
    for batch in 0..MESSAGES / AT_ONCE {
        for n in 0..AT_ONCE {
            let send = json!({"type": "send", "conversation": id, "client_id": format!("{batch}-{n}"), "text": text});
            writer.say(&send.to_string()).expect("open");
        }
        for _ in 0..AT_ONCE {
            let answer = writer.hear_text();
            assert!(answer.contains("accepted"), "{answer}");
        }
    }
    id
}

#[test]
fn readers_that_never_read_cost_their_credit_and_no_more() {
    let mut siege = Siege::begin();
    let id = long_thread(&siege, "mallory");
    siege.thrice("nine frozen readers of 24 MB each", |siege| {
        let frozen: Vec<RawWs> = (0..9)
            .map(|_| {
                let mut socket = siege.customer("mallory");
                socket.freeze();
                let follow =
                    json!({"type": "subscribe", "ref": "f", "conversation": id, "after": 0});
                socket.say(&follow.to_string()).expect("open");
                socket
            })
            .collect();
        siege.pair.turns(50);
        siege.look();
        drop(frozen);
    });
    siege.end("frozen readers");
}

#[test]
fn pages_that_are_asked_for_and_never_read_are_bounded() {
    let mut siege = Siege::begin();
    let id = long_thread(&siege, "mallory");
    siege.thrice("512 pages of 1.6 MB", |siege| {
        let frozen: Vec<RawWs> = (0..8)
            .map(|_| {
                let mut socket = siege.customer("mallory");
                socket.freeze();
                for n in 0..64 {
                    let ask = json!({"type": "history", "ref": n.to_string(), "conversation": id, "limit": 200});
                    socket.say(&ask.to_string()).expect("open");
                }
                socket
            })
            .collect();
        siege.pair.turns(50);
        siege.look();
        drop(frozen);
    });
    siege.end("pages");
}

#[test]
fn frames_that_announce_a_terabyte_are_refused_by_their_header() {
    let mut siege = Siege::begin();
    siege.thrice("50 terabytes announced", |siege| {
        for _ in 0..50 {
            let mut socket =
                RawWs::open(siege.demo.address(), "/ws/customer").expect("a handshake");
            socket.send_bytes(&terabyte()).expect("open");
            // The close may come while we still send; then the rest is not taken.
            let _ = socket.send_bytes(&[0; 200_000]);
            let refused = socket.hear_text();
            assert!(refused.contains("frame_too_large"), "{refused}");
            assert_eq!(socket.hear_close(), Some(1009));
        }
    });
    siege.end("terabytes");
}

#[test]
fn fragments_without_an_end_are_refused_by_their_number() {
    let mut siege = Siege::begin();
    siege.thrice("400,000 fragments", |siege| {
        for _ in 0..20 {
            let mut socket = siege.customer("mallory");
            let _ = socket.send_bytes(&endless_fragments(20_000, b"x"));
            assert_eq!(socket.hear_close(), Some(1009));
        }
    });
    siege.end("fragments");
}

#[test]
fn floods_of_pings_and_tiny_frames_are_held_back_by_their_own_answers() {
    let mut siege = Siege::begin();
    let ping = RawFrame::new(opcode::PING, b"ping".to_vec()).bytes();
    let small = RawFrame::new(opcode::TEXT, b"1".to_vec()).bytes();
    siege.thrice("floods of frames", |siege| {
        for frame in [&ping, &small] {
            let mut socket = siege.customer("mallory");
            // Nothing is read, so at some point nothing more is taken.
            socket.freeze();
            socket.give_up_after(Duration::from_millis(300));
            let taken = (0..400)
                .take_while(|_| socket.send_bytes(&frame.repeat(5_000)).is_ok())
                .count();
            assert!(
                taken < 400,
                "two million frames were taken from a client that reads none of its answers"
            );
            siege.look();
        }
    });
    siege.end("floods");
}

#[test]
fn frames_against_the_rules_close_with_their_reason() {
    let siege = Siege::begin();
    let text = |bytes: &[u8]| RawFrame::new(opcode::TEXT, bytes.to_vec());
    let cases: [(&str, Vec<u8>, u16); 8] = [
        ("not masked", text(b"{}").unmasked().bytes(), 1002),
        ("a reserved bit", text(b"{}").reserved(0x40).bytes(), 1002),
        (
            "a reserved opcode",
            RawFrame::new(0x3, b"".to_vec()).bytes(),
            1002,
        ),
        (
            "a reserved control opcode",
            RawFrame::new(0xb, b"".to_vec()).bytes(),
            1002,
        ),
        (
            "a continuation of nothing",
            RawFrame::new(opcode::CONTINUATION, b"x".to_vec()).bytes(),
            1002,
        ),
        (
            "a ping in pieces",
            RawFrame::new(opcode::PING, b"x".to_vec())
                .unfinished()
                .bytes(),
            1002,
        ),
        ("no UTF-8", text(&[b'"', 0xff, b'"']).bytes(), 1007),
        ("no UTF-8 over fragments", bad_utf8_over_fragments(), 1007),
    ];
    for (what, bytes, code) in cases {
        let mut socket = siege.customer("mallory");
        socket.send_bytes(&bytes).expect("open");
        assert_eq!(socket.hear_close(), Some(code), "{what}");
    }
    // A character that is split over fragments is none of these.
    let mut socket = siege.customer("mallory");
    let frame = r#"{"type":"ping","ref":"é"}"#.as_bytes();
    let middle = frame.len() - 3;
    assert_eq!(
        frame[middle] & 0xc0,
        0x80,
        "between the two bytes of a character"
    );
    socket
        .send(&text(&frame[..middle]).unfinished())
        .expect("open");
    socket
        .send(&RawFrame::new(
            opcode::CONTINUATION,
            frame[middle..].to_vec(),
        ))
        .expect("open");
    assert!(socket.hear_text().contains("pong"));
    siege.end("frames against the rules");
}

#[test]
fn who_says_nothing_is_sent_away_after_five_seconds() {
    let siege = Siege::begin();
    let mut silent: Vec<RawWs> = (0..100)
        .map(|_| RawWs::open(siege.demo.address(), "/ws/agent").expect("a handshake"))
        .collect();
    let mut half: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(siege.demo.address()).expect("connects");
            stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
            stream
                .write_all(b"GET /ws/agent HTTP/1.1\r\nHost: x\r\nUpgr")
                .expect("open");
            stream
        })
        .collect();
    for socket in &mut silent {
        assert!(socket.hear_text().contains("hello_timeout"));
        assert_eq!(socket.hear_close(), Some(1008));
    }
    for stream in &mut half {
        let mut rest = Vec::new();
        // It answers 408 or just closes; in either case it ends.
        stream.read_to_end(&mut rest).expect("ends by itself");
    }
    siege.end("a hundred silent sockets and a hundred slow handshakes");
}

#[test]
fn sockets_that_vanish_without_a_word_are_forgotten() {
    let siege = Siege::begin();
    for _ in 0..30 {
        let sockets: Vec<RawWs> = (0..10).map(|_| siege.customer("mallory")).collect();
        drop(sockets);
        // Ten are the most that one customer may have; they must be free again.
        eventually_now("the places are free", || {
            let mut socket = RawWs::open(siege.demo.address(), "/ws/customer").ok()?;
            let token = siege
                .key
                .sign("mallory", Duration::from_secs(60))
                .expect("signs");
            socket
                .say(&json!({"type": "hello", "token": token}).to_string())
                .ok()?;
            matches!(socket.hear(), Heard::Text(t) if t.contains("welcome")).then_some(())
        });
    }
    siege.end("three hundred that vanish");
}
