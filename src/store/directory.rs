//! Reading the directory: conversations newest first, a bounded number of rows at a time.

use std::ops::ControlFlow;

use super::Store;
use super::error::StoreError;
use super::keys;
use super::lists::newest_first;
use super::tables::{Table, row_name};
use super::view::{ENOUGH, GO_ON, Order, Range, View, decode, malformed};
use crate::domain::conversation::Conversation;
use crate::domain::directory::{Entry, Source};
use crate::domain::ids::ConversationId;

/// How far a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Continue below this one.
    pub before: Option<ConversationId>,
    /// Rows that are looked at, at most.
    pub rows: usize,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Newest first.
    pub conversations: Vec<Conversation>,
    /// Continue before this one; `None`: that was all.
    pub next: Option<ConversationId>,
}

impl Store {
    /// Up to `limit` conversations whose row is admitted, newest first, and all of one moment.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn list(
        &self,
        source: &Source,
        bounds: Bounds,
        limit: usize,
        mut admits: impl FnMut(&Entry) -> bool,
    ) -> Result<Listed, StoreError> {
        let view = self.view();
        let mut ids = Vec::new();
        let next = view.walk_directory(source, bounds, |id, entry| {
            if admits(entry) {
                ids.push(id);
            }
            if ids.len() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        let mut conversations = Vec::with_capacity(ids.len());
        for id in ids {
            conversations.extend(view.conversation(id)?);
        }
        Ok(Listed {
            conversations,
            next,
        })
    }

    /// Shows rows of the directory, newest first, until there are no more or enough.
    /// Returns where to continue, if not all were shown.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn walk_directory(
        &self,
        source: &Source,
        bounds: Bounds,
        see: impl FnMut(ConversationId, &Entry) -> ControlFlow<()>,
    ) -> Result<Option<ConversationId>, StoreError> {
        self.view().walk_directory(source, bounds, see)
    }
}

impl View<'_> {
    fn walk_directory(
        &self,
        source: &Source,
        bounds: Bounds,
        see: impl FnMut(ConversationId, &Entry) -> ControlFlow<()>,
    ) -> Result<Option<ConversationId>, StoreError> {
        match source {
            Source::All => self.walk_all(bounds, see),
            Source::OfCustomer(customer) => {
                let end = bounds.before.map(|id| keys::customer(customer, id));
                let prefix = keys::customer_prefix(customer);
                // One more than may be looked at tells whether there are more.
                let ids = newest_first(self, Table::Customers, &prefix, end, bounds.rows + 1)?;
                self.walk_ids(&ids, bounds.rows, see)
            }
            Source::Unclosed { live, waiting_of } => {
                let mut ids = Vec::new();
                if *live {
                    let end = bounds.before.map(|id| id.to_bytes().to_vec());
                    ids = newest_first(self, Table::Live, &[], end, bounds.rows + 1)?;
                }
                if let Some(agent) = waiting_of {
                    let end = bounds.before.map(|id| keys::waiting(agent, id));
                    let prefix = keys::waiting_prefix(agent);
                    ids.extend(newest_first(
                        self,
                        Table::Waiting,
                        &prefix,
                        end,
                        bounds.rows + 1,
                    )?);
                    ids.sort_unstable_by(|a, b| b.cmp(a));
                }
                self.walk_ids(&ids, bounds.rows, see)
            }
        }
    }

    fn walk_all(
        &self,
        bounds: Bounds,
        mut see: impl FnMut(ConversationId, &Entry) -> ControlFlow<()>,
    ) -> Result<Option<ConversationId>, StoreError> {
        let range = Range {
            from: Vec::new(),
            to: bounds.before.map(|id| id.to_bytes().to_vec()),
        };
        let (mut last, mut rows, mut enough, mut more) = (None, 0, false, false);
        self.scan(Table::Directory, range, Order::Descending, |key, record| {
            if enough || rows == bounds.rows {
                more = true;
                return ENOUGH;
            }
            let id =
                keys::leading_conversation(key).ok_or_else(|| malformed(Table::Directory, key))?;
            enough = see(id, &decode(Table::Directory, key, record)?).is_break();
            last = Some(id);
            rows += 1;
            GO_ON
        })?;
        Ok(last.filter(|_| more))
    }

    /// The same over ids, which are in order.
    fn walk_ids(
        &self,
        ids: &[ConversationId],
        rows: usize,
        mut see: impl FnMut(ConversationId, &Entry) -> ControlFlow<()>,
    ) -> Result<Option<ConversationId>, StoreError> {
        for (n, id) in ids.iter().take(rows).enumerate() {
            let entry: Option<Entry> = self.get(Table::Directory, &id.to_bytes())?;
            let entry = entry.ok_or_else(|| StoreError::Malformed {
                row: row_name(Table::Directory, &id.to_bytes()),
                why: "a conversation in a list is not in the directory",
            })?;
            let ends = see(*id, &entry).is_break() || n + 1 == rows;
            if ends {
                let more = n + 1 < ids.len();
                return Ok(more.then_some(*id));
            }
        }
        Ok(None)
    }
}
