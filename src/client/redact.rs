//! What must not be recorded is replaced before it is written.

use serde_json::Value;

use crate::provider::{HttpResponse, Provider};
use crate::redact::SecretRegistry;

/// The body of a response without its sensitive fields, not cut yet. Of a text that the provider does not know, only the
/// length is shown.
pub(super) fn body(provider: &dyn Provider, response: &HttpResponse) -> String {
    provider.redact_body(response).unwrap_or_else(|| match response.body.len() {
        0 => String::new(),
        length => format!("({length} bytes that are not a response of this service)"),
    })
}

/// Cuts a text to a length in bytes. Secrets go first, for half of one is not found any more.
pub(super) fn cut(secrets: &SecretRegistry, text: &mut String, longest: usize) {
    if text.len() <= longest {
        return;
    }
    secrets.redact_in(text);
    if text.len() > longest {
        let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let missing = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… {missing} bytes cut"));
    }
}

/// The most values of one response that are taken for secrets; responses have one or two.
const MOST_SENSITIVE: usize = 100;

/// Hands each text of a sensitive field to `take`.
pub(super) fn sensitive(provider: &dyn Provider, fields: &Value, take: &mut impl FnMut(&str)) {
    let mut left = MOST_SENSITIVE;
    sensitive_in(provider, fields, false, &mut left, take);
}

/// As [`sensitive`], for a value that may lie in a sensitive field itself.
fn sensitive_in(
    provider: &dyn Provider,
    value: &Value,
    is_sensitive: bool,
    left: &mut usize,
    take: &mut impl FnMut(&str),
) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                sensitive_in(provider, field, is_sensitive || provider.is_sensitive(name), left, take);
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| sensitive_in(provider, item, is_sensitive, left, take));
        }
        // What follows the first hundred is a flood, and every secret is looked for in all that is written.
        Value::String(text) if is_sensitive && *left > 0 => {
            *left -= 1;
            take(text);
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::HeaderMap;

    use super::*;
    use crate::provider::registry;

    fn provider() -> Arc<dyn Provider> {
        registry::default_provider().provider()
    }

    fn recorded(body: &str, longest: usize) -> String {
        let response = HttpResponse { status: 200, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        let mut text = super::body(&*provider(), &response);
        cut(&SecretRegistry::new(), &mut text, longest);
        text
    }

    #[test]
    fn a_cut_leaves_no_half_of_a_secret() {
        let secrets = SecretRegistry::new();
        secrets.add_generated("0123456789abcdef");
        for longest in 0..30 {
            let mut text = "begin 0123456789abcdef end".to_owned();
            cut(&secrets, &mut text, longest);
            assert!(longest >= 26 || !text.contains("01"), "{longest}: {text}");
        }
    }

    #[test]
    fn what_lies_in_sensitive_fields_is_found_at_any_depth() {
        let fields = serde_json::json!({"KeyId": "k", "Plaintext": ["a", {"B": "b"}], "C": {"ImportToken": "t"}});
        let mut found = Vec::new();
        sensitive(&*provider(), &fields, &mut |text| found.push(text.to_owned()));
        assert_eq!(found, ["a", "b", "t"]);
    }

    #[test]
    fn an_unknown_text_is_not_recorded_and_a_long_one_is_cut() {
        let unknown = "(12 bytes that are not a response of this service)";
        assert_eq!(recorded("<html>secret", 4096), unknown);
        assert_eq!(recorded("<KMS>a&b;...", 4096), unknown);
        let long = format!(r#"{{"Message":"{}"}}"#, "ä".repeat(100));
        assert!(recorded(&long, 50).ends_with(" bytes cut"));
    }
}
