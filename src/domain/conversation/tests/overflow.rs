//! Overflow before queueing and while waiting, and who is taken at all.

use super::{Case, Mode, Story, check, company, due_after, queue_id, workstream_id};
use crate::domain::company::{Company, LengthOverflow, OverflowTo, Queue, Texts, WaitOverflow};
use crate::domain::time::Millis;

/// Everybody starts in sales, which is open from nine to five; `night` is always open.
fn into_sales(mode: Mode, change: impl FnOnce(&mut Company)) -> Company {
    let mut company = company(mode, |w| {
        w.default_queue = queue_id("sales");
        w.keep_same_agent = None;
    });
    let support = company.queues[&queue_id("support")].clone();
    company.queues.insert(queue_id("night"), Queue { name: "Night".to_owned(), ..support });
    change(&mut company);
    company
}

fn overflow<'a>(company: &'a mut Company, queue: &str) -> &'a mut crate::domain::company::Overflow {
    &mut company.queues.get_mut(&queue_id(queue)).expect("there").overflow
}

fn to(queue: &str) -> OverflowTo {
    OverflowTo::Queue(queue_id(queue))
}

fn too_many(waiting: u32, to: OverflowTo) -> Option<LengthOverflow> {
    Some(LengthOverflow { waiting, to })
}

fn too_long(minutes: u64, to: OverflowTo) -> Option<WaitOverflow> {
    Some(WaitOverflow { after: Millis::minutes(minutes), to })
}

#[test]
fn a_closed_queue_sends_on_what_it_would_otherwise_keep_or_refuse() {
    for (mode, kept) in [
        (Mode::Persistent, "open | started in sales, told Greeting, told OutsideHours |"),
        (Mode::Live, "! outside_hours opens +1d"),
    ] {
        let plain = into_sales(mode, |_| {});
        check(&plain, &[Case("by default", "+10h", "ada starts", kept)]);
        let sent = into_sales(mode, |c| overflow(c, "sales").outside_hours = Some(to("night")));
        check(&sent, &[
            Case("open: it waits there", "", "ada starts", "open | started in sales, told Greeting |"),
            Case("closed: elsewhere", "+10h", "ada starts writing", "open | started in sales, told Greeting, 2 by customer, overflow sales to night OutsideHours |"),
        ]);
        let ended = into_sales(mode, |c| overflow(c, "sales").outside_hours = Some(OverflowTo::End(Texts::any("Call us, {ctx.name}."))));
        check(&ended, &[
            Case("closed: it ends, after what the customer wrote", "+10h", "ada starts writing", "closed | started in sales, 1 by customer, overflow sales ends OutsideHours, told EndedBySystem, closed Overflow |"),
        ]);
        let silent = into_sales(mode, |c| overflow(c, "sales").outside_hours = Some(OverflowTo::End(Texts::default())));
        check(&silent, &[
            Case("without a text, the usual message", "+10h", "ada starts", "closed | started in sales, overflow sales ends OutsideHours, told EndedBySystem, closed Overflow |"),
        ]);
    }
}

#[test]
fn a_long_line_sends_the_next_elsewhere() {
    let live = into_sales(Mode::Live, |c| {
        overflow(c, "sales").too_many = too_many(3, to("support"));
        overflow(c, "support").too_many = too_many(4, to("night"));
    });
    check(&live, &[
        Case("below the limit", "", "ada starts", "open | started in sales, told Greeting |"),
        Case("at the limit", "", "ada starts amid", "open | started in sales, told Greeting, overflow sales to support TooMany { waiting: 3 } |"),
    ]);
    let ended = into_sales(Mode::Live, |c| overflow(c, "sales").too_many = too_many(1, OverflowTo::End(Texts::any("Too busy."))));
    check(&ended, &[Case("it ends", "", "ada starts amid", "closed | started in sales, overflow sales ends TooMany { waiting: 3 }, told EndedBySystem, closed Overflow |")]);
}

#[test]
fn a_circle_of_queues_ends_where_it_would_begin_again() {
    let circle = |mode| into_sales(mode, |c| {
        overflow(c, "sales").too_many = too_many(1, to("support"));
        overflow(c, "support").too_many = too_many(1, to("night"));
        overflow(c, "night").too_many = too_many(1, to("sales"));
    });
    for mode in [Mode::Live, Mode::Persistent] {
        check(&circle(mode), &[Case("round", "", "ada starts amid", "open | started in sales, told Greeting, overflow sales to support TooMany { waiting: 3 }, overflow support to night TooMany { waiting: 3 } |")]);
    }
    let nowhere = into_sales(Mode::Live, |c| {
        overflow(c, "sales").outside_hours = Some(to("sales"));
        overflow(c, "support").too_many = too_many(1, to("sales"));
    });
    check(&nowhere, &[Case("to itself is nowhere", "+10h", "ada starts", "! outside_hours opens +1d")]);
    // A long line in front of an open door is better than a closed one.
    let mut closed = nowhere;
    closed.workstreams.get_mut(&workstream_id()).expect("there").default_queue = queue_id("support");
    check(&closed, &[Case("live: back to the last that is open", "+10h", "ada starts amid", "open | started in support, told Greeting |")]);
}

#[test]
fn who_waits_too_long_goes_elsewhere_counted_in_operating_time() {
    let of = |mode| into_sales(mode, |c| overflow(c, "sales").too_long = too_long(10, to("night")));
    let (persistent, live) = (of(Mode::Persistent), of(Mode::Live));
    let gone = "open | overflow sales to night TooLong { after: Millis(600000) } |";
    check(&live, &[
        Case("not yet", "ada starts, +9m", "engine ticks", "open |  |"),
        Case("now", "ada starts, +10m", "engine ticks", gone),
        Case("once", "ada starts, +10m, engine ticks", "engine ticks", "open |  |"),
        Case("an offer that fails does not begin the wait anew", "ada starts, +9m, engine offers anna, +2m", "engine ticks", "open | declined anna TimedOut, overflow sales to night TooLong { after: Millis(600000) } |"),
        Case("not while somebody has it", "ada starts, engine offers anna, anna accepts, +10m", "engine ticks", "active |  | anna 1"),
        Case("who gives it back begins a wait", "ada starts, +9m, engine offers anna, anna accepts, anna releases, +9m", "engine ticks", "open |  |"),
    ]);
    check(&persistent, &[
        Case("the night does not count", "+8h, +55m, ada starts, +15h", "engine ticks", "open |  |"),
        Case("the morning does", "+8h, +55m, ada starts, +15h, +20m", "engine ticks", gone),
        Case("a return begins a wait", "ada starts, +9m, engine offers anna, anna accepts, anna parks, ada writes x, +9m", "engine ticks", "open |  |"),
    ]);
    assert_eq!(due_after(&persistent, "+7h, +55m, ada starts"), "Overflow +1445m", "five minutes today and five tomorrow");
    assert_eq!(due_after(&persistent, "ada starts"), "Overflow +10m");
}

#[test]
fn the_wait_for_the_own_agent_is_not_the_wait_in_the_queue() {
    let mut sticky = into_sales(Mode::Persistent, |c| overflow(c, "sales").too_long = too_long(10, to("night")));
    sticky.workstreams.get_mut(&workstream_id()).expect("there").keep_same_agent = Some(Default::default());
    let parked = "ada starts, engine offers anna, anna accepts, anna parks, ada writes x";
    check(&sticky, &[
        Case("patience is longer", &format!("{parked}, +14m"), "engine ticks", "open |  |"),
        Case("then it waits for the queue", &format!("{parked}, +15m, engine ticks, +9m"), "engine ticks", "open |  |"),
        Case("too long", &format!("{parked}, +15m, engine ticks, +10m"), "engine ticks", "open | overflow sales to night TooLong { after: Millis(600000) } |"),
    ]);
}

#[test]
fn waiting_too_long_ends_or_stays_where_there_is_nowhere_to_go() {
    let ended = into_sales(Mode::Live, |c| overflow(c, "sales").too_long = too_long(10, OverflowTo::End(Texts::any("Sorry."))));
    check(&ended, &[Case("ends", "ada starts, +10m", "engine ticks", "closed | overflow sales ends TooLong { after: Millis(600000) }, told EndedBySystem, closed Overflow |")]);
    let stays = "open | overflow support stays TooLong { after: Millis(600000) } |";
    let closed = company(Mode::Live, |_| {});
    let into = |to: OverflowTo| {
        let mut company = closed.clone();
        overflow(&mut company, "support").too_long = too_long(10, to);
        company
    };
    check(&into(to("sales")), &[
        Case("live: not before a closed door", "+10h, ada starts, +10m", "engine ticks", stays),
        Case("and that is asked once", "+10h, ada starts, +10m, engine ticks", "engine ticks", "open |  |"),
    ]);
    check(&into(to("support")), &[Case("not to itself", "ada starts, +10m", "engine ticks", stays)]);
    check(&into(to("nowhere")), &[Case("not to what is gone", "ada starts, +10m", "engine ticks", stays)]);
    let mut ping_pong = into_sales(Mode::Persistent, |c| overflow(c, "sales").too_long = too_long(10, to("night")));
    overflow(&mut ping_pong, "night").too_long = too_long(5, to("sales"));
    check(&ping_pong, &[
        Case("each queue once in a wait", "ada starts, +10m, engine ticks, +5m", "engine ticks", "open | overflow night stays TooLong { after: Millis(300000) } |"),
        Case("and again in the next wait", "ada starts, +10m, engine ticks, +5m, engine ticks, engine offers anna, anna accepts, anna releases, +5m", "engine ticks", "open | overflow night to sales TooLong { after: Millis(300000) } |"),
        Case("the target may send on at once", "ada starts, +10h, +10m", "engine ticks", "open | overflow sales to night TooLong { after: Millis(600000) } |"),
    ]);
    let mut chain = into_sales(Mode::Persistent, |c| overflow(c, "sales").outside_hours = Some(to("night")));
    overflow(&mut chain, "support").too_long = too_long(10, to("sales"));
    chain.workstreams.get_mut(&workstream_id()).expect("there").default_queue = queue_id("support");
    check(&chain, &[Case("through a closed one", "+10h, ada starts, +10m", "engine ticks", "open | overflow support to sales TooLong { after: Millis(600000) }, overflow sales to night OutsideHours |")]);
}

#[test]
fn a_way_is_never_longer_than_the_limit() {
    let mut long = into_sales(Mode::Persistent, |_| {});
    let night = long.queues[&queue_id("night")].clone();
    for n in 0..9 {
        let mut queue = night.clone();
        queue.overflow.too_many = too_many(1, to(&format!("q{}", n + 1)));
        long.queues.insert(queue_id(&format!("q{n}")), queue);
    }
    overflow(&mut long, "sales").too_many = too_many(1, to("q0"));
    let mut story = Story::new(long);
    let events = story.steps("ada starts amid").expect("possible");
    let hops = events.iter().filter(|r| matches!(r.event, crate::domain::event::Event::Overflowed { .. })).count();
    assert_eq!(hops, crate::limits::OVERFLOW_HOPS_MAX);
}

#[test]
fn what_is_switched_off_takes_nothing_new_and_goes_on_with_what_it_has() {
    let mut off = company(Mode::Persistent, |w| w.enabled = false);
    check(&off, &[Case("a start", "", "ada starts", "! not_accepting")]);
    let mut story = Story::new(company(Mode::Persistent, |_| {}));
    story.steps("ada starts").expect("possible");
    std::mem::swap(&mut story.company, &mut off);
    let result = story.steps("ada writes x");
    assert_eq!(story.outcome(&result), "open | 2 by customer |");
}

#[test]
fn a_place_is_told_when_it_is_news() {
    let live = company(Mode::Live, |_| {});
    check(&live, &[
        Case("at entering the line", "ada starts", "engine places 4 5m", "open | told QueuePosition, told AverageWait, place 4 |"),
        Case("where the average means nothing", "ada starts", "engine places 4", "open | told QueuePosition, place 4 |"),
        Case("at its head", "ada starts", "engine places 1", "open | told NextInLine, place 1 |"),
        Case("the same", "ada starts, engine places 4, +1h", "engine places 4", "open |  |"),
        Case("a worse one", "ada starts, engine places 4, +31s", "engine places 5", "open |  |"),
        Case("a better one, too soon", "ada starts, engine places 4, +29s", "engine places 3", "open |  |"),
        Case("a better one", "ada starts, engine places 4, +30s", "engine places 2 5m", "open | told QueuePosition, place 2 |"),
        Case("the head at once", "ada starts, engine places 4, +1s", "engine places 1", "open | told NextInLine, place 1 |"),
        Case("not to somebody who is gone", "ada starts, engine gone", "engine places 1", "open |  |"),
        Case("not while somebody is asked", "ada starts, engine offers anna", "engine places 1", "active |  | anna 1"),
        Case("not again after an offer that failed", "ada starts, engine places 1, engine offers anna, anna rejects", "engine places 1", "open |  |"),
        Case("again in another wait", "ada starts, engine places 1, engine offers anna, anna accepts, anna releases", "engine places 1", "open | told NextInLine, place 1 |"),
    ]);
    let persistent = company(Mode::Persistent, |_| {});
    check(&persistent, &[Case("persistent: nobody waits in line", "ada starts", "engine places 4 5m", "open |  |")]);
    let off = company(Mode::Live, |w| {
        for kind in ["queue_position", "average_wait"] {
            let kind = serde_json::from_value(kind.into()).expect("a kind");
            w.messages.insert(kind, Texts::any(""));
        }
    });
    check(&off, &[
        Case("switched off", "ada starts", "engine places 4 5m", "open |  |"),
        Case("one of them is left", "ada starts", "engine places 1 5m", "open | told NextInLine, place 1 |"),
    ]);
    assert_eq!(due_after(&live, "ada starts, +10m, engine places 4"), "OpenIdle +20m", "being told a place is no activity");
}
