//! Shows what would act on a terminal or hide in a text: whatever a server, a file or an argument holds, a person reads it
//! as it is.

use std::fmt::Write;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Makes control characters visible, as `\u{1b}`: they control a terminal, break XML or hide text. Line feeds stay, a tab
/// becomes a space.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // Most texts are nothing else, and whole.
    let plain = text.bytes().take_while(|byte| matches!(byte, b' '..=b'~' | b'\n')).count();
    let (plain, rest) = text.split_at(plain);
    shown.push_str(plain);

    for character in rest.chars() {
        match character {
            '\n' => shown.push('\n'),
            '\t' => shown.push(' '),
            _ if is_hidden(character) => {
                // Writing to a String can't fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Like [`visible`], with line feeds as spaces: one line, without space around it.
pub fn one_line(text: &str) -> String {
    let mut line = visible(text.trim());
    if line.contains('\n') {
        line = line.replace('\n', " ");
    }
    line
}

/// Like [`visible`] for a text with colours of this program: their escapes stay.
#[cfg(feature = "cli")]
pub(crate) fn visible_styled(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let parameters = rest[at + 2..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
        let end = at + 2 + parameters;
        // Only what chooses colours ends with an m.
        let is_color = rest[end..].starts_with('m');
        let end = if is_color { end + 1 } else { at + 1 };
        shown.push_str(&visible(&rest[..at]));
        shown.push_str(&if is_color { rest[at..end].to_owned() } else { visible(&rest[at..end]) });
        rest = &rest[end..];
    }
    shown + &visible(rest)
}

/// JSON with what is hidden in its texts as escapes of JSON.
#[cfg(feature = "cli")]
pub(crate) fn visible_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !is_hidden(character) {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

/// Whether a character has an effect instead of a shape: controls (C0 and C1), marks of the writing direction, line
/// separators, everything of no width that may be left out of a display (such as tags), and noncharacters, two of which
/// XML 1.0 forbids.
pub fn is_hidden(character: char) -> bool {
    // Nearly every character of a report.
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    let is_effect = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    let is_noncharacter = matches!(u32::from(character), 0xfdd0..=0xfdef) || u32::from(character) & 0xfffe == 0xfffe;
    is_effect || is_noncharacter || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(visible("a\u{1b}[31mred\u{0}\tb\r\nc"), "a\\u{1b}[31mred\\u{0} b\\u{d}\nc");
        assert_eq!(visible("\u{202e}abc\u{9b}\u{7f}"), "\\u{202e}abc\\u{9b}\\u{7f}");
        assert_eq!(one_line(" a\nb\n"), "a b");
        assert_eq!(visible("a\r\nb"), "a\\u{d}\nb");
        assert_eq!(visible("schöne Schlüssel 密钥 🔑"), "schöne Schlüssel 密钥 🔑");
    }

    #[test]
    fn whatever_has_no_shape_is_made_visible() {
        for hidden in [
            '\u{0}',
            '\u{1b}',
            '\u{7f}',
            '\u{80}',
            '\u{9b}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2063}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffb}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1d173}',
            '\u{1fffe}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{10ffff}',
        ] {
            assert_eq!(visible(&format!("a{hidden}b")), format!("a\\u{{{:x}}}b", u32::from(hidden)));
        }
        for shown in "aß密🔑é\u{301}\u{a0}\u{3000}\u{fffd}العربية".chars() {
            assert!(!is_hidden(shown), "{shown:?}");
        }
    }

    #[test]
    fn colours_of_the_program_stay_and_nothing_else_does() {
        let text = "\u{1b}[1m\u{1b}[38;5;9mred\u{1b}[0m \u{1b}[2J\u{1b}]0;title\u{7}\u{1b}[\u{202e}";
        let shown = "\u{1b}[1m\u{1b}[38;5;9mred\u{1b}[0m \\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{1b}[\\u{202e}";
        assert_eq!(visible_styled(text), shown);
    }

    #[test]
    fn json_stays_json() {
        let value = serde_json::json!({ "a\u{202e}": "\u{e0041}\u{1b}\n" });
        let shown = visible_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!shown.contains(|character| character != '\n' && is_hidden(character)), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
