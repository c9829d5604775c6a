//! Every refusal that the rules can give. That it changes nothing is checked with
//! every case (`tests.rs`).

use super::{Case, Story, check, company};
use crate::domain::command::Start;
use crate::domain::conversation::{Ctx, start};
use crate::domain::ids::{ClientId, ConversationId, CustomerId};
use crate::domain::reject::Code;
use crate::domain::company::Mode;
use crate::limits;

const ACTIVE: &str = "ada starts, engine offers anna, anna accepts";
const WAITING: &str = "ada starts, engine offers anna, anna accepts, anna parks";
const WRAP_UP: &str = "ada starts, engine offers anna, anna accepts, anna ends";
const CLOSED: &str = "ada starts, sue closes";

#[test]
fn what_is_not_theirs_is_not_there() {
    let pushed = company(Mode::Persistent, |_| {});
    check(&pushed, &[
        Case("another customer writes", "ada starts", "eve writes x", "! not_found"),
        Case("another customer ends", "ada starts", "eve ends", "! not_found"),
        Case("another customer reads", "ada starts", "eve marks 1 1", "! not_found"),
        Case("an agent of no queue of it", ACTIVE, "kim parks", "! not_found"),
        Case("whoever it is offered to may", "ada starts, sue offers kim", "kim accepts", "active | accepted kim, told AgentJoined | kim 1"),
        Case("whoever had it may", "ada starts, sue offers kim, kim accepts, kim parks", "kim reopens", "active | assigned kim Reopened, told AgentReturned | kim 1"),
    ]);
}

#[test]
fn customers_write_and_read_and_nothing_else() {
    let pushed = company(Mode::Persistent, |_| {});
    for verb in ["accepts", "rejects", "picks", "reopens", "parks", "releases", "finishes", "closes", "hands ben", "moves sales", "offers anna"] {
        let mut story = Story::new(pushed.clone());
        story.steps(ACTIVE).expect("possible");
        let refused = story.steps(&format!("ada {verb}")).expect_err("customers may not");
        assert_eq!(refused.code, Code::Forbidden, "{verb}");
    }
    check(&pushed, &[
        Case("customers do not end persistent conversations", ACTIVE, "ada ends", "! customer_cannot_end"),
        Case("wherever they stand", WAITING, "ada ends", "! customer_cannot_end"),
        Case("linger does not write", "ada starts", "engine writes x", "! forbidden"),
        Case("nor read", "ada starts", "engine marks 1 1", "! forbidden"),
        Case("nor end", ACTIVE, "engine ends", "! forbidden"),
        Case("a conversation starts once", "ada starts", "ada restarts", "! wrong_state"),
    ]);
}

#[test]
fn messages_have_a_length_and_an_end() {
    let pushed = company(Mode::Persistent, |_| {});
    check(&pushed, &[
        Case("empty", "ada starts", "ada writes", "! invalid_request"),
        Case("8,001 characters", "ada starts", "ada floods", "! too_long"),
        Case("after the end, by the customer", WRAP_UP, "ada writes x", "! closed"),
        Case("after the end, by the agent", WRAP_UP, "anna writes x", "! closed"),
        Case("after all, by the customer", CLOSED, "ada writes x", "! closed"),
        Case("after all, by an agent", CLOSED, "anna writes x", "! closed"),
        Case("by an agent who has not accepted", "ada starts, engine offers anna", "anna writes x", "! not_assigned"),
        Case("by a colleague", ACTIVE, "ben writes x", "! not_assigned taken by anna"),
        Case("by a supervisor who only watches", ACTIVE, "sue writes x", "! not_assigned taken by anna"),
    ]);
}

#[test]
fn marks_are_monotonic_and_end_at_the_last_message() {
    let pushed = company(Mode::Persistent, |_| {});
    let three = "ada starts writing, ada writes x";
    check(&pushed, &[
        Case("marked", three, "ada marks 3 1", "open | marked Customer 3 1 |"),
        Case("what is read has been delivered", three, "ada marks 0 2", "open | marked Customer 2 2 |"),
        Case("not back", "ada starts writing, ada marks 2 2", "ada marks 1 1", "open |  |"),
        Case("one of the two", "ada starts writing, ada marks 2 1", "ada marks 1 2", "open | marked Customer 2 2 |"),
        Case("beyond the end", three, "ada marks 4 1", "! mark_beyond_end"),
        Case("read beyond the end", three, "ada marks 1 9", "! mark_beyond_end"),
        Case("the company's side by the agent who has it", ACTIVE, "anna marks 2 2", "active | marked Agent 2 2 | anna 1"),
        Case("not by a colleague", ACTIVE, "ben marks 2 2", "! not_assigned"),
    ]);
}

#[test]
fn offers_are_answered_by_whom_they_are_made_to() {
    let pushed = company(Mode::Persistent, |_| {});
    let offered = "ada starts, engine offers anna";
    check(&pushed, &[
        Case("nothing is offered", "ada starts", "anna accepts", "! not_offered"),
        Case("it is offered to somebody else", offered, "ben accepts", "! already_taken taken by anna"),
        Case("rejected by somebody else", offered, "ben rejects", "! not_offered"),
        Case("accepted is not rejected any more", ACTIVE, "anna rejects", "! not_offered"),
        Case("after the deadline", "ada starts, engine offers anna, +121s", "anna accepts", "! not_offered"),
        Case("it waits", WAITING, "anna accepts", "! not_offered"),
        Case("it has ended", WRAP_UP, "anna rejects", "! not_offered"),
        Case("it is closed", CLOSED, "anna accepts", "! closed"),
        Case("offers are made by linger and supervisors", "ada starts", "anna offers anna", "! forbidden"),
        Case("not of what somebody has", ACTIVE, "engine offers ben", "! already_taken taken by anna"),
        Case("not by linger while it waits", WAITING, "engine offers ben", "! wrong_state"),
        Case("not after the end", WRAP_UP, "sue offers ben", "! wrong_state"),
        Case("not of what is closed", CLOSED, "sue offers ben", "! closed"),
        Case("not to somebody disabled", "ada starts", "engine offers dan", "! unknown_agent"),
    ]);
}

#[test]
fn agents_take_only_what_is_there_for_them() {
    let pushed = company(Mode::Persistent, |_| {});
    check(&pushed, &[
        Case("pushed conversations are not picked", "ada starts", "anna picks", "! not_pickable"),
        Case("picked: taken", ACTIVE, "ben picks", "! already_taken taken by anna"),
        Case("picked: ended", WRAP_UP, "ben picks", "! wrong_state"),
        Case("picked: closed", CLOSED, "ben picks", "! closed"),
        Case("reopened by somebody else", WAITING, "ben reopens", "! not_assigned"),
        Case("reopened: never had", "ada starts", "anna reopens", "! not_assigned"),
        Case("reopened: taken", ACTIVE, "ben reopens", "! already_taken taken by anna"),
        Case("reopened: ended", WRAP_UP, "anna reopens", "! wrong_state"),
        Case("reopened: closed", CLOSED, "ben reopens", "! closed"),
    ]);
}

#[test]
fn agents_leave_and_end_only_what_they_have() {
    let pushed = company(Mode::Persistent, |_| {});
    for verb in ["parks", "releases", "ends", "hands ben", "moves sales"] {
        for (given, code) in [
            ("ada starts", Code::NotAssigned),
            ("ada starts, engine offers anna", Code::NotAssigned),
            ("ada starts, engine offers ben, ben accepts", Code::NotAssigned),
            (CLOSED, Code::Closed),
        ] {
            let mut story = Story::new(pushed.clone());
            story.steps(given).expect("possible");
            let refused = story.steps(&format!("anna {verb}")).expect_err("not hers");
            assert_eq!(refused.code, code, "{given}: anna {verb}");
        }
    }
    check(&pushed, &[
        Case("finish what has not ended", ACTIVE, "anna finishes", "! wrong_state"),
        Case("finish another's", WRAP_UP, "ben finishes", "! not_assigned"),
        Case("force-close is for supervisors", ACTIVE, "anna closes", "! forbidden"),
        Case("closed is closed", CLOSED, "sue closes", "! closed"),
        Case("parked by somebody else", WAITING, "ben parks", "! not_assigned"),
    ]);
}

#[test]
fn a_start_that_cannot_be_is_refused() {
    let company = company(Mode::Persistent, |_| {});
    let plain = || Start { workstream: Some(super::workstream_id()), ..Start::default() };
    let long = |n: usize| "x".repeat(n);
    let cases: Vec<(&str, Start, Code)> = vec![
        ("no workstream and no widget", Start::default(), Code::UnknownWorkstream),
        ("an unknown widget", Start { widget: crate::domain::ids::WidgetId::parse("w").ok(), ..Start::default() }, Code::UnknownWorkstream),
        ("an unknown workstream", Start { workstream: crate::domain::ids::WorkstreamId::parse("x").ok(), ..Start::default() }, Code::UnknownWorkstream),
        ("a text without a client id", Start { text: Some("hello".into()), ..plain() }, Code::InvalidRequest),
        ("an empty text", Start { text: Some("".into()), client_id: ClientId::parse("m").ok(), ..plain() }, Code::InvalidRequest),
        ("a long text", Start { text: Some(long(8_001).into()), client_id: ClientId::parse("m").ok(), ..plain() }, Code::TooLong),
        ("a long context key", Start { context: [(long(101), String::new())].into(), ..plain() }, Code::TooLong),
        ("a long context value", Start { context: [("k".to_owned(), long(4_001))].into(), ..plain() }, Code::TooLong),
        ("a large context", Start { context: (0..=limits::CONTEXT_VALUES_MAX).map(|n| (n.to_string(), String::new())).collect(), ..plain() }, Code::TooLong),
        ("a long locale", Start { locale: long(101), ..plain() }, Code::TooLong),
    ];
    let customer = CustomerId::parse("ada").expect("valid");
    for (name, wanted, code) in cases {
        let ctx = Ctx { now: super::START, company: &company };
        let refused = start(ConversationId(1), &customer, wanted, ctx).expect_err(name);
        assert_eq!(refused.code, code, "{name}");
    }
}
