//! Tests of the roll.

use std::collections::BTreeSet;

use super::*;
use crate::domain::company::{AgentProfile, Role};
use crate::domain::staff::{Proof, Scope};
use crate::domain::time::Millis;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn anna() -> AgentId {
    AgentId::parse("anna").expect("a valid id")
}

fn company() -> Company {
    let mut company = Company::default();
    let profile = AgentProfile {
        secret_sha256: "a".repeat(64),
        ..AgentProfile::new("Anna", 4)
    };
    company.agents.insert(anna(), profile);
    company
}

fn key(n: usize) -> String {
    format!("{n:064x}").chars().rev().collect()
}

fn sign_in(since: Timestamp) -> SignIn {
    SignIn {
        agent: anna(),
        standing: Roll::standing(&company(), &anna()).expect("enabled"),
        since,
        used: since,
        proof: Proof::Password,
        cookie: true,
        must_enrol: false,
    }
}

fn api_key(expires: Option<Timestamp>) -> ApiKey {
    ApiKey {
        agent: anna(),
        name: "reports".to_owned(),
        scopes: BTreeSet::from([Scope::ConversationsRead]),
        since: NOW,
        by: anna(),
        expires,
    }
}

fn with(rows: Vec<StaffRow>) -> Roll {
    let mut roll = Roll::default();
    rows.into_iter().for_each(|row| roll.apply(row));
    roll
}

fn code(result: Result<Caller, Reject>) -> Result<Role, Code> {
    result.map(|c| c.role).map_err(|r| r.code)
}

#[test]
fn a_sign_in_ends_when_it_is_idle_for_too_long_and_when_it_is_too_old() {
    let mut roll = with(Roll::default().sign_in(key(1), sign_in(NOW), NOW));
    let company = company();
    let look = |roll: &Roll, at| code(roll.signed_in(&key(1), &company, at));
    let idle = NOW + limits::SIGN_IN_IDLE;
    assert_eq!(look(&roll, idle - Millis(1)), Ok(Role::Agent));
    assert_eq!(look(&roll, idle), Err(Code::TokenExpired));
    let mut now = NOW;
    while now.since(NOW).0 + limits::SIGN_IN_NOTED_EVERY.0 < limits::SIGN_IN_LIFE.0 {
        now = now + limits::SIGN_IN_NOTED_EVERY;
        assert_eq!(look(&roll, now), Ok(Role::Agent), "in use all the time");
        let noted = roll.used(&key(1), now).expect("it is time");
        roll.apply(noted);
        assert_eq!(roll.used(&key(1), now), None, "noted a moment ago");
    }
    assert_eq!(
        look(&roll, NOW + limits::SIGN_IN_LIFE),
        Err(Code::TokenExpired)
    );
    assert_eq!(
        code(roll.signed_in(&key(2), &company, NOW)),
        Err(Code::TokenInvalid)
    );
}

#[test]
fn a_sign_in_ends_with_a_change_of_role_or_secret_and_with_the_agent() {
    type Change = fn(&mut Company);
    let changes: [(&str, Change); 4] = [
        ("role", |c| {
            c.agents.get_mut(&anna()).expect("anna").role = Role::Admin;
        }),
        ("secret", |c| {
            c.agents.get_mut(&anna()).expect("anna").secret_sha256 = "b".repeat(64);
        }),
        ("disabled", |c| {
            c.agents.get_mut(&anna()).expect("anna").enabled = false;
        }),
        ("gone", |c| c.agents.clear()),
    ];
    let roll = with(Roll::default().sign_in(key(1), sign_in(NOW), NOW));
    for (what, change) in changes {
        let mut company = company();
        assert_eq!(roll.outdated(&company), [], "{what}: before");
        change(&mut company);
        assert_eq!(
            code(roll.signed_in(&key(1), &company, NOW)),
            Err(Code::TokenInvalid),
            "{what}"
        );
        assert_eq!(
            roll.outdated(&company),
            [StaffRow::SignIn(key(1), None)],
            "{what}"
        );
    }
}

#[test]
fn an_agent_has_a_bounded_number_of_sign_ins_and_the_longest_unused_goes_first() {
    let mut roll = Roll::default();
    for n in 0..limits::SIGN_INS_PER_AGENT_MAX + 5 {
        let at = NOW + Millis(n as u64);
        for row in roll.sign_in(key(n), sign_in(at), at) {
            roll.apply(row);
        }
    }
    let left: BTreeSet<&str> = roll
        .sign_ins_of(&anna(), NOW)
        .iter()
        .map(|(key, _)| *key)
        .collect();
    assert_eq!(left.len(), limits::SIGN_INS_PER_AGENT_MAX);
    assert!(!left.contains(key(4).as_str()) && left.contains(key(5).as_str()));
}

#[test]
fn an_api_key_has_its_scopes_the_role_of_its_agent_and_an_end() {
    let until = NOW + Millis::days(1);
    let row = Roll::default()
        .add_api_key(key(1), api_key(Some(until)))
        .expect("room");
    let roll = with(vec![row]);
    let mut company = company();
    let caller = roll.with_api_key(&key(1), &company, NOW).expect("good");
    assert!(caller.reach.includes(Scope::ConversationsRead));
    assert!(!caller.reach.includes(Scope::ConversationsWrite));
    assert_eq!(
        code(roll.with_api_key(&key(1), &company, until)),
        Err(Code::TokenExpired)
    );
    assert_eq!(
        code(roll.signed_in(&key(1), &company, NOW)),
        Err(Code::TokenInvalid),
        "it is no sign-in"
    );
    company.agents.get_mut(&anna()).expect("anna").enabled = false;
    assert_eq!(
        code(roll.with_api_key(&key(1), &company, NOW)),
        Err(Code::TokenInvalid)
    );
    assert_eq!(roll.outdated(&company), [], "it works again with its agent");
    company.agents.clear();
    assert_eq!(roll.outdated(&company), [StaffRow::ApiKey(key(1), None)]);
}

#[test]
fn api_keys_are_bounded_and_revoked_by_their_short_names() {
    let mut roll = Roll::default();
    for n in 0..limits::API_KEYS_MAX {
        let row = roll.add_api_key(key(n), api_key(None)).expect("room");
        roll.apply(row);
    }
    let full = roll
        .add_api_key(key(9_999), api_key(None))
        .expect_err("full");
    assert_eq!(full.code, Code::InUse);
    let key = key(7);
    let revoked = roll.revoke_api_key(short_name(&key)).expect("there");
    assert_eq!(revoked, StaffRow::ApiKey(key, None));
    assert_eq!(roll.revoke_api_key("nobody"), None);
}
