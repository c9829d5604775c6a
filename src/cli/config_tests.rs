//! `linger config` on data directories.

use clap::Parser;

use super::*;
use crate::domain::audit::{ConfigChange, Wanted};
use crate::store::Store;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: ConfigArgs,
}

const FILE: &str = include_str!("../../tests/small.toml");

fn linger(dir: &Path, words: &[&str]) -> Result<String, ConfigCommandError> {
    let data = dir.join("data");
    let data = data.to_str().expect("UTF-8");
    let line = ["config", "--data", data].into_iter();
    let args = Line::parse_from(line.chain(words.iter().copied())).args;
    let mut out = Vec::new();
    run(args, &mut out)?;
    Ok(String::from_utf8(out).expect("UTF-8"))
}

fn with_file(
    dir: &Path,
    text: &str,
    command: &str,
    options: &[&str],
) -> Result<String, ConfigCommandError> {
    let file = dir.join("company.toml");
    std::fs::write(&file, text).expect("written");
    let file = file.to_str().expect("UTF-8");
    let words: Vec<&str> = [command, file]
        .into_iter()
        .chain(options.iter().copied())
        .collect();
    linger(dir, &words)
}

fn apply_file(dir: &Path, text: &str) -> Result<String, ConfigCommandError> {
    with_file(dir, text, "apply", &["--yes"])
}

fn stored(dir: &Path) -> crate::domain::company::Company {
    company(&open(&dir.join("data"), false).expect("opens")).expect("a company")
}

#[test]
fn an_applied_file_is_exported_and_applies_again_without_a_change() {
    let dir = tempfile::tempdir().expect("a directory");
    let said = apply_file(dir.path(), FILE).expect("applied");
    assert!(said.contains("linger agent renew anna"), "{said}");
    assert!(said.contains("+ workstreams.support"), "{said}");
    assert_eq!(stored(dir.path()).revision, 1);
    let exported = linger(dir.path(), &["export"]).expect("exported");
    assert!(!exported.contains("secret"), "{exported}");
    let said = apply_file(dir.path(), &exported).expect("applied");
    assert!(said.contains("Nothing to do"), "{said}");
    assert_eq!(stored(dir.path()).revision, 1, "nothing written");
    let said = apply_file(dir.path(), &exported.replace("Small", "Large")).expect("applied");
    assert!(said.contains(r#"name: "Small" → "Large""#), "{said}");
    assert_eq!(stored(dir.path()).revision, 2);
}

#[test]
fn a_plan_and_a_dry_run_show_everything_and_change_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    with_file(dir.path(), FILE, "plan", &[]).expect("planned");
    assert!(!dir.path().join("data").exists(), "not even a directory");
    apply_file(dir.path(), FILE).expect("applied");
    let other = FILE.replace("capacity = 2", "capacity = 3") + "[queues.sales]\npriority = 7\n";
    for (command, options) in [("plan", &[][..]), ("apply", &["--dry-run"][..])] {
        let said = with_file(dir.path(), &other, command, options).expect("planned");
        for line in [
            "~ agents.anna\n    capacity: 2 → 3",
            "+ queues.sales",
            "    priority = 7",
            "1 added, 1 changed, 0 removed.",
        ] {
            assert!(said.contains(line), "{line} in {said}");
        }
    }
    assert_eq!(stored(dir.path()).revision, 1);
    let why = with_file(dir.path(), &other, "apply", &[]).expect_err("nobody agreed");
    assert!(why.to_string().contains("--yes"), "{why}");
    assert_eq!(stored(dir.path()).revision, 1);
}

#[test]
fn a_file_that_is_wrong_makes_no_store_and_changes_none() {
    let dir = tempfile::tempdir().expect("a directory");
    let wrong = FILE.replace("\"anna\"", "\"zoe\"");
    let why = apply_file(dir.path(), &wrong).expect_err("wrong");
    assert!(
        why.to_string().contains("line 9, queues.support.members"),
        "{why}"
    );
    assert!(!dir.path().join("data").exists());
    apply_file(dir.path(), FILE).expect("applied");
    let before = stored(dir.path());
    apply_file(dir.path(), &wrong).expect_err("still wrong");
    assert_eq!(stored(dir.path()), before);
}

#[test]
fn agents_that_the_file_does_not_name_stay_unless_they_are_pruned() {
    let dir = tempfile::tempdir().expect("a directory");
    apply_file(
        dir.path(),
        &format!("{FILE}[agents.bob]\ncapacity = 1\nqueues = [\"support\"]\n"),
    )
    .expect("applied");
    let said = apply_file(dir.path(), FILE).expect("applied");
    assert!(said.contains("Nothing to do"), "{said}");
    assert_eq!(stored(dir.path()).agents.len(), 2);
    let said = with_file(dir.path(), FILE, "apply", &["--yes", "--prune-agents"]).expect("applied");
    assert!(
        said.contains("- agents.bob") && said.contains(r#"members: -"bob""#),
        "{said}"
    );
    assert_eq!(stored(dir.path()).agents.len(), 1);
}

#[test]
fn every_change_of_a_stopped_server_is_in_its_audit_and_no_secret_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let secret = "ab".repeat(32);
    let with_secret = FILE.replace(
        "capacity = 2",
        &format!("capacity = 2\nsecret_sha256 = \"{secret}\""),
    );
    apply_file(dir.path(), FILE).expect("applied");
    apply_file(dir.path(), &with_secret).expect("applied");
    let store = Store::open_read_only(&dir.path().join("data")).expect("opens");
    let page = store
        .audit(&Wanted::default(), true, None, 10, 10)
        .expect("read");
    let audit: Vec<&ConfigChange> = page
        .records
        .iter()
        .filter_map(|r| r.record.change.as_ref())
        .collect();
    let revisions: Vec<u64> = audit.iter().map(|r| r.revision).collect();
    assert_eq!(revisions, [2, 1], "newest first");
    assert_eq!(audit[0].interface, Interface::CommandLine);
    assert_eq!(audit[0].changes.len(), 1);
    let after = audit[0].changes[0].after.as_deref().expect("still there");
    assert!(
        after.contains("(set)") && !format!("{audit:?}").contains(&secret),
        "{after}"
    );
}

#[test]
fn a_mode_may_change_as_long_as_there_is_no_conversation() {
    let dir = tempfile::tempdir().expect("a directory");
    apply_file(dir.path(), FILE).expect("applied");
    apply_file(dir.path(), &FILE.replace("persistent", "live")).expect("nobody has talked yet");
}
