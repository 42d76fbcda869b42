//! The parameters of a request, as templates.

use serde_json::{Map, Number, Value};

use super::field_path::text_of;
use super::template::{Expression, Part, Template};

/// The parameters of a request, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTemplate(pub Vec<(String, Parameter)>);

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(Template),
    /// A number, sent as such where the wire has types.
    Number(Number),
    /// A boolean, sent as such where the wire has types.
    Boolean(bool),
    /// A list.
    List(Vec<Parameter>),
    /// A map.
    Map(Vec<(String, Parameter)>),
}

impl RequestTemplate {
    /// Every path that the templates of the request name.
    pub fn paths(&self) -> Vec<&[String]> {
        self.0.iter().flat_map(|(_, parameter)| parameter.paths()).collect()
    }

    /// The templates of the request.
    pub fn templates(&self) -> Vec<&Template> {
        self.0.iter().flat_map(|(_, parameter)| parameter.templates()).collect()
    }

    /// The request with the parameters of another in the place of its own of the same names.
    pub fn with(&self, other: Self) -> Self {
        let mut parameters = self.0.clone();
        for (name, parameter) in other.0 {
            match parameters.iter_mut().find(|(known, _)| *known == name) {
                Some((_, own)) => *own = parameter,
                None => parameters.push((name, parameter)),
            }
        }
        Self(parameters)
    }

    /// The parameters with the values of paths. One without a value is left out, and one that is nothing but a path keeps the
    /// type of its value.
    pub(crate) fn filled(&self, value: &dyn Fn(&[String]) -> Option<Value>) -> Map<String, Value> {
        filled(&self.0, value)
    }

    /// The request with every path replaced.
    pub fn with_paths(&self, replace: &impl Fn(&[String]) -> Vec<String>) -> Self {
        Self(self.0.iter().map(|(name, parameter)| (name.clone(), parameter.with_paths(replace))).collect())
    }
}

fn filled(parameters: &[(String, Parameter)], value: &dyn Fn(&[String]) -> Option<Value>) -> Map<String, Value> {
    let filled = parameters.iter().filter_map(|(name, parameter)| Some((name.clone(), parameter.filled(value)?)));
    filled.collect()
}

impl Parameter {
    fn filled(&self, value: &dyn Fn(&[String]) -> Option<Value>) -> Option<Value> {
        Some(match self {
            Self::Text(template) => match template.parts() {
                [Part::Hole(Expression::Path(path))] => value(path)?,
                parts => Value::String(parts.iter().map(|part| part_text(part, value)).collect::<Option<String>>()?),
            },
            Self::Number(number) => Value::Number(number.clone()),
            Self::Boolean(boolean) => Value::Bool(*boolean),
            Self::List(items) => Value::Array(items.iter().map(|item| item.filled(value)).collect::<Option<_>>()?),
            Self::Map(fields) => Value::Object(filled(fields, value)),
        })
    }

    fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::Number(_) | Self::Boolean(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Map(fields) => fields.iter().flat_map(|(_, value)| value.templates()).collect(),
        }
    }

    fn paths(&self) -> Vec<&[String]> {
        match self {
            Self::Text(template) => template.paths(),
            Self::Number(_) | Self::Boolean(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::paths).collect(),
            Self::Map(fields) => fields.iter().flat_map(|(_, value)| value.paths()).collect(),
        }
    }

    fn with_paths(&self, replace: &impl Fn(&[String]) -> Vec<String>) -> Self {
        match self {
            Self::Text(template) => Self::Text(template.with_paths(replace)),
            Self::Number(number) => Self::Number(number.clone()),
            Self::Boolean(boolean) => Self::Boolean(*boolean),
            Self::List(items) => Self::List(items.iter().map(|item| item.with_paths(replace)).collect()),
            Self::Map(fields) => {
                Self::Map(fields.iter().map(|(name, value)| (name.clone(), value.with_paths(replace))).collect())
            }
        }
    }
}

fn part_text(part: &Part, value: &dyn Fn(&[String]) -> Option<Value>) -> Option<String> {
    match part {
        Part::Text(text) | Part::Hole(Expression::Text(text)) => Some(text.clone()),
        Part::Hole(Expression::Path(path)) => value(path).as_ref().map(text_of),
        Part::Hole(Expression::Call(..)) => None,
    }
}
