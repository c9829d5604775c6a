//! A WebSocket client that keeps to no rule it is not told to keep: bytes over a
//! `TcpStream`, for attacks on the server and for checks of what exactly it sends.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for anything from the server; a test that gets here has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// The masking key of every frame; any will do.
pub const KEY: [u8; 4] = [0x11, 0x22, 0x33, 0x44];

/// Opcodes of RFC 6455.
pub mod opcode {
    pub const CONTINUATION: u8 = 0x0;
    pub const TEXT: u8 = 0x1;
    pub const BINARY: u8 = 0x2;
    pub const CLOSE: u8 = 0x8;
    pub const PING: u8 = 0x9;
    pub const PONG: u8 = 0xa;
}

/// What the server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A text frame.
    Text(String),
    /// A ping with its payload.
    Ping(Vec<u8>),
    /// A pong with its payload.
    Pong(Vec<u8>),
    /// A close frame: code and reason.
    Close(u16, String),
    /// A close frame without a code.
    CloseWithoutCode,
    /// The connection is gone.
    End,
}

/// A frame, as right or as wrong as asked for.
#[derive(Debug, Clone)]
pub struct RawFrame {
    first: u8,
    masked: bool,
    payload: Vec<u8>,
    announced: Option<u64>,
}

impl RawFrame {
    /// A complete, masked frame.
    pub fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            first: 0x80 | opcode,
            masked: true,
            payload: payload.into(),
            announced: None,
        }
    }

    /// More fragments follow.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.first &= 0x7f;
        self
    }

    /// With reserved bits, such as `0x40`.
    #[must_use]
    pub fn reserved(mut self, bits: u8) -> Self {
        self.first |= bits & 0x70;
        self
    }

    /// Not masked, as no client may.
    #[must_use]
    pub fn unmasked(mut self) -> Self {
        self.masked = false;
        self
    }

    /// Announces another length than it has, in 64 bits.
    #[must_use]
    pub fn announcing(mut self, bytes: u64) -> Self {
        self.announced = Some(bytes);
        self
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mask_bit = if self.masked { 0x80 } else { 0 };
        let mut out = vec![self.first];
        let length = self.payload.len();
        match (self.announced, u8::try_from(length), u16::try_from(length)) {
            (Some(announced), ..) => {
                out.push(mask_bit | 127);
                out.extend(announced.to_be_bytes());
            }
            (None, Ok(short @ 0..=125), _) => out.push(mask_bit | short),
            (None, _, Ok(middle)) => {
                out.push(mask_bit | 126);
                out.extend(middle.to_be_bytes());
            }
            (None, _, Err(_)) => {
                out.push(mask_bit | 127);
                out.extend((length as u64).to_be_bytes());
            }
        }
        if self.masked {
            out.extend(KEY);
            out.extend(
                self.payload
                    .iter()
                    .zip(KEY.iter().cycle())
                    .map(|(b, k)| b ^ k),
            );
        } else {
            out.extend(&self.payload);
        }
        out
    }
}

/// A close frame with a code, also one that may not be sent.
pub fn close_frame(code: u16, reason: &[u8]) -> RawFrame {
    RawFrame::new(opcode::CLOSE, [&code.to_be_bytes()[..], reason].concat())
}

/// The header alone of a frame that announces 2^40 bytes.
pub fn terabyte() -> Vec<u8> {
    RawFrame::new(opcode::TEXT, Vec::new())
        .announcing(1 << 40)
        .bytes()
}

/// Fragments without an end: the first, then `count` that continue.
pub fn endless_fragments(count: usize, each: &[u8]) -> Vec<u8> {
    let mut out = RawFrame::new(opcode::TEXT, each).unfinished().bytes();
    let more = RawFrame::new(opcode::CONTINUATION, each)
        .unfinished()
        .bytes();
    out.extend(more.repeat(count));
    out
}

/// A character of two bytes, split over two fragments, the second half wrong.
pub fn bad_utf8_over_fragments() -> Vec<u8> {
    let mut out = RawFrame::new(opcode::TEXT, [b'"', 0xc3])
        .unfinished()
        .bytes();
    out.extend(RawFrame::new(opcode::CONTINUATION, [0x28, b'"']).bytes());
    out
}

/// What bytes go over: a `TcpStream`, or TLS over one.
pub trait Wire: Read + Write {}

impl<T: Read + Write> Wire for T {}

/// A connection.
pub struct RawWs {
    stream: Box<dyn Wire>,
    /// The socket below, for its options.
    socket: TcpStream,
    buffer: Vec<u8>,
    subprotocol: Option<String>,
}

/// The head of a handshake, with these lines beside what every handshake has.
pub fn handshake(host: &str, path: &str, lines: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}\r\n"
    )
}

/// Reads up to the empty line that ends a head.
pub fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

impl RawWs {
    /// Connects and upgrades, offering `linger.v1`.
    pub fn open(address: SocketAddr, path: &str) -> io::Result<Self> {
        Self::open_offering(address, path, Some("linger.v1"))
    }

    /// Connects and upgrades, offering this subprotocol or none.
    pub fn open_offering(address: SocketAddr, path: &str, offer: Option<&str>) -> io::Result<Self> {
        let offer = offer
            .map(|p| format!("Sec-WebSocket-Protocol: {p}\r\n"))
            .unwrap_or_default();
        Self::open_saying(address, path, &offer)
    }

    /// Connects and upgrades with these lines in the head of the request.
    pub fn open_saying(address: SocketAddr, path: &str, lines: &str) -> io::Result<Self> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        let stream = Box::new(socket.try_clone()?);
        Self::upgrade(stream, socket, &address.to_string(), path, lines)
    }

    /// Upgrades what is connected.
    ///
    /// # Errors
    /// The whole answer, if it is no upgrade.
    pub fn upgrade(
        mut stream: Box<dyn Wire>,
        socket: TcpStream,
        host: &str,
        path: &str,
        lines: &str,
    ) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(handshake(host, path, lines).as_bytes())?;
        stream.flush()?;
        let head = read_head(&mut stream)?;
        if !head.starts_with("HTTP/1.1 101") {
            return Err(io::Error::other(head));
        }
        let subprotocol = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("sec-websocket-protocol")
                .then(|| value.trim().to_owned())
        });
        Ok(Self {
            stream,
            socket,
            buffer: Vec::new(),
            subprotocol,
        })
    }

    /// What the server chose.
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }

    /// Makes room for next to nothing that the server sends and that nobody reads.
    pub fn freeze(&mut self) {
        self.take_at_once(4_096);
    }

    /// Makes room for so many bytes that the server sends and that nobody reads.
    pub fn take_at_once(&mut self, bytes: usize) {
        socket2::SockRef::from(&self.socket)
            .set_recv_buffer_size(bytes)
            .expect("a connected socket");
    }

    /// Sending fails when the server takes nothing for so long.
    pub fn give_up_after(&mut self, wait: Duration) {
        self.socket
            .set_write_timeout(Some(wait))
            .expect("a connected socket");
    }

    /// Any bytes.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// One frame.
    pub fn send(&mut self, frame: &RawFrame) -> io::Result<()> {
        self.send_bytes(&frame.bytes())
    }

    /// One good text frame.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        self.send(&RawFrame::new(opcode::TEXT, text.as_bytes()))
    }

    /// The next frame. A connection that was reset counts as ended.
    ///
    /// # Panics
    /// If there is nothing for twenty seconds, or a frame that no server may send.
    pub fn hear(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.next_frame() {
                return heard;
            }
            let mut chunk = [0; 4_096];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Heard::End,
                Ok(n) => self.buffer.extend_from_slice(&chunk[..n]),
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    panic!("the server said nothing for {PATIENCE:?}");
                }
                Err(_) => return Heard::End,
            }
        }
    }

    /// The next text frame; pings are passed over.
    ///
    /// # Panics
    /// If the socket closes instead.
    pub fn hear_text(&mut self) -> String {
        loop {
            match self.hear() {
                Heard::Text(text) => return text,
                Heard::Ping(_) | Heard::Pong(_) => {}
                other => panic!("expected a text frame, heard {other:?}"),
            }
        }
    }

    /// Reads up to the close frame: its code, if one came before the end.
    pub fn hear_close(&mut self) -> Option<u16> {
        loop {
            match self.hear() {
                Heard::Close(code, _) => return Some(code),
                Heard::CloseWithoutCode | Heard::End => return None,
                Heard::Text(_) | Heard::Ping(_) | Heard::Pong(_) => {}
            }
        }
    }

    fn next_frame(&mut self) -> Option<Heard> {
        let (first, second) = (*self.buffer.first()?, *self.buffer.get(1)?);
        assert_eq!(
            first & 0xf0,
            0x80,
            "a server of this protocol sends whole frames"
        );
        assert_eq!(second & 0x80, 0, "a server does not mask");
        let (header, length) = match second {
            126 => (
                4,
                usize::from(u16::from_be_bytes(
                    self.buffer.get(2..4)?.try_into().expect("two bytes"),
                )),
            ),
            127 => {
                let length =
                    u64::from_be_bytes(self.buffer.get(2..10)?.try_into().expect("eight bytes"));
                (10, usize::try_from(length).expect("a length that fits"))
            }
            short => (2, usize::from(short)),
        };
        let payload = self.buffer.get(header..header + length)?.to_vec();
        self.buffer.drain(..header + length);
        Some(match first & 0x0f {
            opcode::TEXT => Heard::Text(String::from_utf8(payload).expect("text is UTF-8")),
            opcode::PING => Heard::Ping(payload),
            opcode::PONG => Heard::Pong(payload),
            opcode::CLOSE => match payload.split_first_chunk::<2>() {
                Some((code, reason)) => Heard::Close(
                    u16::from_be_bytes(*code),
                    String::from_utf8_lossy(reason).into_owned(),
                ),
                None => Heard::CloseWithoutCode,
            },
            other => panic!("a frame of opcode {other}"),
        })
    }
}
