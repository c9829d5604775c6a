//! What is shown: the thread on standard output, everything about it on standard error.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::client::{Note, Party, ThreadMessage, View};

/// The end of a conversation's id: ids begin with their time, so that their ends differ most.
pub(super) fn short(id: &str) -> &str {
    id.len()
        .checked_sub(6)
        .and_then(|from| id.get(from..))
        .unwrap_or(id)
}

/// The terminal, or whatever stands in for it.
pub(super) struct Screen {
    shown: BTreeMap<String, u64>,
    is_terminal: bool,
}

impl Screen {
    pub(super) fn new() -> Self {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        Self {
            shown: BTreeMap::new(),
            is_terminal,
        }
    }

    /// The last message shown of a conversation.
    pub(super) fn shown(&self, conversation: &str) -> u64 {
        self.shown.get(conversation).copied().unwrap_or(0)
    }

    /// A message of the thread. A reader who has gone away is no reason to stop talking.
    pub(super) fn message(
        &mut self,
        message: &ThreadMessage,
        party: Party,
        me: &str,
        elsewhere: bool,
    ) {
        let conversation = message.conversation.clone().unwrap_or_default();
        let place = if elsewhere {
            format!("[{}] ", short(&conversation))
        } else {
            String::new()
        };
        let line = format!(
            "{place}{} {}: {}",
            clock(message.at),
            plain(&author(message, party, me)),
            plain(&message.text)
        );
        writeln!(std::io::stdout(), "{line}").ok();
        self.shown.insert(conversation, message.seq);
    }

    /// A note that the customer does not see.
    pub(super) fn private(&self, note: &Note) {
        let to = note
            .private_to
            .as_deref()
            .map_or_else(String::new, |to| format!(" to {to}"));
        let place = note
            .conversation
            .as_deref()
            .map_or_else(String::new, |id| format!("[{}] ", short(id)));
        let (at, by, text) = (clock(note.at), &note.by, &note.text);
        self.note(&format!("{place}{at} note of {by}{to}: {text}"));
    }

    /// Where a conversation stands.
    pub(super) fn view(&self, view: &View) {
        let agent = view
            .agent
            .as_deref()
            .map_or_else(String::new, |a| format!(" with {a}"));
        let offered = if view.state == "active" && !view.accepted {
            " (offered)"
        } else {
            ""
        };
        self.note(&format!(
            "{} of {}: {}{offered}{agent}",
            short(&view.id),
            view.customer,
            view.state
        ));
    }

    pub(super) fn note(&self, words: &str) {
        writeln!(std::io::stderr(), "-- {}", plain(words)).ok();
    }

    pub(super) fn complain(&self, words: &str) {
        writeln!(std::io::stderr(), "!! {}", plain(words)).ok();
    }

    /// What was typed comes back from the thread; on a terminal it would stand there twice.
    pub(super) fn forget_typed_line(&self) {
        if self.is_terminal {
            let mut out = std::io::stdout();
            write!(out, "\x1b[1A\x1b[2K")
                .and_then(|()| out.flush())
                .ok();
        }
    }
}

/// As a terminal may have it: what others wrote can neither steer the terminal nor look
/// like a line of its own. Of a text of several lines the later ones are set in.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\n      | "),
            '\t' => shown.push(' '),
            '\r' => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => shown.push('\u{fffd}'),
            c if c.is_control() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}

fn clock(at: i64) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| "--:--".to_owned(),
        |t| t.to_zoned(TimeZone::system()).strftime("%H:%M").to_string(),
    )
}

fn author(message: &ThreadMessage, party: Party, me: &str) -> String {
    let author = &message.author;
    match (author.kind.as_str(), party) {
        ("customer", Party::Customer) => me.to_owned(),
        ("customer", Party::Agent) => "customer".to_owned(),
        ("agent", _) => author
            .name
            .clone()
            .or_else(|| author.agent.clone())
            .unwrap_or_else(|| "agent".to_owned()),
        _ => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_by_its_end() {
        assert_eq!(short("01973b5e-0000-7000-8000-00000000abcd"), "00abcd");
        assert_eq!(short("abc"), "abc");
    }

    #[test]
    fn what_others_write_neither_steers_the_terminal_nor_forges_a_line() {
        let hostile = "\u{1b}[31mred\u{1b}]0;title\u{7}\r\n10:00 anna: forged\u{202e}\tx";
        assert_eq!(
            plain(hostile),
            "\u{fffd}[31mred\u{fffd}]0;title\u{fffd}\n      | 10:00 anna: forged\u{fffd} x"
        );
        assert_eq!(plain("¿Qué tal? 👋"), "¿Qué tal? 👋");
    }
}
