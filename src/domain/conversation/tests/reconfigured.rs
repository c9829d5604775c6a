//! Queues and agents that are configured no more, while the conversation goes on.

use super::{Mode, Story, agent, company, queue_id};
use crate::domain::command::{Actor, Command};
use crate::domain::conversation::{Ctx, State, decide};
use crate::domain::event::{DeclineReason, Event, ReleaseReason, StickyEnd};
use crate::domain::ids::AgentId;

const ACTIVE: &str = "ada starts writing, engine offers anna, anna accepts";

fn story(steps: &str) -> Story {
    let mut story = Story::new(company(Mode::Persistent, |_| {}));
    story.steps(steps).expect("possible");
    story
}

fn engine(story: &mut Story, command: Command) -> Vec<Event> {
    let state = story.state.as_mut().expect("started");
    let ctx = Ctx {
        now: story.now,
        company: &story.company,
    };
    let events = decide(state, &Actor::Engine, command, ctx).expect("the engine may");
    events.into_iter().map(|r| r.event).collect()
}

fn gone(name: &str) -> Command {
    Command::AgentGone { agent: agent(name) }
}

fn disable(story: &mut Story, id: &AgentId) {
    let profile = story.company.agents.get_mut(id).expect("configured");
    profile.enabled = false;
}

#[test]
fn a_conversation_whose_queue_is_gone_goes_on_elsewhere_with_its_agent() {
    let mut story = story(ACTIVE);
    story.company.queues.remove(&queue_id("support"));
    story
        .company
        .queue_moves
        .insert(queue_id("support"), queue_id("sales"));
    let events = engine(&mut story, Command::LeaveQueue);
    assert_eq!(
        events,
        [Event::QueueMoved {
            queue: queue_id("sales")
        }]
    );
    let state = story.state.as_ref().expect("started");
    assert_eq!(
        (&state.queue, state.state),
        (&queue_id("sales"), State::Active)
    );
    assert_eq!(state.accepted_agent(), Some(&agent("anna")));
    assert_eq!(engine(&mut story, Command::LeaveQueue), [], "once");
}

#[test]
fn a_parked_conversation_finds_its_queue_gone_when_the_customer_writes() {
    let mut story = story(&format!("{ACTIVE}, anna parks"));
    story.company.queues.remove(&queue_id("support"));
    story
        .company
        .queue_moves
        .insert(queue_id("support"), queue_id("sales"));
    story.steps("ada writes x").expect("the customer may");
    let state = story.state.as_ref().expect("started");
    assert_eq!(
        (&state.queue, state.state),
        (&queue_id("sales"), State::Open)
    );
}

#[test]
fn without_a_place_to_go_it_stays_until_there_is_one() {
    let mut story = story(ACTIVE);
    story.company.queues.clear();
    assert_eq!(engine(&mut story, Command::LeaveQueue), []);
}

#[test]
fn an_agent_who_is_disabled_gives_back_what_they_have() {
    let mut story = story(ACTIVE);
    assert_eq!(engine(&mut story, gone("anna")), [], "while employed");
    disable(&mut story, &agent("anna"));
    let events = engine(&mut story, gone("anna"));
    assert!(
        matches!(
            &events[..2],
            [
                Event::Released {
                    reason: ReleaseReason::Dismissed,
                    sticky: Some(_),
                    ..
                },
                Event::StickyEnded {
                    reason: StickyEnd::AgentGone
                }
            ]
        ),
        "{events:?}"
    );
    let state = story.state.as_ref().expect("started");
    assert!(state.returning.is_none() && state.reservations.is_empty());
    assert_eq!(state.state, State::Open);
}

#[test]
fn what_is_offered_to_an_agent_who_is_disabled_is_withdrawn() {
    let mut story = story("ada starts, engine offers anna");
    disable(&mut story, &agent("anna"));
    let events = engine(&mut story, gone("anna"));
    assert_eq!(
        events,
        [Event::Declined {
            agent: agent("anna"),
            reason: DeclineReason::Withdrawn
        }]
    );
    assert!(story.state.as_ref().expect("started").declines.is_empty());
}

#[test]
fn the_conversation_of_a_disabled_agent_waits_from_now_on_ahead_of_others_in_both_modes() {
    for mode in [Mode::Persistent, Mode::Live] {
        let mut story = Story::new(company(mode, |_| {}));
        story.steps(&format!("{ACTIVE}, +5m")).expect("possible");
        disable(&mut story, &agent("anna"));
        engine(&mut story, gone("anna"));
        let state = story.state.as_ref().expect("started");
        assert_eq!((state.state, &state.returning), (State::Open, &None));
        assert_eq!(
            state.queued_at, story.now,
            "{mode:?}: its place is its return"
        );
        assert!(state.is_return, "{mode:?}: ahead of those who come new");
        assert!(state.declines.is_empty(), "{mode:?}: nobody declined it");
    }
}
