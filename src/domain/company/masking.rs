//! What must not be kept: rules that replace parts of texts before they are stored.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::domain::masking::Masks;

/// Where a rule looks. Stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskedPlace {
    /// What customers write.
    CustomerMessages,
    /// What agents write to customers.
    AgentMessages,
    /// What agents write to each other: notes, and the reasons of transfers.
    Notes,
    /// Subjects that agents write, and tags.
    Subject,
    /// Values of a conversation: from the page, the customer's token and pre-chat answers.
    Context,
}

impl MaskedPlace {
    /// Every place.
    pub const ALL: [Self; 5] = [
        Self::CustomerMessages,
        Self::AgentMessages,
        Self::Notes,
        Self::Subject,
        Self::Context,
    ];
}

/// A company's own rule. Stored: fields are appended only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskingRule {
    /// Its name, for people.
    pub name: String,
    /// A regular expression as the `regex` package reads it.
    pub pattern: String,
    /// What stands there instead, as it is.
    pub replacement: String,
    /// Where it looks.
    pub places: BTreeSet<MaskedPlace>,
}

/// The masking of a company. Stored: fields are appended only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masking {
    /// Where card numbers are looked for.
    pub card_numbers: BTreeSet<MaskedPlace>,
    /// Where e-mail addresses are looked for.
    pub email: BTreeSet<MaskedPlace>,
    /// The company's own rules, in their order.
    pub rules: Vec<MaskingRule>,
    #[serde(skip)]
    ready: Ready,
}

/// The rules once they were made ready. A copy, which may be changed, makes its own.
#[derive(Debug, Default)]
struct Ready(OnceLock<Masks>);

impl Clone for Ready {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Ready {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Ready {}

impl Masking {
    /// With these rules.
    #[must_use]
    pub fn new(
        card_numbers: BTreeSet<MaskedPlace>,
        email: BTreeSet<MaskedPlace>,
        rules: Vec<MaskingRule>,
    ) -> Self {
        Self {
            card_numbers,
            email,
            rules,
            ready: Ready::default(),
        }
    }

    /// Nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.card_numbers.is_empty() && self.email.is_empty() && self.rules.is_empty()
    }

    /// The rules, ready to be used; `None`: there are none.
    #[must_use]
    pub fn masks(&self) -> Option<&Masks> {
        if self.is_empty() {
            return None;
        }
        let ready = &self.ready.0;
        Some(ready.get_or_init(|| Masks::of(self)))
    }
}
