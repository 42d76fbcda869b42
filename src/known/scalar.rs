//! A text as a value of YAML that is read back as the same text.

use std::fmt::Write;

/// Words that other readers of YAML take for something else than a text.
const WORDS: [&str; 13] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan", "infinity", "~"];

/// Writes a text plainly if everybody reads that as a text, inside brackets too; else in double quotes.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let fine = match character {
            ' ' => before != ' ' && next != ' ',
            ':' => before != ' ' && next != ' ',
            '#' => before != ' ',
            '_' | '.' | '/' | '-' | '(' | ')' | '\'' | ';' | '=' | '+' => before != ' ' || character == '(',
            _ => character.is_alphanumeric(),
        };
        if !fine {
            return false;
        }
        before = character;
    }
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        // Writing to a String can't fail.
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            '\n' => write!(quoted, "\\n"),
            ' '..='~' => write!(quoted, "{character}"),
            _ if character.is_alphanumeric() => write!(quoted, "{character}"),
            '\0'..='\u{ff}' => write!(quoted, "\\x{:02x}", u32::from(character)),
            '\0'..='\u{ffff}' => write!(quoted, "\\u{:04x}", u32::from(character)),
            _ => write!(quoted, "\\U{:08x}", u32::from(character)),
        };
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::yaml::Document;

    #[derive(Debug, Deserialize)]
    struct Holder {
        text: String,
        list: Vec<Vec<String>>,
    }

    fn read(text: &str) -> Holder {
        let mut mistakes = Vec::new();
        let yaml = format!("text: {0} # c\nlist:\n  - [{0}, {0}]\n", scalar(text));
        let document = Document::read(&"x".into(), &yaml, &mut mistakes);
        assert!(mistakes.is_empty(), "{yaml:?}: {mistakes:?}");
        document.unwrap().value
    }

    #[test]
    fn what_people_write_stays_readable() {
        for plain in ["Rejected.Disabled", "alibaba/Encrypt/Disabled", "It does not look.", "https://a.b/c#d", "Größe"]
        {
            assert_eq!(scalar(plain), plain);
        }
        for (text, wanted) in
            [("", "\"\""), ("200", "\"200\""), ("No", "\"No\""), ("a: b", "\"a: b\""), ("a\u{1b}", "\"a\\x1b\"")]
        {
            assert_eq!(scalar(text), wanted);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in prop_oneof![any::<String>(), "[a-zN:#'\"\\\\ \\[\\]{},&*!|>%@`.?/~-]{0,12}"]) {
            let read = read(&text);
            prop_assert_eq!(&read.list[0], &vec![text.clone(), text.clone()]);
            prop_assert_eq!(read.text, text);
        }
    }
}
