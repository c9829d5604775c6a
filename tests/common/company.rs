//! A small company in code, with the credentials of everybody in it.

use std::time::Duration;

use aws_lc_rs::digest;
use linger::client::token::SigningKey;
use linger::domain::company::{
    AgentProfile, Company, Condition, CustomerKey, Distribution, Method, Mode, Queue, Role,
    RouteRule, Test, Widget, Workstream,
};
use linger::domain::hours::Calendar;
use linger::domain::ids::{AgentId, AuthenticationId, QueueId, WidgetId, WorkstreamId};

/// Tokens outlive every clock that a test moves.
const TOKEN_TIME: Duration = Duration::from_secs(400 * 24 * 3_600);

/// A persistent workstream, offered.
pub const SUPPORT: &str = "support";
/// A live workstream, offered.
pub const LIVE: &str = "live";
/// A persistent workstream, taken from the list.
pub const PICK: &str = "pick";

/// A company and the key that its customers' tokens are signed with.
pub struct Site {
    /// As configured.
    pub company: Company,
    key: SigningKey,
}

impl Site {
    /// Anna and Bob with `capacity` units each and Carol, a supervisor, all in both queues.
    pub fn with_capacity(capacity: u32) -> Self {
        let key = SigningKey::generate().expect("the system has randomness");
        let agents = [
            ("anna", "Anna", Role::Agent),
            ("bob", "Bob", Role::Agent),
            ("carol", "Carol", Role::Supervisor),
        ];
        let mut company = Company {
            revision: 1,
            name: "Test".to_owned(),
            ..Company::default()
        };
        for (id, name, role) in agents {
            let profile = AgentProfile {
                name: String::new(),
                display_name: name.to_owned(),
                role,
                capacity,
                enabled: true,
                secret_sha256: sha256(&secret(id)),
            };
            company
                .agents
                .insert(AgentId::parse(id).expect("an id"), profile);
        }
        for id in ["support", "sales"] {
            let queue = Queue {
                overflow: linger::domain::company::Overflow::default(),
                name: id.to_owned(),
                members: company.agents.keys().cloned().collect(),
                method: Method::HighestCapacity,
                priority: 0,
                hours: None,
            };
            company.queues.insert(queue_id(id), queue);
        }
        for (id, mode, distribution) in [
            (SUPPORT, Mode::Persistent, Distribution::Push),
            (LIVE, Mode::Live, Distribution::Push),
            (PICK, Mode::Persistent, Distribution::Pick),
        ] {
            let mut workstream = Workstream::new(id, mode, queue_id("support"));
            workstream.distribution = distribution;
            let to_sales = RouteRule {
                name: "sales".to_owned(),
                when: vec![Condition {
                    key: "topic".to_owned(),
                    test: Test::AnyOf(["sales".to_owned()].into()),
                }],
                queue: queue_id("sales"),
            };
            workstream.routes.push(to_sales);
            company
                .workstreams
                .insert(WorkstreamId::parse(id).expect("an id"), workstream);
        }
        let widget = Widget::new(WorkstreamId::parse(SUPPORT).expect("an id"));
        company
            .widgets
            .insert(WidgetId::parse("shop").expect("an id"), widget);
        let customer_key = CustomerKey::with_pem("EdDSA", key.public_key_pem());
        company.authentication.insert(
            AuthenticationId::parse("shop").expect("an id"),
            customer_key,
        );
        Self { company, key }
    }

    /// With Olga, an admin who works in no queue, and with what a sound company needs.
    pub fn with_admin(mut self) -> Self {
        let profile = AgentProfile {
            role: Role::Admin,
            secret_sha256: sha256(&secret("olga")),
            ..AgentProfile::new("Olga", 4)
        };
        let olga = AgentId::parse("olga").expect("an id");
        self.company.agents.insert(olga, profile);
        for widget in self.company.widgets.values_mut() {
            widget.authentication = [AuthenticationId::parse("shop").expect("an id")].into();
        }
        assert_eq!(self.company.problems(), []);
        self
    }

    /// The rules of a workstream, to be changed before the server starts.
    pub fn workstream(&mut self, id: &str) -> &mut Workstream {
        let id = WorkstreamId::parse(id).expect("an id");
        self.company
            .workstreams
            .get_mut(&id)
            .expect("one of the constants above")
    }

    /// Only these agents work in a queue.
    pub fn members(&mut self, queue: &str, agents: &[&str]) {
        let members = agents
            .iter()
            .map(|a| AgentId::parse(a).expect("an id"))
            .collect();
        self.company
            .queues
            .get_mut(&queue_id(queue))
            .expect("a queue of this company")
            .members = members;
    }

    /// A customer's token.
    pub fn customer(&self, name: &str) -> String {
        self.customer_for(name, TOKEN_TIME)
    }

    /// A customer's token that lasts so long.
    pub fn customer_for(&self, name: &str, valid: Duration) -> String {
        self.key.sign(name, valid).expect("the key signs")
    }
}

/// An agent's token.
pub fn agent(id: &str) -> String {
    format!("{id}:{}", secret(id))
}

fn secret(id: &str) -> String {
    format!("secret-of-{id}")
}

fn sha256(text: &str) -> String {
    digest::digest(&digest::SHA256, text.as_bytes())
        .as_ref()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// A queue by name.
pub fn queue_id(id: &str) -> QueueId {
    QueueId::parse(id).expect("an id")
}

/// A calendar that is never open.
pub fn never_open() -> Calendar {
    Calendar {
        time_zone: "UTC".to_owned(),
        weekly: Default::default(),
        holidays: [].into(),
    }
}

impl Site {
    /// The key that customers' tokens are signed with.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The setting that customers' tokens are verified with, to be changed before the server starts.
    pub fn setting(&mut self) -> &mut CustomerKey {
        let id = AuthenticationId::parse("shop").expect("an id");
        self.company
            .authentication
            .get_mut(&id)
            .expect("the one setting of this company")
    }

    /// A customer's token that says more than who it is.
    pub fn customer_saying(&self, name: &str, more: serde_json::Value) -> String {
        let serde_json::Value::Object(more) = more else {
            panic!("claims are an object")
        };
        self.key
            .sign_saying(name, TOKEN_TIME, more)
            .expect("the key signs")
    }
}
