//! Masking rules in the company file.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use crate::domain::company::{MaskedPlace, Masking, MaskingRule};

/// Where a rule looks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum PlaceFile {
    /// What customers write.
    CustomerMessages,
    /// What agents write to customers.
    AgentMessages,
    /// Notes, and the reasons of transfers.
    Notes,
    /// Subjects that agents write, and tags.
    Subject,
    /// Values from the page, the customer's token and pre-chat answers.
    Context,
}

const PLACES: [(PlaceFile, MaskedPlace); 5] = [
    (PlaceFile::CustomerMessages, MaskedPlace::CustomerMessages),
    (PlaceFile::AgentMessages, MaskedPlace::AgentMessages),
    (PlaceFile::Notes, MaskedPlace::Notes),
    (PlaceFile::Subject, MaskedPlace::Subject),
    (PlaceFile::Context, MaskedPlace::Context),
];

/// `true`: everywhere; `false`: nowhere; or a list of places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, try_from = "WhereText")]
#[schemars(!try_from)]
pub(in crate::config) enum WhereFile {
    /// Everywhere or nowhere.
    All(bool),
    /// In these places.
    In(BTreeSet<PlaceFile>),
}

/// The same before its words are looked at: a wrong one is named, not the whole list.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected true, false or a list of places, such as [\"customer_messages\"]"
)]
enum WhereText {
    All(bool),
    In(Vec<String>),
}

impl TryFrom<WhereText> for WhereFile {
    type Error = String;

    fn try_from(text: WhereText) -> Result<Self, String> {
        let words = match text {
            WhereText::All(all) => return Ok(Self::All(all)),
            WhereText::In(words) => words,
        };
        let place = |word: String| {
            let read = PlaceFile::deserialize(word.as_str().into_deserializer());
            read.map_err(|error: serde::de::value::Error| error.to_string())
        };
        words
            .into_iter()
            .map(place)
            .collect::<Result<_, _>>()
            .map(Self::In)
    }
}

impl WhereFile {
    fn of(places: &BTreeSet<MaskedPlace>) -> Self {
        if places.len() == MaskedPlace::ALL.len() {
            return Self::All(true);
        }
        let named = PLACES.iter().filter(|(_, place)| places.contains(place));
        Self::In(named.map(|(file, _)| *file).collect())
    }

    /// `None` if it looks nowhere.
    fn some(places: &BTreeSet<MaskedPlace>) -> Option<Self> {
        (!places.is_empty()).then(|| Self::of(places))
    }

    fn read(self) -> BTreeSet<MaskedPlace> {
        match self {
            Self::All(true) => MaskedPlace::ALL.into(),
            Self::All(false) => BTreeSet::new(),
            Self::In(places) => PLACES
                .iter()
                .filter(|(file, _)| places.contains(file))
                .map(|(_, place)| *place)
                .collect(),
        }
    }
}

/// A rule of the company's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct MaskingRuleFile {
    /// The rule's name; each has its own.
    name: String,
    /// A regular expression (of the Rust package `regex`: no look-around, no references back).
    pattern: String,
    /// What stands there instead of every match, as it is.
    replacement: String,
    /// Where it looks. Left out: everywhere.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    places: Option<WhereFile>,
}

/// What is replaced in texts before they are stored; nobody sees it then, the writer neither.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct MaskingFile {
    /// Card numbers: 13 to 19 digits, also with spaces or hyphens, that pass Luhn's check.
    /// The last four digits stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    card_numbers: Option<WhereFile>,
    /// E-mail addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<WhereFile>,
    /// The company's own rules; carried out in this order, after the two above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<MaskingRuleFile>,
}

impl MaskingFile {
    /// `None` without rules.
    pub(super) fn some(masking: &Masking) -> Option<Self> {
        let rule = |rule: &MaskingRule| MaskingRuleFile {
            name: rule.name.clone(),
            pattern: rule.pattern.clone(),
            replacement: rule.replacement.clone(),
            places: Some(WhereFile::of(&rule.places)),
        };
        (!masking.is_empty()).then(|| Self {
            card_numbers: WhereFile::some(&masking.card_numbers),
            email: WhereFile::some(&masking.email),
            rules: masking.rules.iter().map(rule).collect(),
        })
    }

    pub(super) fn read(self) -> Masking {
        let places = |places: Option<WhereFile>| places.map(WhereFile::read).unwrap_or_default();
        let rules = self.rules.into_iter().map(|rule| MaskingRule {
            name: rule.name,
            pattern: rule.pattern,
            replacement: rule.replacement,
            places: rule.places.unwrap_or(WhereFile::All(true)).read(),
        });
        Masking::new(
            places(self.card_numbers),
            places(self.email),
            rules.collect(),
        )
    }
}
