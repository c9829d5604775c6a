//! The audit over real sockets: who did what from where, and nothing that must not be kept.

use linger::domain::ids::WidgetId;
use linger::domain::time::Millis;
use linger::limits;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{PICK, SUPPORT, Site};
use crate::common::eventually;
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::Socket;

const PASSWORD: &str = "correct horse battery staple";
const WRONG: &str = "Tr0ub4dor-and-three";
const ADDRESS: &str = "198.51.100.7";

/// One server behind a proxy, so that every client has an address of its own.
fn server(site: Site) -> Server {
    Server::set(site.with_admin(), |settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
}

async fn send(http: &Http, method: Method, path: &str, body: Value) -> Answer {
    let request = http.request(method, &format!("/api/v1{path}"));
    Http::run(request.header("x-forwarded-for", ADDRESS).json(&body)).await
}

async fn done(http: &Http, method: Method, path: &str, body: Value) -> Value {
    let answer = send(http, method, path, body).await;
    assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
    answer.body
}

/// Everything in the audit, oldest first.
async fn all(server: &Server) -> Vec<Value> {
    let olga = server.agent_http("olga");
    let mut records = Vec::new();
    let mut path = "/audit?limit=7".to_owned();
    loop {
        let page = olga.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        records.extend(page.body["records"].as_array().expect("a list").clone());
        let Some(next) = page.body["next"].as_str() else {
            records.reverse();
            return records;
        };
        path = format!("/audit?limit=7&before={next}");
    }
}

/// The only record of a kind.
fn only<'a>(records: &'a [Value], what: &str) -> &'a Value {
    let found: Vec<&Value> = records.iter().filter(|r| r["what"] == what).collect();
    assert_eq!(found.len(), 1, "{what}: {found:?}");
    found[0]
}

/// Who, from where, about what.
fn told(record: &Value) -> (&str, &str, &str) {
    let text = |name: &str| record[name].as_str().unwrap_or_default();
    (text("who"), text("from"), text("object"))
}

#[tokio::test]
async fn what_concerns_credentials_is_there_once_with_who_and_from_where() {
    let mut server = server(Site::with_capacity(2));
    let olga = server.agent_http("olga");
    let nobody = Http::new(server.address, None);
    let body = json!({"password": PASSWORD});
    done(&olga, Method::PUT, "/agents/anna/password", body).await;
    let failed = json!({"agent": "anna", "password": WRONG, "token": true});
    let failed = send(&nobody, Method::POST, "/auth/sign-in", failed).await;
    assert_eq!(failed.code(), "sign_in_failed");
    // Somebody's password in the wrong field is not kept either.
    let slip = json!({"agent": WRONG, "password": "anna", "token": true});
    send(&nobody, Method::POST, "/auth/sign-in", slip).await;
    let good = json!({"agent": "anna", "password": PASSWORD, "token": true});
    let first = done(&nobody, Method::POST, "/auth/sign-in", good.clone()).await;
    let second = done(&nobody, Method::POST, "/auth/sign-in", good).await;
    let token = first["token"].as_str().expect("a token");
    let anna = Http::new(server.address, Some(token.to_owned()));
    let session = second["session"].as_str().expect("a name");
    let path = format!("/auth/sessions/{session}");
    done(&anna, Method::DELETE, &path, json!({})).await;
    done(&anna, Method::POST, "/auth/sign-out", json!({})).await;
    let key = json!({"agent": "olga", "name": "SIEM of Beatrix", "scopes": ["audit:read", "config:read"]});
    let made = done(&olga, Method::POST, "/api-keys", key).await;
    let secret = made["key"].as_str().expect("shown once").to_owned();
    let key_name = made["id"].as_str().expect("a name").to_owned();
    let siem = Http::new(server.address, Some(secret.clone()));
    done(&siem, Method::GET, "/config?secrets=true", json!({})).await;
    let denied = send(
        &siem,
        Method::PUT,
        "/me/presence",
        json!({"presence": "away"}),
    )
    .await;
    assert_eq!(denied.code(), "forbidden");
    let path = format!("/api-keys/{key_name}");
    done(&olga, Method::DELETE, &path, json!({})).await;
    done(&olga, Method::DELETE, "/agents/anna/totp", json!({})).await;
    done(&olga, Method::DELETE, "/agents/anna/password", json!({})).await;

    let before = all(&server).await;
    server.restart();
    let records = all(&server).await;
    assert_eq!(records, before, "kept through a restart");
    let key = format!("api_key:{key_name}");
    for (what, who, object) in [
        ("password_changed", "agent:olga", "agent:anna"),
        ("session_revoked", "agent:anna", "agent:anna"),
        ("sign_out", "agent:anna", ""),
        ("api_key_made", "agent:olga", key.as_str()),
        ("exported", key.as_str(), "configuration"),
        ("refused", key.as_str(), ""),
        ("api_key_revoked", "agent:olga", key.as_str()),
        ("second_factor_removed", "agent:olga", "agent:anna"),
        ("password_removed", "agent:olga", "agent:anna"),
    ] {
        assert_eq!(told(only(&records, what)), (who, ADDRESS, object), "{what}");
    }
    let of = |what: &str| -> Vec<&Value> { records.iter().filter(|r| r["what"] == what).collect() };
    let failed = of("sign_in_failed");
    assert_eq!(told(failed[0]), ("nobody", ADDRESS, "agent:anna"));
    assert_eq!((failed.len(), told(failed[1]).2), (2, ""));
    let signed_in = of("sign_in");
    assert_eq!(signed_in.len(), 2);
    assert_eq!(told(signed_in[0]), ("agent:anna", ADDRESS, ""));
    assert_eq!(signed_in[0]["details"]["session"], first["session"]);
    assert_eq!(
        only(&records, "refused")["details"]["at"],
        "PUT /api/v1/me/presence"
    );
    assert_eq!(only(&records, "exported")["details"]["agent"], "olga");
    let numbers: Vec<u64> = records.iter().filter_map(|r| r["seq"].as_u64()).collect();
    let expected: Vec<u64> = (1..=records.len() as u64).collect();
    assert_eq!(numbers, expected, "none is missing");
    let text = Value::from(records).to_string();
    for kept_out in [PASSWORD, WRONG, token, &secret, "Beatrix"] {
        assert!(!text.contains(kept_out), "{kept_out}");
    }
}

#[tokio::test]
async fn overrides_and_force_closes_are_there_once_however_they_came() {
    let server = server(Site::with_capacity(1));
    let mut anna = server.available("anna").await;
    let mut ids = Vec::new();
    for customer in ["maria", "nina", "lena"] {
        let mut socket = server.customer(customer).await;
        ids.push(socket.start(PICK, "My secret is 4711").await);
    }
    anna.act("pick", &ids[0]).await;
    let carol = server.agent_http("carol");
    let path = format!("/conversations/{}/assign", ids[1]);
    done(&carol, Method::POST, &path, json!({"agent": "anna"})).await;
    anna.accept(&ids[1]).await;
    let path = format!("/conversations/{}/force-close", ids[1]);
    done(&carol, Method::POST, &path, json!({})).await;
    let bulk = json!({"action": "force_close", "ids": [ids[2]]});
    done(&carol, Method::POST, "/conversations/bulk", bulk).await;
    let mut socket = server.agent("carol").await;
    socket.act("force_close", &ids[0]).await;

    let records = all(&server).await;
    let over = only(&records, "capacity_override");
    let second = format!("conversation:{}", ids[1]);
    assert_eq!(told(over), ("agent:carol", ADDRESS, second.as_str()));
    assert_eq!(over["details"]["to"], "anna");
    let closed: Vec<_> = records
        .iter()
        .filter(|r| r["what"] == "force_closed")
        .collect();
    let objects: Vec<String> = [1, 2, 0].map(|n| format!("conversation:{}", ids[n])).into();
    let expected: Vec<_> = objects
        .iter()
        .zip([ADDRESS, ADDRESS, "127.0.0.1"])
        .map(|(object, from)| ("agent:carol", from, object.as_str()))
        .collect();
    let found: Vec<_> = closed.iter().map(|r| told(r)).collect();
    assert_eq!(found, expected);
    assert!(!Value::from(records.clone()).to_string().contains("4711"));

    let olga = server.agent_http("olga");
    let of = async |query: &str| {
        let page = olga.get(&format!("/audit?{query}")).await;
        page.body["records"].as_array().map(Vec::len)
    };
    assert_eq!(of("what=force_closed,capacity_override").await, Some(4));
    assert_eq!(of(&format!("object={second}")).await, Some(2));
    assert_eq!(of("who=agent:carol").await, Some(4));
    assert_eq!(of("who=agent:anna").await, Some(0));
    let now = server.now();
    assert_eq!(of(&format!("since={}", now + 1)).await, Some(0));
    assert_eq!(of(&format!("until={}", now + 1)).await, Some(records.len()));
    for bad in ["what=everything", "before=yesterday", "whom=anna"] {
        let refused = olga.get(&format!("/audit?{bad}")).await;
        assert_eq!(refused.code(), "invalid_request", "{bad}");
    }
}

#[tokio::test]
async fn devices_that_were_revoked_or_copied_are_there() {
    let mut site = Site::with_capacity(2);
    site.workstream(SUPPORT).device_identity = true;
    let server = server(site);
    let nobody = Http::new(server.address, None);
    let widget = json!({"widget": WidgetId::parse("shop").expect("an id").as_str()});
    let named = async || done(&nobody, Method::POST, "/devices", widget.clone()).await;
    let of = |device: &Value| {
        let customer = device["customer"].as_str().expect("an id").to_owned();
        let token = device["token"].as_str().expect("a token").to_owned();
        (customer, Http::new(server.address, Some(token)))
    };
    let (revoked, _) = of(&named().await);
    let id = revoked.trim_start_matches("device:");
    let carol = server.agent_http("carol");
    let path = format!("/devices/{id}");
    done(&carol, Method::DELETE, &path, json!({})).await;
    done(&carol, Method::DELETE, &path, json!({})).await;
    let (copied, old) = of(&named().await);
    let next = done(&old, Method::POST, "/devices/renew", json!({})).await;
    let (_, new) = of(&next);
    done(&new, Method::GET, "/conversations", json!({})).await;
    server.advance(Millis::minutes(60));
    let back = send(&old, Method::POST, "/devices/renew", json!({})).await;
    assert_eq!(back.code(), "token_invalid");

    let records = all(&server).await;
    let expected = ("agent:carol", ADDRESS, revoked.as_str());
    assert_eq!(told(only(&records, "device_revoked")), expected);
    let expected = ("nobody", ADDRESS, copied.as_str());
    assert_eq!(told(only(&records, "device_reused")), expected);
}

#[tokio::test]
async fn a_thousand_bad_tokens_leave_a_few_records_and_their_count() {
    let server = server(Site::with_capacity(2));
    let bad = Http::new(server.address, Some("ls_bad-token-of-nobody".to_owned()));
    for _ in 0..990 {
        let answer = send(&bad, Method::GET, "/me", json!({})).await;
        assert_eq!(answer.code(), "token_invalid");
    }
    for _ in 0..10 {
        let mut refused = Socket::silent(server.address, "agent").await;
        let hello = json!({"type": "hello", "token": "anna:bad-token-of-anna"});
        refused.say(&hello).await;
        assert_eq!(refused.closed().await, Some(1008));
    }
    // Good, but used by a page of somebody else.
    let foreign = server
        .agent_http("anna")
        .request(Method::GET, "/api/v1/me")
        .header("origin", "https://elsewhere.example")
        .header("x-forwarded-for", "198.51.100.8");
    assert_eq!(Http::run(foreign).await.code(), "foreign_origin");

    // A look at the audit writes the count; nobody waits for it.
    let records = eventually("the count is written", async || {
        let records = all(&server).await;
        let has_count = |r: &Value| r["details"].get("left_out").is_some();
        records.iter().any(has_count).then_some(records)
    })
    .await;
    let left_out = |r: &Value| {
        r["details"]["left_out"]
            .as_str()
            .map(|n| n.parse::<usize>())
    };
    let by = |from: &str| -> (usize, usize) {
        let mine = records.iter().filter(|r| r["from"] == from);
        let (counts, kept): (Vec<_>, Vec<_>) = mine.map(left_out).partition(Option::is_some);
        let sum = counts
            .into_iter()
            .flatten()
            .map(|n| n.expect("a number"))
            .sum();
        (kept.len(), sum)
    };
    let (kept, counted) = by(ADDRESS);
    // The clock of the test stands still; it may have begun late in a minute, no more.
    assert_eq!(kept, limits::AUDIT_REFUSALS_PER_ADDRESS as usize);
    assert_eq!(kept + counted, 990);
    assert_eq!(by("127.0.0.1"), (10, 0), "the sockets");
    assert_eq!(by("198.51.100.8"), (1, 0));
    let socket = records.iter().find(|r| r["from"] == "127.0.0.1");
    let details = &socket.expect("a record")["details"];
    assert_eq!(
        (&details["code"], &details["at"]),
        (&json!("token_invalid"), &json!("/ws/agent"))
    );
    assert!(
        !Value::from(records.clone())
            .to_string()
            .contains("bad-token")
    );
    assert_eq!(all(&server).await.len(), records.len(), "counted once");
}

#[tokio::test]
async fn the_whole_audit_is_exported_line_by_line_and_that_is_in_it() {
    let server = server(Site::with_capacity(2));
    let olga = server.agent_http("olga");
    let rounds = limits::AUDIT_EXPORT_PAGE + 20;
    let path = "/config?secrets=true";
    for _ in 0..rounds {
        done(&olga, Method::GET, path, json!({})).await;
    }
    let export = async |http: &Http, query: &str| -> (String, Vec<Value>) {
        let path = format!("/api/v1/audit/export{query}");
        let answer = http.request(Method::GET, &path).send().await.expect("sent");
        assert_eq!(answer.status(), 200, "{query}");
        let kind = answer.headers()["content-type"]
            .to_str()
            .expect("text")
            .to_owned();
        let text = answer.text().await.expect("whole");
        let lines = text.lines().map(|l| serde_json::from_str(l).expect("JSON"));
        (kind, lines.collect())
    };
    let (kind, lines) = export(&olga, "").await;
    assert_eq!(kind, "application/x-ndjson");
    assert_eq!(lines, all(&server).await, "the same, oldest first");
    assert_eq!(lines.len(), rounds + 1);
    let last = lines.last().expect("the export");
    assert_eq!(told(last), ("agent:olga", "127.0.0.1", "audit"));
    let place = format!("{}.{}", last["at"], last["seq"]);
    let (_, next) = export(&olga, &format!("?after={place}&what=exported")).await;
    assert_eq!(next.len(), 1, "only what was not there: this export");
    assert_eq!(next[0]["details"]["what"], "exported");

    for who in ["anna", "carol"] {
        let refused = server.agent_http(who).get("/audit/export").await;
        assert_eq!(refused.code(), "forbidden", "{who}");
    }
    let key = json!({"agent": "olga", "name": "SIEM", "scopes": ["audit:read"]});
    let made = done(&olga, Method::POST, "/api-keys", key).await;
    let key = made["key"].as_str().expect("shown once").to_owned();
    let siem = Http::new(server.address, Some(key));
    let (_, refused) = export(&siem, "?what=refused").await;
    let who: Vec<_> = refused.iter().map(|r| told(r).0).collect();
    assert_eq!(who, ["agent:anna", "agent:carol"]);
}
