//! The company file: the documented example is true, an export reads back, and whatever
//! is wrong is refused with its place and a way out.

use linger::config::CompanyFile;
use linger::domain::company::{Company, Mode, Patience, Role, Workstream, WrapUp};
use linger::domain::ids::{AgentId, QueueId, WorkstreamId};
use linger::domain::time::Millis;

const EXAMPLE: &str = include_str!("../docs/company.example.toml");

const SMALL: &str = include_str!("small.toml");

fn read(text: &str, stored: Option<&Company>) -> Result<Company, Vec<String>> {
    CompanyFile::parse(text)
        .and_then(|file| file.onto(stored))
        .map_err(|e| e.problems.iter().map(ToString::to_string).collect())
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("a valid id")
}

fn queue(name: &str) -> QueueId {
    QueueId::parse(name).expect("a valid id")
}

fn workstream<'a>(company: &'a Company, name: &str) -> &'a Workstream {
    &company.workstreams[&WorkstreamId::parse(name).expect("a valid id")]
}

#[test]
fn the_example_in_the_docs_is_a_company() {
    let company = read(EXAMPLE, None).expect("the example is right");
    assert_eq!(company.warnings(), Vec::<String>::new());
    assert_eq!(company.agents[&agent("carol")].role, Role::Supervisor);
    let hours = company.hours_of(&queue("support")).expect("has hours");
    assert_eq!(
        (
            hours.weekly[0].len(),
            hours.weekly[6].len(),
            hours.holidays.len()
        ),
        (2, 0, 2)
    );
    assert!(company.hours_of(&queue("sales")).is_none());
    let members = &company.queues[&queue("support")].members;
    assert!(members.contains(&agent("bob")), "by his own word");
}

#[test]
fn the_example_shows_the_defaults_where_it_says_so() {
    let company = read(EXAMPLE, None).expect("the example is right");
    let mut shown = workstream(&company, "support").clone();
    shown.messages.clear();
    shown.routes.clear();
    shown.timeout_rules.clear();
    assert_eq!(
        shown,
        Workstream::new("Support", Mode::Persistent, queue("support"))
    );
    let live = workstream(&company, "live");
    assert_eq!(*live, Workstream::new("live", Mode::Live, queue("sales")));
}

#[test]
fn an_exported_company_reads_back_the_same() {
    let mut company = read(EXAMPLE, None).expect("the example is right");
    let support = WorkstreamId::parse("support").expect("a valid id");
    let w = company.workstreams.get_mut(&support).expect("is there");
    w.wrap_up = WrapUp::ReleaseAfter(Millis::seconds(90));
    w.keep_same_agent.as_mut().expect("sticky").patience = Patience::Forever;
    w.timers.offer_deadline = Millis(12_345);
    let text = CompanyFile::of(&company).to_toml().expect("can be written");
    let again = read(&text, None).expect("an export is right");
    assert_eq!(again, company, "{text}");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let cases: [(&str, &str, &str, &str); 19] = [
        (
            "a misspelt key",
            "capacity = 2",
            "capacity = 2\ncapasity = 3",
            "capasity",
        ),
        ("a misspelt table", "[agents.anna]", "[agent.anna]", "agent"),
        (
            "an unknown mode",
            "\"persistent\"",
            "\"permanent\"",
            "permanent",
        ),
        (
            "a missing queue",
            "default_queue = \"support\"",
            "default_queue = \"sales\"",
            "queue sales",
        ),
        (
            "a missing member",
            "[\"anna\"]",
            "[\"anna\", \"zoe\"]",
            "zoe",
        ),
        ("no capacity", "capacity = 2", "capacity = 0", "capacity 0"),
        (
            "a duration without unit",
            "[queues",
            "wrap_up = \"5\"\n[queues",
            "workstreams.support.wrap_up",
        ),
        (
            "a timer",
            "[queues",
            "timers.offer_deadline = \"soon\"\n[queues",
            "workstreams.support.timers.offer_deadline",
        ),
        (
            "a timer out of bounds",
            "[queues",
            "timers.offer_deadline = \"5s\"\n[queues",
            "offer_deadline is 5 s",
        ),
        (
            "patience",
            "[queues",
            "stickiness.patience = \"long\"\n[queues",
            "workstreams.support.stickiness.patience",
        ),
        (
            "stickiness that is off",
            "[queues",
            "keep_same_agent = false\nstickiness.when_full = \"queue\"\n[queues",
            "keep_same_agent",
        ),
        (
            "a message nobody hears",
            "[queues",
            "messages.queue_position = \"x\"\n[queues",
            "queue_position",
        ),
        (
            "a misspelt message",
            "[queues",
            "messages.hello = \"x\"\n[queues",
            "hello",
        ),
        (
            "hours that do not exist",
            "members",
            "hours = \"night\"\nmembers",
            "night",
        ),
        (
            "hours over midnight",
            "[agents",
            "[hours.h]\ntime_zone = \"UTC\"\nmonday = [\"22:00-06:00\"]\n[agents",
            "hours.h.monday",
        ),
        (
            "an unknown zone",
            "[agents",
            "[hours.h]\ntime_zone = \"Europe/Atlantis\"\n[agents",
            "Atlantis",
        ),
        (
            "a holiday that is no date",
            "[agents",
            "[hours.h]\ntime_zone = \"UTC\"\nholidays.christmas = []\n[agents",
            "hours.h.holidays.christmas",
        ),
        (
            "a secret in clear",
            "capacity = 2",
            "capacity = 2\nsecret_sha256 = \"hunter2\"",
            "agents.anna.secret_sha256",
        ),
        (
            "a key algorithm",
            "[agents",
            "[authentication.shop]\nalgorithm = \"HS256\"\npublic_key_pem = \"-----BEGIN PUBLIC KEY-----\"\n[agents",
            "HS256",
        ),
    ];
    assert!(read(SMALL, None).is_ok());
    for (name, from, to, expected) in cases {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{name}: the case changes the file");
        let problems = read(&text, None).expect_err(name);
        assert!(
            problems.iter().any(|p| p.contains(expected)),
            "{name}: {expected} in {problems:?}"
        );
    }
}

#[test]
fn a_live_workstream_cannot_keep_the_same_agent() {
    let text = SMALL.replace("\"persistent\"", "\"live\"\nkeep_same_agent = true");
    let problems = read(&text, None).expect_err("not for live");
    assert!(problems[0].contains("keep_same_agent"), "{problems:?}");
}

#[test]
fn all_problems_are_named_in_one_run() {
    let text = SMALL
        .replace(
            "[queues",
            "wrap_up = \"5\"\ntimers.offer_deadline = \"soon\"\n[queues",
        )
        .replace(
            "[agents",
            "[hours.h]\ntime_zone = \"UTC\"\nmonday = [\"9-5\", \"x\"]\n[agents",
        );
    assert_eq!(read(&text, None).expect_err("four problems").len(), 4);
}

#[test]
fn a_file_keeps_the_secrets_and_agents_that_only_the_store_knows() {
    let mut stored = read(SMALL, None).expect("right");
    let secret = "ab".repeat(32);
    let anna = stored.agents.get_mut(&agent("anna")).expect("is there");
    anna.secret_sha256.clone_from(&secret);
    let zoe = anna.clone();
    stored.agents.insert(agent("zoe"), zoe);
    stored
        .queues
        .get_mut(&queue("support"))
        .expect("is there")
        .members
        .insert(agent("zoe"));
    stored.revision = 7;

    let company = read(
        &SMALL.replace("capacity = 2", "capacity = 5"),
        Some(&stored),
    )
    .expect("right");

    assert_eq!(company.revision, 8);
    let anna = &company.agents[&agent("anna")];
    assert_eq!(
        (anna.capacity, &anna.secret_sha256),
        (5, &secret),
        "the file decides, the secret stays"
    );
    assert!(company.agents.contains_key(&agent("zoe")));
    assert!(
        company.queues[&queue("support")]
            .members
            .contains(&agent("zoe"))
    );
}
