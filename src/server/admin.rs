//! The operator's door: a Unix socket in the data directory, for whoever may read and write there.
//!
//! One line of JSON asks, one line answers. It is not reachable from a network, and needs no secret:
//! the system says who is at the other end, and only the user that the server runs as, and
//! root, are heard.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::snapshot::make;
use crate::snapshot::manifest::Manifest;
use crate::store::readers::Readers;

/// The socket's name in a data directory.
pub const NAME: &str = "admin.sock";
/// Bytes of a question.
const QUESTION_BYTES_MAX: u64 = 16 * 1024;

/// What an operator may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// Make a snapshot in this directory of the server's machine.
    Snapshot {
        /// Where; absolute.
        to: PathBuf,
    },
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A snapshot was made.
    Made {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        manifest: Box<Manifest>,
    },
    /// It could not be done.
    Refused(String),
}

/// The socket while the server runs; gone when this is dropped.
#[derive(Debug)]
pub(super) struct Door {
    path: PathBuf,
    task: actix_rt::task::JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
        // Gone already is as good.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Opens it. A server without one serves all the same: the log says what is missing.
pub(super) fn open(data: &Path, readers: Readers, clock: Arc<dyn Clock>) -> Option<Door> {
    let path = data.join(NAME);
    // What a killed server left; a running one has the store open and we would not be here.
    let _ = std::fs::remove_file(&path);
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "no socket for the operator: `linger snapshot create` works only on the stopped server");
            return None;
        }
    };
    let owner = owner_of(&path);
    let task = actix_rt::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (readers, clock) = (readers.clone(), clock.clone());
                    actix_rt::spawn(serve(stream, owner, readers, clock));
                }
                Err(error) => {
                    tracing::warn!(%error, "the socket for the operator does not accept any more");
                    return;
                }
            }
        }
    });
    Some(Door { path, task })
}

fn owner_of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|metadata| metadata.uid())
}

async fn serve(
    mut stream: UnixStream,
    owner: Option<u32>,
    readers: Readers,
    clock: Arc<dyn Clock>,
) {
    let answer = match stream.peer_cred() {
        Ok(peer) if peer.uid() == 0 || Some(peer.uid()) == owner => {
            let (reading, _) = stream.split();
            let mut line = String::new();
            let mut reading = BufReader::new(reading.take(QUESTION_BYTES_MAX));
            match reading.read_line(&mut line).await {
                Err(_) => return,
                Ok(_) => match serde_json::from_str(&line) {
                    Ok(question) => answer(question, &readers, &*clock).await,
                    Err(error) => Answer::Refused(format!("not a question: {error}")),
                },
            }
        }
        _ => Answer::Refused(
            "only the user that the server runs as is heard here; use that one, or root".to_owned(),
        ),
    };
    let mut text = serde_json::to_string(&answer).expect("an answer has only text keys");
    text.push('\n');
    // Whoever asked may have gone; what was asked for is done all the same.
    let _ = stream.write_all(text.as_bytes()).await;
}

async fn answer(question: Question, readers: &Readers, clock: &dyn Clock) -> Answer {
    let Question::Snapshot { to } = question;
    if !to.is_absolute() {
        return Answer::Refused("the directory must be absolute".to_owned());
    }
    let at = clock.now();
    let (sender, made) = oneshot::channel();
    let job = Box::new(move |store: &crate::store::Store| {
        // Whoever asked may have gone.
        let _ = sender.send(make::make(store, &to, at));
    });
    if readers.submit_long(job).is_err() {
        return Answer::Refused(
            "the server is stopping; ask again on the stopped data directory".to_owned(),
        );
    }
    match made.await {
        Ok(Ok(made)) => {
            tracing::info!(path = %made.path.display(), bytes = made.manifest.bytes(), "a snapshot was made");
            Answer::Made {
                path: made.path,
                manifest: Box::new(made.manifest),
            }
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "no snapshot was made");
            Answer::Refused(error.to_string())
        }
        Err(_) => Answer::Refused("the snapshot was given up; see the server's log".to_owned()),
    }
}
