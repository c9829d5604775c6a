//! `linger demo` as somebody at its machine uses it: the shop's tokens, everybody's passwords.

use reqwest::Method;
use serde_json::json;

use crate::common::child::Demo;
use crate::common::http::Http;
use crate::common::socket::Socket;

fn nobody(demo: &Demo) -> Http {
    Http::new(demo.address(), None)
}

#[tokio::test]
async fn the_shop_signs_in_each_of_its_customers_by_name() {
    let demo = Demo::start(&[]);
    let http = nobody(&demo);
    let told = Http::run(http.request(Method::GET, "/demo/customers")).await;
    assert_eq!(told.status, 200);
    assert_eq!(
        told.body["widgets"],
        json!({"persistent": "shop", "live": "chat"})
    );
    let customers = told.body["customers"].as_array().expect("a list");
    assert_eq!(customers.len(), 3);
    for customer in customers {
        let (id, name) = (&customer["id"], customer["name"].as_str().expect("a name"));
        let request = http.request(Method::POST, "/demo/token");
        let signed = Http::run(request.json(&json!({"customer": id}))).await;
        assert_eq!(signed.status, 200, "{signed:?}");
        let token = signed.body["token"].as_str().expect("a token");
        let mut socket = Socket::customer(demo.address(), token).await;
        let conversation = socket.start("support", "Hello").await;
        // The name is in the token, so people of the company see it.
        let carol = demo.credentials.agent_token("carol").expect("carol");
        let carol = Http::new(demo.address(), Some(carol));
        let view = carol.get(&format!("/conversations/{conversation}")).await;
        assert_eq!(view.body["customer"], *id, "{view:?}");
        assert_eq!(view.body["name"], name, "{view:?}");
    }
    for unknown in [json!({"customer": "mallory"}), json!({"customer": ""})] {
        let request = http.request(Method::POST, "/demo/token");
        let refused = Http::run(request.json(&unknown)).await;
        assert_eq!((refused.status, refused.code()), (404, "not_found"));
    }
}

#[tokio::test]
async fn everybody_who_is_named_signs_in_with_the_password_that_is_named() {
    let demo = Demo::start(&[]);
    let http = nobody(&demo);
    let told = Http::run(http.request(Method::GET, "/demo/agents")).await;
    let agents = told.body["agents"].as_array().expect("a list");
    let roles: Vec<&str> = agents.iter().filter_map(|a| a["role"].as_str()).collect();
    for (role, number) in [("agent", 2), ("supervisor", 1), ("admin", 1)] {
        assert_eq!(
            roles.iter().filter(|r| **r == role).count(),
            number,
            "{roles:?}"
        );
    }
    for agent in agents {
        let body = json!({"agent": agent["id"], "password": agent["password"]});
        let session = http.post("/auth/sign-in", body).await;
        assert_eq!(session.status, 200, "{agent}: {session:?}");
        assert_eq!(session.body["role"], agent["role"]);
    }
}

#[tokio::test]
async fn a_demo_with_a_sample_begins_with_conversations_of_others_once() {
    let demo = Demo::start(&["--sample"]);
    let counts = async |demo: &Demo| {
        let carol = demo.credentials.agent_token("carol").expect("carol");
        let carol = Http::new(demo.address(), Some(carol));
        let list = carol
            .get("/conversations?state=closed,waiting&limit=50")
            .await;
        let all = list.body["conversations"].as_array().cloned();
        all.unwrap_or_default()
    };
    let played = crate::common::eventually("the sample is played", async || {
        let all = counts(&demo).await;
        (all.len() == 6).then_some(all)
    })
    .await;
    for state in ["closed", "waiting"] {
        assert!(played.iter().any(|c| c["state"] == state), "{state}");
    }
    for conversation in &played {
        assert!(conversation["name"].is_string(), "{conversation}");
        assert!(conversation["subject"].is_string(), "{conversation}");
        assert_ne!(conversation["tags"], json!([]), "{conversation}");
    }
    assert!(!demo.log().contains("sample"), "{}", demo.log());
    let carol = demo.credentials.agent_token("carol").expect("carol");
    let carol = Http::new(demo.address(), Some(carol));
    let floor = crate::common::eventually("nobody is left available", async || {
        let floor = carol.get("/floor").await.body;
        let agents = floor["agents"].as_array().expect("agents").clone();
        let free = agents
            .iter()
            .all(|a| a["presence"] == "offline" && a["load"] == 0);
        free.then_some(floor)
    })
    .await;
    assert_eq!(floor["conversations"], 0, "{floor}");

    let demo = demo.again(&["--sample"]);
    assert_eq!(counts(&demo).await.len(), 6, "the second start adds none");
}
