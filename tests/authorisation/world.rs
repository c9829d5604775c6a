//! The company in which the tables hold, and everybody in it.

use linger::config::StaffSettings;
use linger::domain::company::{AgentProfile, Role as StaffRole};
use linger::domain::ids::AgentId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site, agent};
use crate::common::http::Http;
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

/// An id that nothing has.
pub(crate) const NOWHERE: &str = "018bcfe5-687b-7fff-bfff-ffffffffffff";
const PASSWORD: &str = "correct horse battery staple";

/// Who asks: the columns of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Without credentials.
    Nobody,
    /// A customer known by a device, of another conversation.
    Device,
    /// The customer whose conversation it is.
    Owner,
    /// Another customer.
    Stranger,
    /// The agent who has the conversation.
    Agent,
    /// An agent of no queue.
    Foreign,
    /// A supervisor.
    Supervisor,
    /// An admin.
    Admin,
    /// An admin's API key with one scope each.
    KeyRead,
    KeyWrite,
    KeyConfigRead,
    KeyConfigWrite,
    KeyAudit,
    /// An admin's session that has to add a second factor first.
    Enrol,
}

impl Role {
    /// All, in the order of the columns.
    pub(crate) const ALL: [Self; 14] = [
        Self::Nobody,
        Self::Device,
        Self::Owner,
        Self::Stranger,
        Self::Agent,
        Self::Foreign,
        Self::Supervisor,
        Self::Admin,
        Self::KeyRead,
        Self::KeyWrite,
        Self::KeyConfigRead,
        Self::KeyConfigWrite,
        Self::KeyAudit,
        Self::Enrol,
    ];

    /// The head of its column.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Device => "device",
            Self::Owner => "owner",
            Self::Stranger => "stranger",
            Self::Agent => "agent",
            Self::Foreign => "foreign",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::KeyRead => "key:read",
            Self::KeyWrite => "key:write",
            Self::KeyConfigRead => "key:config:read",
            Self::KeyConfigWrite => "key:config:write",
            Self::KeyAudit => "key:audit",
            Self::Enrol => "enrol",
        }
    }

    /// Which of the two doors for sockets is theirs.
    pub(crate) const fn door(self) -> &'static str {
        match self {
            Self::Nobody | Self::Device | Self::Owner | Self::Stranger => "customer",
            _ => "agent",
        }
    }
}

/// A server, everybody's credentials, and objects of others.
pub(crate) struct World {
    pub(crate) server: Server,
    keys: Vec<(Role, String)>,
    device: String,
    /// Another device, by its id.
    pub(crate) other_device: String,
    /// A session of another agent.
    pub(crate) other_session: String,
    enrolling: String,
    /// The agent who takes what is made.
    anna: Socket,
    made: u32,
}

/// A conversation, and whose.
pub(crate) struct Thread {
    pub(crate) id: String,
    pub(crate) owner: String,
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

impl World {
    pub(crate) async fn new() -> Self {
        let mut site = Site::with_capacity(4).with_admin();
        let dave = AgentId::parse("dave").expect("an id");
        site.company
            .agents
            .insert(dave, AgentProfile::new("Dave", 4));
        for queue in ["support", "sales"] {
            site.members(queue, &["anna", "carol"]);
        }
        site.workstream(SUPPORT).device_identity = true;
        let staff = StaffSettings {
            require_totp: [StaffRole::Admin].into(),
            ..StaffSettings::default()
        };
        let server = Server::signing_in(site, staff);
        let olga = server.agent_http("olga");
        let mut keys = Vec::new();
        for (role, scope) in [
            (Role::KeyRead, "conversations:read"),
            (Role::KeyWrite, "conversations:write"),
            (Role::KeyConfigRead, "config:read"),
            (Role::KeyConfigWrite, "config:write"),
            (Role::KeyAudit, "audit:read"),
        ] {
            let body = json!({"agent": "olga", "name": scope, "scopes": [scope]});
            let made = olga.post("/api-keys", body).await;
            keys.push((role, text(&made.body["key"])));
        }
        let nobody = Http::new(server.address, None);
        let named = nobody.post("/devices", json!({"widget": "shop"})).await;
        let other = nobody.post("/devices", json!({"widget": "shop"})).await;
        let anna = server.available("anna").await;
        let mut world = Self {
            keys,
            device: text(&named.body["token"]),
            other_device: text(&other.body["customer"]).replace("device:", ""),
            other_session: String::new(),
            enrolling: String::new(),
            anna,
            made: 0,
            server,
        };
        world.give_password("olga").await;
        world.dave_again().await;
        world.enrol_again().await;
        world
    }

    async fn sign_in(&self, agent: &str) -> Value {
        let body = json!({"agent": agent, "password": PASSWORD, "token": true});
        let nobody = Http::new(self.server.address, None);
        nobody.post("/auth/sign-in", body).await.body
    }

    /// Another session of the other agent: the last one may have been ended.
    pub(crate) async fn dave_again(&mut self) {
        self.give_password("dave").await;
        self.other_session = text(&self.sign_in("dave").await["session"]);
    }

    async fn give_password(&self, who: &str) {
        let olga = self.server.agent_http("olga");
        let path = format!("/api/v1/agents/{who}/password");
        let request = olga.request(Method::PUT, &path);
        let answer = Http::run(request.json(&json!({"password": PASSWORD}))).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// Another session that has to add a second factor: the last one may have been ended.
    pub(crate) async fn enrol_again(&mut self) {
        let session = self.sign_in("olga").await;
        assert_eq!(session["must_enrol"], true, "{session}");
        self.enrolling = text(&session["token"]);
    }

    /// The credential of a role; `owner` is the customer whose object it is about.
    pub(crate) fn credential(&self, role: Role, owner: &str) -> Option<String> {
        match role {
            Role::Nobody => None,
            Role::Device => Some(self.device.clone()),
            Role::Owner => Some(self.server.site.customer(owner)),
            Role::Stranger => Some(self.server.site.customer("stranger")),
            Role::Agent => Some(agent("anna")),
            Role::Foreign => Some(agent("bob")),
            Role::Supervisor => Some(agent("carol")),
            Role::Admin => Some(agent("olga")),
            Role::Enrol => Some(self.enrolling.clone()),
            Role::KeyRead
            | Role::KeyWrite
            | Role::KeyConfigRead
            | Role::KeyConfigWrite
            | Role::KeyAudit => {
                let key = self.keys.iter().find(|(r, _)| *r == role);
                key.map(|(_, key)| key.clone())
            }
        }
    }

    /// A new conversation of a new customer, which the agent has.
    pub(crate) async fn thread(&mut self) -> Thread {
        self.made += 1;
        let owner = format!("owner{}", self.made);
        let start = json!({"workstream": PICK, "client_id": "c", "text": "Hello"});
        let started = self
            .server
            .customer_http(&owner)
            .post("/conversations", start)
            .await;
        let id = id_of(&started.body["conversation"]);
        self.anna.act("pick", &id).await;
        Thread { id, owner }
    }

    /// Nothing of it is left to fill the agent's capacity.
    pub(crate) async fn done_with(&mut self, thread: &Thread) {
        let carol = self.server.agent_http("carol");
        carol.act(&thread.id, "force-close").await;
    }
}
