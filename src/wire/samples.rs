//! One of everything, for tests. The same values as in `tests/golden/protocol`.

use std::sync::Arc;

use crate::domain::company::{AgentProfile, Company, Mode, Presence, Role};
use crate::domain::conversation::{ConsultRole, State};
use crate::domain::ids::{
    AgentId, ClientId, ConversationId, CustomerId, Position, QueueId, Seq, WorkstreamId,
};
use crate::domain::message::{Author, Marks, Message, SystemKind};
use crate::domain::note::{Note, NoteNumber};
use crate::domain::time::Timestamp;
use crate::engine::request::Principal;
use crate::engine::view::{AgentView, ConversationView, QueueView};
use crate::engine::watch::{WatchItem, WatchPart, Watched};

/// The conversation of every sample.
pub(crate) const ID: ConversationId = ConversationId(0x018b_cfe5_687b_7fff_bfff_ffff_ffff_ffff);

pub(crate) fn anna() -> AgentId {
    AgentId::parse("anna").expect("a valid id")
}

pub(crate) fn carla() -> CustomerId {
    CustomerId::parse("carla").expect("a valid id")
}

pub(crate) fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).expect("a valid id")
}

pub(crate) fn agent() -> Principal {
    Principal::Agent {
        id: anna(),
        role: Role::Agent,
    }
}

pub(crate) fn company() -> Company {
    let mut company = Company::default();
    let profile = AgentProfile {
        name: String::new(),
        display_name: "Anna \"the\" Agent".to_owned(),
        role: Role::Agent,
        capacity: 3,
        enabled: true,
        secret_sha256: String::new(),
    };
    company.agents.insert(anna(), profile);
    company
}

pub(crate) fn authors() -> Vec<Author> {
    vec![
        Author::Customer,
        Author::Agent(anna()),
        Author::Agent(AgentId::parse("former").expect("a valid id")),
        Author::System(SystemKind::AgentReturned),
    ]
}

pub(crate) fn message() -> Message {
    Message {
        seq: Seq(42),
        at: Timestamp(1_700_000_100_000),
        author: Author::Agent(anna()),
        client_id: Some(client_id("m-7")),
        text: "Your parcel leaves today.".into(),
    }
}

pub(crate) fn note() -> Note {
    Note {
        number: NoteNumber(3),
        at: Timestamp(1_700_000_110_000),
        by: anna(),
        client_id: client_id("n-3"),
        text: "She has called twice already.".into(),
        private_to: AgentId::parse("ben").ok(),
    }
}

pub(crate) fn view() -> ConversationView {
    ConversationView {
        id: ID,
        version: Position(57),
        state: State::Active,
        mode: Mode::Persistent,
        workstream: WorkstreamId::parse("support").expect("a valid id"),
        customer: carla(),
        queue: QueueId::parse("general").expect("a valid id"),
        agent: Some(anna()),
        accepted: false,
        offer_deadline: Some(Timestamp(1_700_000_220_000)),
        transfer_to: None,
        waiting_for: None,
        last_agent: Some(anna()),
        last_seq: Seq(42),
        customer_marks: Marks {
            delivered: Seq(42),
            read: Seq(40),
        },
        agent_marks: Marks {
            delivered: Seq(41),
            read: Seq(41),
        },
        created_at: Timestamp(1_700_000_000_000),
        activity_at: Timestamp(1_700_000_100_000),
        queued_at: Timestamp(1_700_000_090_000),
        ended_by: None,
        closed: None,
        public_version: Position(55),
        last_note: NoteNumber(3),
        tags: ["parcel".to_owned(), "vip".to_owned()].into(),
        subject: Some("Where is my parcel?".into()),
        consultants: [(
            AgentId::parse("ben").expect("a valid id"),
            ConsultRole::Invited,
        )]
        .into(),
        transfer_reason: Some("Speaks Galician.".into()),
        name: Some("Carla Castro".into()),
    }
}

pub(crate) fn shared_view() -> Arc<ConversationView> {
    Arc::new(view())
}

/// Everything that a part of what is watched can say.
pub(crate) fn watch_part() -> WatchPart {
    let of_queue = |waiting, longest_since| QueueView {
        id: QueueId::parse("general").expect("a valid id"),
        waiting,
        longest_since,
    };
    WatchPart {
        what: Watched::Floor,
        number: 7,
        conversations: vec![WatchItem {
            view: shared_view(),
            waiting_since: Some(Timestamp(1_700_000_000_000)),
            units: 1,
            priority: 5,
        }],
        gone: vec![ConversationId(ID.0 - 1)],
        agents: vec![AgentView {
            id: anna(),
            display_name: "Anna".to_owned(),
            presence: Presence::Available,
            connections: 1,
            capacity: 3,
            load: 1,
            conversations: vec![ID],
        }],
        gone_agents: vec![AgentId::parse("former").expect("a valid id")],
        queues: vec![of_queue(2, Some(Timestamp(1_700_000_000_000)))],
        gone_queues: vec![QueueId::parse("former").expect("a valid id")],
        more: true,
    }
}
