//! Devices and kept keys: every row reads.

use super::super::error::StoreError;
use super::super::identity::setting_of;
use super::super::tables::Table;
use super::super::view::{Range, decode, malformed};
use super::Check;
use crate::domain::commit::KeptKeys;
use crate::domain::device::Device;

impl Check<'_> {
    /// `devices`, `kept_keys`: every row reads.
    pub(super) fn check_identity(&mut self) -> Result<(), StoreError> {
        self.each_row(Table::Devices, &Range::prefix(&[]), |check, key, record| {
            let id = <[u8; 16]>::try_from(key).map_err(|_| malformed(Table::Devices, key));
            check.row(id)?;
            let row = decode::<Device>(Table::Devices, key, record);
            check.row(row).map(drop)
        })?;
        self.each_row(
            Table::KeptKeys,
            &Range::prefix(&[]),
            |check, key, record| {
                check.row(setting_of(key).ok_or_else(|| malformed(Table::KeptKeys, key)))?;
                let row = decode::<KeptKeys>(Table::KeptKeys, key, record);
                check.row(row).map(drop)
            },
        )
    }
}
