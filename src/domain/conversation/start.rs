//! The first events of a conversation.

use std::sync::Arc;

use super::{Conversation, Ctx, Draft, patience_until};
use crate::domain::arrival::{Waiting, WayEnd, arrive};
use crate::domain::command::Start;
use crate::domain::company::Workstream;
use crate::domain::event::{Event, Recorded, Returning};
use crate::domain::ids::{AgentId, ClientId, ConversationId, CustomerId, QueueId, WorkstreamId};
use crate::domain::message::{Author, Message, SystemKind};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::limits;

/// Begins a conversation where nobody else waits.
///
/// # Errors
/// As [`start_among`].
pub fn start(
    id: ConversationId,
    customer: &CustomerId,
    start: Start,
    ctx: Ctx<'_>,
) -> Result<(Conversation, Vec<Recorded>), Reject> {
    start_among(id, customer, start, ctx, &|_| 0)
}

/// Begins a conversation; `waiting` says how many wait in a queue.
///
/// # Errors
/// `unknown_workstream`, `not_accepting`, `outside_hours` (live only), `too_long`, `invalid_request`.
pub fn start_among(
    id: ConversationId,
    customer: &CustomerId,
    start: Start,
    ctx: Ctx<'_>,
    waiting: Waiting<'_>,
) -> Result<(Conversation, Vec<Recorded>), Reject> {
    let (workstream, rules) = resolve(&start, ctx)?;
    accepts(&start, rules, ctx)?;
    check_context(&start)?;
    super::pre_chat::check(&start, ctx.company)?;
    first_message(&start)?;
    // Rules see what was sent; what is kept of it is masked.
    let arrival = arrive(&start, rules, ctx.company, ctx.now, waiting);
    let start = ctx.company.masking.start(start);
    check_context(&start)?;
    let first_message = first_message(&start)?;
    let waits_in = match &arrival.way.end {
        WayEnd::Closed(opens_at) => return Err(outside_hours(*opens_at, ctx.now)),
        WayEnd::Queue(queue) => Some(queue.clone()),
        WayEnd::End(_) => None,
    };
    let started = Recorded {
        at: ctx.now,
        event: Event::Started {
            customer: customer.clone(),
            workstream,
            mode: rules.mode,
            widget: start.widget,
            locale: start.locale,
            context: start.context,
            queue: arrival.routed,
            route: arrival.route,
            priority: rules.priority,
            prefer: None,
            client_id: start.client_id,
        },
    };
    let prefer = start
        .last_agent
        .filter(|_| rules.prefer_last_agent)
        .zip(waits_in.as_ref());
    let (mut state, started) = with_preference(id, started, prefer, rules, ctx);
    let mut draft = Draft {
        state: &mut state,
        ctx,
        events: vec![started],
    };
    // Whoever is about to be told that it ends is not told that somebody comes.
    if waits_in.is_some() {
        draft.tell(SystemKind::Greeting, None);
    }
    if let Some((client_id, text)) = first_message {
        let message = Message {
            seq: draft.state.last_seq.next(),
            at: ctx.now,
            author: Author::Customer,
            client_id: Some(client_id),
            text,
        };
        draft.record(Event::Posted(Arc::new(message)));
    }
    if !draft.take_way(arrival.way) {
        draft.tell_outside_hours();
    }
    let events = draft.events;
    Ok((state, events))
}

/// The state after `Started`, with the preferred agent's wait filled in: its length
/// depends on the queue in which it will wait.
fn with_preference(
    id: ConversationId,
    mut started: Recorded,
    agent: Option<(AgentId, &QueueId)>,
    rules: &Workstream,
    ctx: Ctx<'_>,
) -> (Conversation, Recorded) {
    let plain = Conversation::begin(id, &started).expect("the first event is Started");
    let Some(((agent, queue), stickiness)) = agent.zip(rules.keep_same_agent) else {
        return (plain, started);
    };
    let until = patience_until(stickiness.patience, queue, ctx);
    if let Event::Started { prefer, .. } = &mut started.event {
        *prefer = Some(Returning {
            agent,
            since: ctx.now,
            until,
        });
    }
    (
        Conversation::begin(id, &started).expect("the first event is Started"),
        started,
    )
}

/// The workstream of a start and its rules.
///
/// # Errors
/// `unknown_workstream`.
pub fn resolve<'a>(start: &Start, ctx: Ctx<'a>) -> Result<(WorkstreamId, &'a Workstream), Reject> {
    let unknown = || {
        Reject::new(
            Code::UnknownWorkstream,
            "There is no such workstream or widget; check the name with the company.",
        )
    };
    let id = match (&start.workstream, &start.widget) {
        (Some(workstream), _) => workstream,
        (None, Some(widget)) => {
            &ctx.company
                .widgets
                .get(widget)
                .ok_or_else(unknown)?
                .workstream
        }
        (None, None) => return Err(unknown()),
    };
    let rules = ctx.company.workstreams.get(id).ok_or_else(unknown)?;
    Ok((id.clone(), rules))
}

fn check_context(start: &Start) -> Result<(), Reject> {
    let too_long = |what: String| Err(Reject::new(Code::TooLong, what));
    if start.context.len() > limits::CONTEXT_VALUES_MAX {
        return too_long(format!(
            "The context has more than {} values; send fewer.",
            limits::CONTEXT_VALUES_MAX
        ));
    }
    for (key, value) in &start.context {
        if key.chars().count() > limits::CONTEXT_KEY_CHARS_MAX
            || value.chars().count() > limits::CONTEXT_VALUE_CHARS_MAX
        {
            return too_long(format!(
                "A context key may have {} characters and a value {}; shorten it.",
                limits::CONTEXT_KEY_CHARS_MAX,
                limits::CONTEXT_VALUE_CHARS_MAX
            ));
        }
    }
    if start.locale.len() > limits::CONTEXT_KEY_CHARS_MAX {
        return too_long(
            "The locale is too long; use a BCP 47 tag such as en or pt-BR.".to_owned(),
        );
    }
    Ok(())
}

fn first_message(start: &Start) -> Result<Option<(ClientId, Arc<str>)>, Reject> {
    let Some(text) = &start.text else {
        return Ok(None);
    };
    super::posting::check_text(text)?;
    let Some(client_id) = &start.client_id else {
        return Err(Reject::new(
            Code::InvalidRequest,
            "A start with a text needs a client_id, so that a repetition is recognised.",
        ));
    };
    Ok(Some((client_id.clone(), text.clone())))
}

/// A workstream or widget that is switched off takes nothing new; what it has goes on.
fn accepts(start: &Start, rules: &Workstream, ctx: Ctx<'_>) -> Result<(), Reject> {
    let widget = start
        .widget
        .as_ref()
        .and_then(|w| ctx.company.widgets.get(w));
    if rules.enabled && widget.is_none_or(|w| w.enabled) {
        return Ok(());
    }
    Err(Reject::new(
        Code::NotAccepting,
        "No new conversations are taken here at the moment; ask the company for another way.",
    ))
}

fn outside_hours(opens_at: Option<Timestamp>, now: Timestamp) -> Reject {
    let mut reject = Reject::new(
        Code::OutsideHours,
        "The chat is closed now; come back when it opens.",
    );
    reject.opens_at = opens_at;
    reject.retry_after = opens_at.map(|at| at.since(now)).filter(|w| *w > Millis(0));
    reject
}
