//! One socket: the upgrade, hello and welcome, frames out and in. Knows nothing of resuming.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::cursors::Cursors;
use super::frames::{Refusal, ServerFrame, Welcome};
use super::handle::Party;

/// The upgrade and the welcome must come within this time.
const OPENING_TIME_MAX: Duration = Duration::from_secs(10);
/// Buffers of one socket: small, because a load test opens hundreds.
const BUFFER_BYTES: usize = 8 * 1024;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address cannot be used.
    #[error("{0} is no address of a server; give one like http://127.0.0.1:8080")]
    Address(String),
    /// Nobody answers there, or not as a linger server does.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The server answered no.
    #[error("the server refused the connection: {0}")]
    Refused(Box<Refusal>),
}

impl ConnectError {
    /// Whether the same may succeed later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Address(_) => false,
            Self::Unreachable(_) => true,
            Self::Refused(refusal) => refusal.retry,
        }
    }
}

/// The address of a party's socket on a server: `http://…` becomes `ws://…/ws/…`.
pub(super) fn socket_address(url: &str, party: Party) -> Result<String, ConnectError> {
    let base = url.trim_end_matches('/');
    let rest = [
        ("http://", "ws://"),
        ("https://", "wss://"),
        ("ws://", "ws://"),
        ("wss://", "wss://"),
    ]
    .iter()
    .find_map(|(from, to)| base.strip_prefix(from).map(|host| format!("{to}{host}")))
    .ok_or_else(|| ConnectError::Address(url.to_owned()))?;
    let path = match party {
        Party::Customer => "ws/customer",
        Party::Agent => "ws/agent",
    };
    Ok(format!("{rest}/{path}"))
}

/// One open socket that has been welcomed.
pub(super) struct Connection {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(super) welcome: Welcome,
}

impl Connection {
    /// Opens a socket and says hello.
    pub(super) async fn open(
        address: &str,
        token: &str,
        cursors: &Cursors,
    ) -> Result<Self, ConnectError> {
        timeout(OPENING_TIME_MAX, Self::open_now(address, token, cursors))
            .await
            .unwrap_or_else(|_| {
                Err(ConnectError::Unreachable(
                    "the server did not say welcome in time".into(),
                ))
            })
    }

    async fn open_now(address: &str, token: &str, cursors: &Cursors) -> Result<Self, ConnectError> {
        let unreachable = |e: WsError| ConnectError::Unreachable(e.to_string());
        let mut request = address
            .into_client_request()
            .map_err(|_| ConnectError::Address(address.to_owned()))?;
        request.headers_mut().insert(
            "sec-websocket-protocol",
            HeaderValue::from_static("linger.v1"),
        );
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES);
        let no_delay = true;
        let (mut stream, _) = connect_async_with_config(request, Some(config), no_delay)
            .await
            .map_err(unreachable)?;
        let cursors: serde_json::Map<String, Value> = cursors
            .iter()
            .map(|(id, seq)| (id.to_owned(), seq.into()))
            .collect();
        let hello = json!({ "type": "hello", "token": token, "cursors": cursors });
        stream
            .send(Message::text(hello.to_string()))
            .await
            .map_err(unreachable)?;
        loop {
            match next_frame(&mut stream).await {
                Ok(ServerFrame::Welcome(welcome)) => return Ok(Self { stream, welcome }),
                Ok(ServerFrame::Refused(refusal)) => return Err(ConnectError::Refused(refusal)),
                Ok(_) => {}
                Err(why) => return Err(ConnectError::Unreachable(why)),
            }
        }
    }

    /// The next frame. Safe to cancel. An error is the end of the connection.
    pub(super) async fn next(&mut self) -> Result<ServerFrame, String> {
        next_frame(&mut self.stream).await
    }

    /// Puts a frame into the buffer.
    pub(super) async fn feed(&mut self, frame: &Value) -> Result<(), String> {
        self.stream
            .feed(Message::text(frame.to_string()))
            .await
            .map_err(|e| e.to_string())
    }

    /// Sends what is in the buffer.
    pub(super) async fn flush(&mut self) -> Result<(), String> {
        self.stream.flush().await.map_err(|e| e.to_string())
    }

    /// Says goodbye as RFC 6455 wants it; who does not answer is left.
    pub(super) async fn close(mut self) {
        let goodbye = async {
            self.stream.close(None).await.ok();
            while let Some(Ok(_)) = self.stream.next().await {}
        };
        timeout(Duration::from_secs(1), goodbye).await.ok();
    }
}

async fn next_frame(
    stream: &mut WebSocketStream<MaybeTlsStream<TcpStream>>,
) -> Result<ServerFrame, String> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => {
                return serde_json::from_str(&text)
                    .map_err(|e| format!("not a frame of the protocol: {e}"));
            }
            Some(Ok(Message::Close(frame))) => {
                return Err(frame.map_or_else(
                    || "closed".to_owned(),
                    |f| format!("closed {}: {}", f.code, f.reason),
                ));
            }
            // Pings are answered by the library; the protocol has no binary frames.
            Some(Ok(Message::Ping(_))) => return Ok(ServerFrame::Pong),
            Some(Ok(_)) => {}
            Some(Err(e)) => return Err(e.to_string()),
            None => return Err("the connection ended".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_stands_beside_the_http_interface() {
        let address = |url, party| socket_address(url, party).ok();
        assert_eq!(
            address("http://127.0.0.1:8080/", Party::Customer).as_deref(),
            Some("ws://127.0.0.1:8080/ws/customer")
        );
        assert_eq!(
            address("wss://chat.example", Party::Agent).as_deref(),
            Some("wss://chat.example/ws/agent")
        );
        assert_eq!(address("chat.example", Party::Agent), None);
    }
}
