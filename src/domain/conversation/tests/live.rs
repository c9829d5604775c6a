//! The state table in live mode.

use super::{Case, check, company};
use crate::domain::company::{Mode, Texts};
use crate::domain::message::SystemKind;

const ACTIVE: &str = "ada starts writing, engine offers anna, anna accepts";

#[test]
fn a_live_conversation_goes_through_every_state() {
    let live = company(Mode::Live, |_| {});
    check(
        &live,
        &[
            Case(
                "new → open",
                "",
                "ada starts writing",
                "open | started in support, told Greeting, 2 by customer |",
            ),
            Case(
                "open → active",
                "ada starts",
                "engine offers anna",
                "active | offered anna, told AgentAssigned | anna 1",
            ),
            Case(
                "active → open: the agent parks, others are offered it",
                ACTIVE,
                "anna parks",
                "open | released anna Parked, told AgentLeft |",
            ),
            Case(
                "active → open: released",
                ACTIVE,
                "anna releases",
                "open | released anna Released, told AgentLeft |",
            ),
            Case(
                "handed over: passed on, then joined",
                "ada starts, engine offers anna, anna accepts, anna hands ben",
                "ben accepts",
                "active | transfer accepted ben, told Transferred, told AgentJoined | ben 1",
            ),
            Case(
                "active → open: the agent vanishes, nobody is waited for",
                ACTIVE,
                "engine misses anna",
                "open | released anna Absent, told AgentLeft |",
            ),
            Case(
                "taken back by the same agent",
                "ada starts, engine offers anna, anna accepts, anna parks",
                "anna reopens",
                "active | assigned anna Reopened, told AgentJoined | anna 1",
            ),
            Case(
                "active: a silent customer is not parked",
                "ada starts, engine offers anna, anna accepts, +10h",
                "engine ticks",
                "active |  | anna 1",
            ),
            Case(
                "active → wrap_up: the agent ends",
                ACTIVE,
                "anna ends",
                "wrap_up | told AgentEnded, ended Agent | anna 1",
            ),
            Case(
                "active → wrap_up: the customer ends",
                ACTIVE,
                "ada ends",
                "wrap_up | ended Customer | anna 1",
            ),
            Case(
                "ended twice is ended once",
                "ada starts, engine offers anna, anna accepts, ada ends",
                "ada ends",
                "wrap_up |  | anna 1",
            ),
            Case(
                "a transfer on its way is withdrawn",
                "ada starts, engine offers anna, anna accepts, anna hands ben",
                "ada ends",
                "wrap_up | transfer declined ben Withdrawn, ended Customer | anna 1",
            ),
            Case(
                "active → wrap_up: disconnected for too long",
                "ada starts, engine offers anna, anna accepts, engine gone, +3m",
                "engine ticks",
                "wrap_up | told EndedBySystem, ended Disconnect | anna 1",
            ),
            Case(
                "and whoever cut off comes back reads why",
                "ada starts, engine offers anna, anna accepts, engine gone, +3m, engine ticks",
                "ada writes x",
                "! closed",
            ),
            Case(
                "disconnected for too long before it was accepted",
                "ada starts, engine offers anna, +10s, engine gone, +110s, engine ticks, +70s",
                "engine ticks",
                "closed | told EndedBySystem, closed CustomerLeft |",
            ),
            Case(
                "not if the customer came back",
                "ada starts, engine offers anna, anna accepts, engine gone, engine back, +3m",
                "engine ticks",
                "active |  | anna 1",
            ),
            Case(
                "not if the customer writes",
                "ada starts, engine offers anna, anna accepts, engine gone, ada writes x, +3m",
                "engine ticks",
                "active |  | anna 1",
            ),
            Case(
                "both sides see it",
                ACTIVE,
                "engine gone",
                "active | customer gone, told CustomerDisconnected | anna 1",
            ),
            Case(
                "gone twice is gone once",
                "ada starts, engine gone",
                "engine gone",
                "open |  |",
            ),
            Case(
                "and its end",
                "ada starts, engine gone",
                "engine back",
                "open | customer back, told CustomerReconnected |",
            ),
            Case(
                "open → closed: the customer ends",
                "ada starts",
                "ada ends",
                "closed | closed CustomerLeft |",
            ),
            Case(
                "an offer is withdrawn first",
                "ada starts, engine offers anna",
                "ada ends",
                "closed | declined anna Withdrawn, closed CustomerLeft |",
            ),
            Case(
                "open → closed: disconnected for too long",
                "ada starts, engine gone, +3m",
                "engine ticks",
                "closed | told EndedBySystem, closed CustomerLeft |",
            ),
            Case(
                "open → closed: nobody came",
                "ada starts, +20m",
                "engine ticks",
                "closed | told EndedBySystem, closed Inactivity |",
            ),
            Case(
                "wrap_up → closed: finished",
                "ada starts, engine offers anna, anna accepts, anna ends",
                "anna finishes",
                "closed | closed Finished |",
            ),
            Case(
                "wrap_up → closed: the timer",
                "ada starts, engine offers anna, anna accepts, anna ends, +15m",
                "engine ticks",
                "closed | closed WrapUpOver |",
            ),
            Case(
                "force-closed",
                ACTIVE,
                "sue closes",
                "closed | told EndedBySystem, closed Forced |",
            ),
        ],
    );
}

#[test]
fn outside_hours_a_live_start_is_refused_with_the_next_opening() {
    let sales = company(Mode::Live, |w| w.default_queue = super::queue_id("sales"));
    check(
        &sales,
        &[
            Case(
                "open",
                "",
                "ada starts",
                "open | started in sales, told Greeting |",
            ),
            Case(
                "closed for the night",
                "+10h",
                "ada starts",
                "! outside_hours opens +1d",
            ),
            Case(
                "closed for the weekend",
                "+5d",
                "ada starts",
                "! outside_hours opens +7d",
            ),
        ],
    );
}

#[test]
fn whoever_waits_in_line_is_told_when_the_queue_closes() {
    let sales = company(Mode::Live, |w| w.default_queue = super::queue_id("sales"));
    check(
        &sales,
        &[
            Case(
                "at the closing",
                "ada starts, +8h",
                "engine closes-queue",
                "open | told OutsideHours |",
            ),
            Case(
                "once",
                "ada starts, +8h, engine closes-queue",
                "engine closes-queue",
                "open |  |",
            ),
            Case(
                "not before",
                "ada starts, +479m",
                "engine closes-queue",
                "open |  |",
            ),
            Case(
                "not while somebody is asked",
                "ada starts, +479m, engine offers anna, +1m",
                "engine closes-queue",
                "active |  | anna 1",
            ),
            Case(
                "but when they say no",
                "ada starts, +479m, engine offers anna, +1m",
                "anna rejects",
                "open | declined anna Rejected, told OutsideHours |",
            ),
            Case(
                "or nothing",
                "ada starts, +479m, engine offers anna, +2m",
                "engine ticks",
                "open | declined anna TimedOut, told OutsideHours |",
            ),
            Case(
                "not while an agent is there",
                "ada starts, engine offers anna, anna accepts, +8h",
                "engine closes-queue",
                "active |  | anna 1",
            ),
            Case(
                "but when they leave",
                "ada starts, engine offers anna, anna accepts, +8h",
                "anna releases",
                "open | released anna Released, told AgentLeft, told OutsideHours |",
            ),
            Case(
                "or are gone",
                "ada starts, engine offers anna, anna accepts, +8h",
                "engine misses anna",
                "open | released anna Absent, told AgentLeft, told OutsideHours |",
            ),
            Case(
                "or move it to a queue that is closed",
                "ada starts, engine offers anna, anna accepts, +8h",
                "anna moves sales",
                "open | moved to sales, told Transferred, told OutsideHours |",
            ),
            Case(
                "nobody who has gone",
                "ada starts, +8h, ada ends",
                "engine closes-queue",
                "closed |  |",
            ),
        ],
    );
    let silent = company(Mode::Live, |w| {
        w.default_queue = super::queue_id("sales");
        w.messages.insert(SystemKind::OutsideHours, Texts::any(""));
    });
    check(
        &silent,
        &[Case(
            "switched off",
            "ada starts, +8h",
            "engine closes-queue",
            "open |  |",
        )],
    );
}

#[test]
fn a_message_that_is_switched_off_is_not_told() {
    let silent = company(Mode::Live, |w| {
        w.messages.insert(SystemKind::Greeting, Texts::any(""));
        w.messages.insert(SystemKind::AgentEnded, Texts::any(""));
    });
    check(
        &silent,
        &[
            Case("greeting", "", "ada starts", "open | started in support |"),
            Case("end", ACTIVE, "anna ends", "wrap_up | ended Agent | anna 1"),
        ],
    );
}
