//! Dialogues as they stand in the file, and how one is broken into visits.

use std::io::BufRead;

use serde::Deserialize;

use crate::cli::ledger::By;

/// A visit has at least this many turns; the next four lengths occur as well.
const VISIT_TURNS_MIN: usize = 4;

/// Who says a turn, as the file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Voice {
    Customer,
    Agent,
}

#[derive(Debug, Deserialize)]
struct Line {
    id: String,
    turns: Vec<LineTurn>,
}

#[derive(Debug, Deserialize)]
struct LineTurn {
    by: Voice,
    text: String,
}

/// One thing said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// By whom.
    pub by: By,
    /// The text.
    pub text: String,
}

/// A whole talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialogue {
    /// Its name in the file.
    pub id: String,
    /// In order.
    pub turns: Vec<Turn>,
}

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum DialogueError {
    /// It cannot be read.
    #[error("the dialogues cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// A line is not of the documented form.
    #[error(
        "line {0} is no dialogue: {1}. Each line is {{\"id\", \"turns\": [{{\"by\": \"customer\"|\"agent\", \"text\"}}]}}."
    )]
    Malformed(usize, serde_json::Error),
}

/// Reads a dialogue a line, at most `limit`. Turns without text say nothing and are left out,
/// and so are dialogues without turns.
///
/// # Errors
/// The file cannot be read, or a line is not of the documented form.
pub fn read(source: impl BufRead, limit: usize) -> Result<Vec<Dialogue>, DialogueError> {
    let mut dialogues = Vec::new();
    for (i, line) in source.lines().enumerate() {
        if dialogues.len() == limit {
            break;
        }
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line =
            serde_json::from_str(&line).map_err(|e| DialogueError::Malformed(i + 1, e))?;
        let turns: Vec<Turn> = line
            .turns
            .into_iter()
            .filter(|t| !t.text.trim().is_empty())
            .map(|t| Turn {
                by: match t.by {
                    Voice::Customer => By::Customer,
                    Voice::Agent => By::Agent,
                },
                text: t.text,
            })
            .collect();
        if !turns.is_empty() {
            dialogues.push(Dialogue { id: line.id, turns });
        }
    }
    Ok(dialogues)
}

impl Dialogue {
    /// The turns of each visit. A visit ends after an agent's turn and the next begins with a
    /// customer's: it is the customer who comes back. The lengths are drawn from the dialogue's
    /// name, so that the same file is always played alike.
    #[must_use]
    pub fn visits(&self) -> Vec<&[Turn]> {
        let mut visits = Vec::new();
        let mut rest = self.turns.as_slice();
        let mut draw = fnv(&self.id);
        while !rest.is_empty() {
            draw = draw
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            let wanted = VISIT_TURNS_MIN + usize::try_from(draw >> 62).unwrap_or(0);
            let end = (wanted..rest.len())
                .find(|&i| rest[i - 1].by == By::Agent && rest[i].by == By::Customer)
                .unwrap_or(rest.len());
            let (visit, later) = rest.split_at(end);
            visits.push(visit);
            rest = later;
        }
        visits
    }
}

/// Runs of turns by one side: said without waiting for the other.
pub fn runs(visit: &[Turn]) -> impl Iterator<Item = &[Turn]> {
    visit.chunk_by(|a, b| a.by == b.by)
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue(id: &str, voices: &str) -> Dialogue {
        let turn = |c: char| Turn {
            by: if c == 'c' { By::Customer } else { By::Agent },
            text: c.to_string(),
        };
        Dialogue {
            id: id.into(),
            turns: voices.chars().map(turn).collect(),
        }
    }

    #[test]
    fn every_visit_but_the_last_ends_with_the_agent_and_the_next_begins_with_the_customer() {
        for seed in 0..200 {
            let d = dialogue(&seed.to_string(), "cacacaaccaccacacaacacacaacccaacaca");
            let visits = d.visits();
            assert_eq!(
                visits.concat(),
                d.turns,
                "nothing is left out or said twice"
            );
            assert!(visits.len() > 2, "{}", visits.len());
            for pair in visits.windows(2) {
                assert_eq!(pair[0].last().map(|t| t.by), Some(By::Agent));
                assert_eq!(pair[1].first().map(|t| t.by), Some(By::Customer));
                assert!(pair[0].len() >= VISIT_TURNS_MIN);
            }
        }
    }

    #[test]
    fn a_dialogue_that_never_changes_sides_is_one_visit() {
        assert_eq!(dialogue("x", "cccccccccccc").visits().len(), 1);
        assert_eq!(dialogue("x", "c").visits().len(), 1);
    }

    #[test]
    fn runs_are_the_turns_that_one_side_says_in_a_row() {
        let d = dialogue("x", "caacc");
        assert_eq!(
            runs(&d.turns).map(<[Turn]>::len).collect::<Vec<_>>(),
            [1, 2, 2]
        );
    }

    #[test]
    fn the_file_is_read_line_by_line_up_to_the_limit() {
        let file = r#"{"id":"1","about":["x"],"turns":[{"by":"customer","text":"hello"},{"by":"agent","text":" "}]}

{"id":"2","turns":[{"by":"agent","text":"hi"}]}
{"id":"3","turns":[]}
"#;
        let all = read(file.as_bytes(), usize::MAX).expect("readable");
        assert_eq!(
            all.iter()
                .map(|d| (d.id.as_str(), d.turns.len()))
                .collect::<Vec<_>>(),
            [("1", 1), ("2", 1)]
        );
        assert_eq!(read(file.as_bytes(), 1).expect("readable").len(), 1);
        let error = read("{\"id\":\"1\"}".as_bytes(), 1)
            .expect_err("no turns")
            .to_string();
        assert!(error.starts_with("line 1 "), "{error}");
    }
}
