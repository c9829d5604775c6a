//! Members, hours, overflow and its circles.

use std::collections::BTreeSet;

use super::Found;
use crate::domain::company::{Company, OverflowTo, Queue};
use crate::domain::ids::QueueId;
use crate::domain::time::Millis;

const TOO_LONG_MAX: Millis = Millis::days(30);

pub(super) fn check_all(company: &Company, found: &mut Found) {
    for (id, queue) in &company.queues {
        check(company, id, queue, found);
    }
    for circle in circles(company) {
        let names: Vec<&str> = circle.iter().map(|q| q.as_str()).collect();
        let (first, way) = (names[0], names.join(" → "));
        found.note(
            format!("queues.{first}.overflow"),
            format!("Overflow goes in a circle: {way} → {first}; end it somewhere, so that no conversation goes round for ever."),
        );
    }
}

fn check(company: &Company, id: &QueueId, queue: &Queue, found: &mut Found) {
    let at = format!("queues.{id}");
    found.name(&at, &queue.name);
    if let Some(hours) = &queue.hours
        && !company.calendars.contains_key(hours)
    {
        found.note(
            format!("{at}.hours"),
            format!(
                "Queue {id} names hours {hours}, which do not exist; add them or remove the line."
            ),
        );
    }
    for member in queue
        .members
        .iter()
        .filter(|m| !company.agents.contains_key(*m))
    {
        found.note(
            format!("{at}.members"),
            format!("Queue {id} has member {member}, who does not exist; add the agent first."),
        );
    }
    for (name, to) in targets(queue) {
        let at = format!("{at}.overflow.{name}");
        match to {
            OverflowTo::Queue(target) if target == id => found.note(
                at,
                format!("Queue {id} overflows into itself; name another queue or end with a message."),
            ),
            OverflowTo::Queue(target) if !company.queues.contains_key(target) => found.note(
                at,
                format!("Queue {id} overflows into {target}, which does not exist; add the queue or name another."),
            ),
            OverflowTo::Queue(_) => {}
            OverflowTo::End(texts) => found.texts(&at, texts),
        }
    }
    if queue.overflow.outside_hours.is_some() && queue.hours.is_none() {
        found.note(
            format!("{at}.overflow.outside_hours"),
            format!(
                "Queue {id} has no hours, so it is never closed; give it hours or remove this."
            ),
        );
    }
    if let Some(too_many) = &queue.overflow.too_many
        && too_many.waiting == 0
    {
        found.note(
            format!("{at}.overflow.too_many.waiting"),
            format!(
                "Queue {id}: waiting is 0, so nothing would ever wait there; write at least 1."
            ),
        );
    }
    if let Some(too_long) = &queue.overflow.too_long
        && (too_long.after < Millis::seconds(1) || too_long.after > TOO_LONG_MAX)
    {
        found.note(
            format!("{at}.overflow.too_long.after"),
            format!(
                "Queue {id}: after is {}; it must be from 1 s to {TOO_LONG_MAX}.",
                too_long.after
            ),
        );
    }
}

fn targets(queue: &Queue) -> impl Iterator<Item = (&'static str, &OverflowTo)> {
    let o = &queue.overflow;
    [
        ("outside_hours", o.outside_hours.as_ref()),
        ("too_many", o.too_many.as_ref().map(|l| &l.to)),
        ("too_long", o.too_long.as_ref().map(|w| &w.to)),
    ]
    .into_iter()
    .filter_map(|(name, to)| Some((name, to?)))
}

fn next<'a>(company: &'a Company, id: &'a QueueId) -> BTreeSet<&'a QueueId> {
    let queue = company.queues.get(id);
    let to = queue.into_iter().flat_map(targets);
    to.filter_map(|(_, to)| match to {
        OverflowTo::Queue(target) => Some(target),
        OverflowTo::End(_) => None,
    })
    .filter(|target| *target != id)
    .collect()
}

/// Circles of two and more queues, each once, beginning with its first id.
fn circles(company: &Company) -> Vec<Vec<&QueueId>> {
    let mut found: Vec<Vec<&QueueId>> = Vec::new();
    let mut done: BTreeSet<&QueueId> = BTreeSet::new();
    for start in company.queues.keys() {
        let mut path: Vec<&QueueId> = Vec::new();
        walk(company, start, &mut path, &mut done, &mut found);
    }
    found
}

fn walk<'a>(
    company: &'a Company,
    at: &'a QueueId,
    path: &mut Vec<&'a QueueId>,
    done: &mut BTreeSet<&'a QueueId>,
    found: &mut Vec<Vec<&'a QueueId>>,
) {
    if let Some(begins) = path.iter().position(|q| *q == at) {
        found.push(path[begins..].to_vec());
        return;
    }
    if done.contains(at) {
        return;
    }
    path.push(at);
    for target in next(company, at) {
        walk(company, target, path, done, found);
    }
    path.pop();
    done.insert(at);
}
