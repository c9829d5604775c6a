//! What trying a token has shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The token to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenToTry)]
pub struct TokenToTryBody {
    /// The token.
    pub token: String,
}

/// What trying a token has shown. It lets nobody in.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = TokenTrial)]
pub struct TrialBody {
    /// A customer would be let in with it.
    pub ok: bool,
    /// Every check, in this order.
    pub checks: Vec<CheckBody>,
    /// As whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// What would be passed on into the context, as `claim.NAME`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, String>,
    /// What the token says, verified or not.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, Value>,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenCheck)]
pub struct CheckBody {
    /// `form`, `algorithm`, `kid`, `signature`, `issuer`, `audience`, `begins`, `expires` or `subject`.
    pub check: &'static str,
    /// It is as it should be.
    pub ok: bool,
    /// What was found, and what should be.
    pub message: String,
}
