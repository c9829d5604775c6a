//! The state table in persistent mode.

use super::{Case, check, company};
use crate::domain::message::SystemKind;
use crate::domain::time::Millis;
use crate::domain::company::{Condition, Test, Texts,
    Distribution, Mode, Patience, RouteRule, Stickiness, WhenAbsent, WrapUp,
};

const ACTIVE: &str = "ada starts writing, engine offers anna, anna accepts";
const WAITING: &str = "ada starts writing, engine offers anna, anna accepts, anna parks";
const WRAP_UP: &str = "ada starts writing, engine offers anna, anna accepts, anna ends";

#[test]
fn a_pushed_persistent_conversation_goes_through_every_state() {
    let pushed = company(Mode::Persistent, |_| {});
    check(&pushed, &[
        Case("new → open", "", "ada starts", "open | started in support, told Greeting |"),
        Case("new → open with a first message", "", "ada starts writing", "open | started in support, told Greeting, 2 by customer |"),
        Case("open → active: reserved at the offer", "ada starts", "engine offers anna", "active | offered anna, told AgentAssigned | anna 1"),
        Case("an override is marked on the reservation", "ada starts", "sue offers anna over", "active | offered anna, told AgentAssigned | anna 1!"),
        Case("accepted", "ada starts, engine offers anna", "anna accepts", "active | accepted anna, told AgentJoined | anna 1"),
        Case("accepted twice is accepted once", ACTIVE, "anna accepts", "active |  | anna 1"),
        Case("accepted at the deadline", "ada starts, engine offers anna, +120s", "anna accepts", "active | accepted anna, told AgentJoined | anna 1"),
        Case("active → open: offer rejected", "ada starts, engine offers anna", "anna rejects", "open | declined anna Rejected |"),
        Case("active → open: offer timed out", "ada starts, engine offers anna, +120s", "engine ticks", "open | declined anna TimedOut |"),
        Case("an offer does not time out early", "ada starts, engine offers anna, +119s", "engine ticks", "active |  | anna 1"),
        Case("the second offer is not announced", "ada starts, engine offers anna, anna rejects", "engine offers ben", "active | offered ben | ben 1"),
        Case("active → open: the agent gives it back", ACTIVE, "anna releases", "open | released anna Released, told AgentLeft |"),
        Case("active → waiting: the agent parks", ACTIVE, "anna parks", "waiting | parked Agent, told AgentLeft |"),
        Case("parked twice is parked once", WAITING, "anna parks", "waiting |  |"),
        Case("active → waiting: silence", "ada starts writing, engine offers anna, anna accepts, +60m", "engine ticks", "waiting | parked Silence, told AgentLeft |"),
        Case("silence counts from the customer's last word", "ada starts, engine offers anna, anna accepts, +59m, ada writes x, +59m", "engine ticks", "active |  | anna 1"),
        Case("what the agent writes does not postpone it", "ada starts, engine offers anna, anna accepts, +59m, anna writes x, +1m", "engine ticks", "waiting | parked Silence, told AgentLeft |"),
        Case("silence begins with the agent's arrival", "ada starts writing, +10h, engine offers anna, anna accepts, +59m", "engine ticks", "active |  | anna 1"),
        Case("waiting → open: the customer writes, sticky", "ada starts writing, engine offers anna, anna accepts, anna parks, +1h", "ada writes hello", "open | 6 by customer, returned to anna until +75m |"),
        Case("an agent cannot write while it waits", WAITING, "anna writes x", "! not_assigned"),
        Case("back to the same agent", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x", "engine offers anna", "active | offered anna returning | anna 1"),
        Case("the same agent returns", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x, engine offers anna", "anna accepts", "active | accepted anna, told AgentReturned | anna 1"),
        Case("sticky rule 5: rejected goes to the queue", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x, engine offers anna", "anna rejects", "open | declined anna Rejected, unstuck OfferDeclined |"),
        Case("sticky rule 5: so does timed out", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x, engine offers anna, +2m", "engine ticks", "open | declined anna TimedOut, unstuck OfferDeclined |"),
        Case("sticky rule 4: patience is over", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x, +15m", "engine ticks", "open | unstuck PatienceOver |"),
        Case("an outside decision ends the wait", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x", "engine unsticks", "open | unstuck AgentFull |"),
        Case("a wait that is over ends once", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x, engine unsticks", "engine unsticks", "open |  |"),
        Case("waiting → active: the agent reopens", WAITING, "anna reopens", "active | assigned anna Reopened, told AgentReturned | anna 1"),
        Case("reopened on its way back", "ada starts, engine offers anna, anna accepts, anna parks, ada writes x", "anna reopens", "active | assigned anna Reopened returning, told AgentReturned | anna 1"),
        Case("waiting → active: a supervisor assigns", WAITING, "sue offers ben", "active | offered ben, told AgentAssigned | ben 1"),
        Case("declined from there it is open", "ada starts, engine offers anna, anna accepts, anna parks, sue offers ben", "ben rejects", "open | declined ben Rejected |"),
        Case("waiting: silence closes", "ada starts, engine offers anna, anna accepts, anna parks, +28d", "engine ticks", "closed | told EndedBySystem, closed Inactivity |"),
        Case("open: nothing happens for a month", "ada starts, +30d", "engine ticks", "closed | told EndedBySystem, closed Inactivity |"),
        Case("active → wrap_up: the agent ends, units are held", ACTIVE, "anna ends", "wrap_up | told AgentEnded, ended Agent | anna 1"),
        Case("ended twice is ended once", WRAP_UP, "anna ends", "wrap_up |  | anna 1"),
        Case("wrap_up → closed: finished", WRAP_UP, "anna finishes", "closed | closed Finished |"),
        Case("finished twice is finished once", "ada starts, engine offers anna, anna accepts, anna ends, anna finishes", "anna finishes", "closed |  |"),
        Case("a supervisor finishes for the agent", WRAP_UP, "sue finishes", "closed | closed Finished |"),
        Case("wrap_up → closed: the timer", "ada starts, engine offers anna, anna accepts, anna ends, +1d", "engine ticks", "closed | closed WrapUpOver |"),
        Case("force-closed from open", "ada starts", "sue closes", "closed | told EndedBySystem, closed Forced |"),
        Case("force-closed from an offer", "ada starts, engine offers anna", "sue closes", "closed | told EndedBySystem, closed Forced |"),
        Case("force-closed from active", ACTIVE, "sue closes", "closed | told EndedBySystem, closed Forced |"),
        Case("force-closed from waiting", WAITING, "sue closes", "closed | told EndedBySystem, closed Forced |"),
        Case("force-closed from wrap-up: the customer was told before", WRAP_UP, "sue closes", "closed | closed Forced |"),
        Case("a closed window changes nothing", ACTIVE, "engine gone", "active |  | anna 1"),
        Case("nor does an open one", "ada starts, engine gone", "engine back", "open |  |"),
    ]);
}

#[test]
fn transfers_to_an_agent_release_the_old_one_when_the_new_one_accepts() {
    let pushed = company(Mode::Persistent, |_| {});
    let offered = "ada starts, engine offers anna, anna accepts, anna hands ben";
    check(&pushed, &[
        Case("reserved for both", ACTIVE, "anna hands ben", "active | transfer offered ben | anna 1, ben 1"),
        Case("by a supervisor, over capacity", ACTIVE, "sue hands ben over", "active | transfer offered ben | anna 1, ben 1!"),
        Case("the old one goes on meanwhile", offered, "anna writes x", "active | 4 by anna | anna 1, ben 1"),
        Case("accepted", offered, "ben accepts", "active | transfer accepted ben, told Transferred, told AgentJoined | ben 1"),
        Case("declined: the old one keeps it", offered, "ben rejects", "active | transfer declined ben Rejected | anna 1"),
        Case("timed out: the old one keeps it", "ada starts, engine offers anna, anna accepts, anna hands ben, +120s", "engine ticks", "active | transfer declined ben TimedOut | anna 1"),
        Case("too late", "ada starts, engine offers anna, anna accepts, anna hands ben, +121s", "ben accepts", "! not_offered"),
        Case("parked meanwhile: withdrawn", offered, "anna parks", "waiting | transfer declined ben Withdrawn, parked Agent, told AgentLeft |"),
        Case("released meanwhile: withdrawn", offered, "anna releases", "open | transfer declined ben Withdrawn, released anna Released, told AgentLeft |"),
        Case("ended meanwhile: withdrawn", offered, "anna ends", "wrap_up | told AgentEnded, transfer declined ben Withdrawn, ended Agent | anna 1"),
        Case("moved meanwhile: withdrawn", offered, "anna moves sales", "open | transfer declined ben Withdrawn, moved to sales, told Transferred |"),
        Case("the new one is the one to come back to", "ada starts, engine offers anna, anna accepts, anna hands ben, ben accepts, ben parks", "ada writes x", "open | 7 by customer, returned to ben until +15m |"),
        Case("not to whom it is offered already", offered, "anna hands ben", "! wrong_state"),
        Case("to another while one is pending: withdrawn, and nobody has declined", offered, "anna hands kim", "active | transfer declined ben Withdrawn, transfer offered kim | anna 1, kim 1"),
        Case("by a supervisor", offered, "sue hands kim over for speed", "active | transfer declined ben Withdrawn, transfer offered kim for speed | anna 1, kim 1!"),
        Case("the first one is too late", "ada starts, engine offers anna, anna accepts, anna hands ben, anna hands kim", "ben accepts", "! already_taken taken by anna"),
        Case("or was faster", "ada starts, engine offers anna, anna accepts, anna hands ben, ben accepts", "anna hands kim", "! not_assigned taken by ben"),
        Case("and a supervisor then asks the one who has it", "ada starts, engine offers anna, anna accepts, anna hands ben, ben accepts", "sue hands kim", "active | transfer offered kim | ben 1, kim 1"),
        Case("not to whom it belongs", ACTIVE, "sue hands anna", "! wrong_state"),
        Case("not what nobody has", "ada starts", "sue hands ben", "! wrong_state"),
        Case("not by a colleague", ACTIVE, "ben hands ben", "! not_assigned taken by anna"),
        Case("not to somebody disabled", ACTIVE, "anna hands dan", "! unknown_agent"),
    ]);
}

#[test]
fn a_supervisor_does_not_wait_for_the_answer_to_an_offer() {
    let pushed = company(Mode::Persistent, |_| {});
    let offered = "ada starts, engine offers anna";
    check(&pushed, &[
        Case("assigned to somebody else: withdrawn", offered, "sue offers ben for Galician", "active | declined anna Withdrawn, offered ben for Galician | ben 1"),
        Case("so is a transfer of what is merely offered", offered, "sue hands ben over", "active | declined anna Withdrawn, offered ben | ben 1!"),
        Case("who was asked before is too late", "ada starts, engine offers anna, sue offers ben", "anna accepts", "! already_taken taken by ben"),
        Case("or was faster", ACTIVE, "sue offers ben", "! already_taken taken by anna"),
        Case("not to whom it is offered already", offered, "sue offers anna", "! wrong_state"),
        Case("linger waits", offered, "engine offers ben", "! already_taken taken by anna"),
        Case("nobody else may", offered, "ben offers ben", "! forbidden"),
        Case("nor whom it is offered to", offered, "anna hands ben", "! not_assigned"),
        Case("not to somebody disabled", offered, "sue offers dan", "! unknown_agent"),
        Case("an offer that is not taken goes on to others", "ada starts, engine offers anna, sue offers ben, ben rejects", "engine offers anna", "active | offered anna | anna 1"),
    ]);
    let automatic = company(Mode::Persistent, |w| w.auto_accept = true);
    let mut story = super::Story::new(pushed);
    story.steps("ada starts, engine offers anna, sue offers ben").expect("possible");
    assert_eq!(story.state.as_ref().expect("started").declines, [].into(), "a withdrawn offer is no decline");
    story.company = automatic;
    story.steps("sue offers anna for speed").expect("possible");
    let state = story.state.expect("started");
    assert_eq!((state.accepted_agent(), state.units_of(&super::agent("ben"))), (Some(&super::agent("anna")), 0));
}

#[test]
fn the_reason_of_an_assignment_is_kept_where_nobody_is_asked() {
    let automatic = company(Mode::Persistent, |w| w.auto_accept = true);
    check(&automatic, &[
        Case("of a supervisor", "ada starts", "sue offers anna for speaks Galician", "active | assigned anna AutoAccepted for speaks Galician, told AgentJoined | anna 1"),
        Case("of whoever moved it to the queue", "ada starts, engine offers anna, anna moves support for not mine", "engine offers ben", "active | assigned ben AutoAccepted for not mine, told AgentJoined | ben 1"),
        Case("linger has none", "ada starts", "engine offers anna", "active | assigned anna AutoAccepted, told AgentJoined | anna 1"),
    ]);
    let why = |then: &str| {
        let mut story = super::Story::new(automatic.clone());
        story.steps(&format!("ada starts, sue offers anna for A{then}")).expect("possible");
        story.state.expect("started").transfer_reason
    };
    assert_eq!(why("").as_deref(), Some("A"), "anna reads it while she has it");
    for gone in [", anna parks", ", anna releases", ", anna hands ben, ben accepts", ", sue closes", ", anna releases, engine offers ben"] {
        assert_eq!(why(gone), None, "{gone}");
    }
}

#[test]
fn transfers_to_a_queue_open_it_there() {
    let pushed = company(Mode::Persistent, |_| {});
    check(&pushed, &[
        Case("by the agent", ACTIVE, "anna moves sales", "open | moved to sales, told Transferred |"),
        Case("by a supervisor while open", "ada starts", "sue moves sales", "open | moved to sales |"),
        Case("by a supervisor while offered", "ada starts, engine offers anna", "sue moves sales", "open | declined anna Withdrawn, moved to sales |"),
        Case("outside its hours the customer is told", "ada starts, +9h", "sue moves sales", "open | moved to sales, told OutsideHours |"),
        Case("not by who has it not", "ada starts, engine offers anna", "anna moves sales", "! not_assigned"),
        Case("not to nowhere", ACTIVE, "anna moves nowhere", "! unknown_queue"),
        Case("not while it waits", WAITING, "sue moves sales", "! wrong_state"),
        Case("not when it has ended", WRAP_UP, "sue moves sales", "! wrong_state"),
    ]);
}

#[test]
fn an_agent_who_vanishes_loses_the_conversation_and_is_waited_for() {
    let sticky = company(Mode::Persistent, |_| {});
    check(&sticky, &[
        Case("active → open, sticky", ACTIVE, "engine misses anna", "open | released anna Absent sticky, told AgentLeft |"),
        Case("only who has accepted", "ada starts, engine offers anna", "engine misses anna", "active |  | anna 1"),
        Case("only who has it", ACTIVE, "engine misses ben", "active |  | anna 1"),
        Case("a transfer on its way is withdrawn", "ada starts, engine offers anna, anna accepts, anna hands ben", "engine misses anna", "open | transfer declined ben Withdrawn, released anna Absent sticky, told AgentLeft |"),
    ]);
    let loose = company(Mode::Persistent, |w| w.keep_same_agent = None);
    check(&loose, &[
        Case("without stickiness", ACTIVE, "engine misses anna", "open | released anna Absent, told AgentLeft |"),
        Case("a return without stickiness", WAITING, "ada writes x", "open | 6 by customer, returned |"),
    ]);
}

#[test]
fn a_disabled_agent_is_absent_without_patience() {
    let mut story = super::Story::new(company(Mode::Persistent, |_| {}));
    story.steps(WAITING).expect("possible");
    let anna = story.company.agents.get_mut(&super::agent("anna")).expect("configured");
    anna.enabled = false;
    let result = story.steps("ada writes x");
    assert_eq!(story.outcome(&result), "open | 6 by customer, returned to anna until +15m, unstuck AgentGone |");
}

#[test]
fn patience_runs_in_operating_time_or_for_ever() {
    let sales = |patience| {
        company(Mode::Persistent, |w| {
            w.default_queue = super::queue_id("sales");
            w.keep_same_agent = Some(Stickiness { patience, when_absent: WhenAbsent::Wait, ..Stickiness::default() });
        })
    };
    // Parked at nine; the customer writes ten minutes before the queue closes at five.
    let given = "ada starts, engine offers anna, anna accepts, anna parks, +470m";
    check(&sales(Patience::For(Millis::minutes(15))), &[
        Case("ten minutes today, five tomorrow", given, "ada writes x", "open | 5 by customer, returned to anna until +1445m |"),
        Case("and not before", "ada starts, engine offers anna, anna accepts, anna parks, +470m, ada writes x, +16h", "engine ticks", "open |  |"),
    ]);
    check(&sales(Patience::Forever), &[Case("for ever", given, "ada writes x", "open | 5 by customer, returned to anna until ever |")]);
}

#[test]
fn outside_hours_a_persistent_customer_is_told_once_and_kept() {
    let sales = company(Mode::Persistent, |w| {
        w.routes.push(RouteRule {
            name: "sales".to_owned(),
            when: vec![Condition {
                key: "topic".to_owned(),
                test: Test::AnyOf(["sales".to_owned()].into()),
            }],
            queue: super::queue_id("sales"),
        });
    });
    check(&sales, &[
        Case("routed by the first rule that matches", "", "ada starts sales", "open | started in sales, told Greeting |"),
        Case("told at the start", "+10h", "ada starts sales writing", "open | started in sales, told Greeting, 2 by customer, told OutsideHours |"),
        Case("told once", "+10h, ada starts sales", "ada writes x", "open | 3 by customer |"),
        Case("told when the customer writes", "ada starts sales, +10h", "ada writes x", "open | 2 by customer, told OutsideHours |"),
        Case("told again after an agent has been there", "+10h, ada starts sales, engine offers anna, anna accepts, anna parks", "ada writes x", "open | 6 by customer, returned to anna until +1455m, told OutsideHours |"),
        Case("not told by the closing itself: nobody stands there and waits", "ada starts sales, +8h", "engine closes-queue", "open |  |"),
        Case("not told while an agent is there", "ada starts sales, engine offers anna, anna accepts, +10h", "ada writes x", "active | 4 by customer | anna 1"),
    ]);
}

#[test]
fn wrap_up_frees_units_by_policy() {
    let release = company(Mode::Persistent, |w| w.wrap_up = WrapUp::Release);
    check(&release, &[Case("release: at once", ACTIVE, "anna ends", "wrap_up | told AgentEnded, ended Agent, units freed |")]);
    let later = company(Mode::Persistent, |w| w.wrap_up = WrapUp::ReleaseAfter(Millis::minutes(5)));
    check(&later, &[
        Case("release_after: not before", "ada starts, engine offers anna, anna accepts, anna ends, +4m", "engine ticks", "wrap_up |  | anna 1"),
        Case("release_after: then", "ada starts, engine offers anna, anna accepts, anna ends, +5m", "engine ticks", "wrap_up | units freed |"),
        Case("release_after: in due order, if the server was down", "ada starts, engine offers anna, anna accepts, anna ends, +2d", "engine ticks", "closed | units freed, closed WrapUpOver |"),
    ]);
}

#[test]
fn that_an_agent_has_left_is_not_told_where_it_is_switched_off() {
    let silent = company(Mode::Persistent, |w| {
        w.messages.insert(SystemKind::AgentLeft, Texts::any(""));
    });
    check(&silent, &[
        Case("parked", ACTIVE, "anna parks", "waiting | parked Agent |"),
        Case("parked by silence", "ada starts writing, engine offers anna, anna accepts, +60m", "engine ticks", "waiting | parked Silence |"),
        Case("released", ACTIVE, "anna releases", "open | released anna Released |"),
        Case("absent", ACTIVE, "engine misses anna", "open | released anna Absent sticky |"),
    ]);
}

#[test]
fn a_picked_workstream_lets_members_take() {
    let picked = company(Mode::Persistent, |w| w.distribution = Distribution::Pick);
    check(&picked, &[
        Case("picked", "ada starts", "anna picks", "active | assigned anna Picked, told AgentJoined | anna 1"),
        Case("over capacity by an override", "ada starts", "anna picks over", "active | assigned anna Picked, told AgentJoined | anna 1!"),
        Case("one winner, the other is told who", "ada starts, anna picks", "ben picks", "! already_taken taken by anna"),
        Case("not by an outsider", "ada starts", "kim picks", "! not_found"),
        Case("a supervisor needs no membership", "ada starts", "sue picks", "active | assigned sue Picked, told AgentJoined | sue 1"),
        Case("returning, picked by the same agent", "ada starts, anna picks, anna parks, ada writes x", "anna picks", "active | assigned anna Picked returning, told AgentReturned | anna 1"),
        Case("not while it waits for the customer", "ada starts, anna picks, anna parks", "ben picks", "! wrong_state"),
    ]);
}

#[test]
fn auto_accept_counts_an_offer_as_accepted() {
    let auto = company(Mode::Persistent, |w| w.auto_accept = true);
    check(&auto, &[
        Case("accepted at once", "ada starts", "engine offers anna", "active | assigned anna AutoAccepted, told AgentJoined | anna 1"),
        Case("returning", "ada starts, engine offers anna, anna parks, ada writes x", "engine offers anna", "active | assigned anna AutoAccepted returning, told AgentReturned | anna 1"),
    ]);
}

#[test]
fn a_new_conversation_may_prefer_the_last_agent() {
    let prefers = company(Mode::Persistent, |w| w.prefer_last_agent = true);
    check(&prefers, &[
        Case("preferred", "", "ada starts anna", "open | started in support for anna, told Greeting |"),
        Case("offered as returning", "ada starts anna", "engine offers anna", "active | offered anna returning, told AgentAssigned | anna 1"),
        Case("for as long as patience lasts", "ada starts anna, +15m", "engine ticks", "open | unstuck PatienceOver |"),
    ]);
    let forgets = company(Mode::Persistent, |_| {});
    check(&forgets, &[Case("not unless the workstream says so", "", "ada starts anna", "open | started in support, told Greeting |")]);
}

#[test]
fn units_are_what_the_workstream_says() {
    let heavy = company(Mode::Persistent, |w| w.units = 3);
    check(&heavy, &[Case("three units", "ada starts", "engine offers anna", "active | offered anna, told AgentAssigned | anna 3")]);
}
