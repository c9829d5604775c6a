//! Devices, kept keys, and what is under way about customers: every row reads.

use super::super::error::StoreError;
use super::super::identity::setting_of;
use super::super::linking::customer_of;
use super::super::tables::Table;
use super::super::view::{Range, decode, malformed};
use super::{Check, Invariant};
use crate::domain::affair::Affair;
use crate::domain::commit::KeptKeys;
use crate::domain::device::{Device, DeviceEnd, DeviceId};
use crate::domain::erasure::{Erasure, Stage};

impl Check<'_> {
    /// `devices`, `kept_keys`, `affairs`, `erasures`: every row reads, and a device is being linked to whom
    /// its row says.
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
        )?;
        self.each_row(Table::Affairs, &Range::prefix(&[]), |check, key, record| {
            let customer = customer_of(key).ok_or_else(|| malformed(Table::Affairs, key));
            let affair = decode::<Affair>(Table::Affairs, key, record);
            let (Some(customer), Some(affair)) = (check.row(customer)?, check.row(affair)?) else {
                return Ok(());
            };
            let id = DeviceId::of(&customer);
            let device = id.and_then(|id| check.view.get::<Device>(Table::Devices, &id.0).ok()?);
            let into = &affair.link().into;
            let ended = device.and_then(|d| d.end);
            if !matches!(&ended, Some(DeviceEnd::Linked { customer, .. }) if customer == into) {
                let found = format!(
                    "{customer} is being linked to {into}, but its device has not ended so"
                );
                check.violation(Invariant::AffairRow, None, found);
            }
            Ok(())
        })?;
        self.each_row(
            Table::Erasures,
            &Range::prefix(&[]),
            |check, key, record| {
                let customer = customer_of(key).ok_or_else(|| malformed(Table::Erasures, key));
                let erasure = decode::<Erasure>(Table::Erasures, key, record);
                let (Some(customer), Some(erasure)) = (check.row(customer)?, check.row(erasure)?)
                else {
                    return Ok(());
                };
                let is_nameless = matches!(erasure.stage, Stage::Bytes(_));
                if is_nameless != (customer == erasure.pseudonym) {
                    let found =
                        "an erasure does not stand under the name that it should".to_owned();
                    check.violation(Invariant::AffairRow, None, found);
                }
                Ok(())
            },
        )
    }
}
