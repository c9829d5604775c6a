//! What a company wants masked is masked before anything is stored: nobody is told it, and no
//! file holds it.

use linger::domain::company::{MaskedPlace, Masking, MaskingRule};
use serde_json::{Value, json};

use crate::common::company::{SUPPORT, Site};
use crate::common::files::files_with;
use crate::common::server::Server;

const CARD: &str = "4111 1111 1111 1111";
const MASKED: &str = "**** **** **** 1111";

fn site(masking: Masking) -> Site {
    let mut site = Site::with_capacity(4).with_admin();
    site.company.masking = masking;
    site
}

/// Cards everywhere, and a code word of the company's own.
fn masking() -> Masking {
    let rule = MaskingRule {
        name: "code word".to_owned(),
        pattern: "(?i)swordfish[0-9]*".to_owned(),
        replacement: "[code]".to_owned(),
        places: MaskedPlace::ALL.into(),
    };
    Masking::new(MaskedPlace::ALL.into(), [].into(), vec![rule])
}

#[tokio::test]
async fn what_is_masked_is_told_to_nobody_and_is_in_no_file() {
    let mut server = Server::with(site(masking()));
    let mut maria = server.customer("maria").await;
    let mut anna = server.available("anna").await;
    let start = json!({
        "type": "start", "workstream": SUPPORT, "client_id": "c-1",
        "text": format!("My card is {CARD}, the word is Swordfish1."),
        "context": {"order": format!("paid with {CARD}")},
    });
    let started = maria.ask(start).await;
    let id = started["conversation"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    anna.accept(&id).await;
    let _bob = server.available("bob").await;
    anna.follow(&id, 0).await;
    let masked = format!("My card is {MASKED}, the word is [code].");
    anna.message_saying(&masked).await;
    maria.follow(&id, 0).await;
    maria.message_saying(&masked).await;
    anna.post(&id, "a-1", &format!("I see {CARD}")).await;
    maria.message_saying(&format!("I see {MASKED}")).await;
    for frame in [
        json!({"type": "note", "client_id": "n-1", "text": "she said SWORDFISH2"}),
        json!({"type": "tag", "add": ["swordfish3"]}),
        json!({"type": "subject", "subject": format!("card {CARD}")}),
    ] {
        let mut frame = frame;
        frame["conversation"] = json!(id);
        anna.ask(frame).await;
    }
    let reason = json!({"agent": "bob", "reason": "swordfish4"});
    let http = server.agent_http("anna");
    let moved = http
        .post(&format!("/conversations/{id}/transfer"), reason)
        .await;
    assert!(moved.status < 300, "{:?}", moved.body);

    let admin = server.agent_http("carol");
    for path in ["", "/messages", "/notes", "/explanation"] {
        let answer = admin.get(&format!("/conversations/{id}{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
        let text = answer.body.to_string().to_lowercase();
        assert!(
            !text.contains(CARD) && !text.contains("swordfish"),
            "{path}: {text}"
        );
    }
    let view = admin.get(&format!("/conversations/{id}")).await.body;
    assert_eq!(view["tags"], json!(["[code]"]), "{view}");
    server.stop().expect("a good end");
    // The rule itself is stored, so its word alone proves nothing.
    let needles = [CARD, "Swordfish1", "SWORDFISH2", "swordfish3", "swordfish4"];
    assert_eq!(files_with(server.data(), &needles), Vec::new());
    // Texts can be found in these files: what is left of them is there.
    assert_ne!(files_with(server.data(), &[MASKED]), Vec::new());
}

#[tokio::test]
async fn a_message_sent_again_is_the_same_message_also_after_the_rule_has_come() {
    let server = Server::with(site(Masking::default()));
    let mut maria = server.customer("maria").await;
    let id = maria.start(SUPPORT, "Hello").await;
    let text = format!("My card is {CARD}");
    let before = maria.post(&id, "c-2", &text).await;
    let admin = server.agent_http("olga");
    let mut company = admin.get("/config?secrets=true").await.body;
    company["masking"] = json!({"card_numbers": true});
    let request = admin
        .request(reqwest::Method::PUT, "/api/v1/config")
        .json(&company);
    let changed = crate::common::http::Http::run(request).await;
    assert_eq!(changed.status, 200, "{:?}", changed.body);

    let again = maria.send(&id, "c-2", &text).await;
    assert_eq!(
        (&again["seq"], &again["repeated"]),
        (&json!(before), &json!(true))
    );
    let masked = maria.post(&id, "c-3", &text).await;
    let again = maria.send(&id, "c-3", &text).await;
    assert_eq!(
        (&again["seq"], &again["repeated"]),
        (&json!(masked), &json!(true))
    );
    let other = maria.send(&id, "c-3", "Something else").await;
    assert_eq!(other["code"], json!("client_id_reused"), "{other}");

    let exported = admin.get("/config").await.body;
    assert_eq!(exported["masking"], json!({"card_numbers": true}));
    let audit = admin.get("/audit?what=config_changed").await.body;
    let fields: &Value = &audit["records"][0]["change"];
    assert!(fields.to_string().contains("masking"), "{audit}");
}
