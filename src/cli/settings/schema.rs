//! The JSON Schema of the file, for editors.

use serde_json::{Map, Value, json};

use super::key::{Key, Shape, keys};
use super::secret::takes_variable;

/// The JSON Schema of `kms-conformance.toml`, as text.
pub fn schema() -> String {
    let settings: Map<String, Value> = keys().iter().map(|key| (key.name.clone(), of(key))).collect();
    let table = "A setting has the name of a flag of `run`, `plan`, `sweep`, `doctor` or `call`.";
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "kms-conformance.toml",
        "description": "Settings of kms-conformance. The environment and the command line come before them.",
        "type": "object",
        "additionalProperties": false,
        "required": ["format"],
        "properties": {
            "format": { "description": "The format of the file.", "const": 1 },
            "defaults": { "description": "The settings of every target, and of none.", "$ref": "#/$defs/settings" },
            "targets": {
                "description": "What can be tested, by the names that `--target` takes.",
                "type": "object",
                "additionalProperties": { "$ref": "#/$defs/settings" },
            },
        },
        "$defs": {
            "settings": {
                "description": table,
                "type": "object",
                "additionalProperties": false,
                "properties": settings,
            },
        },
    });

    // A value of JSON can always be written.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// What a key takes.
fn of(key: &Key) -> Value {
    let mut schema = match key.shape {
        Shape::Switch => json!({ "type": "boolean" }),
        Shape::Count | Shape::Number => json!({ "type": "integer", "minimum": 0 }),
        Shape::NumberOrText => json!({ "type": ["integer", "string"] }),
        Shape::Text if takes_variable(&key.name) => json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }),
        Shape::Text if !key.values.is_empty() => json!({ "enum": key.values }),
        Shape::Text => json!({ "type": "string" }),
        Shape::List => json!({ "type": "array", "items": { "type": "string" } }),
    };
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".to_owned(), key.help.clone().into());
    }
    schema
}
