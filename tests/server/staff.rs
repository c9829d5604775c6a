//! How people of the company sign in: passwords, sessions, cookies, second factors, API
//! keys; and that whatever ends closes its open sockets at once.

use std::time::Duration;

use aws_lc_rs::hmac;
use linger::config::StaffSettings;
use linger::domain::company::Role;
use linger::domain::time::Millis;
use linger::limits;
use reqwest::Method;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::{Value, json};

use crate::common::company::{self, Site};
use crate::common::eventually;
use crate::common::http::{Answer, Http};
use crate::common::server::Server;
use crate::common::socket::Socket;

const PASSWORD: &str = "correct horse battery staple";
const OTHER: &str = "a completely different sentence";

/// Headers of a handshake.
type Headers<'a> = &'a [(&'static str, &'a str)];

/// Longest wait for the end of a socket.
const AT_ONCE: Duration = Duration::from_secs(10);

fn site() -> Site {
    Site::with_capacity(2).with_admin()
}

fn server() -> Server {
    Server::with(site())
}

async fn send(http: &Http, method: Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = http.request(method, &format!("/api/v1{path}"));
    if let Some(body) = body {
        request = request.json(&body);
    }
    Http::run(request).await
}

fn done(answer: &Answer) {
    assert!((200..300).contains(&answer.status), "{answer:?}");
}

/// An admin gives somebody a password.
async fn give_password(server: &Server, agent: &str, password: &str) {
    let body = Some(json!({"password": password}));
    let path = format!("/agents/{agent}/password");
    done(&send(&server.agent_http("olga"), Method::PUT, &path, body).await);
}

fn nobody(server: &Server) -> Http {
    Http::new(server.address, None)
}

async fn try_password(server: &Server, agent: &str, password: &str) -> Answer {
    let body = json!({"agent": agent, "password": password, "token": true});
    nobody(server).post("/auth/sign-in", body).await
}

fn with_token(server: &Server, answer: &Answer) -> Http {
    done(answer);
    Http::new(server.address, Some(token_of(answer)))
}

fn token_of(answer: &Answer) -> String {
    answer.body["token"].as_str().expect("a token").to_owned()
}

/// A client that is signed in.
async fn sign_in(server: &Server, agent: &str) -> Http {
    with_token(server, &try_password(server, agent, PASSWORD).await)
}

fn session_of(answer: &Answer) -> String {
    answer.body["session"].as_str().expect("a name").to_owned()
}

async fn is_over(http: &Http) {
    let answer = http.get("/auth/session").await;
    assert_eq!((answer.status, answer.code()), (401, "token_invalid"));
}

/// The socket is told that its credential has ended, and closed.
async fn is_closed(mut socket: Socket, what: &str) {
    // Far less than a heartbeat, which would notice as well.
    let closed = tokio::time::timeout(AT_ONCE, socket.closed()).await;
    assert_eq!(closed.expect("at once"), Some(1008), "{what}");
    let told = socket.arrived();
    let last = told.last().expect("a refusal before the close");
    assert_eq!(
        (&last["type"], &last["code"]),
        (&json!("refused"), &json!("token_invalid")),
        "{what}: {told:?}"
    );
}

/// The socket still answers.
async fn is_open(socket: &mut Socket) {
    socket.ask(json!({"type": "me"})).await;
}

#[tokio::test]
async fn an_agent_signs_in_with_a_password_and_the_session_survives_a_restart() {
    let mut server = server();
    assert_eq!(
        try_password(&server, "anna", PASSWORD).await.code(),
        "sign_in_failed",
        "there is none yet"
    );
    give_password(&server, "anna", PASSWORD).await;
    let answer = try_password(&server, "anna", PASSWORD).await;
    let token = token_of(&answer);
    assert_eq!(answer.body["role"], "agent");
    assert!(token.starts_with("ls_") && token.len() == 46, "256 bits");
    server.restart();
    let anna = Http::new(server.address, Some(token.clone()));
    let session = anna.get("/auth/session").await;
    assert_eq!(session.body["agent"], "anna", "{session:?}");
    assert_eq!(session.body["session"], session_of(&answer));
    let mut socket = Socket::agent(server.address, &token).await;
    assert_eq!(socket.welcome["principal"]["id"], "anna");
    is_open(&mut socket).await;
    done(&anna.presence("available").await);
    let floor = anna.get("/floor").await;
    assert_eq!(floor.code(), "forbidden", "the role is the agent's");
}

#[tokio::test]
async fn a_session_ends_idle_and_old() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let idle = sign_in(&server, "anna").await;
    server.advance(limits::SIGN_IN_IDLE);
    let answer = idle.get("/me").await;
    assert_eq!((answer.status, answer.code()), (401, "token_expired"));
    let used = sign_in(&server, "anna").await;
    let step = Millis(limits::SIGN_IN_IDLE.0 / 2);
    let mut passed = 0;
    while passed + step.0 < limits::SIGN_IN_LIFE.0 {
        server.advance(step);
        passed += step.0;
        done(&used.get("/me").await);
    }
    server.advance(step);
    assert_eq!(used.get("/me").await.code(), "token_expired");
}

#[tokio::test]
async fn nothing_tells_an_unknown_agent_from_a_wrong_password() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let mut answers = Vec::new();
    for agent in ["anna", "bob", "nobody", ""] {
        let answer = try_password(&server, agent, OTHER).await;
        answers.push((answer.status, answer.body));
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, 401);
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down_and_the_right_person_waits_half_a_minute_at_most() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    for _ in 0..limits::SIGN_IN_TRIES {
        assert_eq!(
            try_password(&server, "anna", OTHER).await.code(),
            "sign_in_failed"
        );
    }
    let refused = try_password(&server, "anna", PASSWORD).await;
    assert_eq!((refused.status, refused.code()), (429, "rate_limited"));
    assert_eq!(refused.retry_after.as_deref(), Some("30"));
    let unknown = try_password(&server, "nobody", OTHER).await;
    assert_eq!(unknown.code(), "sign_in_failed", "others are not held up");
    server.advance(limits::SIGN_IN_TRY_EVERY);
    sign_in(&server, "anna").await;
    for _ in 0..limits::SIGN_IN_TRIES {
        assert_eq!(
            try_password(&server, "anna", OTHER).await.code(),
            "sign_in_failed",
            "a right one gives all tries back"
        );
    }
}

/// What a page of this server sends.
struct Page {
    client: reqwest::Client,
    base: String,
    cookie: String,
}

impl Page {
    async fn sign_in(server: &Server, agent: &str) -> (Self, HeaderMap) {
        let client = reqwest::Client::new();
        let base = format!("http://{}", server.address);
        let answer = client
            .post(format!("{base}/api/v1/auth/sign-in"))
            .header("origin", &base)
            .json(&json!({"agent": agent, "password": PASSWORD}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        let headers = answer.headers().clone();
        let body: Value = answer.json().await.expect("JSON");
        assert!(body.get("token").is_none(), "pages never see the token");
        let cookie = headers[SET_COOKIE].to_str().expect("text");
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        let page = Self {
            client,
            base,
            cookie,
        };
        (page, headers)
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base))
            .header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Http::run(request).await
    }

    async fn own(&self, method: Method, path: &str) -> Answer {
        let headers = [("origin", self.base.as_str()), ("x-linger-request", "1")];
        self.send(method, path, &headers).await
    }
}

#[tokio::test]
async fn a_page_is_signed_in_by_a_cookie_that_no_other_site_can_use() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let (page, headers) = Page::sign_in(&server, "anna").await;
    let cookie = headers[SET_COOKIE].to_str().expect("text");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    assert!(!cookie.contains("Secure"), "not over plain HTTP: {cookie}");
    done(&page.send(Method::GET, "/me", &[]).await);
    let evil = ("origin", "https://evil.example");
    let mark = ("x-linger-request", "1");
    let own = ("origin", page.base.as_str());
    let refused: &[(Method, &[(&str, &str)])] = &[
        (Method::GET, &[evil]),
        (Method::GET, &[("sec-fetch-site", "cross-site")]),
        (Method::POST, &[]),
        (Method::POST, &[mark]),
        (Method::POST, &[own]),
        (Method::POST, &[evil, mark]),
        (Method::POST, &[own, mark, ("sec-fetch-site", "same-site")]),
    ];
    for (method, headers) in refused {
        let path = if *method == Method::GET {
            "/me"
        } else {
            "/auth/sign-out"
        };
        let answer = page.send(method.clone(), path, headers).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "not_same_origin"),
            "{method} {headers:?}"
        );
    }
    let cross = page
        .client
        .post(format!("{}/api/v1/auth/sign-in", page.base))
        .header("origin", "https://evil.example")
        .json(&json!({"agent": "anna", "password": PASSWORD}));
    assert_eq!(Http::run(cross).await.code(), "not_same_origin");
    done(&page.own(Method::POST, "/auth/sign-out").await);
    let after = page.send(Method::GET, "/me", &[]).await;
    assert_eq!((after.status, after.code()), (401, "token_invalid"));
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure_and_bound_to_its_host() {
    let staff = StaffSettings {
        public_url: Some("https://chat.example.com".to_owned()),
        ..StaffSettings::default()
    };
    let server = Server::signing_in(site(), staff);
    give_password(&server, "anna", PASSWORD).await;
    let base = format!("http://{}/api/v1", server.address);
    let client = reqwest::Client::new();
    let answer = client
        .post(format!("{base}/auth/sign-in"))
        .header("origin", "https://chat.example.com")
        .json(&json!({"agent": "anna", "password": PASSWORD}))
        .send()
        .await
        .expect("an answer");
    let cookie = answer.headers()[SET_COOKIE].to_str().expect("text");
    assert!(cookie.starts_with("__Host-linger_session=ls_"), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let get = |cookie: String| client.get(format!("{base}/me")).header("cookie", cookie);
    done(&Http::run(get(pair.to_owned())).await);
    let other = pair.replace("__Host-", "");
    assert_eq!(Http::run(get(other)).await.code(), "unauthenticated");
}

#[tokio::test]
async fn a_page_opens_a_socket_with_its_cookie_and_other_sites_do_not() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let (page, _) = Page::sign_in(&server, "anna").await;
    let hello = json!({"type": "hello"});
    let cookie = ("cookie", page.cookie.as_str());
    let own = ("origin", page.base.as_str());
    let cases: &[(&str, Headers<'_>, &str)] = &[
        ("agent", &[own], "unauthenticated"),
        ("agent", &[cookie], "not_same_origin"),
        ("customer", &[cookie, own], "unauthenticated"),
    ];
    for (door, headers, code) in cases {
        let mut socket = Socket::with_headers(server.address, door, headers).await;
        socket.say(&hello).await;
        let refused = socket.next().await;
        assert_eq!(refused["code"], *code, "{door} {headers:?}");
        assert_eq!(socket.closed().await, Some(1008));
    }
    let evil = ("origin", "https://evil.example");
    let url = format!("http://{}/ws/agent", server.address);
    let handshake = reqwest::Client::new()
        .get(url)
        .header(cookie.0, cookie.1)
        .header(evil.0, evil.1)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let refused = Http::run(handshake).await;
    assert_eq!((refused.status, refused.code()), (403, "foreign_origin"));
    let mut socket = Socket::with_headers(server.address, "agent", &[cookie, own]).await;
    socket.say(&hello).await;
    let welcome = socket.next().await;
    assert_eq!(welcome["principal"]["id"], "anna", "{welcome}");
    done(&page.own(Method::POST, "/auth/sign-out").await);
    is_closed(socket, "sign-out of the page").await;
}

#[tokio::test]
async fn signing_out_closes_the_sockets_of_this_session_alone() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let first = try_password(&server, "anna", PASSWORD).await;
    let second = try_password(&server, "anna", PASSWORD).await;
    let here = Socket::agent(server.address, &token_of(&first)).await;
    let mut there = Socket::agent(server.address, &token_of(&second)).await;
    let http = with_token(&server, &first);
    assert_eq!(http.post("/auth/sign-out", json!({})).await.status, 204);
    is_closed(here, "sign-out").await;
    is_over(&http).await;
    is_open(&mut there).await;
    let secret = server
        .agent_http("anna")
        .post("/auth/sign-out", json!({}))
        .await;
    assert_eq!(secret.code(), "invalid_request", "a secret has no session");
}

#[tokio::test]
async fn a_long_poll_tells_nothing_to_whoever_was_signed_out_meanwhile() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let mut anna = server.available("anna").await;
    let mut maria = server.customer("maria").await;
    let id = maria.start("support", "Hello").await;
    anna.heard("offer").await;
    anna.act("accept", &id).await;
    let http = sign_in(&server, "anna").await;
    let asked = http.clone();
    let view = http.get(&format!("/conversations/{id}")).await;
    let last = view.body["last_seq"].as_u64().expect("a number");
    let path = format!("/conversations/{id}/events?after={last}&wait=60");
    let poll = tokio::spawn(async move { asked.get(&path).await });
    // Two sockets, and the poll: it is under way.
    eventually("the poll is under way", async || {
        let metrics = http.request(Method::GET, "/metrics").send().await;
        let text = metrics.expect("an answer").text().await.expect("text");
        text.lines().any(|l| l == "linger_sessions 3").then_some(())
    })
    .await;
    done(&http.post("/auth/sign-out", json!({})).await);
    maria
        .say(
            &json!({"type": "send", "conversation": id, "client_id": "m2", "text": "Still there?"}),
        )
        .await;
    let answer = poll.await.expect("no panic");
    assert_eq!((answer.status, answer.code()), (401, "token_invalid"));
}

#[tokio::test]
async fn an_ended_session_closes_its_sockets_whoever_ends_it() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    give_password(&server, "olga", PASSWORD).await;
    let anna = sign_in(&server, "anna").await;
    let carol = server.agent_http("carol");
    for who in ["own", "supervisor", "supervisor, all", "admin"] {
        let answer = try_password(&server, "anna", PASSWORD).await;
        let ended = with_token(&server, &answer);
        let socket = Socket::agent(server.address, &token_of(&answer)).await;
        let session = session_of(&answer);
        let listed = anna.get("/auth/sessions").await;
        let sessions = listed.body["sessions"].as_array().expect("a list");
        assert!(
            sessions.iter().any(|s| s["session"] == session),
            "{listed:?}"
        );
        let current = sessions.iter().filter(|s| s["current"] == true).count();
        assert_eq!(current, usize::from(who != "admin"), "{listed:?}");
        let own = format!("/auth/sessions/{session}");
        let theirs = format!("/agents/anna/sessions/{session}");
        let (http, path) = match who {
            "own" => (&anna, own),
            "supervisor" => (&carol, theirs),
            "supervisor, all" => (&carol, "/agents/anna/sessions".to_owned()),
            _ => (&server.agent_http("olga"), theirs),
        };
        let answer = send(http, Method::DELETE, &path, None).await;
        assert_eq!(answer.status, 204, "{who}: {answer:?}");
        is_closed(socket, who).await;
        is_over(&ended).await;
        if who == "supervisor, all" {
            is_over(&anna).await;
            break;
        }
        let again = send(http, Method::DELETE, &path, None).await;
        assert_eq!(again.code(), "not_found");
    }
    let olgas = try_password(&server, "olga", PASSWORD).await;
    let path = format!("/agents/olga/sessions/{}", session_of(&olgas));
    for (http, code) in [
        (&carol, "forbidden"),
        (&server.agent_http("bob"), "forbidden"),
    ] {
        assert_eq!(send(http, Method::DELETE, &path, None).await.code(), code);
        assert_eq!(http.get("/agents/olga/sessions").await.code(), code);
    }
    let own = format!("/auth/sessions/{}", session_of(&olgas));
    let foreign = send(&server.agent_http("bob"), Method::DELETE, &own, None).await;
    assert_eq!(foreign.code(), "not_found", "as if it did not exist");
    done(&with_token(&server, &olgas).get("/auth/session").await);
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session_and_the_old_one_is_void() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let stolen = try_password(&server, "anna", PASSWORD).await;
    let socket = Socket::agent(server.address, &token_of(&stolen)).await;
    let anna = sign_in(&server, "anna").await;
    for (current, new, code) in [
        (Some(OTHER), "another fine sentence", "sign_in_failed"),
        (None, "another fine sentence", "invalid_request"),
        (Some(PASSWORD), "short", "invalid_request"),
    ] {
        let body = json!({"current": current, "new": new});
        let answer = send(&anna, Method::PUT, "/auth/password", Some(body)).await;
        assert_eq!(answer.code(), code);
    }
    let body = json!({"current": PASSWORD, "new": OTHER});
    done(&send(&anna, Method::PUT, "/auth/password", Some(body)).await);
    is_closed(socket, "own change").await;
    is_over(&with_token(&server, &stolen)).await;
    done(&anna.get("/me").await);
    assert_eq!(
        try_password(&server, "anna", PASSWORD).await.code(),
        "sign_in_failed"
    );
    let again = try_password(&server, "anna", OTHER).await;
    let socket = Socket::agent(server.address, &token_of(&again)).await;
    give_password(&server, "anna", PASSWORD).await;
    is_closed(socket, "an admin's change").await;
    is_over(&anna).await;
}

#[tokio::test]
async fn the_first_password_is_chosen_with_the_secret() {
    let server = server();
    let body = Some(json!({"new": PASSWORD}));
    let anna = server.agent_http("anna");
    done(&send(&anna, Method::PUT, "/auth/password", body.clone()).await);
    sign_in(&server, "anna").await;
    let again = send(&anna, Method::PUT, "/auth/password", body).await;
    assert_eq!(again.code(), "conflict", "now the current one is asked for");
}

#[tokio::test]
async fn a_disabled_agent_a_changed_role_and_a_renewed_secret_close_open_sockets() {
    let server = server();
    let olga = server.agent_http("olga");
    give_password(&server, "anna", PASSWORD).await;
    let make_key = json!({"agent": "anna", "name": "bot", "scopes": ["conversations:read"]});
    for what in ["role", "secret", "disabled"] {
        let answer = try_password(&server, "anna", PASSWORD).await;
        let http = with_token(&server, &answer);
        let key = olga.post("/api-keys", make_key.clone()).await.body["key"].clone();
        let key = key.as_str().expect("shown once").to_owned();
        let sockets = [
            Socket::agent(server.address, &token_of(&answer)).await,
            Socket::agent(server.address, &key).await,
        ];
        if what == "secret" {
            done(&olga.post("/config/agents/anna/secret", json!({})).await);
        } else {
            let mut anna = olga.get("/config/agents/anna").await.body;
            match what {
                "role" => anna["role"] = json!("supervisor"),
                _ => anna["enabled"] = json!(false),
            }
            done(&send(&olga, Method::PUT, "/config/agents/anna", Some(anna)).await);
        }
        for socket in sockets {
            is_closed(socket, what).await;
        }
        is_over(&http).await;
        let key = Http::new(server.address, Some(key)).get("/me").await;
        assert_eq!(key.status == 200, what != "disabled", "{what}: {key:?}");
    }
    assert_eq!(
        try_password(&server, "anna", PASSWORD).await.code(),
        "sign_in_failed",
        "disabled"
    );
    let mut anna = olga.get("/config/agents/anna").await.body;
    anna["enabled"] = json!(true);
    done(&send(&olga, Method::PUT, "/config/agents/anna", Some(anna)).await);
    sign_in(&server, "anna").await;
}

#[tokio::test]
async fn who_comes_later_under_the_same_name_inherits_nothing() {
    let server = server();
    let olga = server.agent_http("olga");
    let made = json!({"display_name": "Zoe", "capacity": 1});
    done(&send(&olga, Method::PUT, "/config/agents/zoe", Some(made.clone())).await);
    give_password(&server, "zoe", PASSWORD).await;
    let body = json!({"agent": "zoe", "name": "bot", "scopes": ["conversations:read"]});
    let key = olga.post("/api-keys", body).await.body["key"].clone();
    let key = Http::new(server.address, key.as_str().map(str::to_owned));
    done(&key.get("/me").await);
    done(&send(&olga, Method::DELETE, "/config/agents/zoe", None).await);
    done(&send(&olga, Method::PUT, "/config/agents/zoe", Some(made)).await);
    assert_eq!(key.get("/me").await.code(), "token_invalid");
    assert_eq!(
        try_password(&server, "zoe", PASSWORD).await.code(),
        "sign_in_failed"
    );
}

#[tokio::test]
async fn an_api_key_does_what_its_scopes_say_until_it_ends() {
    let server = server();
    let olga = server.agent_http("olga");
    let expires = server.now() + 60_000;
    let body = json!({"agent": "carol", "name": "reports", "scopes": ["conversations:read"], "expires_at": expires});
    let made = olga.post("/api-keys", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.body["key"].as_str().expect("shown once").to_owned();
    assert!(token.starts_with("lk_"));
    let listed = olga.get("/api-keys").await.body;
    assert_eq!(listed["keys"][0]["id"], made.body["id"]);
    assert!(!listed.to_string().contains(&token), "never shown again");
    let key = Http::new(server.address, Some(token.clone()));
    for path in ["/me", "/floor", "/conversations", "/conversations/counts"] {
        done(&key.get(path).await);
    }
    for (method, path) in [
        (Method::PUT, "/me/presence"),
        (Method::GET, "/config"),
        (Method::GET, "/audit"),
        (Method::GET, "/api-keys"),
        (Method::GET, "/auth/session"),
        (Method::GET, "/agents/anna/sessions"),
    ] {
        let answer = send(&key, method, path, Some(json!({"presence": "away"}))).await;
        assert_eq!((answer.status, answer.code()), (403, "forbidden"), "{path}");
    }
    let mut socket = Socket::agent(server.address, &token).await;
    is_open(&mut socket).await;
    let refused = socket
        .refused(json!({"type": "presence", "presence": "available"}))
        .await;
    assert_eq!(refused["code"], "forbidden");
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|m| m.contains("conversations:write")),
        "{refused}"
    );
    server.advance(Millis::minutes(1));
    assert_eq!(key.get("/me").await.code(), "token_expired");
}

#[tokio::test]
async fn a_scope_never_reaches_beyond_the_role() {
    let server = server();
    let olga = server.agent_http("olga");
    let all = json!([
        "conversations:read",
        "conversations:write",
        "config:read",
        "config:write",
        "audit:read"
    ]);
    let mut keys = Vec::new();
    for agent in ["anna", "olga"] {
        let body = json!({"agent": agent, "name": "all", "scopes": all});
        let made = olga.post("/api-keys", body).await;
        let key = made.body["key"].as_str().expect("shown once").to_owned();
        keys.push(Http::new(server.address, Some(key)));
    }
    for path in ["/config", "/audit"] {
        assert_eq!(keys[0].get(path).await.code(), "forbidden", "{path}");
        done(&keys[1].get(path).await);
    }
    done(&keys[0].presence("away").await);
    let more = json!({"agent": "olga", "name": "more", "scopes": all});
    for key in &keys {
        assert_eq!(
            key.post("/api-keys", more.clone()).await.code(),
            "forbidden"
        );
    }
}

#[tokio::test]
async fn a_revoked_api_key_closes_its_sockets_and_bad_ones_are_not_made() {
    let mut server = server();
    let olga = server.agent_http("olga");
    let body = json!({"agent": "anna", "name": "bot", "scopes": ["conversations:write", "conversations:read"]});
    let made = olga.post("/api-keys", body.clone()).await;
    let token = made.body["key"].as_str().expect("shown once").to_owned();
    server.restart();
    let olga = server.agent_http("olga");
    let socket = Socket::agent(server.address, &token).await;
    let path = format!("/api-keys/{}", made.body["id"].as_str().expect("an id"));
    for who in ["anna", "carol"] {
        let answer = send(&server.agent_http(who), Method::DELETE, &path, None).await;
        assert_eq!(answer.code(), "forbidden");
    }
    assert_eq!(send(&olga, Method::DELETE, &path, None).await.status, 204);
    is_closed(socket, "revoked").await;
    let key = Http::new(server.address, Some(token));
    assert_eq!(key.get("/me").await.code(), "token_invalid");
    let cases: [(&str, Value, &str); 5] = [
        ("scopes", json!([]), "invalid_request"),
        ("scopes", json!(["everything"]), "invalid_request"),
        ("name", json!("  "), "invalid_request"),
        ("agent", json!("nobody"), "unknown_agent"),
        ("expires_at", json!(1_700_000_000), "invalid_request"),
    ];
    for (field, value, code) in cases {
        let mut bad = body.clone();
        bad[field] = value;
        assert_eq!(olga.post("/api-keys", bad).await.code(), code, "{field}");
    }
}

/// The code of an authenticator.
fn code(key: &str, now_ms: i64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = key
        .bytes()
        .map(|c| ALPHABET.iter().position(|a| *a == c).expect("base32"))
        .map(|v| format!("{v:05b}"))
        .collect();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|b| u8::from_str_radix(std::str::from_utf8(b).expect("bits"), 2).expect("bits"))
        .collect();
    let hmac_key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&hmac_key, &(now_ms / 30_000).to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let word = u32::from_be_bytes(tag[at..at + 4].try_into().expect("four"));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// Adds a second factor; its key and the recovery codes.
async fn enrol(server: &Server, http: &Http) -> (String, Vec<String>) {
    let begun = http.post("/auth/totp", json!({"password": PASSWORD})).await;
    done(&begun);
    let key = begun.body["key"].as_str().expect("a key").to_owned();
    assert!(begun.body["uri"].as_str().is_some_and(|u| u.contains(&key)));
    let wrong = http
        .post("/auth/totp/confirm", json!({"totp": "000000"}))
        .await;
    assert_eq!(wrong.code(), "sign_in_failed");
    let body = json!({"totp": code(&key, server.now())});
    let confirmed = http.post("/auth/totp/confirm", body).await;
    done(&confirmed);
    let codes = confirmed.body["recovery_codes"].as_array().expect("codes");
    let codes = codes
        .iter()
        .map(|c| c.as_str().expect("text").to_owned())
        .collect();
    (key, codes)
}

async fn with_factor(server: &Server, field: &str, value: &str) -> Answer {
    let mut body = json!({"agent": "anna", "password": PASSWORD, "token": true});
    body[field] = value.into();
    nobody(server).post("/auth/sign-in", body).await
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once_also_after_a_restart() {
    let mut server = server();
    give_password(&server, "anna", PASSWORD).await;
    let anna = sign_in(&server, "anna").await;
    let stolen = try_password(&server, "anna", PASSWORD).await;
    let socket = Socket::agent(server.address, &token_of(&stolen)).await;
    let (key, recovery) = enrol(&server, &anna).await;
    is_closed(socket, "a second factor was added").await;
    done(&anna.get("/me").await);
    let missing = try_password(&server, "anna", PASSWORD).await;
    assert_eq!(
        (missing.status, missing.code()),
        (401, "second_factor_required")
    );
    let used = with_factor(&server, "totp", &code(&key, server.now())).await;
    assert_eq!(used.code(), "sign_in_failed", "it confirmed already");
    server.advance(Millis::minutes(1));
    let next = code(&key, server.now());
    done(&with_factor(&server, "totp", &next).await);
    server.restart();
    let again = with_factor(&server, "totp", &next).await;
    assert_eq!(again.code(), "sign_in_failed", "used before the restart");
    done(&with_factor(&server, "recovery_code", &recovery[0]).await);
    let twice = with_factor(&server, "recovery_code", &recovery[0]).await;
    assert_eq!(twice.code(), "sign_in_failed");
    done(&with_factor(&server, "recovery_code", &recovery[1].to_lowercase()).await);
}

#[tokio::test]
async fn a_second_factor_is_removed_by_its_owner_or_an_admin() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let anna = sign_in(&server, "anna").await;
    let (key, _) = enrol(&server, &anna).await;
    let bare = anna
        .post("/auth/totp/remove", json!({"password": PASSWORD}))
        .await;
    assert_eq!(bare.code(), "second_factor_required");
    server.advance(Millis::minutes(1));
    let proof = json!({"password": PASSWORD, "totp": code(&key, server.now())});
    let codes = anna.post("/auth/recovery-codes", proof).await;
    done(&codes);
    let recovery = codes.body["recovery_codes"][4].clone();
    let proof = json!({"password": PASSWORD, "recovery_code": recovery});
    done(&anna.post("/auth/totp/remove", proof).await);
    sign_in(&server, "anna").await;
    enrol(&server, &anna).await;
    for who in ["anna", "carol"] {
        let answer = send(
            &server.agent_http(who),
            Method::DELETE,
            "/agents/anna/totp",
            None,
        )
        .await;
        assert_eq!(answer.code(), "forbidden");
    }
    done(
        &send(
            &server.agent_http("olga"),
            Method::DELETE,
            "/agents/anna/totp",
            None,
        )
        .await,
    );
    is_over(&anna).await;
    sign_in(&server, "anna").await;
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_can_only_add_one_until_it_has() {
    let staff = StaffSettings {
        require_totp: [Role::Agent].into(),
        ..StaffSettings::default()
    };
    let server = Server::signing_in(site(), staff);
    give_password(&server, "anna", PASSWORD).await;
    give_password(&server, "carol", PASSWORD).await;
    done(&sign_in(&server, "carol").await.get("/me").await);
    let answer = try_password(&server, "anna", PASSWORD).await;
    assert_eq!(answer.body["must_enrol"], true);
    let anna = with_token(&server, &answer);
    let held = anna.get("/me").await;
    assert_eq!((held.status, held.code()), (401, "second_factor_required"));
    let mut socket = Socket::silent(server.address, "agent").await;
    socket
        .say(&json!({"type": "hello", "token": token_of(&answer)}))
        .await;
    assert_eq!(socket.next().await["code"], "second_factor_required");
    assert_eq!(socket.closed().await, Some(1008));
    enrol(&server, &anna).await;
    done(&anna.get("/me").await);
    is_open(&mut Socket::agent(server.address, &token_of(&answer)).await).await;
}

#[tokio::test]
async fn nobody_reaches_what_belongs_to_others() {
    let server = server();
    give_password(&server, "anna", PASSWORD).await;
    let anna = sign_in(&server, "anna").await;
    for (method, path) in [
        (Method::GET, "/agents/bob/sessions"),
        (Method::DELETE, "/agents/bob/sessions"),
        (Method::PUT, "/agents/bob/password"),
        (Method::DELETE, "/agents/bob/password"),
        (Method::DELETE, "/agents/bob/totp"),
        (Method::GET, "/api-keys"),
        (Method::POST, "/api-keys"),
        (Method::DELETE, "/api-keys/x"),
    ] {
        for http in [&anna, &server.customer_http("maria")] {
            let body = json!({"password": PASSWORD});
            let answer = send(http, method.clone(), path, Some(body)).await;
            assert_eq!(answer.code(), "forbidden", "{method} {path}");
        }
    }
    let customer = server.customer_http("maria").get("/auth/session").await;
    assert_eq!(customer.code(), "forbidden");
    let unknown = Http::new(server.address, Some("ls_nothing".to_owned()));
    assert_eq!(unknown.get("/me").await.code(), "token_invalid");
    let secret = Http::new(server.address, Some(company::agent("anna")));
    assert_eq!(secret.get("/auth/session").await.body["kind"], "secret");
}
