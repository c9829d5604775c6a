//! Death and return of a conversation's actor, with real actors over a real store.

use std::sync::{Arc, Mutex};

use actix::Actor;
use actix_rt::Arbiter;
use tokio::sync::mpsc;

use super::post::post;
use super::*;
use crate::clock::{Clock, ManualClock};
use crate::domain::audit::Trail;
use crate::domain::command::Start;
use crate::domain::commit::Write;
use crate::domain::company::{Company, Method, Mode, Queue, Workstream};
use crate::domain::ids::{ClientId, ConversationId, CustomerId, QueueId, Seq, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::outbound::Outbound;
use crate::engine::request::{Ask, Principal, Reply, Request};
use crate::limits;
use crate::store::readers::Readers;
use crate::store::writer::Writer;
use crate::store::{Durability, Store};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// The actors of a server without its interfaces.
struct House {
    gateway: Gateway,
    supervisor: actix::Addr<SupervisorActor>,
    clock: Arc<ManualClock>,
    arbiters: Vec<Arbiter>,
    _directory: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = Store::open(directory.path(), Durability::Synced).expect("a fresh store");
        let company = Arc::new(company());
        store
            .write_now(&[Write::Company {
                company: company.clone(),
                audit: None,
            }])
            .expect("written");
        let clock = Arc::new(ManualClock::at(Timestamp(1_700_000_000_000)));
        let fatal = Arc::new(Fatal::default());
        let writer =
            Writer::spawn(store.clone(), Links::notifier(fatal.clone())).expect("a thread");
        let readers = Readers::spawn(&store, 1).expect("a thread");
        let time: Arc<dyn Clock> = clock.clone();
        let links = Links::new(time, writer, readers, company, None, fatal);
        let arbiters: Vec<Arbiter> = (0..2).map(|_| Arbiter::new()).collect();
        let boot = Boot {
            live: Vec::new(),
            swept: true,
            parked: Vec::new(),
            affairs: Vec::new(),
            erasures: Vec::new(),
            agents: Vec::new(),
            arbiters: vec![arbiters[1].handle()],
        };
        let actor = SupervisorActor::new(links.clone(), boot);
        let supervisor = SupervisorActor::start_in_arbiter(&arbiters[0].handle(), move |_| actor);
        Self {
            gateway: Gateway::new(links, supervisor.clone()),
            supervisor,
            clock,
            arbiters,
            _directory: directory,
        }
    }

    async fn ask(&self, customer: &str, request: Request) -> Result<Reply, Reject> {
        self.gateway
            .ask(
                principal(customer),
                Trail::default(),
                request,
                Millis::seconds(10),
            )
            .await
    }

    async fn start(&self, customer: &str) -> ConversationId {
        let start = Start {
            workstream: Some(workstream()),
            ..Start::default()
        };
        match self.ask(customer, Request::Start(start)).await {
            Ok(Reply::Started { view, .. }) => view.id,
            other => panic!("not started: {other:?}"),
        }
    }

    async fn post(&self, customer: &str, id: ConversationId, client_id: &str) -> Result<Seq, Code> {
        match self.ask(customer, Request::In(id, say(client_id))).await {
            Ok(Reply::Posted { seq, .. }) => Ok(seq),
            Ok(other) => panic!("not posted: {other:?}"),
            Err(reject) => Err(reject.code),
        }
    }

    /// Kills, and returns once the supervisor knows: a request then finds it as it is.
    async fn kill(&self, customer: &str, id: ConversationId) {
        post(&self.supervisor, ToSupervisor::Kill(id));
        // Whatever was under way in the dying actor is refused; the next one is not.
        let deadline = std::time::Instant::now() + PATIENCE;
        while let Err(reject) = self.ask(customer, Request::In(id, Ask::View)).await {
            if reject.code == Code::Parked {
                return;
            }
            assert_eq!(reject.code, Code::Unavailable, "{}", reject.sentence);
            assert!(
                std::time::Instant::now() < deadline,
                "it does not come back"
            );
        }
    }

    fn follow(
        &self,
        customer: &str,
        id: ConversationId,
        after: Seq,
    ) -> (Session, mpsc::UnboundedReceiver<Outbound>) {
        let (sender, heard) = mpsc::unbounded_channel();
        let sink = Arc::new(Ear(Mutex::new(sender)));
        let mut session = self
            .gateway
            .connect(principal(customer), Trail::default(), sink)
            .expect("admitted");
        let subscribe = Ask::Subscribe {
            after,
            credit: limits::CREDIT_WINDOW,
        };
        session.request(1, Request::In(id, subscribe));
        (session, heard)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        for arbiter in &self.arbiters {
            arbiter.stop();
        }
    }
}

struct Ear(Mutex<mpsc::UnboundedSender<Outbound>>);

impl Sink for Ear {
    fn deliver(&self, outs: &mut dyn Iterator<Item = Outbound>) {
        let ear = self.0.lock().expect("never poisoned");
        for out in outs {
            // The test may be over.
            let _ = ear.send(out);
        }
    }
}

fn company() -> Company {
    let queue = QueueId::parse("support").expect("an id");
    let mut company = Company {
        revision: 1,
        ..Company::default()
    };
    company.queues.insert(
        queue.clone(),
        Queue {
            overflow: crate::domain::company::Overflow::default(),
            name: "Support".into(),
            members: [].into(),
            method: Method::HighestCapacity,
            priority: 0,
            hours: None,
        },
    );
    company.workstreams.insert(
        workstream(),
        Workstream::new("Support", Mode::Persistent, queue),
    );
    company
}

fn workstream() -> WorkstreamId {
    WorkstreamId::parse("support").expect("an id")
}

fn principal(customer: &str) -> Principal {
    Principal::Customer(CustomerId::parse(customer).expect("an id"))
}

fn say(client_id: &str) -> Ask {
    Ask::Post {
        client_id: ClientId::parse(client_id).expect("an id"),
        text: client_id.into(),
    }
}

/// The numbers of the messages up to one of them, as they were delivered.
async fn numbers_upto(heard: &mut mpsc::UnboundedReceiver<Outbound>, upto: Seq) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.last() != Some(&upto.0) {
        let out = tokio::time::timeout(PATIENCE, heard.recv()).await;
        match out.unwrap_or_else(|_| panic!("only {numbers:?} of {upto:?}")) {
            Some(Outbound::Messages { messages, .. }) => {
                numbers.extend(messages.iter().map(|m| m.seq.0));
            }
            Some(_) => {}
            None => panic!("the session is gone"),
        }
    }
    numbers
}

#[actix_rt::test]
async fn a_conversation_that_died_comes_back_from_the_store_with_everything() {
    let house = House::new();
    let id = house.start("maria").await;
    let before = house.post("maria", id, "before").await.expect("posted");
    house.kill("maria", id).await;
    let again = house.post("maria", id, "before").await.expect("known");
    assert_eq!(again, before, "the same client id is the same message");
    let after = house.post("maria", id, "after").await.expect("posted");
    assert_eq!(after.0, before.0 + 1);
}

#[actix_rt::test]
async fn whoever_followed_it_hears_on_without_a_gap() {
    let house = House::new();
    let id = house.start("maria").await;
    house.post("maria", id, "one").await.expect("posted");
    let (_session, mut heard) = house.follow("maria", id, Seq(0));
    let two = house.post("maria", id, "two").await.expect("posted");
    let mut numbers = numbers_upto(&mut heard, two).await;
    house.kill("maria", id).await;
    let three = house.post("maria", id, "three").await.expect("posted");
    numbers.extend(numbers_upto(&mut heard, three).await);
    assert_eq!(
        numbers,
        (1..=three.0).collect::<Vec<_>>(),
        "no gap, no repetition"
    );
}

#[actix_rt::test]
async fn a_long_poll_of_a_conversation_that_dies_is_answered_at_once() {
    let house = House::new();
    let id = house.start("maria").await;
    let seq = house.post("maria", id, "one").await.expect("posted");
    let wait = Request::In(
        id,
        Ask::Wait {
            after: seq,
            version: None,
        },
    );
    let polled = house.gateway.ask(
        principal("maria"),
        Trail::default(),
        wait,
        Millis::seconds(60),
    );
    let killed = async {
        // The poll is asked first, on the same way.
        tokio::task::yield_now().await;
        house.kill("maria", id).await;
    };
    let both = async { tokio::join!(polled, killed).0 };
    let answer = tokio::time::timeout(PATIENCE, both)
        .await
        .expect("long before the minute is over");
    assert_eq!(answer.map_err(|r| r.code).err(), Some(Code::Unavailable));
}

#[actix_rt::test]
async fn a_request_on_its_way_from_a_socket_that_does_not_follow_is_refused_not_forgotten() {
    let house = House::new();
    let id = house.start("maria").await;
    let (sender, mut heard) = mpsc::unbounded_channel();
    let mut session = house
        .gateway
        .connect(
            principal("maria"),
            Trail::default(),
            Arc::new(Ear(Mutex::new(sender))),
        )
        .expect("admitted");
    post(&house.supervisor, ToSupervisor::Kill(id));
    // Behind the order to die in the same mailbox, or to the next life: answered either way.
    for number in 0..20 {
        session.request(number, Request::In(id, Ask::View));
    }
    let mut answered = 0;
    while answered < 20 {
        let out = tokio::time::timeout(PATIENCE, heard.recv()).await;
        if let Outbound::Answer { .. } = out
            .expect("every request has its answer")
            .expect("connected")
        {
            answered += 1;
        }
    }
}

#[actix_rt::test]
async fn others_do_not_notice() {
    let house = House::new();
    let (dies, lives) = (house.start("maria").await, house.start("joao").await);
    let (_session, mut heard) = house.follow("joao", lives, Seq(0));
    let one = house.post("joao", lives, "one").await.expect("posted");
    house.kill("maria", dies).await;
    let two = house.post("joao", lives, "two").await.expect("posted");
    assert_eq!(two.0, one.0 + 1);
    assert_eq!(
        numbers_upto(&mut heard, two).await,
        (1..=two.0).collect::<Vec<_>>()
    );
}

#[actix_rt::test]
async fn three_deaths_within_a_minute_park_it_and_slower_ones_do_not() {
    let house = House::new();
    let (often, seldom) = (house.start("maria").await, house.start("joao").await);
    for _ in 0..3 {
        house.kill("joao", seldom).await;
        house.clock.advance(Millis::seconds(61));
    }
    house
        .post("joao", seldom, "still here")
        .await
        .expect("posted");
    for _ in 0..3 {
        house.kill("maria", often).await;
    }
    assert_eq!(
        house.post("maria", often, "anybody?").await,
        Err(Code::Parked)
    );
    let start = Start {
        workstream: Some(workstream()),
        ..Start::default()
    };
    let started = house.ask("maria", Request::Start(start)).await;
    assert_eq!(
        started.map_err(|r| r.code).err(),
        Some(Code::Parked),
        "nor is there a second one beside it"
    );
}
