//! Checks of single values that clients send, each with the refusal that says what to do.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use crate::domain::arrival::CLAIM_PREFIX;
use crate::domain::command::Start;
use crate::domain::ids::{ClientId, InvalidId, Seq};
use crate::domain::reject::{Code, Reject};
use crate::engine::request::Page;
use crate::limits;

/// Bytes of a `locale`: the longest BCP 47 tag a sane page sends (RFC 5646, 4.4.1).
const LOCALE_BYTES_MAX: usize = 35;

/// A refusal of something that is not of the documented form.
pub fn invalid(sentence: impl Into<String>) -> Reject {
    Reject::new(Code::InvalidRequest, sentence)
}

fn too_long(what: &str, max: impl Display) -> Reject {
    Reject::new(
        Code::TooLong,
        format!("{what} is longer than {max}; shorten it."),
    )
}

/// Whether a text has more than so many characters, counting only when it might.
fn exceeds(text: &str, chars_max: usize) -> bool {
    text.len() > chars_max && text.chars().count() > chars_max
}

/// The text of a message.
///
/// # Errors
/// `invalid_request` if empty, `too_long`.
pub fn text(text: &str) -> Result<Arc<str>, Reject> {
    if text.is_empty() {
        return Err(invalid("The message has no text; write something."));
    }
    if exceeds(text, limits::MESSAGE_CHARS_MAX) {
        return Err(too_long(
            "The message",
            format_args!("{} characters", limits::MESSAGE_CHARS_MAX),
        ));
    }
    Ok(text.into())
}

/// The text of a private note.
///
/// # Errors
/// `invalid_request` if empty, `too_long`.
pub fn note(text: &str) -> Result<Arc<str>, Reject> {
    if text.is_empty() {
        return Err(invalid("The note has no text; write something."));
    }
    if exceeds(text, limits::NOTE_CHARS_MAX) {
        return Err(too_long(
            "The note",
            format_args!("{} characters", limits::NOTE_CHARS_MAX),
        ));
    }
    Ok(text.into())
}

/// The subject of a conversation.
///
/// # Errors
/// `too_long`.
pub fn subject(text: &str) -> Result<Arc<str>, Reject> {
    if exceeds(text, limits::SUBJECT_CHARS_MAX) {
        return Err(too_long(
            "The subject",
            format_args!("{} characters", limits::SUBJECT_CHARS_MAX),
        ));
    }
    Ok(text.into())
}

/// Why a conversation is handed over.
///
/// # Errors
/// `too_long`.
pub fn reason(text: Option<&str>) -> Result<Option<Arc<str>>, Reject> {
    let Some(text) = text else { return Ok(None) };
    if exceeds(text, limits::TRANSFER_REASON_CHARS_MAX) {
        return Err(too_long(
            "The reason",
            format_args!("{} characters", limits::TRANSFER_REASON_CHARS_MAX),
        ));
    }
    Ok(Some(text.into()))
}

/// Tags to add and to remove: at least one in all. Each is looked at by the rules.
///
/// # Errors
/// `invalid_request` if there is none, `too_long`.
pub fn tags(add: &[String], remove: &[String]) -> Result<(), Reject> {
    if add.is_empty() && remove.is_empty() {
        return Err(invalid("Name tags to `add`, to `remove`, or both."));
    }
    if add.len() > limits::TAGS_MAX || remove.len() > limits::TAGS_MAX {
        return Err(too_long(
            "The list",
            format_args!("{} tags", limits::TAGS_MAX),
        ));
    }
    Ok(())
}

/// The sender's name for a message.
///
/// # Errors
/// `invalid_request`, `too_long`.
pub fn client_id(text: &str) -> Result<ClientId, Reject> {
    if text.len() > limits::CLIENT_ID_BYTES_MAX {
        return Err(too_long(
            "The client_id",
            format_args!("{} bytes", limits::CLIENT_ID_BYTES_MAX),
        ));
    }
    id("client_id", text)
}

/// Any other id.
///
/// # Errors
/// `invalid_request`.
pub fn id<T: FromStr<Err = InvalidId>>(field: &str, text: &str) -> Result<T, Reject> {
    text.parse()
        .map_err(|e| invalid(format!("The field `{field}` is {e}.")))
}

/// An id that may be absent.
///
/// # Errors
/// `invalid_request`.
pub fn id_if_any<T: FromStr<Err = InvalidId>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, Reject> {
    text.map(|t| id(field, t)).transpose()
}

/// A client's own name for a request.
///
/// # Errors
/// `too_long`.
pub fn reference(text: String) -> Result<Box<str>, Reject> {
    if text.len() > limits::CLIENT_ID_BYTES_MAX {
        return Err(too_long(
            "The ref",
            format_args!("{} bytes", limits::CLIENT_ID_BYTES_MAX),
        ));
    }
    Ok(text.into())
}

/// A conversation's context.
///
/// # Errors
/// `too_long`; `invalid_request` for a key that only tokens may set.
pub fn context(context: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Reject> {
    if context.len() > limits::CONTEXT_VALUES_MAX {
        return Err(too_long(
            "The context",
            format_args!("{} values", limits::CONTEXT_VALUES_MAX),
        ));
    }
    if let Some(key) = context.keys().find(|k| k.starts_with(CLAIM_PREFIX)) {
        let key: String = key.chars().take(limits::CONTEXT_KEY_CHARS_MAX).collect();
        return Err(invalid(format!(
            "The context key {key:?} is for what a token says; put it into the token, or choose another key.",
        )));
    }
    for (key, value) in &context {
        if exceeds(key, limits::CONTEXT_KEY_CHARS_MAX) {
            return Err(too_long(
                "A context key",
                format_args!("{} characters", limits::CONTEXT_KEY_CHARS_MAX),
            ));
        }
        if exceeds(value, limits::CONTEXT_VALUE_CHARS_MAX) {
            return Err(too_long(
                "A context value",
                format_args!("{} characters", limits::CONTEXT_VALUE_CHARS_MAX),
            ));
        }
    }
    Ok(context)
}

/// The start of a conversation as frames and bodies state it.
#[derive(Debug, Default)]
pub struct StartFields {
    /// The workstream, unless a widget names it.
    pub workstream: Option<String>,
    /// The widget, unless a workstream is named.
    pub widget: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// From the page.
    pub context: BTreeMap<String, String>,
    /// The start's own name.
    pub client_id: Option<String>,
    /// The first message.
    pub text: Option<String>,
}

impl StartFields {
    /// The start, checked. The customer is filled in by the engine.
    ///
    /// # Errors
    /// `invalid_request`, `too_long`.
    pub fn check(self) -> Result<Start, Reject> {
        if self.workstream.is_some() == self.widget.is_some() {
            return Err(invalid("Name either `workstream` or `widget`."));
        }
        if self.text.is_some() && self.client_id.is_none() {
            return Err(invalid(
                "A first message needs a `client_id`, so that it can be sent again safely.",
            ));
        }
        let locale = self.locale.unwrap_or_default();
        if locale.len() > LOCALE_BYTES_MAX {
            return Err(too_long(
                "The locale",
                format_args!("{LOCALE_BYTES_MAX} bytes"),
            ));
        }
        Ok(Start {
            widget: id_if_any("widget", self.widget.as_deref())?,
            workstream: id_if_any("workstream", self.workstream.as_deref())?,
            locale,
            context: context(self.context)?,
            client_id: self.client_id.as_deref().map(client_id).transpose()?,
            text: self.text.as_deref().map(text).transpose()?,
            last_agent: None,
            customer: None,
        })
    }
}

/// The page of a thread: after or before, not both; neither is the beginning.
///
/// # Errors
/// `invalid_request`.
pub fn page(after: Option<u64>, before: Option<u64>, limit: Option<usize>) -> Result<Page, Reject> {
    let limit = page_limit(limit, limits::HISTORY_PAGE_MAX)?.unwrap_or(limits::HISTORY_PAGE);
    match (after, before) {
        (Some(_), Some(_)) => Err(invalid("Ask for `after` or `before`, not both.")),
        (None, Some(before)) => Ok(Page::Before(Seq(before), limit)),
        (after, None) => Ok(Page::After(Seq(after.unwrap_or(0)), limit)),
    }
}

/// A page size: at least 1; more than the most is the most.
///
/// # Errors
/// `invalid_request`.
pub fn page_limit(limit: Option<usize>, max: usize) -> Result<Option<usize>, Reject> {
    match limit {
        Some(0) => Err(invalid("The limit is 0; ask for at least 1.")),
        other => Ok(other.map(|n| n.min(max))),
    }
}

/// Something to look for; it may be absent.
///
/// # Errors
/// `invalid_request` if empty, `too_long`.
pub fn search(field: &str, text: Option<String>) -> Result<Option<String>, Reject> {
    match &text {
        Some(text) if text.is_empty() => Err(invalid(format!(
            "The field `{field}` is empty; leave it out, or say what to look for."
        ))),
        Some(text) if exceeds(text, limits::LIST_TEXT_CHARS_MAX) => Err(too_long(
            &format!("The field `{field}`"),
            format_args!("{} characters", limits::LIST_TEXT_CHARS_MAX),
        )),
        _ => Ok(text),
    }
}

/// The two marks of one side; one that is not named stays as it is.
///
/// # Errors
/// `invalid_request` if neither is named.
pub fn marks(delivered: Option<u64>, read: Option<u64>) -> Result<(Seq, Seq), Reject> {
    if delivered.is_none() && read.is_none() {
        return Err(invalid("Name `delivered`, `read` or both."));
    }
    let read = read.unwrap_or(0);
    // What is read has been received.
    Ok((Seq(delivered.unwrap_or(0).max(read)), Seq(read)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_in_characters_not_bytes() {
        assert!(text(&"é".repeat(limits::MESSAGE_CHARS_MAX)).is_ok());
        let refused = text(&"é".repeat(limits::MESSAGE_CHARS_MAX + 1)).map_err(|r| r.code);
        assert_eq!(refused, Err(Code::TooLong));
        assert_eq!(text("").map_err(|r| r.code), Err(Code::InvalidRequest));
    }

    #[test]
    fn each_bound_of_a_start_is_enforced() {
        let fine = || StartFields {
            workstream: Some("support".into()),
            ..StartFields::default()
        };
        let many = (0..=limits::CONTEXT_VALUES_MAX)
            .map(|i| (i.to_string(), String::new()))
            .collect();
        let of = |key: String, value: String| BTreeMap::from([(key, value)]);
        let cases = [
            ("fine", fine(), None),
            (
                "neither",
                StartFields::default(),
                Some(Code::InvalidRequest),
            ),
            (
                "both",
                StartFields {
                    widget: Some("w".into()),
                    ..fine()
                },
                Some(Code::InvalidRequest),
            ),
            (
                "text without a client id",
                StartFields {
                    text: Some("hi".into()),
                    ..fine()
                },
                Some(Code::InvalidRequest),
            ),
            (
                "long client id",
                StartFields {
                    client_id: Some("x".repeat(65)),
                    ..fine()
                },
                Some(Code::TooLong),
            ),
            (
                "long locale",
                StartFields {
                    locale: Some("x".repeat(36)),
                    ..fine()
                },
                Some(Code::TooLong),
            ),
            (
                "many values",
                StartFields {
                    context: many,
                    ..fine()
                },
                Some(Code::TooLong),
            ),
            (
                "long key",
                StartFields {
                    context: of("k".repeat(101), String::new()),
                    ..fine()
                },
                Some(Code::TooLong),
            ),
            (
                "long value",
                StartFields {
                    context: of("k".into(), "v".repeat(4_001)),
                    ..fine()
                },
                Some(Code::TooLong),
            ),
        ];
        for (name, fields, expected) in cases {
            assert_eq!(fields.check().err().map(|r| r.code), expected, "{name}");
        }
    }

    #[test]
    fn a_page_is_after_or_before_and_never_larger_than_the_most() {
        assert_eq!(
            page(None, None, None),
            Ok(Page::After(Seq(0), limits::HISTORY_PAGE))
        );
        assert_eq!(
            page(None, Some(9), Some(9_999)),
            Ok(Page::Before(Seq(9), limits::HISTORY_PAGE_MAX))
        );
        assert!(page(Some(1), Some(9), None).is_err());
        assert!(page(Some(1), None, Some(0)).is_err());
    }

    #[test]
    fn what_is_read_is_delivered() {
        assert_eq!(marks(None, Some(4)), Ok((Seq(4), Seq(4))));
        assert_eq!(marks(Some(7), None), Ok((Seq(7), Seq(0))));
        assert!(marks(None, None).is_err());
    }
}
