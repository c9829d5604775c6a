//! The rules of one conversation. [`decide`] turns a command into events or a
//! refusal; [`Conversation::apply`] adds events up. One file per concern:
//!
//! | file | concern |
//! |---|---|
//! | `state.rs` | the state and what each event does to it |
//! | `start.rs` | the first events of a conversation |
//! | `posting.rs` | messages and marks |
//! | `offer.rs` | offers, acceptance, picking, reopening |
//! | `leave.rs` | parking, release, absence |
//! | `transfer.rs` | handing over to an agent or a queue |
//! | `ending.rs` | end, finish, force-close, the live customer's connection |
//! | `reconfigured.rs` | queue or agent are no longer configured |
//! | `timers.rs` | what is due when, and what happens then |
//! | `noting.rs` | private notes |
//! | `linking.rs` | another owner, and which of two conversations goes on |
//! | `labels.rs` | tags and the subject |
//! | `consult.rs` | colleagues who read along, and those who were added |
//! | `overflow.rs` | what does not wait (any longer) in its queue |
//! | `silence.rs` | timeout rules |
//! | `place.rs` | the place in line, told when it is news |
//! | `saying.rs` | what linger says, with everything filled in |
//!
//! Promise: a refusal leaves the state untouched. Every rule checks first and
//! records afterwards; the simulation compares.

mod consult;
mod ending;
mod labels;
mod leave;
mod linking;
mod noting;
mod offer;
mod overflow;
mod place;
mod posting;
mod pre_chat;
mod reconfigured;
mod saying;
mod silence;
mod start;
mod state;
#[cfg(test)]
mod tests;
mod timers;
mod transfer;

pub use consult::is_heard;
pub use labels::tag;
pub use linking::{LinkStep, Meeting, Thread};
pub use place::is_news as place_is_news;
pub use saying::Speech;
pub use start::{resolve, start, start_among};
pub use state::{Assignment, ConsultRole, Conversation, Reservation, State, TransferOffer};
pub use timers::{Timer, next_due, row_is_late};

use super::command::{Actor, Command};
use super::company::{Company, Patience, Role, Workstream};
use super::event::{DeclineReason, Event, Recorded, Returning};
use super::ids::{AgentId, QueueId};
use super::reject::{Code, Reject};
use super::time::Timestamp;

/// What a decision may look at beside the conversation itself.
#[derive(Debug, Clone, Copy)]
pub struct Ctx<'a> {
    /// The instant of the decision.
    pub now: Timestamp,
    /// The configuration at this instant.
    pub company: &'a Company,
}

/// Decides a command: applies its events to `state` and returns them for the journal.
/// No events means that it was so already.
///
/// # Errors
/// A typed refusal; the state is then as it was.
pub fn decide(
    state: &mut Conversation,
    actor: &Actor,
    command: Command,
    ctx: Ctx<'_>,
) -> Result<Vec<Recorded>, Reject> {
    authorise(state, actor, ctx.company)?;
    let command = ctx.company.masking.command(actor, command);
    let mut draft = Draft {
        state,
        ctx,
        // Nearly every command is one event, a message; the default would make room for four.
        events: Vec::with_capacity(1),
    };
    match command {
        Command::Start(_) => {
            return Err(Reject::new(
                Code::WrongState,
                "This conversation has been started already; send messages to it.",
            ));
        }
        Command::Post { client_id, text } => draft.post(actor, client_id, text)?,
        Command::Mark { delivered, read } => draft.mark(actor, delivered, read)?,
        Command::Offer {
            agent,
            over_capacity,
            explanation,
            reason,
        } => {
            draft.offer(actor, &agent, over_capacity, explanation, reason)?;
        }
        Command::Accept => draft.accept(actor)?,
        Command::Reject => draft.reject_offer(actor)?,
        Command::Pick {
            over_capacity,
            explanation,
        } => draft.pick(actor, over_capacity, explanation)?,
        Command::Reopen {
            over_capacity,
            explanation,
        } => draft.reopen(actor, over_capacity, explanation)?,
        Command::Park => draft.park(actor)?,
        Command::Release => draft.release(actor)?,
        Command::TransferToAgent {
            agent,
            over_capacity,
            explanation,
            reason,
        } => {
            draft.transfer_to_agent(actor, &agent, over_capacity, explanation, reason)?;
        }
        Command::TransferToQueue { queue, reason } => {
            draft.transfer_to_queue(actor, queue, reason)?;
        }
        Command::End => draft.end(actor)?,
        Command::Finish => draft.finish(actor)?,
        Command::ForceClose => draft.force_close(actor)?,
        Command::EndSticky { reason } => draft.end_sticky(reason),
        Command::AgentAbsent { agent } => draft.agent_absent(&agent),
        Command::CustomerGone => draft.customer_gone(),
        Command::CustomerBack => draft.customer_back(),
        Command::TellPlace { position, wait } => draft.tell_place(position, wait),
        Command::Tick => draft.tick(),
        Command::Note {
            client_id,
            text,
            private_to,
        } => draft.note(actor, client_id, text, private_to)?,
        Command::Tag { add, remove } => draft.tag(actor, &add, &remove)?,
        Command::SetSubject { subject } => draft.set_subject(actor, &subject)?,
        Command::Consult { agent } => draft.consult(actor, &agent)?,
        Command::ConsultAdd { agent } => draft.consult_add(actor, &agent)?,
        Command::ConsultEnd { agent } => draft.consult_end(actor, agent)?,
        Command::LeaveQueue => draft.leave_gone_queue(),
        Command::AgentGone { agent } => draft.agent_gone(&agent),
        Command::TellHours => draft.tell_closed_line(),
        Command::Link {
            was,
            customer,
            current,
            former,
        } => draft.link(&was, customer, current, former),
        Command::Merge => draft.merge(),
        Command::Erase => draft.erase(),
    }
    Ok(draft.events)
}

/// Whether somebody may see a conversation at all.
///
/// # Errors
/// `not_found`, the same for what is missing and what is not theirs.
pub fn authorise(state: &Conversation, actor: &Actor, company: &Company) -> Result<(), Reject> {
    let allowed = match actor {
        Actor::Engine => true,
        Actor::Customer(customer) => *customer == state.customer,
        Actor::Agent { id, role } => *role >= Role::Supervisor || is_party(state, id, company),
    };
    if allowed {
        Ok(())
    } else {
        Err(Reject::not_found())
    }
}

/// Whether a conversation concerns an agent, whatever their role.
#[must_use]
pub fn is_party(state: &Conversation, agent: &AgentId, company: &Company) -> bool {
    state.consultants.contains_key(agent)
        || state.assignment.as_ref().is_some_and(|a| a.agent == *agent)
        || state.transfer.as_ref().is_some_and(|t| t.agent == *agent)
        || state.last_agent.as_ref() == Some(agent)
        || company
            .queues
            .get(&state.queue)
            .is_some_and(|q| q.members.contains(agent))
}

/// A decision in the making. Recording an event applies it at once, so that what
/// follows in the same decision sees it.
struct Draft<'a> {
    state: &'a mut Conversation,
    ctx: Ctx<'a>,
    events: Vec<Recorded>,
}

impl Draft<'_> {
    fn record(&mut self, event: Event) {
        let recorded = Recorded {
            at: self.ctx.now,
            event,
        };
        self.state.apply(&recorded);
        self.events.push(recorded);
    }

    /// The rules of this conversation. A workstream is never deleted while it has
    /// conversations; were it, the defaults of the mode would apply.
    fn rules(&self) -> std::borrow::Cow<'_, Workstream> {
        rules_of(self.state, self.ctx.company)
    }

    /// The person of the company who asks, or a refusal for customers.
    fn agent_of<'b>(&self, actor: &'b Actor) -> Result<&'b AgentId, Reject> {
        match actor {
            Actor::Agent { id, .. } => Ok(id),
            Actor::Customer(_) | Actor::Engine => {
                Err(Reject::new(Code::Forbidden, "Only agents can do this."))
            }
        }
    }

    /// The agent who has accepted this conversation must be the one who asks.
    fn require_assigned(&self, actor: &Actor) -> Result<AgentId, Reject> {
        let agent = self.agent_of(actor)?;
        self.require_not_final()?;
        if self.state.state == State::Active && self.state.accepted_agent() == Some(agent) {
            return Ok(agent.clone());
        }
        Err(match self.state.accepted_agent() {
            Some(other) if self.state.state == State::Active => Reject {
                taken_by: Some(other.clone()),
                ..Reject::new(
                    Code::NotAssigned,
                    "Another agent has this conversation; ask for a transfer.",
                )
            },
            _ => Reject::new(
                Code::NotAssigned,
                "You do not have this conversation; accept, pick or reopen it first.",
            ),
        })
    }

    fn require_supervisor(&self, actor: &Actor) -> Result<(), Reject> {
        match actor {
            Actor::Engine => Ok(()),
            Actor::Agent { role, .. } if *role >= Role::Supervisor => Ok(()),
            _ => Err(Reject::new(
                Code::Forbidden,
                "Only supervisors can do this.",
            )),
        }
    }

    fn require_not_final(&self) -> Result<(), Reject> {
        if self.state.state == State::Closed {
            Err(closed())
        } else {
            Ok(())
        }
    }

    /// Takes back what is offered to somebody who has not accepted, before the conversation moves on.
    fn withdraw_transfer(&mut self) {
        if let Some(agent) = self.state.transfer.as_ref().map(|t| t.agent.clone()) {
            self.record(Event::TransferDeclined {
                agent,
                reason: DeclineReason::Withdrawn,
            });
        }
    }

    /// The sticky wait for an agent, beginning now, if the workstream keeps the same agent.
    fn sticky_wait(&self, agent: Option<&AgentId>) -> Option<Returning> {
        let agent = agent?;
        let stickiness = self.rules().keep_same_agent?;
        Some(Returning {
            agent: agent.clone(),
            since: self.ctx.now,
            until: patience_until(stickiness.patience, &self.state.queue, self.ctx),
        })
    }

    fn is_employed(&self, agent: &AgentId) -> bool {
        self.ctx
            .company
            .agents
            .get(agent)
            .is_some_and(|a| a.enabled)
    }
}

/// When patience that begins now is over, counted in operating time of the queue.
/// `None` is never, also where the queue never opens again.
fn patience_until(patience: Patience, queue: &QueueId, ctx: Ctx<'_>) -> Option<Timestamp> {
    match patience {
        Patience::Forever => None,
        Patience::For(length) => ctx.company.operating_deadline(queue, ctx.now, length),
    }
}

fn rules_of<'a>(state: &Conversation, company: &'a Company) -> std::borrow::Cow<'a, Workstream> {
    use std::borrow::Cow;
    company.workstreams.get(&state.workstream).map_or_else(
        || {
            Cow::Owned(Workstream::new(
                state.workstream.as_str(),
                state.mode,
                state.queue.clone(),
            ))
        },
        Cow::Borrowed,
    )
}

fn closed() -> Reject {
    Reject::new(
        Code::Closed,
        "This conversation has ended; start a new one.",
    )
}
