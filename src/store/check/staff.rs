//! How people sign in: every row reads, under a key that something writes.

use super::super::error::StoreError;
use super::super::keys;
use super::super::tables::Table;
use super::super::view::{Range, decode, malformed};
use super::Check;
use crate::domain::staff::{Account, ApiKey, SignIn};

impl Check<'_> {
    /// `accounts`, `sign_ins`, `api_keys`.
    pub(super) fn check_staff(&mut self) -> Result<(), StoreError> {
        let all = Range::prefix(&[]);
        self.each_row(Table::Accounts, &all, |check, key, record| {
            check.row(keys::parse_agent(key).ok_or_else(|| malformed(Table::Accounts, key)))?;
            let row = decode::<Account>(Table::Accounts, key, record);
            check.row(row).map(drop)
        })?;
        self.each_row(Table::SignIns, &all, |check, key, record| {
            check.row(keys::parse_hash(key).ok_or_else(|| malformed(Table::SignIns, key)))?;
            let row = decode::<SignIn>(Table::SignIns, key, record);
            check.row(row).map(drop)
        })?;
        self.each_row(Table::ApiKeys, &all, |check, key, record| {
            check.row(keys::parse_hash(key).ok_or_else(|| malformed(Table::ApiKeys, key)))?;
            let row = decode::<ApiKey>(Table::ApiKeys, key, record);
            check.row(row).map(drop)
        })
    }
}
