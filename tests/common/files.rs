//! What stands in the files of a directory.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::{LOOK_AGAIN, PATIENCE};

/// Every file below a directory that holds one of these texts, also between other bytes, with
/// the text.
pub fn files_with<'a>(directory: &Path, texts: &[&'a str]) -> Vec<(String, &'a str)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files_with(&path, texts));
            continue;
        }
        // A socket holds nothing.
        if path
            .extension()
            .is_some_and(|extension| extension == "sock")
        {
            continue;
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            // A store that is open removes files that it needs no more.
            Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        for text in texts {
            if bytes.windows(text.len()).any(|w| w == text.as_bytes()) {
                found.push((path.display().to_string(), *text));
            }
        }
    }
    found
}

/// Waits until no file below a directory holds any of these texts.
pub async fn forgotten(directory: &Path, texts: &[&str]) {
    let mut left = files_with(directory, texts);
    let since = Instant::now();
    while !left.is_empty() {
        assert!(since.elapsed() < PATIENCE, "still there: {left:?}");
        tokio::time::sleep(LOOK_AGAIN).await;
        left = files_with(directory, texts);
    }
}
