//! Erasing a customer: in which order, what is held back, and what a death or a second
//! request changes.

use super::{Floor, START, workstream};
use crate::domain::audit::Who;
use crate::domain::command::Start;
use crate::domain::company::{Mode, Role};
use crate::domain::erasure::{Doomed, Erasure, Stage, Traces};
use crate::domain::ids::{AgentId, ConversationId, CustomerId};
use crate::domain::reject::Code;
use crate::engine::conversation::{Input, Origin};
use crate::engine::outbound::SessionId;
use crate::engine::request::{Ask, Principal};
use crate::engine::summary::Summary;
use crate::engine::supervisor::{Effect, Epoch, Erased, Woken};

const ID: ConversationId = ConversationId(7);

fn customer(id: &str) -> CustomerId {
    CustomerId::parse(id).expect("valid")
}

fn erasure() -> Erasure {
    Erasure {
        at: START,
        who: Who::Operator,
        from: None,
        pseudonym: customer("erased-1"),
        stage: Stage::Rows(Vec::new()),
    }
}

fn origin() -> Origin {
    Origin {
        session: SessionId(1),
        request: 1,
        trail: crate::domain::audit::Trail::default(),
    }
}

fn erased(conversations: usize) -> Erased {
    Erased {
        conversations,
        traces: Traces::default(),
    }
}

impl Floor {
    /// One conversation of `c7`, asleep, whose customer is to be erased; the store has said so.
    fn doomed(set_aside: bool) -> (Self, Vec<Effect>) {
        let mut floor = Self::asleep(Mode::Persistent, &[7]);
        let who = customer("c7");
        floor.does(|s, out| {
            s.begin_erasure(who.clone(), erasure(), out)
                .expect("nothing else is under way");
        });
        let out = floor.does(|s, out| s.erasure_begun(&who, out));
        let number = match out.as_slice() {
            [
                Effect::DismissCustomer(_),
                Effect::ReadDoomed { number, .. },
            ] => *number,
            other => panic!("the customer is sent away and the store asked: {other:?}"),
        };
        let found = vec![Doomed { id: ID, set_aside }];
        let out = floor.does(|s, out| s.doomed_read(&who, number, Some(found), out));
        (floor, out)
    }

    /// It is awake and has been asked to vanish.
    fn vanishing() -> (Self, Epoch) {
        let (mut floor, out) = Self::doomed(false);
        let epoch = match out.as_slice() {
            [Effect::KeepErasure(_, kept), Effect::Wake(ID, epoch)] => {
                assert_eq!(kept.conversations(), [ID], "named before it goes");
                *epoch
            }
            other => panic!("it is woken to be closed: {other:?}"),
        };
        let out = floor.wakes(epoch);
        assert!(asks_to_vanish(&out), "{out:?}");
        (floor, epoch)
    }

    fn wakes(&mut self, epoch: Epoch) -> Vec<Effect> {
        let woken = Woken::Here(Box::new(Summary::from(&self.states[&7])));
        self.does(|s, out| s.woken(ID, epoch, woken, START, out))
    }

    /// The rows are gone, and so is everything else: the files are being written anew.
    fn without_rows() -> Self {
        let (mut floor, _) = Self::doomed(true);
        let who = customer("c7");
        let out = floor.does(|s, out| s.thread_erased(ID, true, out));
        let number = match out.as_slice() {
            [Effect::ReadDoomed { number, .. }] => *number,
            other => panic!("the store is asked once more: {other:?}"),
        };
        let out = floor.does(|s, out| s.doomed_read(&who, number, Some(Vec::new()), out));
        assert!(matches!(out.as_slice(), [Effect::EraseTraces { .. }]));
        let out = floor.does(|s, out| s.traces_erased(&who, Some(erased(1)), out));
        match out.as_slice() {
            [Effect::RowsErased { .. }, Effect::EraseBytes(name, ids)] => {
                assert_eq!((name, ids.as_slice()), (&customer("erased-1"), &[ID][..]));
            }
            other => panic!("the files are next: {other:?}"),
        }
        floor
    }
}

fn asks_to_vanish(out: &[Effect]) -> bool {
    out.iter()
        .any(|e| matches!(e, Effect::Forward(ID, _, Input::Vanish)))
}

#[test]
fn its_rows_go_when_its_actor_is_gone_and_nothing_wakes_it_in_between() {
    let (mut floor, epoch) = Floor::vanishing();
    let out = floor.does(|s, out| s.wants_sleep(ID, epoch, out));
    assert!(matches!(out.as_slice(), [Effect::Drain(ID, _)]), "{out:?}");
    let carol = Principal::Agent {
        id: AgentId::parse("carol").expect("valid"),
        role: Role::Supervisor,
    };
    let ask = |floor: &mut Floor| {
        let carol = carol.clone();
        floor.does(|s, out| s.ask(ID, origin(), carol, Ask::View, START, out))
    };
    // What came while it fell asleep, and what comes after, finds nothing.
    assert!(ask(&mut floor).is_empty());
    let out = floor.does(|s, out| s.asleep(ID, epoch, out));
    match out.as_slice() {
        [Effect::EraseThread(who, ID), Effect::Answer(_, refusal)] => {
            assert_eq!((who, refusal.code), (&customer("c7"), Code::NotFound));
        }
        other => panic!("its rows go: {other:?}"),
    }
    for out in [ask(&mut floor), floor.does(|s, out| s.timer_due(ID, out))] {
        match out.as_slice() {
            [Effect::Answer(_, refusal)] => assert_eq!(refusal.code, Code::NotFound),
            [Effect::TimerDone(ID)] => {}
            other => panic!("nobody wakes it: {other:?}"),
        }
    }
    let out = floor.does(|s, out| s.thread_erased(ID, true, out));
    assert!(matches!(out.as_slice(), [Effect::ReadDoomed { .. }]));
}

#[test]
fn one_that_dies_meanwhile_is_asked_again_and_one_that_is_set_aside_just_goes() {
    let (mut floor, epoch) = Floor::vanishing();
    let out = floor.does(|s, out| s.died(ID, epoch, START, out));
    let next = out.iter().find_map(|e| match e {
        Effect::Wake(ID, epoch) => Some(*epoch),
        _ => None,
    });
    let out = floor.wakes(next.expect("it comes back"));
    assert!(asks_to_vanish(&out), "{out:?}");
    let (_, out) = Floor::doomed(true);
    assert!(
        matches!(
            out.as_slice(),
            [Effect::KeepErasure(..), Effect::EraseThread(_, ID)]
        ),
        "{out:?}"
    );
}

#[test]
fn nothing_is_started_until_no_row_names_the_customer() {
    let start = |floor: &mut Floor| {
        let wanted = Start {
            workstream: Some(workstream(Mode::Persistent)),
            ..Start::default()
        };
        floor.does(|s, out| s.start(customer("c7"), wanted, origin(), out))
    };
    let (mut floor, _) = Floor::vanishing();
    match start(&mut floor).as_slice() {
        [Effect::Answer(_, refusal)] => assert_eq!(refusal.code, Code::Unavailable),
        other => panic!("it is held: {other:?}"),
    }
    let mut floor = Floor::without_rows();
    let out = start(&mut floor);
    assert!(matches!(out.as_slice(), [Effect::LookUp(..)]), "{out:?}");
}

#[test]
fn a_second_erasure_waits_until_the_files_of_the_first_are_written() {
    let mut floor = Floor::without_rows();
    let begin = |floor: &mut Floor| {
        let mut result = Ok(());
        floor.does(|s, out| result = s.begin_erasure(customer("c7"), erasure(), out));
        result.map_err(|reject| reject.code)
    };
    assert_eq!(begin(&mut floor), Err(Code::Unavailable));
    let name = customer("erased-1");
    // It could not be done at once, and is tried again.
    floor.does(|s, out| s.bytes_erased(&name, false, out));
    let out = floor.does(|s, out| s.tick(START, out));
    assert!(out.iter().any(|e| matches!(e, Effect::EraseBytes(..))));
    let out = floor.does(|s, out| s.bytes_erased(&name, true, out));
    assert!(matches!(out.as_slice(), [Effect::EndErasure(_)]), "{out:?}");
    let out = floor.does(|s, out| s.erasure_over(&name, out));
    assert!(matches!(out.as_slice(), [Effect::ErasureOver(_)]));
    assert_eq!(begin(&mut floor), Ok(()));
}
