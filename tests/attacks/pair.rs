//! A customer and an agent who go on talking while others attack, and measure every turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::common::child::Demo;
use crate::common::eventually_now;
use crate::common::socket::Socket;

/// Between two turns: enough to notice a hold-up, too little to be a load.
const PACE: Duration = Duration::from_millis(10);

/// The two of them, on a thread of their own.
pub(crate) struct Pair {
    turns: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Pair {
    /// Connects both and begins.
    pub(crate) fn start(demo: &Demo) -> Self {
        let (turns, stop) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let address = demo.address();
        let agent = demo
            .credentials
            .agent_token("anna")
            .expect("anna is in every demo");
        let customer = demo
            .credentials
            .customer_token("wellbehaved")
            .expect("signs");
        let (counted, stopped) = (turns.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let mut anna = Socket::agent(address, &agent).await;
                anna.ask(serde_json::json!({"type": "presence", "presence": "available"}))
                    .await;
                let mut maria = Socket::customer(address, &customer).await;
                let id = maria.start("support", "Hello").await;
                anna.until(|f| f["type"] == "assigned" && f["conversation"]["id"] == *id)
                    .await;
                anna.follow(&id, 0).await;
                maria.follow(&id, 0).await;
                talk(&mut maria, &mut anna, &id, &counted, &stopped).await
            })
        });
        Self {
            turns,
            stop,
            thread,
        }
    }

    /// Waits until they have made so many more turns.
    pub(crate) fn turns(&self, more: usize) {
        let target = self.turns.load(Ordering::SeqCst) + more;
        eventually_now("the pair goes on", || {
            assert!(!self.thread.is_finished(), "the pair has fallen silent");
            (self.turns.load(Ordering::SeqCst) >= target).then_some(())
        });
    }

    /// Ends it: the slowest turn.
    pub(crate) fn stop(self) -> Duration {
        self.stop.store(true, Ordering::SeqCst);
        self.thread
            .join()
            .expect("nothing was lost, doubled or out of order")
    }
}

async fn talk(
    maria: &mut Socket,
    anna: &mut Socket,
    id: &str,
    turns: &AtomicUsize,
    stop: &AtomicBool,
) -> Duration {
    let mut slowest = Duration::ZERO;
    let mut last = 0;
    let mut pace = tokio::time::interval(PACE);
    while !stop.load(Ordering::SeqCst) {
        pace.tick().await;
        let begun = Instant::now();
        for answer in [false, true] {
            let (speaker, listener) = if answer {
                (&mut *anna, &mut *maria)
            } else {
                (&mut *maria, &mut *anna)
            };
            let text = format!("turn {}", turns.load(Ordering::SeqCst));
            let seq = speaker.post(id, &format!("{text} at {last}"), &text).await;
            listener
                .until(|f| f["type"] == "message" && f["seq"] == seq)
                .await;
            assert!(last == 0 || seq == last + 1, "{seq} after {last}");
            last = seq;
        }
        // Echoes of their own and states are of no interest; keep nothing.
        maria.so_far().await;
        anna.so_far().await;
        slowest = slowest.max(begun.elapsed());
        turns.fetch_add(1, Ordering::SeqCst);
    }
    slowest
}
