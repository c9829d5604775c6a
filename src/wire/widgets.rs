//! What a widget's page is told before anybody has proven anything.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::company::{
    Company, Mode, Position, Question, QuestionKind, Texts, Widget, language_of,
};
use crate::domain::ids::WidgetId;
use crate::domain::time::Timestamp;

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WidgetQuery {
    /// The language of the page, such as `de` or `pt-BR`; left out: the widget's.
    pub locale: Option<String>,
}

/// A widget, in one language.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WidgetInfo)]
pub struct WidgetBody {
    /// The widget.
    pub id: String,
    /// The company.
    pub company: String,
    /// Where its conversations go.
    pub workstream: String,
    /// `persistent` or `live`.
    pub mode: &'static str,
    /// Customers can start here.
    pub enabled: bool,
    /// The language of the texts that follow.
    pub locale: String,
    /// What stands at its top; may be empty.
    pub title: String,
    /// The main colour, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// `end` or `start`.
    pub position: &'static str,
    /// Asked once, before a conversation starts.
    pub pre_chat: Vec<QuestionBody>,
    /// What it shows while the company is closed (live).
    pub offline: OfflineBody,
    /// Somebody works now, where a conversation would go by default.
    pub open: bool,
    /// When somebody works again; missing while open, and if nobody ever will.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<i64>,
    /// Customers may be known by their device.
    pub device_identity: bool,
    /// Customers may be known by a token.
    pub authentication: bool,
}

/// A question.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WidgetQuestion)]
pub struct QuestionBody {
    /// The context key of the answer.
    pub key: String,
    /// What is asked.
    pub label: String,
    /// `text`, `long_text`, `email` or `choice`.
    pub kind: &'static str,
    /// The conversation does not start without an answer.
    pub required: bool,
    /// Of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionBody>,
}

/// A possible answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WidgetOption)]
pub struct OptionBody {
    /// The context value.
    pub value: String,
    /// What the customer sees.
    pub label: String,
}

/// What is shown while the company is closed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WidgetOffline)]
pub struct OfflineBody {
    /// Its title; may be empty.
    pub title: String,
    /// Its text, as written; may be empty.
    pub text: String,
}

impl WidgetBody {
    /// A widget of this company, now; `None` if its workstream is gone.
    #[must_use]
    pub fn of(
        id: &WidgetId,
        widget: &Widget,
        company: &Company,
        asked: Option<&str>,
        now: Timestamp,
    ) -> Option<Self> {
        let workstream = company.workstreams.get(&widget.workstream)?;
        let locale = asked
            .filter(|locale| !locale.is_empty())
            .or(widget.locale.as_deref())
            .or(Some(company.locale.as_str()).filter(|locale| !locale.is_empty()))
            .unwrap_or("en");
        let say = |texts: &Texts| said(texts, locale, company);
        let calendar = company.hours_of(&workstream.default_queue);
        let open = calendar.is_none_or(|c| c.is_open(now));
        Some(Self {
            id: id.to_string(),
            company: company.name.clone(),
            workstream: widget.workstream.to_string(),
            mode: match workstream.mode {
                Mode::Persistent => "persistent",
                Mode::Live => "live",
            },
            enabled: widget.enabled && workstream.enabled,
            locale: locale.to_owned(),
            title: say(&widget.look.title),
            accent: widget.look.accent.clone(),
            position: match widget.look.position {
                Position::End => "end",
                Position::Start => "start",
            },
            pre_chat: widget
                .pre_chat
                .iter()
                .map(|question| question_of(question, &say))
                .collect(),
            offline: OfflineBody {
                title: say(&widget.offline.title),
                text: say(&widget.offline.text),
            },
            open,
            opens_at: calendar
                .filter(|_| !open)
                .and_then(|c| c.next_opening(now))
                .map(|at| at.0),
            device_identity: workstream.device_identity,
            authentication: !company.authentication.is_empty(),
        })
    }
}

fn question_of(question: &Question, say: &impl Fn(&Texts) -> String) -> QuestionBody {
    let mut options = Vec::new();
    let kind = match &question.kind {
        QuestionKind::Text => "text",
        QuestionKind::LongText => "long_text",
        QuestionKind::Email => "email",
        QuestionKind::Choice(all) => {
            options.extend(all.iter().map(|option| OptionBody {
                value: option.value.clone(),
                label: say(&option.label),
            }));
            "choice"
        }
    };
    let label = say(&question.label);
    QuestionBody {
        key: question.key.clone(),
        // Nobody has written one: better than nothing to read.
        label: if label.is_empty() {
            question.key.clone()
        } else {
            label
        },
        kind,
        required: question.required,
        options,
    }
}

/// A text in a language, or the next best: for every language, the company's, any.
fn said(texts: &Texts, locale: &str, company: &Company) -> String {
    texts
        .written_in(locale)
        .or_else(|| texts.for_every_language())
        .or_else(|| texts.written_in(language_of(&company.locale)))
        .or_else(|| texts.0.values().next().map(String::as_str))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
#[path = "widgets_tests.rs"]
mod tests;
