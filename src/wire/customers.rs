//! Customers as admins see them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::erasure::Known;
use crate::domain::ids::CustomerId;

/// What is known of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerBody {
    /// Who.
    pub customer: String,
    /// Conversations, closed ones included.
    pub conversations: usize,
    /// Devices that they are, or were before they signed in.
    pub devices: Vec<String>,
    /// The audit names them.
    pub in_audit: bool,
    /// They are being erased.
    pub erasing: bool,
}

impl CustomerBody {
    /// What admins are shown.
    #[must_use]
    pub fn of(customer: &CustomerId, known: &Known) -> Self {
        Self {
            customer: customer.to_string(),
            conversations: known.conversations,
            devices: known.devices.iter().map(ToString::to_string).collect(),
            in_audit: known.in_audit,
            erasing: known.erasing,
        }
    }
}

/// A customer who was erased. The counts are missing while it is under way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErasedCustomer)]
pub struct ErasedBody {
    /// What stands in the audit instead of the id.
    pub pseudonym: String,
    /// Conversations that went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversations: Option<usize>,
    /// Devices that went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<usize>,
    /// Records of the audit that name the pseudonym now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_records: Option<u64>,
}
