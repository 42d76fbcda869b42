//! Reading the places of all keys and values from a text, and what is wrong with it as YAML.

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, Span as Range, StrInput};

use super::position::{Children, Node, Positions};
use crate::diagnostic::Span;

/// How deep maps and lists may be nested.
const DEEPEST: usize = 48;

/// A mistake that can be seen without knowing what the text is about.
pub(super) struct TextMistake {
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Reads a text once. Every key that stands twice is a mistake; any other mistake ends the reading.
pub(super) fn scan(text: &str) -> Result<Positions, Vec<TextMistake>> {
    let mut scanner = Scanner { events: Parser::new_from_str(text), duplicates: Vec::new() };
    match scanner.document() {
        Ok(root) if scanner.duplicates.is_empty() => Ok(Positions::new(root)),
        Ok(_) => Err(scanner.duplicates),
        Err(mistake) => {
            scanner.duplicates.push(mistake);
            Err(scanner.duplicates)
        }
    }
}

struct Scanner<'a> {
    events: Parser<'a, StrInput<'a>>,
    duplicates: Vec<TextMistake>,
}

impl<'a> Scanner<'a> {
    fn document(&mut self) -> Result<Node, TextMistake> {
        let start = Span { line: 1, column: 1, length: 0 };
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(_) if root.is_some() => return wrong(span, "a file holds one document"),
                Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
                Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, 0)?),
            }
        }
        root.map_or_else(|| wrong(start, "the file is empty"), Ok)
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, TextMistake> {
        let Some(event) = self.events.next() else { return Ok(None) };
        let (event, range) = event.or_else(|error| {
            let (line, column) = (number(error.marker().line()), number(error.marker().col() + 1));
            wrong(Span { line, column, length: 1 }, error.info())
        })?;

        // Without these, a file is never bigger than it looks.
        let span = span_of(range);
        match event {
            Event::Alias(_) => wrong(span, "aliases are not allowed here: write the value out"),
            Event::Scalar(_, _, 1.., _) | Event::SequenceStart(1.., _) | Event::MappingStart(1.., _) => {
                wrong(span, "anchors are not allowed here")
            }
            Event::Scalar(.., Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                wrong(span, "tags are not allowed here")
            }
            event => Ok(Some((event, span))),
        }
    }

    /// Reads a value, whose first event is given, to its end.
    fn node(&mut self, first: Event<'_>, span: Span, depth: usize) -> Result<Node, TextMistake> {
        // Each level is a call on the stack, which a file must not be able to exhaust.
        if depth > DEEPEST {
            return wrong(span, "this is nested too deeply");
        }
        let children = match first {
            Event::SequenceStart(..) => Children::List(self.list(depth)?),
            Event::MappingStart(..) => Children::Map(self.map(depth)?),
            _ => Children::None,
        };
        Ok(Node { span, children })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, TextMistake> {
        let mut items = Vec::new();
        while let Some((event, span)) = self.next()? {
            match event {
                Event::SequenceEnd => break,
                event => items.push(self.node(event, span, depth + 1)?),
            }
        }
        Ok(items)
    }

    fn map(&mut self, depth: usize) -> Result<IndexMap<Box<str>, (Span, Node)>, TextMistake> {
        let mut entries: IndexMap<Box<str>, (Span, Node)> = IndexMap::new();
        while let Some((event, span)) = self.next()? {
            let key: Box<str> = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into(),
                _ => return wrong(span, "a key must be a text"),
            };
            if let Some((first, _)) = entries.get(&key) {
                let help = Some(format!("it stands on line {} already", first.line));
                self.duplicates.push(TextMistake { span: Some(span), message: format!("duplicate key `{key}`"), help });
            }

            let Some((event, value)) = self.next()? else { break };
            let node = self.node(event, value, depth + 1)?;
            entries.entry(key).or_insert((span, node));
        }
        Ok(entries)
    }
}

fn wrong<T>(span: Span, message: &str) -> Result<T, TextMistake> {
    Err(TextMistake { span: Some(span), message: message.to_owned(), help: None })
}

fn span_of(range: Range) -> Span {
    let (start, end) = (range.start, range.end);
    // A value of several lines is marked to the end of its first one.
    let length = if end.line() == start.line() { end.col().saturating_sub(start.col()) } else { usize::MAX };
    Span { line: number(start.line()), column: number(start.col() + 1), length: number(length) }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
}
