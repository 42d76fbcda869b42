//! A typed value read from a text, with all mistakes of its shape.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::BIGGEST_FILE;
use super::node::Node;
use super::path::{Path, Step};
use super::scan::{TextMistake, scan, scan_tokens};
use super::shape::Shape;
use super::token::Tokens;
use crate::diagnostic::{Diagnostic, Span};

/// A value and where its parts stand.
#[derive(Debug)]
pub struct Document<'a, T> {
    /// The value. A part that was mistaken holds some other value, so that the rest can still be looked at.
    pub value: T,
    /// Where its parts stand.
    pub outline: Outline<'a>,
}

/// Where the parts of a document stand, and which of them were mistaken.
#[derive(Debug)]
pub struct Outline<'a> {
    /// The file.
    pub file: Arc<str>,
    root: Node<'a>,
    mistaken: Vec<Vec<Step>>,
    /// The maps that had a field that is not known.
    curtailed: Vec<Vec<Step>>,
}

impl<'a, T: DeserializeOwned> Document<'a, T> {
    /// Reads a text, and adds its mistakes to `mistakes`. None if nothing can be made of the text.
    pub fn read(file: &Arc<str>, text: &'a str, mistakes: &mut Vec<Diagnostic>) -> Option<Self> {
        Self::from_parsed(file, parse(text), mistakes)
    }

    /// The same for a text whose tokens were recorded when the program was built.
    pub(crate) fn read_recorded(
        file: &Arc<str>,
        text: &str,
        tokens: &'a [u8],
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        Self::from_parsed(file, scan_tokens(Tokens::Recorded(tokens), text), mistakes)
    }

    fn from_parsed(
        file: &Arc<str>,
        parsed: Result<Node<'a>, Vec<TextMistake>>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        match parsed {
            Ok(root) => Self::fit(file, root, mistakes),
            Err(found) => {
                mistakes.extend(found.into_iter().map(|TextMistake { span, message, help }| Diagnostic {
                    file: Arc::clone(file),
                    span,
                    message,
                    help,
                }));
                None
            }
        }
    }

    /// The same for a text that has been parsed already.
    pub(crate) fn fit(file: &Arc<str>, root: Node<'a>, mistakes: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut shape = Shape { file, document: root, mistaken: Vec::new(), curtailed: Vec::new(), found: Vec::new() };
        let value = shape.fit();

        let Shape { document, mistaken, curtailed, mut found, .. } = shape;
        mistakes.append(&mut found);
        Some(Self { value: value?, outline: Outline { file: Arc::clone(file), root: document, mistaken, curtailed } })
    }
}

/// The values of a text and their places.
fn parse(text: &str) -> Result<Node<'_>, Vec<TextMistake>> {
    if text.len() > BIGGEST_FILE {
        let message = format!("the file is bigger than {} MiB", BIGGEST_FILE >> 20);
        return Err(vec![TextMistake { span: None, message, help: None }]);
    }
    scan(text)
}

impl Outline<'_> {
    /// Where a value stands; if it is not there, where the nearest thing around it stands.
    pub fn value(&self, path: &Path<'_>) -> Span {
        self.root.place(path).value
    }

    /// Where the key of a value stands; for an item, where it begins.
    pub fn key(&self, path: &Path<'_>) -> Span {
        self.root.place(path).key
    }

    /// Whether the text had mistakes of shape.
    pub fn is_mistaken(&self) -> bool {
        !self.mistaken.is_empty()
    }

    /// Whether a part is, or lies in, or holds, one that was mistaken: then there is nothing more to say about it.
    pub fn is_mistaken_at(&self, path: &Path<'_>) -> bool {
        // Nearly always, and every part is checked.
        if self.mistaken.is_empty() {
            return false;
        }
        let steps = path.steps();
        // `zip` ends with the shorter, so what lies within or around a mistaken part counts too.
        self.mistaken.iter().any(|mistaken| mistaken.iter().zip(&steps).all(|(one, other)| one == other))
    }

    /// Whether a map had a field that is not known: what it lacks may have been meant by that.
    pub fn is_curtailed_at(&self, path: &Path<'_>) -> bool {
        !self.curtailed.is_empty() && self.curtailed.contains(&path.steps())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct House {
        name: String,
        floors: u32,
        rooms: Vec<Room>,
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Room {
        floor: String,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Hut,
        Palace,
    }

    fn read(text: &str) -> (Option<Document<'_, House>>, Vec<String>) {
        let mut mistakes = Vec::new();
        let document = Document::read(&"house.yaml".into(), text, &mut mistakes);
        (document, mistakes.iter().map(Diagnostic::to_string).collect())
    }

    #[test]
    fn a_text_without_mistakes_is_its_value() {
        let (document, mistakes) = read("name: a\nfloors: 2\nrooms: [{floor: oak}]\nkind: hut\n");
        assert_eq!(mistakes, Vec::<String>::new());
        let house = document.unwrap().value;
        assert_eq!((house.name.as_str(), house.floors, house.kind), ("a", 2, Some(Kind::Hut)));
        assert_eq!(house.rooms[0].floor, "oak");
    }

    #[test]
    fn all_mistakes_of_shape_are_found_at_once() {
        let (document, mistakes) =
            read("name: [a]\nflors: 2\nrooms:\n  - {floor: 1}\n  - {flor: oak}\n  - x\nkind: huts\n");
        assert_eq!(
            mistakes,
            [
                "house.yaml:1:7: expected a text, found a list",
                "house.yaml:2:1: unknown field `flors`",
                "house.yaml:4:13: expected a text, found a number",
                "house.yaml:5:6: unknown field `flor`",
                "house.yaml:5:5: missing field `floor`",
                "house.yaml:6:5: expected a map, found a text",
                "house.yaml:7:7: unknown word `huts`",
                "house.yaml:1:1: missing field `floors`",
            ]
        );

        let document = document.unwrap();
        assert!(document.outline.is_mistaken_at(&Path::Root.key("rooms").item(1).key("floor")));
        assert!(document.outline.is_mistaken_at(&Path::Root.key("floors")));
        assert!(!document.outline.is_mistaken_at(&Path::Root.key("rooms").item(3)));
    }

    #[test]
    fn what_could_grow_or_hide_is_rejected() {
        for (text, wanted) in [
            ("a: &x 1\nb: *x\n", "house.yaml:1:4: anchors are not allowed here"),
            ("a: !b c\n", "house.yaml:1:4: tags are not allowed here"),
            ("a: 1\n---\nb: 1\n", "house.yaml:2:1: a file holds one document"),
            ("? [a]\n: b\n", "house.yaml:1:3: a key must be a text"),
            ("", "house.yaml:1:1: the file is empty"),
        ] {
            let (document, mistakes) = read(text);
            assert!(document.is_none());
            assert_eq!(mistakes, [wanted], "{text:?}");
        }
    }

    #[test]
    fn deep_and_big_texts_end_soon() {
        for text in ["[".repeat(1 << 20), "{a: ".repeat(1 << 20), "- ".repeat(1 << 20), "a".repeat(BIGGEST_FILE + 1)] {
            let (document, mistakes) = read(&text);
            assert!(document.is_none());
            assert_eq!(mistakes.len(), 1);
        }
    }
}
