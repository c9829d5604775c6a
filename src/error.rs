//! One table: how each refusal shows on each transport, and how the process ends.
//!
//! A code is decided in `domain` or `web`; its HTTP status, its WebSocket close code,
//! its default waiting time and its page are looked up here and nowhere else.
//! `docs/errors.md` has a section for each code and each exit; tests compare them.

use crate::domain::reject::{Code, Reject};
use crate::domain::time::Millis;

/// How one code shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The status of an HTTP answer.
    pub http: u16,
    /// The close code, for a refusal that ends the socket.
    pub close: Option<u16>,
    /// How long to wait when the refusal itself does not say.
    pub retry_after: Option<Millis>,
}

/// The peer broke the framing rules (RFC 6455, 7.4.1).
const CLOSE_PROTOCOL: u16 = 1002;
/// Text that is not UTF-8.
const CLOSE_DATA: u16 = 1007;
/// Refused by our rules.
const CLOSE_POLICY: u16 = 1008;
/// Larger than we take.
const CLOSE_TOO_BIG: u16 = 1009;
/// Our own fault.
const CLOSE_INTERNAL: u16 = 1011;
/// Try again later (registered with IANA after the RFC).
const CLOSE_AGAIN: u16 = 1013;
/// The server goes away; every session is closed with this on a stop.
pub const CLOSE_GOING_AWAY: u16 = 1001;

const fn row(http: u16) -> Row {
    Row {
        http,
        close: None,
        retry_after: None,
    }
}

impl Row {
    const fn closes(mut self, code: u16) -> Self {
        self.close = Some(code);
        self
    }

    const fn after(mut self, wait: Millis) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

/// The row of a code.
///
/// `close` says how a socket ends when this code ends it; most codes only refuse one
/// frame, and codes such as `forbidden` do either, depending on when they come up.
#[must_use]
pub const fn of(code: Code) -> Row {
    match code {
        Code::UnknownFrame | Code::MarkBeyondEnd | Code::TokenInUrl => row(400),
        Code::InvalidRequest | Code::HelloRequired => row(400).closes(CLOSE_POLICY),
        Code::HelloTimeout => row(408).closes(CLOSE_POLICY).after(Millis::seconds(1)),
        Code::Unauthenticated
        | Code::TokenInvalid
        | Code::TokenExpired
        | Code::SecondFactorRequired => row(401).closes(CLOSE_POLICY),
        Code::SignInFailed => row(401),
        Code::Forbidden | Code::NotSameOrigin | Code::ForeignOrigin => {
            row(403).closes(CLOSE_POLICY)
        }
        Code::NotFound => row(404),
        Code::TooLong
        | Code::UnknownWorkstream
        | Code::UnknownQueue
        | Code::UnknownAgent
        | Code::InvalidConfiguration
        | Code::AnswersNeeded => row(422),
        Code::CustomerCannotEnd | Code::NotAssigned | Code::NotMember | Code::OtherCustomer => {
            row(403)
        }
        Code::Closed
        | Code::WrongState
        | Code::NotOffered
        | Code::AlreadyTaken
        | Code::NotPickable
        | Code::NotAccepting
        | Code::ClientIdReused
        | Code::InUse
        | Code::TooManySubscriptions => row(409),
        Code::AtCapacity | Code::NotPresent => row(409).after(Millis::seconds(5)),
        Code::OutsideHours => row(409).after(Millis::minutes(5)),
        Code::RateLimited => row(429).closes(CLOSE_AGAIN).after(Millis::seconds(10)),
        Code::TooManySockets => row(429).closes(CLOSE_AGAIN).after(Millis::seconds(30)),
        Code::TooManyInFlight => row(429).after(Millis(200)),
        Code::Overloaded => row(503).closes(CLOSE_AGAIN).after(Millis(500)),
        Code::Unavailable => row(503).closes(CLOSE_AGAIN).after(Millis::seconds(1)),
        Code::Parked => row(503).after(Millis::minutes(5)),
        Code::Conflict => row(412),
        Code::FrameTooLarge => row(413).closes(CLOSE_TOO_BIG),
        Code::ProtocolError => row(400).closes(CLOSE_PROTOCOL),
        Code::NotUtf8 => row(400).closes(CLOSE_DATA),
        Code::Internal => row(500).closes(CLOSE_INTERNAL).after(Millis::seconds(5)),
    }
}

/// How long to wait before trying again: what the refusal says, else the table.
#[must_use]
pub fn retry_after(reject: &Reject) -> Option<Millis> {
    reject.retry_after.or(of(reject.code).retry_after)
}

/// The path of a code's page on this server.
#[must_use]
pub fn help(code: Code) -> String {
    format!("/docs/errors#{}", code.as_str())
}

/// How the process ends. Numbers are for ever, like codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was done.
    Done,
    /// A judgement went against the data: `verify` or `replay` found something wrong.
    Failed,
    /// The command line is not of the documented form.
    Usage,
    /// The configuration names something missing or out of bounds.
    Config,
    /// The address cannot be listened on.
    Listen,
    /// The store cannot be opened, or is damaged.
    Store,
    /// The store was written by a newer version.
    NewerFormat,
    /// A write or a sync failed while serving; nothing after it was acknowledged.
    WriteFailed,
    /// A second signal: stopped without draining.
    Interrupted,
}

impl Exit {
    /// Every way to end, in the order of the table.
    pub const ALL: &'static [Self] = &[
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Config,
        Self::Listen,
        Self::Store,
        Self::NewerFormat,
        Self::WriteFailed,
        Self::Interrupted,
    ];

    /// The number the shell sees. Those from 64 on are BSD's `sysexits`.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Listen => 69,
            Self::Store => 65,
            Self::NewerFormat => 76,
            Self::WriteFailed => 74,
            Self::Config => 78,
            Self::Interrupted => 130,
        }
    }

    /// The name in `docs/errors.md`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Listen => "listen",
            Self::Store => "store",
            Self::NewerFormat => "newer_format",
            Self::WriteFailed => "write_failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../docs/errors.md");

    fn sections() -> Vec<&'static str> {
        PAGE.lines()
            .filter_map(|line| line.strip_prefix("### "))
            .collect()
    }

    #[test]
    fn every_code_has_a_section_and_every_section_a_code() {
        let codes: Vec<&str> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(
            sections(),
            codes,
            "docs/errors.md lists the codes in the order of the table"
        );
    }

    #[test]
    fn every_section_names_the_status_and_close_code_of_the_table() {
        let mut checked = 0;
        for section in PAGE.split("\n### ").skip(1) {
            let name = section.lines().next().expect("split gives a first line");
            let code = Code::ALL
                .iter()
                .find(|c| c.as_str() == name)
                .expect("compared by the test above");
            let row = of(*code);
            let mut facts = format!("HTTP {}", row.http);
            if let Some(close) = row.close {
                facts.push_str(&format!(" · close {close}"));
            }
            facts.push_str(if code.retry() {
                " · retry"
            } else {
                " · do not retry"
            });
            assert!(
                section.contains(&facts),
                "{name}: expected the line `{facts}`"
            );
            checked += 1;
        }
        assert_eq!(checked, Code::ALL.len());
    }

    #[test]
    fn what_may_be_retried_says_when_and_nothing_else_does() {
        for code in Code::ALL {
            assert_eq!(
                code.retry(),
                of(*code).retry_after.is_some(),
                "{}",
                code.as_str()
            );
        }
    }

    #[test]
    fn every_exit_is_in_the_table_with_its_number() {
        for exit in Exit::ALL {
            let row = format!("| {} | `{}` |", exit.code(), exit.as_str());
            assert!(PAGE.contains(&row), "docs/errors.md lacks the row {row}");
        }
    }

    #[test]
    fn the_refusal_itself_knows_best_how_long_to_wait() {
        let reject = Reject::new(Code::RateLimited, "Slow down.").after(Millis(7));
        assert_eq!(retry_after(&reject), Some(Millis(7)));
        assert_eq!(
            retry_after(&Reject::new(Code::RateLimited, "Slow down.")),
            Some(Millis::seconds(10))
        );
    }
}
