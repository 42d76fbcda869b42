//! Sets of cases as they are written in YAML.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::verdict::Kind;

/// A set of cases: a selector, or a map whose fields must all hold.
#[derive(Debug, Clone, Default)]
pub(in crate::self_test) struct SetFile(pub(in crate::self_test) SetFields);

/// The fields of such a map. Each has one value or a list, of which one must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::self_test) struct SetFields {
    /// Selectors, as on the command line, without the provider.
    #[serde(default)]
    pub(in crate::self_test) id: OneOrMany,
    #[serde(default)]
    pub(in crate::self_test) operation: OneOrMany,
    #[serde(default)]
    pub(in crate::self_test) state: OneOrMany,
    #[serde(default)]
    pub(in crate::self_test) class: OneOrMany,
    /// Routes; `canonical` is the shortest.
    #[serde(default)]
    pub(in crate::self_test) route: OneOrMany,
    /// Of moves, the state of the key that is left.
    #[serde(default)]
    pub(in crate::self_test) original: OneOrMany,
    /// `cell`, `move` or `scenario`; cells and moves unless ids are given.
    #[serde(default)]
    pub(in crate::self_test) what: OneOrMany,
    /// What the table says.
    #[serde(default)]
    pub(in crate::self_test) expect: Option<ExpectFile>,
    /// But not these.
    #[serde(default)]
    pub(in crate::self_test) except: Vec<SetFile>,
    /// The kind of the failures; only for what must fail of a poor emulator.
    #[serde(default)]
    pub(in crate::self_test) kind: Option<Kind>,
}

/// What the table says of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::self_test) enum ExpectFile {
    Success,
    Rejection,
}

/// One value, or a list of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::self_test) struct OneOrMany<T = String>(pub(in crate::self_test) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de> Deserialize<'de> for SetFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SetVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

// Both are visitors and not untagged enums, whose errors say nothing of what is wrong.
struct SetVisitor;
struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de> Visitor<'de> for SetVisitor {
    type Value = SetFile;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a selector or a map of what cases have")
    }

    fn visit_str<E>(self, text: &str) -> Result<SetFile, E> {
        Ok(SetFile(SetFields { id: OneOrMany(vec![text.to_owned()]), ..SetFields::default() }))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SetFile, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(SetFile)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one value or a list of values")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<OneOrMany<T>, E> {
        T::deserialize(StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMany<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany<T>, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
    }
}

impl JsonSchema for SetFile {
    fn schema_name() -> Cow<'static, str> {
        "CaseSet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A set of cases: a selector of ids without the provider, or a map whose fields must all hold.",
            "anyOf": [{"type": "string"}, generator.subschema_for::<SetFields>()]
        })
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}
