//! What is wrong with masking rules.

use std::collections::BTreeSet;

use super::{Found, is_invisible};
use crate::domain::company::Masking;
use crate::domain::masking;
use crate::limits;

pub(super) fn check(rules: &Masking, found: &mut Found) {
    if rules.rules.len() > limits::MASKING_RULES_MAX {
        found.note(
            "masking.rules",
            format!(
                "There are more than {} rules; put some together with | between the patterns.",
                limits::MASKING_RULES_MAX
            ),
        );
        return;
    }
    let mut names = BTreeSet::new();
    for (n, rule) in rules.rules.iter().enumerate() {
        let at = format!("masking.rules[{n}]");
        found.name(&at, &rule.name);
        if rule.name.trim().is_empty() {
            found.note(format!("{at}.name"), "The rule has no name; write one.");
        } else if !names.insert(rule.name.as_str()) {
            found.note(
                format!("{at}.name"),
                format!(
                    "{:?} is the name of another rule too; each has its own.",
                    rule.name
                ),
            );
        }
        if rule.pattern.chars().count() > limits::MASKING_PATTERN_CHARS_MAX {
            found.note(
                format!("{at}.pattern"),
                format!(
                    "The pattern has more than {} characters; shorten it.",
                    limits::MASKING_PATTERN_CHARS_MAX
                ),
            );
        } else if let Err(why) = masking::pattern(&rule.pattern) {
            found.note(format!("{at}.pattern"), why);
        }
        let replacement = &rule.replacement;
        if replacement.trim().is_empty()
            || replacement.chars().count() > limits::MASKING_REPLACEMENT_CHARS_MAX
            || replacement.chars().any(is_invisible)
        {
            found.note(
                format!("{at}.replacement"),
                format!(
                    "A replacement is 1 to {} characters on one line, such as \"[hidden]\".",
                    limits::MASKING_REPLACEMENT_CHARS_MAX
                ),
            );
        }
        if rule.places.is_empty() {
            found.note(
                format!("{at}.in"),
                "The rule looks nowhere; name a place, or leave the line out, then it looks everywhere.",
            );
        }
    }
}
