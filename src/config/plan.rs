//! What is different between two companies, object by object and field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::edit::Kind;
use super::file::{CompanyFile, json_of};
use crate::domain::audit::{AuditChange, AuditRecord, ConfigChange, Interface, Object};
use crate::domain::company::Company;
use crate::domain::ids::AgentId;
use crate::limits;

/// The kind of what belongs to no object: name and language of the company.
const COMPANY: &str = "company";
/// Bytes of before and after that one record of the audit keeps.
const AUDIT_BYTES_MAX: usize = limits::RECORD_BYTES_MAX * 3 / 4;

/// What a change changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Object by object, in the order of the file.
    pub changes: Vec<Difference>,
}

/// What happens to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It was not there.
    Added,
    /// Some of its fields are different.
    Changed,
    /// It is gone.
    Removed,
}

/// One object that is different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Of which kind; `company` for what belongs to no object.
    pub kind: String,
    /// Its id; empty for the company itself.
    pub id: String,
    /// What happens to it.
    pub action: Action,
    /// Field by field; of what is removed, none.
    pub fields: Vec<FieldChange>,
    #[serde(skip)]
    before: Option<Value>,
    #[serde(skip)]
    after: Option<Value>,
}

/// One field that is different. Secrets are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// Its name, such as `timers.offer_deadline`.
    pub field: String,
    /// What it was; absent if it was not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub before: Option<Value>,
    /// What it is; absent if it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub after: Option<Value>,
}

impl Plan {
    /// What makes `after` of `before`.
    #[must_use]
    pub fn between(before: Option<&Company>, after: &Company) -> Self {
        let (before_file, after_file) = (
            before.map(CompanyFile::of).unwrap_or_default(),
            CompanyFile::of(after),
        );
        let mut changes = Vec::new();
        let company = |file: &CompanyFile| {
            let mut all = Map::new();
            all.insert("name".to_owned(), Value::from(file.name.clone()));
            if let Some(locale) = &file.locale {
                all.insert("locale".to_owned(), Value::from(locale.clone()));
            }
            if let Some(masking) = &file.masking {
                all.insert("masking".to_owned(), json_of(masking));
            }
            Value::Object(all)
        };
        let was = before.map(|_| company(&before_file));
        changes.extend(difference(COMPANY, "", was, Some(company(&after_file))));
        for kind in Kind::ALL {
            let (was, is) = (
                plain_objects(&before_file, *kind, before),
                plain_objects(&after_file, *kind, Some(after)),
            );
            let ids: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
            for id in ids {
                let (mut old, mut new) = (was.get(id).cloned(), is.get(id).cloned());
                if *kind == Kind::Agents {
                    mask(id, before, after, &mut old, &mut new);
                }
                changes.extend(difference(kind.as_str(), id, old, new));
            }
        }
        Self { changes }
    }

    /// Nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The record of who has done it, with this change.
    #[must_use]
    pub fn audit(&self, record: AuditRecord, interface: Interface, revision: u64) -> AuditRecord {
        let mut left = AUDIT_BYTES_MAX;
        let mut shortened = false;
        let mut text = |value: &Option<Value>| {
            let text = value.as_ref()?.to_string();
            // A text within a text: its quotes are escaped once more.
            let bytes = text.len() + text.matches(['"', '\\']).count();
            if bytes > left {
                shortened = true;
                return None;
            }
            left -= bytes;
            Some(text)
        };
        let changes = self.changes.iter().map(|change| AuditChange {
            kind: change.kind.clone(),
            id: change.id.clone(),
            before: text(&change.before),
            after: text(&change.after),
        });
        let change = ConfigChange {
            interface,
            revision,
            changes: changes.collect(),
            shortened,
        };
        AuditRecord {
            change: Some(change),
            ..record.about(Object::configuration())
        }
    }
}

/// As in the file: where an agent works stands with the queues.
fn plain_objects(
    file: &CompanyFile,
    kind: Kind,
    company: Option<&Company>,
) -> BTreeMap<String, Value> {
    if company.is_none() {
        return BTreeMap::new();
    }
    let mut all: BTreeMap<String, Value> = file.objects(kind).into_iter().collect();
    if kind == Kind::Agents {
        for agent in all.values_mut() {
            if let Value::Object(fields) = agent {
                fields.remove("queues");
            }
        }
    }
    all
}

/// Whether an agent has a secret may be known, and that it changed; the secret may not.
fn mask(
    id: &str,
    before: Option<&Company>,
    after: &Company,
    old: &mut Option<Value>,
    new: &mut Option<Value>,
) {
    let secret = |company: &Company| {
        let profile = AgentId::parse(id)
            .ok()
            .and_then(|id| company.agents.get(&id).cloned())?;
        Some(profile.secret_sha256).filter(|s| !s.is_empty())
    };
    let (was, is) = (before.and_then(secret), secret(after));
    let note = |object: &mut Option<Value>, text: &str| {
        if let Some(Value::Object(fields)) = object {
            fields.insert("secret".to_owned(), Value::from(text));
        }
    };
    if was.is_some() {
        note(old, "(set)");
    }
    if let Some(is) = is {
        let renewed = was.is_some_and(|was| was != is);
        note(new, if renewed { "(renewed)" } else { "(set)" });
    }
}

fn difference(
    kind: &str,
    id: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Option<Difference> {
    if before == after {
        return None;
    }
    let action = match (&before, &after) {
        (None, _) => Action::Added,
        (_, None) => Action::Removed,
        _ => Action::Changed,
    };
    let fields = if action == Action::Removed {
        Vec::new()
    } else {
        fields(before.as_ref(), after.as_ref())
    };
    Some(Difference {
        kind: kind.to_owned(),
        id: id.to_owned(),
        action,
        fields,
        before,
        after,
    })
}

fn fields(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    if let Some(before) = before {
        flatten("", before, &mut was);
    }
    if let Some(after) = after {
        flatten("", after, &mut is);
    }
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    names
        .into_iter()
        .filter(|name| was.get(*name) != is.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            before: was.get(name).map(|v| (*v).clone()),
            after: is.get(name).map(|v| (*v).clone()),
        })
        .collect()
}

/// The leaves of a value by their path; a list of plain values is one leaf.
fn flatten<'a>(at: &str, value: &'a Value, out: &mut BTreeMap<String, &'a Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let at = if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                flatten(&at, value, out);
            }
        }
        Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()) => {
            for (n, item) in items.iter().enumerate() {
                flatten(&format!("{at}[{n}]"), item, out);
            }
        }
        _ => {
            out.insert(at.to_owned(), value);
        }
    }
}
