//! Text for people: cuts, comparisons, and the forms of numbers.

#[cfg(feature = "cli")]
use crate::verdict::Verdict;
pub use crate::visible::{is_hidden, one_line, visible};
#[cfg(feature = "cli")]
pub(crate) use crate::visible::{visible_json, visible_styled};

/// The sign of a verdict, as the terminal shows it.
#[cfg(feature = "cli")]
pub(crate) const fn sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Pass => '✔',
        Verdict::Fail => '✘',
        Verdict::UnexpectedPass => '!',
        Verdict::Inconclusive => '?',
        Verdict::KnownFailure => 'k',
        Verdict::NotRun => '…',
        Verdict::Skipped => '–',
    }
}

/// Cuts a text to at most `limit` bytes and says how much is missing.
pub fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{} ... {} bytes cut", &text[..end], thousands(as_u64(text.len() - end)))
}

/// A text without the parts that differ from key to key and from request to request: each word of at least eight
/// characters with two digits or more becomes `…`. It is for comparing texts, not for showing them.
pub fn without_ids(text: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '/' | ':');
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;

    while let Some(first) = rest.chars().next() {
        let length = rest.find(|character: char| !is_part(character)).unwrap_or(rest.len());
        if length == 0 {
            plain.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }

        let (word, after) = rest.split_at(length);
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        // Ids and times are long and have digits; codes of errors and names of states do not.
        plain.push_str(if word.len() >= 8 && digits >= 2 { "…" } else { word });
        rest = after;
    }
    plain
}

/// A number with separators: `2,431`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number and its noun: `1 case`, `2,431 cases`. `noun` is the singular of a regular word.
pub fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A duration for people: `0.12 s`, `42.0 s`, `3 min 05 s`, `1 h 02 min`.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..10 => format!("{seconds}.{:02} s", milliseconds % 1000 / 10),
        10..60 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A length for the functions that count.
pub fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("ää", 3), "ä ... 2 bytes cut");
        assert_eq!(cut(&"x".repeat(5000), 1), "x ... 4,999 bytes cut");
    }

    #[test]
    fn ids_and_times_are_ignored_in_comparisons() {
        for (text, plain) in [
            ("key 0b7d4e21-6a9f-4c35-b1e8-000000000001 is Enabled", "key … is Enabled"),
            ("alias/kc-31af90-2 of key-hz1234567, 2026-01-02T03:04:05Z", "… of …, …"),
            ("Rejected.Disabled (409): HTTP 500, 密钥", "Rejected.Disabled (409): HTTP 500, 密钥"),
            ("", ""),
        ] {
            assert_eq!(without_ids(text), plain);
        }
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        for (number, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), expected);
        }
        assert_eq!((count(1, "case"), count(0, "case")), ("1 case".to_owned(), "0 cases".to_owned()));
        for (milliseconds, expected) in
            [(0, "0.00 s"), (123, "0.12 s"), (59_960, "59.9 s"), (185_000, "3 min 05 s"), (3_725_000, "1 h 02 min")]
        {
            assert_eq!(duration(milliseconds), expected);
        }
    }
}
