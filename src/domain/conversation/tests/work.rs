//! Notes, tags, the subject, reasons of transfers, consults.

use super::{Case, Story, agent, check, company};
use crate::domain::conversation::{ConsultRole, State};
use crate::domain::event::Event;
use crate::domain::ids::Position;
use crate::domain::note::NoteNumber;
use crate::domain::reject::Code;
use crate::domain::company::{Company, Mode, Role};
use crate::limits;

const ACTIVE: &str = "ada starts, engine offers anna, anna accepts";
const WAITING: &str = "ada starts, engine offers anna, anna accepts, anna parks";
const WRAP_UP: &str = "ada starts, engine offers anna, anna accepts, anna ends";
const CLOSED: &str = "ada starts, sue closes";
const CONSULTED: &str = "ada starts, engine offers anna, anna accepts, anna consults kim";
const JOINED: &str = "ada starts, engine offers anna, anna accepts, anna consults kim, anna adds kim";

fn pushed() -> Company {
    company(Mode::Persistent, |_| {})
}

fn after(steps: &str) -> Story {
    let mut story = Story::new(pushed());
    story.steps(steps).expect("every step is possible");
    story
}

#[test]
fn notes_are_written_by_the_company_until_the_end() {
    check(&pushed(), &[
        Case("by whoever has it", ACTIVE, "anna notes call back", "active | note 1 by anna | anna 1"),
        Case("they have numbers of their own", "ada starts writing, ada writes x, ben notes a", "ben notes b", "open | note 2 by ben |"),
        Case("by a colleague of the queue", ACTIVE, "ben notes x", "active | note 1 by ben | anna 1"),
        Case("by a supervisor", WAITING, "sue notes x", "waiting | note 1 by sue |"),
        Case("in wrap-up, which is there for it", WRAP_UP, "anna notes x", "wrap_up | note 1 by anna | anna 1"),
        Case("not when it is closed", CLOSED, "sue notes x", "! closed"),
        Case("not by the customer", ACTIVE, "ada notes x", "! forbidden"),
        Case("not by linger", ACTIVE, "engine notes x", "! forbidden"),
        Case("not by an agent of no queue of it", ACTIVE, "kim notes x", "! not_found"),
        Case("not without a text", ACTIVE, "anna notes", "! invalid_request"),
        Case("for one colleague", ACTIVE, "anna whispers ben x", "active | note 1 by anna for ben | anna 1"),
        Case("for a supervisor", ACTIVE, "anna whispers sue x", "active | note 1 by anna for sue | anna 1"),
        Case("not for one who cannot see it", ACTIVE, "anna whispers kim x", "! wrong_state"),
        Case("for one who is consulted", CONSULTED, "anna whispers kim x", "active | note 1 by anna for kim | anna 1"),
        Case("not for somebody disabled", ACTIVE, "anna whispers dan x", "! unknown_agent"),
    ]);
}

#[test]
fn a_note_may_be_as_long_as_a_message_and_no_longer() {
    let mut story = after(ACTIVE);
    let long = |n: usize| format!("anna notes {}", "é".repeat(n));
    story.steps(&long(limits::NOTE_CHARS_MAX)).expect("it fits");
    let refused = story.steps(&long(limits::NOTE_CHARS_MAX + 1)).expect_err("too long");
    assert_eq!(refused.code, Code::TooLong);
}

#[test]
fn a_private_note_is_for_its_writer_its_reader_and_supervisors() {
    let mut story = after(ACTIVE);
    story.steps("anna notes for all, anna whispers ben for one").expect("possible");
    let notes: Vec<_> = story.journal.iter().filter_map(|r| match &r.event {
        Event::Noted(note) => Some(note.clone()),
        _ => None,
    }).collect();
    let may_read = |name: &str, role| notes.iter().map(|n| n.is_for(&agent(name), role)).collect::<Vec<_>>();
    assert_eq!(may_read("anna", Role::Agent), [true, true]);
    assert_eq!(may_read("ben", Role::Agent), [true, true]);
    assert_eq!(may_read("kim", Role::Agent), [true, false]);
    assert_eq!(may_read("kim", Role::Supervisor), [true, true]);
}

#[test]
fn what_is_private_is_no_activity_and_no_version_for_the_customer() {
    let mut story = after(ACTIVE);
    let before = story.state.clone().expect("started");
    story.steps("+30m, anna notes x, anna tags +vip, anna titles y, anna consults kim, kim notes z, anna dismisses kim").expect("possible");
    let now = story.state.clone().expect("started");
    assert_eq!(now.last_note, NoteNumber(2));
    assert_eq!(now.position, Position(before.position.0 + 6));
    assert_eq!(now.public_position, before.public_position);
    assert_eq!((now.activity_at, now.customer_at), (before.activity_at, before.customer_at));
    story.steps("ada writes hello").expect("possible");
    let now = story.state.expect("started");
    assert_eq!(now.public_position, now.position);
}

#[test]
fn tags_are_normalised_counted_and_changed_by_who_handles_it() {
    check(&pushed(), &[
        Case("added, without spaces and in lower case", ACTIVE, "anna tags +_VIP_ +Ñandú", "active | tagged +vip +ñandú | anna 1"),
        Case("what is there is no news", "ada starts, ben tags +vip", "ben tags +VIP -late", "open |  |"),
        Case("removed", "ada starts, ben tags +vip +late", "ben tags -Vip +new", "open | tagged +new -vip |"),
        Case("named twice, it shall be there", "ada starts, ben tags +vip", "ben tags +vip -vip", "open |  |"),
        Case("blank", ACTIVE, "anna tags +_", "! invalid_request"),
        Case("by a colleague while somebody has it", ACTIVE, "ben tags +x", "! not_assigned taken by anna"),
        Case("by a supervisor", ACTIVE, "sue tags +x", "active | tagged +x | anna 1"),
        Case("in wrap-up", WRAP_UP, "anna tags +x", "wrap_up | tagged +x | anna 1"),
        Case("while it waits", WAITING, "ben tags +x", "waiting | tagged +x |"),
        Case("closed", CLOSED, "sue tags +x", "! closed"),
        Case("the customer", ACTIVE, "ada tags +x", "! forbidden"),
    ]);
    let mut story = after(ACTIVE);
    let all: Vec<String> = (0..limits::TAGS_MAX).map(|n| format!("+t{n}")).collect();
    story.steps(&format!("anna tags {}", all.join(" "))).expect("as many as may be");
    let refused = story.steps("anna tags +more").expect_err("one too many");
    assert_eq!(refused.code, Code::TooLong);
    story.steps("anna tags +more -t0").expect("one for another");
    let refused = story.steps(&format!("anna tags -t1 +{}", "x".repeat(limits::TAG_CHARS_MAX + 1))).expect_err("too long");
    assert_eq!(refused.code, Code::TooLong);
}

#[test]
fn the_subject_is_the_first_words_of_the_customer_until_an_agent_writes_another() {
    let subject = |steps: &str| after(steps).state.expect("started").subject;
    assert_eq!(subject("ada starts"), None, "a greeting is no subject");
    assert_eq!(subject("ada starts writing, ada writes later").as_deref(), Some("Hello"));
    assert_eq!(subject("ada starts, ada writes first, ada writes second").as_deref(), Some("first"));
    let long = subject(&format!("ada starts, ada writes {}", "añ ".repeat(100)));
    assert_eq!(long.map(|s| s.chars().count()), Some(limits::SUBJECT_FROM_MESSAGE_CHARS));
    assert_eq!(subject("ada starts, ben titles lost parcel, ada writes x").as_deref(), Some("lost parcel"));
    check(&pushed(), &[
        Case("written by hand", ACTIVE, "anna titles lost parcel", "active | about lost parcel | anna 1"),
        Case("the same again is no news", "ada starts, ben titles x", "ben titles x", "open |  |"),
        Case("blank", ACTIVE, "anna titles", "! invalid_request"),
        Case("by a colleague while somebody has it", ACTIVE, "ben titles x", "! not_assigned taken by anna"),
        Case("by the customer", ACTIVE, "ada titles x", "! forbidden"),
    ]);
    let refused = after(ACTIVE).steps(&format!("anna titles {}", "x".repeat(limits::SUBJECT_CHARS_MAX + 1))).expect_err("too long");
    assert_eq!(refused.code, Code::TooLong);
}

#[test]
fn a_transfer_says_why_until_somebody_takes_it() {
    check(&pushed(), &[
        Case("to an agent", ACTIVE, "anna hands ben for speaks Galician", "active | transfer offered ben for speaks Galician | anna 1, ben 1"),
        Case("to a queue", ACTIVE, "anna moves support for not mine", "open | moved to support for not mine, told Transferred |"),
    ]);
    let why = |steps: &str| after(steps).state.expect("started").transfer_reason;
    let handed = format!("{ACTIVE}, anna hands ben for A");
    let moved = format!("{ACTIVE}, anna moves support for B");
    assert_eq!(why(&handed).as_deref(), Some("A"));
    assert_eq!(why(&format!("{handed}, ben accepts")), None);
    assert_eq!(why(&format!("{handed}, ben rejects")), None, "anna knows what she wrote");
    assert_eq!(why(&format!("{moved}, engine offers ben, ben rejects, engine offers ben")).as_deref(), Some("B"), "whoever is offered it sees why");
    assert_eq!(why(&format!("{moved}, engine offers ben, ben accepts")), None);
    assert_eq!(why("ada starts, sue offers ben for C").as_deref(), Some("C"));
    let long = "x".repeat(limits::TRANSFER_REASON_CHARS_MAX + 1);
    for step in ["anna hands ben", "anna moves sales"] {
        let refused = after(ACTIVE).steps(&format!("{step} for {long}")).expect_err("too long");
        assert_eq!(refused.code, Code::TooLong);
    }
}

#[test]
fn a_colleague_is_consulted_by_whoever_has_it() {
    check(&pushed(), &[
        Case("invited, without units", ACTIVE, "anna consults kim", "active | consulted kim | anna 1"),
        Case("invited twice is once", CONSULTED, "anna consults kim", "active |  | anna 1"),
        Case("by a supervisor", ACTIVE, "sue consults kim", "active | consulted kim | anna 1"),
        Case("a supervisor comes in themselves", ACTIVE, "sue consults sue", "active | consulted sue | anna 1"),
        Case("not by a colleague", ACTIVE, "ben consults kim", "! not_assigned taken by anna"),
        Case("not by who is consulted", CONSULTED, "kim consults ben", "! not_assigned taken by anna"),
        Case("not the agent who has it", ACTIVE, "anna consults anna", "! wrong_state"),
        Case("not somebody disabled", ACTIVE, "anna consults dan", "! unknown_agent"),
        Case("not before it is accepted", "ada starts, engine offers anna", "anna consults kim", "! not_assigned"),
        Case("nor by a supervisor", "ada starts, engine offers anna", "sue consults kim", "! wrong_state"),
        Case("not while it waits", WAITING, "sue consults kim", "! wrong_state"),
        Case("not after the end", WRAP_UP, "sue consults kim", "! wrong_state"),
        Case("not when closed", CLOSED, "sue consults kim", "! closed"),
        Case("not by the customer", ACTIVE, "ada consults kim", "! forbidden"),
    ]);
    let mut crowded = pushed();
    for n in 0..=limits::CONSULTANTS_MAX {
        let profile = crowded.agents[&agent("kim")].clone();
        crowded.agents.insert(agent(&format!("k{n}")), profile);
    }
    let mut story = Story::new(crowded);
    story.steps(ACTIVE).expect("possible");
    for n in 0..limits::CONSULTANTS_MAX {
        story.steps(&format!("anna consults k{n}")).expect("as many as may be");
    }
    let refused = story.steps(&format!("anna consults k{}", limits::CONSULTANTS_MAX)).expect_err("one too many");
    assert_eq!(refused.code, Code::TooLong);
}

#[test]
fn who_is_consulted_reads_and_notes_and_writes_only_once_added() {
    check(&pushed(), &[
        Case("notes", CONSULTED, "kim notes try the other form", "active | note 1 by kim | anna 1"),
        Case("does not write", CONSULTED, "kim writes x", "! not_assigned taken by anna"),
        Case("does not tag", CONSULTED, "kim tags +x", "! not_assigned taken by anna"),
        Case("does not end", CONSULTED, "kim ends", "! not_assigned taken by anna"),
        Case("is added, and the customer is told", CONSULTED, "anna adds kim", "active | added kim, told AgentJoined | anna 1"),
        Case("added twice is once", JOINED, "anna adds kim", "active |  | anna 1"),
        Case("does not add themselves", CONSULTED, "kim adds kim", "! not_assigned taken by anna"),
        Case("is invited before", ACTIVE, "anna adds ben", "! wrong_state"),
        Case("writes", JOINED, "kim writes x", "active | 5 by kim | anna 1"),
        Case("tags", JOINED, "kim tags +x", "active | tagged +x | anna 1"),
        Case("still does not park", JOINED, "kim parks", "! not_assigned taken by anna"),
        Case("an invitation does not take back", JOINED, "anna consults kim", "active |  | anna 1"),
    ]);
}

#[test]
fn a_consult_ends_by_either_of_them_and_with_the_assignment() {
    check(&pushed(), &[
        Case("leaves", CONSULTED, "kim withdraws", "active | dismissed kim | anna 1"),
        Case("is dismissed before anybody outside knew of them", CONSULTED, "anna dismisses kim", "active | dismissed kim | anna 1"),
        Case("who was added leaves, and the customer is told", JOINED, "kim withdraws", "active | dismissed kim, told AgentLeft | anna 1"),
        Case("is dismissed, and the customer is told", JOINED, "anna dismisses kim", "active | dismissed kim, told AgentLeft | anna 1"),
        Case("leaves with whoever has it, and both are told of", JOINED, "anna parks", "waiting | parked Agent, told AgentLeft, told AgentLeft |"),
        Case("or gives it back", JOINED, "anna releases", "open | released anna Released, told AgentLeft, told AgentLeft |"),
        Case("by a supervisor", CONSULTED, "sue dismisses kim", "active | dismissed kim | anna 1"),
        Case("not by another", CONSULTED, "ben dismisses kim", "! not_assigned taken by anna"),
        Case("not by the customer", CONSULTED, "ada dismisses kim", "! forbidden"),
        Case("dismissed twice is once", ACTIVE, "anna dismisses kim", "active |  | anna 1"),
        Case("and then it is not there for them", "ada starts, engine offers anna, anna accepts, anna consults kim, kim withdraws", "kim notes x", "! not_found"),
        Case("nor for who was added", "ada starts, engine offers anna, anna accepts, anna consults kim, anna adds kim, anna parks", "kim writes x", "! not_found"),
    ]);
    let consultants = |then: &str| after(&format!("{JOINED}, {then}")).state.expect("started").consultants;
    for end in ["anna parks", "anna releases", "anna moves sales", "anna ends", "sue closes", "+1h, engine ticks", "engine misses anna"] {
        assert_eq!(consultants(end), [].into(), "{end}");
    }
    let kim = [(agent("kim"), ConsultRole::Joined)];
    assert_eq!(consultants("anna hands ben"), kim.clone().into());
    assert_eq!(consultants("anna hands ben, ben accepts"), kim.clone().into(), "whoever takes it over may ask them too");
    assert_eq!(consultants("anna hands kim"), kim.into());
    let taken = after(&format!("{JOINED}, anna hands kim, kim accepts")).state.expect("started");
    assert_eq!((taken.state, taken.consultants), (State::Active, [].into()));
}
