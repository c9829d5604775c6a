//! What is kept of how customers prove who they are: devices, and the last good keys.

use super::Store;
use super::error::StoreError;
use super::tables::Table;
use super::view::{GO_ON, Order, Range, decode, malformed};
use crate::domain::commit::KeptKeys;
use crate::domain::device::{Device, DeviceId};
use crate::domain::ids::AuthenticationId;

impl Store {
    /// One device. One that is being erased is gone already.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        let view = self.view();
        if view.has(Table::Erasures, id.customer().as_str().as_bytes())? {
            return Ok(None);
        }
        view.get(Table::Devices, &id.0)
    }

    /// The last good keys of every setting that fetches them.
    ///
    /// # Errors
    /// A damaged row, or the disk.
    pub fn kept_keys(&self) -> Result<Vec<(AuthenticationId, KeptKeys)>, StoreError> {
        let mut found = Vec::new();
        self.view().scan(
            Table::KeptKeys,
            Range::prefix(&[]),
            Order::Ascending,
            |key, record| {
                let id = setting_of(key).ok_or_else(|| malformed(Table::KeptKeys, key))?;
                found.push((id, decode(Table::KeptKeys, key, record)?));
                GO_ON
            },
        )?;
        Ok(found)
    }
}

/// The setting of a `kept_keys` key.
pub(super) fn setting_of(key: &[u8]) -> Option<AuthenticationId> {
    AuthenticationId::parse(std::str::from_utf8(key).ok()?).ok()
}
