//! The parameters of a sweep's requests: those of the case files, where nothing is known but the id of a key.

use serde_json::{Map, Value};

use crate::suite::request::{Parameter, RequestTemplate};
use crate::suite::template::{Expression, Part, Template};

/// The parameters of a request about a key, or about none.
///
/// # Errors
///
/// When a parameter needs anything else, which is then named.
pub(super) fn fill(request: &RequestTemplate, key: Option<&str>) -> Result<Map<String, Value>, String> {
    let parameters = request.0.iter();
    parameters.map(|(name, parameter)| Ok((name.clone(), value(parameter, key)?))).collect()
}

fn value(parameter: &Parameter, key: Option<&str>) -> Result<Value, String> {
    Ok(match parameter {
        Parameter::Text(template) => Value::String(text(template, key)?),
        Parameter::Number(number) => Value::Number(number.clone()),
        Parameter::Boolean(boolean) => Value::Bool(*boolean),
        Parameter::List(items) => Value::Array(items.iter().map(|item| value(item, key)).collect::<Result<_, _>>()?),
        Parameter::Map(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok::<_, String>((name.clone(), value(field, key)?)));
            Value::Object(fields.collect::<Result<_, _>>()?)
        }
    })
}

fn text(template: &Template, key: Option<&str>) -> Result<String, String> {
    let mut text = String::new();
    for part in template.parts() {
        match (part, key) {
            (Part::Text(literal) | Part::Hole(Expression::Text(literal)), _) => text.push_str(literal),
            (Part::Hole(Expression::Path(path)), Some(id)) if path.iter().eq(["key", "id"]) => text.push_str(id),
            (Part::Hole(expression), _) => return Err(format!("`{expression}` has no value outside of a run")),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn every_request_of_a_sweep_can_be_filled_in() {
        let suite = load(embedded(), None).unwrap();
        let service = &suite.service;
        let sweep = service.sweep.as_ref().unwrap();
        for operation in [&service.observation.describe, &service.remove.operation] {
            let parameters = fill(&service.requests[operation], Some("id-1")).unwrap();
            assert!(parameters.values().any(|value| value == "id-1"), "{operation}: {parameters:?}");
            assert!(fill(&service.requests[operation], None).is_err(), "{operation}");
        }
        for operation in [&sweep.operation, &sweep.aliases.as_ref().unwrap().operation] {
            fill(&service.requests[operation], None).unwrap();
        }
    }
}
