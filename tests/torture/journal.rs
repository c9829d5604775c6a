//! The client's own synced journal: a line for each acknowledgement, on the disk before it counts.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;

use linger::cli::replay::scene::Journal;
use tokio::sync::oneshot;

/// A file with one writing thread, which syncs once for all lines that wait.
pub(crate) struct SyncedJournal {
    lines: mpsc::SyncSender<(String, oneshot::Sender<()>)>,
}

impl SyncedJournal {
    /// Begins a journal.
    pub(crate) fn create(path: &Path) -> std::io::Result<Self> {
        let file = File::create(path)?;
        let (lines, waiting) = mpsc::sync_channel(4_096);
        std::thread::spawn(move || write(file, &waiting));
        Ok(Self { lines })
    }
}

fn write(mut file: File, waiting: &mpsc::Receiver<(String, oneshot::Sender<()>)>) {
    while let Ok(first) = waiting.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let mut text = String::new();
        for (line, _) in &batch {
            text.push_str(line);
            text.push('\n');
        }
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_data())
            .expect("the journal's disk works");
        for (_, written) in batch {
            written.send(()).ok();
        }
    }
}

impl Journal for SyncedJournal {
    fn write(&self, line: String) -> oneshot::Receiver<()> {
        let (written, answer) = oneshot::channel();
        // A full channel holds the scene back until the disk has caught up.
        self.lines.send((line, written)).ok();
        answer
    }
}
