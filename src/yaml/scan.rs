//! Reading all keys and values of a text and their places, and what is wrong with it as YAML.

use std::borrow::Cow;

use super::map::{Entry, Map};
use super::node::{Node, Value};
use super::scalar::scalar;
use super::token::{Piece, Place, Token, TokenError, Tokens};
use super::{MOST_VALUES, TOO_MANY_VALUES};
use crate::diagnostic::Span;

const KEY_IS_NOT_TEXT: &str = "a key must be a text";

/// How deep maps and lists may be nested.
const DEEPEST: usize = 48;

/// The most keys that are reported.
const MOST_KEYS: usize = 100;

/// A mistake that can be seen without knowing what the text is about.
pub(super) struct TextMistake {
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Reads a text once. Every key that stands twice or is not a text is a mistake; any other mistake ends the reading.
pub(super) fn scan(text: &str) -> Result<Node<'_>, Vec<TextMistake>> {
    scan_tokens(Tokens::of(text), text)
}

/// The same for the tokens of a text.
pub(super) fn scan_tokens<'a>(tokens: Tokens<'a>, text: &str) -> Result<Node<'a>, Vec<TextMistake>> {
    let mut scanner = Scanner { tokens, wrong_keys: Vec::new(), values: 0 };
    let read = scanner.document();
    let mut mistakes = scanner.wrong_keys;
    // Those of a map are found at its end, when those of the maps in it are known.
    mistakes.sort_by_key(|mistake| mistake.span.map(|Span { line, column, .. }| (line, column)));
    match read {
        Ok(root) if mistakes.is_empty() => Ok(root),
        Ok(_) => Err(mistakes),
        Err(mistake) => {
            mistakes.push(with_help(text, mistake));
            Err(mistakes)
        }
    }
}

struct Scanner<'a> {
    tokens: Tokens<'a>,
    wrong_keys: Vec<TextMistake>,
    /// How many values were read.
    values: usize,
}

impl<'a> Scanner<'a> {
    fn document(&mut self) -> Result<Node<'a>, TextMistake> {
        let start = Span { line: 1, column: 1, length: 0 };
        let mut root = None;
        while let Some((piece, span)) = self.next()? {
            match piece {
                Piece::DocumentStart if root.is_some() => return wrong(span, "a file holds one document"),
                Piece::DocumentStart => {}
                piece => root = Some(self.node(piece, span, 0)?),
            }
        }
        root.map_or_else(|| wrong(start, "the file is empty"), Ok)
    }

    fn next(&mut self) -> Result<Option<(Piece<'a>, Span)>, TextMistake> {
        match self.tokens.next().transpose() {
            Ok(token) => Ok(token.map(|Token { piece, place }| (piece, span_of(place)))),
            Err(TokenError { place, message }) => wrong(span_of(place), &message),
        }
    }

    /// Reads a value, whose first piece is given, to its end.
    fn node(&mut self, first: Piece<'a>, span: Span, depth: usize) -> Result<Node<'a>, TextMistake> {
        // Each level is a call on the stack, which a file must not be able to exhaust.
        if depth > DEEPEST {
            return wrong(span, "this is nested too deeply");
        }
        self.values += 1;
        if self.values > MOST_VALUES {
            return wrong(span, TOO_MANY_VALUES);
        }
        let value = match first {
            Piece::ListStart => self.list(depth)?,
            Piece::MapStart => self.map(depth)?,
            Piece::Scalar { text, is_plain } => scalar(text, is_plain),
            Piece::ListEnd | Piece::MapEnd | Piece::DocumentStart => Value::Nothing,
        };
        Ok(Node { span, value })
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, TextMistake> {
        let mut items = Vec::new();
        while let Some((piece, span)) = self.next()? {
            match piece {
                Piece::ListEnd => break,
                piece => items.push(self.node(piece, span, depth + 1)?),
            }
        }
        // There may be very many lists, and each has room for twice as much.
        items.shrink_to_fit();
        Ok(Value::List(items))
    }

    fn map(&mut self, depth: usize) -> Result<Value<'a>, TextMistake> {
        let mut entries = Vec::new();
        while let Some((piece, place)) = self.next()? {
            let key = match piece {
                Piece::MapEnd => break,
                Piece::Scalar { text, is_plain } => {
                    // No map has other keys, and two keys are the same by what they look like.
                    if is_plain && !matches!(scalar(Cow::Borrowed(&text), true), Value::Text(_)) {
                        let help = Some("put it in quotes".to_owned());
                        self.report(place, KEY_IS_NOT_TEXT.to_owned(), help)?;
                    }
                    text
                }
                _ => return wrong(place, KEY_IS_NOT_TEXT),
            };
            let Some((piece, span)) = self.next()? else { break };
            entries.push(Entry { key, place, node: self.node(piece, span, depth + 1)? });
        }

        let map = Map::new(entries);
        for (first, second) in map.duplicates() {
            let help = Some(format!("it stands on line {} already", first.place.line));
            self.report(second.place, format!("duplicate key `{}`", second.key), help)?;
        }
        Ok(Value::Map(map))
    }

    /// Reports a key, after which the reading goes on, unless there are very many of them.
    fn report(&mut self, span: Span, message: String, help: Option<String>) -> Result<(), TextMistake> {
        if self.wrong_keys.len() == MOST_KEYS {
            return wrong(span, "there are further keys like those above, and nothing more is read");
        }
        self.wrong_keys.push(TextMistake { span: Some(span), message, help });
        Ok(())
    }
}

fn wrong<T>(span: Span, message: &str) -> Result<T, TextMistake> {
    Err(TextMistake { span: Some(span), message: message.to_owned(), help: None })
}

/// A mistake with what to write instead, where the parser says only what it did not find.
fn with_help(text: &str, mistake: TextMistake) -> TextMistake {
    let TextMistake { span, mut message, help } = mistake;
    let line = span.and_then(|span| text.lines().nth((span.line as usize).checked_sub(1)?)).unwrap_or_default();
    let column = span.map_or(0, |span| (span.column as usize).saturating_sub(1));
    let first = line.chars().nth(column);
    let is_indented_by_tab = line.chars().take_while(|character| character.is_whitespace()).any(|one| one == '\t');

    // Each of these begins something else than a text in YAML, and ids and templates begin with them.
    let reserved = first.filter(|first| "*&!%@`{".contains(*first));
    let derived = if is_indented_by_tab || message.contains(" tab") {
        Some("write spaces instead of the tab".to_owned())
    } else if let Some(reserved) = reserved {
        if reserved == '*' {
            "aliases are not allowed here".clone_into(&mut message);
        }
        Some(format!("put a text that begins with `{reserved}` in quotes"))
    } else if message.starts_with("mapping values are not allowed") {
        Some("put a text with a colon and a space in it in quotes".to_owned())
    } else if message.contains("unexpected end of stream") {
        Some("a quote is missing at the end of the text".to_owned())
    } else if message.starts_with("simple key expect ':'") {
        Some("the line before this needs a colon and a space after its key".to_owned())
    } else if message.contains("trailing content after") {
        Some("write a quote in a quoted text twice".to_owned())
    } else {
        None
    };
    TextMistake { span, message, help: help.or(derived) }
}

fn span_of(Place { line, column, length }: Place) -> Span {
    Span { line, column, length }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duplicate_key_is_found() {
        let mistakes = scan("a: 1\na: 2\nb: {c: 1, c: 2}\n").err().unwrap();
        let found: Vec<_> = mistakes.iter().map(|found| (found.span.unwrap().line, found.message.as_str())).collect();
        assert_eq!(found, [(2, "duplicate key `a`"), (3, "duplicate key `c`")]);
    }

    #[test]
    fn every_key_that_is_not_a_text_is_found() {
        let mistakes = scan("1: a\nb: {true: 1, '2': c, null: d}\n").err().unwrap();
        let found: Vec<_> = mistakes.iter().map(|found| (found.span.unwrap().column, found.message.as_str())).collect();
        assert_eq!(found, [(1, KEY_IS_NOT_TEXT), (5, KEY_IS_NOT_TEXT), (22, KEY_IS_NOT_TEXT)]);
        assert!(mistakes.iter().all(|found| found.help.as_deref() == Some("put it in quotes")));
    }

    #[test]
    fn what_to_write_is_said_with_the_place() {
        let aliases = "aliases are not allowed here";
        let quoted = |character: char| format!("put a text that begins with `{character}` in quotes");
        let tab = "write spaces instead of the tab".to_owned();
        for (text, place, message, help) in [
            ("a: *\n", (1, 4), aliases, quoted('*')),
            ("a: **/b\n", (1, 4), aliases, quoted('*')),
            ("a: [*, b]\n", (1, 5), aliases, quoted('*')),
            ("a: &x 1\nb: *x\n", (1, 4), "anchors are not allowed here", quoted('&')),
            ("a: !x y\n", (1, 4), "tags are not allowed here", quoted('!')),
            ("a: @x\n", (1, 4), "unexpected character: `@'", quoted('@')),
            ("a: {{ x }}\n", (1, 5), "a key must be a text", quoted('{')),
            ("a:\n\tb: 1\n", (2, 2), "tabs disallowed within this context (block indentation)", tab),
        ] {
            let found = scan(text).err().unwrap().remove(0);
            let span = found.span.unwrap();
            assert_eq!(((span.line, span.column), found.message.as_str()), (place, message), "{text:?}");
            assert_eq!(found.help, Some(help), "{text:?}");
        }

        for text in ["a: b: c\n", "a: 'x\n", "a: 1\nb\n", "a: 'it's'\n", "a:\n  b: 1\n\tc: 2\n"] {
            let found = scan(text).err().unwrap().remove(0);
            assert!(found.span.is_some() && found.help.is_some(), "{text:?}: {}", found.message);
        }
    }

    #[test]
    fn line_ends_of_other_systems_are_line_ends() {
        for text in ["a: 1\r\nb:\r\n  - c\r\n", "a: 1\rb:\r  - c\r"] {
            assert!(scan(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_file_of_too_many_values_or_mistakes_is_not_read_on() {
        let mistakes = scan(&format!("[{}]", "1,".repeat(MOST_VALUES))).err().unwrap();
        assert_eq!((mistakes.len(), mistakes[0].message.as_str()), (1, TOO_MANY_VALUES));
        assert_eq!(scan(&"a: 1\n".repeat(100_000)).err().unwrap().len(), MOST_KEYS + 1);
    }
}
