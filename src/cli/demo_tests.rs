//! The demo's directory: made, opened again, refused; and what is printed of it.

use std::path::Path;

use clap::Parser;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::*;
use crate::cli::offline::company as stored_company;
use crate::domain::company::Mode;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: DemoArgs,
}

fn args(dir: &Path, options: &[&str]) -> DemoArgs {
    let data = dir.join("demo");
    let data = data.to_str().expect("a UTF-8 path");
    Line::parse_from(["demo", "--data", data].iter().chain(options)).args
}

fn demo(dir: &Path, options: &[&str]) -> Demo {
    prepare(&args(dir, options)).expect("a demo")
}

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn a_fresh_demo_is_a_sound_company_that_is_always_open() {
    let dir = scratch();
    let demo = demo(dir.path(), &[]);
    assert_eq!(demo.company.problems(), []);
    assert_eq!(demo.company.warnings(), Vec::<String>::new());
    assert!(
        demo.company
            .queues
            .values()
            .all(|q| q.hours.is_none() && q.members.len() == 3)
    );
    let modes: Vec<(&str, Mode)> = demo
        .company
        .workstreams
        .iter()
        .map(|(id, w)| (id.as_str(), w.mode))
        .collect();
    assert_eq!(modes, [("live", Mode::Live), ("support", Mode::Persistent)]);
    assert_eq!(demo.credentials.supervisor(), Some("carol"));
    assert_eq!(demo.credentials.admin(), Some("olga"));
    let store = open(&dir.path().join("demo"), false).expect("it is closed again");
    assert_eq!(stored_company(&store).expect("stored"), demo.company);
}

#[test]
fn every_agent_signs_in_with_the_secret_in_the_file_and_no_secret_is_in_the_store() {
    let dir = scratch();
    let demo = demo(
        dir.path(),
        &["--agents", "12", "--capacity", "3", "--auto-accept"],
    );
    assert_eq!(demo.credentials.agents.len(), 14);
    for (name, secret) in &demo.credentials.agents {
        let profile = &demo.company.agents[&AgentId::parse(name).expect("a valid id")];
        assert_eq!(profile.secret_sha256, secret_sha256(secret));
        assert_eq!(profile.capacity, 3);
        assert!(!format!("{:?}", demo.company).contains(secret.as_str()));
    }
    assert_eq!(demo.credentials.supervisor(), Some("supervisor"));
    assert!(demo.company.workstreams.values().all(|w| w.auto_accept));
}

#[test]
fn people_of_the_demo_sign_in_with_the_passwords_in_the_file_and_keep_those_they_chose() {
    let dir = scratch();
    let first = demo(dir.path(), &["--agents", "12"]);
    let names: Vec<&str> = first
        .credentials
        .passwords
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names.len(), PASSWORDS_MAX + 2, "{names:?}");
    let kept = |name: &str| {
        let store = open(&dir.path().join("demo"), false).expect("closed");
        let id = AgentId::parse(name).expect("a valid id");
        store.staff().expect("reads").account(&id).password
    };
    let verifies = |name: &str, password: &str| {
        crate::web::staff::passwords::verify(password, kept(name).as_ref())
    };
    assert!(verifies("admin", &first.credentials.passwords["admin"]));
    assert!(verifies(
        "agent-005",
        &first.credentials.passwords["agent-005"]
    ));
    assert!(kept("agent-006").is_none());
    {
        let store = open(&dir.path().join("demo"), false).expect("closed");
        let admin = AgentId::parse("admin").expect("a valid id");
        store_password(&store, &admin, "chosen by hand, later").expect("set");
    }
    let second = demo(dir.path(), &["--agents", "12"]);
    assert!(second.credentials == first.credentials);
    assert!(verifies("admin", "chosen by hand, later"));
}

#[test]
fn the_same_directory_again_keeps_key_and_secrets_and_gains_what_is_asked() {
    let dir = scratch();
    let first = demo(dir.path(), &[]);
    let second = demo(dir.path(), &[]);
    assert_eq!(
        second.company, first.company,
        "nothing changed, not even the revision"
    );
    assert!(second.credentials == first.credentials);
    let third = demo(dir.path(), &["--agents", "2", "--capacity", "9"]);
    assert_eq!(third.company.revision, first.company.revision + 1);
    assert_eq!(third.company.agents.len(), 8);
    assert!(third.company.agents.values().all(|a| a.capacity == 9));
    assert_eq!(
        third.credentials.agents["anna"],
        first.credentials.agents["anna"]
    );
    assert_eq!(third.company.authentication, first.company.authentication);
}

#[test]
fn a_start_that_was_cut_short_before_the_store_is_taken_up() {
    let dir = scratch();
    let first = demo(dir.path(), &[]);
    let other = scratch();
    let file = other.path().join("demo").join(FILE_NAME);
    write_private(&first.credentials, &file).expect("written");
    let again = demo(other.path(), &[]);
    assert_eq!(again.company, first.company);
}

#[test]
fn a_directory_of_something_else_is_refused() {
    let dir = scratch();
    std::fs::create_dir(dir.path().join("demo")).expect("made");
    std::fs::write(dir.path().join("demo/CURRENT"), "x").expect("written");
    let why = prepare(&args(dir.path(), &[])).expect_err("not a demo");
    assert!(why.to_string().contains("--data"), "{why}");
}

#[test]
fn the_ready_file_has_the_real_address_and_is_private() {
    let dir = scratch();
    let ready = dir.path().join("run/ready.json");
    let mut demo = demo(
        dir.path(),
        &[
            "--listen",
            "0.0.0.0:0",
            "--ready-file",
            ready.to_str().expect("UTF-8"),
        ],
    );
    assert!(!ready.exists(), "not before the server listens");
    demo.listening("0.0.0.0:4711".parse().expect("an address"))
        .expect("written");
    for path in [ready, dir.path().join("demo").join(FILE_NAME)] {
        let read = Credentials::read(&path).expect("readable");
        assert_eq!(read.url, "http://127.0.0.1:4711");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path)
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}

#[test]
fn an_address_is_shown_as_a_client_on_this_machine_reaches_it() {
    let cases = [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
        ("192.168.1.2:80", "http://192.168.1.2:80"),
    ];
    for (address, url) in cases {
        assert_eq!(url_of(address.parse().expect("an address")), url);
    }
}

#[test]
fn the_table_shows_tokens_that_the_company_trusts_and_lines_to_paste() {
    let dir = scratch();
    let demo = demo(dir.path(), &[]);
    let mut out = Vec::new();
    print_table(&demo.credentials, &mut out).expect("printed");
    let text = String::from_utf8(out).expect("UTF-8");

    let token = text
        .lines()
        .find_map(|l| l.trim().strip_prefix("maria"))
        .expect("maria's token")
        .trim();
    let key = &demo.company.authentication[&super::authentication_id()];
    let public = {
        let crate::domain::company::KeySource::Pem(pem) = &key.keys else {
            panic!("{key:?}")
        };
        DecodingKey::from_ed_pem(pem.as_bytes()).expect("a public key")
    };
    let claims: serde_json::Value =
        jsonwebtoken::decode(token, &public, &Validation::new(Algorithm::EdDSA))
            .expect("valid")
            .claims;
    assert_eq!(claims["sub"], "maria");

    let anna = format!("anna:{}", demo.credentials.agents["anna"]);
    assert!(
        text.contains(&format!("AGENT='Authorization: Bearer {anna}'")),
        "{text}"
    );
    let password = &demo.credentials.passwords["anna"];
    assert!(text.contains(&format!("anna        {password}")), "{text}");
    assert!(
        text.contains("  carol") && text.contains("(supervisor)"),
        "{text}"
    );
    assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
    for body in text
        .split("-d '")
        .skip(1)
        .filter_map(|rest| rest.split('\'').next())
    {
        serde_json::from_str::<serde_json::Value>(body).expect(body);
    }
}

#[test]
fn the_shop_keeps_its_own_widgets_when_others_are_added_and_takes_those_when_it_has_none() {
    let dir = scratch();
    let mut demo = demo(dir.path(), &[]);
    let id = |text: &str| crate::domain::ids::WidgetId::parse(text).expect("an id");
    let shown = |demo: &Demo| {
        let widgets = demo.site().expect("a key").customers.widgets;
        (widgets.persistent, widgets.live)
    };
    let own = (Some("shop".to_owned()), Some("chat".to_owned()));
    assert_eq!(shown(&demo), own);
    let ask = demo.company.widgets[&id("shop")].clone();
    demo.company.widgets.insert(id("ask"), ask);
    assert_eq!(shown(&demo), own);
    demo.company.widgets.remove(&id("shop"));
    demo.company.widgets.remove(&id("chat"));
    assert_eq!(shown(&demo), (Some("ask".to_owned()), None));
}

#[test]
fn tokens_of_the_shop_are_for_its_customers_alone() {
    let dir = scratch();
    let site = demo(dir.path(), &[]).site().expect("a key");
    for customer in &site.customers.customers {
        let (token, expires) = (site.sign)(&customer.id).expect("signed");
        assert_eq!(token.split('.').count(), 3);
        assert!(expires > SystemClock.now().0);
    }
    assert!((site.sign)("mallory").is_none());
    assert!((site.sign)("").is_none());
}
