//! The techniques of responses whose form is wrong: how such faults are declared, and how values are spoilt.

use serde_json::Value;

use crate::mock::host::response::Fields;

/// Declares an enum of faults: each variant with its name, which never changes.
macro_rules! faults {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident { $($(#[$documented:meta])* $variant:ident = $text:literal),* $(,)? }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $visibility enum $name { $($(#[$documented])* $variant),* }

        impl $name {
            /// Every fault.
            $visibility const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name, which never changes.
            $visibility const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}
pub(super) use faults;

/// Gives every value of a response another type: texts are lists of one text, numbers are texts, and lists are what they
/// hold.
pub(super) fn mistype(response: &mut Fields) {
    response.values_mut().for_each(mistype_value);
}

fn mistype_value(value: &mut Value) {
    match value {
        Value::Object(fields) => mistype(fields),
        // As a reader of XML does that sees only one element.
        Value::Array(values) => {
            let first = values.drain(..).next();
            *value = first.unwrap_or_default();
        }
        Value::String(_) => *value = Value::Array(vec![value.take()]),
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Bool(of) => *value = Value::String(of.to_string()),
        Value::Null => {}
    }
}

/// Changes every text and number of a response; `change` gets the name of its field, too, which for an entry of a list is
/// that of the list.
pub(super) fn change_scalars(response: &mut Fields, change: &impl Fn(&str, &mut Value)) {
    response.iter_mut().for_each(|(name, value)| change_scalars_of(name, value, change));
}

fn change_scalars_of(name: &str, value: &mut Value, change: &impl Fn(&str, &mut Value)) {
    match value {
        Value::Object(fields) => change_scalars(fields, change),
        Value::Array(values) => values.iter_mut().for_each(|value| change_scalars_of(name, value, change)),
        scalar => change(name, scalar),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn every_value_gets_another_type() {
        let mut response = fields(json!({"a": "x", "b": 1, "c": true, "d": ["y", "z"], "e": {"f": 2}, "g": []}));
        mistype(&mut response);
        let wrong = json!({"a": ["x"], "b": "1", "c": "true", "d": "y", "e": {"f": "2"}, "g": null});
        assert_eq!(response, fields(wrong));
    }

    #[test]
    fn scalars_are_changed_wherever_they_are() {
        let mut response = fields(json!({"a": "x", "b": [1, {"c": 2}], "d": {"e": [3]}}));
        change_scalars(&mut response, &|name, value| *value = format!("{name}:{value}").into());
        assert_eq!(response, fields(json!({"a": "a:\"x\"", "b": ["b:1", {"c": "c:2"}], "d": {"e": ["e:3"]}})));
    }
}
