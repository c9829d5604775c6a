//! Events and explanations in sentences, for people. Nothing a customer wrote reaches the
//! terminal unescaped.

use std::collections::BTreeSet;

use crate::domain::event::{Event, OverflowReason, OverflowedTo, Returning};
use crate::domain::ids::AgentId;
use crate::domain::message::Author;
use crate::domain::note::Note;
use crate::domain::routing::{Explanation, Rule, RuledOut};
use crate::domain::time::Timestamp;

/// A time as RFC 3339 in UTC; a number where it is outside the calendar.
#[must_use]
pub(super) fn time(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| format!("{} ms", at.0), |t| format!("{t:.3}"))
}

/// An event as one sentence.
#[must_use]
pub(super) fn describe(event: &Event) -> String {
    match event {
        Event::Started {
            customer,
            workstream,
            queue,
            route,
            prefer,
            ..
        } => {
            let route = route.as_ref().map_or_else(
                || "by default".to_owned(),
                |r| format!("by rule {}", r.escape_debug()),
            );
            let prefer = prefer
                .as_ref()
                .map_or_else(String::new, |p| format!("; prefers {}", back_to(p)));
            format!("started by {customer} in {workstream}, queue {queue} {route}{prefer}")
        }
        Event::Posted(message) => {
            let author = match &message.author {
                Author::Customer => "customer".to_owned(),
                Author::Agent(agent) => format!("agent {agent}"),
                Author::System(kind) => format!("system ({kind:?})"),
            };
            format!("#{} {author}: {}", message.seq, message.text.escape_debug())
        }
        Event::Returned {
            sticky: Some(sticky),
        } => format!("the customer is back; it belongs to {}", back_to(sticky)),
        Event::Returned { sticky: None } => "the customer is back; it is the queue's".to_owned(),
        Event::StickyEnded { reason } => format!("the wait for the same agent ended: {reason:?}"),
        Event::Offered {
            agent,
            units,
            over_capacity,
            deadline,
            explanation,
            reason,
            by,
            ..
        } => {
            let units = reserved(*units, *over_capacity);
            format!(
                "offered to {agent}{} until {} ({units}). {}{}",
                decided(by.as_ref()),
                time(*deadline),
                explain(explanation),
                because(reason.as_deref())
            )
        }
        Event::Accepted { agent } => format!("accepted by {agent}"),
        Event::Declined { agent, reason } => format!("not taken by {agent}: {reason:?}"),
        Event::Assigned {
            agent,
            units,
            over_capacity,
            how,
            explanation,
            by,
            reason,
            ..
        } => {
            let units = reserved(*units, *over_capacity);
            format!(
                "assigned to {agent}{}, {how:?} ({units}). {}{}",
                decided(by.as_ref()),
                explain(explanation),
                because(reason.as_deref())
            )
        }
        Event::Parked { by } => format!("parked by {by:?}; it waits for the customer"),
        Event::Released {
            agent,
            reason,
            sticky,
        } => {
            let sticky = sticky
                .as_ref()
                .map_or_else(String::new, |s| format!("; it waits for {}", back_to(s)));
            format!("no longer with {agent}: {reason:?}{sticky}")
        }
        Event::TransferOffered {
            agent,
            by,
            units,
            over_capacity,
            deadline,
            explanation,
            reason,
        } => {
            let units = reserved(*units, *over_capacity);
            format!(
                "{by} hands it to {agent}, offered until {} ({units}). {}{}",
                time(*deadline),
                explain(explanation),
                because(reason.as_deref())
            )
        }
        Event::TransferAccepted { agent } => format!("handed over to {agent}"),
        Event::TransferDeclined { agent, reason } => {
            format!("{agent} did not take it over: {reason:?}")
        }
        Event::TransferredToQueue { queue, by, reason } => {
            let reason = reason
                .as_deref()
                .map_or_else(String::new, |r| format!(".{}", because(Some(r))));
            format!("{by} sent it to queue {queue}{reason}")
        }
        Event::Ended { by } => format!("ended by {by:?}"),
        Event::UnitsFreed => "the wrap-up policy freed its units".to_owned(),
        Event::Closed { reason, by } => {
            let by = by
                .as_ref()
                .map_or_else(String::new, |by| format!(" by {by}"));
            format!("closed{by}: {reason:?}")
        }
        Event::Marked {
            side,
            delivered,
            read,
        } => format!("{side:?} has received up to {delivered}, read up to {read}"),
        Event::CustomerGone => "the customer's connection is gone".to_owned(),
        Event::CustomerBack => "the customer is connected again".to_owned(),
        Event::Noted(note) => noted(note),
        Event::Tagged { by, added, removed } => {
            let signed = |sign: char, tags: &BTreeSet<String>| -> Vec<String> {
                tags.iter()
                    .map(|tag| format!("{sign}{}", tag.escape_debug()))
                    .collect()
            };
            let tags = [signed('+', added), signed('-', removed)].concat();
            format!("tagged by {by}: {}", tags.join(", "))
        }
        Event::SubjectSet { by, subject } => {
            format!("{by} wrote the subject: {}", subject.escape_debug())
        }
        Event::ConsultInvited { agent, by } => {
            format!("{by} consults {agent}, who reads along and writes notes")
        }
        Event::ConsultJoined { agent, by } => {
            format!("{by} added {agent}, who writes to the customer as well")
        }
        Event::ConsultEnded { agent, by } if agent == by => {
            format!("{agent} is consulted no longer, by their own wish")
        }
        Event::ConsultEnded { agent, by } => {
            format!("{agent} is consulted no longer, as {by} wanted")
        }
        Event::Overflowed { from, to, reason } => {
            let because = match reason {
                OverflowReason::OutsideHours => "which is closed".to_owned(),
                OverflowReason::TooMany { waiting } => format!("where {waiting} wait"),
                OverflowReason::TooLong { after } => format!("where it has waited {after}"),
            };
            match to {
                OverflowedTo::Queue(to) => format!("from queue {from}, {because}, to queue {to}"),
                OverflowedTo::End => format!("ends instead of waiting in queue {from}, {because}"),
                OverflowedTo::Stays => {
                    format!("stays in queue {from}, {because}: there is nowhere to go")
                }
            }
        }
        Event::SilenceNoted {
            rule,
            silent,
            after,
        } => format!(
            "{silent:?} silent for {after}: rule {}",
            rule.escape_debug()
        ),
        Event::PlaceTold { position } => format!("told to be number {position} in line"),
        Event::QueueMoved { queue } => {
            format!("its queue was deleted; it goes on in queue {queue}")
        }
        Event::Linked {
            customer,
            was,
            current,
            ..
        } => {
            let starts = if *current {
                ", whose starts go here"
            } else {
                ""
            };
            format!("linked: customer {was} is customer {customer}{starts}")
        }
    }
}

fn noted(note: &Note) -> String {
    let to = note
        .private_to
        .as_ref()
        .map_or_else(String::new, |to| format!(" for {to} alone"));
    let text = note.text.escape_debug();
    format!("private note {} by {}{to}: {text}", note.number, note.by)
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |r| format!(" Reason: {}", r.escape_debug()))
}

/// Who took the decision out of linger's hands.
fn decided(by: Option<&AgentId>) -> String {
    by.map_or_else(String::new, |by| format!(" by {by}"))
}

fn reserved(units: u32, over_capacity: bool) -> String {
    let above = if over_capacity {
        ", above capacity"
    } else {
        ""
    };
    format!("{units} units reserved{above}")
}

fn back_to(returning: &Returning) -> String {
    let until = returning.until.map_or_else(
        || "for ever".to_owned(),
        |until| format!("until {}", time(until)),
    );
    format!("{} {until}", returning.agent)
}

/// Why an assignment was made, in sentences.
#[must_use]
pub(super) fn explain(explanation: &Explanation) -> String {
    let Explanation {
        rule,
        queue,
        waited,
        considered,
        more,
    } = explanation;
    let because = match rule {
        Rule::Sticky => "It came back to the agent who had it",
        Rule::StickyAnyway => {
            "It came back to the agent who had it, who was full, as the workstream wants"
        }
        Rule::HighestCapacity => "The agent had the most free units",
        Rule::RoundRobin => "The agent's last assignment was longest ago",
        Rule::LeastActive => "The agent's last release was longest ago",
        Rule::Pick => "The agent took it from the list",
        Rule::Reopen => "The agent took it back from their waiting list",
        Rule::Transfer => "A colleague handed it over",
        Rule::SupervisorAssign => "A supervisor assigned it",
    };
    let queue = queue
        .as_ref()
        .map_or_else(String::new, |queue| format!(" in queue {queue}"));
    let mut text = format!("{because}; it had waited {waited}{queue}.");
    let others: Vec<_> = considered
        .iter()
        .filter_map(|c| {
            c.ruled_out
                .map(|why| format!("{} ({})", c.agent, ruled_out(why)))
        })
        .collect();
    if !others.is_empty() {
        text.push_str(" Not chosen: ");
        text.push_str(&others.join(", "));
        if *more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        text.push('.');
    }
    text
}

const fn ruled_out(why: RuledOut) -> &'static str {
    match why {
        RuledOut::Presence => "not present",
        RuledOut::Capacity => "not enough free units",
        RuledOut::Sessions => "as many sessions as allowed",
        RuledOut::Declined => "declined it",
        RuledOut::Disabled => "disabled",
        RuledOut::Method => "the method preferred another",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AgentId, QueueId, Seq};
    use crate::domain::message::Message;
    use crate::domain::routing::Considered;
    use crate::domain::time::Millis;

    #[test]
    fn an_explanation_names_rule_wait_and_who_was_ruled_out() {
        let agent = |name| AgentId::parse(name).expect("a valid id");
        let explanation = Explanation {
            rule: Rule::HighestCapacity,
            queue: Some(QueueId::parse("support").expect("a valid id")),
            waited: Millis::seconds(90),
            considered: vec![
                Considered {
                    agent: agent("anna"),
                    ruled_out: None,
                },
                Considered {
                    agent: agent("ben"),
                    ruled_out: Some(RuledOut::Presence),
                },
            ],
            more: 3,
        };
        assert_eq!(
            explain(&explanation),
            "The agent had the most free units; it had waited 90 s in queue support. Not chosen: ben (not present) and 3 more."
        );
    }

    #[test]
    fn what_a_customer_wrote_cannot_steer_the_terminal() {
        let message = Message {
            seq: Seq(1),
            at: Timestamp(0),
            author: Author::Customer,
            client_id: None,
            text: "\u{1b}[2J".into(),
        };
        assert_eq!(
            describe(&Event::Posted(message.into())),
            "#1 customer: \\u{1b}[2J"
        );
    }

    #[test]
    fn what_agents_do_among_themselves_is_told_with_who_and_what() {
        use crate::domain::ids::ClientId;
        use crate::domain::note::NoteNumber;
        let agent = |name| AgentId::parse(name).expect("a valid id");
        let note = Note {
            number: NoteNumber(3),
            at: Timestamp(0),
            by: agent("anna"),
            client_id: ClientId::parse("n").expect("a valid id"),
            text: "\u{1b}[2J".into(),
            private_to: Some(agent("ben")),
        };
        let cases = [
            (
                Event::Noted(note.into()),
                "private note 3 by anna for ben alone: \\u{1b}[2J",
            ),
            (
                Event::Tagged {
                    by: agent("anna"),
                    added: ["vip".to_owned()].into(),
                    removed: ["late".to_owned()].into(),
                },
                "tagged by anna: +vip, -late",
            ),
            (
                Event::TransferredToQueue {
                    queue: QueueId::parse("sales").expect("a valid id"),
                    by: agent("anna"),
                    reason: Some("wants to buy".into()),
                },
                "anna sent it to queue sales. Reason: wants to buy",
            ),
            (
                Event::ConsultEnded {
                    agent: agent("ben"),
                    by: agent("anna"),
                },
                "ben is consulted no longer, as anna wanted",
            ),
        ];
        for (event, told) in cases {
            assert_eq!(describe(&event), told);
        }
    }

    #[test]
    fn a_time_is_shown_in_utc() {
        assert_eq!(
            time(Timestamp(1_700_000_000_123)),
            "2023-11-14T22:13:20.123Z"
        );
        assert_eq!(time(Timestamp(i64::MAX)), format!("{} ms", i64::MAX));
    }
}
