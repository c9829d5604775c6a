//! The kept corpus of the fuzz targets, played through them in seconds: every seed as it is,
//! cut short, and changed in ways that the seed of the generator repeats. `make fuzz` looks
//! further.

#[path = "../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Changed copies of each seed.
const CHANGES: usize = 400;
/// Places at which each seed is cut.
const CUTS: usize = 50;

fn seeds(name: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(name);
    let entries = fs::read_dir(&directory).expect("every check has seeds");
    let mut seeds: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("a seed");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("a seed reads"))
        })
        .collect();
    seeds.sort();
    seeds
}

/// One to four changes, as a fuzzer makes them.
fn changed(seed: &[u8], others: &[(String, Vec<u8>)], random: &mut StdRng) -> Vec<u8> {
    const HOSTILE: [&[u8]; 12] = [
        b"\0",
        b"\xff\xff\xff\xff",
        b"\xfd\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\"",
        b"{",
        b"]",
        b"\\ud800",
        b"-1",
        b"18446744073709551616",
        b"1e309",
        b"\xf0\x9f\x92\xa9",
        b"null",
    ];
    let mut bytes = seed.to_vec();
    for _ in 0..random.random_range(1..=4) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => {
                let piece = HOSTILE[random.random_range(0..HOSTILE.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = random.random_range(at..=bytes.len().min(at + 16));
                bytes.drain(at..end);
            }
            _ => {
                let (_, other) = &others[random.random_range(0..others.len())];
                let begin = random.random_range(0..=other.len());
                let end = random.random_range(begin..=other.len().min(begin + 32));
                bytes.splice(at..at, other[begin..end].iter().copied());
            }
        }
    }
    bytes
}

/// Says which input it was, as bytes that a file can be made of.
fn play(name: &str, seed: &str, check: checks::Check, bytes: &[u8]) {
    let played = std::panic::catch_unwind(|| check(bytes));
    assert!(
        played.is_ok(),
        "{name} fails on what was made of {seed}: b\"{}\"",
        bytes.escape_ascii()
    );
}

#[test]
fn the_kept_corpus_and_what_is_near_it_break_nothing() {
    for (name, check) in checks::ALL {
        let seeds = seeds(name);
        assert!(seeds.len() >= 8, "{name} has seeds");
        let mut random = StdRng::seed_from_u64(1);
        for (seed, bytes) in &seeds {
            play(name, seed, *check, bytes);
            for _ in 0..CUTS {
                let end = random.random_range(0..=bytes.len());
                play(name, seed, *check, &bytes[..end]);
            }
            for _ in 0..CHANGES {
                play(name, seed, *check, &changed(bytes, &seeds, &mut random));
            }
        }
    }
}

#[test]
fn every_check_is_a_target_of_the_fuzzer() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml"))
        .expect("the fuzz targets have a manifest");
    for (name, _) in checks::ALL {
        assert!(
            manifest.contains(&format!("path = \"targets/{name}.rs\"")),
            "{name}"
        );
    }
    let signed = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fuzz/seeds/tokens/signed"
    ));
    assert!(
        checks::accepts(&signed.expect("a seed")),
        "the seed of a good token is one, or nothing behind the signature is reached"
    );
}
