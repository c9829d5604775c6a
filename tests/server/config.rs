//! The configuration of a running server: who may change it, what a change does at once, and
//! what it must not do.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{LIVE, PICK, SUPPORT, Site};
use crate::common::eventually;
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use linger::domain::time::Millis;

fn server() -> Server {
    Server::with(Site::with_capacity(2).with_admin())
}

async fn send(http: &Http, method: Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = http.request(method, &format!("/api/v1{path}"));
    if let Some(body) = body {
        request = request.json(&body);
    }
    Http::run(request).await
}

async fn put(http: &Http, path: &str, body: Value) -> Answer {
    send(http, Method::PUT, path, Some(body)).await
}

async fn delete(http: &Http, path: &str) -> Answer {
    send(http, Method::DELETE, path, None).await
}

fn ok(answer: Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Reads an object, changes it and puts it back.
async fn edit(http: &Http, path: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let mut object = ok(http.get(path).await);
    change(&mut object);
    put(http, path, object).await
}

async fn start(server: &Server, customer: &str, workstream: &str) -> String {
    let body = json!({"workstream": workstream, "text": "Hello", "client_id": "first"});
    let started = server
        .customer_http(customer)
        .post("/conversations", body)
        .await;
    assert_eq!(started.status, 201, "{started:?}");
    started.body["conversation"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

async fn view(http: &Http, id: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let view = http.get(&format!("/conversations/{id}")).await.body;
        fits(&view).then_some(view)
    })
    .await
}

#[tokio::test]
async fn only_admins_see_and_change_the_configuration() {
    let server = server();
    for path in [
        "/config",
        "/config/queues",
        "/config/queues/support",
        "/audit",
    ] {
        for name in ["anna", "carol"] {
            let answer = server.agent_http(name).get(path).await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "forbidden"),
                "{name} {path}"
            );
        }
        let answer = server.customer_http("maria").get(path).await;
        assert_eq!(answer.status, 403, "a customer, {path}");
        ok(server.agent_http("olga").get(path).await);
    }
    let refused = put(&server.agent_http("carol"), "/config/queues/new", json!({})).await;
    assert_eq!(refused.code(), "forbidden");
    let whole = ok(server.agent_http("olga").get("/config").await);
    assert!(!whole.to_string().contains("secret"), "{whole}");
    let agents = ok(server.agent_http("olga").get("/config/agents").await);
    assert_eq!(agents["anna"]["queues"], json!(["sales", "support"]));
    assert_eq!(
        server.agent_http("olga").get("/config/chairs").await.status,
        404
    );
}

#[tokio::test]
async fn a_change_holds_at_once_and_after_a_restart_and_is_in_the_audit() {
    let mut server = server();
    let olga = server.agent_http("olga");
    let made = ok(put(
        &olga,
        "/config/workstreams/vip",
        json!({"mode": "persistent", "default_queue": "support", "name": "VIP"}),
    )
    .await);
    assert_eq!(
        (&made["revision"], &made["changed"]),
        (&json!(2), &json!(true))
    );
    start(&server, "maria", "vip").await;
    let again = put(
        &olga,
        "/config/workstreams/vip",
        json!({"mode": "persistent", "default_queue": "support", "name": "VIP"}),
    );
    let again = ok(again.await);
    assert_eq!(
        (&again["revision"], &again["changed"]),
        (&json!(2), &json!(false))
    );
    ok(edit(&olga, "/config/workstreams/vip", |w| {
        w["timers"]["offer_deadline"] = json!("60s");
    })
    .await);

    server.restart();
    let olga = server.agent_http("olga");
    let vip = ok(olga.get("/config/workstreams/vip").await);
    assert_eq!(vip["timers"]["offer_deadline"], "1min");
    let audit = ok(olga.get("/audit?limit=1").await);
    let record = &audit["records"][0];
    assert_eq!(
        (&record["who"], &record["from"], &record["what"]),
        (
            &json!("agent:olga"),
            &json!("127.0.0.1"),
            &json!("config_changed")
        )
    );
    let made = &record["change"];
    assert_eq!(
        (&made["interface"], &made["revision"]),
        (&json!("api"), &json!(3))
    );
    let change = &made["changes"][0];
    assert_eq!(
        (&change["kind"], &change["id"]),
        (&json!("workstreams"), &json!("vip"))
    );
    assert_eq!(change["before"]["timers"]["offer_deadline"], "2min");
    assert_eq!(change["after"]["timers"]["offer_deadline"], "1min");
    let next = audit["next"].as_str().expect("there is more");
    let older = ok(olga.get(&format!("/audit?before={next}")).await);
    assert_eq!(older["records"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        older["records"][0]["change"]["changes"][0].get("before"),
        None,
        "it was not there"
    );
}

#[tokio::test]
async fn of_two_admins_at_once_the_second_is_told() {
    let server = server();
    let olga = server.agent_http("olga");
    let change = |name: &str| {
        let request = olga
            .request(Method::PUT, "/api/v1/config/queues/support")
            .header("if-match", "\"1\"")
            .json(&json!({"name": name, "members": ["anna"]}));
        Http::run(request)
    };
    let (first, second) = tokio::join!(change("One"), change("Two"));
    let (good, stale): (Vec<Answer>, Vec<Answer>) =
        [first, second].into_iter().partition(|a| a.status == 200);
    assert_eq!((good.len(), stale.len()), (1, 1));
    assert_eq!((stale[0].status, stale[0].code()), (412, "conflict"));
    assert_eq!(good[0].body["revision"], 2);
    let nonsense = olga
        .request(Method::PUT, "/api/v1/config/queues/support")
        .header("if-match", "yesterday")
        .json(&json!({}));
    assert_eq!(Http::run(nonsense).await.code(), "invalid_request");
}

#[tokio::test]
async fn a_broken_file_leaves_everything_as_it_was_and_names_line_and_reason() {
    let server = server();
    let olga = server.agent_http("olga");
    let before = ok(olga.get("/config").await);
    let text = "name = \"Broken\"\n\n[queues.support]\nmembers = [\"nobody\"]\n";
    let request = olga
        .request(Method::PUT, "/api/v1/config")
        .header("content-type", "application/toml")
        .body(text);
    let refused = Http::run(request).await;
    assert_eq!(
        (refused.status, refused.code()),
        (422, "invalid_configuration")
    );
    let problems = refused.body["error"]["problems"].to_string();
    assert!(
        problems.contains("line 4, queues.support.members"),
        "{problems}"
    );
    assert_eq!(ok(olga.get("/config").await), before);
    let misspelt = put(&olga, "/config/queues/support", json!({"membres": []})).await;
    assert_eq!(misspelt.code(), "invalid_request");
    assert!(
        misspelt.body.to_string().contains("membres"),
        "{misspelt:?}"
    );
}

#[tokio::test]
async fn five_hundred_agents_are_applied_in_one_go_and_twice_is_once() {
    let server = server();
    let olga = server.agent_http("olga");
    let mut file = ok(olga.get("/config").await);
    for n in 0..500 {
        file["agents"][format!("a{n}")] = json!({"capacity": 3});
    }
    for n in 0..50 {
        let members: Vec<String> = (0..10).map(|m| format!("a{}", n * 10 + m)).collect();
        file["queues"][format!("q{n}")] = json!({"members": members});
    }
    for n in 0..20 {
        file["workstreams"][format!("w{n}")] =
            json!({"mode": "persistent", "default_queue": format!("q{n}")});
    }
    let planned = ok(put(&olga, "/config?dry_run=true", file.clone()).await);
    assert_eq!(
        planned["plan"]["changes"].as_array().map(Vec::len),
        Some(570)
    );
    assert_eq!(planned["revision"], 1, "nothing was done");
    let applied = ok(put(&olga, "/config", file.clone()).await);
    assert_eq!(applied["revision"], 2);
    let again = ok(put(&olga, "/config", file).await);
    assert_eq!(
        (&again["revision"], &again["changed"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(again["plan"]["changes"], json!([]));
}

#[tokio::test]
async fn an_agent_who_is_disabled_is_signed_out_and_their_conversations_go_on() {
    let server = server();
    let (olga, carol) = (server.agent_http("olga"), server.agent_http("carol"));
    let mut anna = server.available("anna").await;
    let held = start(&server, "maria", SUPPORT).await;
    anna.accept(&held).await;
    let offered = start(&server, "joao", SUPPORT).await;
    anna.offer(&offered).await;

    ok(edit(&olga, "/config/agents/anna", |a| {
        a["enabled"] = json!(false);
    })
    .await);

    assert_eq!(anna.closed().await, Some(1008));
    for id in [&held, &offered] {
        view(&carol, id, "open", |v| {
            v["state"] == "open" && v.get("agent").is_none()
        })
        .await;
    }
    let mut bob = server.available("bob").await;
    bob.offer(&held).await;
    bob.offer(&offered).await;
    let journal = ok(carol
        .get(&format!("/conversations/{held}/explanation"))
        .await)
    .to_string();
    assert!(
        journal.contains("dismissed") && journal.contains("agent_gone"),
        "{journal}"
    );
    assert_eq!(server.agent_http("anna").get("/me").await.status, 401);
}

#[tokio::test]
async fn fewer_units_than_load_revoke_nothing_and_stop_offers() {
    let server = server();
    let (olga, carol) = (server.agent_http("olga"), server.agent_http("carol"));
    let mut anna = server.available("anna").await;
    let mut held = Vec::new();
    for customer in ["maria", "joao"] {
        let id = start(&server, customer, SUPPORT).await;
        anna.accept(&id).await;
        held.push(id);
    }
    ok(edit(&olga, "/config/agents/anna", |a| a["capacity"] = json!(1)).await);
    let third = start(&server, "rosa", SUPPORT).await;
    anna.act("park", &held[0]).await;
    for id in &held[1..] {
        view(&carol, id, "kept", |v| v["agent"] == "anna").await;
    }
    view(&carol, &third, "waiting", |v| v["state"] == "open").await;
    anna.act("park", &held[1]).await;
    anna.offer(&third).await;
}

#[tokio::test]
async fn a_deleted_queue_says_who_needs_it_and_moves_its_conversations() {
    let server = server();
    let (olga, carol) = (server.agent_http("olga"), server.agent_http("carol"));
    ok(put(&olga, "/config/queues/night", json!({"members": ["anna"]})).await);
    ok(edit(&olga, "/config/workstreams/support", |w| {
        w["default_queue"] = json!("night");
    })
    .await);
    let mut anna = server.available("anna").await;
    let active = start(&server, "maria", SUPPORT).await;
    anna.accept(&active).await;
    let parked = start(&server, "joao", SUPPORT).await;
    anna.accept(&parked).await;
    anna.act("park", &parked).await;

    let needed = delete(&olga, "/config/queues/night").await;
    assert_eq!((needed.status, needed.code()), (409, "in_use"));
    let problems = needed.body["error"]["problems"].to_string();
    assert!(
        problems.contains("workstreams.support.default_queue"),
        "{problems}"
    );
    ok(edit(&olga, "/config/workstreams/support", |w| {
        w["default_queue"] = json!("support");
    })
    .await);
    let needed = delete(&olga, "/config/queues/night").await;
    assert_eq!((needed.status, needed.code()), (409, "in_use"));
    assert!(needed.body.to_string().contains("move_to"), "{needed:?}");
    ok(delete(&olga, "/config/queues/night?move_to=sales").await);

    let moved = view(&carol, &active, "moved", |v| v["queue"] == "sales").await;
    assert_eq!(
        (&moved["agent"], &moved["state"]),
        (&json!("anna"), &json!("active"))
    );
    let said = server
        .customer_http("joao")
        .post(
            &format!("/conversations/{parked}/messages"),
            json!({"client_id": "back", "text": "I am back"}),
        )
        .await;
    assert_eq!(said.status, 201);
    view(&carol, &parked, "followed", |v| v["queue"] == "sales").await;
    assert_eq!(delete(&olga, "/config/queues/night").await.status, 404);
}

#[tokio::test]
async fn a_workstream_stays_while_it_has_conversations_also_parked_ones() {
    let server = server();
    let (olga, carol) = (server.agent_http("olga"), server.agent_http("carol"));
    let id = start(&server, "maria", PICK).await;
    let mut anna = server.available("anna").await;
    anna.act("pick", &id).await;
    for step in ["active", "parked"] {
        let refused = delete(&olga, &format!("/config/workstreams/{PICK}")).await;
        assert_eq!((refused.status, refused.code()), (409, "in_use"), "{step}");
        if step == "active" {
            anna.act("park", &id).await;
        }
    }
    ok(carol.act(&id, "force-close").await);
    view(&carol, &id, "closed", |v| v["state"] == "closed").await;
    let mode = edit(&olga, &format!("/config/workstreams/{PICK}"), |w| {
        w["mode"] = json!("live");
        w["keep_same_agent"] = json!(false);
        w.as_object_mut().expect("an object").remove("stickiness");
    })
    .await;
    assert_eq!(mode.code(), "in_use");
    assert!(
        mode.body.to_string().contains("its mode is fixed"),
        "{mode:?}"
    );
    ok(delete(&olga, &format!("/config/workstreams/{PICK}")).await);
    let gone = server
        .customer_http("maria")
        .post("/conversations", json!({"workstream": PICK}))
        .await;
    assert_eq!(gone.code(), "unknown_workstream");
    ok(delete(&olga, &format!("/config/workstreams/{LIVE}")).await);
}

#[tokio::test]
async fn hours_that_close_stop_offers_and_hours_that_open_start_them() {
    let server = server();
    let olga = server.agent_http("olga");
    ok(put(&olga, "/config/hours/never", json!({"time_zone": "UTC"})).await);
    ok(edit(&olga, "/config/queues/support", |q| {
        q["hours"] = json!("never");
    })
    .await);
    let mut anna = server.available("anna").await;
    let id = start(&server, "maria", SUPPORT).await;
    let refused = delete(&olga, "/config/hours/never").await;
    assert_eq!(refused.code(), "in_use");
    let carol = server.agent_http("carol");
    view(&carol, &id, "not offered", |v| v["state"] == "open").await;
    ok(edit(&olga, "/config/queues/support", |q| {
        q.as_object_mut().expect("an object").remove("hours");
    })
    .await);
    anna.offer(&id).await;
}

#[tokio::test]
async fn a_new_agent_signs_in_with_the_secret_in_the_answer_until_it_is_renewed() {
    let server = server();
    let olga = server.agent_http("olga");
    let made = ok(put(
        &olga,
        "/config/agents/zoe",
        json!({"capacity": 1, "queues": ["sales"]}),
    )
    .await);
    let secret = made["secret"].as_str().expect("shown once");
    let zoe = Http::new(server.address, Some(format!("zoe:{secret}")));
    ok(zoe.get("/me").await);
    assert_eq!(
        ok(olga.get("/config/queues/sales").await)["members"],
        json!(["anna", "bob", "carol", "zoe"])
    );
    let renewed = ok(olga.post("/config/agents/zoe/secret", json!({})).await);
    assert_eq!(zoe.get("/me").await.status, 401, "the old one ended");
    let secret = renewed["secret"].as_str().expect("shown once");
    let zoe = Http::new(server.address, Some(format!("zoe:{secret}")));
    ok(zoe.get("/me").await);
    let audit = ok(olga.get("/audit").await).to_string();
    assert!(
        audit.contains("(renewed)") && !audit.contains(secret),
        "{audit}"
    );
    ok(delete(&olga, "/config/agents/zoe").await);
    assert_eq!(zoe.get("/me").await.status, 401);
    assert_eq!(
        olga.post("/config/agents/zoe/secret", json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn the_last_admin_cannot_be_locked_out() {
    let server = server();
    let olga = server.agent_http("olga");
    for refused in [
        delete(&olga, "/config/agents/olga").await,
        edit(&olga, "/config/agents/olga", |a| a["role"] = json!("agent")).await,
    ] {
        assert_eq!(refused.code(), "invalid_configuration");
        assert!(refused.body.to_string().contains("admin"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_shorter_timer_holds_for_conversations_that_sleep_as_well() {
    let mut server = server();
    let mut parked = Vec::new();
    let mut anna = server.available("anna").await;
    for customer in ["maria", "joao", "rosa"] {
        let id = start(&server, customer, SUPPORT).await;
        anna.accept(&id).await;
        anna.act("park", &id).await;
        parked.push(id);
    }
    drop(anna);
    // After a restart nothing of them is awake.
    server.restart();
    let (olga, carol) = (server.agent_http("olga"), server.agent_http("carol"));
    ok(edit(&olga, &format!("/config/workstreams/{SUPPORT}"), |w| {
        w["timers"]["auto_close_after"] = json!("2min");
    })
    .await);
    server.advance(Millis::minutes(3));
    eventually(
        "they are closed without anybody looking at them",
        async || {
            let list = carol.get("/conversations?state=closed").await.body;
            let ids = list["conversations"].as_array()?;
            (ids.len() == parked.len()).then_some(())
        },
    )
    .await;
}

#[tokio::test]
async fn a_live_customer_in_line_is_told_when_the_queue_closes() {
    let server = server();
    let olga = server.agent_http("olga");
    let mut maria = server.customer("maria").await;
    let id = maria.start(LIVE, "Hello").await;
    maria.follow(&id, 0).await;
    ok(put(&olga, "/config/hours/never", json!({"time_zone": "UTC"})).await);
    ok(edit(&olga, "/config/queues/support", |q| {
        q["hours"] = json!("never");
    })
    .await);
    maria
        .until(|f| f["author"]["system"] == "outside_hours")
        .await;
}

#[tokio::test]
async fn a_removed_way_to_prove_who_one_is_closes_the_sockets_that_came_by_it() {
    let server = server();
    let olga = server.agent_http("olga");
    let mut maria = server.customer("maria").await;
    maria.start(SUPPORT, "Hello").await;
    maria.so_far().await;
    // Another setting concerns nobody who is here.
    let setting = olga.get("/config/authentication/shop").await;
    let mut other = setting.body.clone();
    other["issuer"] = json!("elsewhere");
    ok(put(&olga, "/config/authentication/other", other).await);
    ok(delete(&olga, "/config/authentication/other").await);
    let view = maria.answer(json!({"type": "list"})).await;
    assert_eq!(view["type"], "accepted", "{view}");

    // One that is made stricter is proven anew; this token does.
    let mut stricter = setting.body.clone();
    stricter["leeway"] = json!("30s");
    ok(put(&olga, "/config/authentication/shop", stricter).await);
    assert_eq!(maria.heard("refused").await["code"], "token_invalid");
    assert_eq!(maria.closed().await, Some(1008));
    let mut maria = server.customer("maria").await;

    let opted_in = |w: &mut Value| w["device_identity"] = json!(true);
    ok(edit(&olga, &format!("/config/workstreams/{SUPPORT}"), opted_in).await);
    let nobody = |w: &mut Value| w["authentication"] = json!([]);
    ok(edit(&olga, "/config/widgets/shop", nobody).await);
    let gone = delete(&olga, "/config/authentication/shop").await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    assert_eq!(maria.heard("refused").await["code"], "token_invalid");
    assert_eq!(maria.closed().await, Some(1008));
}
