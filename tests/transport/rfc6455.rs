//! RFC 6455 as a table: what a client sends after its hello, and what it hears. Every row runs
//! twice, in one piece and cut to pieces, for no verdict may depend on how the network cuts.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::json;

use crate::common::PATIENCE;
use crate::common::raw_ws::{Heard, RawFrame, RawWs, close_frame, handshake, opcode, read_head};
use crate::common::server::Server;

const MAX: usize = 64 * 1024;

/// What is heard next.
#[derive(Debug, Clone)]
enum Hears {
    /// A text frame that contains this.
    Text(&'static str),
    /// A pong with this payload.
    Pong(Vec<u8>),
    /// A refusal with this code, then a close with that one.
    Refused(&'static str, u16),
    /// A close with this code, without a word before it.
    Close(u16),
    /// A close without a code.
    CloseWithoutCode,
}

use Hears::{Close, CloseWithoutCode, Pong, Refused, Text};

struct Row {
    name: String,
    sends: Vec<u8>,
    hears: Vec<Hears>,
}

fn row(name: impl Into<String>, sends: impl Into<Vec<u8>>, hears: impl Into<Vec<Hears>>) -> Row {
    Row {
        name: name.into(),
        sends: sends.into(),
        hears: hears.into(),
    }
}

fn text(bytes: impl AsRef<[u8]>) -> RawFrame {
    RawFrame::new(opcode::TEXT, bytes.as_ref())
}

fn more(bytes: impl AsRef<[u8]>) -> RawFrame {
    RawFrame::new(opcode::CONTINUATION, bytes.as_ref())
}

fn binary(bytes: impl AsRef<[u8]>) -> RawFrame {
    RawFrame::new(opcode::BINARY, bytes.as_ref())
}

fn ping(bytes: impl AsRef<[u8]>) -> RawFrame {
    RawFrame::new(opcode::PING, bytes.as_ref())
}

fn join(frames: &[RawFrame]) -> Vec<u8> {
    frames.iter().flat_map(RawFrame::bytes).collect()
}

/// A frame that is answered with `pong` and the same `ref`.
const ASK: &str = r#"{"type":"ping","ref":"hi"}"#;

/// The same, so many bytes long.
fn ask_of(bytes: usize) -> String {
    format!("{ASK}{}", " ".repeat(bytes - ASK.len()))
}

/// Cut in this many fragments, as even as it goes.
fn fragments(message: &[u8], count: usize) -> Vec<RawFrame> {
    let each = message.len().div_ceil(count).max(1);
    let mut parts: Vec<&[u8]> = message.chunks(each).collect();
    parts.resize(count, &[]);
    parts
        .iter()
        .enumerate()
        .map(|(i, part)| {
            let frame = if i == 0 { text(part) } else { more(part) };
            if i + 1 == count {
                frame
            } else {
                frame.unfinished()
            }
        })
        .collect()
}

/// A header written by hand: first byte, second byte, extended length, key.
fn header(first: u8, second: u8, length: &[u8]) -> Vec<u8> {
    [&[first, second][..], length, &[0, 0, 0, 0]].concat()
}

const BROKEN: Hears = Refused("protocol_error", 1002);
const NO_TEXT: Hears = Refused("not_utf8", 1007);
const TOO_LARGE: Hears = Refused("frame_too_large", 1009);
const HEARD: Hears = Text(r#""ref":"hi""#);
const NO_JSON: Hears = Text("invalid_request");

fn lengths() -> Vec<Row> {
    let mut rows: Vec<Row> = [26, 125, 126, 127, 128, 1_000, 65_534, 65_535, MAX]
        .into_iter()
        .map(|n| {
            row(
                format!("text of {n} bytes"),
                text(ask_of(n)).bytes(),
                [HEARD],
            )
        })
        .collect();
    rows.extend([
        row("an empty text", text("").bytes(), [NO_JSON]),
        row("text of one byte", text("1").bytes(), [NO_JSON]),
        row(
            "one byte more than may be",
            text(ask_of(MAX + 1)).bytes(),
            [TOO_LARGE],
        ),
        row(
            "2^20 announced",
            header(0x81, 0xff, &(1_u64 << 20).to_be_bytes()),
            [TOO_LARGE],
        ),
        row(
            "2^32 announced",
            header(0x81, 0xff, &(1_u64 << 32).to_be_bytes()),
            [TOO_LARGE],
        ),
        row(
            "2^40 announced",
            header(0x81, 0xff, &(1_u64 << 40).to_be_bytes()),
            [TOO_LARGE],
        ),
        row(
            "2^63 - 1 announced",
            header(0x81, 0xff, &(u64::MAX >> 1).to_be_bytes()),
            [TOO_LARGE],
        ),
        row(
            "the highest bit of a length",
            header(0x81, 0xff, &(1_u64 << 63).to_be_bytes()),
            [BROKEN],
        ),
        row(
            "all bits of a length",
            header(0x81, 0xff, &u64::MAX.to_be_bytes()),
            [BROKEN],
        ),
        row("0 in 16 bits", header(0x81, 0xfe, &[0, 0]), [BROKEN]),
        row("125 in 16 bits", header(0x81, 0xfe, &[0, 125]), [BROKEN]),
        row(
            "125 in 64 bits",
            header(0x81, 0xff, &125_u64.to_be_bytes()),
            [BROKEN],
        ),
        row(
            "65,535 in 64 bits",
            header(0x81, 0xff, &65_535_u64.to_be_bytes()),
            [BROKEN],
        ),
        row(
            "a binary frame one too large",
            binary(vec![0; MAX + 1]).bytes(),
            [TOO_LARGE],
        ),
    ]);
    rows
}

fn masks() -> Vec<Row> {
    let masked_with = |key: [u8; 4]| {
        let length = u8::try_from(ASK.len()).expect("short");
        let payload = ASK.bytes().zip(key.iter().cycle()).map(|(b, k)| b ^ k);
        [0x81, 0x80 | length]
            .into_iter()
            .chain(key)
            .chain(payload)
            .collect::<Vec<u8>>()
    };
    vec![
        row("a key of zeros", masked_with([0; 4]), [HEARD]),
        row("a key of ones", masked_with([0xff; 4]), [HEARD]),
        row(
            "two frames with two keys",
            [masked_with([1, 2, 3, 4]), masked_with([9, 8, 7, 6])].concat(),
            [HEARD, HEARD],
        ),
        row(
            "text without a mask",
            text(ASK).unmasked().bytes(),
            [BROKEN],
        ),
        row(
            "empty text without a mask",
            text("").unmasked().bytes(),
            [BROKEN],
        ),
        row(
            "binary without a mask",
            binary("x").unmasked().bytes(),
            [BROKEN],
        ),
        row(
            "a ping without a mask",
            ping("x").unmasked().bytes(),
            [BROKEN],
        ),
        row(
            "a pong without a mask",
            RawFrame::new(opcode::PONG, "x").unmasked().bytes(),
            [BROKEN],
        ),
        row(
            "a close without a mask",
            close_frame(1000, b"").unmasked().bytes(),
            [BROKEN],
        ),
        row(
            "a continuation without a mask",
            join(&[text("{").unfinished(), more("}").unmasked()]),
            [BROKEN],
        ),
    ]
}

fn bits_and_opcodes() -> Vec<Row> {
    let mut rows = Vec::new();
    for bits in [0x40, 0x20, 0x10, 0x60, 0x50, 0x30, 0x70] {
        rows.push(row(
            format!("text with bits {bits:#x}"),
            text(ASK).reserved(bits).bytes(),
            [BROKEN],
        ));
    }
    for (name, code) in [
        ("binary", opcode::BINARY),
        ("ping", opcode::PING),
        ("pong", opcode::PONG),
        ("close", opcode::CLOSE),
    ] {
        rows.push(row(
            format!("{name} with the bit of compression"),
            RawFrame::new(code, "").reserved(0x40).bytes(),
            [BROKEN],
        ));
    }
    rows.push(row(
        "a reserved bit in a continuation",
        join(&[text("{").unfinished(), more("}").reserved(0x10)]),
        [BROKEN],
    ));
    for code in [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        rows.push(row(
            format!("opcode {code:#x}"),
            RawFrame::new(code, "").bytes(),
            [BROKEN],
        ));
    }
    rows.push(row(
        "a reserved opcode after a good frame",
        join(&[text(ASK), RawFrame::new(0x3, "")]),
        [HEARD, BROKEN],
    ));
    rows.push(row(
        "a reserved opcode within a message",
        join(&[text("{").unfinished(), RawFrame::new(0xb, "")]),
        [BROKEN],
    ));
    rows.push(row("binary", binary(ASK).bytes(), [NO_JSON]));
    rows.push(row("empty binary", binary("").bytes(), [NO_JSON]));
    rows.push(row(
        "binary that is no text",
        binary([0xff, 0xfe, 0]).bytes(),
        [NO_JSON],
    ));
    rows.push(row(
        "text after binary",
        join(&[binary("x"), text(ASK)]),
        [NO_JSON, HEARD],
    ));
    rows
}

fn control_frames() -> Vec<Row> {
    let full = vec![0x61; 125];
    vec![
        row("an empty ping", ping("").bytes(), [Pong(Vec::new())]),
        row("a ping", ping("hello").bytes(), [Pong(b"hello".to_vec())]),
        row(
            "a ping that is no text",
            ping([0, 0xff, 0xfe]).bytes(),
            [Pong(vec![0, 0xff, 0xfe])],
        ),
        row("a full ping", ping(&full).bytes(), [Pong(full.clone())]),
        row("a ping of 126", ping([0; 126]).bytes(), [BROKEN]),
        row(
            "a ping with a length of 64 bits",
            header(0x89, 0xff, &1_u64.to_be_bytes()),
            [BROKEN],
        ),
        row(
            "ten pings",
            join(&vec![ping("1"); 10]),
            vec![Pong(b"1".to_vec()); 10],
        ),
        row(
            "a pong that nobody asked for",
            RawFrame::new(opcode::PONG, "x").bytes(),
            [],
        ),
        row("a full pong", RawFrame::new(opcode::PONG, full).bytes(), []),
        row(
            "a pong of 126",
            RawFrame::new(opcode::PONG, vec![0; 126]).bytes(),
            [BROKEN],
        ),
        row(
            "a pong, then a ping",
            join(&[RawFrame::new(opcode::PONG, "x"), ping("y")]),
            [Pong(b"y".to_vec())],
        ),
        row("a ping in pieces", ping("x").unfinished().bytes(), [BROKEN]),
        row(
            "a pong in pieces",
            RawFrame::new(opcode::PONG, "x").unfinished().bytes(),
            [BROKEN],
        ),
        row(
            "a close in pieces",
            close_frame(1000, b"").unfinished().bytes(),
            [BROKEN],
        ),
        row(
            "a ping between two texts",
            join(&[text(ASK), ping("p"), text(ASK)]),
            [HEARD, Pong(b"p".to_vec()), HEARD],
        ),
    ]
}

fn fragmentation() -> Vec<Row> {
    let ask = ASK.as_bytes();
    let with_pings = {
        let mut frames = Vec::new();
        for (i, part) in fragments(ask, 4).into_iter().enumerate() {
            if i > 0 {
                frames.push(ping([u8::try_from(i).expect("small")]));
            }
            frames.push(part);
        }
        frames
    };
    vec![
        row("two fragments", join(&fragments(ask, 2)), [HEARD]),
        row(
            "a fragment for each byte",
            join(&fragments(ask, ask.len())),
            [HEARD],
        ),
        row(
            "64 fragments",
            join(&fragments(ask_of(640).as_bytes(), 64)),
            [HEARD],
        ),
        row(
            "65 fragments",
            join(&fragments(ask_of(650).as_bytes(), 65)),
            [TOO_LARGE],
        ),
        row(
            "an empty first fragment",
            join(&[text("").unfinished(), more(ASK)]),
            [HEARD],
        ),
        row(
            "an empty last fragment",
            join(&[text(ASK).unfinished(), more("")]),
            [HEARD],
        ),
        row(
            "an empty fragment between",
            join(&[
                text(&ASK[..5]).unfinished(),
                more("").unfinished(),
                more(&ASK[5..]),
            ]),
            [HEARD],
        ),
        row(
            "nothing but empty fragments",
            join(&[text("").unfinished(), more("").unfinished(), more("")]),
            [NO_JSON],
        ),
        row(
            "fragments of the largest message",
            join(&fragments(ask_of(MAX).as_bytes(), 3)),
            [HEARD],
        ),
        row(
            "fragments of one byte more",
            join(&fragments(ask_of(MAX + 1).as_bytes(), 3)),
            [TOO_LARGE],
        ),
        row(
            "pings between fragments",
            join(&with_pings),
            [Pong(vec![1]), Pong(vec![2]), Pong(vec![3]), HEARD],
        ),
        row(
            "a pong between fragments",
            join(&[
                text(&ASK[..5]).unfinished(),
                RawFrame::new(opcode::PONG, "x"),
                more(&ASK[5..]),
            ]),
            [HEARD],
        ),
        row(
            "a close between fragments",
            join(&[text(&ASK[..5]).unfinished(), close_frame(1000, b"")]),
            [Close(1000)],
        ),
        row("a continuation of nothing", more(ASK).bytes(), [BROKEN]),
        row(
            "an unfinished continuation of nothing",
            more(ASK).unfinished().bytes(),
            [BROKEN],
        ),
        row(
            "a continuation after a whole message",
            join(&[text(ASK), more("x")]),
            [HEARD, BROKEN],
        ),
        row(
            "a continuation after the last",
            join(&[text(&ASK[..5]).unfinished(), more(&ASK[5..]), more("x")]),
            [HEARD, BROKEN],
        ),
        row(
            "text within a message",
            join(&[text(&ASK[..5]).unfinished(), text(ASK)]),
            [BROKEN],
        ),
        row(
            "unfinished text within a message",
            join(&[text(&ASK[..5]).unfinished(), text("x").unfinished()]),
            [BROKEN],
        ),
        row(
            "binary within a text message",
            join(&[text(&ASK[..5]).unfinished(), binary("x")]),
            [BROKEN],
        ),
        row(
            "binary in fragments",
            join(&[binary(&ASK[..5]).unfinished(), more(&ASK[5..])]),
            [NO_JSON],
        ),
        row(
            "text after binary in fragments",
            join(&[binary("a").unfinished(), more("b"), text(ASK)]),
            [NO_JSON, HEARD],
        ),
        row(
            "two messages in fragments",
            [join(&fragments(ask, 2)), join(&fragments(ask, 3))].concat(),
            [HEARD, HEARD],
        ),
    ]
}

fn utf8() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, inside) in [
        ("two bytes", "\u{e9}"),
        ("three bytes", "\u{20ac}"),
        ("four bytes", "\u{1f600}"),
        ("the last character", "\u{10ffff}"),
        ("no character at all", "\u{fffe}"),
        ("after the surrogates", "\u{e000}"),
    ] {
        let whole = format!(r#"{{"type":"ping","ref":"hi{inside}"}}"#);
        let said = Text(r#""type":"pong""#);
        rows.push(row(
            format!("{name}, whole"),
            text(&whole).bytes(),
            [said.clone()],
        ));
        let cut = whole.find(inside).expect("in it") + 1;
        let halves = [
            text(&whole.as_bytes()[..cut]).unfinished(),
            more(&whole.as_bytes()[cut..]),
        ];
        rows.push(row(
            format!("{name}, cut by a fragment"),
            join(&halves),
            [said.clone()],
        ));
        let [first, last] = halves;
        rows.push(row(
            format!("{name}, cut by a ping"),
            join(&[first, ping("p"), last]),
            [Pong(b"p".to_vec()), said],
        ));
    }
    for (name, bytes) in [
        ("a lone continuation byte", &[0x80][..]),
        ("0xff", &[0xff]),
        ("0xfe", &[0xfe]),
        ("a character cut off", &[0xe2, 0x82]),
        ("an overlong slash", &[0xc0, 0xaf]),
        ("an overlong zero", &[0xc0, 0x80]),
        ("overlong in three bytes", &[0xe0, 0x80, 0xaf]),
        ("overlong in four bytes", &[0xf0, 0x80, 0x80, 0xaf]),
        ("a surrogate", &[0xed, 0xa0, 0x80]),
        (
            "a pair of surrogates",
            &[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
        ),
        ("beyond the last character", &[0xf4, 0x90, 0x80, 0x80]),
        ("five bytes", &[0xf8, 0x88, 0x80, 0x80, 0x80]),
    ] {
        rows.push(row(
            name,
            text([b"\"", bytes, b"\""].concat()).bytes(),
            [NO_TEXT],
        ));
    }
    let half = [text(b"\"\xe2\x82").unfinished(), more(b"\"")];
    rows.push(row(
        "a character never finished, over fragments",
        join(&half),
        [NO_TEXT],
    ));
    rows
}

fn closes() -> Vec<Row> {
    let mut rows = vec![
        row(
            "a close without a code",
            RawFrame::new(opcode::CLOSE, "").bytes(),
            [CloseWithoutCode],
        ),
        row(
            "half a code",
            RawFrame::new(opcode::CLOSE, "x").bytes(),
            [BROKEN],
        ),
        row(
            "a code and a reason",
            close_frame(1000, "schön".as_bytes()).bytes(),
            [Close(1000)],
        ),
        row(
            "the longest reason",
            close_frame(1000, &[b'x'; 123]).bytes(),
            [Close(1000)],
        ),
        row(
            "a reason too long",
            close_frame(1000, &[b'x'; 124]).bytes(),
            [BROKEN],
        ),
        row(
            "a reason that is no text",
            close_frame(1000, &[0xff]).bytes(),
            [NO_TEXT],
        ),
        row(
            "a reason cut within a character",
            close_frame(1000, &[0xe2, 0x82]).bytes(),
            [NO_TEXT],
        ),
        row(
            "a text after the close",
            join(&[close_frame(1000, b""), text(ASK)]),
            [Close(1000)],
        ),
        row(
            "a ping after the close",
            join(&[close_frame(1000, b""), ping("x")]),
            [Close(1000)],
        ),
        row(
            "two closes",
            join(&[close_frame(1000, b""), close_frame(1001, b"")]),
            [Close(1000)],
        ),
        row(
            "a text before the close",
            join(&[text(ASK), close_frame(1000, b"")]),
            [HEARD, Close(1000)],
        ),
    ];
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ] {
        rows.push(row(
            format!("code {code}"),
            close_frame(code, b"").bytes(),
            [Close(code)],
        ));
    }
    for code in [
        0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        rows.push(row(
            format!("code {code}"),
            close_frame(code, b"").bytes(),
            [BROKEN],
        ));
    }
    rows
}

fn connected(server: &Server, token: &str) -> RawWs {
    let mut socket = RawWs::open(server.address, "/ws/customer").expect("a handshake");
    let hello = json!({"type": "hello", "token": token});
    socket.say(&hello.to_string()).expect("open");
    let welcome = socket.hear_text();
    assert!(welcome.contains("welcome"), "{welcome}");
    socket
}

/// Hears what the row says; whether the socket is open after it.
fn hear(socket: &mut RawWs, row: &Row, how: &str) -> bool {
    for expected in &row.hears {
        let heard = match expected {
            Refused(code, _) => {
                let refused = socket.hear_text();
                assert!(refused.contains(code), "{} ({how}): {refused}", row.name);
                socket.hear()
            }
            _ => socket.hear(),
        };
        let what = format!(
            "{} ({how}): expected {expected:?}, heard {heard:?}",
            row.name
        );
        match (expected, heard) {
            (Text(part), Heard::Text(text)) => assert!(text.contains(part), "{what}"),
            (Pong(payload), Heard::Pong(heard)) => assert_eq!(*payload, heard, "{what}"),
            (Refused(_, code), Heard::Close(heard, _)) => {
                assert_eq!(*code, heard, "{what}");
                return false;
            }
            (Close(code), Heard::Close(heard, _)) => {
                assert_eq!(*code, heard, "{what}");
                assert_eq!(socket.hear(), Heard::End, "{what}, and then the end");
                return false;
            }
            (CloseWithoutCode, Heard::CloseWithoutCode) => {
                assert_eq!(socket.hear(), Heard::End, "{what}, and then the end");
                return false;
            }
            _ => panic!("{what}"),
        }
    }
    true
}

#[test]
fn frames_are_heard_and_refused_as_rfc_6455_says() {
    let server = Server::start();
    let table: Vec<Row> = [
        lengths(),
        masks(),
        bits_and_opcodes(),
        control_frames(),
        fragmentation(),
        utf8(),
        closes(),
    ]
    .into_iter()
    .flatten()
    .collect();
    // One for all: the server's clock stands still, and would not know one of a minute later.
    let token = server.site.customer("maria");
    assert!(table.len() >= 120, "{} rows", table.len());
    for row in &table {
        for (how, piece) in [("in one piece", usize::MAX), ("in pieces", 1)] {
            // Single bytes of 64 KiB would only be slow.
            let piece = if row.sends.len() > 4_096 {
                piece.max(1_013)
            } else {
                piece
            };
            let mut socket = connected(&server, &token);
            for piece in row.sends.chunks(piece) {
                // The close may come while we still send; then the rest is not taken.
                if socket.send_bytes(piece).is_err() {
                    break;
                }
            }
            if hear(&mut socket, row, how) {
                socket.say(ASK).expect("open");
                let answer = socket.hear_text();
                assert!(
                    answer.contains("pong"),
                    "{} ({how}) and on: {answer}",
                    row.name
                );
                socket.send(&close_frame(1000, b"")).expect("open");
                assert_eq!(socket.hear_close(), Some(1000), "{} ({how})", row.name);
            }
        }
    }
}

fn answer_to(address: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream.write_all(head.as_bytes()).expect("open");
    read_head(&mut stream).unwrap_or_else(|e| format!("no answer: {e}"))
}

#[test]
fn handshakes_are_answered_as_rfc_6455_says() {
    let server = Server::start();
    let host = server.address.to_string();
    let good = handshake(&host, "/ws/customer", "");
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let cases: Vec<(&str, String, u16)> = vec![
        ("as it should be", good.clone(), 101),
        (
            "names in any case",
            good.replace("Upgrade: websocket", "uPGRADE: WebSocket"),
            101,
        ),
        (
            "other things to keep up",
            good.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
            101,
        ),
        (
            "an extension that is not known",
            handshake(
                &host,
                "/ws/customer",
                "Sec-WebSocket-Extensions: permessage-deflate\r\n",
            ),
            101,
        ),
        (
            "subprotocols, one known",
            handshake(
                &host,
                "/ws/customer",
                "Sec-WebSocket-Protocol: chat, linger.v1\r\n",
            ),
            101,
        ),
        (
            "another version",
            good.replace("Version: 13", "Version: 8"),
            426,
        ),
        (
            "no version",
            good.replace("Sec-WebSocket-Version: 13\r\n", ""),
            426,
        ),
        ("no key", good.replace(key, ""), 426),
        (
            "no upgrade",
            good.replace("Upgrade: websocket\r\n", ""),
            426,
        ),
        (
            "an upgrade to something else",
            good.replace("Upgrade: websocket", "Upgrade: h2c"),
            426,
        ),
        (
            "a connection that is not to be upgraded",
            good.replace("Connection: Upgrade", "Connection: close"),
            426,
        ),
        ("another method", good.replace("GET /", "PUT /"), 405),
        (
            "no host",
            good.replace(&format!("Host: {host}\r\n"), ""),
            400,
        ),
        (
            "no such door",
            good.replace("/ws/customer", "/ws/nobody"),
            404,
        ),
        (
            "a token in the address",
            good.replace("/ws/customer", "/ws/customer?token=abc"),
            400,
        ),
    ];
    for (what, head, status) in cases {
        let answer = answer_to(server.address, &head);
        let line = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&line), "{what}: {answer}");
        let lower = answer.to_ascii_lowercase();
        if status == 101 {
            assert!(
                lower.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
                "{what}: {answer}"
            );
            assert!(
                !lower.contains("sec-websocket-extensions"),
                "{what}: {answer}"
            );
        }
        let chosen = lower.contains("sec-websocket-protocol: linger.v1");
        assert_eq!(chosen, head.contains("linger.v1"), "{what}: {answer}");
    }
}

#[test]
fn nothing_follows_an_answer_that_is_no_upgrade() {
    let server = Server::start();
    let head = handshake(&server.address.to_string(), "/ws/customer", "")
        .replace("Version: 13", "Version: 8");
    let mut stream = TcpStream::connect(server.address).expect("connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let hello = text(json!({"type": "hello", "token": server.site.customer("maria")}).to_string());
    stream
        .write_all(&[head.as_bytes(), &hello.bytes()[..]].concat())
        .expect("open");
    let mut all = String::new();
    // What is no HTTP may be answered with a reset.
    let _ = stream.read_to_string(&mut all);
    assert!(all.starts_with("HTTP/1.1 426"), "{all}");
    assert!(!all.contains("welcome"), "{all}");
}
