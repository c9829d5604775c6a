//! What a customer has proven, and what that lets them start.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::arrival::CLAIM_PREFIX;
use crate::domain::command::Start;
use crate::domain::company::{Company, Widget};
use crate::domain::ids::{AuthenticationId, CustomerId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::Timestamp;
use crate::limits;

/// A customer, proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Who.
    pub customer: CustomerId,
    /// By what.
    pub by: ProvenBy,
    /// From when on it proves nothing any more, leeway included.
    pub expires: Timestamp,
    /// What the token says for the context, without prefix.
    pub claims: BTreeMap<String, String>,
}

/// What proves a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProvenBy {
    /// A token that this setting accepts.
    Token(AuthenticationId),
    /// A token that this server has given to a device.
    Device,
}

impl Proof {
    /// Lets a start pass that this proof is enough for, with what the token says in its context.
    ///
    /// # Errors
    /// `forbidden` where customers prove themselves in another way; `too_long` when page and
    /// token together say too much.
    pub fn admit(&self, company: &Company, start: &mut Start) -> Result<(), Reject> {
        if !self.is_enough_for(company, start) {
            return Err(Reject::new(
                Code::Forbidden,
                "Customers prove who they are in another way here; sign in where this page belongs, and use the token from there.",
            ));
        }
        if start.context.len() + self.claims.len() > limits::CONTEXT_VALUES_MAX {
            return Err(Reject::new(
                Code::TooLong,
                format!(
                    "The context is longer than {} values with the {} of the token; shorten it.",
                    limits::CONTEXT_VALUES_MAX,
                    self.claims.len()
                ),
            ));
        }
        let claims = self.claims.iter();
        start
            .context
            .extend(claims.map(|(name, value)| (format!("{CLAIM_PREFIX}{name}"), value.clone())));
        Ok(())
    }

    /// What does not exist is not for this to refuse.
    fn is_enough_for(&self, company: &Company, start: &Start) -> bool {
        let widget = start.widget.as_ref().map(|id| company.widgets.get(id));
        let workstream = match (&start.workstream, widget) {
            (_, Some(Some(widget))) => &widget.workstream,
            (Some(workstream), None) => workstream,
            (_, Some(None)) | (None, None) => return true,
        };
        match &self.by {
            ProvenBy::Device => company
                .workstreams
                .get(workstream)
                .is_none_or(|w| w.device_identity),
            ProvenBy::Token(setting) => match widget.flatten() {
                Some(widget) => accepts(&widget.authentication, setting),
                None => is_for_some_widget(company, workstream, setting),
            },
        }
    }
}

fn accepts(settings: &BTreeSet<AuthenticationId>, setting: &AuthenticationId) -> bool {
    settings.is_empty() || settings.contains(setting)
}

/// Naming the workstream instead of the widget is no way around what its widgets ask for.
fn is_for_some_widget(
    company: &Company,
    workstream: &WorkstreamId,
    setting: &AuthenticationId,
) -> bool {
    let mut widgets = company
        .widgets
        .values()
        .filter(|w: &&Widget| w.workstream == *workstream)
        .peekable();
    widgets.peek().is_none() || widgets.any(|w| accepts(&w.authentication, setting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company::{Mode, Workstream};
    use crate::domain::ids::{QueueId, WidgetId};

    fn setting(id: &str) -> AuthenticationId {
        AuthenticationId::parse(id).expect("an id")
    }

    fn workstream(id: &str) -> WorkstreamId {
        WorkstreamId::parse(id).expect("an id")
    }

    fn company() -> Company {
        let mut company = Company::default();
        for (id, device_identity) in [("bank", false), ("shop", true), ("plain", false)] {
            let queue = QueueId::parse("q").expect("an id");
            let mut rules = Workstream::new(id, Mode::Persistent, queue);
            rules.device_identity = device_identity;
            company.workstreams.insert(workstream(id), rules);
        }
        for (id, of, settings) in [
            ("bank", "bank", &["strong"][..]),
            ("shop", "shop", &["strong", "weak"]),
        ] {
            let widget = Widget {
                authentication: settings.iter().map(|s| setting(s)).collect(),
                ..Widget::new(workstream(of))
            };
            let id = WidgetId::parse(id).expect("an id");
            company.widgets.insert(id, widget);
        }
        company
    }

    fn proof(by: ProvenBy) -> Proof {
        Proof {
            customer: CustomerId::parse("maria").expect("an id"),
            by,
            expires: Timestamp(0),
            claims: BTreeMap::from([("tier".to_owned(), "gold".to_owned())]),
        }
    }

    fn through(widget: &str) -> Start {
        Start {
            widget: WidgetId::parse(widget).ok(),
            ..Start::default()
        }
    }

    fn within(id: &str) -> Start {
        Start {
            workstream: Some(workstream(id)),
            ..Start::default()
        }
    }

    #[test]
    fn a_start_needs_what_its_widget_asks_for_also_when_it_does_not_name_the_widget() {
        let company = company();
        let cases = [
            (through("bank"), [true, false, false]),
            (through("shop"), [true, true, true]),
            (through("nowhere"), [true, true, true]),
            (within("bank"), [true, false, false]),
            (within("shop"), [true, true, true]),
            (within("plain"), [true, true, false]),
        ];
        let who = [
            ProvenBy::Token(setting("strong")),
            ProvenBy::Token(setting("weak")),
            ProvenBy::Device,
        ];
        for (start, expected) in cases {
            for (by, expected) in who.iter().zip(expected) {
                let admitted = proof(by.clone()).admit(&company, &mut start.clone());
                assert_eq!(admitted.is_ok(), expected, "{start:?} by {by:?}");
            }
        }
    }

    #[test]
    fn what_the_token_says_is_in_the_context_and_counts_there() {
        let (company, proof) = (company(), proof(ProvenBy::Token(setting("strong"))));
        let mut start = through("bank");
        proof.admit(&company, &mut start).expect("admitted");
        assert_eq!(start.context["claim.tier"], "gold");
        let mut full = through("bank");
        full.context = (0..limits::CONTEXT_VALUES_MAX)
            .map(|n| (n.to_string(), String::new()))
            .collect();
        let refused = proof.admit(&company, &mut full).map_err(|r| r.code);
        assert_eq!(refused, Err(Code::TooLong));
    }
}
