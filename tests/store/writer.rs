//! The writer and the readers: order, durability, faults, closing.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use linger::domain::ids::Seq;
use linger::limits;
use linger::store::Store;
use linger::store::check::check;
use linger::store::readers::{Readers, ReadersFull};
use linger::store::writer::{Writer, WriterClosed};

use crate::story::{Story, open};

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn notifications_come_in_the_order_of_submission_and_everything_told_is_durable() {
    const WRITERS: u64 = 4;
    const MESSAGES: u64 = 300;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let told = Arc::new(Mutex::new(Vec::new()));
    let store = open(directory.path());
    let writer = {
        let told = Arc::clone(&told);
        Writer::spawn(store.clone(), move |tokens, outcome| {
            assert!(outcome.is_ok());
            told.lock().expect("not poisoned").extend(tokens);
        })
        .expect("a thread")
    };
    thread::scope(|scope| {
        for n in 1..=WRITERS {
            let writer = writer.clone();
            scope.spawn(move || {
                let mut story = Story::new(n);
                writer
                    .submit(story.start(&format!("customer-{n}")), (n, 0))
                    .expect("open");
                for message in 1..=MESSAGES {
                    writer
                        .submit(story.says("text"), (n, message))
                        .expect("open");
                }
            });
        }
    });
    writer.close_and_join();
    let told = told.lock().expect("not poisoned");
    for n in 1..=WRITERS {
        let own: Vec<_> = told
            .iter()
            .filter(|(of, _)| *of == n)
            .map(|(_, message)| *message)
            .collect();
        assert_eq!(own, (0..=MESSAGES).collect::<Vec<_>>(), "writer {n}");
    }
    assert_eq!(writer.depth(), 0);
    let stats = writer.stats();
    assert_eq!(stats.writes, WRITERS * (MESSAGES + 1));
    assert!(stats.batches <= stats.writes && stats.bytes > 0 && stats.commit_nanos_max > 0);
    drop((writer, store));
    let store = open(directory.path());
    for n in 1..=WRITERS {
        let state = store
            .conversation(Story::new(n).id)
            .expect("readable")
            .expect("there");
        assert_eq!(state.last_seq, Seq(MESSAGES));
    }
    assert!(check(&store).is_clean());
}

#[test]
fn what_waits_together_is_committed_together() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (go, wait) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let writer = Writer::spawn(open(directory.path()), move |tokens: Vec<u64>, _| {
        tell.send(tokens).expect("the test listens");
        let _ = wait.recv();
    })
    .expect("a thread");
    let mut story = Story::new(1);
    writer.submit(story.start("carla"), 0).expect("open");
    assert_eq!(told.recv_timeout(PATIENCE).expect("told"), [0]);
    // The thread stands in `notify`: what comes now waits together.
    let more = u64::try_from(limits::GROUP_COMMIT_MAX).expect("small") + 5;
    for n in 1..=more {
        writer.submit(story.says("x"), n).expect("open");
    }
    assert_eq!(writer.depth(), limits::GROUP_COMMIT_MAX + 5);
    drop(go);
    let first = told.recv_timeout(PATIENCE).expect("told");
    assert_eq!(
        first.len(),
        limits::GROUP_COMMIT_MAX,
        "one batch has a bound"
    );
    let second = told.recv_timeout(PATIENCE).expect("told");
    assert_eq!(second.len(), 5);
    writer.close_and_join();
}

#[test]
fn after_a_failed_batch_nothing_is_ok_and_the_disk_has_exactly_what_was_told() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (tell, told) = mpsc::channel();
    let store = open(directory.path());
    let fault = |batch| (batch == 2).then(|| io::Error::other("no space left"));
    let writer = Writer::spawn_with(store.clone(), fault, move |tokens: Vec<u64>, outcome| {
        for token in tokens {
            tell.send((token, outcome.is_ok()))
                .expect("the test listens");
        }
    })
    .expect("a thread");
    let mut story = Story::new(1);
    writer.submit(story.start("carla"), 0).expect("open");
    let mut outcomes = vec![told.recv_timeout(PATIENCE).expect("told")];
    for n in 1..6 {
        writer
            .submit(story.says("x"), n)
            .expect("open until it is closed");
        outcomes.push(told.recv_timeout(PATIENCE).expect("told"));
    }
    assert_eq!(
        outcomes,
        [
            (0, true),
            (1, true),
            (2, false),
            (3, false),
            (4, false),
            (5, false)
        ]
    );
    assert!(writer.stats().failed);
    writer.close_and_join();
    drop((writer, store));
    let store = open(directory.path());
    let state = store
        .conversation(story.id)
        .expect("readable")
        .expect("there");
    assert_eq!(state.last_seq, Seq(1), "acknowledged and nothing else");
    assert!(check(&store).is_clean());
}

#[test]
fn closing_reports_everything_taken_and_takes_nothing_more() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let told = Arc::new(AtomicUsize::new(0));
    let writer = {
        let told = Arc::clone(&told);
        Writer::spawn(open(directory.path()), move |tokens: Vec<()>, _| {
            told.fetch_add(tokens.len(), Ordering::SeqCst);
        })
        .expect("a thread")
    };
    let mut story = Story::new(1);
    writer.submit(story.start("carla"), ()).expect("open");
    for _ in 0..500 {
        writer.submit(story.says("x"), ()).expect("open");
    }
    writer.close_and_join();
    assert_eq!(told.load(Ordering::SeqCst), 501);
    assert_eq!(writer.submit(story.says("too late"), ()), Err(WriterClosed));
    writer.close_and_join();
    assert_eq!(told.load(Ordering::SeqCst), 501);
}

#[test]
fn readers_run_what_they_took_survive_a_panic_and_refuse_beyond_their_bound() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store: Store = open(directory.path());
    let readers = Readers::spawn(&store, 1).expect("a thread");
    let (go, wait) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let begun = tell.clone();
    readers
        .submit(Box::new(move |_| {
            begun.send(0).expect("the test listens");
            let _ = wait.recv();
            panic!("a job that fails");
        }))
        .expect("room");
    assert_eq!(told.recv_timeout(PATIENCE).expect("begun"), 0);
    for _ in 0..limits::READER_QUEUE_MAX {
        let tell = tell.clone();
        readers
            .submit(Box::new(move |store| {
                let live = store.live().expect("readable").len();
                tell.send(live).expect("the test listens");
            }))
            .expect("room");
    }
    assert_eq!(readers.submit(Box::new(|_| ())), Err(ReadersFull));
    drop((go, tell));
    readers.close_and_join();
    assert_eq!(told.iter().count(), limits::READER_QUEUE_MAX);
    assert_eq!(readers.submit(Box::new(|_| ())), Err(ReadersFull));
}
