//! What concerns all conversations of a customer and takes more than one write. The row is
//! written first, together with what holds from then on, and goes with the last write; a
//! server that stops in between goes on from it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::audit::Who;
use super::ids::CustomerId;
use super::time::Timestamp;

/// One of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affair {
    /// What has to be done.
    pub kind: AffairKind,
    /// Since when.
    pub at: Timestamp,
    /// Who asked.
    pub who: Who,
    /// From which address.
    pub from: Option<IpAddr>,
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AffairKind {
    /// The customer is a device, and its conversations go to somebody else.
    Link(Link),
}

/// A device becomes somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Who.
    pub into: CustomerId,
    /// The conversations that the device had, once they have been counted.
    pub of: Option<u64>,
}

impl Affair {
    /// The link that it is.
    #[must_use]
    pub fn link(&self) -> &Link {
        match &self.kind {
            AffairKind::Link(link) => link,
        }
    }

    /// The same, to be changed.
    pub fn link_mut(&mut self) -> &mut Link {
        match &mut self.kind {
            AffairKind::Link(link) => link,
        }
    }
}
