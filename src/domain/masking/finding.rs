//! The built-in rules: what looks like a card number, what looks like an e-mail address.

/// Digits of a card number (ISO/IEC 7812: at most 19).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// The last digits stay, so that people can tell which card it was.
const CARD_DIGITS_KEPT: usize = 4;
/// Characters that may stand between two digits of one number.
const SEPARATORS_MAX: usize = 3;
/// What stands for an address.
const ADDRESS_MASK: &str = "***@***";
/// RFC 5321, 4.5.3.1: a local part and a host, in characters.
const LOCAL_CHARS_MAX: usize = 64;
const HOST_CHARS_MAX: usize = 255;

/// A digit of a text.
struct Digit {
    at: usize,
    size: usize,
    value: u8,
    /// The digit before it belongs to the same word: nothing is between them.
    joined: bool,
}

/// Decimal digits that keyboards make: ASCII, Arabic, Persian, Devanagari, full width.
fn digit(c: char) -> Option<u8> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{966}'..='\u{96f}' => '\u{966}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(zero)).ok()
}

/// Spaces and hyphens that do not end a line, and what has no width at all.
const fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-'
            | '\u{a0}'
            | '\u{ad}'
            | '\u{2000}'..='\u{200d}'
            | '\u{2010}'..='\u{2015}'
            | '\u{202f}'
            | '\u{2060}'
            | '\u{2212}'
            | '\u{3000}'
            | '\u{feff}'
            | '\u{ff0d}'
    )
}

/// The text with every card number's digits hidden but the last four; `None`: there is none.
pub(super) fn card_numbers(text: &str) -> Option<String> {
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    let mut run: Vec<Digit> = Vec::new();
    let mut between = 0;
    for (at, c) in text.char_indices() {
        if let Some(value) = digit(c) {
            run.push(Digit {
                at,
                size: c.len_utf8(),
                value,
                joined: between == 0 && !run.is_empty(),
            });
            between = 0;
        } else if is_separator(c) && between < SEPARATORS_MAX {
            between += 1;
        } else {
            cards_of(&run, &mut hidden);
            run.clear();
            between = 0;
        }
    }
    cards_of(&run, &mut hidden);
    if hidden.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for (at, size) in hidden {
        out.push_str(&text[kept..at]);
        out.push('*');
        kept = at + size;
    }
    out.push_str(&text[kept..]);
    Some(out)
}

/// The digits to hide in a run of digits: from the left, the longest number that can be a
/// card's. A number begins and ends where a word of digits does.
fn cards_of(run: &[Digit], hidden: &mut Vec<(usize, usize)>) {
    let mut from = 0;
    while run.len() - from >= *CARD_DIGITS.start() {
        let rest = &run[from..];
        let ends = |n: &usize| rest.get(*n).is_none_or(|next| !next.joined);
        let card = CARD_DIGITS
            .rev()
            .filter(|n| *n <= rest.len())
            .filter(ends)
            .find(|n| is_card(&rest[..*n]));
        if let Some(digits) = card {
            let hide = &rest[..digits - CARD_DIGITS_KEPT];
            hidden.extend(hide.iter().map(|d| (d.at, d.size)));
            from += digits;
        } else {
            let next = rest.iter().skip(1).position(|d| !d.joined);
            from = next.map_or(run.len(), |n| from + 1 + n);
        }
    }
}

/// Luhn's check. No card's number begins with a nought, and rows of noughts would pass.
fn is_card(digits: &[Digit]) -> bool {
    if digits.first().is_none_or(|d| d.value == 0) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, d)| match (n % 2, u32::from(d.value)) {
            (0, value) => value,
            (_, value) if value > 4 => value * 2 - 9,
            (_, value) => value * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The text with every e-mail address hidden; `None`: there is none.
pub(super) fn addresses(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut kept = 0;
    for (at, _) in text.match_indices('@') {
        if at < kept {
            continue;
        }
        let is_local = |c: &char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(*c);
        let local: usize = text[kept..at]
            .chars()
            .rev()
            .take(LOCAL_CHARS_MAX)
            .take_while(is_local)
            .map(char::len_utf8)
            .sum();
        let host = host(&text[at + 1..]);
        if local == 0 || host == 0 {
            continue;
        }
        out.push_str(&text[kept..at - local]);
        out.push_str(ADDRESS_MASK);
        kept = at + 1 + host;
    }
    (kept > 0).then(|| {
        out.push_str(&text[kept..]);
        out
    })
}

/// Bytes of the host that a text begins with; 0: none. The full stop of a sentence is not
/// the host's.
fn host(text: &str) -> usize {
    let is_host = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let end: usize = text
        .chars()
        .take(HOST_CHARS_MAX)
        .take_while(is_host)
        .map(char::len_utf8)
        .sum();
    let host = text[..end].trim_end_matches(['.', '-']);
    let last = host
        .rsplit_once('.')
        .filter(|(before, _)| !before.is_empty() && !before.starts_with('.'));
    let is_name = |label: &str| label.chars().count() > 1 && label.starts_with(char::is_alphabetic);
    if last.is_some_and(|(_, label)| is_name(label)) {
        host.len()
    } else {
        0
    }
}
