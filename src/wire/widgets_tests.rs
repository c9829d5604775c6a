//! What a widget's page is told, by language, by hours, by what was configured.

use std::collections::BTreeMap;

use super::*;
use crate::domain::company::{QuestionOption, Queue, Workstream};
use crate::domain::hours::{Calendar, Interval};
use crate::domain::ids::{CalendarId, QueueId, WorkstreamId};

/// A Monday at eight in the morning, UTC.
const MONDAY_8: Timestamp = Timestamp(1_700_467_200_000);
const HOUR: i64 = 3_600_000;

fn texts(all: &[(&str, &str)]) -> Texts {
    let all = all.iter();
    Texts(
        all.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    )
}

fn shop() -> WidgetId {
    WidgetId::parse("shop").expect("an id")
}

/// Open from nine to five on Mondays.
fn company(mode: Mode) -> Company {
    let queue = QueueId::parse("support").expect("an id");
    let id = WorkstreamId::parse("support").expect("an id");
    let hours = CalendarId::parse("hours").expect("an id");
    let mut weekly: [Vec<Interval>; 7] = Default::default();
    weekly[0].push(Interval {
        from: 540,
        to: 1_020,
    });
    let mut widget = Widget::new(id.clone());
    widget.look.title = texts(&[("de", "Hilfe"), ("*", "Help")]);
    widget.look.accent = Some("#0f766e".to_owned());
    widget.offline.text = texts(&[("es", "Volvemos {opens_at}.")]);
    widget.pre_chat = vec![Question {
        key: "topic".to_owned(),
        label: texts(&[]),
        kind: QuestionKind::Choice(vec![QuestionOption {
            value: "sales".to_owned(),
            label: texts(&[("de", "Ein Produkt"), ("*", "A product")]),
        }]),
        required: true,
    }];
    Company {
        name: "Shop".to_owned(),
        queues: [(
            queue.clone(),
            Queue {
                name: "Support".to_owned(),
                members: std::collections::BTreeSet::new(),
                method: crate::domain::company::Method::default(),
                priority: 0,
                hours: Some(hours.clone()),
                overflow: crate::domain::company::Overflow::default(),
            },
        )]
        .into(),
        calendars: [(
            hours,
            Calendar {
                time_zone: "UTC".to_owned(),
                weekly,
                holidays: BTreeMap::new(),
            },
        )]
        .into(),
        workstreams: [(id, Workstream::new("Support", mode, queue))].into(),
        widgets: [(shop(), widget)].into(),
        ..Company::default()
    }
}

fn told(company: &Company, locale: Option<&str>, now: Timestamp) -> WidgetBody {
    let widget = &company.widgets[&shop()];
    WidgetBody::of(&shop(), widget, company, locale, now).expect("its workstream is there")
}

#[test]
fn texts_are_in_the_language_that_is_asked_for_or_the_next_best() {
    let mut company = company(Mode::Live);
    let title = |company: &Company, locale| told(company, locale, MONDAY_8).title;
    assert_eq!(title(&company, Some("de")), "Hilfe");
    assert_eq!(title(&company, Some("de-AT")), "Hilfe");
    assert_eq!(title(&company, Some("fr")), "Help");
    assert_eq!(title(&company, Some("")), "Help");
    assert_eq!(told(&company, None, MONDAY_8).locale, "en");
    company.widgets.get_mut(&shop()).expect("there").locale = Some("de".to_owned());
    assert_eq!(title(&company, None), "Hilfe");
    let german = told(&company, Some("de"), MONDAY_8);
    let question = &german.pre_chat[0];
    assert_eq!(
        (question.label.as_str(), question.kind, question.required),
        ("topic", "choice", true),
        "its key, where nobody has written a label"
    );
    assert_eq!(question.options[0].label, "Ein Produkt");
    assert_eq!(
        (german.offline.title.as_str(), german.offline.text.as_str()),
        ("", "Volvemos {opens_at}."),
        "any language is better than none"
    );
}

#[test]
fn whether_somebody_is_there_follows_the_hours_in_both_modes() {
    for mode in [Mode::Persistent, Mode::Live] {
        let company = company(mode);
        let closed = told(&company, None, MONDAY_8);
        assert_eq!(
            (closed.open, closed.opens_at),
            (false, Some(MONDAY_8.0 + HOUR))
        );
        let open = told(&company, None, Timestamp(MONDAY_8.0 + HOUR));
        assert_eq!((open.open, open.opens_at), (true, None));
        let night = told(&company, None, Timestamp(MONDAY_8.0 + 9 * HOUR));
        let next = MONDAY_8.0 + HOUR + 7 * 24 * HOUR;
        assert_eq!((night.open, night.opens_at), (false, Some(next)));
    }
}

#[test]
fn hours_that_never_come_have_no_opening_and_no_hours_are_always_open() {
    let mut company = company(Mode::Live);
    for calendar in company.calendars.values_mut() {
        calendar.weekly = Default::default();
    }
    let never = told(&company, None, MONDAY_8);
    assert_eq!((never.open, never.opens_at), (false, None));
    for queue in company.queues.values_mut() {
        queue.hours = None;
    }
    assert!(told(&company, None, MONDAY_8).open);
}

#[test]
fn a_widget_is_off_with_its_workstream_and_gone_with_it() {
    let mut company = company(Mode::Persistent);
    assert!(told(&company, None, MONDAY_8).enabled);
    company
        .workstreams
        .values_mut()
        .for_each(|w| w.enabled = false);
    assert!(!told(&company, None, MONDAY_8).enabled);
    company.workstreams.clear();
    let widget = &company.widgets[&shop()];
    assert!(WidgetBody::of(&shop(), widget, &company, None, MONDAY_8).is_none());
}

#[test]
fn nothing_of_it_is_the_companys_own_business() {
    let company = company(Mode::Live);
    let body = serde_json::to_value(told(&company, Some("de"), MONDAY_8)).expect("JSON");
    let fields: Vec<&str> = body
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let mut known = [
        "id",
        "company",
        "workstream",
        "mode",
        "enabled",
        "locale",
        "title",
        "accent",
        "position",
        "pre_chat",
        "offline",
        "open",
        "opens_at",
        "device_identity",
        "authentication",
    ];
    known.sort_unstable();
    assert_eq!(fields, known);
}
