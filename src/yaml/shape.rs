//! Fitting the values of a text to a type, with all mistakes of shape at once.
//!
//! A deserialiser ends with the first mistake. So each mistake is noted, something that fits every type takes the place
//! of the mistaken part, and the values are read again: as often as there are mistakes.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::map::Entry;
use super::node::{Node, Value};
use super::part::{Misfit, Part};
use super::path::Step;
use crate::diagnostic::{Diagnostic, Span};
use crate::near::nearest;

/// How many mistakes of shape one file may show; whoever has more has another kind of file.
const MOST_MISTAKES: usize = 100;

/// How many values are read for all mistakes of a file together: they are read once for each mistake.
const MOST_WORK: usize = 1_000_000;

/// The values of a text on their way to a type.
pub(super) struct Shape<'f, 'a> {
    pub(super) file: &'f Arc<str>,
    pub(super) document: Node<'a>,
    /// The parts that have a stand-in.
    pub(super) mistaken: Vec<Vec<Step>>,
    /// The maps that lost a field that is not known.
    pub(super) curtailed: Vec<Vec<Step>>,
    pub(super) found: Vec<Diagnostic>,
}

impl Shape<'_, '_> {
    /// The value as a type. None if not even stand-ins make it one.
    pub(super) fn fit<T: DeserializeOwned>(&mut self) -> Option<T> {
        // Most files have no mistake, and to keep track of paths takes as long as all else.
        if let Ok(typed) = T::deserialize(Part(&self.document)) {
            return Some(typed);
        }

        let most = MOST_MISTAKES.min(1 + MOST_WORK / self.document.count());
        while self.found.len() < most {
            let error = match serde_path_to_error::deserialize(Part(&self.document)) {
                Ok(typed) => return Some(typed),
                Err(error) => error,
            };

            let steps = error.path().iter().filter_map(step).collect();
            self.repair(steps, error.into_inner())?;
        }
        None
    }

    /// Notes a mistake and changes the value so that it is not met again.
    fn repair(&mut self, mut steps: Vec<Step>, misfit: Misfit) -> Option<()> {
        let message = misfit.to_string();

        match misfit {
            Misfit::MissingField(field) => {
                let holder = steps.clone();
                steps.push(Step::Key(field.to_owned()));
                // What is missing stands nowhere, so its holder is shown.
                self.note(&steps, self.document.place_of(&holder).key, message, None);
            }
            Misfit::UnknownField { field, known } => {
                let near = nearest(&field, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| format!("known fields are {}", list(known)));
                // Some maps report the mistake before the path has come to the field.
                if !matches!(steps.last(), Some(Step::Key(last)) if *last == field) {
                    steps.push(Step::Key(field));
                }
                self.note(&steps, self.document.place_of(&steps).key, message, Some(help));
                return self.remove(steps);
            }
            Misfit::UnknownWord { known, .. } => {
                let help = format!("expected {}", list(known));
                self.note(&steps, self.document.place_of(&steps).value, message, Some(help));
            }
            Misfit::Shape { wanted, found } => {
                let unquoted = wanted == "a text" && ["a number", "true or false"].contains(&found);
                let quoted = found == "a text" && (wanted.contains("number") || wanted.contains("boolean"));
                let help = match (unquoted, quoted) {
                    (true, _) => Some("put it in quotes".to_owned()),
                    (_, true) => Some("write it without quotes".to_owned()),
                    (false, false) => None,
                };
                self.note(&steps, self.document.place_of(&steps).value, message, help);
            }
            Misfit::Value(_) => self.note(&steps, self.document.place_of(&steps).value, message, None),
        }

        self.replace(steps)
    }

    /// Adds a mistake, unless it follows from another.
    fn note(&mut self, part: &[Step], span: Span, message: String, help: Option<String>) {
        if !self.mistaken.iter().any(|mistaken| part.starts_with(mistaken)) {
            self.found.push(Diagnostic { file: Arc::clone(self.file), span: Some(span), message, help });
        }
    }

    /// Puts a stand-in in the place of a part. If a type of ours does not take even that, its surroundings go too.
    fn replace(&mut self, mut steps: Vec<Step>) -> Option<()> {
        loop {
            if self.stand_in(&steps) {
                self.mistaken.push(steps);
                return Some(());
            }
            steps.pop()?;
        }
    }

    /// Puts a stand-in in the place of a part, or of one that is missing. Whether there was not one already.
    fn stand_in(&mut self, part: &[Step]) -> bool {
        if let Some(node) = self.document.at_mut(part) {
            let before = std::mem::replace(&mut node.value, Value::StandIn);
            return !matches!(before, Value::StandIn);
        }

        let Some((Step::Key(key), holder)) = part.split_last() else { return false };
        // It stands nowhere, so its holder is shown.
        let place = self.document.place_of(holder).key;
        let Some(Node { value: Value::Map(map), .. }) = self.document.at_mut(holder) else { return false };
        map.insert(Entry { key: key.clone().into(), place, node: Node { span: place, value: Value::StandIn } });
        true
    }

    /// Takes a field out of its map.
    fn remove(&mut self, mut steps: Vec<Step>) -> Option<()> {
        let Some(Step::Key(key)) = steps.pop() else { return None };
        let Value::Map(map) = &mut self.document.at_mut(&steps)?.value else { return None };
        map.remove(&key)?;
        self.curtailed.push(steps);
        Some(())
    }
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
