//! What an agent may insert into a conversation: the company's quick replies for its
//! queue, in the customer's language, with everything filled in that is known.

use crate::domain::company::{Company, Texts};
use crate::domain::conversation::{Conversation, Ctx, Speech};
use crate::domain::ids::{AgentId, QueueId};
use crate::domain::time::Timestamp;

use super::view::{QuickReplyView, Words, name_in};

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
    let customer = name_in(&conversation.context).unwrap_or(conversation.customer.as_str());
    let speech = Speech::of(conversation, Ctx { now, company })
        .about(Some(agent))
        .to(customer);
    views(
        company,
        |queues| queues.is_empty() || queues.contains(queue),
        |texts| speech.text(texts).map(Words::Ready),
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
