//! The configuration as data: every setting survives its file, everything wrong is named with
//! line and reason, five hundred agents are one change, and the documents tell the truth.

use std::fmt::Write as _;

use linger::config::{Action, CompanyFile, Edit, EditError, Kind, Moves, Plan, schema};
use linger::domain::company::{
    Company, LengthOverflow, Look, MaskedPlace, Masking, MaskingRule, Mode, OfflineView, Overflow,
    OverflowTo, Position, Question, QuestionKind, QuestionOption, QuickReply, Texts, TimeoutAction,
    TimeoutRule, WaitOverflow, Widget,
};
use linger::domain::ids::{AgentId, QueueId, QuickReplyId, WidgetId, WorkstreamId};
use linger::domain::message::{Side, SystemKind};
use linger::domain::time::Millis;
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../docs/company.example.toml");
const GUIDE: &str = include_str!("../docs/configuration.md");
const SCHEMA: &str = include_str!("../docs/company.schema.json");

const SMALL: &str = include_str!("small.toml");

fn read(text: &str) -> Company {
    CompanyFile::parse(text)
        .and_then(|file| file.onto(None))
        .unwrap_or_else(|e| panic!("{e}"))
}

fn faults(text: &str) -> Vec<String> {
    let read = CompanyFile::parse(text).and_then(|file| file.onto(None));
    let problems = read.expect_err("it is wrong").problems;
    problems.iter().map(ToString::to_string).collect()
}

fn queue(id: &str) -> QueueId {
    QueueId::parse(id).expect("an id")
}

fn whole(file: CompanyFile) -> Edit {
    Edit::Whole {
        file: Box::new(file),
        prune_agents: false,
    }
}

fn texts(pairs: &[(&str, &str)]) -> Texts {
    Texts(
        pairs
            .iter()
            .map(|(l, t)| ((*l).to_owned(), (*t).to_owned()))
            .collect(),
    )
}

/// A company with something in every field that there is.
fn full() -> Company {
    let mut company = read(EXAMPLE);
    let support = WorkstreamId::parse("support").expect("an id");
    let w = company.workstreams.get_mut(&support).expect("is there");
    w.enabled = false;
    w.locale = Some("pt-BR".to_owned());
    w.device_identity = true;
    w.timeout_rules = vec![
        TimeoutRule {
            name: "say".to_owned(),
            silent: Side::Agent,
            after: Millis::minutes(90),
            then: TimeoutAction::Say(texts(&[("es", "¿Hola?"), ("*", "Hello?")])),
        },
        TimeoutRule {
            name: "park".to_owned(),
            silent: Side::Customer,
            after: Millis::days(2),
            then: TimeoutAction::Park,
        },
        TimeoutRule {
            name: "close".to_owned(),
            silent: Side::Customer,
            after: Millis::days(3),
            then: TimeoutAction::Close,
        },
    ];
    let third = company.queues[&queue("sales")].clone();
    company.queues.insert(queue("third"), third);
    company
        .queues
        .get_mut(&queue("support"))
        .expect("is there")
        .overflow = Overflow {
        outside_hours: Some(OverflowTo::End(Texts::default())),
        too_many: Some(LengthOverflow {
            waiting: 9,
            to: OverflowTo::End(texts(&[("de", "Voll."), ("*", "Full.")])),
        }),
        too_long: Some(WaitOverflow {
            after: Millis::minutes(7),
            to: OverflowTo::Queue(queue("third")),
        }),
    };
    let live = WorkstreamId::parse("live").expect("an id");
    let question = |key: &str, kind| Question {
        key: key.to_owned(),
        label: texts(&[("*", "?")]),
        kind,
        required: key == "b",
    };
    let choice = QuestionKind::Choice(vec![QuestionOption {
        value: "x".to_owned(),
        label: texts(&[("fr", "Oui")]),
    }]);
    let widget = Widget {
        enabled: false,
        locale: Some("gl".to_owned()),
        look: Look {
            title: texts(&[("*", "Hi")]),
            accent: Some("#00ff7F".to_owned()),
            position: Position::Start,
        },
        pre_chat: vec![
            question("a", QuestionKind::Text),
            question("b", QuestionKind::LongText),
            question("c", QuestionKind::Email),
            question("d", choice),
        ],
        offline: OfflineView {
            title: texts(&[("*", "Closed")]),
            text: texts(&[("es", "Hasta {opens_at}")]),
        },
        messages: [(SystemKind::QueuePosition, texts(&[("*", "{position}")]))].into(),
        ..Widget::new(live)
    };
    company
        .widgets
        .insert(WidgetId::parse("full").expect("an id"), widget);
    company.quick_replies.insert(
        QuickReplyId::parse("bye").expect("an id"),
        QuickReply {
            title: "Bye".to_owned(),
            text: texts(&[("*", "Bye {agent}")]),
            queues: [queue("third")].into(),
        },
    );
    "es".clone_into(&mut company.locale);
    let rule = |name: &str, places: &[MaskedPlace]| MaskingRule {
        name: name.to_owned(),
        pattern: format!("{name} [0-9]{{9}}"),
        replacement: "[x]".to_owned(),
        places: places.iter().copied().collect(),
    };
    company.masking = Masking::new(
        MaskedPlace::ALL.into(),
        [MaskedPlace::Notes, MaskedPlace::Context].into(),
        vec![
            rule("here", &[MaskedPlace::Subject]),
            rule("everywhere", &MaskedPlace::ALL),
        ],
    );
    assert_eq!(company.problems(), []);
    company
}

#[test]
fn every_setting_survives_its_file_as_toml_and_as_json() {
    let company = full();
    let file = CompanyFile::of(&company);
    let text = file.to_toml().expect("can be written");
    assert_eq!(read(&text), company, "{text}");
    let json = file.to_json().to_string();
    let again = CompanyFile::parse_json(json.as_bytes())
        .and_then(|file| file.onto(None))
        .expect("an export is right");
    assert_eq!(again, company, "{json}");
}

#[test]
fn what_is_wrong_is_named_with_line_and_reason() {
    // What is added to the small company, and the line and words that name it.
    let cases: &[(&str, &str, &str)] = &[
        (
            "[[masking.rules]]\nname = \"a\"\npattern = \"(\"\nreplacement = \"x\"",
            "line 15, masking.rules[0].pattern",
            "unclosed group",
        ),
        (
            "[[masking.rules]]\nname = \"a\"\npattern = \"x*\"\nreplacement = \"x\"",
            "line 15, masking.rules[0].pattern",
            "empty text",
        ),
        (
            "[[masking.rules]]\nname = \"a\"\npattern = \"x\"\nreplacement = \"\"",
            "line 16, masking.rules[0].replacement",
            "[hidden]",
        ),
        (
            "[[masking.rules]]\nname = \"a\"\npattern = \"x\"\nreplacement = \"y\"\nin = []",
            "line 17, masking.rules[0].in",
            "everywhere",
        ),
        (
            "[[masking.rules]]\nname = \"a\"\npattern = \"x\"\nreplacement = \"y\"\n[[masking.rules]]\nname = \"a\"\npattern = \"x\"\nreplacement = \"y\"",
            "line 18, masking.rules[1].name",
            "another rule",
        ),
        (
            "[masking]\nemail = [\"everywhere\"]",
            "line 14",
            "unknown variant `everywhere`, expected one of `customer_messages`",
        ),
        (
            "[masking]\nemail = \"notes\"",
            "line 14",
            "true, false or a list of places",
        ),
        (
            "[queues.q]\nhours = \"night\"",
            "line 14, queues.q.hours",
            "night",
        ),
        (
            "[queues.q]\noverflow.too_long = { after = \"5min\", queue = \"nowhere\" }",
            "line 14, queues.q.overflow.too_long",
            "does not exist",
        ),
        (
            "[queues.q]\noverflow.too_long = { after = \"5min\" }",
            "line 14, queues.q.overflow.too_long",
            "exactly one place",
        ),
        (
            "[queues.q]\noverflow.too_many = { waiting = 0, end = \"\" }",
            "line 14, queues.q.overflow.too_many.waiting",
            "at least 1",
        ),
        (
            "[queues.q]\noverflow.outside_hours = { end = \"\" }",
            "line 14, queues.q.overflow.outside_hours",
            "no hours",
        ),
        (
            "[queues.q]\noverflow.too_long = { after = \"5min\", queue = \"q\" }",
            "queues.q.overflow.too_long",
            "into itself",
        ),
        (
            "[queues.a.overflow]\ntoo_many = { waiting = 5, queue = \"b\" }\n[queues.b.overflow]\ntoo_long = { after = \"5min\", queue = \"a\" }",
            "line 13, queues.a.overflow",
            "circle: a → b → a",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"",
            "line 13, widgets.w",
            "device_identity = true",
        ),
        (
            "[widgets.w]\nworkstream = \"sales\"",
            "line 14, widgets.w.workstream",
            "sales",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\nauthentication = \"jwt\"",
            "line 15, widgets.w.authentication",
            "jwt",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\nlook.accent = \"red\"",
            "line 15, widgets.w.look.accent",
            "not a colour",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\nlocale = \"español\"",
            "line 15, widgets.w.locale",
            "language tag",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\nallowed_origins = [\"https://a.example/path\"]",
            "line 15, widgets.w.allowed_origins",
            "without a path",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\noffline.title = \"x\"",
            "widgets.w.offline",
            "offline view",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\npre_chat = [{ key = \"a\", label = \"A\" }, { key = \"a\", label = \"B\" }]",
            "line 15, widgets.w.pre_chat[1].key",
            "used twice",
        ),
        (
            "[widgets.w]\nworkstream = \"support\"\npre_chat = [{ key = \"a\", label = \"A\", kind = \"choice\" }]",
            "widgets.w.pre_chat[0].options",
            "from 1 to",
        ),
        (
            "[[widgets.w.pre_chat]]\nkey = \"locale\"\nlabel = \"A\"\n[widgets.w]\nworkstream = \"support\"",
            "widgets.w.pre_chat[0].key",
            "filled by linger itself",
        ),
        (
            "[quick_replies.r]\ntext = \"\"",
            "line 14, quick_replies.r.text",
            "empty",
        ),
        (
            "[quick_replies.r]\ntext = \"x\"\nqueues = [\"nowhere\"]",
            "line 15, quick_replies.r.queues",
            "nowhere",
        ),
        (
            "[agents.bob]\ncapacity = 1\nqueues = [\"nowhere\"]",
            "line 15, agents.bob.queues",
            "nowhere",
        ),
        (
            "[[workstreams.support.timeout_rules]]\nname = \"r\"\nsilent = \"customer\"\nafter = \"5s\"\nclose = true",
            "line 16, workstreams.support.timeout_rules[0].after",
            "from 1 min",
        ),
        (
            "[[workstreams.support.timeout_rules]]\nname = \"r\"\nsilent = \"customer\"\nafter = \"5min\"",
            "line 13, workstreams.support.timeout_rules[0]",
            "exactly one thing",
        ),
        (
            "[[workstreams.support.timeout_rules]]\nname = \"r\"\nsilent = \"agent\"\nafter = \"5min\"\npark = true\n[[workstreams.support.timeout_rules]]\nname = \"r\"\nsilent = \"agent\"\nafter = \"6min\"\nclose = true",
            "line 19, workstreams.support.timeout_rules[1].name",
            "used twice",
        ),
        (
            "[workstreams.live]\nmode = \"live\"\ndefault_queue = \"support\"\n[[workstreams.live.timeout_rules]]\nname = \"r\"\nsilent = \"agent\"\nafter = \"5min\"\npark = true",
            "workstreams.live.timeout_rules",
            "persistent",
        ),
        (
            "[workstreams.support.messages]\nqueue_position = \"x\"",
            "line 14, workstreams.support.messages.queue_position",
            "never said",
        ),
        (
            "[workstreams.support.messages]\ngreeting = { \"no tag\" = \"x\" }",
            "line 14, workstreams.support.messages.greeting",
            "language tag",
        ),
        (
            "[[workstreams.support.routes]]\nname = \"r\"\nqueue = \"support\"\nwhen = [{ key = \"hours.night\", any_of = [\"open\"] }]",
            "line 16, workstreams.support.routes[0].when",
            "hours night",
        ),
        (
            "[[workstreams.support.routes]]\nname = \"r\"\nqueue = \"support\"\nwhen = [{ key = \"widget\", any_of = [\"nowhere\"] }]",
            "line 16, workstreams.support.routes[0].when",
            "widget \"nowhere\" does not exist",
        ),
        (
            "[[workstreams.support.routes]]\nname = \"r\"\nqueue = \"support\"\nwhen = [{ key = \"topic\", any_of = [] }]",
            "line 16, workstreams.support.routes[0].when",
            "names no value",
        ),
        (
            "[hours.h]\ntime_zone = \"UTC\"\n[[workstreams.support.routes]]\nname = \"r\"\nqueue = \"support\"\nwhen = [{ key = \"hours.h\", any_of = [\"opened\"] }]",
            "line 18, workstreams.support.routes[0].when",
            "never \"opened\"",
        ),
        (
            "[[widgets.w.pre_chat]]\nkey = \"claim.x\"\nlabel = \"A\"\n[widgets.w]\nworkstream = \"support\"",
            "widgets.w.pre_chat[0].key",
            "filled by linger itself",
        ),
        (
            "[workstreams.b]\nmode = \"persistent\"\ndefault_queue = \"support\"\nunits = 10001",
            "line 16, workstreams.b.units",
            "more than an agent may have",
        ),
        (
            "[workstreams.b]\nmode = \"persistent\"\ndefault_queue = \"support\"\nallowed_presences = [\"offline\"]",
            "line 16, workstreams.b.allowed_presences",
            "nobody is there",
        ),
        (
            "[workstreams.b]\nmode = \"persistent\"\ndefault_queue = \"support\"\ntimers.offer_deadline = \"301s\"",
            "line 16, workstreams.b.timers.offer_deadline",
            "is 301 s",
        ),
        (
            "[agents.bob]\ncapacity = 1\ndisplay_name = \" \"",
            "line 15, agents.bob.display_name",
            "no name for customers",
        ),
        (
            "[agents.bob]\ncapacity = 1\nname = \"B\\u001b[1mob\"",
            "line 15, agents.bob.name",
            "control character",
        ),
        (
            "[workstreams.support.messages]\ngreeting = { es = \"x\", ES = \"y\" }",
            "line 14, workstreams.support.messages.greeting",
            "there twice",
        ),
        (
            "[hours.h]\ntime_zone = \"UTC\"\nmonday = [\"09:00-12:00\", \"11:00-13:00\"]",
            "line 15, hours.h.monday",
            "overlap",
        ),
    ];
    for (added, place, words) in cases {
        let text = format!("{SMALL}{added}\n");
        let faults = faults(&text);
        assert!(
            faults
                .iter()
                .any(|f| f.starts_with(place) || (f.contains(place) && !place.starts_with("line"))),
            "{added}\n{place} in {faults:#?}"
        );
        assert!(
            faults
                .iter()
                .any(|f| f.contains(place) && f.contains(words)),
            "{added}\n{words} in {faults:#?}"
        );
    }
    let syntax = faults(&format!("{SMALL}[queues.q]\nhours = \n"));
    assert!(
        syntax[0].starts_with("line 14: ") && syntax[0].contains("column"),
        "{syntax:?}"
    );
    let long = faults(&format!("{SMALL}{}", "[".repeat(20_000)));
    assert!(long[0].len() < 2_000, "a fault does not echo the file");
    let unknown = faults(&format!(
        "{SMALL}[widgets.w]\nworkstream = \"support\"\ncolour = \"red\"\n"
    ));
    assert!(
        unknown[0].contains("colour") && unknown[0].starts_with("line 15"),
        "{unknown:?}"
    );
}

#[test]
fn a_widget_asks_ten_questions_at_most() {
    let questions = |n: usize| {
        (0..n).fold(String::new(), |mut text, n| {
            write!(
                text,
                "[[widgets.w.pre_chat]]\nkey = \"k{n}\"\nlabel = \"?\"\n"
            )
            .expect("a String takes everything");
            text
        })
    };
    let widget = "[widgets.w]\nworkstream = \"support\"\n";
    let opted = SMALL.replace(
        "mode = \"persistent\"",
        "mode = \"persistent\"\ndevice_identity = true",
    );
    read(&format!("{opted}{widget}{}", questions(10)));
    let faults = faults(&format!("{opted}{widget}{}", questions(11)));
    assert!(faults[0].contains("at most 10"), "{faults:?}");
}

fn large() -> String {
    let mut text = "name = \"Large\"\n".to_owned();
    for n in 0..20 {
        write!(
            text,
            "[workstreams.w{n}]\nmode = \"persistent\"\ndefault_queue = \"q{n}\"\n[[workstreams.w{n}.routes]]\nname = \"vip\"\nwhen = [{{ key = \"tier\", any_of = [\"gold\"] }}]\nqueue = \"q{}\"\n",
            n + 20
        )
        .expect("a String takes everything");
    }
    for n in 0..50 {
        let members: Vec<String> = (0..10).map(|m| format!("\"a{}\"", n * 10 + m)).collect();
        write!(text, "[queues.q{n}]\nmembers = [{}]\n", members.join(", "))
            .expect("a String takes everything");
    }
    for n in 0..500 {
        write!(
            text,
            "[agents.a{n}]\ndisplay_name = \"Agent {n}\"\ncapacity = 4\n"
        )
        .expect("a String takes everything");
    }
    text
}

#[test]
fn five_hundred_agents_are_one_change_and_the_second_time_none() {
    let file = CompanyFile::parse(&large()).expect("right");
    let company = whole(file.clone())
        .apply(None, &Moves::new())
        .expect("sound")
        .expect("new");
    let plan = Plan::between(None, &company);
    let added = plan.changes.iter().filter(|c| c.action == Action::Added);
    assert_eq!(
        added.count(),
        571,
        "500 agents, 50 queues, 20 workstreams and the company"
    );
    let again = whole(file).apply(Some(&company), &Moves::new());
    assert_eq!(again, Ok(None));
    assert!(Plan::between(Some(&company), &company).is_empty());
}

#[test]
fn a_removed_queue_is_remembered_with_where_its_conversations_go() {
    let moves = |from: &str, to: &str| Moves::from([(queue(from), queue(to))]);
    let remove = |id: &str| Edit::Remove {
        kind: Kind::Queues,
        id: id.to_owned(),
    };
    let start = read(&format!("{SMALL}[queues.a]\n[queues.b]\n"));
    let one = remove("a")
        .apply(Some(&start), &moves("a", "b"))
        .expect("sound")
        .expect("new");
    assert_eq!(one.queue_moves[&queue("a")], queue("b"));
    let two = remove("b")
        .apply(Some(&one), &moves("b", "support"))
        .expect("sound")
        .expect("new");
    assert_eq!(
        two.queue_moves[&queue("a")],
        queue("support"),
        "it moved on"
    );
    let support = WorkstreamId::parse("support").expect("an id");
    assert_eq!(
        two.queue_instead_of(&queue("b"), &support),
        Some(queue("support"))
    );
    let back = Edit::Put {
        kind: Kind::Queues,
        id: "a".to_owned(),
        object: json!({}),
    };
    let three = back
        .apply(Some(&two), &Moves::new())
        .expect("sound")
        .expect("new");
    assert_eq!(three.queue_instead_of(&queue("a"), &support), None);
    for wrong in [moves("support", "a"), moves("a", "a")] {
        let refused = remove("a").apply(Some(&three), &wrong);
        assert!(matches!(refused, Err(EditError::Form(_))), "{refused:?}");
    }
}

#[test]
fn what_others_refer_to_cannot_be_removed() {
    let company = full();
    let remove = |kind: Kind, id: &str| {
        let edit = Edit::Remove {
            kind,
            id: id.to_owned(),
        };
        edit.apply(Some(&company), &Moves::new())
    };
    for (kind, id, who) in [
        (Kind::Queues, "sales", "workstreams.live.default_queue"),
        (Kind::Workstreams, "live", "widgets.chat.workstream"),
        (Kind::Hours, "office", "queues.support.hours"),
        (Kind::Authentication, "shop", "widgets.shop.authentication"),
    ] {
        match remove(kind, id) {
            Err(EditError::InUse(who_else)) => {
                assert!(who_else.iter().any(|s| s.starts_with(who)), "{who_else:?}");
            }
            other => panic!("{id}: {other:?}"),
        }
    }
    let without = remove(Kind::Agents, "bob").expect("sound").expect("new");
    let bob = AgentId::parse("bob").expect("an id");
    assert!(without.queues.values().all(|q| !q.members.contains(&bob)));
    assert!(matches!(
        remove(Kind::Queues, "nowhere"),
        Err(EditError::NotFound(_))
    ));
}

#[test]
fn the_published_schema_is_the_one_of_this_version() {
    if std::env::var_os("SCHEMA_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/company.schema.json");
        let text = serde_json::to_string_pretty(&schema()).expect("plain data");
        std::fs::write(path, text + "\n").expect("the document is writable");
        return;
    }
    let published: Value = serde_json::from_str(SCHEMA).expect("JSON");
    assert_eq!(
        published,
        schema(),
        "run SCHEMA_WRITE=1 cargo test --test configuration schema"
    );
}

/// Enough of JSON Schema to see that a file fits: types, properties, references.
fn fits(root: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return fits(root, target, value, at);
    }
    if let Value::Object(fields) = value
        && let Some(known) = schema["properties"].as_object()
    {
        for (name, value) in fields {
            let known = known
                .get(name)
                .unwrap_or_else(|| panic!("the schema does not know {at}.{name}"));
            fits(root, known, value, &format!("{at}.{name}"));
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().expect("a name");
            assert!(fields.contains_key(name), "{at} has no {name}");
        }
    } else if let Value::Object(fields) = value
        && schema["additionalProperties"].is_object()
    {
        for (name, value) in fields {
            fits(
                root,
                &schema["additionalProperties"],
                value,
                &format!("{at}.{name}"),
            );
        }
    }
}

#[test]
fn the_schema_knows_whatever_an_export_holds() {
    let schema = schema();
    assert_eq!(
        schema["additionalProperties"], false,
        "unknown keys are refused"
    );
    fits(
        &schema,
        &schema,
        &CompanyFile::of(&full()).to_json(),
        "company",
    );
}

#[test]
fn the_examples_in_the_guide_are_true() {
    let mut seen = 0;
    for block in GUIDE.split("```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').expect("a first line");
        match language.trim() {
            "toml" => {
                let company = read(text);
                assert_eq!(company.warnings(), Vec::<String>::new());
                seen += 1;
            }
            "json" => {
                let object: Value = serde_json::from_str(text).expect("JSON");
                let company = read(EXAMPLE);
                let kind = if object.get("members").is_some() {
                    Kind::Queues
                } else {
                    Kind::Agents
                };
                let edit = Edit::Put {
                    kind,
                    id: "night".to_owned(),
                    object,
                };
                let changed = edit.apply(Some(&company), &Moves::new());
                assert!(matches!(changed, Ok(Some(_))), "{changed:?}");
                seen += 1;
            }
            _ => {}
        }
    }
    assert!(seen >= 3, "the guide has examples");
    for kind in Kind::ALL {
        assert!(GUIDE.contains(kind.as_str()), "{}", kind.as_str());
    }
    let persistent = read(EXAMPLE).workstreams.into_values();
    assert!(persistent.into_iter().any(|w| w.mode == Mode::Persistent));
}
