//! Whatever a customer writes is text: markup, deep JSON, giant characters.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::company::{PICK, Site};
use crate::common::http::Http;
use crate::common::server::Server;
use crate::world::{NOWHERE, World};

const SCRIPT: &str =
    "<img src=x onerror=alert(1)><script>alert(1)</script>[x](javascript:alert(1)){agent}\u{202e}";

#[tokio::test]
async fn script_anywhere_comes_back_as_the_same_text_in_json_that_no_page_runs() {
    let mut site = Site::with_capacity(4);
    for (id, profile) in &mut site.company.agents {
        if id.as_str() == "anna" {
            SCRIPT.clone_into(&mut profile.display_name);
        }
    }
    let server = Server::with(site);
    let mut maria = server.customer("maria").await;
    let mut anna = server.available("anna").await;
    let start = json!({"type": "start", "workstream": PICK, "client_id": SCRIPT.get(..40), "text": SCRIPT,
        "context": {"name": SCRIPT, "page": SCRIPT}});
    let view = maria.ask(start).await["conversation"].clone();
    let id = view["id"].as_str().expect("an id").to_owned();
    maria.follow(&id, 0).await;
    anna.act("pick", &id).await;
    anna.ask(json!({"type": "subject", "conversation": id, "subject": SCRIPT}))
        .await;
    anna.ask(json!({"type": "tag", "conversation": id, "add": ["<b>x</b>"]}))
        .await;
    anna.post(&id, SCRIPT.get(..40).expect("ASCII"), SCRIPT)
        .await;
    // The name of whoever answers is a value in a message of the system, not a part of its text.
    assert_eq!(maria.message_saying(SCRIPT).await["text"], SCRIPT);
    let answered = maria.until(|f| f["author"]["kind"] == "agent").await;
    assert_eq!(answered["author"]["name"], SCRIPT);
    assert_eq!(answered["text"], SCRIPT);
    let http = server.agent_http("anna");
    for path in ["", "/messages", "/explanation"] {
        let path = format!("/api/v1/conversations/{id}{path}");
        let answer = http
            .request(Method::GET, &path)
            .send()
            .await
            .expect("an answer");
        let header = |name: &str| {
            let value = answer.headers().get(name).and_then(|v| v.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        assert_eq!(header("content-type"), "application/json", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        let body: Value = answer.json().await.expect("JSON");
        let text = body.to_string();
        assert!(
            text.contains("<script>alert(1)</script>"),
            "{path}: unchanged"
        );
    }
    // What a refusal says of bad input quotes none of it.
    let refused = http
        .get(&format!("/conversations?state={}", "%3Cscript%3E"))
        .await;
    assert_eq!(refused.status, 400);
    assert!(!refused.body.to_string().contains("<script"), "{refused:?}");
}

#[tokio::test]
async fn deep_json_and_giant_characters_are_refused_or_counted_and_the_socket_goes_on() {
    let server = Server::start();
    let mut maria = server.customer("maria").await;
    let id = maria.start(PICK, "Hello").await;
    let deep = |n: usize| format!("{}1{}", r#"{"context":"#.repeat(n), "}".repeat(n));
    for text in [
        deep(5_000),
        format!(
            r#"{{"type":"start","ref":"d","workstream":"{PICK}","context":{}}}"#,
            deep(2_000)
        ),
        format!(
            r#"{{"type":"view","ref":{}1{}}}"#,
            "[".repeat(20_000),
            "]".repeat(20_000)
        ),
    ] {
        maria.say_text(&text).await;
        let refused = maria.heard("refused").await;
        assert_eq!(refused["code"], "invalid_request", "{refused}");
    }
    let http = server.customer_http("maria");
    for body in [deep(5_000), "[".repeat(60_000)] {
        let request = http.request(Method::POST, "/api/v1/conversations");
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let refused = Http::run(request).await;
        assert_eq!((refused.status, refused.code()), (400, "invalid_request"));
    }
    // One thing on the screen, thousands of code points: they are what is counted.
    let zalgo = |marks: usize| format!("e{}", "\u{301}".repeat(marks));
    let refused = maria.send(&id, "zalgo", &zalgo(8_000)).await;
    assert_eq!(refused["code"], "too_long");
    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
    let refused = maria.send(&id, "family", &family.repeat(1_601)).await;
    assert_eq!(refused["code"], "too_long");
    maria
        .post(&id, "both", &format!("{}{family}", zalgo(7_000)))
        .await;
    let read = http.get(&format!("/conversations/{id}/messages")).await;
    let last = read.body["messages"]
        .as_array()
        .and_then(|m| m.last())
        .cloned();
    assert_eq!(
        last.expect("a message")["text"],
        format!("{}{family}", zalgo(7_000))
    );
}

#[tokio::test]
async fn cursors_of_others_in_hello_are_refused_as_what_does_not_exist() {
    let mut world = World::new().await;
    let thread = world.thread().await;
    let mut answers = Vec::new();
    for id in [thread.id.as_str(), NOWHERE] {
        let token = world.server.site.customer("stranger");
        let hello = json!({"type": "hello", "token": token, "cursors": {id: 0}});
        let address = world.server.address;
        let mut socket = crate::common::socket::Socket::hello(address, "customer", hello).await;
        let refused = socket.heard("refused").await;
        assert_eq!(refused["code"], "not_found", "{refused}");
        answers.push(refused.to_string().replace(id, "ID"));
        assert_eq!(
            socket.so_far().await,
            Vec::<Value>::new(),
            "and nothing follows"
        );
    }
    assert_eq!(answers[0], answers[1]);
}
