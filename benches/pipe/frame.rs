//! RFC 6455 as a load generator needs it: text frames out with a zero mask, unmasked frames in.
//!
//! The generator shares two cores with the server that it measures. A mask of
//! zero is a valid mask and costs nothing to apply.

/// Appends a masked text frame.
pub(crate) fn put_text(out: &mut Vec<u8>, payload: &[u8]) {
    put(out, 0x81, payload);
}

/// Appends a masked pong.
pub(crate) fn put_pong(out: &mut Vec<u8>, payload: &[u8]) {
    put(out, 0x8a, payload);
}

fn put(out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    out.push(first);
    let length = u16::try_from(payload.len()).expect("the frames of this bench are short");
    match u8::try_from(length) {
        Ok(short @ 0..126) => out.push(0x80 | short),
        _ => {
            out.push(0x80 | 126);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// A frame from the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    Text(&'a [u8]),
    Ping(&'a [u8]),
    Close,
    Other,
}

/// The first whole frame in the buffer, and how many bytes it takes.
pub(crate) fn take(buffer: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (&first, &second) = (buffer.first()?, buffer.get(1)?);
    let (start, length) = match second & 0x7f {
        126 => (
            4,
            usize::from(u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?)),
        ),
        127 => (
            10,
            usize::try_from(u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?)).ok()?,
        ),
        short => (2, usize::from(short)),
    };
    let payload = buffer.get(start..start + length)?;
    let frame = match first & 0x0f {
        0x1 => Frame::Text(payload),
        0x8 => Frame::Close,
        0x9 => Frame::Ping(payload),
        _ => Frame::Other,
    };
    Some((frame, start + length))
}

/// The text after a key, up to the closing quote: `"key":"…"`. Enough for frames whose
/// strings this bench has chosen itself.
pub(crate) fn string_after<'a>(json: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let from = find(json, key)? + key.len();
    let rest = json.get(from..)?;
    let end = rest.iter().position(|b| *b == b'"')?;
    Some(&rest[..end])
}

/// Where a needle begins.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|b| *b == first) {
        let at = from + at;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
