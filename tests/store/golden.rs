//! The bytes of every stored shape, kept in `golden.txt`. A line is for ever: if this
//! test fails, stores in the field no longer read. A new variant gets a new line:
//! `GOLDEN_ADD=1 cargo test --test store golden` appends what is missing and changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use linger::domain::audit::{AuditChange, AuditRecord, ConfigChange, Interface, Object, What, Who};
use linger::domain::commit::{AgentRow, KeptKeys};
use linger::domain::company::{
    AgentProfile, Company, Condition, CustomerKey, Mode, Patience, Presence, Queue, Role,
    RouteRule, Test, Texts, Widget, Workstream, WrapUp,
};
use linger::domain::conversation::Conversation;
use linger::domain::device::{Device, DeviceEnd, DeviceId, OldToken};
use linger::domain::directory::Entry;
use linger::domain::erasure::{Erasure, Stage};
use linger::domain::event::{
    AssignedHow, CloseReason, DeclineReason, EndedBy, Event, FormerCurrent, OverflowReason,
    OverflowedTo, ParkedBy, Recorded, ReleaseReason, Returning, StickyEnd,
};
use linger::domain::hours::{Calendar, Date, Interval};
use linger::domain::ids::{
    AuthenticationId, CalendarId, ConversationId, Position, QueueId, Seq, WidgetId,
};
use linger::domain::message::{Author, Message, Side, SystemKind};
use linger::domain::note::{Note, NoteNumber};
use linger::domain::routing::{Considered, Explanation, Rule, RuledOut};
use linger::domain::staff::{
    Account, ApiKey, PasswordHash, Proof, Scope, SecondFactor, SignIn, Standing,
};
use linger::domain::statistics::Counts;
use linger::domain::time::{Millis, Timestamp};
use linger::store::codec::{
    self, AuditedUpTo, DedupRow, ParkedReason, StoreFormat, Stored, SweptRevision,
};

use crate::story::{Story, agent, client, company, customer, id, workstream};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store/golden.txt");

/// The name of a variant. A new variant stops the build here: give it a sample below.
fn variant(event: &Event) -> &'static str {
    match event {
        Event::Started { .. } => "started",
        Event::Posted(_) => "posted",
        Event::Returned { .. } => "returned",
        Event::StickyEnded { .. } => "sticky_ended",
        Event::Offered { .. } => "offered",
        Event::Accepted { .. } => "accepted",
        Event::Declined { .. } => "declined",
        Event::Assigned { .. } => "assigned",
        Event::Parked { .. } => "parked",
        Event::Released { .. } => "released",
        Event::TransferOffered { .. } => "transfer_offered",
        Event::TransferAccepted { .. } => "transfer_accepted",
        Event::TransferDeclined { .. } => "transfer_declined",
        Event::TransferredToQueue { .. } => "transferred_to_queue",
        Event::Ended { .. } => "ended",
        Event::UnitsFreed => "units_freed",
        Event::Closed { .. } => "closed",
        Event::Marked { .. } => "marked",
        Event::CustomerGone => "customer_gone",
        Event::CustomerBack => "customer_back",
        Event::Noted(_) => "noted",
        Event::Tagged { .. } => "tagged",
        Event::SubjectSet { .. } => "subject_set",
        Event::ConsultInvited { .. } => "consult_invited",
        Event::ConsultJoined { .. } => "consult_joined",
        Event::ConsultEnded { .. } => "consult_ended",
        Event::Overflowed { .. } => "overflowed",
        Event::SilenceNoted { .. } => "silence_noted",
        Event::PlaceTold { .. } => "place_told",
        Event::QueueMoved { .. } => "queue_moved",
        Event::Linked { .. } => "linked",
    }
}

fn queue(text: &str) -> QueueId {
    QueueId::parse(text).expect("a valid id")
}

fn returning() -> Returning {
    Returning {
        agent: agent("anna"),
        since: Timestamp(1_700_000_000_000),
        until: Some(Timestamp(1_700_000_900_000)),
    }
}

fn explanation() -> Explanation {
    Explanation {
        rule: Rule::HighestCapacity,
        queue: Some(queue("support")),
        waited: Millis::seconds(61),
        considered: vec![
            Considered {
                agent: agent("anna"),
                ruled_out: None,
            },
            Considered {
                agent: agent("ben"),
                ruled_out: Some(RuledOut::Method),
            },
        ],
        more: 2,
    }
}

fn message(author: Author, text: &str) -> Message {
    Message {
        seq: Seq(300),
        at: Timestamp(1_700_000_000_001),
        author,
        client_id: Some(client("m-1")),
        text: text.into(),
    }
}

fn note() -> Note {
    Note {
        number: NoteNumber(300),
        at: Timestamp(1_700_000_000_002),
        by: agent("anna"),
        client_id: client("n-1"),
        text: "llamó dos veces".into(),
        private_to: Some(agent("ben")),
    }
}

fn events() -> Vec<Event> {
    let (units, over_capacity, deadline) = (2, true, Timestamp(1_700_000_120_000));
    vec![
        Event::Started {
            customer: customer("carla"),
            workstream: workstream("help"),
            mode: Mode::Persistent,
            widget: Some(WidgetId::parse("shop").expect("a valid id")),
            locale: "es-ES".to_owned(),
            context: [("page".to_owned(), "/checkout".to_owned())].into(),
            queue: queue("support"),
            route: Some("vip".to_owned()),
            priority: -7,
            prefer: Some(returning()),
            client_id: Some(client("start-1")),
        },
        Event::Posted(message(Author::Agent(agent("anna")), "¿Qué tal? 👋").into()),
        Event::Returned {
            sticky: Some(returning()),
        },
        Event::StickyEnded {
            reason: StickyEnd::OfferDeclined,
        },
        Event::Offered {
            agent: agent("anna"),
            units,
            over_capacity,
            deadline,
            returning: true,
            explanation: explanation(),
            reason: Some("speaks Galician".into()),
            by: Some(agent("sue")),
        },
        Event::Accepted {
            agent: agent("anna"),
        },
        Event::Declined {
            agent: agent("anna"),
            reason: DeclineReason::Withdrawn,
        },
        Event::Assigned {
            agent: agent("anna"),
            units,
            over_capacity,
            how: AssignedHow::AutoAccepted,
            returning: false,
            explanation: explanation(),
            by: Some(agent("sue")),
            reason: Some("speaks Galician".into()),
        },
        Event::Parked {
            by: ParkedBy::Silence,
        },
        Event::Released {
            agent: agent("anna"),
            reason: ReleaseReason::Parked,
            sticky: Some(returning()),
        },
        Event::TransferOffered {
            agent: agent("ben"),
            by: agent("anna"),
            units,
            over_capacity,
            deadline,
            explanation: explanation(),
            reason: Some("speaks Galician".into()),
        },
        Event::TransferAccepted {
            agent: agent("ben"),
        },
        Event::TransferDeclined {
            agent: agent("ben"),
            reason: DeclineReason::TimedOut,
        },
        Event::TransferredToQueue {
            queue: queue("billing"),
            by: agent("anna"),
            reason: Some("not ours".into()),
        },
        Event::Ended {
            by: EndedBy::Disconnect,
        },
        Event::UnitsFreed,
        Event::Closed {
            reason: CloseReason::Forced,
            by: Some(agent("sue")),
        },
        Event::Marked {
            side: Side::Agent,
            delivered: Seq(70_000),
            read: Seq(250),
        },
        Event::CustomerGone,
        Event::CustomerBack,
        Event::Noted(note().into()),
        Event::Tagged {
            by: agent("anna"),
            added: ["vip".to_owned(), "parcel".to_owned()].into(),
            removed: ["late".to_owned()].into(),
        },
        Event::SubjectSet {
            by: agent("anna"),
            subject: "¿Dónde está?".into(),
        },
        Event::ConsultInvited {
            agent: agent("ben"),
            by: agent("anna"),
        },
        Event::ConsultJoined {
            agent: agent("ben"),
            by: agent("anna"),
        },
        Event::ConsultEnded {
            agent: agent("ben"),
            by: agent("ben"),
        },
        Event::Overflowed {
            from: queue("support"),
            to: OverflowedTo::Queue(queue("sales")),
            reason: OverflowReason::TooMany { waiting: 9 },
        },
        Event::SilenceNoted {
            rule: "still there".to_owned(),
            silent: Side::Customer,
            after: Millis::minutes(10),
        },
        Event::PlaceTold { position: 3 },
        Event::QueueMoved {
            queue: queue("sales"),
        },
        Event::Linked {
            customer: customer("carla"),
            was: DeviceId([9; 16]).customer(),
            workstream: workstream("help"),
            current: true,
            former: FormerCurrent::Names(ConversationId(7)),
        },
    ]
}

fn conversation() -> Conversation {
    let mut story = Story::new(7);
    let _ = (
        story.start("carla"),
        story.says("hola"),
        story.picked("anna", true),
        story.answers("anna", "dime"),
    );
    let mut state = story.state.expect("started");
    let (at, deadline) = (Timestamp(1_700_000_000_500), Timestamp(1_700_000_120_500));
    let transfer = events()
        .into_iter()
        .find(|event| variant(event) == "transfer_offered")
        .expect("listed");
    state.apply(&Recorded {
        at,
        event: transfer,
    });
    for event in events() {
        if event.is_private() && variant(&event) != "consult_ended" {
            state.apply(&Recorded { at, event });
        }
    }
    state.returning = Some(returning());
    state.declines.insert(agent("cid"), 3);
    state.ended = Some((EndedBy::Agent, at));
    state.closed = Some((CloseReason::WrapUpOver, deadline));
    state.overflowed = vec![queue("support")];
    state.stays = true;
    state.unanswered_since = Some(deadline);
    state.answered_at = Some(deadline);
    state.silences = vec![(Side::Agent, "slow".to_owned())];
    state.told_place = Some((3, deadline));
    state
}

/// An erasure that has just begun.
pub(crate) fn erasure() -> Erasure {
    Erasure {
        at: Timestamp(1_700_000_000_000),
        who: Who::Agent(agent("olga")),
        from: Some([127, 0, 0, 1].into()),
        pseudonym: customer("erased-0123"),
        stage: Stage::Rows(vec![id(1)]),
    }
}

fn full_company() -> Company {
    let mut company = company(3);
    let mut help = Workstream::new("Help", Mode::Persistent, queue("support"));
    help.wrap_up = WrapUp::ReleaseAfter(Millis::minutes(2));
    help.messages
        .insert(SystemKind::AgentReturned, Texts::any("{agent} is back"));
    if let Some(sticky) = &mut help.keep_same_agent {
        sticky.patience = Patience::Forever;
    }
    let any_of = ["gold".to_owned()].into();
    help.routes.push(RouteRule {
        name: "vip".to_owned(),
        when: vec![Condition {
            key: "tier".to_owned(),
            test: Test::AnyOf(any_of),
        }],
        queue: queue("support"),
    });
    company.workstreams.insert(workstream("help"), help);
    let hours = CalendarId::parse("office").expect("a valid id");
    let members = [agent("anna")].into();
    let method = linger::domain::company::Method::RoundRobin;
    let support = Queue {
        overflow: linger::domain::company::Overflow::default(),
        name: "Support".to_owned(),
        members,
        method,
        priority: 5,
        hours: Some(hours.clone()),
    };
    company.queues.insert(queue("support"), support);
    let mut weekly: [Vec<Interval>; 7] = Default::default();
    weekly[0].push(Interval {
        from: 540,
        to: 1020,
    });
    let holidays = [(
        Date {
            year: 2026,
            month: 1,
            day: 6,
        },
        Vec::new(),
    )]
    .into();
    company.calendars.insert(
        hours,
        Calendar {
            time_zone: "Europe/Madrid".to_owned(),
            weekly,
            holidays,
        },
    );
    let widget = Widget {
        allowed_origins: ["https://shop.example".to_owned()].into(),
        ..Widget::new(workstream("help"))
    };
    company
        .widgets
        .insert(WidgetId::parse("shop").expect("a valid id"), widget);
    let key = CustomerKey {
        kids: ["k1".to_owned()].into(),
        audience: Some("linger".to_owned()),
        context_claims: ["tier".to_owned()].into(),
        ..CustomerKey::with_pem("ES256", "PEM".to_owned())
    };
    company
        .authentication
        .insert(AuthenticationId::parse("shop").expect("a valid id"), key);
    company.queue_moves.insert(queue("old"), queue("support"));
    company
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hexadecimal"))
        .collect()
}

/// Whether bytes decode to the value they were made from.
type ReadsBack = Box<dyn Fn(&[u8]) -> bool>;

/// A sample, and how to see that recorded bytes still read as it.
struct Sample {
    name: String,
    record: Vec<u8>,
    reads_back: ReadsBack,
}

fn sample<T: Stored + PartialEq + 'static>(name: &str, value: T) -> Sample {
    let record = codec::encode(&value).expect("a sample encodes");
    Sample {
        name: name.to_owned(),
        record,
        reads_back: Box::new(move |bytes| {
            codec::decode::<T>(bytes).is_ok_and(|read| read == value)
        }),
    }
}

fn samples() -> Vec<Sample> {
    let at = Timestamp(1_700_000_000_123);
    let mut samples: Vec<_> = events()
        .into_iter()
        .map(|event| {
            sample(
                &format!("event/{}", variant(&event)),
                Recorded { at, event },
            )
        })
        .collect();
    let others = [
        ("posted_by_customer", message(Author::Customer, "hola")),
        (
            "posted_by_system",
            message(Author::System(SystemKind::AgentReturned), ""),
        ),
    ];
    for (name, message) in others {
        samples.push(sample(
            &format!("event/{name}"),
            Recorded {
                at,
                event: Event::Posted(message.into()),
            },
        ));
    }
    samples.push(sample("conversation", conversation()));
    samples.push(sample("company", full_company()));
    samples.push(sample(
        "agent_row",
        AgentRow {
            chosen: Presence::Away,
            gone_since: Some(at),
        },
    ));
    samples.push(sample("note", note()));
    samples.push(sample("dedup", DedupRow { seq: Seq(300), at }));
    samples.push(sample("position", Position(70_000)));
    samples.push(sample("conversation_id", id(9)));
    samples.push(sample("workstream_id", workstream("help")));
    samples.push(sample("timestamp", Timestamp(-5)));
    samples.push(sample(
        "parked_reason",
        ParkedReason("three deaths".to_owned()),
    ));
    samples.push(sample("store_format", StoreFormat(1)));
    samples.push(sample("swept_revision", SweptRevision(300)));
    let mut entry = Entry::from(&conversation());
    entry.tags = ["refund".to_owned(), "vip".to_owned()].into();
    entry.subject = "Where is my parcel?".to_owned();
    entry.waiting_for = Some(agent("ben"));
    samples.push(sample("directory_entry", entry));
    samples.push(sample(
        "device",
        Device {
            widget: WidgetId::parse("shop").expect("a valid id"),
            created_at: at,
            current: "0a1b".to_owned(),
            issued_at: at,
            confirmed: true,
            older: vec![OldToken {
                hash: "2c3d".to_owned(),
                until: Some(at),
            }],
            end: Some(DeviceEnd::Revoked {
                by: agent("olga"),
                at,
            }),
        },
    ));
    samples.push(sample(
        "kept_keys",
        KeptKeys {
            url: "https://id.example/jwks".to_owned(),
            document: "{\"keys\":[]}".to_owned(),
            at,
        },
    ));
    samples.push(sample(
        "audit",
        AuditRecord {
            change: Some(ConfigChange {
                interface: Interface::Api,
                revision: 7,
                changes: vec![AuditChange {
                    kind: "queues".to_owned(),
                    id: "sales".to_owned(),
                    before: Some("{\"priority\":1}".to_owned()),
                    after: None,
                }],
                shortened: false,
            }),
            ..AuditRecord::new(at, Who::Operator, None, What::ConfigChanged)
                .about(Object::configuration())
        },
    ));
    samples.push(sample(
        "audit_override",
        AuditRecord::new(
            at,
            Who::Agent(agent("sara")),
            Some([127, 0, 0, 1].into()),
            What::CapacityOverride,
        )
        .about(&agent("bob"))
        .with("to", agent("anna")),
    ));
    samples.push(sample("erasure", erasure()));
    samples.push(sample("audited_up_to", AuditedUpTo(9)));
    let counts = Counts {
        started: 1,
        returned: 2,
        assigned: 3,
        wait_ms_sum: 400_000,
        ended: 5,
        closed: 6,
        parked: 7,
        declined: 8,
        customer_messages: 900,
        agent_messages: 1_000,
        waiting_end: Some(11),
    };
    samples.push(sample("counts", counts));
    samples.extend(staff(at));
    samples
}

/// A key for a program.
pub(crate) fn api_key() -> ApiKey {
    let at = Timestamp(1_700_000_000_123);
    ApiKey {
        agent: agent("anna"),
        name: "reports".to_owned(),
        scopes: Scope::ALL.into(),
        since: at,
        by: agent("olga"),
        expires: Some(Timestamp(at.0 + 86_400_000)),
    }
}

/// How people sign in.
fn staff(at: Timestamp) -> [Sample; 3] {
    let account = Account {
        password: Some(PasswordHash {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
            salt: "c2FsdA".to_owned(),
            hash: "aGFzaA".to_owned(),
        }),
        second_factor: Some(SecondFactor {
            key: "MZXW6YTBOI".to_owned(),
            last_step: 56_666_666,
        }),
        enrolling: Some("MZXW6".to_owned()),
        recovery: ["ab".repeat(32)].into(),
    };
    let profile = AgentProfile {
        role: Role::Supervisor,
        secret_sha256: "cd".repeat(32),
        ..AgentProfile::new("Anna", 4)
    };
    let sign_in = SignIn {
        agent: agent("anna"),
        standing: Standing::of(&profile),
        since: at,
        used: Timestamp(at.0 + 60_000),
        proof: Proof::PasswordAndCode,
        cookie: true,
        must_enrol: false,
    };
    [
        sample("account", account),
        sample("sign_in", sign_in),
        sample("api_key", api_key()),
    ]
}

fn recorded() -> BTreeMap<String, Vec<u8>> {
    let text = fs::read_to_string(FILE).unwrap_or_default();
    text.lines()
        .map(|line| line.split_once(' ').expect("a name and bytes"))
        .map(|(name, bytes)| (name.to_owned(), unhex(bytes)))
        .collect()
}

#[test]
fn every_stored_shape_has_the_bytes_it_always_had_golden() {
    let known = recorded();
    if std::env::var_os("GOLDEN_ADD").is_some() {
        let mut text = fs::read_to_string(FILE).unwrap_or_default();
        for sample in samples()
            .iter()
            .filter(|sample| !known.contains_key(&sample.name))
        {
            writeln!(text, "{} {}", sample.name, hex(&sample.record))
                .expect("writing to a String cannot fail");
        }
        fs::write(FILE, text).expect("the fixture is writable");
        return;
    }
    let samples = samples();
    for sample in &samples {
        let bytes = known
            .get(&sample.name)
            .unwrap_or_else(|| panic!("{} has no line in golden.txt", sample.name));
        assert!(
            (sample.reads_back)(bytes),
            "{}: recorded bytes do not read as the sample",
            sample.name
        );
        assert_eq!(
            hex(bytes),
            hex(&sample.record),
            "{}: the bytes have changed",
            sample.name
        );
    }
    assert_eq!(
        known.len(),
        samples.len(),
        "a line of golden.txt has no sample any more"
    );
}

#[test]
fn no_damaged_record_of_any_kind_reads() {
    for Sample {
        name,
        record,
        reads_back,
    } in samples()
    {
        for length in 0..record.len() {
            assert!(
                !reads_back(&record[..length]),
                "{name} truncated to {length}"
            );
        }
        for bit in 0..record.len() * 8 {
            let mut flipped = record.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = codec::decode::<Recorded>(&flipped).is_ok()
                || codec::decode::<Conversation>(&flipped).is_ok()
                || codec::decode::<Company>(&flipped).is_ok()
                || codec::decode::<AgentRow>(&flipped).is_ok();
            assert!(
                !read && !reads_back(&flipped),
                "{name} with bit {bit} flipped"
            );
        }
    }
}
