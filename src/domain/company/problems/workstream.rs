//! Timers, timeout rules, routes and messages of a workstream.

use std::collections::BTreeSet;

use super::{CAPACITY_MAX, Found};
use crate::domain::arrival::CLAIM_PREFIX;
use crate::domain::company::{
    Company, Condition, Mode, Patience, Presence, RouteRule, Test, TimeoutAction, TimeoutRule,
    Workstream, WrapUp,
};
use crate::domain::ids::{CalendarId, WidgetId, WorkstreamId};
use crate::domain::time::Millis;

const TIMEOUT_RULES_MAX: usize = 20;
const ROUTES_MAX: usize = 200;
const YEAR: Millis = Millis::days(365);

pub(super) fn check(company: &Company, id: &WorkstreamId, w: &Workstream, found: &mut Found) {
    let at = format!("workstreams.{id}");
    found.name(&at, &w.name);
    if !company.queues.contains_key(&w.default_queue) {
        found.note(
            format!("{at}.default_queue"),
            format!(
                "Workstream {id} names default queue {}, which does not exist; add the queue or name another.",
                w.default_queue
            ),
        );
    }
    if w.units == 0 {
        found.note(
            format!("{at}.units"),
            format!("Workstream {id}: units is 0; a conversation costs at least 1."),
        );
    }
    if w.units > CAPACITY_MAX {
        found.note(
            format!("{at}.units"),
            format!(
                "Workstream {id}: a conversation costs {} units, more than an agent may have ({CAPACITY_MAX}); write fewer.",
                w.units
            ),
        );
    }
    if w.allowed_presences.is_empty() || w.allowed_presences.contains(&Presence::Offline) {
        found.note(
            format!("{at}.allowed_presences"),
            format!("Workstream {id} is offered to whoever is in one of these presences: name at least one, and not \"offline\", for nobody is there then."),
        );
    }
    if w.mode == Mode::Live && w.keep_same_agent.is_some() {
        found.note(
            format!("{at}.keep_same_agent"),
            format!("Workstream {id} is live: keep_same_agent and stickiness are for persistent workstreams; remove them."),
        );
    }
    if let Some(locale) = &w.locale {
        found.locale(&format!("{at}.locale"), locale);
    }
    found.messages(&at, w.mode, &w.messages);
    check_times(&at, id, w, found);
    check_routes(company, &at, id, &w.routes, found);
    check_timeouts(&at, id, w, found);
}

fn check_times(at: &str, id: &WorkstreamId, w: &Workstream, found: &mut Found) {
    let t = &w.timers;
    let second = Millis::seconds(1);
    let bounded = [
        (
            "offer_deadline",
            t.offer_deadline,
            Millis::seconds(10),
            Millis::seconds(300),
        ),
        (
            "auto_close_after",
            t.auto_close_after,
            Millis::minutes(1),
            YEAR,
        ),
        ("open_idle_close", t.open_idle_close, second, YEAR),
        ("auto_park_after", t.auto_park_after, second, YEAR),
        ("wrap_up_limit", t.wrap_up_limit, second, YEAR),
        ("disconnect_limit", t.disconnect_limit, second, YEAR),
    ];
    for (name, value, low, high) in bounded {
        if value < low || value > high {
            found.note(
                format!("{at}.timers.{name}"),
                format!(
                    "Workstream {id}: {name} is {}; it must be from {low} to {high}.",
                    exactly(value)
                ),
            );
        }
    }
    if let WrapUp::ReleaseAfter(d) = w.wrap_up
        && (d < Millis::seconds(30) || d > Millis::minutes(60))
    {
        found.note(
            format!("{at}.wrap_up"),
            format!(
                "Workstream {id}: wrap-up release_after is {d}; it must be from 30 s to 60 min."
            ),
        );
    }
    if let Some(stickiness) = w.keep_same_agent
        && let Patience::For(patience) = stickiness.patience
        && patience > YEAR
    {
        found.note(
            format!("{at}.stickiness.patience"),
            format!(
                "Workstream {id}: patience is {patience}; it is at most {YEAR}, or \"forever\"."
            ),
        );
    }
}

fn check_routes(
    company: &Company,
    at: &str,
    id: &WorkstreamId,
    routes: &[RouteRule],
    found: &mut Found,
) {
    if routes.len() > ROUTES_MAX {
        found.note(
            format!("{at}.routes"),
            format!("Workstream {id} has more than {ROUTES_MAX} rules; join some of them."),
        );
    }
    let mut names = BTreeSet::new();
    for (n, rule) in routes.iter().enumerate() {
        let at = format!("{at}.routes[{n}]");
        if rule.name.trim().is_empty() || !names.insert(&rule.name) {
            found.note(
                format!("{at}.name"),
                format!(
                    "Workstream {id}: the rule name {:?} is empty or used twice; explanations name rules, so give each its own.",
                    rule.name
                ),
            );
        }
        if !company.queues.contains_key(&rule.queue) {
            found.note(
                format!("{at}.queue"),
                format!(
                    "Workstream {id}, rule {}: queue {} does not exist; add the queue or name another.",
                    rule.name, rule.queue
                ),
            );
        }
        for condition in &rule.when {
            check_values(company, &at, id, rule, condition, found);
            if condition.key.trim().is_empty() {
                found.note(
                    format!("{at}.when"),
                    format!("Workstream {id}, rule {}: a condition has no key; name the value it looks at.", rule.name),
                );
            }
            if let Some(claim) = condition.key.strip_prefix(CLAIM_PREFIX)
                && !company
                    .authentication
                    .values()
                    .any(|key| key.context_claims.contains(claim))
            {
                found.note(
                    format!("{at}.when"),
                    format!("Workstream {id}, rule {}: no authentication setting passes the claim {claim:?} on, so the rule would never hold; add it to context_claims of one, or change the key.", rule.name),
                );
            }
            let hours = condition.key.strip_prefix("hours.");
            let known = |name: &str| {
                CalendarId::parse(name).is_ok_and(|c| company.calendars.contains_key(&c))
            };
            if let Some(name) = hours
                && !known(name)
            {
                found.note(
                    format!("{at}.when"),
                    format!("Workstream {id}, rule {}: hours {name} do not exist; add them or change the key.", rule.name),
                );
            }
        }
    }
}

/// A condition that can never hold, or always does, is not what was meant.
fn check_values(
    company: &Company,
    at: &str,
    id: &WorkstreamId,
    rule: &RouteRule,
    condition: &Condition,
    found: &mut Found,
) {
    let (Test::AnyOf(values) | Test::NoneOf(values)) = &condition.test else {
        return;
    };
    let mut wrong = |why: String| {
        found.note(
            format!("{at}.when"),
            format!("Workstream {id}, rule {}: {why}", rule.name),
        );
    };
    let key = condition.key.as_str();
    if values.is_empty() {
        wrong(format!(
            "the condition on {key} names no value; name at least one."
        ));
    }
    for value in values {
        let is_widget = || WidgetId::parse(value).is_ok_and(|w| company.widgets.contains_key(&w));
        if key.starts_with("hours.") && value != "open" && value != "closed" {
            wrong(format!(
                "{key} is never {value:?}; write \"open\" or \"closed\"."
            ));
        } else if key == "widget" && !is_widget() {
            wrong(format!(
                "widget {value:?} does not exist; add it or name another."
            ));
        }
    }
}

fn check_timeouts(at: &str, id: &WorkstreamId, w: &Workstream, found: &mut Found) {
    let rules: &[TimeoutRule] = &w.timeout_rules;
    if w.mode == Mode::Live && !rules.is_empty() {
        found.note(
            format!("{at}.timeout_rules"),
            format!("Workstream {id}: timeout rules are for persistent workstreams; a live one has disconnect_limit and open_idle_close."),
        );
    }
    if rules.len() > TIMEOUT_RULES_MAX {
        found.note(
            format!("{at}.timeout_rules"),
            format!(
                "Workstream {id} has more than {TIMEOUT_RULES_MAX} timeout rules; remove some."
            ),
        );
    }
    let mut names = BTreeSet::new();
    for (n, rule) in rules.iter().enumerate() {
        let at = format!("{at}.timeout_rules[{n}]");
        if rule.name.trim().is_empty() || !names.insert(&rule.name) {
            found.note(
                format!("{at}.name"),
                format!(
                    "Workstream {id}: the timeout rule name {:?} is empty or used twice; give each its own.",
                    rule.name
                ),
            );
        }
        if rule.after < Millis::minutes(1) || rule.after > YEAR {
            found.note(
                format!("{at}.after"),
                format!(
                    "Workstream {id}, timeout rule {}: after is {}; it must be from 1 min to 365 d.",
                    rule.name, rule.after
                ),
            );
        }
        if let TimeoutAction::Say(texts) = &rule.then {
            found.said(&format!("{at}.say"), "What it says", texts);
        }
    }
}

/// A length that is not rounded: one that is just out of bounds would look as if it were within.
fn exactly(length: Millis) -> String {
    match length.0 {
        ms if ms % 1_000 != 0 => format!("{ms} ms"),
        ms if ms % 60_000 != 0 => format!("{} s", ms / 1_000),
        ms if ms % 3_600_000 != 0 => format!("{} min", ms / 60_000),
        ms if ms % 86_400_000 != 0 => format!("{} h", ms / 3_600_000),
        ms => format!("{} days", ms / 86_400_000),
    }
}
