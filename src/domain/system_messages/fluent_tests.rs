//! Every language says everything, and nothing but what is known.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use super::*;
use crate::domain::company::Mode;
use crate::domain::system_messages::tests::{KINDS, monday};
use crate::domain::system_messages::{Standard, standard_of};

const MODES: [Mode; 2] = [Mode::Persistent, Mode::Live];

/// The values that each message may be about.
fn variables_of(id: &str) -> &'static [&'static str] {
    match id {
        "opening" => &["weekday_name", "day", "month_name", "hour", "time", "zone"],
        "wait-minutes" | "wait-hours" => &["count"],
        "queue-position" => &["position"],
        "average-wait" => &["wait"],
        _ if id.starts_with("agent-") => &["agent"],
        _ if id.starts_with("outside-hours-") || id.starts_with("holiday-") => &["opens_at"],
        _ => &[],
    }
}

/// Names of messages and what each has: itself and its attributes, with the text as written.
fn written(language: Language) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut id = String::new();
    let mut part = String::new();
    for line in language.source().lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let text = match line.strip_prefix("    .").map(|l| l.split_once(" = ")) {
            Some(attribute) => {
                let (name, text) = attribute.expect("an attribute has a text");
                name.clone_into(&mut part);
                text
            }
            None if line.starts_with([' ', '}']) => line,
            None => {
                let (name, text) = line.split_once(" = ").expect("a message has a text");
                name.clone_into(&mut id);
                part.clear();
                assert!(
                    all.insert(id.clone(), BTreeMap::new()).is_none(),
                    "{language:?}: {id} twice"
                );
                text
            }
        };
        let message = all.get_mut(&id).expect("begun");
        message.entry(part.clone()).or_default().push_str(text);
    }
    all
}

fn needed() -> BTreeSet<String> {
    let standard = MODES.into_iter().flat_map(|mode| {
        KINDS
            .into_iter()
            .filter_map(move |kind| match standard_of(mode, kind) {
                Standard::On(id) => Some(id.to_owned()),
                Standard::Off | Standard::NotOffered => None,
            })
    });
    let words = (1..=7)
        .map(|n| format!("weekday-{n}"))
        .chain((1..=12).map(|n| format!("month-{n}")));
    let parts = ["opening", "wait-minutes", "wait-hours"].map(str::to_owned);
    standard.chain(words).chain(parts).collect()
}

#[test]
fn every_file_is_whole_and_has_exactly_the_messages_that_are_said() {
    let english = written(Language::En);
    for language in Language::ALL {
        let faults = FluentResource::try_new(language.source().to_owned()).err();
        assert!(faults.is_none(), "{language:?}: {:?}", faults.map(|f| f.1));
        let has = written(language);
        assert_eq!(
            has.keys().cloned().collect::<BTreeSet<_>>(),
            needed(),
            "{language:?}"
        );
        for (id, parts) in has {
            assert_eq!(
                parts.keys().collect::<Vec<_>>(),
                english[&id].keys().collect::<Vec<_>>(),
                "{language:?}: attributes of {id}"
            );
        }
    }
}

#[test]
fn what_both_sides_read_of_the_connection_speaks_of_neither() {
    // The customer reads it too: to them "the customer" is somebody else.
    const OF_A_SIDE: [&str; 9] = [
        "customer", "client", "kund", "agent", "team", "équipe", "equip", "your", "you ",
    ];
    for language in Language::ALL {
        let has = written(language);
        for id in ["customer-disconnected", "customer-reconnected"] {
            let text = has[id][""].to_lowercase();
            for word in OF_A_SIDE {
                assert!(!text.contains(word), "{language:?}: {id} says {word:?}");
            }
        }
    }
}

#[test]
fn no_message_is_about_a_value_that_it_is_not_given() {
    for language in Language::ALL {
        for (id, parts) in written(language) {
            let text: String = parts.into_values().collect();
            for variable in text.split('$').skip(1) {
                let name: String = variable
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                assert!(
                    variables_of(&id).contains(&name.as_str()),
                    "{language:?}: {id} is about ${name}"
                );
            }
        }
    }
}

#[test]
fn every_message_can_be_said_in_every_language_and_mode_with_and_without_values() {
    let opens_at = monday();
    let known = Placeholders {
        agent: "Anna",
        opens_at: Some(&opens_at),
        position: Some(3),
        wait: Some(Millis::minutes(4)),
        ..Placeholders::default()
    };
    for language in Language::ALL {
        for (mode, kind) in MODES.iter().flat_map(|m| KINDS.map(|k| (*m, k))) {
            let Standard::On(id) = standard_of(mode, kind) else {
                continue;
            };
            let text = standard(language, id, Without::Nothing, &known);
            let wants = variables_of(id);
            let shows = |value: &str| text.contains(value);
            assert!(!text.trim().is_empty(), "{language:?} {id}");
            assert!(
                !text.contains(['{', '$', '\u{2068}']),
                "{language:?} {text}"
            );
            assert_eq!(
                wants.contains(&"agent") && english_has(id, "agent"),
                shows("Anna"),
                "{language:?} {text}"
            );
            assert_eq!(wants.contains(&"position"), shows("3"), "{text}");
            let attributes: Vec<String> = written(language)[id].keys().cloned().collect();
            for (without, name) in [
                (Without::Name, "nameless"),
                (Without::Opening, "no-opening"),
            ] {
                if attributes.iter().any(|a| a == name) {
                    let text = standard(language, id, without, &Placeholders::default());
                    assert!(!text.is_empty() && !text.contains("Anna"), "{text}");
                }
            }
        }
    }
}

fn english_has(id: &str, variable: &str) -> bool {
    written(Language::En)[id][""].contains(&format!("${variable}"))
}

#[test]
fn no_text_was_left_in_english_or_in_any_other_language() {
    // Words that two languages share.
    let shared = |id: &str| id.starts_with("weekday-") || id.starts_with("month-");
    for (i, language) in Language::ALL.into_iter().enumerate() {
        let mine = written(language);
        for other in &Language::ALL[i + 1..] {
            for (id, parts) in written(*other) {
                if shared(&id) || id.starts_with("wait-") {
                    continue;
                }
                for (part, text) in parts {
                    assert_ne!(mine[&id][&part], text, "{language:?} and {other:?}: {id}");
                }
            }
        }
        let days: BTreeSet<&String> = (1..=7)
            .map(|n| &mine[&format!("weekday-{n}")][""])
            .collect();
        let months: BTreeSet<&String> =
            (1..=12).map(|n| &mine[&format!("month-{n}")][""]).collect();
        assert_eq!((days.len(), months.len()), (7, 12), "{language:?}");
        let english = written(Language::En);
        let same = |prefix: &str| {
            mine.iter()
                .filter(|(id, text)| id.starts_with(prefix) && english[*id] == **text)
                .count()
        };
        if language != Language::En {
            assert_eq!(same("weekday-"), 0, "{language:?}");
            // April, August, September and November are German as well.
            assert!(same("month-") <= 4, "{language:?}");
        }
    }
}

#[test]
fn an_opening_is_said_as_people_say_it() {
    let sunday = LocalTime {
        weekday: 7,
        day: 1,
        month: 3,
        hour: 1,
        minute: 30,
        zone: "CET".to_owned(),
    };
    let cases = [
        (
            Language::En,
            "Monday 9 March, 09:00 CET",
            "Sunday 1 March, 01:30 CET",
        ),
        (
            Language::Es,
            "lunes 9 de marzo a las 09:00 CET",
            "domingo 1 de marzo a la 01:30 CET",
        ),
        (
            Language::Gl,
            "luns 9 de marzo ás 09:00 CET",
            "domingo 1 de marzo á 01:30 CET",
        ),
        (
            Language::Pt,
            "segunda-feira, 9 de março, às 09:00 CET",
            "domingo, 1 de março, à 01:30 CET",
        ),
        (
            Language::Fr,
            "lundi 9 mars à 09:00 CET",
            "dimanche 1er mars à 01:30 CET",
        ),
        (
            Language::De,
            "Montag, 9. März, 09:00 Uhr CET",
            "Sonntag, 1. März, 01:30 Uhr CET",
        ),
    ];
    for (language, on_monday, on_sunday) in cases {
        assert_eq!(opening(language, &monday()), on_monday);
        assert_eq!(opening(language, &sunday), on_sunday);
    }
}

#[test]
fn a_wait_is_said_in_minutes_and_then_in_hours() {
    let cases = [
        (Language::En, Millis(0), "1 minute"),
        (Language::En, Millis::minutes(1), "1 minute"),
        (Language::En, Millis(60_001), "2 minutes"),
        (Language::En, Millis::minutes(59), "59 minutes"),
        (Language::En, Millis::minutes(60), "1 hour"),
        (Language::En, Millis::minutes(89), "1 hour"),
        (Language::En, Millis::minutes(90), "2 hours"),
        (Language::Es, Millis::seconds(30), "1 minuto"),
        (Language::Es, Millis::minutes(4), "4 minutos"),
        (Language::Gl, Millis::hours(1), "1 hora"),
        (Language::Gl, Millis::hours(3), "3 horas"),
        (Language::Pt, Millis::minutes(1), "1 minuto"),
        (Language::Pt, Millis::hours(2), "2 horas"),
        (Language::Fr, Millis::hours(1), "1 heure"),
        (Language::Fr, Millis::minutes(12), "12 minutes"),
        (Language::De, Millis::minutes(1), "1 Minute"),
        (Language::De, Millis::hours(5), "5 Stunden"),
    ];
    for (language, length, text) in cases {
        assert_eq!(wait(language, length), text, "{language:?} {length:?}");
    }
    assert!(!wait(Language::En, Millis(u64::MAX)).is_empty());
}

#[test]
fn values_that_look_like_placeholders_stay_as_they_are() {
    let values = Placeholders {
        agent: "{ $queue } {-x} \"{\"",
        ..Placeholders::default()
    };
    assert_eq!(
        standard(Language::En, "agent-joined", Without::Nothing, &values),
        "{ $queue } {-x} \"{\" has joined the conversation."
    );
}
