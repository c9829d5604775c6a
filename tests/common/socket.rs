//! A WebSocket client that hides nothing: every frame the server sends can be looked at.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

/// A connection.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames that came while something else was waited for.
    kept: VecDeque<Value>,
    refs: u64,
    /// The answer to hello.
    pub welcome: Value,
}

impl Socket {
    /// Connects as a customer and says hello.
    pub async fn customer(address: SocketAddr, token: &str) -> Self {
        Self::hello(
            address,
            "customer",
            json!({"type": "hello", "token": token}),
        )
        .await
    }

    /// Connects as an agent and says hello.
    pub async fn agent(address: SocketAddr, token: &str) -> Self {
        Self::hello(address, "agent", json!({"type": "hello", "token": token})).await
    }

    /// Connects and says this hello, which must be welcome.
    pub async fn hello(address: SocketAddr, door: &str, hello: Value) -> Self {
        let mut socket = Self::silent(address, door).await;
        socket.say(&hello).await;
        socket.welcome = socket.next().await;
        assert_eq!(socket.welcome["type"], "welcome", "{}", socket.welcome);
        socket
    }

    /// Connects and says nothing.
    pub async fn silent(address: SocketAddr, door: &str) -> Self {
        Self::with_headers(address, door, &[]).await
    }

    /// Connects with these headers, as a browser would, and says nothing.
    pub async fn with_headers(
        address: SocketAddr,
        door: &str,
        headers: &[(&'static str, &str)],
    ) -> Self {
        let mut request = format!("ws://{address}/ws/{door}")
            .into_client_request()
            .expect("an address");
        for (name, value) in headers {
            let value = value.parse().expect("a header");
            request.headers_mut().insert(*name, value);
        }
        let (stream, _) = connect_async(request).await.expect("a handshake");
        Self {
            stream,
            kept: VecDeque::new(),
            refs: 0,
            welcome: Value::Null,
        }
    }

    /// Sends a frame.
    pub async fn say(&mut self, frame: &Value) {
        self.say_text(&frame.to_string()).await;
    }

    /// Sends whatever.
    pub async fn say_text(&mut self, text: &str) {
        self.stream
            .send(Message::text(text))
            .await
            .expect("the socket is open");
    }

    /// The next frame, none left out.
    pub async fn next(&mut self) -> Value {
        match self.kept.pop_front() {
            Some(frame) => frame,
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Value {
        // One deadline over all frames: the server's pings must not renew it.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = timeout_at(deadline, self.stream.next()).await;
            let message =
                message.unwrap_or_else(|_| panic!("nothing more came; kept: {}", json!(self.kept)));
            match message.expect("the socket is open").expect("a whole frame") {
                Message::Text(text) => {
                    return serde_json::from_str(&text).expect("frames are JSON");
                }
                Message::Close(close) => panic!("closed instead: {close:?}"),
                _ => {}
            }
        }
    }

    /// The first frame that fits; the others are kept for later, in order.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(i) = self.kept.iter().position(&fits) {
            return self.kept.remove(i).expect("just found");
        }
        loop {
            let frame = self.read().await;
            if fits(&frame) {
                return frame;
            }
            self.kept.push_back(frame);
        }
    }

    /// The first frame of a type.
    pub async fn heard(&mut self, kind: &str) -> Value {
        self.until(|f| f["type"] == kind).await
    }

    /// Asks; the answer, accepted or refused. `ref` is added.
    pub async fn answer(&mut self, mut frame: Value) -> Value {
        self.refs += 1;
        let reference = format!("r{}", self.refs);
        frame["ref"] = reference.clone().into();
        self.say(&frame).await;
        self.until(|f| f["ref"] == reference && (f["type"] == "accepted" || f["type"] == "refused"))
            .await
    }

    /// Asks what must be accepted.
    pub async fn ask(&mut self, frame: Value) -> Value {
        let answer = self.answer(frame.clone()).await;
        assert_eq!(answer["type"], "accepted", "{frame} → {answer}");
        answer
    }

    /// Asks what must be refused; with which code.
    pub async fn refused(&mut self, frame: Value) -> Value {
        let answer = self.answer(frame.clone()).await;
        assert_eq!(answer["type"], "refused", "{frame} → {answer}");
        answer
    }

    /// Asks for an action on a conversation that must be accepted; the state after it.
    pub async fn act(&mut self, kind: &str, conversation: &str) -> Value {
        self.ask(json!({"type": kind, "conversation": conversation}))
            .await["conversation"]
            .clone()
    }

    /// Starts a conversation with a first message; its id.
    pub async fn start(&mut self, workstream: &str, text: &str) -> String {
        // The same client id again would be the same start.
        self.refs += 1;
        let client_id = format!("start-{}", self.refs);
        let frame = json!({"type": "start", "workstream": workstream, "client_id": client_id, "text": text});
        id_of(&self.ask(frame).await["conversation"])
    }

    /// Sends a message; its acknowledgement or refusal.
    pub async fn send(&mut self, conversation: &str, client_id: &str, text: &str) -> Value {
        let frame = json!({"type": "send", "conversation": conversation, "client_id": client_id, "text": text});
        self.say(&frame).await;
        self.settled(client_id).await
    }

    /// The acknowledgement or refusal of a message.
    pub async fn settled(&mut self, client_id: &str) -> Value {
        self.until(|f| {
            f["client_id"] == client_id && (f["type"] == "accepted" || f["type"] == "refused")
        })
        .await
    }

    /// Sends a message that must be accepted; its number.
    pub async fn post(&mut self, conversation: &str, client_id: &str, text: &str) -> u64 {
        let answer = self.send(conversation, client_id, text).await;
        answer["seq"]
            .as_u64()
            .unwrap_or_else(|| panic!("not accepted: {answer}"))
    }

    /// Follows a conversation.
    pub async fn follow(&mut self, conversation: &str, after: u64) {
        self.ask(json!({"type": "subscribe", "conversation": conversation, "after": after}))
            .await;
    }

    /// The next message of a followed conversation.
    pub async fn message(&mut self) -> Value {
        self.heard("message").await
    }

    /// The next message with this text.
    pub async fn message_saying(&mut self, text: &str) -> Value {
        self.until(|f| f["type"] == "message" && f["text"] == text)
            .await
    }

    /// Messages up to this number, which must follow `after` without a gap.
    pub async fn messages(&mut self, after: u64, upto: u64) -> Vec<Value> {
        let mut all = Vec::new();
        for expected in after + 1..=upto {
            let message = self.message().await;
            assert_eq!(message["seq"], expected, "no gap, no repetition: {message}");
            all.push(message);
        }
        all
    }

    /// The offer of a conversation.
    pub async fn offer(&mut self, conversation: &str) -> Value {
        self.until(|f| f["type"] == "offer" && f["conversation"]["id"] == conversation)
            .await
    }

    /// Waits for the offer and accepts it.
    pub async fn accept(&mut self, conversation: &str) -> Value {
        self.offer(conversation).await;
        self.act("accept", conversation).await
    }

    /// A state of a followed conversation that fits.
    pub async fn view(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(|f| f["type"] == "conversation" && fits(&f["conversation"]))
            .await["conversation"]
            .clone()
    }

    /// Frames that have come and that nobody has looked at: everything up to the answer of a ping.
    pub async fn so_far(&mut self) -> Vec<Value> {
        self.refs += 1;
        let reference = format!("p{}", self.refs);
        self.say(&json!({"type": "ping", "ref": reference})).await;
        let pong = |f: &Value| f["type"] == "pong" && f["ref"] == reference;
        loop {
            let frame = self.read().await;
            if pong(&frame) {
                return self.kept.drain(..).collect();
            }
            self.kept.push_back(frame);
        }
    }

    /// Reads to the close frame: its code.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            let message = timeout(PATIENCE, self.stream.next())
                .await
                .expect("the server says something");
            match message {
                Some(Ok(Message::Text(text))) => {
                    self.kept
                        .push_back(serde_json::from_str(&text).expect("frames are JSON"));
                }
                Some(Ok(Message::Close(close))) => return close.map(|c| c.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Frames that were kept.
    pub fn arrived(&mut self) -> Vec<Value> {
        self.kept.drain(..).collect()
    }

    /// Closes politely and waits for the end.
    pub async fn leave(mut self) {
        self.stream.close(None).await.ok();
        while let Ok(Some(Ok(_))) = timeout(PATIENCE, self.stream.next()).await {}
    }
}

/// The id in a view.
pub fn id_of(view: &Value) -> String {
    view["id"].as_str().expect("a view has an id").to_owned()
}
