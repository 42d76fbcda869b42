//! The body of a request or a response: a JSON object, or nothing.

use serde_json::{Map, Value};

use crate::provider::{REDACTED, parse_json};

/// The fields of a body. An operation without output gives an object without fields, or no body at all; that of some emulators
/// is `null`, which the official clients take for the same. None for anything else, such as the page of another service.
pub(super) fn fields(body: &[u8]) -> Option<Value> {
    let text = str::from_utf8(body).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if ["", "null"].contains(&text.trim_ascii()) {
        return Some(Value::Object(Map::new()));
    }
    parse_json(text).filter(Value::is_object)
}

/// A body as it may be recorded: the values of sensitive fields replaced.
pub(super) fn redacted(body: &[u8], is_sensitive: impl Fn(&str) -> bool) -> Option<String> {
    let mut fields = fields(body)?;
    hide(&mut fields, &is_sensitive);
    Some(if fields.as_object().is_some_and(Map::is_empty) {
        String::from_utf8_lossy(body).trim().to_owned()
    } else {
        fields.to_string()
    })
}

fn hide(value: &mut Value, is_sensitive: &impl Fn(&str) -> bool) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if is_sensitive(name) {
                    *field = REDACTED.into();
                } else {
                    hide(field, is_sensitive);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, is_sensitive)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
