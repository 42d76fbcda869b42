//! A part of a text on its way to a type.
//!
//! Between the values that the parser made and the types of a file stands a deserialiser of our own, because that of the
//! parser says what is wrong in a sentence only. This one says it as data, in the words of people who write YAML, and
//! never repeats a value: it may be a secret in the wrong place.

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, Error as _, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::node::{Node, Value};

/// A value that is to become a type.
#[derive(Clone, Copy)]
pub(super) struct Part<'a>(pub(super) &'a Node<'a>);

/// Why a part does not become its type.
#[derive(Debug, thiserror::Error)]
pub(super) enum Misfit {
    #[error("missing field `{0}`")]
    MissingField(&'static str),
    #[error("unknown field `{field}`")]
    UnknownField { field: String, known: &'static [&'static str] },
    #[error("unknown word `{word}`")]
    UnknownWord { word: String, known: &'static [&'static str] },
    #[error("expected {wanted}, found {found}")]
    Shape { wanted: String, found: &'static str },
    /// What a type of ours says about its own value.
    #[error("{0}")]
    Value(String),
}

impl de::Error for Misfit {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Value(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "true or false",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Str(_) | Unexpected::Char(_) => "a text",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a map",
            _ => "nothing",
        };
        Self::Shape { wanted: wanted.to_string(), found }
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownWord { word: word.to_owned(), known }
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownField { field: field.to_owned(), known }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingField(field)
    }
}

impl Part<'_> {
    fn mismatch<T>(self, wanted: &str) -> Result<T, Misfit> {
        let found = match &self.0.value {
            Value::Nothing | Value::StandIn => Unexpected::Unit,
            Value::Flag(value) => Unexpected::Bool(*value),
            // No value is ever repeated, so any number will do.
            Value::Whole(_) | Value::Real(_) => Unexpected::Unsigned(0),
            Value::Text(text) => Unexpected::Str(text),
            Value::List(_) => Unexpected::Seq,
            Value::Map(_) => Unexpected::Map,
        };
        Err(Misfit::invalid_type(found, &wanted))
    }

    /// A number from 0 to `most`.
    fn whole<'de, V: Visitor<'de>>(self, most: u64, visitor: V) -> Result<V::Value, Misfit> {
        let number = match self.0.value {
            Value::StandIn => Some(0),
            Value::Whole(number) => Some(number),
            Value::Real(number) => whole(number),
            _ => return self.mismatch("a number that is not negative"),
        };
        match number {
            Some(number) if number <= most => visitor.visit_u64(number),
            Some(_) => Err(Misfit::Value(format!("this number is too big: {most} is the biggest"))),
            None => Err(Misfit::Value("expected a whole number that is not negative".to_owned())),
        }
    }
}

/// A number such as `1.0`, which some programs write for 1.
fn whole(number: f64) -> Option<u64> {
    // Up to here each whole number has a form of its own.
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and not negative")]
    (number.fract() == 0.0 && (0.0..=MOST).contains(&number)).then_some(number as u64)
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Flag(value) => visitor.visit_bool(value),
            Value::Whole(number) => visitor.visit_u64(number),
            Value::Real(number) => visitor.visit_f64(number),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
            // What can be written in several forms can be written as a text.
            Value::Text(_) | Value::StandIn => self.deserialize_str(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.value {
            Value::Flag(value) => visitor.visit_bool(value),
            Value::StandIn => visitor.visit_bool(false),
            _ => self.mismatch("true or false"),
        }
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.whole(u16::MAX.into(), visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.whole(u32::MAX.into(), visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.whole(u64::MAX, visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::StandIn => visitor.visit_borrowed_str(""),
            _ => self.mismatch("a text"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.value {
            Value::Nothing | Value::StandIn => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let items: &[Node<'_>] = match &self.0.value {
            Value::List(items) => items,
            Value::StandIn => &[],
            _ => return self.mismatch("a list"),
        };
        visitor.visit_seq(SeqDeserializer::new(items.iter().map(Part)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Map(map) => {
                visitor.visit_map(MapDeserializer::new(map.iter().map(|entry| (&*entry.key, Part(&entry.node)))))
            }
            Value::StandIn => self.deserialize_struct("", &[], visitor),
            _ => self.mismatch("a map"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        // Each field is a stand-in in turn, or the first one would be reported as missing.
        if matches!(self.0.value, Value::StandIn) {
            return visitor.visit_map(MapDeserializer::new(fields.iter().map(|field| (*field, self))));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match (&self.0.value, words) {
            (Value::Text(word), _) => visitor.visit_enum(BorrowedStrDeserializer::new(word)),
            (Value::StandIn, [first, ..]) => visitor.visit_enum(BorrowedStrDeserializer::new(first)),
            _ => self.mismatch("a text"),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct ignored_any
    }
}

impl<'a> IntoDeserializer<'a, Misfit> for Part<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
