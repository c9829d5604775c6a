//! What the log holds of a whole conversation when it says all that it can say: no token, no
//! secret, no text, no name.

use std::net::SocketAddr;

use reqwest::{Client, Method};
use serde_json::json;

use crate::common::child::Demo;
use crate::common::raw_ws::RawWs;
use crate::common::socket::Socket;

/// Parts of what people say and are called; none may be in the log.
const SAID: [&str; 9] = [
    "Quokka",
    "Numbat",
    "Bilby",
    "Potoroo",
    "Bandicoot",
    "Wombat",
    "Dunnart",
    "Kultarr",
    "Mulgara",
];

async fn whole_conversation(address: SocketAddr, customer: &str, agent: &str, wrong: &[String]) {
    let mut anna = Socket::agent(address, agent).await;
    anna.ask(json!({"type": "presence", "presence": "available"}))
        .await;
    let mut maria = Socket::customer(address, customer).await;
    let start = json!({"type": "start", "workstream": "support", "client_id": "s",
        "text": "The Quokka is ill", "context": {"name": "Numbat", "order": "Bilby-7"}});
    let id = maria.ask(start).await["conversation"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    anna.accept(&id).await;
    anna.follow(&id, 0).await;
    maria.follow(&id, 0).await;
    anna.post(&id, "a", "Give it Potoroo drops").await;
    maria.post(&id, "b", "It bit the Bandicoot").await;
    anna.ask(
        json!({"type": "note", "conversation": id, "client_id": "n", "text": "A Wombat, really"}),
    )
    .await;
    anna.ask(json!({"type": "subject", "conversation": id, "subject": "Dunnart"}))
        .await;
    anna.ask(json!({"type": "tag", "conversation": id, "add": ["Kultarr"]}))
        .await;
    anna.ask(json!({"type": "history", "conversation": id, "after": 0}))
        .await;
    // What is refused is where people log what they were sent.
    maria.refused(json!({"type": "Mulgara"})).await;
    maria
        .say_text("{\"type\":\"send\",\"text\":\"Mulgara\"}")
        .await;
    maria.say_text("no JSON Mulgara").await;
    let (client, base) = (Client::new(), format!("http://{address}"));
    let url = format!("{base}/api/v1/conversations/{id}/messages");
    for token in [customer, agent]
        .iter()
        .map(|t| (*t).to_owned())
        .chain(wrong.iter().cloned())
    {
        for body in [
            json!({"client_id": "h", "text": "Mulgara"}),
            json!({"Mulgara": "Quokka"}),
        ] {
            client
                .post(&url)
                .bearer_auth(&token)
                .json(&body)
                .send()
                .await
                .expect("an answer");
        }
        client
            .get(format!("{url}?after=0"))
            .bearer_auth(&token)
            .send()
            .await
            .expect("an answer");
        // In the address, where it must not be, and where it must be refused.
        let refused = client
            .get(format!("{base}/api/v1/me?token={token}"))
            .send()
            .await
            .expect("an answer");
        assert_eq!(refused.status().as_u16(), 400);
        let basic = client
            .request(Method::GET, &url)
            .basic_auth("Mulgara", Some(&token));
        basic.send().await.expect("an answer");
        client
            .get(&url)
            .header("cookie", format!("session={token}"))
            .send()
            .await
            .expect("an answer");
    }
    for token in wrong {
        for door in ["/ws/customer", "/ws/agent"] {
            let mut socket = RawWs::open(address, door).expect("a handshake");
            socket
                .say(&json!({"type": "hello", "token": token}).to_string())
                .expect("open");
            assert!(socket.hear_text().contains("refused"));
            let path = format!("{door}?token={token}");
            RawWs::open(address, &path)
                .map(drop)
                .expect_err("a token in the address");
        }
    }
    anna.act("park", &id).await;
    maria.leave().await;
    anna.leave().await;
}

#[test]
fn a_whole_conversation_at_trace_leaves_no_secret_in_the_log() {
    let mut demo = Demo::start_in(&[], &[("RUST_LOG", "trace")]);
    let customer = demo.credentials.customer_token("maria").expect("signs");
    let agent = demo.credentials.agent_token("anna").expect("anna");
    let stranger = linger::client::token::SigningKey::generate().expect("a key");
    let wrong = [
        "anna:Tr0ub4dor-and-3".to_owned(),
        stranger
            .sign("maria", std::time::Duration::from_secs(60))
            .expect("signs"),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYXJpYSJ9.".to_owned(),
    ];
    let address = demo.address();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(whole_conversation(address, &customer, &agent, &wrong));
    demo.signal("TERM");
    assert!(demo.ended().success());
    let log = demo.log();
    assert!(log.lines().count() > 10, "the log says something:\n{log}");
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "and all that it can:\n{log}"
    );
    let agents_secret = agent.split_once(':').expect("two parts").1;
    let mut forbidden: Vec<&str> = SAID.to_vec();
    for token in [&customer].into_iter().chain(&wrong[1..]) {
        forbidden.extend(token.split('.').filter(|part| part.len() > 8));
    }
    forbidden.extend([
        agents_secret,
        "Tr0ub4dor",
        "authorization: \"Bearer",
        "session=",
    ]);
    forbidden.extend(demo.credentials.agents.values().map(String::as_str));
    for word in forbidden {
        let line = log
            .lines()
            .find(|l| l.to_lowercase().contains(&word.to_lowercase()));
        assert!(
            line.is_none(),
            "the log holds {word:?}:\n{}",
            line.unwrap_or_default()
        );
    }
}
