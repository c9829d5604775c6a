//! A ledger that misses a fault would make every test above it worthless: one table of faults.

use super::{By, Findings, Thread};
use crate::client::{Author, ThreadMessage};

fn message(seq: u64, kind: &str, client_id: Option<&str>, text: &str) -> ThreadMessage {
    ThreadMessage {
        conversation: None,
        seq,
        at: 0,
        author: Author {
            kind: kind.into(),
            agent: None,
            name: None,
            system: None,
        },
        client_id: client_id.map(Into::into),
        text: text.into(),
    }
}

/// What was sent: two by the customer, one by the agent; a system message stands first.
fn whole() -> Vec<ThreadMessage> {
    vec![
        message(1, "system", None, "Welcome"),
        message(2, "customer", Some("c1"), "hello"),
        message(3, "customer", Some("c2"), "anybody?"),
        message(4, "agent", Some("a1"), "yes"),
    ]
}

fn thread(
    customer_saw: &[ThreadMessage],
    agent_saw: &[ThreadMessage],
    held: &[ThreadMessage],
) -> Thread {
    let mut thread = Thread::new("t");
    for (by, id, text, seq) in [
        (By::Customer, "c1", "hello", 2),
        (By::Customer, "c2", "anybody?", 3),
        (By::Agent, "a1", "yes", 4),
    ] {
        thread.sent(by, id, text);
        thread.acknowledged(id, seq, false);
    }
    for m in customer_saw {
        thread.seen(By::Customer, "maria", m.clone());
    }
    for m in agent_saw {
        thread.seen(By::Agent, "anna", m.clone());
    }
    thread.read_back("history", held.to_vec());
    thread
}

fn counts(f: &Findings) -> (u64, u64, u64) {
    (f.lost, f.doubled, f.out_of_order)
}

#[test]
fn a_thread_in_order_is_clean_and_wholly_delivered() {
    let (verdict, findings) = thread(&whole(), &whole(), &whole()).verdict();
    assert!(findings.is_clean(), "{findings:?}");
    assert_eq!(
        (verdict.sent, verdict.acknowledged, verdict.delivered),
        (3, 3, 3)
    );
    assert!(verdict.is_good());
}

#[test]
fn every_fault_is_found_and_called_what_it_is() {
    let without = |seq: u64| {
        whole()
            .into_iter()
            .filter(|m| m.seq != seq)
            .collect::<Vec<_>>()
    };
    let altered = |seq: u64| {
        let mut thread = whole();
        thread
            .iter_mut()
            .filter(|m| m.seq == seq)
            .for_each(|m| m.text = "altered".into());
        thread
    };
    let with = |m: ThreadMessage| whole().into_iter().chain([m]).collect::<Vec<_>>();
    let swapped = || {
        let mut thread = whole();
        thread.swap(1, 2);
        thread
    };
    struct Case(&'static str, Thread, (u64, u64, u64));
    let cases = [
        Case(
            "the last message did not reach the customer",
            thread(&without(4), &whole(), &whole()),
            (1, 0, 0),
        ),
        Case(
            "a message reached the agent with another text",
            thread(&whole(), &altered(3), &whole()),
            (1, 0, 0),
        ),
        Case(
            "the agent was shown a message again",
            thread(&whole(), &with(whole()[1].clone()), &whole()),
            (0, 1, 0),
        ),
        // One gap, and one message too late.
        Case(
            "the agent was shown messages in another order",
            thread(&whole(), &swapped(), &whole()),
            (0, 0, 2),
        ),
        // What is skipped is lost as well.
        Case(
            "the agent was shown messages with a gap",
            thread(&whole(), &without(3), &whole()),
            (1, 0, 1),
        ),
        // Everything behind the hole stands one place too early.
        Case(
            "the thread has lost a message",
            thread(&whole(), &whole(), &without(3)),
            (1, 0, 1),
        ),
        Case(
            "the thread holds another text",
            thread(&whole(), &whole(), &altered(2)),
            (1, 0, 0),
        ),
        Case(
            "the thread holds a message twice",
            thread(
                &whole(),
                &whole(),
                &with(message(5, "customer", Some("c1"), "hello")),
            ),
            (0, 1, 0),
        ),
        Case(
            "the thread holds a message that nobody sent",
            thread(
                &whole(),
                &whole(),
                &with(message(5, "agent", Some("x"), "who?")),
            ),
            (0, 1, 0),
        ),
        Case(
            "the thread holds a message under another side",
            thread(&whole(), &whole(), &{
                let mut thread = whole();
                thread[1].author.kind = "agent".into();
                thread
            }),
            (0, 1, 0),
        ),
        Case(
            "somebody saw a message that the thread does not hold",
            thread(&with(message(5, "system", None, "Bye")), &whole(), &whole()),
            (1, 0, 0),
        ),
        Case(
            "two stand in each other's place",
            thread(&whole(), &whole(), &swapped()),
            (0, 0, 2),
        ),
    ];
    for Case(name, thread, expected) in cases {
        let (verdict, findings) = thread.verdict();
        assert_eq!(counts(&findings), expected, "{name}: {findings:?}");
        assert!(!verdict.is_good(), "{name}");
    }
}

#[test]
fn one_senders_messages_in_another_order_than_sent_are_found() {
    let mut thread = Thread::new("t");
    thread.sent(By::Customer, "1", "first");
    thread.sent(By::Customer, "2", "second");
    thread.acknowledged("1", 2, false);
    thread.acknowledged("2", 1, false);
    let held = vec![
        message(1, "customer", Some("2"), "second"),
        message(2, "customer", Some("1"), "first"),
    ];
    for m in &held {
        thread.seen(By::Agent, "anna", m.clone());
    }
    thread.read_back("history", held);
    assert_eq!(counts(&thread.verdict().1), (0, 0, 1));

    // A message that the server refused for the moment may be passed by later ones.
    thread.acknowledged("1", 2, true);
    assert!(thread.verdict().1.is_clean());
}

#[test]
fn a_thread_that_was_never_read_back_is_not_clean() {
    let mut thread = Thread::new("t");
    thread.sent(By::Customer, "1", "first");
    assert!(!thread.verdict().1.is_clean());
}

#[test]
fn what_is_sent_and_not_acknowledged_is_no_loss_but_no_good_end_either() {
    let mut thread = thread(&whole(), &whole(), &whole());
    thread.sent(By::Customer, "c3", "on its way");
    let (verdict, findings) = thread.verdict();
    assert!(findings.is_clean(), "{findings:?}");
    assert!(!verdict.is_good());
    // While the server is down it may have come through or not.
    let arrived: Vec<_> = whole()
        .into_iter()
        .chain([message(5, "customer", Some("c3"), "on its way")])
        .collect();
    for held in [&arrived[..], &whole()[..]] {
        assert!(thread.audit_page("after the crash", held).is_clean());
        assert!(
            thread
                .audit_acknowledged("after the crash", held)
                .is_clean()
        );
    }
    assert_eq!(
        counts(&thread.audit_acknowledged("after the crash", &whole()[..3])),
        (1, 0, 0)
    );
    assert_eq!(
        counts(&thread.audit_page("after the crash", &whole()[1..])),
        (0, 0, 3)
    );
}

#[test]
fn a_return_to_another_agent_spoils_the_verdict() {
    let mut thread = thread(&whole(), &whole(), &whole());
    thread.returned(true);
    assert!(thread.verdict().0.is_good());
    thread.returned(false);
    let (verdict, _) = thread.verdict();
    assert_eq!((verdict.returns, verdict.returns_sticky), (2, 1));
    assert!(!verdict.is_good());
}

#[test]
fn a_reader_resumes_behind_the_last_message_seen() {
    let thread = thread(&whole(), &whole()[..2], &whole());
    assert_eq!(
        (
            thread.cursor("maria"),
            thread.cursor("anna"),
            thread.cursor("nobody")
        ),
        (4, 2, 0)
    );
}
