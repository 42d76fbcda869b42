//! Where a list of one may be written as what it holds.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer as _};

/// One item, or a list of items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OneOrMany<T = String>(pub Vec<T>);

/// What can stand alone or in a list.
pub(crate) trait Item {
    /// One, in words, and many.
    const NAMES: (&str, &str);
    /// Its type in JSON Schema.
    const TYPE: &str;
}

impl Item for String {
    const NAMES: (&str, &str) = ("a text", "texts");
    const TYPE: &str = "string";
}

impl Item for u16 {
    const NAMES: (&str, &str) = ("a number", "numbers");
    const TYPE: &str = "integer";
}

struct Visitor<T>(PhantomData<T>);

impl<'de, T: Item + Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} or a list of {}", T::NAMES.0, T::NAMES.1)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMany<T>, E> {
        T::deserialize(text.into_deserializer()).map(|one| OneOrMany(vec![one]))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<OneOrMany<T>, E> {
        // A number where a text is wanted is reported as such, and not as an item of a wrong type.
        if T::TYPE == String::TYPE {
            return Err(E::invalid_type(de::Unexpected::Unsigned(number), &self));
        }
        T::deserialize(number.into_deserializer()).map(|one| OneOrMany(vec![one]))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMany<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(OneOrMany(all))
    }
}

impl<'de, T: Item + Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

impl<T: Item> JsonSchema for OneOrMany<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMany_{}", T::TYPE).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (one, many) = T::NAMES;
        json_schema!({
            "description": format!("{one}, or a list of {many} of which one must come"),
            "anyOf": [{"type": T::TYPE}, {"type": "array", "items": {"type": T::TYPE}, "minItems": 1}]
        })
    }
}
