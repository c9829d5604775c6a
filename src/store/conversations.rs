//! Reading one conversation: its state, its messages, its client ids, its journal.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Store;
use super::codec::{DedupRow, ParkedReason};
use super::error::StoreError;
use super::keys;
use super::tables::{Table, row_name};
use super::view::{ENOUGH, GO_ON, Order, Range, View, decode, malformed};
use crate::domain::conversation::Conversation;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::{ConversationId, Position, Seq};
use crate::domain::message::{DedupKey, Message, Sender};
use crate::domain::note::NoteNumber;
use crate::domain::time::Timestamp;
use crate::limits;

/// A client id with the message it became.
pub type KnownClientId = (DedupKey, Seq, Timestamp);

/// Everything that a conversation needs to wake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its state after its last event.
    pub conversation: Conversation,
    /// The last messages, at most `limits::RECENT_RING`, ascending.
    pub recent: Vec<Arc<Message>>,
    /// Its client ids, unless there are too many to hold.
    pub client_ids: Vec<KnownClientId>,
    /// Whether `client_ids` are all; otherwise they are looked up one by one.
    pub client_ids_complete: bool,
    /// The position of its snapshot; 0: there is none.
    pub snapshot: Position,
    /// Its row among the durable timers.
    pub timer: Option<Timestamp>,
    /// Why it is set aside, if it is.
    pub parked: Option<String>,
}

impl Store {
    /// A conversation with what it needs to wake; `None` if there is no such conversation.
    ///
    /// # Errors
    /// A damaged row, a gap in the journal, or the disk.
    pub fn load(&self, conversation: ConversationId) -> Result<Option<Loaded>, StoreError> {
        let view = self.view();
        let Some((state, snapshot)) = view.conversation_and_snapshot(conversation)? else {
            return Ok(None);
        };
        let beyond = Seq(state.last_seq.0.saturating_add(1));
        let (client_ids, client_ids_complete) = view.client_ids(conversation)?;
        let parked: Option<ParkedReason> = view.get(Table::Meta, &keys::parked(conversation))?;
        Ok(Some(Loaded {
            recent: view.page_before(conversation, beyond, limits::RECENT_RING)?,
            client_ids,
            client_ids_complete,
            snapshot,
            timer: view.get(Table::Timers, &keys::timer_of(conversation))?,
            parked: parked.map(|ParkedReason(reason)| reason),
            conversation: state,
        }))
    }

    /// The state of a conversation without its messages.
    ///
    /// # Errors
    /// A damaged row, a gap in the journal, or the disk.
    pub fn conversation(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        self.view().conversation(conversation)
    }

    /// Up to `limit` messages after `after`, ascending.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn page_after(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.view().page_after(conversation, after, limit)
    }

    /// The last `limit` messages before `before`, ascending. Any `before` beyond the last
    /// message gives the end of the thread.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn page_before(
        &self,
        conversation: ConversationId,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.view().page_before(conversation, before, limit)
    }

    /// The message that a client id became.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn find_client_id(
        &self,
        conversation: ConversationId,
        key: &DedupKey,
    ) -> Result<Option<(Seq, Timestamp)>, StoreError> {
        let row: Option<DedupRow> = self
            .view()
            .get(Table::Dedup, &keys::dedup(conversation, key))?;
        Ok(row.map(|DedupRow { seq, at }| (seq, at)))
    }

    /// The message or note that a client id became, and its text.
    ///
    /// # Errors
    /// A damaged row, a client id of nothing, or the disk.
    pub fn find_sent(
        &self,
        conversation: ConversationId,
        key: &DedupKey,
    ) -> Result<Option<(Seq, Timestamp, Arc<str>)>, StoreError> {
        let Some((seq, at)) = self.find_client_id(conversation, key)? else {
            return Ok(None);
        };
        let before = seq.0.saturating_sub(1);
        let found = match key.sender {
            Sender::Notes(_) => self
                .notes_after(conversation, NoteNumber(before), 1, |_| true)?
                .first()
                .filter(|note| note.number.0 == seq.0)
                .map(|note| note.text.clone()),
            Sender::Customer | Sender::Agent(_) => self
                .page_after(conversation, Seq(before), 1)?
                .first()
                .filter(|message| message.seq == seq)
                .map(|message| message.text.clone()),
        };
        let text = found.ok_or_else(|| StoreError::Malformed {
            row: row_name(Table::Dedup, &keys::dedup(conversation, key)),
            why: "it names a message that is not there",
        })?;
        Ok(Some((seq, at, text)))
    }

    /// Up to `limit` events from a position on.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn journal(
        &self,
        conversation: ConversationId,
        from: Position,
        limit: usize,
    ) -> Result<Vec<(Position, Recorded)>, StoreError> {
        let mut events = Vec::new();
        if limit > 0 {
            self.view()
                .journal(conversation, from, |position, recorded| {
                    events.push((position, recorded));
                    if events.len() < limit { GO_ON } else { ENOUGH }
                })?;
        }
        Ok(events)
    }

    /// The position of a conversation's snapshot.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn snapshot_position(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<Position>, StoreError> {
        let state: Option<Conversation> = self
            .view()
            .get(Table::Snapshots, &conversation.to_bytes())?;
        Ok(state.map(|state| state.position))
    }

    /// The durable timer of a conversation.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn timer_of(&self, conversation: ConversationId) -> Result<Option<Timestamp>, StoreError> {
        self.view()
            .get(Table::Timers, &keys::timer_of(conversation))
    }

    /// Why a conversation is set aside, if it is.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn parked_reason(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<String>, StoreError> {
        let reason: Option<ParkedReason> =
            self.view().get(Table::Meta, &keys::parked(conversation))?;
        Ok(reason.map(|ParkedReason(reason)| reason))
    }
}

impl View<'_> {
    /// The state of a conversation after its last event.
    pub(super) fn conversation(
        &self,
        id: ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        Ok(self.conversation_and_snapshot(id)?.map(|(state, _)| state))
    }

    /// Snapshot and what followed it; or everything, if there is no snapshot. With the
    /// position of the snapshot; 0: there is none.
    fn conversation_and_snapshot(
        &self,
        id: ConversationId,
    ) -> Result<Option<(Conversation, Position)>, StoreError> {
        let mut state: Option<Conversation> = self.get(Table::Snapshots, &id.to_bytes())?;
        let snapshot = state.as_ref().map_or(Position(0), |state| state.position);
        self.journal(id, snapshot.next(), |position, recorded| {
            let broken = |why| {
                let row = row_name(Table::Journal, &keys::journal(id, position));
                Err(StoreError::Malformed { row, why })
            };
            match &mut state {
                Some(state) if state.position.next() == position => state.apply(&recorded),
                None if position == Position(1) => {
                    state = Conversation::begin(id, &recorded);
                    if state.is_none() {
                        return broken("a journal begins with something else than a start");
                    }
                }
                _ => return broken("the events before this one are missing"),
            }
            GO_ON
        })?;
        Ok(state.map(|state| (state, snapshot)))
    }

    /// Shows events from a position on, in order.
    pub(super) fn journal(
        &self,
        id: ConversationId,
        from: Position,
        mut event: impl FnMut(Position, Recorded) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let range = Range::prefix_from(&id.to_bytes(), &keys::journal(id, from));
        self.scan(Table::Journal, range, Order::Ascending, |key, record| {
            let position = keys::number(key).ok_or_else(|| malformed(Table::Journal, key))?;
            event(Position(position), decode(Table::Journal, key, record)?)
        })
    }

    pub(super) fn page_after(
        &self,
        id: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        let mut page = Vec::new();
        if limit == 0 || after.0 == u64::MAX {
            return Ok(page);
        }
        // The last indexed message that is not beyond the first one wanted.
        let wanted = after.next();
        let beyond = keys::seq_index(id, Seq(wanted.0.saturating_add(1)));
        let mut from = Position(1);
        let range = Range::prefix_before(&id.to_bytes(), &beyond);
        self.scan(Table::SeqIndex, range, Order::Descending, |key, record| {
            from = decode(Table::SeqIndex, key, record)?;
            ENOUGH
        })?;
        self.journal(id, from, |_, recorded| {
            if let Event::Posted(message) = recorded.event
                && message.seq > after
            {
                page.push(message);
            }
            if page.len() < limit { GO_ON } else { ENOUGH }
        })?;
        Ok(page)
    }

    pub(super) fn page_before(
        &self,
        id: ConversationId,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        let mut page = Vec::new();
        if limit == 0 {
            return Ok(page);
        }
        // The first indexed message that is not before: reading backwards begins there,
        // or at the end of the journal if there is none.
        let mut range = Range::prefix(&id.to_bytes());
        let indexed = Range::prefix_from(&id.to_bytes(), &keys::seq_index(id, before));
        self.scan(Table::SeqIndex, indexed, Order::Ascending, |key, record| {
            let position: Position = decode(Table::SeqIndex, key, record)?;
            range.to = Some(keys::journal(id, position).to_vec());
            ENOUGH
        })?;
        self.scan(Table::Journal, range, Order::Descending, |key, record| {
            let recorded: Recorded = decode(Table::Journal, key, record)?;
            if let Event::Posted(message) = recorded.event
                && message.seq < before
            {
                page.push(message);
            }
            if page.len() < limit { GO_ON } else { ENOUGH }
        })?;
        page.reverse();
        Ok(page)
    }

    /// All client ids, or none and `false` if there are more than may be held.
    fn client_ids(&self, id: ConversationId) -> Result<(Vec<KnownClientId>, bool), StoreError> {
        let mut found = Vec::new();
        self.scan(
            Table::Dedup,
            Range::prefix(&id.to_bytes()),
            Order::Ascending,
            |key, record| {
                let row: DedupRow = decode(Table::Dedup, key, record)?;
                let of = keys::parse_dedup(key).ok_or_else(|| malformed(Table::Dedup, key))?;
                found.push((of, row.seq, row.at));
                if found.len() <= limits::DEDUP_LOADED_MAX {
                    GO_ON
                } else {
                    ENOUGH
                }
            },
        )?;
        if found.len() > limits::DEDUP_LOADED_MAX {
            return Ok((Vec::new(), false));
        }
        Ok((found, true))
    }
}
