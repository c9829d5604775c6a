//! What is due when, with the defaults of SEMANTICS, and what is due together.

use super::{Case, START, Story, check, company, due_after, queue_id};
use crate::domain::conversation::{Timer, next_due};
use crate::domain::time::Millis;
use crate::domain::company::{Mode, Patience, Stickiness, WrapUp};

#[test]
fn the_defaults_of_every_timer() {
    let persistent = company(Mode::Persistent, |_| {});
    let live = company(Mode::Live, |_| {});
    let active = "ada starts, engine offers anna, anna accepts";
    for (name, given, by_live, by_persistent) in [
        ("open, no activity", "ada starts", "OpenIdle +20m", "OpenIdle +30d"),
        ("activity postpones it", "ada starts, +10m, ada writes x", "OpenIdle +30m", "OpenIdle +43210m"),
        ("offer", "ada starts, engine offers anna", "Offer +2m", "Offer +2m"),
        ("active, customer silent", active, "none", "AutoPark +1h"),
        ("transfer", "ada starts, engine offers anna, anna accepts, +1m, anna hands ben", "Transfer +3m", "Transfer +3m"),
        ("customer disconnected, active", "ada starts, engine offers anna, anna accepts, engine gone", "Disconnect +3m", "AutoPark +1h"),
        ("customer disconnected, open", "ada starts, engine gone", "Disconnect +3m", "OpenIdle +30d"),
        ("wrap-up", "ada starts, engine offers anna, anna accepts, anna ends", "WrapUp +15m", "WrapUp +1d"),
        ("closed", "ada starts, sue closes", "none", "none"),
    ] {
        assert_eq!(due_after(&live, given), by_live, "live: {name}");
        assert_eq!(due_after(&persistent, given), by_persistent, "persistent: {name}");
    }
    let parked = "ada starts, engine offers anna, anna accepts, anna parks";
    assert_eq!(due_after(&persistent, parked), "AutoClose +28d");
    assert_eq!(due_after(&persistent, &format!("{parked}, ada writes x")), "Patience +15m");
    let later = company(Mode::Persistent, |w| w.wrap_up = WrapUp::ReleaseAfter(Millis::minutes(5)));
    assert_eq!(due_after(&later, &format!("{active}, anna ends")), "FreeUnits +5m");
    assert_eq!(due_after(&later, &format!("{active}, anna ends, +5m, engine ticks")), "WrapUp +1d");
}

#[test]
fn what_fell_due_while_the_server_was_down_happens_once_and_in_due_order() {
    let persistent = company(Mode::Persistent, |_| {});
    let live = company(Mode::Live, |_| {});
    let gone = "ada starts, engine offers anna, anna accepts, anna hands ben, +2h";
    check(&persistent, &[
        Case("transfer, then silence", gone, "engine ticks", "waiting | transfer declined ben TimedOut, parked Silence, told AgentLeft |"),
        Case("once", "ada starts, engine offers anna, anna accepts, +2h, engine ticks", "engine ticks", "waiting |  |"),
        Case("a return that nobody answered", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x, engine offers anna, +2h", "engine ticks", "open | declined anna TimedOut, unstuck OfferDeclined |"),
    ]);
    check(&live, &[
        Case("offer, then the customer who left", "ada starts, engine offers anna, engine gone, +1h", "engine ticks", "closed | declined anna TimedOut, told EndedBySystem, closed CustomerLeft |"),
        Case("the customer who left goes before the empty line", "ada starts, engine gone, +1h", "engine ticks", "closed | told EndedBySystem, closed CustomerLeft |"),
        Case("once", "ada starts, engine gone, +1h, engine ticks", "engine ticks", "closed |  |"),
    ]);
}

#[test]
fn a_wait_that_began_where_nothing_would_open_ends_once_the_hours_are_changed() {
    let sales = company(Mode::Persistent, |w| w.default_queue = queue_id("sales"));
    let mut story = Story::new(sales.clone());
    for calendar in story.company.calendars.values_mut() {
        calendar.weekly = Default::default();
    }
    story.steps("ada starts, engine offers anna, anna accepts, anna parks, ada writes x").expect("possible");
    let due = |story: &Story| next_due(story.state.as_ref().expect("started"), &story.company);
    assert_ne!(due(&story).map(|(_, timer)| timer), Some(Timer::Patience), "no operating time goes by");
    story.company = sales;
    assert_eq!(due(&story), Some((START + Millis::minutes(15), Timer::Patience)));
    story.now = START + Millis::minutes(15);
    let done = story.steps("engine ticks");
    assert_eq!(story.outcome(&done), "open | unstuck PatienceOver |");
    assert_eq!(due(&story).map(|(_, timer)| timer), Some(Timer::OpenIdle), "once");
}

#[test]
fn a_wait_for_the_same_agent_follows_the_rules_of_now() {
    let waits = "ada starts, engine offers anna, anna accepts, anna parks, ada writes x";
    for (name, stickiness, then, outcome) in [
        ("shorter", Some(Patience::For(Millis::minutes(5))), "Patience +5m", "open | unstuck PatienceOver |"),
        ("longer", Some(Patience::For(Millis::minutes(60))), "Patience +1h", "open |  |"),
        ("for ever", Some(Patience::Forever), "OpenIdle +30d", "open |  |"),
        ("switched off", None, "Patience +0m", "open | unstuck SwitchedOff |"),
    ] {
        let mut story = Story::new(company(Mode::Persistent, |_| {}));
        story.steps(waits).expect("possible");
        story.company = company(Mode::Persistent, |w| {
            w.keep_same_agent = stickiness.map(|patience| Stickiness { patience, ..Stickiness::default() });
        });
        let (due, timer) = next_due(story.state.as_ref().expect("started"), &story.company).expect("due");
        assert_eq!(format!("{timer:?} {}", super::after(due)), then, "{name}");
        let done = story.steps("+6m, engine ticks");
        assert_eq!(story.outcome(&done), outcome, "{name}");
    }
}
