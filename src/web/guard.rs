//! Reads WebSocket frame headers before anything is buffered.
//!
//! The decoder behind `actix-web-actors` waits for a whole frame before it compares its
//! length with the maximum, so a socket that announces 2^40 bytes could make it hold
//! whatever arrives. [`FrameGuard`] stands in front of it: a pure machine that is shown
//! the bytes as they come, in any portions, and refuses by header alone. It promises that
//! what it lets through is at most one message of `FRAME_BYTES_MAX` bytes in at most
//! `FRAGMENTS_MAX` fragments at a time, and keeps a header and a close frame itself.
//!
//! The only payload that it looks into is that of a close frame, whose code and reason the
//! decoder takes as they come; [`Reassembly`] joins fragments after
//! the decoder, and text is checked for UTF-8 where it becomes text.

use crate::domain::reject::{Code, Reject};
use crate::limits;

/// Why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// The frame, or its fragments together, or their number.
    TooLarge,
    /// Against RFC 6455, with the rule.
    Protocol(&'static str),
    /// Text that is not UTF-8.
    NotUtf8,
}

impl From<Violation> for Reject {
    fn from(violation: Violation) -> Self {
        match violation {
            Violation::TooLarge => Self::new(
                Code::FrameTooLarge,
                format!(
                    "A message is at most {} bytes in at most {} fragments.",
                    limits::FRAME_BYTES_MAX,
                    limits::FRAGMENTS_MAX
                ),
            ),
            Violation::Protocol(rule) => {
                Self::new(Code::ProtocolError, format!("{rule} (RFC 6455)."))
            }
            Violation::NotUtf8 => Self::new(Code::NotUtf8, "Text frames are UTF-8."),
        }
    }
}

/// How much of the input may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// So many bytes, all of the same frame.
    pub bytes: usize,
    /// The frame ends with them.
    pub frame_complete: bool,
}

/// The machine. One for each socket.
#[derive(Debug, Default)]
pub struct FrameGuard {
    header: [u8; Self::HEADER_BYTES_MAX],
    header_bytes: usize,
    /// Of the current frame's payload; `None` while its header is incomplete.
    payload_left: Option<usize>,
    /// Of the current message, over its fragments.
    message_bytes: usize,
    fragments: usize,
    /// What has come of a close frame, masked.
    close: Vec<u8>,
}

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

impl FrameGuard {
    const HEADER_BYTES_MAX: usize = 14;
    const CONTROL_BYTES_MAX: u8 = 125;

    /// Looks at input up to the end of the current frame. Call again with the rest.
    ///
    /// # Errors
    /// The violation, as soon as the header shows it. Nothing may pass after it.
    pub fn advance(&mut self, input: &[u8]) -> Result<Passed, Violation> {
        let mut used = 0;
        while self.payload_left.is_none() {
            let Some(byte) = input.get(used) else {
                return Ok(Passed {
                    bytes: used,
                    frame_complete: false,
                });
            };
            self.header[self.header_bytes] = *byte;
            self.header_bytes += 1;
            used += 1;
            self.look_at_header()?;
        }
        let left = self
            .payload_left
            .expect("the loop ended with a complete header");
        let taken = left.min(input.len() - used);
        let is_close = self.header[0] & OPCODE == CLOSE;
        if is_close {
            self.close.extend_from_slice(&input[used..used + taken]);
        }
        used += taken;
        let frame_complete = taken == left;
        if frame_complete {
            if is_close {
                self.check_close()?;
            }
            self.payload_left = None;
            self.header_bytes = 0;
        } else {
            self.payload_left = Some(left - taken);
        }
        Ok(Passed {
            bytes: used,
            frame_complete,
        })
    }

    /// Judges the header after each of its bytes; sets `payload_left` when it is complete.
    fn look_at_header(&mut self) -> Result<(), Violation> {
        match self.header_bytes {
            1 => return self.check_first(self.header[0]),
            2 => self.check_second(self.header[0], self.header[1])?,
            _ => {}
        }
        let (length_bytes, announced) = match self.header[1] & LENGTH {
            126 => (2, self.extended(2, 126)?),
            127 => (8, self.extended(8, 1 << 16)?),
            short => (0, Some(u64::from(short))),
        };
        let Some(announced) = announced else {
            return Ok(());
        };
        if self.header_bytes == 2 + length_bytes {
            self.check_length(announced)?;
        }
        if self.header_bytes == 2 + length_bytes + 4 {
            let announced = usize::try_from(announced).map_err(|_| Violation::TooLarge)?;
            self.payload_left = Some(announced);
            self.count(self.header[0], announced);
        }
        Ok(())
    }

    /// The extended length once it is there; refuses one that would have fitted a shorter form.
    fn extended(&self, bytes: usize, least: u64) -> Result<Option<u64>, Violation> {
        if self.header_bytes < 2 + bytes {
            return Ok(None);
        }
        let length = self.header[2..2 + bytes]
            .iter()
            .fold(0, |sum, b| (sum << 8) | u64::from(*b));
        if length >> 63 == 1 {
            return Err(Violation::Protocol("A length has its highest bit set"));
        }
        if length < least {
            return Err(Violation::Protocol(
                "A length is written longer than needed",
            ));
        }
        Ok(Some(length))
    }

    fn check_first(&self, first: u8) -> Result<(), Violation> {
        if first & RESERVED != 0 {
            return Err(Violation::Protocol("A reserved bit is set"));
        }
        let fin = first & FIN != 0;
        let within = self.fragments > 0;
        match first & OPCODE {
            CONTINUATION if !within => {
                Err(Violation::Protocol("A continuation without a beginning"))
            }
            TEXT | BINARY if within => {
                Err(Violation::Protocol("A new message within a fragmented one"))
            }
            CONTINUATION | TEXT | BINARY => {
                let too_many = self.fragments + 1 > limits::FRAGMENTS_MAX;
                if too_many {
                    Err(Violation::TooLarge)
                } else {
                    Ok(())
                }
            }
            CLOSE | PING | PONG if !fin => {
                Err(Violation::Protocol("A control frame is fragmented"))
            }
            CLOSE | PING | PONG => Ok(()),
            _ => Err(Violation::Protocol("An opcode is reserved")),
        }
    }

    fn check_second(&self, first: u8, second: u8) -> Result<(), Violation> {
        if second & MASKED == 0 {
            return Err(Violation::Protocol("A frame from a client is not masked"));
        }
        let length = second & LENGTH;
        if is_control(first) && length > Self::CONTROL_BYTES_MAX {
            return Err(Violation::Protocol(
                "A control frame is longer than 125 bytes",
            ));
        }
        if first & OPCODE == CLOSE && length == 1 {
            return Err(Violation::Protocol("A close frame holds half a code"));
        }
        Ok(())
    }

    /// RFC 6455, 7.4: which codes may be sent, and that the reason is text.
    fn check_close(&mut self) -> Result<(), Violation> {
        let key = [2, 3, 4, 5].map(|at| self.header[at]);
        let mut payload = std::mem::take(&mut self.close);
        for (byte, key) in payload.iter_mut().zip(key.iter().cycle()) {
            *byte ^= key;
        }
        let Some((code, reason)) = payload.split_first_chunk::<2>() else {
            return Ok(());
        };
        match u16::from_be_bytes(*code) {
            1000..=1003 | 1007..=1014 | 3000..=4999 => {}
            _ => return Err(Violation::Protocol("A close code may not be sent")),
        }
        match std::str::from_utf8(reason) {
            Ok(_) => Ok(()),
            Err(_) => Err(Violation::NotUtf8),
        }
    }

    fn check_length(&self, announced: u64) -> Result<(), Violation> {
        let already = if is_control(self.header[0]) {
            0
        } else {
            self.message_bytes
        };
        let room = limits::FRAME_BYTES_MAX - already;
        let fits = usize::try_from(announced).is_ok_and(|n| n <= room);
        if fits {
            Ok(())
        } else {
            Err(Violation::TooLarge)
        }
    }

    fn count(&mut self, first: u8, announced: usize) {
        if is_control(first) {
            return;
        }
        if first & FIN != 0 {
            self.message_bytes = 0;
            self.fragments = 0;
        } else {
            self.message_bytes += announced;
            self.fragments += 1;
        }
    }
}

const fn is_control(first: u8) -> bool {
    first & 0x08 != 0
}

/// Fragments of one message after the decoder, joined. Bounded by itself as well: it does
/// not rely on who stands in front of it.
#[derive(Debug, Default)]
pub struct Reassembly {
    bytes: Vec<u8>,
    fragments: usize,
}

impl Reassembly {
    /// One more fragment.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn add(&mut self, fragment: &[u8]) -> Result<(), Violation> {
        self.fragments += 1;
        if self.fragments > limits::FRAGMENTS_MAX
            || self.bytes.len() + fragment.len() > limits::FRAME_BYTES_MAX
        {
            return Err(Violation::TooLarge);
        }
        self.bytes.extend_from_slice(fragment);
        Ok(())
    }

    /// The message; begins anew, with nothing held.
    ///
    /// # Errors
    /// `NotUtf8`.
    pub fn finish(&mut self) -> Result<String, Violation> {
        self.fragments = 0;
        String::from_utf8(std::mem::take(&mut self.bytes)).map_err(|_| Violation::NotUtf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::SmallRng;
    use rand::{Rng, SeedableRng};

    const KEY: [u8; 4] = [1, 2, 3, 4];

    fn frame(first: u8, payload: usize) -> Vec<u8> {
        let mut out = vec![first];
        match payload {
            0..=125 => out.push(MASKED | u8::try_from(payload).expect("short")),
            126..=0xffff => {
                out.push(MASKED | 126);
                out.extend(u16::try_from(payload).expect("middle").to_be_bytes());
            }
            _ => {
                out.push(MASKED | 127);
                out.extend((payload as u64).to_be_bytes());
            }
        }
        out.extend(KEY);
        out.extend(std::iter::repeat_n(0xaa, payload));
        out
    }

    /// Shows all of it; the number of complete frames, or the violation.
    fn show(guard: &mut FrameGuard, mut input: &[u8]) -> Result<usize, Violation> {
        let mut frames = 0;
        while !input.is_empty() {
            let passed = guard.advance(input)?;
            frames += usize::from(passed.frame_complete);
            input = &input[passed.bytes..];
        }
        Ok(frames)
    }

    fn protocol(rule: &'static str) -> Result<usize, Violation> {
        Err(Violation::Protocol(rule))
    }

    #[test]
    fn headers_are_judged_as_rfc_6455_says() {
        const MAX: usize = limits::FRAME_BYTES_MAX;
        let terabyte = [&[0x81, 0xff][..], &(1_u64 << 40).to_be_bytes()].concat();
        let topmost = [&[0x81, 0xff][..], &u64::MAX.to_be_bytes()].concat();
        let cases: Vec<(&str, Vec<u8>, Result<usize, Violation>)> = vec![
            ("text", frame(0x81, 5), Ok(1)),
            ("empty", frame(0x81, 0), Ok(1)),
            ("binary", frame(0x82, 126), Ok(1)),
            ("the largest", frame(0x81, MAX), Ok(1)),
            ("one more", frame(0x81, MAX + 1), Err(Violation::TooLarge)),
            ("a terabyte announced", terabyte, Err(Violation::TooLarge)),
            (
                "the highest bit",
                topmost,
                protocol("A length has its highest bit set"),
            ),
            (
                "5 in 16 bits",
                vec![0x81, 0xfe, 0, 5],
                protocol("A length is written longer than needed"),
            ),
            (
                "5 in 64 bits",
                vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 5],
                protocol("A length is written longer than needed"),
            ),
            ("rsv1", vec![0xc1], protocol("A reserved bit is set")),
            ("rsv2", vec![0xa1], protocol("A reserved bit is set")),
            ("rsv3", vec![0x91], protocol("A reserved bit is set")),
            ("opcode 3", vec![0x83], protocol("An opcode is reserved")),
            ("opcode 15", vec![0x8f], protocol("An opcode is reserved")),
            (
                "unmasked",
                vec![0x81, 0x05],
                protocol("A frame from a client is not masked"),
            ),
            (
                "ping and pong",
                [frame(0x89, 125), frame(0x8a, 0)].concat(),
                Ok(2),
            ),
            (
                "long ping",
                frame(0x89, 126),
                protocol("A control frame is longer than 125 bytes"),
            ),
            (
                "split ping",
                frame(0x09, 1),
                protocol("A control frame is fragmented"),
            ),
            (
                "split close",
                frame(0x08, 2),
                protocol("A control frame is fragmented"),
            ),
            ("a close without a code", frame(0x88, 0), Ok(1)),
            (
                // 0xaaaa under the key is 0xaba8, far beyond the last code.
                "a close code that may not be sent",
                frame(0x88, 2),
                protocol("A close code may not be sent"),
            ),
            (
                "half a close code",
                frame(0x88, 1),
                protocol("A close frame holds half a code"),
            ),
            (
                "continuation first",
                frame(0x80, 1),
                protocol("A continuation without a beginning"),
            ),
            (
                "text in text",
                [frame(0x01, 1), frame(0x81, 1)].concat(),
                protocol("A new message within a fragmented one"),
            ),
            (
                "fragments with a ping",
                [
                    frame(0x01, 1),
                    frame(0x89, 1),
                    frame(0x00, 1),
                    frame(0x80, 1),
                ]
                .concat(),
                Ok(4),
            ),
            (
                "fragments of exactly the largest",
                [frame(0x01, MAX - 1), frame(0x80, 1)].concat(),
                Ok(2),
            ),
            (
                "fragments of one more",
                [frame(0x01, MAX - 1), frame(0x80, 2)].concat(),
                Err(Violation::TooLarge),
            ),
            (
                "two messages do not add up",
                [frame(0x81, MAX), frame(0x81, MAX)].concat(),
                Ok(2),
            ),
            (
                "as many fragments as allowed",
                [
                    frame(0x01, 1),
                    frame(0x00, 1).repeat(limits::FRAGMENTS_MAX - 2),
                    frame(0x80, 1),
                ]
                .concat(),
                Ok(limits::FRAGMENTS_MAX),
            ),
            (
                "endless empty fragments",
                [frame(0x01, 0), frame(0x00, 0).repeat(limits::FRAGMENTS_MAX)].concat(),
                Err(Violation::TooLarge),
            ),
        ];
        for (name, input, expected) in cases {
            assert_eq!(show(&mut FrameGuard::default(), &input), expected, "{name}");
            // The verdict does not depend on how the network cuts the bytes.
            let mut guard = FrameGuard::default();
            let singly: Result<Vec<usize>, Violation> =
                input.chunks(1).map(|b| show(&mut guard, b)).collect();
            assert_eq!(
                singly.map(|frames| frames.iter().sum()),
                expected,
                "{name}, byte by byte"
            );
        }
    }

    #[test]
    fn any_cutting_of_any_frames_passes_every_byte_and_ends_at_the_same_places() {
        for seed in 0..200 {
            let mut rng = SmallRng::seed_from_u64(seed);
            let mut input = Vec::new();
            let mut ends = Vec::new();
            for _ in 0..rng.random_range(1..20) {
                let first = [0x81, 0x82, 0x89, 0x8a][rng.random_range(0..4)];
                let most = if is_control(first) { 125 } else { 3_000 };
                input.extend(frame(first, rng.random_range(0..=most)));
                ends.push(input.len());
            }
            let mut guard = FrameGuard::default();
            let (mut at, mut seen) = (0, Vec::new());
            while at < input.len() {
                let chunk_end = (at + rng.random_range(1..700)).min(input.len());
                while at < chunk_end {
                    let passed = guard
                        .advance(&input[at..chunk_end])
                        .expect("the frames are good");
                    at += passed.bytes;
                    if passed.frame_complete {
                        seen.push(at);
                    }
                }
            }
            assert_eq!(seen, ends, "seed {seed}");
        }
    }

    #[test]
    fn noise_is_refused_or_passed_but_never_panics() {
        for seed in 0..2_000 {
            let mut rng = SmallRng::seed_from_u64(seed);
            let noise: Vec<u8> = (0..200).map(|_| rng.random()).collect();
            let _either = show(&mut FrameGuard::default(), &noise);
        }
    }

    #[test]
    fn fragments_join_across_a_split_character() {
        let mut joined = Reassembly::default();
        let text = "é🦀";
        for byte in text.as_bytes() {
            joined.add(&[*byte]).expect("within the bounds");
        }
        assert_eq!(joined.finish().as_deref(), Ok(text));
        joined.add(&[0xc3]).expect("within the bounds");
        assert_eq!(joined.finish(), Err(Violation::NotUtf8));
        assert_eq!(joined.finish().as_deref(), Ok(""), "begins anew");
    }

    #[test]
    fn fragments_are_bounded_in_bytes_and_number() {
        let mut joined = Reassembly::default();
        joined
            .add(&vec![b'x'; limits::FRAME_BYTES_MAX])
            .expect("the largest");
        assert_eq!(joined.add(b"x"), Err(Violation::TooLarge));
        let mut joined = Reassembly::default();
        for _ in 0..limits::FRAGMENTS_MAX {
            joined.add(b"").expect("within the bounds");
        }
        assert_eq!(joined.add(b""), Err(Violation::TooLarge));
    }
}
