//! The answers to a widget's questions, which the engine checks as well as the page does:
//! rules lean on them. Only for a new conversation: nobody is asked twice.

use crate::domain::command::Start;
use crate::domain::company::{Company, Question, QuestionKind};
use crate::domain::reject::{Code, Reject};

/// The longest address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const EMAIL_BYTES_MAX: usize = 254;

/// Whether a start answers what its widget asks.
///
/// # Errors
/// `answers_needed`, with every question that is in the way.
pub(super) fn check(start: &Start, company: &Company) -> Result<(), Reject> {
    let widget = start.widget.as_ref().and_then(|w| company.widgets.get(w));
    let missing: Vec<String> = widget
        .into_iter()
        .flat_map(|w| &w.pre_chat)
        .filter_map(|question| {
            let answer = start.context.get(&question.key).map(String::as_str);
            let why = fault(question, answer.unwrap_or_default())?;
            Some(format!("{}: {why}", question.key))
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Reject::new(
        Code::AnswersNeeded,
        "Put the answers to the widget's questions into `context`, by their keys, and start again.",
    )
    .because(missing))
}

fn fault(question: &Question, answer: &str) -> Option<&'static str> {
    if answer.trim().is_empty() {
        return question.required.then_some("an answer is needed.");
    }
    let (fits, why) = match &question.kind {
        QuestionKind::Text => (!answer.contains(['\n', '\r']), "the answer is one line."),
        QuestionKind::LongText => (true, ""),
        QuestionKind::Email => (is_email(answer), "the answer is an e-mail address."),
        QuestionKind::Choice(options) => (
            options.iter().any(|o| o.value == answer),
            "the answer is the value of one of the options.",
        ),
    };
    (!fits).then_some(why)
}

/// What mail could be sent to; whether it arrives only mail itself can tell.
fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    text.len() <= EMAIL_BYTES_MAX
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(local, host)| {
            !local.is_empty() && !host.is_empty() && !host.starts_with('.') && !host.ends_with('.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company::{QuestionOption, Texts, Widget};
    use crate::domain::ids::{WidgetId, WorkstreamId};

    #[test]
    fn a_start_answers_what_its_widget_asks() {
        let question = |key: &str, kind, required| Question {
            key: key.to_owned(),
            label: Texts::default(),
            kind,
            required,
        };
        let sales = QuestionOption {
            value: "sales".to_owned(),
            label: Texts::default(),
        };
        let id = |text: &str| WidgetId::parse(text).expect("an id");
        let mut widget = Widget::new(WorkstreamId::parse("support").expect("an id"));
        widget.pre_chat = vec![
            question("topic", QuestionKind::Choice(vec![sales]), true),
            question("mail", QuestionKind::Email, false),
            question("order", QuestionKind::Text, false),
        ];
        let mut company = Company::default();
        company.widgets.insert(id("shop"), widget);
        // The answers, and the keys of those that are refused.
        type Pairs<'a> = &'a [(&'a str, &'a str)];
        let cases: &[(Pairs<'_>, &[&str])] = &[
            (&[("topic", "sales")], &[]),
            (&[], &["topic"]),
            (&[("topic", " ")], &["topic"]),
            (&[("topic", "other"), ("mail", "maria")], &["topic", "mail"]),
            (&[("topic", "sales"), ("mail", "m@shop.example")], &[]),
            (
                &[("topic", "sales"), ("mail", "m @shop.example")],
                &["mail"],
            ),
            (&[("topic", "sales"), ("mail", "@shop.example")], &["mail"]),
            (
                &[("topic", "sales"), ("order", "1\n2"), ("more", "x")],
                &["order"],
            ),
        ];
        for (answers, refused) in cases {
            let start = |widget: Option<WidgetId>| Start {
                widget,
                context: answers
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                    .collect(),
                ..Start::default()
            };
            let keys = |r: Reject| -> Vec<String> {
                let key = |p: &String| p.split(':').next().unwrap_or_default().to_owned();
                r.problems.iter().map(key).collect()
            };
            let found = check(&start(Some(id("shop"))), &company).map_err(keys);
            assert_eq!(found.err().unwrap_or_default(), *refused, "{answers:?}");
            assert!(
                check(&start(None), &company).is_ok(),
                "no widget, no question"
            );
        }
    }
}
