//! What a typed line means.

use serde_json::{Value, json};

/// What can be typed, for `/help`.
pub(super) const HELP: &str = "\
/list                       your conversations          /use ID      talk in this one (the first letters do)
/accept [ID]  /reject [ID]  an offer                    /pick ID     take one from the list
/park         leave it without ending it                /reopen ID   take a parked one back
/release      give it back to the queue                 /end         end it     /finish  finish wrap-up
/transfer agent:NAME|queue:NAME [| WHY]                 /presence available|busy|do_not_disturb|away|offline
/note TEXT    for colleagues only        /notes         /tag NEW -OLD     /subject TEXT     /replies
/consult NAME ask a colleague to read along             /add NAME to the conversation     /dismiss [NAME]
/assign NAME  /force-close               (supervisors)  /explain     why it was assigned
/renew TOKEN  go on with a new token                    /quit        leave
Anything else is a message.";

/// What a typed line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing.
    Nothing,
    /// A message.
    Words(String),
    /// A request about a conversation: the current one unless named.
    About {
        /// The type of the frame.
        request: &'static str,
        /// The first letters of the conversation's id.
        named: Option<String>,
        /// More fields of the frame.
        more: Option<Value>,
    },
    /// Set the own presence.
    Presence(String),
    /// List the own conversations.
    List,
    /// Talk in another conversation.
    Use(String),
    /// Go on with a new token.
    Renew(String),
    /// Show what can be typed.
    Help,
    /// Leave.
    Quit,
    /// A command that is none, with what to do.
    Wrong(String),
}

/// Reads a line.
pub(super) fn read(line: &str) -> Typed {
    let line = line.trim();
    let Some(command) = line.strip_prefix('/') else {
        return if line.is_empty() {
            Typed::Nothing
        } else {
            Typed::Words(line.to_owned())
        };
    };
    let (word, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    let rest = Some(rest.trim().to_owned()).filter(|r| !r.is_empty());
    let about = |request| Typed::About {
        request,
        named: rest.clone(),
        more: None,
    };
    match word {
        "accept" => about("accept"),
        "reject" => about("reject"),
        "pick" => about("pick"),
        "reopen" => about("reopen"),
        "park" => about("park"),
        "release" => about("release"),
        "end" => about("end"),
        "finish" => about("finish"),
        "explain" => about("explain"),
        "force-close" => about("force_close"),
        "notes" => about("notes"),
        "replies" => about("quick_replies"),
        "transfer" => transfer(rest.as_deref().unwrap_or_default()),
        "note" => with(
            "note",
            "text",
            rest,
            "What? Try /note has called twice already.",
        ),
        "subject" => with(
            "subject",
            "subject",
            rest,
            "What is it about? Try /subject lost parcel.",
        ),
        "consult" => with("consult", "agent", rest, "Whom? Try /consult NAME."),
        "add" => with("consult_add", "agent", rest, "Whom? Try /add NAME."),
        "assign" => with("assign", "agent", rest, "To whom? Try /assign NAME."),
        "dismiss" => Typed::About {
            request: "consult_end",
            named: None,
            more: rest.map(|agent| json!({ "agent": agent })),
        },
        "tag" => tag(rest.as_deref().unwrap_or_default()),
        "presence" => rest.map_or_else(
            || Typed::Wrong("Which presence? Try /presence away.".into()),
            Typed::Presence,
        ),
        "use" => rest.map_or_else(
            || Typed::Wrong("Which one? /list shows them.".into()),
            Typed::Use,
        ),
        "renew" => rest.map_or_else(
            || Typed::Wrong("Which token? Try /renew TOKEN.".into()),
            Typed::Renew,
        ),
        "list" => Typed::List,
        "help" | "?" => Typed::Help,
        "quit" | "exit" => Typed::Quit,
        _ => Typed::Wrong(format!("There is no /{word}; /help shows what there is.")),
    }
}

/// A request about the current conversation that needs one word more.
fn with(request: &'static str, field: &str, rest: Option<String>, missing: &str) -> Typed {
    match rest {
        Some(rest) => Typed::About {
            request,
            named: None,
            more: Some(json!({ field: rest })),
        },
        None => Typed::Wrong(missing.to_owned()),
    }
}

fn tag(words: &str) -> Typed {
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for word in words.split_whitespace() {
        match word.strip_prefix('-') {
            Some(old) => remove.push(old),
            None => add.push(word),
        }
    }
    if add.is_empty() && remove.is_empty() {
        return Typed::Wrong("Which? Try /tag vip -late.".to_owned());
    }
    Typed::About {
        request: "tag",
        named: None,
        more: Some(json!({ "add": add, "remove": remove })),
    }
}

fn transfer(words: &str) -> Typed {
    let (to, why) = words.split_once('|').unwrap_or((words, ""));
    let (to, why) = (to.trim_end(), why.trim());
    let mut more = match to.split_once(':') {
        Some(("agent", name)) if !name.is_empty() => json!({ "agent": name }),
        Some(("queue", name)) if !name.is_empty() => json!({ "queue": name }),
        _ => {
            return Typed::Wrong(
                "To whom? Try /transfer agent:NAME or /transfer queue:NAME.".to_owned(),
            );
        }
    };
    if !why.is_empty() {
        more["reason"] = why.into();
    }
    Typed::About {
        request: "transfer",
        named: None,
        more: Some(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_is_a_message_and_a_slash_begins_a_command() {
        assert_eq!(read("  hello, Anna "), Typed::Words("hello, Anna".into()));
        assert_eq!(read("   "), Typed::Nothing);
        assert_eq!(
            read("/park"),
            Typed::About {
                request: "park",
                named: None,
                more: None
            }
        );
        assert_eq!(
            read("/accept 0197"),
            Typed::About {
                request: "accept",
                named: Some("0197".into()),
                more: None
            }
        );
        assert_eq!(read("/presence away"), Typed::Presence("away".into()));
        assert_eq!(read("/quit"), Typed::Quit);
    }

    #[test]
    fn a_transfer_goes_to_an_agent_or_a_queue() {
        let to = |more| Typed::About {
            request: "transfer",
            named: None,
            more: Some(more),
        };
        assert_eq!(read("/transfer agent:bo"), to(json!({ "agent": "bo" })));
        assert_eq!(
            read("/transfer queue:night shift"),
            to(json!({ "queue": "night shift" }))
        );
        assert_eq!(
            read("/transfer agent:bo | speaks Galician"),
            to(json!({ "agent": "bo", "reason": "speaks Galician" }))
        );
        assert!(matches!(read("/transfer bo"), Typed::Wrong(_)));
    }

    #[test]
    fn what_needs_a_word_more_asks_for_it() {
        let cases = [
            ("/note", "has called twice", "note", "text"),
            ("/subject", "lost parcel", "subject", "subject"),
            ("/consult", "bo", "consult", "agent"),
            ("/add", "bo", "consult_add", "agent"),
            ("/assign", "bo", "assign", "agent"),
        ];
        for (command, word, request, field) in cases {
            let whole = Typed::About {
                request,
                named: None,
                more: Some(json!({ field: word })),
            };
            assert_eq!(read(&format!("{command} {word}")), whole);
            assert!(matches!(read(command), Typed::Wrong(_)), "{command}");
        }
        assert_eq!(
            read("/tag vip -late"),
            Typed::About {
                request: "tag",
                named: None,
                more: Some(json!({ "add": ["vip"], "remove": ["late"] }))
            }
        );
        assert!(matches!(read("/tag "), Typed::Wrong(_)));
    }

    #[test]
    fn an_unknown_command_says_where_to_look() {
        let Typed::Wrong(words) = read("/dance") else {
            panic!("it is none")
        };
        assert!(words.contains("/help"), "{words}");
    }
}
