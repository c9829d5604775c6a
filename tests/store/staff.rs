//! How people sign in, through reopening and damage.

use linger::domain::commit::Write;
use linger::domain::staff::{Account, StaffRow};
use linger::store::check::check;

use crate::story::{agent, open};

fn enrolling(key: &str) -> Option<Box<Account>> {
    Some(Box::new(Account {
        enrolling: Some(key.to_owned()),
        ..Account::default()
    }))
}

#[test]
fn what_was_written_is_there_after_reopening_and_what_was_removed_is_not() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("data");
    {
        let store = open(&path);
        let rows = vec![
            StaffRow::Account(agent("anna"), enrolling("A")),
            StaffRow::Account(agent("ben"), enrolling("B")),
        ];
        store.write_now(&[Write::Staff(rows)]).expect("written");
        let rows = vec![
            StaffRow::Account(agent("anna"), None),
            StaffRow::Account(agent("ben"), enrolling("C")),
        ];
        store.write_now(&[Write::Staff(rows)]).expect("written");
    }
    let store = open(&path);
    let roll = store.staff().expect("reads");
    assert_eq!(roll.account(&agent("anna")), Account::default());
    let ben = roll.account(&agent("ben")).enrolling;
    assert_eq!(ben.as_deref(), Some("C"));
    assert!(check(&store).is_clean());
}

#[test]
fn a_key_that_nothing_writes_is_refused_and_not_passed_over() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(&dir.path().join("data"));
    let key = "not a hash".to_owned();
    let rows = vec![StaffRow::ApiKey(key, Some(crate::golden::api_key()))];
    store.write_now(&[Write::Staff(rows)]).expect("written");
    let why = store.staff().expect_err("malformed").to_string();
    assert!(why.contains("api_keys/"), "{why}");
    assert!(!check(&store).is_clean());
}
