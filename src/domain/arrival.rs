//! Where a start goes: routing rules, operating hours, overflow before queueing.
//!
//! One pure function, [`arrive`], says it for a start that happens and for one that is
//! only asked about (`POST /api/v1/routing/explain`), so the explanation cannot differ
//! from what would happen. `docs/routing.md` is the same for people.

use super::command::Start;
use super::company::{Company, Condition, Mode, OverflowTo, RouteRule, Test, Texts, Workstream};
use super::company::{Widget, language_of};
use super::event::{OverflowReason, OverflowedTo};
use super::ids::QueueId;
use super::time::Timestamp;
use crate::limits;

/// How many wait in a queue now.
pub type Waiting<'a> = &'a dyn Fn(&QueueId) -> usize;

/// Context keys that begin so hold what a token says; no page can set them.
pub const CLAIM_PREFIX: &str = "claim.";

/// Everything about where a start goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Each rule of the workstream, in order.
    pub rules: Vec<RuleLook>,
    /// The rule that matched; `None`: the default queue.
    pub route: Option<String>,
    /// The queue that the rules chose.
    pub routed: QueueId,
    /// The way from there.
    pub way: Way,
}

/// What came of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLook {
    /// Its name.
    pub name: String,
    /// Where it sends.
    pub queue: QueueId,
    /// Whether it matched.
    pub verdict: RuleVerdict,
}

/// Whether a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleVerdict {
    /// All its conditions hold: it decides.
    Matched,
    /// This condition, the first of those that do not, does not hold for this value.
    Failed(Condition, Option<String>),
    /// A rule before it decided.
    NotReached,
}

/// From the queue that was chosen to the queue where the conversation waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Each overflow, in order.
    pub hops: Vec<Hop>,
    /// Where it ends.
    pub end: WayEnd,
}

/// One overflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The queue that did not take it.
    pub from: QueueId,
    /// Where it went instead.
    pub to: OverflowedTo,
    /// Why.
    pub reason: OverflowReason,
}

/// Where a way ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayEnd {
    /// It waits in this queue.
    Queue(QueueId),
    /// It ends with this message.
    End(Texts),
    /// Live: every queue on the way is closed; the first of them opens then.
    Closed(Option<Timestamp>),
}

/// Where a start goes.
#[must_use]
pub fn arrive(
    start: &Start,
    rules: &Workstream,
    company: &Company,
    now: Timestamp,
    waiting: Waiting<'_>,
) -> Arrival {
    let subject = Subject {
        start,
        widget: start.widget.as_ref().and_then(|w| company.widgets.get(w)),
        company,
        now,
    };
    let mut route = None;
    let looks = rules
        .routes
        .iter()
        .map(|rule| {
            let verdict = if route.is_some() {
                RuleVerdict::NotReached
            } else {
                subject.judge(rule)
            };
            if verdict == RuleVerdict::Matched {
                route = Some((rule.name.clone(), rule.queue.clone()));
            }
            RuleLook {
                name: rule.name.clone(),
                queue: rule.queue.clone(),
                verdict,
            }
        })
        .collect();
    let (route, routed) = match route {
        Some((name, queue)) => (Some(name), queue),
        None => (None, rules.default_queue.clone()),
    };
    let way = walk(
        routed.clone(),
        Vec::new(),
        rules.mode,
        company,
        now,
        Some(waiting),
    );
    Arrival {
        rules: looks,
        route,
        routed,
        way,
    }
}

/// Follows overflow from a queue on. `before` are the queues that the conversation has
/// waited in already; each is entered once. Without `waiting` nobody looks at lengths.
#[must_use]
pub fn walk(
    first: QueueId,
    before: Vec<QueueId>,
    mode: Mode,
    company: &Company,
    now: Timestamp,
    waiting: Option<Waiting<'_>>,
) -> Way {
    let mut hops: Vec<Hop> = Vec::new();
    let mut visited = before;
    let mut queue = first;
    // Live: the last queue that is open, and how many hops led there.
    let mut last_open: Option<(QueueId, usize)> = None;
    let mut opens_at: Option<Timestamp> = None;
    loop {
        visited.push(queue.clone());
        let calendar = company.hours_of(&queue);
        let open = calendar.is_none_or(|c| c.is_open(now));
        if open {
            last_open = Some((queue.clone(), hops.len()));
        } else {
            let next = calendar.and_then(|c| c.next_opening(now));
            opens_at = [opens_at, next].into_iter().flatten().min();
        }
        let Some((to, reason)) = overflow_of(&queue, open, company, waiting) else {
            break;
        };
        let to = match to {
            OverflowTo::End(texts) => {
                hops.push(Hop {
                    from: queue,
                    to: OverflowedTo::End,
                    reason,
                });
                return Way {
                    hops,
                    end: WayEnd::End(texts.clone()),
                };
            }
            OverflowTo::Queue(to) => to,
        };
        if !may_enter(to, &visited, company) {
            break;
        }
        hops.push(Hop {
            from: queue,
            to: OverflowedTo::Queue(to.clone()),
            reason,
        });
        queue = to.clone();
    }
    // Nobody waits live before a closed door.
    if mode == Mode::Live && last_open.as_ref().is_none_or(|(last, _)| *last != queue) {
        let Some((last, length)) = last_open else {
            return Way {
                hops,
                end: WayEnd::Closed(opens_at),
            };
        };
        hops.truncate(length);
        queue = last;
    }
    Way {
        hops,
        end: WayEnd::Queue(queue),
    }
}

/// Whether overflow may lead to a queue: it exists, was not entered before in this wait, and
/// the wait has not been sent on too often.
#[must_use]
pub fn may_enter(queue: &QueueId, visited: &[QueueId], company: &Company) -> bool {
    company.queues.contains_key(queue)
        && !visited.contains(queue)
        && visited.len() <= limits::OVERFLOW_HOPS_MAX
}

fn overflow_of<'a>(
    queue: &QueueId,
    open: bool,
    company: &'a Company,
    waiting: Option<Waiting<'_>>,
) -> Option<(&'a OverflowTo, OverflowReason)> {
    let overflow = &company.queues.get(queue)?.overflow;
    if !open && let Some(to) = &overflow.outside_hours {
        return Some((to, OverflowReason::OutsideHours));
    }
    let rule = overflow.too_many.as_ref()?;
    let waiting = u32::try_from(waiting?(queue)).unwrap_or(u32::MAX);
    (waiting >= rule.waiting).then_some((&rule.to, OverflowReason::TooMany { waiting }))
}

/// What conditions look at.
struct Subject<'a> {
    start: &'a Start,
    widget: Option<&'a Widget>,
    company: &'a Company,
    now: Timestamp,
}

impl Subject<'_> {
    fn judge(&self, rule: &RouteRule) -> RuleVerdict {
        let failed = rule.when.iter().find_map(|condition| {
            let value = self.value(&condition.key, &rule.queue);
            let passes = if condition.key == "locale" {
                passes_locale(&condition.test, value.as_deref())
            } else {
                condition.test.passes(value.as_deref())
            };
            (!passes).then(|| (condition.clone(), value))
        });
        match failed {
            None => RuleVerdict::Matched,
            Some((condition, value)) => RuleVerdict::Failed(condition, value),
        }
    }

    /// The value of a key. What linger knows itself goes before what the page says.
    fn value(&self, key: &str, queue: &QueueId) -> Option<String> {
        let word = |open: bool| if open { "open" } else { "closed" }.to_owned();
        match key {
            "widget" => self.start.widget.as_ref().map(ToString::to_string),
            "locale" => {
                let of_page = Some(self.start.locale.as_str()).filter(|l| !l.is_empty());
                of_page
                    .or_else(|| self.widget?.locale.as_deref())
                    .map(ToOwned::to_owned)
            }
            "hours" => {
                let calendar = self.company.hours_of(queue);
                Some(word(calendar.is_none_or(|c| c.is_open(self.now))))
            }
            key => match key.strip_prefix("hours.") {
                Some(name) => {
                    let mut calendars = self.company.calendars.iter();
                    let (_, calendar) = calendars.find(|(id, _)| id.as_str() == name)?;
                    Some(word(calendar.is_open(self.now)))
                }
                None => self.start.context.get(key).cloned(),
            },
        }
    }
}

/// A language is the same in whatever case and with either separator, and `pt` stands
/// for `pt-BR` too.
fn passes_locale(test: &Test, value: Option<&str>) -> bool {
    let plain = |tag: &str| tag.replace('_', "-").to_ascii_lowercase();
    let among = |tags: &std::collections::BTreeSet<String>| {
        value.is_some_and(|value| {
            let (whole, language) = (plain(value), plain(language_of(value)));
            tags.iter()
                .map(|t| plain(t))
                .any(|t| t == whole || t == language)
        })
    };
    match test {
        Test::AnyOf(tags) => among(tags),
        Test::NoneOf(tags) => !among(tags),
        Test::StartsWith(start) => value.is_some_and(|v| plain(v).starts_with(&plain(start))),
        other => other.passes(value),
    }
}
