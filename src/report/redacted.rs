//! JSON without registered secrets.
//!
//! A secret may be any text, also a word of the format or a part of an id. So it is replaced in values and never in the
//! text of the file: names of fields, numbers, and what this program says by itself stay as they are.

use serde::Serialize;
use serde_json::Value;

use crate::redact::SecretRegistry;

/// Fields whose values come from the case files or from this program, and no secret is ever put into them.
const OWN: [&str; 33] = [
    "case",
    "class",
    "clause",
    "column",
    "document",
    "edition",
    "editions",
    "expected",
    "first",
    "from",
    "hash",
    "id",
    "key_class",
    "kind",
    "line",
    "method",
    "name",
    "operation",
    "operations",
    "original_state",
    "outcome",
    "provider",
    "purpose",
    "route",
    "says",
    "section",
    "selection",
    "source",
    "started_at",
    "state",
    "states",
    "to",
    "verdict",
];

/// A value with every secret in it replaced.
pub(super) fn redacted(value: &(impl Serialize + ?Sized), secrets: &SecretRegistry) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(value)?;
    redact(&mut value, secrets);
    Ok(value)
}

fn redact(value: &mut Value, secrets: &SecretRegistry) {
    match value {
        Value::String(text) => secrets.redact_in(text),
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, secrets)),
        Value::Object(fields) => {
            let others = fields.iter_mut().filter(|(name, _)| !OWN.contains(&name.as_str()));
            others.for_each(|(_, field)| redact(field, secrets));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
