//! Timeout rules, as the table in docs/routing.md.

use super::{Case, Event, Mode, Story, check, company, due_after, queue_id};
use crate::domain::company::{Company, Texts, TimeoutAction, TimeoutRule};
use crate::domain::message::Side;
use crate::domain::time::Millis;

fn rule(name: &str, silent: Side, minutes: u64, then: TimeoutAction) -> TimeoutRule {
    TimeoutRule { name: name.to_owned(), silent, after: Millis::minutes(minutes), then }
}

fn say(text: &str) -> TimeoutAction {
    TimeoutAction::Say(Texts::any(text))
}

fn with(mode: Mode, rules: Vec<TimeoutRule>) -> Company {
    company(mode, |w| {
        w.timeout_rules = rules;
        w.keep_same_agent = None;
    })
}

const ASKED: &str = "ada starts writing, engine offers anna, anna accepts";
const ANSWERED: &str = "ada starts writing, engine offers anna, anna accepts, anna writes x";

#[test]
fn each_action_is_done_in_the_states_of_the_table() {
    let cases = [
        // action, silent, given, then
        (say("Still there?"), Side::Customer, format!("{ANSWERED}, +10m"), "active | silence Customer r, told Reminder | anna 1"),
        (say("Still there?"), Side::Customer, format!("{ANSWERED}, anna parks, +10m"), "waiting | silence Customer r, told Reminder |"),
        (TimeoutAction::Park, Side::Customer, format!("{ANSWERED}, +10m"), "waiting | silence Customer r, parked TimeoutRule, told AgentLeft |"),
        (TimeoutAction::Park, Side::Customer, format!("{ANSWERED}, anna parks, +10m"), "waiting |  |"),
        (TimeoutAction::Close, Side::Customer, format!("{ANSWERED}, +10m"), "closed | silence Customer r, told EndedBySystem, closed TimeoutRule |"),
        (TimeoutAction::Close, Side::Customer, format!("{ANSWERED}, anna parks, +10m"), "closed | silence Customer r, told EndedBySystem, closed TimeoutRule |"),
        (say("A moment."), Side::Agent, format!("{ASKED}, +10m"), "active | silence Agent r, told Reminder | anna 1"),
        (say("A moment."), Side::Agent, format!("{ASKED}, anna parks, +10m"), "waiting |  |"),
        (TimeoutAction::Park, Side::Agent, format!("{ASKED}, +10m"), "waiting | silence Agent r, parked TimeoutRule, told AgentLeft |"),
        (TimeoutAction::Close, Side::Agent, format!("{ASKED}, +10m"), "closed | silence Agent r, told EndedBySystem, closed TimeoutRule |"),
        // Nobody is silent of whom nothing is expected.
        (say("x"), Side::Customer, format!("{ASKED}, +10m"), "active |  | anna 1"),
        (say("x"), Side::Agent, format!("{ANSWERED}, +10m"), "active |  | anna 1"),
        (say("x"), Side::Agent, "ada starts, engine offers anna, anna accepts, +10m".to_owned(), "active |  | anna 1"),
        (say("x"), Side::Agent, "ada starts writing, +10m".to_owned(), "open |  |"),
        (say("x"), Side::Customer, format!("{ANSWERED}, anna releases, +10m"), "open |  |"),
        (TimeoutAction::Close, Side::Customer, format!("{ANSWERED}, anna ends, +10m"), "wrap_up |  | anna 1"),
        (TimeoutAction::Park, Side::Customer, format!("{ANSWERED}, anna hands ben, +1m, ben rejects, anna hands ben, +9m"), "waiting | transfer declined ben TimedOut, silence Customer r, parked TimeoutRule, told AgentLeft |"),
    ];
    for (then, silent, given, outcome) in cases {
        let company = with(Mode::Persistent, vec![rule("r", silent, 10, then.clone())]);
        check(&company, &[Case(&format!("{then:?} {silent:?}"), &given, "engine ticks", outcome)]);
    }
}

#[test]
fn silence_is_counted_as_the_docs_say() {
    let customer = with(Mode::Persistent, vec![rule("r", Side::Customer, 10, say("?"))]);
    assert_eq!(due_after(&customer, ANSWERED), "Silence(0) +10m");
    assert_eq!(due_after(&customer, &format!("{ANSWERED}, +4m, anna writes more")), "Silence(0) +14m", "the agent's last message");
    assert_eq!(due_after(&customer, &format!("{ANSWERED}, +4m, ada writes back")), "AutoPark +64m");
    let agent = with(Mode::Persistent, vec![rule("r", Side::Agent, 10, say("?"))]);
    assert_eq!(due_after(&agent, ASKED), "Silence(0) +10m");
    assert_eq!(due_after(&agent, &format!("{ASKED}, +4m, ada writes again")), "Silence(0) +10m", "the first message without an answer");
    assert_eq!(due_after(&agent, "ada starts writing, +4m, engine offers anna, anna accepts"), "Silence(0) +14m", "not before somebody has it");
    let live = with(Mode::Live, vec![rule("r", Side::Agent, 10, say("?"))]);
    assert_eq!(due_after(&live, ASKED), "none", "persistent only");
}

#[test]
fn a_rule_is_carried_out_once_in_a_silence() {
    let company = with(Mode::Persistent, vec![
        rule("late", Side::Customer, 30, TimeoutAction::Park),
        rule("early", Side::Customer, 10, say("Still there?")),
        rule("end", Side::Customer, 600, TimeoutAction::Close),
    ]);
    check(&company, &[
        Case("in due order, whatever order they are written in", &format!("{ANSWERED}, +35m"), "engine ticks", "waiting | silence Customer early, told Reminder, silence Customer late, parked TimeoutRule, told AgentLeft |"),
        Case("after a long stop: all that is due, once each", &format!("{ANSWERED}, +20h"), "engine ticks", "closed | silence Customer early, told Reminder, silence Customer late, parked TimeoutRule, told AgentLeft, silence Customer end, told EndedBySystem, closed TimeoutRule |"),
        Case("once", &format!("{ANSWERED}, +10m, engine ticks, +5m"), "engine ticks", "active |  | anna 1"),
        Case("also if the agent writes again", &format!("{ANSWERED}, +10m, engine ticks, anna writes y, +10m"), "engine ticks", "active |  | anna 1"),
        Case("again in the next silence", &format!("{ANSWERED}, +10m, engine ticks, ada writes y, anna writes z, +10m"), "engine ticks", "active | silence Customer early, told Reminder | anna 1"),
    ]);
    assert_eq!(due_after(&company, &format!("{ANSWERED}, +35m, engine ticks")), "Silence(2) +10h", "and the last waits in the parked one");
}

#[test]
fn a_reminder_is_said_in_the_customers_language_and_breaks_no_silence() {
    let texts = Texts([("en", "Still there?"), ("pt", "Ainda aí, {agent}?")].map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    let company = with(Mode::Persistent, vec![rule("r", Side::Customer, 10, TimeoutAction::Say(texts))]);
    let mut story = Story::new(company.clone());
    let events = story.steps("ada starts pt-BR writing, engine offers anna, anna accepts, anna writes x, +10m, engine ticks").expect("possible");
    let crate::domain::event::Event::Posted(message) = &events[1].event else { panic!("{events:?}") };
    assert_eq!(&*message.text, "Ainda aí, anna?");
    assert_eq!(due_after(&company, &format!("{ANSWERED}, anna parks")), "Silence(0) +10m");
    assert_eq!(due_after(&company, &format!("{ANSWERED}, anna parks, +10m, engine ticks")), "AutoClose +28d", "counted from the parking");
}

#[test]
fn a_reminder_says_when_the_queue_opens_again() {
    let company = company(Mode::Persistent, |w| {
        w.default_queue = queue_id("sales");
        w.timeout_rules = vec![rule("r", Side::Customer, 10, say("Back on {opens_at}, {queue}."))];
    });
    let mut story = Story::new(company);
    let events = story.steps("ada starts writing, engine offers anna, anna accepts, +475m, ada writes y, anna writes x, +10m, engine ticks").expect("possible");
    let said = events.iter().find_map(|r| match &r.event {
        Event::Posted(message) => Some(&*message.text),
        _ => None,
    });
    assert_eq!(said, Some("Back on Tuesday 6 January, 09:00 CET, sales."));
}
