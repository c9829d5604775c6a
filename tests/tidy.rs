//! The rules of the house that no compiler knows: who may import whom, which file is the
//! only one that knows a package, and what every file must have.
//!
//! A new module takes its place in [`LAYERS`]; a new exception takes its reason with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each part of `src/` and the parts it may import. What is not here may not be there.
const LAYERS: &[(&str, &[&str])] = &[
    ("maps", &[]),
    ("limits", &["domain"]),
    ("domain", &["limits"]),
    ("engine", &["domain", "limits", "maps"]),
    ("store", &["domain", "limits"]),
    ("snapshot", &["domain", "store"]),
    ("wire", &["domain", "engine", "error", "limits"]),
    ("clock", &["domain"]),
    ("error", &["domain", "limits"]),
    ("telemetry", &["domain", "limits"]),
    ("config", &["domain", "limits", "store"]),
    ("client", &[]),
    (
        "actors",
        &[
            "clock",
            "config",
            "domain",
            "engine",
            "error",
            "limits",
            "maps",
            "store",
            "telemetry",
        ],
    ),
    (
        "web",
        &[
            "actors",
            "clock",
            "config",
            "domain",
            "engine",
            "error",
            "limits",
            "maps",
            "telemetry",
            "wire",
        ],
    ),
];
/// These compose the others and see everything.
const SEES_ALL: &[&str] = &["server", "cli", "main", "lib"];

/// Packages with one home, or a few: (package as imported, where it may be, why only there).
const HOMES: &[(&str, &[&str], &str)] = &[
    (
        "actix_web_actors",
        &["web/session.rs"],
        "deprecated upstream; one file can be replaced",
    ),
    (
        "bincode",
        &["store/codec.rs"],
        "unmaintained upstream; one file can be replaced",
    ),
    (
        "rocksdb",
        &["store/", "cli/"],
        "the store is the only one that knows how it stores",
    ),
    (
        "jiff",
        &["domain/hours.rs", "snapshot/", "cli/"],
        "time zones belong to the operating hours; people read local time, and days are counted in it",
    ),
    (
        "actix",
        &["actors/", "web/", "server"],
        "engine and store do not know actix",
    ),
    (
        "actix_rt",
        &["actors/", "web/", "server", "main.rs", "cli/"],
        "engine and store do not know actix",
    ),
    ("actix_web", &["web/", "server"], "HTTP ends at web"),
    ("actix_http", &["web/", "server"], "HTTP ends at web"),
    (
        "tokio_tungstenite",
        &["client/"],
        "the server speaks through actix",
    ),
    (
        "reqwest",
        &["client/", "cli/", "server/jwks.rs", "web/staff/provider.rs"],
        "the server asks nobody but for the keys and the identity provider that its configuration names",
    ),
    (
        "openidconnect",
        &["web/staff/provider.rs"],
        "signing in with a provider is one file's business",
    ),
    (
        "chrono",
        &["web/staff/provider.rs"],
        "only the openidconnect package wants it",
    ),
    (
        "argon2",
        &["web/staff/passwords.rs"],
        "how passwords are kept is one file's business",
    ),
    (
        "rustls",
        &["server", "web/server.rs"],
        "certificates are read and served in two places",
    ),
    (
        "actix_tls",
        &["web/server.rs"],
        "only socket options want the type below TLS",
    ),
    (
        "rust_embed",
        &["web/pages/files.rs"],
        "where the pages come from is one file's business",
    ),
    (
        "governor",
        &["web/limiter.rs"],
        "what a bucket is stays one file's business",
    ),
    (
        "regex",
        &["domain/masking.rs"],
        "patterns that others write are read in one place",
    ),
    ("clap", &["cli/", "main.rs"], "flags are the command line's"),
    ("toml", &["config/"], "the company file is config's"),
    (
        "fluent_bundle",
        &["domain/system_messages/fluent.rs"],
        "how linger's own texts are written is one file's business",
    ),
    (
        "unic_langid",
        &["domain/system_messages/fluent.rs"],
        "only the texts' format wants it",
    ),
];

/// Sentences that must not stand in code outside of their homes.
const PHRASES: &[(&str, &[&str], &str)] = &[
    (
        "SystemTime::now",
        &["clock.rs", "cli/", "client/"],
        "time arrives as data",
    ),
    (
        "Instant::now",
        &["actors/", "cli/", "client/", "server", "store/", "web/"],
        "rules and machines know no clock",
    ),
    (
        "println!",
        &["cli/", "main.rs"],
        "a server speaks through its log",
    ),
    (
        "print!",
        &["cli/", "main.rs"],
        "a server speaks through its log",
    ),
    (
        "std::fs",
        &[
            "cli/",
            "config/",
            "main.rs",
            "server",
            "snapshot/",
            "store/",
            "web/pages/files.rs",
        ],
        "files are opened at the edges",
    ),
    (
        "std::thread",
        &["actors/", "cli/", "server", "store/"],
        "threads are started where they are stopped",
    ),
    ("todo!", &[], "what is not done is an issue"),
    ("unimplemented!", &[], "what is not done is an issue"),
];

/// Files that are longer than [`LINES_MAX`], each with its reason.
const LONG_FILES: &[(&str, &str)] = &[
    (
        "domain/conversation/state.rs",
        "the whole state and what every event does to it, so that none is overlooked",
    ),
    (
        "wire/client.rs",
        "every frame that a client may send, in one list",
    ),
];
const LINES_MAX: usize = 600;

struct Source {
    /// Relative to `src/`, with slashes.
    path: String,
    text: String,
    /// Without comments, string contents and what is compiled for tests only.
    code: String,
}

impl Source {
    fn layer(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or(&self.path);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_in(&self, homes: &[&str]) -> bool {
        homes.iter().any(|home| self.path.starts_with(home))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files_below(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut paths = Vec::new();
    files_below(&src, "rs", &mut paths);
    assert!(paths.len() > 20, "the sources are found");
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let relative = path.strip_prefix(&src).expect("below src");
            let path = relative.to_str().expect("UTF-8").replace('\\', "/");
            let code = if is_test_file(&path) {
                String::new()
            } else {
                code_of(&text)
            };
            Source { path, text, code }
        })
        .collect()
}

fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["tests.rs", "golden.rs"].contains(&name)
        || name.ends_with("_tests.rs")
        || path.contains("/tests/")
}

/// What the program is made of: no comments, no string contents, nothing from the first
/// `#[cfg(test)] mod` on (by custom the last thing in a file).
fn code_of(text: &str) -> String {
    let end = text
        .find("\n#[cfg(test)]\nmod ")
        .or_else(|| text.find("\n#[cfg(test)]\n#[path"));
    let text = &text[..end.unwrap_or(text.len())];
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        let mut in_string = false;
        let mut before = ' ';
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '/' if !in_string && chars.peek() == Some(&'/') => break,
                '"' if before != '\\' && before != '\'' => {
                    in_string = !in_string;
                    code.push(c);
                }
                _ if in_string => {}
                _ => code.push(c),
            }
            before = if before == '\\' { ' ' } else { c };
        }
        code.push('\n');
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The rest of the code after each place where the phrase stands as a word of its own.
fn after_each<'a>(code: &'a str, phrase: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(phrase).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        (!is_word(before) && before != ':').then(|| &code[at + phrase.len()..])
    })
}

/// The names that stand after a path: `crate::x` and `crate::{x, y::z}`.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let first_word = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|c| is_word(*c))
            .collect::<String>()
    };
    let mut found = BTreeSet::new();
    for rest in after_each(code, prefix) {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(first_word(rest));
            continue;
        };
        let mut depth = 1_u32;
        let mut start = 0;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                found.insert(first_word(&group[start..at]));
                start = at + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn packages() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let table: toml::Table = manifest.parse().expect("TOML");
    let names = table["dependencies"].as_table().expect("a table");
    names.keys().map(|name| name.replace('-', "_")).collect()
}

fn uses_package(code: &str, package: &str) -> bool {
    after_each(code, package).any(|rest| rest.starts_with("::") || rest.starts_with(';'))
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn imports_go_in_one_direction() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut problems = Vec::new();
    for source in sources() {
        let layer = source.layer();
        if SEES_ALL.contains(&layer) {
            continue;
        }
        let Some(allowed) = layers.get(layer) else {
            problems.push(format!(
                "src/{}: {layer} has no place in LAYERS (tests/tidy.rs)",
                source.path
            ));
            continue;
        };
        for import in names_after(&source.code, "crate::") {
            // Macros and types at the root of the crate are not parts of it.
            let is_part =
                layers.contains_key(import.as_str()) || SEES_ALL.contains(&import.as_str());
            if is_part && import != layer && !allowed.contains(&import.as_str()) {
                problems.push(format!(
                    "src/{}: {layer} must not import {import}",
                    source.path
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_wire_knows_of_the_engine_only_what_is_asked_and_answered() {
    let allowed = ["request", "view", "outbound", "watch", "workplace"];
    let mut problems = Vec::new();
    for source in sources().iter().filter(|s| s.layer() == "wire") {
        for name in names_after(&source.code, "crate::engine::") {
            if !allowed.contains(&name.as_str()) {
                problems.push(format!(
                    "src/{}: wire must not import engine::{name}",
                    source.path
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_domain_imports_nothing_but_std_and_serde() {
    // Tables and formats that are better kept by those who keep nothing else.
    const HOMES: [(&str, &str); 5] = [
        ("jiff", "domain/hours.rs"),
        ("regex", "domain/masking.rs"),
        ("uuid", "domain/ids.rs"),
        ("fluent_bundle", "domain/system_messages/fluent.rs"),
        ("unic_langid", "domain/system_messages/fluent.rs"),
    ];
    let mut problems = Vec::new();
    for source in sources().iter().filter(|s| s.layer() == "domain") {
        for package in packages().iter().filter(|p| *p != "serde") {
            let is_home = HOMES.contains(&(package, source.path.as_str()));
            if uses_package(&source.code, package) && !is_home {
                problems.push(format!(
                    "src/{}: domain must not know {package}",
                    source.path
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_engine_has_no_input_or_output() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|s| s.layer() == "engine") {
        for package in [
            "tokio",
            "rocksdb",
            "rand",
            "futures_util",
            "crossbeam_channel",
            "socket2",
        ] {
            if uses_package(&source.code, package) {
                problems.push(format!(
                    "src/{}: engine must not know {package}",
                    source.path
                ));
            }
        }
        for part in ["std::net", "std::io", "std::env", "std::time"] {
            if source.code.contains(part) {
                problems.push(format!("src/{}: engine must not know {part}", source.path));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn packages_and_phrases_stay_in_their_homes() {
    let mut problems = Vec::new();
    for source in sources() {
        for (package, homes, why) in HOMES {
            if uses_package(&source.code, package) && !source.is_in(homes) {
                problems.push(format!(
                    "src/{}: {package} belongs into {homes:?} ({why})",
                    source.path
                ));
            }
        }
        for (phrase, homes, why) in PHRASES {
            if after_each(&source.code, phrase).next().is_some() && !source.is_in(homes) {
                problems.push(format!(
                    "src/{}: {phrase} belongs into {homes:?} ({why})",
                    source.path
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_file_says_what_it_is_for_and_is_about_one_thing() {
    let mut problems = Vec::new();
    for source in sources() {
        let first = source.text.lines().next().unwrap_or_default();
        if !first.starts_with("//! ") {
            problems.push(format!(
                "src/{}: begins without saying what it is for (//!)",
                source.path
            ));
        }
        let lines = source.text.lines().count();
        if lines > LINES_MAX && !LONG_FILES.iter().any(|(path, _)| *path == source.path) {
            problems.push(format!(
                "src/{}: {lines} lines; split it, or give the reason in LONG_FILES",
                source.path
            ));
        }
        for line in source.code.lines().map(str::trim_start) {
            let line = line
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("pub(super) ");
            let line = line.strip_prefix("pub ").unwrap_or(line);
            let Some(name) = ["struct ", "enum ", "trait ", "mod "]
                .iter()
                .find_map(|k| line.strip_prefix(k))
            else {
                continue;
            };
            let name: String = name.chars().take_while(|c| is_word(*c)).collect();
            let lower = name.to_lowercase();
            if ["manager", "helper", "helpers", "util", "utils"]
                .iter()
                .any(|bad| lower.ends_with(bad))
            {
                problems.push(format!(
                    "src/{}: {name} does not say what it does",
                    source.path
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let makefile = fs::read_to_string(root().join("Makefile")).expect("Makefile");
    for target in ["run", "test"] {
        assert!(
            readme.contains(&format!("make {target}")),
            "README.md names make {target}"
        );
        assert!(
            makefile.contains(&format!("\n{target}:")),
            "and the Makefile has it"
        );
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    files_below(&root().join("docs"), "md", &mut pages);
    let mut problems = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).expect("UTF-8");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
                continue;
            }
            if !page.parent().expect("in a directory").join(path).exists() {
                problems.push(format!("{}: {target} leads nowhere", page.display()));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_checks_above_see_what_they_look_for() {
    let code = code_of(
        "use crate::{web, store::x};\n// crate::cli\nlet s = \"crate::server\"; // todo!\nfn f() { crate::wire::g() }\n#[cfg(test)]\nmod tests { use crate::actors; }",
    );
    let found: Vec<String> = names_after(&code, "crate::").into_iter().collect();
    assert_eq!(found, ["store", "web", "wire"]);
    assert!(!code.contains("todo!"));
    assert!(uses_package("use rocksdb::DB;", "rocksdb"));
    assert!(uses_package("let x: bincode::Error;", "bincode"));
    assert!(!uses_package("use crate::store::rocksdb::X;", "rocksdb"));
    assert!(!uses_package("let my_toml::x", "toml"));
}
