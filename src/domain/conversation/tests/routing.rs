//! Which queue a start goes to, and what an explanation says of it.

use std::collections::BTreeSet;

use super::{Mode, START, company, queue_id, workstream_id};
use crate::domain::arrival::{RuleVerdict, WayEnd, arrive};
use crate::domain::command::Start;
use crate::domain::company::{Company, Condition, RouteRule, Test, Widget};
use crate::domain::ids::WidgetId;
use crate::domain::time::{Millis, Timestamp};

fn any_of(values: &[&str]) -> Test {
    Test::AnyOf(set(values))
}

fn none_of(values: &[&str]) -> Test {
    Test::NoneOf(set(values))
}

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

fn when(key: &str, test: Test) -> Condition {
    Condition {
        key: key.to_owned(),
        test,
    }
}

fn rule(name: &str, when: Vec<Condition>) -> RouteRule {
    RouteRule {
        name: name.to_owned(),
        when,
        queue: queue_id("sales"),
    }
}

fn shop() -> WidgetId {
    WidgetId::parse("shop").expect("a valid id")
}

fn with_rules(rules: Vec<RouteRule>) -> Company {
    let mut company = company(Mode::Persistent, |w| w.routes = rules);
    let mut widget = Widget::new(workstream_id());
    widget.locale = Some("gl".to_owned());
    company.widgets.insert(shop(), widget);
    company
}

fn of_page(context: &[(&str, &str)]) -> Start {
    Start {
        context: context
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        ..Start::default()
    }
}

fn at(company: &Company, start: &Start, now: Timestamp) -> crate::domain::arrival::Arrival {
    let rules = &company.workstreams[&workstream_id()];
    arrive(start, rules, company, now, &|_| 0)
}

fn matches(condition: Condition, start: &Start, now: Timestamp) -> bool {
    let company = with_rules(vec![rule("r", vec![condition])]);
    at(&company, start, now).route.is_some()
}

#[test]
fn conditions_look_at_the_page_the_token_the_widget_the_language_and_the_hours() {
    let night = START + Millis::hours(10);
    let page = of_page(&[
        ("page_url", "https://shop.example/pt/Checkout?x=1"),
        ("claim.tier", "gold"),
        ("topic", "returns"),
        ("empty", ""),
        // What linger knows itself cannot be said by a page.
        ("widget", "forged"),
        ("hours", "closed"),
        ("hours.office", "closed"),
    ]);
    let speaks = |locale: &str| Start {
        locale: locale.to_owned(),
        ..Start::default()
    };
    let at_shop = Start {
        widget: Some(shop()),
        ..Start::default()
    };
    let cases = [
        (
            "an answer",
            when("topic", any_of(&["returns", "other"])),
            &page,
            START,
            true,
        ),
        (
            "another answer",
            when("topic", any_of(&["other"])),
            &page,
            START,
            false,
        ),
        (
            "no answer",
            when("size", any_of(&["other"])),
            &page,
            START,
            false,
        ),
        (
            "none of, and absent",
            when("size", none_of(&["s"])),
            &page,
            START,
            true,
        ),
        (
            "part of the address",
            when("page_url", Test::Contains("/checkout".into())),
            &page,
            START,
            true,
        ),
        (
            "its beginning",
            when("page_url", Test::StartsWith("https://shop.".into())),
            &page,
            START,
            true,
        ),
        (
            "another beginning",
            when("page_url", Test::StartsWith("shop.".into())),
            &page,
            START,
            false,
        ),
        (
            "a claim",
            when("claim.tier", any_of(&["gold"])),
            &page,
            START,
            true,
        ),
        (
            "there",
            when("topic", Test::Present(true)),
            &page,
            START,
            true,
        ),
        (
            "empty is not there",
            when("empty", Test::Present(true)),
            &page,
            START,
            false,
        ),
        (
            "not there",
            when("size", Test::Present(false)),
            &page,
            START,
            true,
        ),
        (
            "the widget",
            when("widget", any_of(&["shop"])),
            &at_shop,
            START,
            true,
        ),
        (
            "no forged widget",
            when("widget", Test::Present(true)),
            &page,
            START,
            false,
        ),
        (
            "a language",
            when("locale", any_of(&["pt-BR"])),
            &speaks("pt-BR"),
            START,
            true,
        ),
        (
            "without its region",
            when("locale", any_of(&["pt"])),
            &speaks("pt-BR"),
            START,
            true,
        ),
        (
            "however it is written",
            when("locale", any_of(&["PT_br"])),
            &speaks("pt-BR"),
            START,
            true,
        ),
        (
            "a region is not its language",
            when("locale", any_of(&["pt-BR"])),
            &speaks("pt-PT"),
            START,
            false,
        ),
        (
            "none of, by language",
            when("locale", none_of(&["pt"])),
            &speaks("pt-BR"),
            START,
            false,
        ),
        (
            "none of, another",
            when("locale", none_of(&["pt"])),
            &speaks("es"),
            START,
            true,
        ),
        (
            "the language of the widget",
            when("locale", any_of(&["gl"])),
            &at_shop,
            START,
            true,
        ),
        (
            "no language",
            when("locale", Test::Present(true)),
            &page,
            START,
            false,
        ),
        (
            "open hours by name",
            when("hours.office", any_of(&["open"])),
            &page,
            START,
            true,
        ),
        (
            "closed hours by name",
            when("hours.office", any_of(&["closed"])),
            &page,
            night,
            true,
        ),
        (
            "hours that are not there",
            when("hours.home", Test::Present(true)),
            &page,
            START,
            false,
        ),
        (
            "the hours of the rule's queue",
            when("hours", any_of(&["open"])),
            &page,
            START,
            true,
        ),
        (
            "at night",
            when("hours", any_of(&["open"])),
            &page,
            night,
            false,
        ),
    ];
    for (name, condition, start, now, expected) in cases {
        assert_eq!(matches(condition, start, now), expected, "{name}");
    }
}

#[test]
fn the_first_rule_that_matches_decides_and_the_explanation_says_why() {
    let gold = when("claim.tier", any_of(&["gold"]));
    let topic = when("topic", Test::Present(true));
    let company = with_rules(vec![
        rule("gold", vec![topic.clone(), gold.clone()]),
        rule("any topic", vec![topic]),
        rule("everybody", vec![]),
    ]);
    let arrival = at(
        &company,
        &of_page(&[("topic", "x"), ("claim.tier", "tin")]),
        START,
    );
    assert_eq!(arrival.route.as_deref(), Some("any topic"));
    assert_eq!(arrival.way.end, WayEnd::Queue(queue_id("sales")));
    let verdicts: Vec<_> = arrival.rules.into_iter().map(|r| r.verdict).collect();
    assert_eq!(
        verdicts,
        [
            RuleVerdict::Failed(gold, Some("tin".to_owned())),
            RuleVerdict::Matched,
            RuleVerdict::NotReached
        ]
    );
    let arrival = at(&with_rules(vec![]), &Start::default(), START);
    assert_eq!(
        (arrival.route, arrival.routed),
        (None, queue_id("support")),
        "no rule: the default queue"
    );
}

#[test]
fn a_start_at_a_widget_that_is_switched_off_is_refused() {
    let mut company = with_rules(vec![]);
    company.widgets.get_mut(&shop()).expect("there").enabled = false;
    let ctx = super::Ctx {
        now: START,
        company: &company,
    };
    let customer = super::CustomerId::parse("ada").expect("a valid id");
    let refused = |start: Start| {
        super::super::start(super::ConversationId(1), &customer, start, ctx)
            .map_err(|r| r.code.as_str())
            .err()
    };
    let at_shop = Start {
        widget: Some(shop()),
        ..Start::default()
    };
    assert_eq!(refused(at_shop), Some("not_accepting"));
    let elsewhere = Start {
        workstream: Some(workstream_id()),
        ..Start::default()
    };
    assert_eq!(refused(elsewhere), None);
}
