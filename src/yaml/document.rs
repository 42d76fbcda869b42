//! A typed value read from a text, with all mistakes of its shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use serde_yaml::Value;

use super::BIGGEST_FILE;
use super::position::{Path, Piece, Positions};
use crate::diagnostic::{Diagnostic, Span};
use crate::near::nearest;

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

/// A piece of the path of a mistaken part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Item(usize),
}

/// How many mistakes of shape one file may show; whoever has more has another kind of file.
const MOST_MISTAKES: usize = 100;

/// Bounds the search for values that can stand in for mistaken ones.
const MOST_ATTEMPTS: usize = 1_000;

impl<T: DeserializeOwned> Document<T> {
    /// Reads a text, and adds its mistakes to `mistakes`. None if nothing can be made of the text.
    pub fn read(file: &Arc<str>, text: &str, mistakes: &mut Vec<Diagnostic>) -> Option<Self> {
        let mistake = |span, message: String| Diagnostic { file: Arc::clone(file), span, message, help: None };
        if text.len() > BIGGEST_FILE {
            let limit = BIGGEST_FILE >> 20;
            mistakes.push(mistake(None, format!("the file is bigger than {limit} MiB")));
            return None;
        }
        let positions = match Positions::scan(text) {
            Ok(positions) => positions,
            Err(found) => {
                mistakes.extend(found.into_iter().map(|found| Diagnostic {
                    file: Arc::clone(file),
                    span: Some(found.span),
                    message: found.message,
                    help: found.help,
                }));
                return None;
            }
        };
        let value: Value = match serde_yaml::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                let span = error.location().map(|place| Span {
                    line: u32::try_from(place.line()).unwrap_or(u32::MAX),
                    column: u32::try_from(place.column()).unwrap_or(u32::MAX),
                    length: 1,
                });
                mistakes.push(mistake(span, error.to_string()));
                return None;
            }
        };
        let mut shape = Shape {
            file,
            positions: &positions,
            value,
            stand_ins: BTreeMap::new(),
            curtailed: Vec::new(),
            found: Vec::new(),
        };
        let typed = shape.fit();
        let mistaken = std::mem::take(&mut shape.stand_ins).into_keys().collect();
        let curtailed = std::mem::take(&mut shape.curtailed);
        mistakes.append(&mut shape.found);
        Some(Self { value: typed?, outline: Outline { file: Arc::clone(file), positions, mistaken, curtailed } })
    }
}

impl Outline {
    /// Whether the text had mistakes of shape.
    pub fn is_mistaken(&self) -> bool {
        !self.mistaken.is_empty()
    }

    /// Whether a part is, or lies in, or holds, one that was mistaken: then there is nothing more to say about it.
    pub fn is_mistaken_at(&self, path: &Path<'_>) -> bool {
        if self.mistaken.is_empty() {
            return false;
        }
        let pieces = path.pieces();
        self.mistaken.iter().any(|steps| steps.iter().zip(&pieces).all(|(step, piece)| step.piece() == *piece))
    }

    /// Whether a map had a field that is not known: what it lacks may have been meant by that.
    pub fn is_curtailed_at(&self, path: &Path<'_>) -> bool {
        let pieces = path.pieces();
        self.curtailed
            .iter()
            .any(|steps| steps.len() == pieces.len() && steps.iter().map(Step::piece).eq(pieces.clone()))
    }
}

impl Step {
    fn piece(&self) -> Piece<'_> {
        match self {
            Self::Key(key) => Piece::Key(key),
            Self::Item(index) => Piece::Item(*index),
        }
    }
}

/// A value on its way to a type. What does not fit is noted and replaced by something that fits.
struct Shape<'a> {
    file: &'a Arc<str>,
    positions: &'a Positions,
    value: Value,
    /// How many values have been tried in place of each mistaken part.
    stand_ins: BTreeMap<Vec<Step>, usize>,
    curtailed: Vec<Vec<Step>>,
    found: Vec<Diagnostic>,
}

impl Shape<'_> {
    fn fit<T: DeserializeOwned>(&mut self) -> Option<T> {
        for _ in 0..MOST_ATTEMPTS {
            let error = match serde_path_to_error::deserialize(&self.value) {
                Ok(typed) => return Some(typed),
                Err(error) => error,
            };
            let steps: Vec<Step> = error.path().iter().filter_map(step_of).collect();
            self.take(steps, &error.inner().to_string())?;
            if self.found.len() >= MOST_MISTAKES {
                return None;
            }
        }
        None
    }

    /// Notes one error and repairs the value. None if it can't be repaired.
    fn take(&mut self, mut steps: Vec<Step>, message: &str) -> Option<()> {
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        if let (true, Some(field)) = (message.starts_with("missing field"), quoted.first()) {
            let place = steps.clone();
            steps.push(Step::Key((*field).to_owned()));
            self.note(&steps, &place, true, format!("missing field `{field}`"), None);
            return self.stand_in(steps, &[]);
        }
        if let (true, [field, known @ ..]) = (message.starts_with("unknown field"), &quoted[..]) {
            if steps.last() != Some(&Step::Key((*field).to_owned())) {
                steps.push(Step::Key((*field).to_owned()));
            }
            let help = nearest(field, known.iter().copied())
                .map(|near| format!("did you mean `{near}`?"))
                .or_else(|| Some(format!("known fields are {}", list(known))));
            self.note(&steps, &steps, true, format!("unknown field `{field}`"), help);
            let (last, holder) = steps.split_last()?;
            let Step::Key(key) = last else { return None };
            self.curtailed.push(holder.to_vec());
            at(&mut self.value, holder)?.as_mapping_mut()?.shift_remove(key.as_str())?;
            return Some(());
        }
        if let (true, [given, known @ ..]) = (message.starts_with("unknown variant"), &quoted[..]) {
            let help = Some(format!("expected {}", list(known)));
            self.note(&steps, &steps, false, format!("unknown word `{given}`"), help);
            return self.stand_in(steps, known);
        }
        self.note(&steps, &steps, false, plain(message), None);
        self.stand_in(steps, &[])
    }

    /// Adds a mistake, unless it follows from another.
    fn note(&mut self, part: &[Step], place: &[Step], at_key: bool, message: String, help: Option<String>) {
        if self.stand_ins.keys().any(|mistaken| part.starts_with(mistaken)) {
            return;
        }
        let pieces: Vec<Piece<'_>> = place.iter().map(Step::piece).collect();
        let (key, value) = self.positions.find(&pieces);
        let span = Some(if at_key { key } else { value });
        self.found.push(Diagnostic { file: Arc::clone(self.file), span, message, help });
    }

    /// Puts the next possible value in the place of a mistaken one.
    fn stand_in(&mut self, steps: Vec<Step>, words: &[&str]) -> Option<()> {
        let tried = self.stand_ins.entry(steps.clone()).or_insert(0);
        let value = match (*tried, words) {
            (_, [word, ..]) => Value::from(*word),
            (0, _) => Value::from(""),
            (1, _) => Value::from(0),
            (2, _) => Value::Sequence(Vec::new()),
            (3, _) => Value::Mapping(serde_yaml::Mapping::new()),
            _ => return None,
        };
        *tried += 1;
        // An enumeration is asked with its own words, but not for ever.
        if *tried > 8 {
            return None;
        }
        let (last, holder) = match steps.split_last() {
            None => {
                self.value = value;
                return Some(());
            }
            Some(found) => found,
        };
        match (at(&mut self.value, holder)?, last) {
            (Value::Mapping(entries), Step::Key(key)) => {
                entries.insert(Value::from(key.as_str()), value);
            }
            (Value::Sequence(items), Step::Item(index)) => *items.get_mut(*index)? = value,
            _ => return None,
        }
        Some(())
    }
}

fn step_of(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn at<'a>(value: &'a mut Value, steps: &[Step]) -> Option<&'a mut Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_mapping_mut()?.get_mut(key.as_str()),
        Step::Item(index) => value.as_sequence_mut()?.get_mut(*index),
    })
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A message of the deserialiser without the names of Rust types.
fn plain(message: &str) -> String {
    let (given, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let given = given
        .replace("invalid type: ", "")
        .replace("invalid value: ", "")
        .replace("unit value", "nothing")
        .replace("sequence", "a list");
    // The value itself may be a secret in the wrong place.
    let given = match given.split(' ').next() {
        Some("map") => "a map".to_owned(),
        Some("string") => "a text".to_owned(),
        Some("integer" | "floating") => "a number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        _ => given,
    };
    let wanted = match wanted {
        "" => return given,
        "a sequence" => "a list".to_owned(),
        "u32" | "usize" | "u16" => "a number that is not negative".to_owned(),
        wanted if wanted.starts_with("struct ") => "a map".to_owned(),
        wanted => wanted.to_owned(),
    };
    format!("expected {wanted}, found {given}")
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
        door: String,
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
        let (document, mistakes) = read("name: a\nfloors: 2\nrooms: [{door: oak}]\nkind: hut\n");
        assert_eq!(mistakes, Vec::<String>::new());
        let house = document.unwrap().value;
        assert_eq!((house.name.as_str(), house.floors, house.kind), ("a", 2, Some(Kind::Hut)));
        assert_eq!(house.rooms[0].door, "oak");
    }

    #[test]
    fn all_mistakes_of_shape_are_found_at_once() {
        let (document, mistakes) =
            read("name: [a]\nflors: 2\nrooms:\n  - {door: 1}\n  - {dor: oak}\n  - x\nkind: huts\n");
        assert_eq!(
            mistakes,
            [
                "house.yaml:1:7: expected a string, found a list",
                "house.yaml:2:1: unknown field `flors`",
                "house.yaml:4:12: expected a string, found a number",
                "house.yaml:5:6: unknown field `dor`",
                "house.yaml:5:5: missing field `door`",
                "house.yaml:6:5: expected a map, found a text",
                "house.yaml:7:7: unknown word `huts`",
                "house.yaml:1:1: missing field `floors`",
            ]
        );
        let document = document.unwrap();
        assert!(document.outline.is_mistaken_at(&Path::Root.key("rooms").item(1).key("door")));
        assert!(document.outline.is_mistaken_at(&Path::Root.key("floors")));
        assert!(!document.outline.is_mistaken_at(&Path::Root.key("rooms").item(3)));
    }

    #[test]
    fn what_could_grow_or_hide_is_refused() {
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
