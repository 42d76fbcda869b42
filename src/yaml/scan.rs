//! Reading all keys and values of a text and their places, and what is wrong with it as YAML.

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::position::{Children, Node, Positions};
use super::scalar::scalar;
use super::token::{Piece, Place, Token, TokenError, Tokens};
use super::{MOST_VALUES, TOO_MANY_VALUES};
use crate::diagnostic::Span;

/// How deep maps and lists may be nested.
const DEEPEST: usize = 48;

/// The most keys that are reported for standing twice.
const MOST_DUPLICATES: usize = 100;

/// A mistake that can be seen without knowing what the text is about.
pub(super) struct TextMistake {
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Reads a text once. Every key that stands twice is a mistake; any other mistake ends the reading.
pub(super) fn scan(text: &str) -> Result<(Value, Positions), Vec<TextMistake>> {
    scan_tokens(Tokens::of(text), text)
}

/// The same for the tokens of a text.
pub(super) fn scan_tokens(tokens: Tokens<'_>, text: &str) -> Result<(Value, Positions), Vec<TextMistake>> {
    let mut scanner = Scanner { tokens, duplicates: Vec::new(), values: 0 };
    match scanner.document() {
        Ok((value, root)) if scanner.duplicates.is_empty() => Ok((value, Positions::new(root))),
        Ok(_) => Err(scanner.duplicates),
        Err(mistake) => {
            scanner.duplicates.push(with_help(text, mistake));
            Err(scanner.duplicates)
        }
    }
}

struct Scanner<'a> {
    tokens: Tokens<'a>,
    duplicates: Vec<TextMistake>,
    /// How many values were read.
    values: usize,
}

impl<'a> Scanner<'a> {
    fn document(&mut self) -> Result<(Value, Node), TextMistake> {
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
    fn node(&mut self, first: Piece<'_>, span: Span, depth: usize) -> Result<(Value, Node), TextMistake> {
        // Each level is a call on the stack, which a file must not be able to exhaust.
        if depth > DEEPEST {
            return wrong(span, "this is nested too deeply");
        }
        self.values += 1;
        if self.values > MOST_VALUES {
            return wrong(span, TOO_MANY_VALUES);
        }
        let (value, children) = match first {
            Piece::ListStart => self.list(depth)?,
            Piece::MapStart => self.map(depth)?,
            Piece::Scalar { text, is_plain } => (scalar(&text, is_plain), Children::None),
            Piece::ListEnd | Piece::MapEnd | Piece::DocumentStart => (Value::Null, Children::None),
        };
        Ok((value, Node { span, children }))
    }

    fn list(&mut self, depth: usize) -> Result<(Value, Children), TextMistake> {
        let (mut values, mut items) = (Vec::new(), Vec::new());
        while let Some((piece, span)) = self.next()? {
            let (value, item) = match piece {
                Piece::ListEnd => break,
                piece => self.node(piece, span, depth + 1)?,
            };
            values.push(value);
            items.push(item);
        }
        Ok((Value::Sequence(values), Children::List(items)))
    }

    fn map(&mut self, depth: usize) -> Result<(Value, Children), TextMistake> {
        let mut values = Mapping::new();
        let mut entries: IndexMap<Box<str>, (Span, Node)> = IndexMap::new();
        while let Some((piece, span)) = self.next()? {
            let (name, key): (Box<str>, Value) = match piece {
                Piece::MapEnd => break,
                Piece::Scalar { text, is_plain } => (Box::from(&*text), scalar(&text, is_plain)),
                _ => return wrong(span, "a key must be a text"),
            };
            if let Some((first, _)) = entries.get(&name) {
                let help = Some(format!("it stands on line {} already", first.line));
                if self.duplicates.len() == MOST_DUPLICATES {
                    return wrong(span, "there are further keys that stand twice, and nothing more is read");
                }
                self.duplicates.push(TextMistake {
                    span: Some(span),
                    message: format!("duplicate key `{name}`"),
                    help,
                });
            }

            let Some((piece, place)) = self.next()? else { break };
            let (value, node) = self.node(piece, place, depth + 1)?;
            values.entry(key).or_insert(value);
            entries.entry(name).or_insert((span, node));
        }
        // There may be very many maps, and each has room for twice as much.
        values.shrink_to_fit();
        Ok((Value::Mapping(values), Children::map(entries)))
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
        assert_eq!(scan(&"a: 1\n".repeat(100_000)).err().unwrap().len(), MOST_DUPLICATES + 1);
    }
}
