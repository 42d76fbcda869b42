//! The cells of a row: what may come, by state and class of keys.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, IntoDeserializer as _};

use crate::event::Source;
use crate::suite::Map;
use crate::suite::name::{ClassName, State};
use crate::suite::one_or_many::OneOrMany;
use crate::suite::step::Expectation;

/// The outcomes of a state: of every class of keys, or of each by itself.
#[derive(Debug, Clone)]
pub(crate) enum CellFile {
    /// The same for all classes.
    All(OneOrMany),
    /// Class → outcomes.
    ByClass(Map<OneOrMany>),
}

impl<'de> Deserialize<'de> for CellFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because an untagged enum says of every mistake only that no form fits.
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = CellFile;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an outcome, a list of outcomes, or a map of classes to outcomes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<CellFile, E> {
                OneOrMany::deserialize(text.into_deserializer()).map(CellFile::All)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, items: A) -> Result<CellFile, A::Error> {
                OneOrMany::deserialize(de::value::SeqAccessDeserializer::new(items)).map(CellFile::All)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, fields: A) -> Result<CellFile, A::Error> {
                Map::deserialize(de::value::MapAccessDeserializer::new(fields)).map(CellFile::ByClass)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for CellFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let outcomes = generator.subschema_for::<OneOrMany>();
        json_schema!({
            "description": "The outcomes of a state, or of each class of keys in it.",
            "anyOf": [outcomes, {"type": "object", "additionalProperties": outcomes, "minProperties": 1}]
        })
    }
}

/// A field of the published table.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What may come.
    pub expect: Expectation,
    /// Where the expectation stands.
    pub source: Source,
}

/// The cells of a row, in the order of the states: one for every class of keys, or one for each class.
#[derive(Debug, Clone, Default)]
pub struct Cells(Vec<(State, Option<ClassName>, Cell)>);

impl Cells {
    pub(super) fn push(&mut self, state: State, class: Option<ClassName>, cell: Cell) {
        self.0.push((state, class, cell));
    }

    /// The cell of a class of keys in a state.
    pub fn get(&self, state: &State, class: &ClassName) -> Option<&Cell> {
        self.of_class(class).find(|(of, _)| *of == state).map(|(_, cell)| cell)
    }

    /// The cells of a class of keys. One that is of every class is there too if such a key can't be in its state.
    pub fn of_class(&self, class: &ClassName) -> impl Iterator<Item = (&State, &Cell)> {
        let of_class = move |of: &Option<ClassName>| of.as_ref().is_none_or(|of| of == class);
        self.0.iter().filter(move |(_, of, _)| of_class(of)).map(|(state, _, cell)| (state, cell))
    }

    /// All cells.
    pub fn iter(&self) -> impl Iterator<Item = (&State, &Cell)> {
        self.0.iter().map(|(state, _, cell)| (state, cell))
    }

    /// All cells, without their states.
    pub fn values(&self) -> impl Iterator<Item = &Cell> {
        self.0.iter().map(|(_, _, cell)| cell)
    }
}
