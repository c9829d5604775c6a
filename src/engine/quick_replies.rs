//! What an agent may insert into a conversation: the company's quick replies for its
//! queue, in the customer's language, with everything filled in that is known.

use crate::domain::company::{Company, Texts};
use crate::domain::conversation::Conversation;
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::system_messages::{Placeholders, Voice};
use crate::domain::time::Timestamp;

use super::view::{QuickReplyView, Words};

/// The context value that customers are called by, if they said how.
const NAME: &str = "name";

/// Every quick reply as written.
#[must_use]
pub fn written(company: &Company) -> Vec<QuickReplyView> {
    views(
        company,
        |_| true,
        |texts| Some(Words::Written(texts.clone())),
    )
}

/// Those for a conversation, as this agent would say them now. One that has nothing to
/// say here is left out.
#[must_use]
pub fn ready(
    conversation: &Conversation,
    company: &Company,
    agent: &AgentId,
    now: Timestamp,
) -> Vec<QuickReplyView> {
    let queue = &conversation.queue;
    let opens_at = company.hours_of(queue).and_then(|calendar| {
        let at = calendar.next_opening(now)?;
        Some(calendar.local_time(at))
    });
    let name = |agent: &AgentId| Some(company.agents.get(agent)?.display_name.as_str());
    let values = Placeholders {
        agent: name(agent).unwrap_or(""),
        queue: company.queues.get(queue).map_or("", |q| q.name.as_str()),
        customer: conversation
            .context
            .get(NAME)
            .map_or(conversation.customer.as_str(), String::as_str),
        opens_at: opens_at.as_ref(),
        context: Some(&conversation.context),
        ..Placeholders::default()
    };
    let voice = Voice::of(
        company,
        &conversation.workstream,
        conversation.widget.as_ref(),
        &conversation.locale,
    );
    views(
        company,
        |queues| queues.is_empty() || queues.contains(queue),
        |texts| voice.say(texts, &values).map(Words::Ready),
    )
}

fn views(
    company: &Company,
    fits: impl Fn(&std::collections::BTreeSet<QueueId>) -> bool,
    words: impl Fn(&Texts) -> Option<Words>,
) -> Vec<QuickReplyView> {
    company
        .quick_replies
        .iter()
        .filter(|(_, reply)| fits(&reply.queues))
        .filter_map(|(id, reply)| {
            Some(QuickReplyView {
                id: id.clone(),
                title: reply.title.clone(),
                words: words(&reply.text)?,
                queues: reply.queues.iter().cloned().collect(),
            })
        })
        .collect()
}
