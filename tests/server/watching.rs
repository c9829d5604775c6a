//! Watching over real sockets: what is put together from an answer and its frames is what
//! lists and the floor say.

use std::collections::BTreeMap;

use linger::domain::time::Millis;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::http::Http;
use crate::common::server::Server;
use crate::common::socket::{Socket, id_of};

/// What a client puts together, each thing by its id.
#[derive(Default)]
struct Kept {
    conversations: BTreeMap<String, Value>,
    agents: BTreeMap<String, Value>,
    queues: BTreeMap<String, Value>,
    /// Conversations that left, as they were shown last.
    left: Vec<Value>,
}

fn put(into: &mut BTreeMap<String, Value>, list: &Value) {
    for thing in list.as_array().into_iter().flatten() {
        into.insert(id_of(thing), thing.clone());
    }
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    let names = list.as_array().into_iter().flatten();
    names.map(|name| name.as_str().expect("an id"))
}

impl Kept {
    fn apply(&mut self, part: &Value) {
        put(&mut self.conversations, &part["conversations"]);
        put(&mut self.agents, &part["agents"]);
        put(&mut self.queues, &part["queues"]);
        for id in names(&part["gone"]) {
            let gone = self.conversations.remove(id);
            self.left.push(gone.expect("it was there"));
        }
        names(&part["gone_agents"]).for_each(|id| drop(self.agents.remove(id)));
        names(&part["gone_queues"]).for_each(|id| drop(self.queues.remove(id)));
    }

    fn ids(&self) -> Vec<&str> {
        self.conversations.keys().map(String::as_str).collect()
    }

    fn state(&self, id: &str) -> Option<&str> {
        self.conversations.get(id)?["state"].as_str()
    }
}

/// Somebody who watches.
struct Watcher {
    socket: Socket,
    kept: Kept,
}

impl Watcher {
    async fn of(mut socket: Socket, what: &str) -> Self {
        let answer = socket.ask(json!({"type": "watch", "what": what})).await;
        let mut kept = Kept::default();
        kept.apply(&answer["watch"]);
        let mut more = answer["watch"]["more"] == true;
        while more {
            let frame = socket.heard("watch").await;
            more = frame["more"] == true;
            kept.apply(&frame);
        }
        Self { socket, kept }
    }

    /// Applies frames until what is kept fits; the server's clock moves on as it is needed.
    async fn sees(&mut self, server: &Server, fits: impl Fn(&Kept) -> bool) {
        while !fits(&self.kept) {
            server.advance(Millis(250));
            let frame = self.socket.heard("watch").await;
            self.kept.apply(&frame);
        }
    }
}

/// Items of a list by id, as those who watch see them.
async fn listed(http: &Http) -> BTreeMap<String, Value> {
    let answer = http
        .get("/conversations?state=open,active,wrap_up&limit=250")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut found = BTreeMap::new();
    put(&mut found, &answer.body["conversations"]);
    found
}

/// Without what only one of list and watch has.
fn bare(items: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut items = items.clone();
    for item in items.values_mut() {
        let fields = item.as_object_mut().expect("an item");
        let since = fields.remove("waiting_since");
        let wait = fields.remove("wait_ms");
        fields.insert("waits".to_owned(), json!(since.is_some() || wait.is_some()));
    }
    items
}

async fn start(server: &Server, customer: &str, topic: &str) -> String {
    let body = json!({"workstream": PICK, "context": {"topic": topic, "name": "Maria Mota"}});
    let started = server
        .customer_http(customer)
        .post("/conversations", body)
        .await;
    assert_eq!(started.status, 201, "{}", started.body);
    assert!(started.body["conversation"].get("name").is_none(), "hers");
    id_of(&started.body["conversation"])
}

async fn act(http: &Http, id: &str, action: &str) {
    let done = http.act(id, action).await;
    assert_eq!(done.status, 200, "{action}: {}", done.body);
}

#[tokio::test]
async fn what_an_agent_watches_is_what_their_list_shows_through_a_whole_day() {
    let mut site = Site::with_capacity(5);
    site.members("sales", &["bob"]);
    let server = Server::with(site);
    let (anna, bob) = (server.agent_http("anna"), server.agent_http("bob"));
    assert_eq!(bob.presence("available").await.status, 200);
    let first = start(&server, "maria", "").await;
    start(&server, "nina", "sales").await;
    let mut hers = Watcher::of(server.available("anna").await, "queues").await;
    assert_eq!(hers.kept.ids(), [first.as_str()]);
    assert_eq!(hers.kept.conversations[&first]["name"], "Maria Mota");
    assert_eq!(hers.kept.queues.keys().collect::<Vec<_>>(), ["support"]);
    assert_eq!(hers.kept.queues["support"]["waiting"], 1);
    assert_eq!(hers.kept.agents.keys().collect::<Vec<_>>(), ["anna"]);

    let second = start(&server, "rosa", "").await;
    hers.sees(&server, |k| k.state(&second) == Some("open"))
        .await;
    act(&anna, &first, "pick").await;
    hers.sees(&server, |k| k.state(&first) == Some("active"))
        .await;
    hers.sees(&server, |k| k.agents["anna"]["load"] == 1).await;
    assert_eq!(bare(&hers.kept.conversations), bare(&listed(&anna).await));
    act(&bob, &second, "pick").await;
    hers.sees(&server, |k| k.state(&second).is_none()).await;
    hers.sees(&server, |k| k.queues["support"]["waiting"] == 0)
        .await;
    let consult = json!({"agent": "anna"});
    let path = format!("/conversations/{second}/consult");
    assert_eq!(bob.post(&path, consult).await.status, 200);
    hers.sees(&server, |k| k.state(&second) == Some("active"))
        .await;
    assert_eq!(bare(&hers.kept.conversations), bare(&listed(&anna).await));
    act(&bob, &second, "release").await;
    hers.sees(&server, |k| k.state(&second) == Some("open"))
        .await;

    // In a conversation that nobody has, she sees that the customer goes on writing.
    let rosa = server.customer_http("rosa");
    let said = json!({"client_id": "r-1", "text": "Are you there?"});
    let path = format!("/conversations/{second}/messages");
    let posted = rosa.post(&path, said).await;
    assert_eq!(posted.status, 201, "{}", posted.body);
    hers.sees(&server, |k| {
        k.conversations[&second]["last_seq"] == posted.body["seq"]
    })
    .await;
    act(&anna, &first, "end").await;
    hers.sees(&server, |k| k.state(&first) == Some("wrap_up"))
        .await;
    assert_eq!(bare(&hers.kept.conversations), bare(&listed(&anna).await));
    act(&anna, &first, "finish").await;
    hers.sees(&server, |k| k.state(&first).is_none()).await;
    act(&anna, &second, "pick").await;
    hers.sees(&server, |k| k.state(&second) == Some("active"))
        .await;
    act(&anna, &second, "park").await;
    hers.sees(&server, |k| k.ids().is_empty()).await;
    assert_eq!(
        hers.kept.left.last().map(|i| &i["state"]),
        Some(&json!("active"))
    );
    let assigned = hers
        .socket
        .until(|f| f["type"] == "assigned" && f["conversation"]["state"] == "waiting");
    assert_eq!(id_of(&assigned.await["conversation"]), second);
}

#[tokio::test]
async fn the_floor_is_everything_with_everybody_and_every_queue() {
    let server = Server::with(Site::with_capacity(2));
    let carol = server.agent_http("carol");
    let parked = start(&server, "maria", "").await;
    let mut hers = Watcher::of(server.agent("carol").await, "floor").await;
    assert_eq!(hers.kept.queues.len(), 2);
    assert_eq!(hers.kept.agents.len(), 3);
    let mut anna = server.available("anna").await;
    hers.sees(&server, |k| k.agents["anna"]["presence"] == "available")
        .await;
    assert_eq!(hers.kept.agents["anna"]["connections"], 1);
    let sale = start(&server, "nina", "sales").await;
    anna.act("pick", &parked).await;
    hers.sees(&server, |k| k.state(&parked) == Some("active"))
        .await;
    hers.sees(&server, |k| k.queues["sales"]["waiting"] == 1)
        .await;
    hers.sees(&server, |k| k.agents["anna"]["load"] == 1).await;
    assert_eq!(bare(&hers.kept.conversations), bare(&listed(&carol).await));
    let floor = carol.get("/floor").await.body;
    let (mut agents, mut queues) = (BTreeMap::new(), BTreeMap::new());
    put(&mut agents, &floor["agents"]);
    put(&mut queues, &floor["queues"]);
    assert_eq!((&hers.kept.agents, &hers.kept.queues), (&agents, &queues));

    anna.act("park", &parked).await;
    hers.sees(&server, |k| k.state(&parked).is_none()).await;
    let last = hers.kept.left.last().expect("it left");
    assert_eq!((id_of(last), &last["state"]), (parked, &json!("waiting")));
    assert_eq!(hers.kept.ids(), [sale.as_str()]);
    anna.leave().await;
    hers.sees(&server, |k| k.agents["anna"]["connections"] == 0)
        .await;
}

#[tokio::test]
async fn a_large_floor_comes_in_parts_and_once_it_is_not_watched_nothing_comes() {
    let server = Server::with(Site::with_capacity(1));
    for n in 0..520 {
        start(&server, &format!("c{n}"), "").await;
    }
    let mut carol = server.agent("carol").await;
    let first = carol.ask(json!({"type": "watch", "what": "floor"})).await;
    assert_eq!(first["watch"]["more"], true);
    let of = |part: &Value| part["conversations"].as_array().expect("items").len();
    assert_eq!(of(&first["watch"]), 500);
    // It needs no clock: it comes because the first has been read.
    let rest = carol.heard("watch").await;
    assert_eq!((of(&rest), rest.get("more")), (20, None));
    carol.ask(json!({"type": "unwatch", "what": "floor"})).await;
    let last = start(&server, "maria", "").await;
    // Asked of the supervisor behind the start: what was to be told would have come before.
    let mut again = Watcher::of(carol, "floor").await;
    assert!(again.kept.state(&last).is_some());
    let arrived = again.socket.so_far().await;
    assert_eq!(arrived, Vec::<Value>::new());
}

#[tokio::test]
async fn who_loses_the_role_is_told_that_the_floor_is_not_theirs_any_more() {
    let server = Server::with(Site::with_capacity(1).with_admin());
    let mut carol = server.agent("carol").await;
    carol.ask(json!({"type": "watch", "what": "floor"})).await;
    let olga = server.agent_http("olga");
    let mut entry = olga.get("/config/agents/carol").await.body;
    entry["role"] = json!("agent");
    let put = olga
        .request(reqwest::Method::PUT, "/api/v1/config/agents/carol")
        .json(&entry);
    let put = Http::run(put).await;
    assert_eq!(put.status, 200, "{}", put.body);
    let refused = carol.heard("refused").await;
    assert_eq!(
        (&refused["code"], refused.get("ref")),
        (&json!("forbidden"), None)
    );
    // A changed role signs out besides.
    assert_eq!(carol.heard("refused").await["code"], "token_invalid");
    assert_eq!(carol.closed().await, Some(1008));
}

#[tokio::test]
async fn everybody_of_the_company_finds_names_to_choose_from() {
    let mut site = Site::with_capacity(2);
    site.members("sales", &["bob"]);
    site.workstream(SUPPORT).wrap_up =
        linger::domain::company::WrapUp::ReleaseAfter(Millis::minutes(1));
    let server = Server::with(site);
    let _bob = server.available("bob").await;
    let company = server.agent_http("anna").get("/company").await;
    assert_eq!(company.status, 200, "{}", company.body);
    let body = company.body;
    assert_eq!(body["name"], "Test");
    let presences: Vec<_> = body["agents"]
        .as_array()
        .expect("agents")
        .iter()
        .map(|a| (a["id"].as_str(), a["role"].as_str(), a["presence"].as_str()))
        .collect();
    let offline = Some("offline");
    assert_eq!(
        presences,
        [
            (Some("anna"), Some("agent"), offline),
            (Some("bob"), Some("agent"), Some("available")),
            (Some("carol"), Some("supervisor"), offline),
        ]
    );
    assert_eq!(body["queues"][0]["members"], json!(["bob"]), "sales");
    let support = body["workstreams"].as_array().expect("workstreams").iter();
    let support = support.clone().find(|w| w["id"] == SUPPORT).expect("there");
    assert_eq!(
        (
            &support["distribution"],
            &support["wrap_up"],
            &support["wrap_up_ms"]
        ),
        (&json!("push"), &json!("release_after"), &json!(60_000))
    );
    assert_eq!(
        body["widgets"],
        json!([{"id": "shop", "workstream": SUPPORT}])
    );
    assert_eq!(
        server.customer_http("maria").get("/company").await.code(),
        "forbidden"
    );
}
