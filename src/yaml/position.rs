//! Where each key and value of a text stands.

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, Span as Range};

use crate::diagnostic::Span;

/// How deep maps and lists may be nested.
const DEEPEST: usize = 48;

/// A path into a document; each piece borrows the one before.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    /// The document.
    Root,
    /// The value of a key.
    Key(&'a Path<'a>, &'a str),
    /// An item of a list, from 0.
    Item(&'a Path<'a>, usize),
}

/// A piece of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Path<'a> {
    /// The path of the value of a key.
    pub fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    /// The path of an item, from 0.
    pub fn item(&'a self, index: usize) -> Path<'a> {
        Path::Item(self, index)
    }

    pub(super) fn pieces(&self) -> Vec<Piece<'a>> {
        let mut pieces = Vec::with_capacity(8);
        let mut rest = *self;
        loop {
            match rest {
                Path::Root => break,
                Path::Key(before, key) => {
                    pieces.push(Piece::Key(key));
                    rest = *before;
                }
                Path::Item(before, index) => {
                    pieces.push(Piece::Item(index));
                    rest = *before;
                }
            }
        }
        pieces.reverse();
        pieces
    }
}

/// The place of each key and value of a text.
#[derive(Debug)]
pub struct Positions {
    root: Node,
}

#[derive(Debug)]
struct Node {
    span: Span,
    children: Children,
}

#[derive(Debug)]
enum Children {
    None,
    Map(IndexMap<Box<str>, (Span, Node)>),
    List(Vec<Node>),
}

/// A mistake that can be seen without knowing what the text is about.
pub(super) struct TextMistake {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl Positions {
    /// Where a value stands; if it is not there, where the nearest thing around it stands.
    pub fn value(&self, path: &Path<'_>) -> Span {
        self.find(&path.pieces()).1
    }

    /// Where the key of a value stands; for an item, where it begins.
    pub fn key(&self, path: &Path<'_>) -> Span {
        self.find(&path.pieces()).0
    }

    /// The places of the key and of the value.
    pub(super) fn find(&self, pieces: &[Piece<'_>]) -> (Span, Span) {
        let mut node = &self.root;
        let mut key = node.span;
        for piece in pieces {
            let found = match (piece, &node.children) {
                (Piece::Key(name), Children::Map(entries)) => entries.get(*name).map(|(key, child)| (*key, child)),
                (Piece::Item(index), Children::List(items)) => items.get(*index).map(|child| (child.span, child)),
                _ => None,
            };
            let Some((found_key, child)) = found else {
                // What a map or list lacks is best shown by its key.
                let scalar = matches!(node.children, Children::None);
                return (key, if scalar { node.span } else { key });
            };
            (key, node) = (found_key, child);
        }
        (key, node.span)
    }

    /// Reads a text once. The mistakes of the first list make the text unreadable.
    pub(super) fn scan(text: &str) -> Result<Self, Vec<TextMistake>> {
        let mut builder = Builder::default();
        for event in Parser::new_from_str(text) {
            match event {
                Ok((event, range)) => {
                    if let Err(mistake) = builder.take(event, range) {
                        builder.mistakes.push(mistake);
                        return Err(builder.mistakes);
                    }
                }
                Err(error) => {
                    let marker = error.marker();
                    let span = Span { line: number(marker.line()), column: number(marker.col() + 1), length: 1 };
                    builder.mistakes.push(TextMistake { span, message: error.info().to_owned(), help: None });
                    return Err(builder.mistakes);
                }
            }
        }
        match builder.root {
            Some(root) if builder.mistakes.is_empty() => Ok(Self { root }),
            Some(_) => Err(builder.mistakes),
            None => {
                let span = Span { line: 1, column: 1, length: 0 };
                Err(vec![TextMistake { span, message: "the file is empty".to_owned(), help: None }])
            }
        }
    }
}

/// The tree as far as it has been read.
#[derive(Default)]
struct Builder {
    root: Option<Node>,
    open: Vec<Open>,
    documents: usize,
    mistakes: Vec<TextMistake>,
}

/// A map or list that has not ended yet.
struct Open {
    node: Node,
    key: Option<(Box<str>, Span)>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, range: Range) -> Result<(), TextMistake> {
        let span = span_of(range);
        let refuse = |message: &str| Err(TextMistake { span, message: message.to_owned(), help: None });
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return refuse("a file holds one document");
                }
            }
            Event::Alias(_) => return refuse("aliases are not allowed here: write the value out"),
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                return refuse("anchors are not allowed here");
            }
            Event::Scalar(.., Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                return refuse("tags are not allowed here");
            }
            Event::Scalar(text, ..) => {
                if let Some(Open { node: Node { children: Children::Map(entries), .. }, key: key @ None }) =
                    self.open.last_mut()
                {
                    if let Some((first, _)) = entries.get(&*text) {
                        let help = Some(format!("it stands on line {} already", first.line));
                        let message = format!("duplicate key `{text}`");
                        self.mistakes.push(TextMistake { span, message, help });
                    }
                    *key = Some((text.into(), span));
                    return Ok(());
                }
                self.close(Node { span, children: Children::None });
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if matches!(self.open.last(), Some(Open { node: Node { children: Children::Map(_), .. }, key: None })) {
                    return refuse("a key must be a text");
                }
                if self.open.len() >= DEEPEST {
                    return refuse("this is nested too deeply");
                }
                let children = match event {
                    Event::SequenceStart(..) => Children::List(Vec::new()),
                    _ => Children::Map(IndexMap::new()),
                };
                self.open.push(Open { node: Node { span, children }, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open.node);
                }
            }
        }
        Ok(())
    }

    /// Hands a finished node to the map or list that holds it.
    fn close(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { node: Node { children: Children::Map(entries), .. }, key }) => {
                if let Some((key, span)) = key.take() {
                    entries.entry(key).or_insert((span, node));
                }
            }
            Some(Open { node: Node { children: Children::List(items), .. }, .. }) => items.push(node),
            Some(Open { node: Node { children: Children::None, .. }, .. }) => {}
        }
    }
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

    fn at(span: Span) -> (u32, u32, u32) {
        (span.line, span.column, span.length)
    }

    #[test]
    fn keys_and_values_have_places() {
        let text = "a: 1\nb:\n  - x\n  - {c: 'two', d: [3]}\n";
        let positions = Positions::scan(text).ok().unwrap();
        let root = Path::Root;
        assert_eq!(at(positions.key(&root.key("a"))), (1, 1, 1));
        assert_eq!(at(positions.value(&root.key("a"))), (1, 4, 1));
        let list = root.key("b");
        let second = list.item(1);
        assert_eq!(at(positions.value(&list.item(0))), (3, 5, 1));
        assert_eq!(at(positions.key(&second.key("c"))), (4, 6, 1));
        assert_eq!(at(positions.value(&second.key("c"))), (4, 9, 5));
        assert_eq!(at(positions.value(&second.key("d").item(0))), (4, 20, 1));
    }

    #[test]
    fn what_is_not_there_stands_where_it_should_be() {
        let positions = Positions::scan("a:\n  b: 1\n").ok().unwrap();
        assert_eq!(at(positions.value(&Path::Root.key("a").key("c"))), (1, 1, 1));
        assert_eq!(at(positions.value(&Path::Root.key("a").key("b").item(0))), (2, 6, 1));
    }

    #[test]
    fn every_duplicate_key_is_found() {
        let mistakes = Positions::scan("a: 1\na: 2\nb: {c: 1, c: 2}\n").err().unwrap();
        let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.span.line, mistake.message.as_str())).collect();
        assert_eq!(found, [(2, "duplicate key `a`"), (3, "duplicate key `c`")]);
    }
}
