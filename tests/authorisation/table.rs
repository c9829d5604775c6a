//! The tables and how they are compared with what happened.

use std::collections::BTreeSet;

use crate::world::Role;

/// What became of a request, as far as it is about who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// `+`: whoever it is may ask this. Done, or refused for another reason.
    Let,
    /// `U`: 401, not proven.
    Unproven,
    /// `E`: 401, a second factor must be added first.
    Enrol,
    /// `F`: 403, not with this role or scope.
    Forbidden,
    /// `N`: 404, as if it did not exist.
    Missing,
    /// `S`: nothing is said, as the protocol has it for typing.
    Silent,
}

impl Outcome {
    /// By the code of a refusal, or `None` for what was done.
    pub(crate) fn of(code: Option<&str>) -> Self {
        match code {
            Some("unauthenticated" | "token_invalid" | "token_expired") => Self::Unproven,
            Some("second_factor_required") => Self::Enrol,
            Some("forbidden") => Self::Forbidden,
            Some("not_found") => Self::Missing,
            // These say nothing about anybody's rights, and would make every row true.
            Some(code @ ("rate_limited" | "overloaded" | "unavailable" | "internal")) => {
                panic!("the server refuses with {code}")
            }
            Some(_) | None => Self::Let,
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Let => '+',
            Self::Unproven => 'U',
            Self::Enrol => 'E',
            Self::Forbidden => 'F',
            Self::Missing => 'N',
            Self::Silent => 'S',
        }
    }
}

/// One row: what is asked, about which object, and what each role gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// `get /path` or the type of a frame.
    pub(crate) what: String,
    /// Whose or which; `-` where there is none.
    pub(crate) object: String,
    /// A letter for each role, in their order.
    expected: String,
}

/// Reads a table: columns are separated by spaces, `#` begins a comment.
pub(crate) fn read(text: &str) -> Vec<Row> {
    let mut heads = 0;
    let mut rows = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.first() == Some(&"role") {
            let names: Vec<&str> = Role::ALL.iter().map(|r| r.name()).collect();
            assert_eq!(words[1..], names, "the columns of the table are the roles");
            heads += 1;
        } else if let Some(at) = words.len().checked_sub(1 + Role::ALL.len()) {
            rows.push(Row {
                what: words[..at].join(" "),
                object: words[at].to_owned(),
                expected: words[at + 1..].concat(),
            });
        } else {
            assert!(words.is_empty(), "not a row: {line}");
        }
    }
    assert_eq!(heads, 1, "the table names its columns");
    rows
}

/// What of the program has no row, and what of the table is not in the program.
pub(crate) fn compare(table: &[Row], program: &[String]) -> (Vec<Row>, Vec<String>) {
    let rows: BTreeSet<&str> = table.iter().map(|r| r.what.as_str()).collect();
    let known: BTreeSet<&str> = program.iter().map(String::as_str).collect();
    let missing = known.difference(&rows).map(|what| Row {
        what: (*what).to_owned(),
        object: if what.contains("{id}") { "?" } else { "-" }.to_owned(),
        expected: String::new(),
    });
    let gone = rows.difference(&known).map(|what| (*what).to_owned());
    (missing.collect(), gone.collect())
}

impl Row {
    /// A line of the table, with these outcomes.
    fn line(&self, letters: &str) -> String {
        let letters: Vec<String> = letters.chars().map(String::from).collect();
        format!(
            "{:<52} {:<14} {}",
            self.what,
            self.object,
            letters.join(" ")
        )
    }

    /// What is wrong with what happened, if anything.
    pub(crate) fn judge(&self, happened: &[Outcome]) -> Option<String> {
        let letters: String = happened.iter().map(|o| o.letter()).collect();
        if letters == self.expected {
            return None;
        }
        let said = match self.expected.as_str() {
            "" => "has no row; it does now".to_owned(),
            _ => {
                let differing = Role::ALL.iter().zip(self.expected.chars()).zip(happened);
                let names: Vec<&str> = differing
                    .filter(|((_, expected), got)| *expected != got.letter())
                    .map(|((role, _), _)| role.name())
                    .collect();
                format!("is not as the table says for {}; it does", names.join(", "))
            }
        };
        Some(format!("`{}` {said}\n{}", self.what, self.line(&letters)))
    }
}

/// Fails with everything that is wrong.
pub(crate) fn assert_as_the_table_says(problems: &[String], gone: &[String]) {
    assert!(
        gone.is_empty(),
        "rows of what the program does not have: {gone:?}"
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_route_without_a_row_is_named() {
    let rows = read(&format!(
        "role {}\nget /old - {}\n",
        Role::ALL.map(Role::name).join(" "),
        "+ ".repeat(Role::ALL.len())
    ));
    let program = ["get /old".to_owned(), "get /new/{id}".to_owned()];
    let (missing, gone) = compare(&rows, &program);
    assert_eq!(gone, Vec::<String>::new());
    assert_eq!(missing.len(), 1);
    let problem = missing[0].judge(&[Outcome::Let; Role::ALL.len()]);
    assert!(
        problem
            .expect("a problem")
            .contains("`get /new/{id}` has no row")
    );
    let mut happened = [Outcome::Let; Role::ALL.len()];
    assert_eq!(rows[0].judge(&happened), None);
    happened[0] = Outcome::Missing;
    assert!(
        rows[0]
            .judge(&happened)
            .expect("a problem")
            .contains("nobody")
    );
    assert_eq!(compare(&rows, &program[1..]).1, ["get /old"]);
}
