//! How a plan and a company look in a terminal.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::Value;

use crate::config::{Action, Difference, FieldChange, Plan};
use crate::domain::company::Company;

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 100;

/// What changes, object by object: `+` added, `~` changed, `-` removed.
pub(super) fn plan(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    if plan.is_empty() {
        return writeln!(out, "Nothing to do: the company is as the file says.");
    }
    let mut counts = [0_usize; 3];
    for change in &plan.changes {
        let (mark, n) = match change.action {
            Action::Added => ('+', 0),
            Action::Changed => ('~', 1),
            Action::Removed => ('-', 2),
        };
        counts[n] += 1;
        writeln!(out, "{mark} {}", name(change))?;
        for field in &change.fields {
            writeln!(out, "    {}", line(change.action, field))?;
        }
    }
    let [added, changed, removed] = counts;
    writeln!(out, "{added} added, {changed} changed, {removed} removed.")
}

fn name(change: &Difference) -> String {
    if change.id.is_empty() {
        change.kind.clone()
    } else {
        format!("{}.{}", change.kind, change.id)
    }
}

fn line(action: Action, change: &FieldChange) -> String {
    let FieldChange {
        field,
        before,
        after,
    } = change;
    if let (Some(Value::Array(before)), Some(Value::Array(after))) = (before, after) {
        let words = |items: &[Value]| items.iter().map(short).collect::<BTreeSet<_>>();
        let (was, is) = (words(before), words(after));
        if was != is {
            let come = is.difference(&was).map(|w| format!("+{w}"));
            let gone = was.difference(&is).map(|w| format!("-{w}"));
            let news: Vec<String> = come.chain(gone).collect();
            return format!("{field}: {}", news.join(" "));
        }
    }
    let shown = |value: &Option<Value>| value.as_ref().map_or("(not set)".to_owned(), short);
    if action == Action::Added {
        format!("{field} = {}", shown(after))
    } else {
        format!("{field}: {} → {}", shown(before), shown(after))
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text;
    }
    let mut text: String = text.chars().take(VALUE_CHARS_MAX).collect();
    text.push('…');
    text
}

/// What is accepted but probably not meant.
pub(super) fn warnings(out: &mut impl Write, warnings: &[String]) -> io::Result<()> {
    warnings
        .iter()
        .try_for_each(|warning| writeln!(out, "Warning: {warning}"))
}

/// A company at a glance, and what to do next.
pub(super) fn company(out: &mut impl Write, company: &Company) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} workstreams, {} queues, {} agents.",
        company.name,
        company.workstreams.len(),
        company.queues.len(),
        company.agents.len()
    )?;
    warnings(out, &company.warnings())?;
    for (id, _) in company
        .agents
        .iter()
        .filter(|(_, a)| a.enabled && a.secret_sha256.is_empty())
    {
        writeln!(
            out,
            "Agent {id} cannot sign in yet; give a secret with `linger agent renew {id}`."
        )?;
    }
    Ok(())
}
