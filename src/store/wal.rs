//! A look at the write-ahead log before RocksDB opens it.
//!
//! A crash may leave the end of the log half written, and that is fine: nothing in it was
//! acknowledged. Damage *before* the end is not fine: what follows it was acknowledged.
//! RocksDB cannot be told this difference. `PointInTime` recovery stops silently at the first
//! damaged record wherever it stands, and `TolerateCorruptedTailRecords` refuses a tail whose
//! pages never reached the disk and silently skips zeroed blocks in the middle. So the store
//! opens with `PointInTime`, which always gives a prefix, after this file has judged:
//!
//! * Every group commit is one logical record, synced before the next is written. So at most
//!   one record is unsynced, and what can be torn by a crash is that record alone.
//! * A damaged place after which another record *begins* was therefore acknowledged: refused.
//! * A damaged place after which nothing or only the rest of the same record stands is a torn
//!   tail: the store opens with what is before it and warns.
//! * A torn tail of a log that is not the last is what an earlier crash left, if the next log
//!   continues with exactly the sequence number at which it broke off. Otherwise acknowledged
//!   records are missing: refused.
//!
//! What this cannot see: a flipped bit in the very last record looks like a torn write.
//! The store then opens without that record, and the warning says so.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::StoreError;

const BLOCK_BYTES: usize = 32 * 1024;
const HEADER_BYTES: usize = 7;
/// Sequence number and count, at the beginning of every logical record.
const BATCH_HEADER_BYTES: usize = 12;

const FULL: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;
const LAST: u8 = 4;

/// The end of the log was half written; the store opened with what is before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// Which file.
    pub path: PathBuf,
    /// Where the first damaged record begins.
    pub offset: u64,
    /// Bytes that were given up.
    pub bytes_dropped: u64,
}

/// What one log file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scan {
    /// The sequence number of its first record.
    first_sequence: Option<u64>,
    /// The sequence number that follows its last whole record.
    next_sequence: Option<u64>,
    /// Where the first damaged or unfinished record begins.
    broken_at: Option<usize>,
    /// After that place another record begins.
    goes_on: bool,
}

/// Judges the log files of a store that is about to be opened.
///
/// # Errors
/// [`StoreError::DamagedLog`], or that a file cannot be read.
pub(super) fn examine(directory: &Path) -> Result<Option<TornTail>, StoreError> {
    let mut files = log_files(directory)?;
    let mut torn: Option<(TornTail, Option<u64>)> = None;
    let mut newest: Option<TornTail> = None;
    for path in files.drain(..) {
        let bytes = fs::read(&path).map_err(|source| StoreError::Io {
            path: path.clone(),
            source,
        })?;
        let scan = scan(&bytes);
        if let (Some((earlier, expected)), Some(first)) = (&torn, scan.first_sequence)
            && *expected != Some(first)
            && expected.is_some()
        {
            return Err(StoreError::DamagedLog {
                path: earlier.path.clone(),
                offset: earlier.offset,
            });
        }
        if scan.first_sequence.is_some() {
            // A later log continues without a gap: the earlier tear was dealt with when it happened.
            torn = None;
            newest = None;
        }
        let Some(broken_at) = scan.broken_at else {
            continue;
        };
        let offset = broken_at as u64;
        if scan.goes_on {
            return Err(StoreError::DamagedLog { path, offset });
        }
        let tail = TornTail {
            path,
            offset,
            bytes_dropped: (bytes.len() - broken_at) as u64,
        };
        newest = Some(tail.clone());
        torn = Some((tail, scan.next_sequence));
    }
    Ok(newest)
}

/// The log files, oldest first.
fn log_files(directory: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |source| StoreError::Io {
        path: directory.to_path_buf(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let number = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .and_then(|stem| stem.parse::<u64>().ok());
        if let Some(number) = number
            && path.extension().is_some_and(|extension| extension == "log")
        {
            files.push((number, path));
        }
    }
    files.sort_unstable();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// One physical record: a whole logical record or a piece of one.
struct Piece<'a> {
    kind: u8,
    payload: &'a [u8],
    end: usize,
}

/// The piece at an offset, if it is whole and its checksum matches.
fn piece_at(bytes: &[u8], offset: usize) -> Option<Piece<'_>> {
    let block_end = (offset / BLOCK_BYTES + 1) * BLOCK_BYTES;
    let header = bytes.get(offset..offset + HEADER_BYTES)?;
    let kind = header[6];
    let length = usize::from(u16::from_le_bytes([header[4], header[5]]));
    let end = offset + HEADER_BYTES + length;
    if kind == 0 || end > block_end {
        return None;
    }
    // The checksum covers the type and the payload.
    let checked = bytes.get(offset + 6..end)?;
    let stored = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
    (mask(crc32c::crc32c(checked)) == stored).then(|| Piece {
        kind,
        payload: &checked[1..],
        end,
    })
}

/// RocksDB stores checksums masked, so that a checksum of a checksum is no trap.
fn mask(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Sequence number and count of a logical record, from its beginning.
fn batch_header(payload: &[u8]) -> Option<(u64, u64)> {
    let header = payload.first_chunk::<BATCH_HEADER_BYTES>()?;
    let (sequence, count) = header.split_first_chunk::<8>()?;
    let count = u32::from_le_bytes(count.try_into().ok()?);
    Some((u64::from_le_bytes(*sequence), u64::from(count)))
}

fn scan(bytes: &[u8]) -> Scan {
    let mut result = Scan {
        first_sequence: None,
        next_sequence: None,
        broken_at: None,
        goes_on: false,
    };
    let mut offset = 0;
    // Where an unfinished logical record begins, and what its batch would bring us to.
    let mut unfinished: Option<(usize, Option<u64>)> = None;
    while offset < bytes.len() {
        if BLOCK_BYTES - offset % BLOCK_BYTES < HEADER_BYTES {
            // The rest of a block that cannot hold a header is filled with zeros.
            offset = (offset / BLOCK_BYTES + 1) * BLOCK_BYTES;
            continue;
        }
        let Some(piece) = piece_at(bytes, offset) else {
            result.broken_at = Some(unfinished.map_or(offset, |(begin, _)| begin));
            result.goes_on = record_begins_after(bytes, offset + 1);
            return result;
        };
        let continues = matches!(piece.kind, MIDDLE | LAST);
        if continues != unfinished.is_some() && matches!(piece.kind, FULL | FIRST | MIDDLE | LAST) {
            // A piece without its beginning, or a beginning inside another record.
            result.broken_at = Some(unfinished.map_or(offset, |(begin, _)| begin));
            result.goes_on = !continues || record_begins_after(bytes, piece.end);
            return result;
        }
        match piece.kind {
            FULL | FIRST => {
                let header = batch_header(piece.payload);
                let after = header.map(|(sequence, count)| sequence + count);
                result.first_sequence = result
                    .first_sequence
                    .or(header.map(|(sequence, _)| sequence));
                if piece.kind == FULL {
                    result.next_sequence = after;
                } else {
                    unfinished = Some((offset, after));
                }
            }
            LAST => result.next_sequence = unfinished.take().and_then(|(_, after)| after),
            // Middle pieces, and records about the log itself.
            _ => {}
        }
        offset = piece.end;
    }
    result.broken_at = unfinished.map(|(begin, _)| begin);
    result
}

/// Whether a whole piece that begins a logical record stands anywhere from here on.
fn record_begins_after(bytes: &[u8], from: usize) -> bool {
    // Within the damaged block the lengths cannot be trusted: every offset is tried.
    let block_end = ((from / BLOCK_BYTES + 1) * BLOCK_BYTES).min(bytes.len());
    let begins =
        |offset| piece_at(bytes, offset).is_some_and(|piece| matches!(piece.kind, FULL | FIRST));
    if (from..block_end).any(begins) {
        return true;
    }
    let mut offset = block_end;
    while offset < bytes.len() {
        match piece_at(bytes, offset) {
            Some(piece) if matches!(piece.kind, FULL | FIRST) => return true,
            Some(piece) if BLOCK_BYTES - piece.end % BLOCK_BYTES >= HEADER_BYTES => {
                offset = piece.end;
            }
            // Blocks begin with a piece, so the next one can be read again.
            _ => offset = (offset / BLOCK_BYTES + 1) * BLOCK_BYTES,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log as RocksDB writes it, from logical records of (sequence, count, bytes).
    fn log(records: &[(u64, u32, usize)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (sequence, count, size) in records {
            let mut payload = sequence.to_le_bytes().to_vec();
            payload.extend_from_slice(&count.to_le_bytes());
            payload.resize(BATCH_HEADER_BYTES + size, 0x5a);
            let mut rest = &payload[..];
            let mut begin = true;
            loop {
                let left = BLOCK_BYTES - out.len() % BLOCK_BYTES;
                if left < HEADER_BYTES {
                    out.resize(out.len() + left, 0);
                    continue;
                }
                let take = rest.len().min(left - HEADER_BYTES);
                let end = take == rest.len();
                let kind = match (begin, end) {
                    (true, true) => FULL,
                    (true, false) => FIRST,
                    (false, true) => LAST,
                    (false, false) => MIDDLE,
                };
                let mut checked = vec![kind];
                checked.extend_from_slice(&rest[..take]);
                out.extend_from_slice(&mask(crc32c::crc32c(&checked)).to_le_bytes());
                out.extend_from_slice(&u16::try_from(take).expect("fits a block").to_le_bytes());
                out.extend_from_slice(&checked);
                rest = &rest[take..];
                begin = false;
                if end {
                    break;
                }
            }
        }
        out
    }

    #[test]
    fn a_whole_log_is_whole() {
        let bytes = log(&[(1, 2, 100), (3, 1, 70_000), (4, 5, 10)]);
        let expected = Scan {
            first_sequence: Some(1),
            next_sequence: Some(9),
            broken_at: None,
            goes_on: false,
        };
        assert_eq!(scan(&bytes), expected);
    }

    #[test]
    fn cutting_the_last_record_anywhere_is_a_torn_tail() {
        let whole = log(&[(1, 1, 100), (2, 1, 50)]);
        let last = log(&[(1, 1, 100)]).len();
        for length in last + 1..whole.len() {
            let found = scan(&whole[..length]);
            assert_eq!(
                (found.broken_at, found.goes_on),
                (Some(last), false),
                "cut to {length}"
            );
            assert_eq!(found.next_sequence, Some(2));
        }
    }

    #[test]
    fn zeros_at_the_end_are_a_torn_tail() {
        let mut bytes = log(&[(1, 1, 100), (2, 1, 80_000)]);
        let last = log(&[(1, 1, 100)]).len();
        let from = bytes.len() - 40_000;
        bytes[from..].fill(0);
        let found = scan(&bytes);
        assert_eq!((found.broken_at, found.goes_on), (Some(last), false));
    }

    #[test]
    fn a_hole_inside_the_last_record_is_a_torn_tail() {
        let mut bytes = log(&[(1, 1, 100), (2, 1, 200_000)]);
        bytes[40_000..70_000].fill(0);
        let found = scan(&bytes);
        assert!(!found.goes_on, "only the rest of the same record follows");
        assert!(found.broken_at.is_some());
    }

    #[test]
    fn a_flipped_byte_before_the_last_record_is_damage_wherever_it_is() {
        let whole = log(&[(1, 1, 100), (2, 1, 60), (3, 1, 50)]);
        let last = log(&[(1, 1, 100), (2, 1, 60)]).len();
        for at in 0..last {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            let found = scan(&bytes);
            assert!(found.broken_at.is_some() && found.goes_on, "byte {at}");
        }
    }

    #[test]
    fn a_zeroed_block_in_the_middle_is_damage() {
        let mut bytes = log(&[(1, 1, 40_000), (2, 1, 40_000), (3, 1, 40_000)]);
        bytes[BLOCK_BYTES..2 * BLOCK_BYTES].fill(0);
        assert!(scan(&bytes).goes_on);
    }

    #[test]
    fn a_tear_in_an_older_log_is_fine_only_if_the_next_log_continues_there() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let older = log(&[(1, 4, 100), (5, 1, 50)]);
        fs::write(
            directory.path().join("000004.log"),
            &older[..older.len() - 3],
        )
        .expect("written");
        let cases = [(5, true), (6, false)];
        for (continues_with, accepted) in cases {
            let newer = log(&[(continues_with, 1, 10)]);
            fs::write(directory.path().join("000012.log"), newer).expect("written");
            assert_eq!(
                examine(directory.path()).is_ok(),
                accepted,
                "continues with {continues_with}"
            );
        }
    }
}
