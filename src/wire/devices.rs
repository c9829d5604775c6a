//! Devices as they are asked for and shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::device::{Device, DeviceEnd, DeviceId};
use crate::domain::ids::WidgetId;
use crate::domain::reject::Reject;
use crate::domain::time::Timestamp;

use super::bounds;

/// Where a device comes from.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDevice)]
pub struct NewDeviceBody {
    /// The widget.
    pub widget: String,
}

impl NewDeviceBody {
    /// The widget, checked.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<WidgetId, Reject> {
        bounds::id("widget", &self.widget)
    }
}

/// The device that a customer had before they signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LinkDevice)]
pub struct LinkBody {
    /// Its token.
    pub device_token: String,
}

/// A device whose conversations are its customer's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkedDevice)]
pub struct LinkedBody {
    /// Whose they are now.
    pub customer: String,
    /// So many went with it; missing while they are on their way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversations: Option<u64>,
}

/// A new token of a device. It is told this once.
#[derive(Serialize, ToSchema)]
#[schema(as = DeviceToken)]
pub struct DeviceTokenBody {
    /// The token, for `hello` and as bearer.
    pub token: String,
    /// The customer that the device is.
    pub customer: String,
    /// It has to be exchanged until then.
    pub expires: i64,
}

impl DeviceTokenBody {
    /// What a device is told.
    #[must_use]
    pub fn of(token: String, id: DeviceId, expires: Timestamp) -> Self {
        Self {
            token,
            customer: id.customer().to_string(),
            expires: expires.0,
        }
    }
}

/// What is known of a device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceBody {
    /// Its id.
    pub id: String,
    /// The customer that it is.
    pub customer: String,
    /// Where it was named.
    pub widget: String,
    /// When.
    pub created_at: i64,
    /// When its token was last exchanged.
    pub renewed_at: i64,
    /// How it ended, if it did: `revoked`, `copied` or `linked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<&'static str>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Who revoked it; or the customer it was linked to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

impl DeviceBody {
    /// What supervisors are shown.
    #[must_use]
    pub fn of(id: DeviceId, device: &Device) -> Self {
        let (ended, ended_at, ended_by) = match &device.end {
            None => (None, None, None),
            Some(DeviceEnd::Revoked { by, at }) => {
                (Some("revoked"), Some(at.0), Some(by.to_string()))
            }
            Some(DeviceEnd::Copied { at }) => (Some("copied"), Some(at.0), None),
            Some(DeviceEnd::Linked { customer, at, .. }) => {
                (Some("linked"), Some(at.0), Some(customer.to_string()))
            }
        };
        Self {
            id: id.to_string(),
            customer: id.customer().to_string(),
            widget: device.widget.to_string(),
            created_at: device.created_at.0,
            renewed_at: device.issued_at.0,
            ended,
            ended_at,
            ended_by,
        }
    }
}
