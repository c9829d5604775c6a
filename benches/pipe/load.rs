//! The load: many sockets in a closed loop on one thread.
//!
//! Each socket keeps `in_flight` messages unanswered. Acknowledgements and
//! deliveries are recognised by their first bytes; the client id carries the
//! side and the number.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::frame::{Frame, find, put_pong, put_text, string_after, take};

/// What all sockets count together.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) acknowledged: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) refused: AtomicU64,
    /// Latencies are recorded while this is 1; at 2 no more is sent.
    pub(crate) phase: AtomicU64,
}

/// Which side of a pair a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Customer,
    Agent,
}

impl Side {
    const fn letter(self) -> u8 {
        match self {
            Self::Customer => b'c',
            Self::Agent => b'a',
        }
    }
}

/// A socket that has said hello and follows its conversation.
pub(crate) struct Ready {
    pub(crate) stream: TcpStream,
    /// Bytes read beyond the preparation.
    pub(crate) rest: Vec<u8>,
    pub(crate) side: Side,
    pub(crate) pair: usize,
    /// The conversation's name in `send` frames.
    pub(crate) conversation: String,
}

/// The customer's words, as long as the median message of real dialogues.
const TEXT: &str = "Could you please check again whether there is a table for two?";

/// Runs one socket until the phase says to stop and everything is answered.
pub(crate) async fn drive(
    ready: Ready,
    in_flight: usize,
    counters: Arc<Counters>,
) -> io::Result<Histogram<u64>> {
    let Ready {
        mut stream,
        rest,
        side,
        pair,
        conversation,
    } = ready;
    let mut latencies = Histogram::new(3).expect("three significant digits are allowed");
    // Indexed by number modulo the window: no more than that are unanswered.
    let mut sent_at = vec![Instant::now(); in_flight];
    let window = in_flight as u64;
    let slot = |number: u64| usize::try_from(number % window).unwrap_or(0);
    let (mut next, mut answered) = (0_u64, 0_u64);
    let mut input = rest;
    input.reserve(64 * 1024);
    let mut output = Vec::with_capacity(16 * 1024);
    loop {
        let phase = counters.phase.load(Ordering::Relaxed);
        while phase < 2 && next - answered < window {
            sent_at[slot(next)] = Instant::now();
            let frame = format!(
                r#"{{"type":"send","conversation":"{conversation}","client_id":"{}{pair:04}-{next}","text":"{TEXT}"}}"#,
                char::from(side.letter()),
            );
            put_text(&mut output, frame.as_bytes());
            next += 1;
        }
        if !output.is_empty() {
            stream.write_all(&output).await?;
            output.clear();
        }
        if phase >= 3 {
            return Ok(latencies);
        }
        if stream.read_buf(&mut input).await? == 0 {
            return Err(io::Error::other("the server closed a socket"));
        }
        let mut used = 0;
        let (mut acknowledged, mut delivered) = (0, 0);
        while let Some((frame, length)) = take(&input[used..]) {
            match frame {
                Frame::Text(text) => match read(text, side) {
                    Told::Acknowledged(number) => {
                        acknowledged += 1;
                        answered += 1;
                        if phase == 1 {
                            let micros = sent_at[slot(number)].elapsed().as_micros();
                            latencies
                                .record(u64::try_from(micros).unwrap_or(u64::MAX))
                                .ok();
                        }
                    }
                    Told::Delivered => delivered += 1,
                    Told::Refused => {
                        if counters.refused.fetch_add(1, Ordering::Relaxed) == 0 {
                            eprintln!("refused: {}", String::from_utf8_lossy(text));
                        }
                        return Err(io::Error::other("the server refused a message"));
                    }
                    Told::Nothing => {}
                },
                Frame::Ping(payload) => put_pong(&mut output, payload),
                Frame::Close => return Err(io::Error::other("the server said goodbye")),
                Frame::Other => {}
            }
            used += length;
        }
        input.drain(..used);
        counters
            .acknowledged
            .fetch_add(acknowledged, Ordering::Relaxed);
        counters.delivered.fetch_add(delivered, Ordering::Relaxed);
    }
}

enum Told {
    Acknowledged(u64),
    Delivered,
    Refused,
    Nothing,
}

/// Own messages come back through the subscription as well and are not counted as delivered.
fn read(text: &[u8], side: Side) -> Told {
    let head = &text[..text.len().min(48)];
    let is = |kind: &[u8]| find(head, kind).is_some();
    let Some(client_id) = string_after(text, b"\"client_id\":\"") else {
        return if is(b"\"refused\"") {
            Told::Refused
        } else {
            Told::Nothing
        };
    };
    if is(b"\"accepted\"") {
        let number = client_id
            .rsplit(|b| *b == b'-')
            .next()
            .and_then(|digits| std::str::from_utf8(digits).ok());
        number
            .and_then(|n| n.parse().ok())
            .map_or(Told::Nothing, Told::Acknowledged)
    } else if is(b"\"message\"") && client_id.first() != Some(&side.letter()) {
        Told::Delivered
    } else if is(b"\"refused\"") {
        Told::Refused
    } else {
        Told::Nothing
    }
}

/// Upgrades a connection.
pub(crate) async fn open(address: &str, path: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: linger.v1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    // Byte by byte, so that nothing behind the head is swallowed. Once a socket.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if head.starts_with(b"HTTP/1.1 101") {
        Ok(stream)
    } else {
        Err(io::Error::other(
            String::from_utf8_lossy(&head).into_owned(),
        ))
    }
}

/// Sends one text frame.
pub(crate) async fn say(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    let mut out = Vec::new();
    put_text(&mut out, text.as_bytes());
    stream.write_all(&out).await
}

/// Reads frames until one is what is waited for.
pub(crate) async fn hear<T>(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    mut wanted: impl FnMut(&[u8]) -> Option<T>,
) -> io::Result<T> {
    loop {
        while let Some((frame, length)) = take(buffer) {
            let found = match frame {
                Frame::Text(text) if find(text, b"\"refused\"").is_some() => {
                    return Err(io::Error::other(String::from_utf8_lossy(text).into_owned()));
                }
                Frame::Text(text) => wanted(text),
                Frame::Close => return Err(io::Error::other("closed")),
                Frame::Ping(_) | Frame::Other => None,
            };
            buffer.drain(..length);
            if let Some(found) = found {
                return Ok(found);
            }
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::Error::other("closed"));
        }
    }
}
