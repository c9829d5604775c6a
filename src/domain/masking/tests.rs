//! What is masked, what is not, and that neither takes long.

use std::sync::Arc;

use super::{Masks, finding, pattern};
use crate::domain::command::{Actor, Command, Start};
use crate::domain::company::Role;
use crate::domain::company::{MaskedPlace, Masking, MaskingRule};
use crate::domain::ids::{AgentId, ClientId, CustomerId};
use crate::limits;

const CARD: &str = "4111 1111 1111 1111";

fn rule(pattern: &str, replacement: &str) -> MaskingRule {
    MaskingRule {
        name: pattern.to_owned(),
        pattern: pattern.to_owned(),
        replacement: replacement.to_owned(),
        places: MaskedPlace::ALL.into(),
    }
}

fn own(rules: &[(&str, &str)]) -> Masking {
    let rules = rules.iter().map(|(p, r)| rule(p, r)).collect();
    Masking::new([].into(), [].into(), rules)
}

#[test]
fn card_numbers_keep_their_last_four_digits_and_other_numbers_stay() {
    for (text, masked) in [
        ("4111111111111111", Some("************1111")),
        (CARD, Some("**** **** **** 1111")),
        (
            "pay 4111-1111-1111-1111, thanks",
            Some("pay ****-****-****-1111, thanks"),
        ),
        ("378282246310005", Some("***********0005")),
        ("3782 822463 10005", Some("**** ****** *0005")),
        ("4222222222222", Some("*********2222")),
        ("6304000000000000001", None),
        ("4000000000000000006", Some("***************0006")),
        // Three characters between digits are one gap, four are not.
        (
            "4111 - 1111 - 1111 - 1111",
            Some("**** - **** - **** - 1111"),
        ),
        ("4111    1111 1111 1111", None),
        // Luhn says no.
        ("4111111111111112", None),
        ("order 1234567890123456", None),
        // Too short, too long, noughts.
        ("411111111111", None),
        ("41111111111111111111111", None),
        ("0000 0000 0000 0000", None),
        // What stands before or behind it with a gap hides nothing and is not hidden.
        (
            "order 12 4111 1111 1111 1111",
            Some("order 12 **** **** **** 1111"),
        ),
        (
            "4111111111111111 12/29 123",
            Some("************1111 12/29 123"),
        ),
        (
            "4111111111111111 5500005555555559",
            Some("************1111 ************5559"),
        ),
        // Letters and signs right beside it.
        ("Karte4111111111111111.", Some("Karte************1111.")),
        (
            "\u{1f4b3}4111111111111111é",
            Some("\u{1f4b3}************1111é"),
        ),
        // Other spaces, hyphens, digits and what has no width.
        (
            "4111\u{a0}1111\u{2011}1111\u{200b}1111",
            Some("****\u{a0}****\u{2011}****\u{200b}1111"),
        ),
        (
            "\u{ff14}\u{ff11}\u{ff11}\u{ff11}111111111111",
            Some("************1111"),
        ),
        // A line ends a number.
        ("41111111\n11111111", None),
        ("", None),
        ("no digits", None),
    ] {
        assert_eq!(finding::card_numbers(text).as_deref(), masked, "{text:?}");
    }
}

#[test]
fn every_number_that_luhn_confirms_is_hidden_and_every_other_is_not() {
    for n in 0..2_000_u64 {
        let number = 4_000_000_000_000_000 + n * 7_919;
        let luhn = number
            .to_string()
            .bytes()
            .rev()
            .map(|b| u32::from(b - b'0'))
            .enumerate()
            .fold(0, |sum, (at, d)| {
                let doubled = if at % 2 == 1 { d * 2 } else { d };
                sum + doubled / 10 + doubled % 10
            });
        let hidden = finding::card_numbers(&number.to_string()).is_some();
        assert_eq!(hidden, luhn % 10 == 0, "{number}");
    }
}

#[test]
fn addresses_are_hidden_and_what_only_looks_like_one_is_not() {
    for (text, masked) in [
        ("maria@shop.example", Some("***@***")),
        ("Mail maria.g+x@mail.shop.example.", Some("Mail ***@***.")),
        (
            "<m@shop.example>, <n@shop.example>",
            Some("<***@***>, <***@***>"),
        ),
        ("jürgen@bücher.example", Some("***@***")),
        ("a@b.cc@d.ee", Some("***@***@d.ee")),
        ("@anna look", None),
        ("maria@localhost", None),
        ("maria@shop.", None),
        ("maria@.example", None),
        // A slip of the finger names its owner all the same.
        ("maria@shop..example", Some("***@***")),
        ("3@4.5", None),
        ("maria @shop.example", None),
        ("@@@@", None),
    ] {
        assert_eq!(finding::addresses(text).as_deref(), masked, "{text:?}");
    }
}

#[test]
fn rules_are_carried_out_in_their_order_and_replacements_are_taken_as_they_are() {
    for (rules, text, masked) in [
        (&[("abc", "b"), ("b", "x")][..], "abc b", "x x"),
        (&[("b", "x"), ("abc", "b")], "abc b", "axc x"),
        // Overlaps: the leftmost match, and what follows it.
        (&[("aba", "-")], "ababa", "-ba"),
        (&[("[0-9]{3}", "$0")], "1234567", "$0$07"),
        // A match without a character is none.
        (&[(r"\b", "-"), ("é+", "e")], "né éé", "ne e"),
        (
            &[(r"(?i)DE\d{2}( ?\d{4}){4} ?\d{2}", "[IBAN]")],
            "an DE89 3704 0044 0532 0130 00!",
            "an [IBAN]!",
        ),
    ] {
        let found = own(rules).text(MaskedPlace::Notes, text.into());
        assert_eq!(&*found, masked, "{rules:?}");
    }
}

#[test]
fn the_built_in_rules_come_first_and_each_rule_looks_only_where_it_may() {
    let mut last = rule("1111", "last");
    last.places = [MaskedPlace::Notes].into();
    let masking = Masking::new(
        [MaskedPlace::Notes, MaskedPlace::Context].into(),
        [MaskedPlace::Subject].into(),
        vec![last],
    );
    let masks = Masks::of(&masking);
    for (place, masked) in [
        (
            MaskedPlace::CustomerMessages,
            "4111 1111 1111 1111 m@shop.example",
        ),
        (
            MaskedPlace::AgentMessages,
            "4111 1111 1111 1111 m@shop.example",
        ),
        (MaskedPlace::Notes, "**** **** **** last m@shop.example"),
        (MaskedPlace::Subject, "4111 1111 1111 1111 ***@***"),
        (MaskedPlace::Context, "**** **** **** 1111 m@shop.example"),
    ] {
        assert_eq!(masks.mask(place, &format!("{CARD} m@shop.example")), masked);
    }
}

#[test]
fn without_rules_or_matches_a_text_is_not_copied() {
    let text: Arc<str> = "hello".into();
    for masking in [Masking::default(), own(&[("x", "y")])] {
        let same = masking.text(MaskedPlace::Notes, text.clone());
        assert!(Arc::ptr_eq(&same, &text));
    }
}

#[test]
fn rules_that_change_in_a_copy_are_made_ready_anew() {
    let before = own(&[("a", "b")]);
    assert_eq!(&*before.text(MaskedPlace::Notes, "a".into()), "b");
    let mut after = before.clone();
    after.rules[0].replacement = "c".to_owned();
    assert_eq!(&*after.text(MaskedPlace::Notes, "a".into()), "c");
    assert_eq!(&*before.text(MaskedPlace::Notes, "a".into()), "b");
}

#[test]
fn a_pattern_that_cannot_be_used_hides_the_whole_text() {
    assert_eq!(
        &*own(&[("(", "[hidden]")]).text(MaskedPlace::Notes, "a".into()),
        "[hidden]"
    );
}

#[test]
fn patterns_that_cannot_be_used_say_why() {
    for (text, part) in [
        ("(", "unclosed group"),
        ("a*", "empty text"),
        (r"(?=a)b", "look-around"),
        (r"(a)\1", "backreferences"),
        (r"\w{500}", "too large"),
        (&"(".repeat(100), ""),
    ] {
        let why = pattern(text).expect_err(text);
        assert!(why.contains(part), "{text}: {why}");
    }
    assert!(pattern(r"\b\d{3}-\d{2}-\d{4}\b").is_ok());
}

#[test]
fn every_text_of_a_command_is_masked_in_its_place() {
    let masking = own(&[("secret", "-")]);
    let agent = Actor::Agent {
        id: AgentId::parse("anna").expect("an id"),
        role: Role::Agent,
    };
    let customer = Actor::Customer(CustomerId::parse("secret").expect("an id"));
    let client_id = ClientId::parse("secret").expect("an id");
    let text: Arc<str> = "a secret".into();
    let commands = [
        Command::Post {
            client_id: client_id.clone(),
            text: text.clone(),
        },
        Command::Note {
            client_id,
            text: text.clone(),
            private_to: None,
        },
        Command::SetSubject {
            subject: text.clone(),
        },
        Command::TransferToQueue {
            queue: crate::domain::ids::QueueId::parse("q").expect("an id"),
            reason: Some(text.clone()),
        },
        Command::Tag {
            add: vec!["a secret".to_owned()],
            remove: Vec::new(),
        },
        Command::Start(Start {
            text: Some(text),
            context: [("secret".to_owned(), "a secret".to_owned())].into(),
            ..Start::default()
        }),
    ];
    for actor in [&agent, &customer] {
        for command in &commands {
            let masked = format!("{:?}", masking.command(actor, command.clone()));
            assert!(
                !masked.contains("a secret") && masked.contains("a -"),
                "{masked}"
            );
        }
    }
    let remove = Command::Tag {
        add: Vec::new(),
        remove: vec!["a secret".to_owned()],
    };
    assert_eq!(
        masking.command(&agent, remove.clone()),
        remove,
        "what is there can be taken off"
    );
}

#[test]
fn what_the_built_in_rules_have_masked_holds_nothing_more_for_them() {
    let most = limits::MESSAGE_CHARS_MAX;
    for part in [
        "a",
        "1",
        "1 ",
        "4 - ",
        "a@",
        "@",
        "\u{1f4b3}",
        "4111 1111 1111 1111 ",
        "9",
        "a.",
        "a@b.cd ",
        "a@b.cd",
        "1@1.",
        "\u{200b}1",
    ] {
        let text: String = part.chars().cycle().take(most).collect();
        let cards = finding::card_numbers(&text);
        let left = cards.as_deref().unwrap_or(&text);
        assert_eq!(finding::card_numbers(left), None, "{part:?}");
        let masked = finding::addresses(left);
        let left = masked.as_deref().unwrap_or(left);
        assert_eq!(finding::addresses(left), None, "{part:?}");
    }
}
