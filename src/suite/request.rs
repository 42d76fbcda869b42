//! The parameters of a request, as templates.

use serde_json::Number;

use super::template::Template;

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
}

impl Parameter {
    fn paths(&self) -> Vec<&[String]> {
        match self {
            Self::Text(template) => template.paths(),
            Self::Number(_) | Self::Boolean(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::paths).collect(),
            Self::Map(fields) => fields.iter().flat_map(|(_, value)| value.paths()).collect(),
        }
    }
}
