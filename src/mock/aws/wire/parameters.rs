//! The parameters of a request: a JSON object.

use serde_json::{Map, Value};

/// The parameters of a request by their names. What is `null` counts as absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Map<String, Value>);

/// The body is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Parameters {
    /// Reads a body; an empty one has no parameters.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(body).map(Self).map_err(|_| Unreadable)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// These parameters with another value of one.
    pub(crate) fn with(&self, name: &str, value: Value) -> Self {
        let mut parameters = self.0.clone();
        parameters.insert(name.to_owned(), value);
        Self(parameters)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_object_or_nothing() {
        for body in ["", " \n", "{}"] {
            assert_eq!(Parameters::parse(body.as_bytes()).unwrap().iter().count(), 0, "{body:?}");
        }
        for body in ["[]", "1", "{", "null", "\u{feff}{}", "{} x"] {
            assert!(Parameters::parse(body.as_bytes()).is_err(), "{body:?}");
        }
        let parameters = Parameters::parse(br#"{"A": null, "B": false}"#).unwrap();
        assert!(parameters.get("A").is_none() && parameters.get("B").is_some());
    }
}
