//! What stands in the files of a directory.

use std::fs;
use std::path::Path;

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
