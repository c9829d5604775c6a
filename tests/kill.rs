//! The real binary, killed with SIGKILL at random moments under load, again and again.
//!
//! Customers and agents talk, leave, park, return and end over real sockets. A
//! ledger outside the server notes each acknowledgement, synced, before it
//! counts. After every kill the data directory must verify; after every
//! restart everything acknowledged must be there once, in order and as it was
//! sent, and a message sent again must answer the number that it had.
//!
//! `LINGER_TORTURE_ROUNDS` (default 20) and `LINGER_TORTURE_SEED` change the length and the dice.

#[path = "torture/journal.rs"]
mod journal;
#[path = "torture/load.rs"]
mod load;
#[path = "torture/rounds.rs"]
mod rounds;

use std::time::{SystemTime, UNIX_EPOCH};

fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number, not {text}")),
    )
}

#[test]
fn nothing_acknowledged_is_lost_doubled_or_reordered_by_a_kill() {
    let rounds = from_environment("LINGER_TORTURE_ROUNDS").unwrap_or(20);
    let seed = from_environment("LINGER_TORTURE_SEED").unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(1, |d| d.as_secs())
    });
    println!(
        "rounds {rounds}, seed {seed} (LINGER_TORTURE_SEED={seed} draws the same moments and words)"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let figures = runtime
        .block_on(rounds::run(rounds, seed))
        .unwrap_or_else(|e| panic!("{e}"));
    println!("{figures}");
    assert_eq!(figures.kills, rounds);
    assert!(
        figures.kills_under_load * 10 >= rounds * 9,
        "the load must go on when the server is killed: {figures}"
    );
    assert!(
        figures.acknowledged > rounds * 10,
        "there must be something to lose: {figures}"
    );
}
