//! What operators see: counters for Prometheus, and the log.
//!
//! Promises that every label has few values (codes, kinds, status classes: never ids).
//! Never holds or logs message text, names or tokens.

use std::io::IsTerminal as _;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Metric, Registry};

use crate::domain::reject::Code;

/// Which kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SocketLabels {
    /// `customer` or `agent`.
    pub kind: &'static str,
}

/// Which refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalLabels {
    /// The stable code.
    pub code: &'static str,
}

/// Which kind of HTTP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct HttpLabels {
    /// The class of the status: `2xx`, `4xx`.
    pub status: &'static str,
}

/// Every metric of the interfaces, with the registry they are printed from.
/// Further parts of the server add theirs with [`Telemetry::with`] before it is shared.
#[derive(Debug, Default)]
pub struct Telemetry {
    registry: Registry,
    /// Sockets open now, hello said or not.
    pub sockets_open: Family<SocketLabels, Gauge>,
    /// Sockets opened since the start.
    pub sockets_opened: Family<SocketLabels, Counter>,
    /// WebSocket frames received.
    pub frames_in: Counter<u64, AtomicU64>,
    /// WebSocket frames sent.
    pub frames_out: Counter<u64, AtomicU64>,
    /// Refusals by code, on every transport.
    pub refusals: Family<RefusalLabels, Counter>,
    /// HTTP answers by class of status.
    pub http_answers: Family<HttpLabels, Counter>,
}

impl Telemetry {
    /// All metrics at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut made = Self {
            registry: Registry::with_prefix("linger"),
            ..Self::default()
        };
        let r = &mut made.registry;
        r.register(
            "sockets_open",
            "Sockets open now",
            made.sockets_open.clone(),
        );
        r.register(
            "sockets_opened",
            "Sockets opened since the start",
            made.sockets_opened.clone(),
        );
        r.register(
            "frames_in",
            "WebSocket frames received",
            made.frames_in.clone(),
        );
        r.register(
            "frames_out",
            "WebSocket frames sent",
            made.frames_out.clone(),
        );
        r.register("refusals", "Refusals by code", made.refusals.clone());
        r.register(
            "http_answers",
            "HTTP answers by class of status",
            made.http_answers.clone(),
        );
        made
    }

    /// Adds a metric of another part of the server; its name is prefixed with `linger_`.
    #[must_use]
    pub fn with(mut self, name: &str, help: &str, metric: impl Metric) -> Self {
        self.registry.register(name, help, metric);
        self
    }

    /// Counts a refusal.
    pub fn refused(&self, code: Code) {
        self.refusals
            .get_or_create(&RefusalLabels {
                code: code.as_str(),
            })
            .inc();
    }

    /// Counts an HTTP answer.
    pub fn answered(&self, status: u16) {
        let status = match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.http_answers
            .get_or_create(&HttpLabels { status })
            .inc();
    }

    /// Everything in the text format that Prometheus reads.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("writing to a string does not fail");
        page
    }
}

/// What is logged unless `RUST_LOG` says otherwise. A request that does not read is its
/// client's fault; actix would call each an error.
const FILTER: &str = "info,actix_http=off,actix_server=warn";

/// Starts the log on standard error, as lines for people or as JSON. `RUST_LOG` chooses
/// what is logged (default: `info`, without what the HTTP library says of its clients). A
/// second call changes nothing.
pub fn init(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for people, not for files.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // An error means that a log is there already, as in tests that share a process.
    let _already_there = if json {
        log.json().try_init()
    } else {
        log.try_init()
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_printed() {
        let telemetry = Telemetry::new();
        telemetry.frames_in.inc();
        telemetry.refused(Code::NotFound);
        telemetry.answered(404);
        let page = telemetry.encode();
        for line in [
            "linger_frames_in_total 1",
            r#"linger_refusals_total{code="not_found"} 1"#,
            r#"linger_http_answers_total{status="4xx"} 1"#,
        ] {
            assert!(page.contains(line), "{line} is missing in\n{page}");
        }
    }

    #[test]
    fn other_parts_add_their_own() {
        let gauge = Gauge::<i64>::default();
        let telemetry =
            Telemetry::new().with("actors_awake", "Conversations in memory", gauge.clone());
        gauge.set(3);
        assert!(telemetry.encode().contains("linger_actors_awake 3"));
    }
}
