//! The frames of the way of a message: `send` in, `accepted` and `message` out.
//!
//! Written for speed: nothing is copied that need not be, and no tree is built. The
//! slow forms exist beside them (`client.rs`, `server.rs`), and tests compare the two.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytestring::ByteString;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::company::Company;
use crate::domain::ids::ConversationId;
use crate::domain::message::{Author, Message};
use crate::domain::reject::Reject;
use crate::engine::request::{Ask, Request};

use super::bounds;
use super::client::{Incoming, Tag};
use super::names::SystemName;

/// How a `send` begins when it was written the usual way. One that does not is read
/// the general way, with the same result.
const SEND_PREFIX: &str = r#"{"type":"send","#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendText<'a> {
    #[serde(rename = "type")]
    _kind: IgnoredAny,
    #[serde(borrow)]
    conversation: Cow<'a, str>,
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// Reads a `send` that looks like one and is well-formed; anything else is left to the general way.
pub(super) fn read_send(text: &str) -> Option<Result<Incoming, Reject>> {
    if !text.starts_with(SEND_PREFIX) {
        return None;
    }
    let frame: SendText<'_> = serde_json::from_str(text).ok()?;
    Some(send(&frame.conversation, &frame.client_id, &frame.text))
}

pub(super) fn send(conversation: &str, client_id: &str, text: &str) -> Result<Incoming, Reject> {
    let client_id = bounds::client_id(client_id)?;
    let ask = Ask::Post {
        client_id: client_id.clone(),
        text: bounds::text(text)?,
    };
    Ok(Incoming::Ask {
        tag: Tag::Client(client_id),
        request: Request::In(bounds::id("conversation", conversation)?, ask),
    })
}

/// Appends a JSON string, quotes included.
fn push_string(out: &mut String, text: &str) {
    // Without an early end, so that the compiler looks at many bytes at once.
    let plain = |b: u8| (b >= 0x20) & (b != b'"') & (b != b'\\');
    if text.bytes().fold(true, |all, b| all & plain(b)) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("a string is always JSON"));
    }
}

fn push_number(out: &mut String, number: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(number));
}

/// The answer to a `send`.
#[must_use]
pub fn accepted_send(client_id: &str, seq: u64, at: i64, repeated: bool) -> ByteString {
    let mut out = String::with_capacity(96 + client_id.len());
    out.push_str(r#"{"type":"accepted","client_id":"#);
    push_string(&mut out, client_id);
    out.push_str(r#","seq":"#);
    push_number(&mut out, seq);
    out.push_str(r#","at":"#);
    push_number(&mut out, at);
    out.push_str(if repeated {
        r#","repeated":true}"#
    } else {
        r#","repeated":false}"#
    });
    out.into()
}

/// A message frame, the same for every reader.
#[must_use]
pub fn message(conversation: ConversationId, message: &Message, company: &Company) -> ByteString {
    let mut out = String::with_capacity(192 + message.text.len());
    out.push_str(r#"{"type":"message","conversation":""#);
    write!(out, "{conversation}").expect("writing to a string does not fail");
    out.push_str(r#"","seq":"#);
    push_number(&mut out, message.seq.0);
    out.push_str(r#","at":"#);
    push_number(&mut out, message.at.0);
    out.push_str(r#","author":"#);
    push_author(&mut out, &message.author, company);
    if let Some(client_id) = &message.client_id {
        out.push_str(r#","client_id":"#);
        push_string(&mut out, client_id.as_str());
    }
    out.push_str(r#","text":"#);
    push_string(&mut out, &message.text);
    out.push('}');
    out.into()
}

fn push_author(out: &mut String, author: &Author, company: &Company) {
    match author {
        Author::Customer => out.push_str(r#"{"kind":"customer"}"#),
        Author::Agent(id) => {
            out.push_str(r#"{"kind":"agent","agent":"#);
            push_string(out, id.as_str());
            if let Some(profile) = company.agents.get(id) {
                out.push_str(r#","name":"#);
                push_string(out, &profile.display_name);
            }
            out.push('}');
        }
        Author::System(kind) => {
            out.push_str(r#"{"kind":"system","system":"#);
            let name =
                serde_json::to_string(&SystemName::from(*kind)).expect("a name is always JSON");
            out.push_str(&name);
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::body::MessageBody;
    use crate::wire::samples;
    use serde_json::{Value, json};

    #[test]
    fn a_message_written_fast_reads_like_one_written_slowly() {
        let company = samples::company();
        for text in [
            "plain",
            "quote \" backslash \\ newline \n nul \0 del \u{7f} é 🦀 </script>",
            "",
        ] {
            for author in samples::authors() {
                let m = Message {
                    text: text.into(),
                    author,
                    ..samples::message()
                };
                let fast: Value =
                    serde_json::from_str(&message(samples::ID, &m, &company)).expect("JSON");
                let mut slow = serde_json::to_value(MessageBody::of(samples::ID, &m, &company))
                    .expect("plain data");
                slow["type"] = json!("message");
                assert_eq!(fast, slow);
            }
        }
    }

    #[test]
    fn an_answer_written_fast_is_json_whatever_the_client_id() {
        for id in ["m-1", "\"", "\\", "é"] {
            let frame: Value =
                serde_json::from_str(&accepted_send(id, 42, -1, true)).expect("JSON");
            assert_eq!(
                frame,
                json!({"type":"accepted","client_id":id,"seq":42,"at":-1,"repeated":true})
            );
        }
    }
}
