//! Reading how people sign in: all of it, for it is little and asked for at every request.

use super::Store;
use super::error::StoreError;
use super::keys;
use super::tables::Table;
use super::view::{GO_ON, Order, Range, decode, malformed};
use crate::domain::staff::{Roll, StaffRow};

impl Store {
    /// Everything that is kept of how people sign in.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn staff(&self) -> Result<Roll, StoreError> {
        let view = self.view();
        let all = || Range::prefix(&[]);
        let mut roll = Roll::default();
        view.scan(Table::Accounts, all(), Order::Ascending, |key, record| {
            let agent = keys::parse_agent(key).ok_or_else(|| malformed(Table::Accounts, key))?;
            let account = decode(Table::Accounts, key, record)?;
            roll.apply(StaffRow::Account(agent, Some(Box::new(account))));
            GO_ON
        })?;
        view.scan(Table::SignIns, all(), Order::Ascending, |key, record| {
            let hash = keys::parse_hash(key).ok_or_else(|| malformed(Table::SignIns, key))?;
            let sign_in = decode(Table::SignIns, key, record)?;
            roll.apply(StaffRow::SignIn(hash.to_owned(), Some(sign_in)));
            GO_ON
        })?;
        view.scan(Table::ApiKeys, all(), Order::Ascending, |key, record| {
            let hash = keys::parse_hash(key).ok_or_else(|| malformed(Table::ApiKeys, key))?;
            let api_key = decode(Table::ApiKeys, key, record)?;
            roll.apply(StaffRow::ApiKey(hash.to_owned(), Some(api_key)));
            GO_ON
        })?;
        Ok(roll)
    }
}
