//! What agents say often, over HTTP and sockets.

use linger::domain::company::{QuickReply, Texts};
use linger::domain::ids::QuickReplyId;
use serde_json::{Value, json};

use crate::common::company::{SUPPORT, Site, queue_id};
use crate::common::http::Http;
use crate::common::server::Server;

/// A greeting for everybody in two languages, and one for sales alone.
fn site() -> Site {
    let mut site = Site::with_capacity(4);
    let greeting = Texts(
        [
            (
                "es",
                "Hola, {customer}: soy {agent}, de {queue}. Pedido {ctx.order}{ctx.nothing}.",
            ),
            ("*", "Hello {customer}, {agent} here."),
        ]
        .map(|(tag, text)| (tag.to_owned(), text.to_owned()))
        .into(),
    );
    let replies = [
        ("hello", greeting, [].into()),
        (
            "price",
            Texts::any("Our prices."),
            [queue_id("sales")].into(),
        ),
    ];
    for (id, text, queues) in replies {
        let reply = QuickReply {
            title: id.to_uppercase(),
            text,
            queues,
        };
        let id = QuickReplyId::parse(id).expect("an id");
        site.company.quick_replies.insert(id, reply);
    }
    site
}

async fn replies(http: &Http, query: &str) -> Value {
    let answer = http.get(&format!("/quick-replies{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["quick_replies"].clone()
}

#[tokio::test]
async fn quick_replies_come_in_the_customers_language_with_everything_filled_in() {
    let server = Server::with(site());
    let mut maria = server.customer("maria").await;
    let start = json!({"type": "start", "workstream": SUPPORT, "locale": "es-MX",
        "context": {"order": "A-1", "name": "María {agent}"}});
    let id = maria.ask(start).await["conversation"]["id"].clone();
    let id = id.as_str().expect("an id");
    let said = "Hola, María {agent}: soy Anna, de support. Pedido A-1.";
    let expected = json!([{"id": "hello", "title": "HELLO", "text": said, "queues": []}]);
    let http = server.agent_http("anna");
    assert_eq!(
        replies(&http, &format!("?conversation={id}")).await,
        expected
    );
    let mut anna = server.agent("anna").await;
    let answer = anna
        .ask(json!({"type": "quick_replies", "conversation": id}))
        .await;
    assert_eq!(answer["quick_replies"], expected, "the same by socket");
}

#[tokio::test]
async fn a_customer_without_a_language_or_a_name_is_called_by_the_id_in_the_text_for_all() {
    let server = Server::with(site());
    let mut maria = server.customer("maria").await;
    let start = json!({"type": "start", "workstream": SUPPORT, "context": {"topic": "sales"}});
    let id = maria.ask(start).await["conversation"]["id"].clone();
    let query = format!("?conversation={}", id.as_str().expect("an id"));
    let all = replies(&server.agent_http("bob"), &query).await;
    let texts: Vec<&Value> = all
        .as_array()
        .expect("a list")
        .iter()
        .map(|r| &r["text"])
        .collect();
    assert_eq!(
        texts,
        ["Hello maria, Bob here.", "Our prices."],
        "those of the queue too"
    );
}

#[tokio::test]
async fn without_a_conversation_all_are_shown_as_written_and_customers_see_none() {
    let server = Server::with(site());
    let all = replies(&server.agent_http("anna"), "").await;
    assert_eq!(all[0]["texts"]["*"], "Hello {customer}, {agent} here.");
    assert_eq!(
        (&all[1]["id"], &all[1]["queues"], &all[1]["text"]),
        (&json!("price"), &json!(["sales"]), &Value::Null)
    );
    let mut anna = server.agent("anna").await;
    let answer = anna.ask(json!({"type": "quick_replies"})).await;
    assert_eq!(answer["quick_replies"], all);
    let refused = server.customer_http("maria").get("/quick-replies").await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let mut maria = server.customer("maria").await;
    let refused = maria.refused(json!({"type": "quick_replies"})).await;
    assert_eq!(refused["code"], "forbidden");
    let unknown = server
        .agent_http("anna")
        .get("/quick-replies?conversation=018bcfe5-687b-7fff-bfff-ffffffffffff")
        .await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
}
