//! An identity provider: an address on this machine that answers with a key document, or as
//! badly as the test wants.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What it answers.
#[derive(Debug, Clone)]
pub struct Says {
    /// Status line and headers, without the length.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Says {
    /// A document.
    pub fn document(keys: &[serde_json::Value]) -> Self {
        Self {
            head: "200 OK\r\nContent-Type: application/json".to_owned(),
            body: serde_json::json!({ "keys": keys }).to_string(),
        }
    }

    /// An outage.
    pub fn outage() -> Self {
        Self {
            head: "503 Service Unavailable".to_owned(),
            body: String::new(),
        }
    }
}

/// It answers until it is dropped.
pub struct Provider {
    address: SocketAddr,
    says: Arc<Mutex<Says>>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    /// It begins to answer.
    pub fn start(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let says = Arc::new(Mutex::new(says));
        let asked = Arc::new(AtomicUsize::new(0));
        let (answer, count) = (says.clone(), asked.clone());
        // Ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                stream.set_read_timeout(Some(Duration::from_secs(5))).ok();
                let mut request = Vec::new();
                let mut byte = [0];
                while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    request.push(byte[0]);
                }
                count.fetch_add(1, Ordering::SeqCst);
                let Says { head, body } = answer.lock().expect("no panic holds it").clone();
                let length = body.len();
                // Who asked may have hung up.
                let _ = write!(
                    stream,
                    "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            }
        });
        Self {
            address,
            says,
            asked,
        }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    /// It answers otherwise from now on.
    pub fn say(&self, says: Says) {
        *self.says.lock().expect("no panic holds it") = says;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
