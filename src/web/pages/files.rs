//! Where the files of the pages come from: the binary, or a directory while somebody works on
//! them.

use std::path::PathBuf;

use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::web::secret::sha256_hex;

#[derive(RustEmbed)]
#[folder = "ui/dist/"]
struct Embedded;

/// The files of the pages.
#[derive(Debug, Clone, Default)]
pub enum Pages {
    /// As they were when the binary was built.
    #[default]
    Embedded,
    /// As they are now.
    Directory(PathBuf),
}

/// How the bytes of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }
}

/// One file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) bytes: Bytes,
    /// Changes with the bytes.
    pub(super) tag: String,
    /// Its content type.
    pub(super) kind: &'static str,
    /// How the bytes are written, if not as they are.
    pub(super) encoding: Option<Encoding>,
}

impl Pages {
    /// A file by its path below `ui/dist`, in the first of these encodings that there is.
    pub(super) fn get(&self, path: &str, accepted: &[Encoding]) -> Option<File> {
        if !is_plain(path) {
            return None;
        }
        let kind = kind_of(path)?;
        accepted
            .iter()
            .map(|encoding| (format!("{path}{}", encoding.ending()), Some(*encoding)))
            .chain([(path.to_owned(), None)])
            .find_map(|(path, encoding)| {
                let (bytes, tag) = self.read(&path)?;
                Some(File {
                    bytes,
                    tag,
                    kind,
                    encoding,
                })
            })
    }

    fn read(&self, path: &str) -> Option<(Bytes, String)> {
        match self {
            Self::Embedded => {
                let file = Embedded::get(path)?;
                let hash = file.metadata.sha256_hash();
                let tag = hash[..16].iter().map(|b| format!("{b:02x}")).collect();
                let bytes = match file.data {
                    std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
                };
                Some((bytes, tag))
            }
            Self::Directory(directory) => {
                let bytes = std::fs::read(directory.join(path)).ok()?;
                let tag = sha256_hex(&bytes)[..32].to_owned();
                Some((Bytes::from(bytes), tag))
            }
        }
    }
}

/// Whether every part of a path is the plain name of a file.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    })
}

fn kind_of(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_plain_files_of_known_kinds_below_the_directory_is_found() {
        let place = tempfile::tempdir().expect("a directory");
        let dist = place.path().join("dist");
        std::fs::create_dir_all(dist.join("part/assets")).expect("made");
        std::fs::write(place.path().join("secret.txt"), "secret").expect("written");
        std::fs::write(dist.join("part/assets/a-1.js"), "plain").expect("written");
        std::fs::write(dist.join("part/assets/a-1.js.br"), "short").expect("written");
        std::fs::write(dist.join("part/.hidden.txt"), "hidden").expect("written");
        std::fs::write(dist.join("part/program.exe"), "program").expect("written");
        let pages = Pages::Directory(dist);
        let plain = pages.get("part/assets/a-1.js", &[]).expect("there");
        assert_eq!((&plain.bytes[..], plain.encoding), (&b"plain"[..], None));
        let both = [Encoding::Brotli, Encoding::Gzip];
        let short = pages.get("part/assets/a-1.js", &both).expect("there");
        assert_eq!(
            (&short.bytes[..], short.encoding, short.kind),
            (
                &b"short"[..],
                Some(Encoding::Brotli),
                "text/javascript; charset=utf-8"
            )
        );
        assert_ne!(short.tag, plain.tag);
        let gzip = pages.get("part/assets/a-1.js", &[Encoding::Gzip]);
        assert_eq!(gzip.expect("there").encoding, None, "there is no such file");
        for path in [
            "",
            "/",
            "../secret.txt",
            "part/../../secret.txt",
            "part/.hidden.txt",
            "part/program.exe",
            "part/assets/a-1.js.br",
            "part//assets/a-1.js",
            "part\\assets\\a-1.js",
            "part/assets",
            "/etc/passwd",
            "part/assets/a-1.js\0",
        ] {
            assert!(pages.get(path, &both).is_none(), "{path:?}");
        }
    }
}
