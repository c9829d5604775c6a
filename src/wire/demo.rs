//! What the pages of the demo ask and are told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who can be a customer in the demo, and where.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = DemoCustomers)]
pub struct DemoCustomersBody {
    /// The customers.
    pub customers: Vec<DemoCustomerBody>,
    /// The widgets.
    pub widgets: DemoWidgetsBody,
}

/// A customer of the demo.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DemoCustomer)]
pub struct DemoCustomerBody {
    /// The customer.
    pub id: String,
    /// How they are called.
    pub name: String,
}

/// The widgets of the demo, by mode.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = DemoWidgets)]
pub struct DemoWidgetsBody {
    /// For persistent chat; missing if it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent: Option<String>,
    /// For live chat; missing if it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<String>,
}

/// Whom to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DemoTokenFor)]
pub struct DemoTokenForBody {
    /// The customer.
    pub customer: String,
}

/// A token of a customer of the demo.
#[derive(Serialize, ToSchema)]
#[schema(as = DemoToken)]
pub struct DemoTokenBody {
    /// The token.
    pub token: String,
    /// It is good until then.
    pub expires: i64,
}

/// Who can sign in to the demo's desk and console.
#[derive(Clone, Default, Serialize, ToSchema)]
#[schema(as = DemoAgents)]
pub struct DemoAgentsBody {
    /// The agents.
    pub agents: Vec<DemoAgentBody>,
}

/// Somebody of the demo's company.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = DemoAgent)]
pub struct DemoAgentBody {
    /// The agent.
    pub id: String,
    /// How they are called.
    pub name: String,
    /// What they sign in with.
    pub password: String,
    /// `agent`, `supervisor` or `admin`.
    pub role: String,
}
