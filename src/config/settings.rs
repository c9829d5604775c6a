//! How the server runs: everything that is not the company's business.
//!
//! Plain values with defaults; flags and environment fill them in (`cli/serve.rs`).
//! Each type reads itself from text, so that a flag and a variable mean the same.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use super::staff::StaffSettings;
use crate::domain::time::Millis;
use crate::limits;
use crate::store::Durability;

use super::network::{Network, ProxyHeader, TlsFiles};
use super::rates::Rates;

/// Where the data is kept unless said otherwise.
pub const DATA_DIR_DEFAULT: &str = "./data";
/// Where the server listens unless said otherwise: this machine only.
pub const LISTEN_DEFAULT: &str = "127.0.0.1:8080";

/// The form of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How fast one customer may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerRate {
    /// So many messages in so much time.
    Limited {
        /// Messages.
        messages: usize,
        /// In this time.
        window: Millis,
    },
    /// As fast as they can: for load tests on a machine of one's own.
    Unlimited,
}

impl Default for CustomerRate {
    fn default() -> Self {
        Self::Limited {
            messages: limits::CUSTOMER_RATE_MESSAGES,
            window: limits::CUSTOMER_RATE_WINDOW,
        }
    }
}

/// Everything `linger serve` can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeSettings {
    /// The data directory.
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The company file to apply at start; without one, the company in the store.
    pub company_file: Option<PathBuf>,
    /// When a message counts as accepted. `Written` is for comparison: a power cut may
    /// lose what was acknowledged.
    pub durability: Durability,
    /// The form of the log.
    pub log_format: LogFormat,
    /// How fast one customer may write.
    pub customer_rate: CustomerRate,
    /// Threads that speak HTTP and WebSocket; `None`: one per core.
    pub workers: Option<usize>,
    /// Written once the server listens; see `linger demo --ready-file`.
    pub ready_file: Option<PathBuf>,
    /// How people of the company sign in.
    pub staff: StaffSettings,
    /// Certificate and key; without them the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where plain HTTP is answered with the https address of the same thing.
    pub redirect_from: Option<SocketAddr>,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: Vec<Network>,
    /// In which header they say it.
    pub proxy_header: ProxyHeader,
    /// Token buckets.
    pub rates: Rates,
    /// A directory to serve the pages from, instead of those in the binary.
    pub pages: Option<PathBuf>,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            data: PathBuf::from(DATA_DIR_DEFAULT),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            company_file: None,
            durability: Durability::default(),
            log_format: LogFormat::default(),
            customer_rate: CustomerRate::default(),
            workers: None,
            ready_file: None,
            staff: StaffSettings::default(),
            tls: None,
            redirect_from: None,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            rates: Rates::default(),
            pages: None,
        }
    }
}

/// Reads when a message counts as accepted: `synced` or `written`.
///
/// # Errors
/// What to write instead.
pub fn parse_durability(text: &str) -> Result<Durability, String> {
    match text {
        "synced" => Ok(Durability::Synced),
        "written" => Ok(Durability::Written),
        _ => Err("write \"synced\" (the default) or \"written\"".to_owned()),
    }
}

impl FromStr for LogFormat {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("write \"text\" (the default) or \"json\"".to_owned()),
        }
    }
}

impl FromStr for CustomerRate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        const WRONG: &str =
            "write \"default\", \"unlimited\", or messages per time such as \"20/10s\"";
        match text {
            "default" => return Ok(Self::default()),
            "unlimited" => return Ok(Self::Unlimited),
            _ => {}
        }
        let (messages, window) = text.split_once('/').ok_or(WRONG)?;
        let messages = messages.trim().parse().map_err(|_| WRONG)?;
        let window = super::units::parse_duration(window)?;
        if messages == 0 || window == Millis(0) {
            return Err(WRONG.to_owned());
        }
        Ok(Self::Limited { messages, window })
    }
}

impl fmt::Display for CustomerRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited { messages, window } => {
                write!(f, "{messages}/{}", super::units::show_duration(*window))
            }
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let settings = ServeSettings::default();
        assert_eq!(settings.listen.to_string(), LISTEN_DEFAULT);
        assert_eq!(settings.data, PathBuf::from("./data"));
        assert_eq!(settings.durability, Durability::Synced);
        assert_eq!(settings.customer_rate.to_string(), "20/10s");
    }

    #[test]
    fn a_rate_is_default_unlimited_or_messages_per_time() {
        let limited = |messages, window| Ok(CustomerRate::Limited { messages, window });
        assert_eq!("default".parse(), limited(20, Millis::seconds(10)));
        assert_eq!("5/1min".parse(), limited(5, Millis::minutes(1)));
        assert_eq!("unlimited".parse(), Ok(CustomerRate::Unlimited));
        for bad in ["", "fast", "0/1s", "5/0s", "5/", "/1s", "-1/1s"] {
            assert!(bad.parse::<CustomerRate>().is_err(), "{bad}");
        }
    }
}
