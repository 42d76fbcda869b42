//! Where a field stands in a response: `KeyMetadata.KeyState`.

use std::fmt;

use serde_json::Value;

/// A path of field names, joined with dots.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Box<str>);

impl FieldPath {
    /// Parses a path. None if a part of it is empty.
    pub fn parse(text: &str) -> Option<Self> {
        text.split('.').all(|part| !part.is_empty()).then(|| Self(text.into()))
    }

    /// Some path, in the place of one that is a mistake.
    pub(super) fn any() -> Self {
        Self("*".into())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of what the field belongs to; none for a field of the response itself.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('.').map(|(parent, _)| Self(parent.into()))
    }

    /// The field in a response.
    pub fn find<'a>(&self, answer: &'a Value) -> Option<&'a Value> {
        self.0.split('.').try_fold(answer, |value, part| value.get(part))
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// A field as text: texts as they are, numbers and booleans as they are written, everything else as JSON.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_a_field() {
        let answer = json!({"KeyMetadata": {"KeyState": "Enabled"}, "TotalCount": 3});
        let state = FieldPath::parse("KeyMetadata.KeyState").unwrap();
        assert_eq!(state.find(&answer).map(text_of).as_deref(), Some("Enabled"));
        assert_eq!(FieldPath::parse("TotalCount").unwrap().find(&answer).map(text_of).as_deref(), Some("3"));
        assert_eq!(FieldPath::parse("TotalCount.X").unwrap().find(&answer), None);
        assert_eq!(FieldPath::parse("Other").unwrap().find(&answer), None);
    }

    #[test]
    fn an_empty_part_is_no_path() {
        for text in ["", ".", "a.", ".a", "a..b"] {
            assert!(FieldPath::parse(text).is_none(), "{text}");
        }
    }
}
