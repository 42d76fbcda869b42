//! A typed value read from a text, with all mistakes of its shape.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_yaml::Value;

use super::BIGGEST_FILE;
use super::position::{Path, Positions, Step};
use super::scan::{TextMistake, scan, scan_tokens};
use super::shape::Shape;
use super::token::Tokens;
use crate::diagnostic::Diagnostic;

/// A value and where its parts stand.
#[derive(Debug)]
pub struct Document<T> {
    /// The value. A part that was mistaken holds some other value, so that the rest can still be looked at.
    pub value: T,
    /// Where its parts stand.
    pub outline: Outline,
}

/// Where the parts of a document stand, and which of them were mistaken.
#[derive(Debug)]
pub struct Outline {
    /// The file.
    pub file: Arc<str>,
    /// The place of each part.
    pub positions: Positions,
    mistaken: Vec<Vec<Step>>,
    /// The maps that had a field that is not known.
    curtailed: Vec<Vec<Step>>,
}

impl<T: DeserializeOwned> Document<T> {
    /// Reads a text, and adds its mistakes to `mistakes`. None if nothing can be made of the text.
    pub fn read(file: &Arc<str>, text: &str, mistakes: &mut Vec<Diagnostic>) -> Option<Self> {
        Self::from_parsed(file, parse(text), mistakes)
    }

    /// The same for a text whose tokens were recorded when the program was built.
    pub(crate) fn read_recorded(
        file: &Arc<str>,
        text: &str,
        tokens: &[u8],
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        Self::from_parsed(file, scan_tokens(Tokens::Recorded(tokens), text), mistakes)
    }

    fn from_parsed(
        file: &Arc<str>,
        parsed: Result<(Value, Positions), Vec<TextMistake>>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        match parsed {
            Ok((value, positions)) => Self::fit(file, value, positions, mistakes),
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

    /// The same for values that have been parsed already, and their places.
    pub(crate) fn fit(
        file: &Arc<str>,
        value: Value,
        positions: Positions,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut shape = Shape {
            file,
            positions: &positions,
            value,
            mistaken: Vec::new(),
            curtailed: Vec::new(),
            found: Vec::new(),
        };
        let value = shape.fit();

        let Shape { mistaken, curtailed, mut found, .. } = shape;
        mistakes.append(&mut found);
        Some(Self { value: value?, outline: Outline { file: Arc::clone(file), positions, mistaken, curtailed } })
    }
}

/// The values of a text and their places.
fn parse(text: &str) -> Result<(Value, Positions), Vec<TextMistake>> {
    if text.len() > BIGGEST_FILE {
        let message = format!("the file is bigger than {} MiB", BIGGEST_FILE >> 20);
        return Err(vec![TextMistake { span: None, message, help: None }]);
    }
    scan(text)
}

impl Outline {
    /// Whether the text had mistakes of shape.
    pub fn is_mistaken(&self) -> bool {
        !self.mistaken.is_empty()
    }

    /// Whether a part is, or lies in, or holds, one that was mistaken: then there is nothing more to say about it.
    pub fn is_mistaken_at(&self, path: &Path<'_>) -> bool {
        let steps = path.steps();
        // `zip` ends with the shorter, so what lies within or around a mistaken part counts too.
        self.mistaken.iter().any(|mistaken| mistaken.iter().zip(&steps).all(|(one, other)| one == other))
    }

    /// Whether a map had a field that is not known: what it lacks may have been meant by that.
    pub fn is_curtailed_at(&self, path: &Path<'_>) -> bool {
        self.curtailed.contains(&path.steps())
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

    fn read(text: &str) -> (Option<Document<House>>, Vec<String>) {
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
