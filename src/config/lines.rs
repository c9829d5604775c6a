//! On which line of a company file something stands, so that a refusal can name it.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The text of a file, to be searched when something is wrong with it. Equal to every other:
/// where something stands does not change what it says.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines(Option<std::sync::Arc<str>>);

impl PartialEq for Lines {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Lines {}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(Some(text.into()))
    }

    /// The line, from 1, of a place such as `queues.support.hours` or
    /// `workstreams.support.routes[2].queue`; of what holds it if it is not written itself.
    pub(super) fn find(&self, place: &str) -> Option<usize> {
        let text = self.0.as_deref()?;
        let parsed = DeTable::parse(text).ok()?;
        let offset = in_table(parsed.get_ref(), place)?;
        Some(line_at(text, offset))
    }
}

/// The line of an offset, from 1.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|b| **b == b'\n')
        .count()
        + 1
}

/// Where the deepest part of the place begins that is written in the table.
fn in_table(table: &DeTable<'_>, place: &str) -> Option<usize> {
    // Ids may hold dots, so the key is looked for in the place, the longest first.
    let (key, value, rest) = table
        .iter()
        .filter_map(|(key, value)| {
            let rest = place.strip_prefix(key.get_ref().as_ref())?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some((key, value, rest))
        })
        .max_by_key(|(key, _, _)| key.get_ref().len())?;
    Some(in_value(value, rest).unwrap_or(key.span().start))
}

fn in_value(value: &Spanned<DeValue<'_>>, rest: &str) -> Option<usize> {
    match value.get_ref() {
        DeValue::Table(table) => in_table(table, rest.strip_prefix('.')?),
        DeValue::Array(items) => {
            let (index, rest) = rest.strip_prefix('[')?.split_once(']')?;
            let item = items.get(index.parse::<usize>().ok()?)?;
            Some(in_value(item, rest).unwrap_or(item.span().start))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"x\"\n\n[queues.support]\nname = \"S\"\nhours = \"h\"\n\n[queues.\"a.b\"]\npriority = 1\n\n[[workstreams.s.routes]]\nname = \"one\"\n\n[[workstreams.s.routes]]\nname = \"two\"\nqueue = \"q\"\n";

    #[test]
    fn a_place_has_the_line_of_its_key_or_of_what_holds_it() {
        let lines = Lines::of(TEXT);
        for (place, line) in [
            ("name", Some(1)),
            ("queues.support", Some(3)),
            ("queues.support.hours", Some(5)),
            ("queues.support.members", Some(3)),
            ("queues.a.b.priority", Some(8)),
            ("workstreams.s.routes[1].queue", Some(15)),
            ("workstreams.s.routes[0].queue", Some(10)),
            ("widgets.x", None),
        ] {
            assert_eq!(lines.find(place), line, "{place}");
        }
        assert_eq!(Lines::default().find("name"), None);
    }
}
