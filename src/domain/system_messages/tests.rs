//! What is said by default, instead, and in which language.

use super::*;
use crate::domain::company::{Company, Texts, Widget, Workstream};
use crate::domain::ids::{QueueId, WidgetId, WorkstreamId};

/// Every kind there is.
pub(super) const KINDS: [SystemKind; 15] = [
    SystemKind::Greeting,
    SystemKind::AgentAssigned,
    SystemKind::AgentJoined,
    SystemKind::AgentLeft,
    SystemKind::Transferred,
    SystemKind::AgentEnded,
    SystemKind::EndedBySystem,
    SystemKind::OutsideHours,
    SystemKind::Holiday,
    SystemKind::QueuePosition,
    SystemKind::NextInLine,
    SystemKind::AverageWait,
    SystemKind::CustomerDisconnected,
    SystemKind::CustomerReconnected,
    SystemKind::AgentReturned,
];

pub(super) fn monday() -> LocalTime {
    LocalTime {
        weekday: 1,
        day: 9,
        month: 3,
        hour: 9,
        minute: 0,
        zone: "CET".to_owned(),
    }
}

fn workstream(mode: Mode) -> Workstream {
    Workstream::new(
        "Support",
        mode,
        QueueId::parse("support").expect("a valid id"),
    )
}

fn support() -> WorkstreamId {
    WorkstreamId::parse("support").expect("a valid id")
}

fn shop() -> WidgetId {
    WidgetId::parse("shop").expect("a valid id")
}

fn company(w: &Workstream) -> Company {
    Company {
        workstreams: BTreeMap::from([(support(), w.clone())]),
        widgets: BTreeMap::from([(shop(), Widget::new(support()))]),
        ..Company::default()
    }
}

fn said(company: &Company, kind: SystemKind, locale: &str) -> Option<String> {
    let (context, opens_at) = (BTreeMap::new(), monday());
    let mode = company.workstreams[&support()].mode;
    Voice::of(company, &support(), Some(&shop()), locale).text(
        mode,
        kind,
        &values(&context, &opens_at),
    )
}

fn values<'a>(context: &'a BTreeMap<String, String>, opens_at: &'a LocalTime) -> Placeholders<'a> {
    Placeholders {
        agent: "Anna",
        queue: "Support",
        customer: "Maria",
        opens_at: Some(opens_at),
        position: Some(3),
        wait: Some(Millis::minutes(4)),
        context: Some(context),
    }
}

fn texts(all: &[(&str, &str)]) -> Texts {
    Texts(
        all.iter()
            .map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()))
            .collect(),
    )
}

#[test]
fn placeholders_are_filled_in_once_and_unknown_ones_become_empty() {
    let context = BTreeMap::from([
        ("name".to_owned(), "{agent}".to_owned()),
        ("order id".to_owned(), "A-1".to_owned()),
        ("open".to_owned(), "{".to_owned()),
    ]);
    let cases = [
        ("nothing to fill in", "Hello.", "Hello."),
        (
            "each of them",
            "{agent} {queue} {customer} {opens_at} {position} {wait}",
            "Anna Support Maria Monday 9 March, 09:00 CET 3 4 minutes",
        ),
        ("spaces inside the braces", "{ agent }!", "Anna!"),
        (
            "a value that looks like a placeholder stays as it is",
            "Hi {ctx.name}",
            "Hi {agent}",
        ),
        (
            "values cannot build a placeholder together",
            "{ctx.open}agent}",
            "{agent}",
        ),
        (
            "a context key may have spaces",
            "Order {ctx.order id}.",
            "Order A-1.",
        ),
        ("a missing context value", "Hi {ctx.none}!", "Hi !"),
        ("an unknown placeholder", "Hi {nobody}{}!", "Hi !"),
        ("an open brace at the end", "50 % off {", "50 % off {"),
        ("an open brace before a placeholder", "{ {agent}", "{ Anna"),
        ("doubled braces", "{{agent}}", "{Anna}"),
        ("no placeholder runs over a line", "{agent\n}", "{agent\n}"),
        ("a closing brace alone", "a } b", "a } b"),
        ("not only ASCII", "¡Hola, {agent}! ñ{x}é", "¡Hola, Anna! ñé"),
    ];
    for (name, template, expected) in cases {
        let opens_at = monday();
        let said = render(template, &values(&context, &opens_at), &["en"]);
        assert_eq!(said, expected, "{name}");
    }
}

#[test]
fn what_is_said_by_default_follows_the_table_of_semantics() {
    use SystemKind as K;
    let both = [
        K::Greeting,
        K::AgentAssigned,
        K::AgentJoined,
        K::AgentLeft,
        K::Transferred,
        K::AgentEnded,
        K::EndedBySystem,
        K::OutsideHours,
        K::Holiday,
    ];
    let live = [
        K::QueuePosition,
        K::NextInLine,
        K::AverageWait,
        K::CustomerDisconnected,
        K::CustomerReconnected,
    ];
    let said = |mode, kind| said(&company(&workstream(mode)), kind, "en").is_some();
    assert_eq!(both.len() + live.len() + 1, KINDS.len());
    for kind in both {
        assert!(
            said(Mode::Live, kind) && said(Mode::Persistent, kind),
            "{kind:?} is on in both"
        );
    }
    for kind in live {
        assert!(
            said(Mode::Live, kind) && !said(Mode::Persistent, kind),
            "{kind:?} is live's"
        );
    }
    assert!(!said(Mode::Live, K::AgentReturned) && said(Mode::Persistent, K::AgentReturned));
    for kind in [K::QueuePosition, K::NextInLine, K::AverageWait] {
        assert!(
            !is_offered(Mode::Persistent, kind),
            "{kind:?} is not a setting where nobody waits in line"
        );
    }
    assert!(
        is_offered(Mode::Persistent, K::CustomerDisconnected),
        "off, but a setting"
    );
}

#[test]
fn a_company_writes_its_own_text_or_switches_one_off() {
    let mut w = workstream(Mode::Persistent);
    let say = |w: &Workstream, kind| said(&company(w), kind, "en");
    w.messages
        .insert(SystemKind::AgentJoined, Texts::any("Olá, sou {agent}."));
    assert_eq!(
        say(&w, SystemKind::AgentJoined).as_deref(),
        Some("Olá, sou Anna.")
    );
    w.messages.insert(SystemKind::AgentJoined, Texts::any(""));
    assert_eq!(
        say(&w, SystemKind::AgentJoined),
        None,
        "an empty text switches it off"
    );
    w.messages
        .insert(SystemKind::CustomerDisconnected, Texts::any("Gone."));
    assert_eq!(
        say(&w, SystemKind::CustomerDisconnected).as_deref(),
        Some("Gone."),
        "off by default, on by a text"
    );
    w.messages
        .insert(SystemKind::QueuePosition, Texts::any("You are {position}."));
    assert_eq!(
        say(&w, SystemKind::QueuePosition),
        None,
        "not offered stays unsaid"
    );
}

#[test]
fn nobody_is_promised_a_return_at_an_unknown_time() {
    for mode in [Mode::Persistent, Mode::Live] {
        for kind in [SystemKind::OutsideHours, SystemKind::Holiday] {
            let company = company(&workstream(mode));
            let never = Voice::of(&company, &support(), None, "en")
                .text(mode, kind, &Placeholders::default())
                .expect("on");
            assert!(!never.contains("back"), "{never}");
            let known = said(&company, kind, "en").expect("on");
            assert!(
                known.contains("back on Monday 9 March, 09:00 CET"),
                "{known}"
            );
        }
    }
}

#[test]
fn a_place_or_a_wait_that_nobody_knows_is_not_said() {
    let company = company(&workstream(Mode::Live));
    let voice = Voice::of(&company, &support(), None, "es");
    for kind in [SystemKind::QueuePosition, SystemKind::AverageWait] {
        assert_eq!(voice.text(Mode::Live, kind, &Placeholders::default()), None);
    }
    let joined = voice.text(
        Mode::Live,
        SystemKind::AgentJoined,
        &Placeholders::default(),
    );
    assert_eq!(
        joined.as_deref(),
        Some("Una persona de nuestro equipo se ha incorporado a la conversación."),
        "nor a name"
    );
}

#[test]
fn the_first_language_with_a_text_is_the_customers_widgets_workstreams_companys_then_english() {
    let ended = |customer: &str, widget: Option<&str>, stream: Option<&str>, own: &str| {
        let mut w = workstream(Mode::Persistent);
        w.locale = stream.map(str::to_owned);
        let mut company = company(&w);
        company.locale = own.to_owned();
        company.widgets.get_mut(&shop()).expect("there").locale = widget.map(str::to_owned);
        said(&company, SystemKind::EndedBySystem, customer).expect("on")
    };
    let (english, spanish) = (
        "This conversation has ended.",
        "Esta conversación ha finalizado.",
    );
    let galician = "Esta conversa rematou.";
    for (customer, widget, stream, own, expected) in [
        ("es", Some("gl"), Some("de"), "fr", spanish),
        ("es-AR", Some("gl"), None, "", spanish),
        ("ES_ar", None, None, "", spanish),
        ("ja", Some("gl-ES"), Some("es"), "fr", galician),
        ("", Some("ja"), Some("gl"), "es", galician),
        ("", None, None, "gl", galician),
        ("ja", None, None, "", english),
        ("", None, None, "", english),
        ("-", None, None, "", english),
    ] {
        assert_eq!(
            ended(customer, widget, stream, own),
            expected,
            "{customer:?} {widget:?} {stream:?} {own:?}"
        );
    }
}

#[test]
fn a_widget_speaks_before_its_workstream_and_both_before_the_standard_text() {
    let kind = SystemKind::AgentJoined;
    let mut w = workstream(Mode::Persistent);
    w.messages.insert(
        kind,
        texts(&[("es", "Flujo: {agent}"), ("de", "Ablauf: {agent}")]),
    );
    let mut company = company(&w);
    let widget = company.widgets.get_mut(&shop()).expect("there");
    widget
        .messages
        .insert(kind, texts(&[("es", "Tienda: {agent}")]));
    let say = |c: &Company, locale: &str| said(c, kind, locale).expect("on");
    assert_eq!(say(&company, "es-MX"), "Tienda: Anna");
    assert_eq!(say(&company, "de"), "Ablauf: Anna");
    assert_eq!(
        say(&company, "gl"),
        "Anna incorporouse á conversa.",
        "what was not written in her language gives way to the standard text in it"
    );
    let elsewhere = Voice::of(&company, &support(), None, "es");
    let placeholders = Placeholders {
        agent: "Anna",
        ..Placeholders::default()
    };
    assert_eq!(
        elsewhere
            .text(Mode::Persistent, kind, &placeholders)
            .as_deref(),
        Some("Flujo: Anna"),
        "without the widget"
    );
    let widget = company.widgets.get_mut(&shop()).expect("there");
    widget
        .messages
        .insert(kind, texts(&[("es", ""), ("*", "*: {agent}")]));
    assert_eq!(
        said(&company, kind, "es"),
        None,
        "an empty text switches it off"
    );
    assert_eq!(say(&company, "gl"), "*: Anna");
}

#[test]
fn values_are_said_in_the_language_of_the_text_around_them() {
    let kind = SystemKind::OutsideHours;
    let mut w = workstream(Mode::Persistent);
    w.messages.insert(
        kind,
        texts(&[("fr", "Retour {opens_at}"), ("*", "Volvemos el {opens_at}")]),
    );
    let mut company = company(&w);
    company.locale = "es".to_owned();
    assert_eq!(
        said(&company, kind, "fr-CA").as_deref(),
        Some("Retour lundi 9 mars à 09:00 CET")
    );
    assert_eq!(
        said(&company, kind, "en").as_deref(),
        Some("Volvemos el lunes 9 de marzo a las 09:00 CET"),
        "the text for every language is written in the company's"
    );
}

#[test]
fn a_text_of_the_company_is_said_even_if_it_is_in_no_language_of_the_customer() {
    let company = company(&workstream(Mode::Live));
    let voice = Voice::of(&company, &support(), None, "ja");
    let say = |t: &Texts| voice.say(t, &Placeholders::default());
    assert_eq!(say(&texts(&[("gl", "Ola")])).as_deref(), Some("Ola"));
    assert_eq!(
        say(&texts(&[("gl", "Ola"), ("en", "Hello")])).as_deref(),
        Some("Hello")
    );
    assert_eq!(say(&Texts::default()), None);
    assert_eq!(say(&Texts::any(" ")), None);
}

#[test]
fn what_is_said_is_never_longer_than_a_message_may_be() {
    let context = BTreeMap::from([("x".to_owned(), "é".repeat(4_000))]);
    let opens_at = monday();
    let said = render("{ctx.x}{ctx.x}{ctx.x}", &values(&context, &opens_at), &[]);
    assert_eq!(said.chars().count(), MESSAGE_CHARS_MAX);
}
