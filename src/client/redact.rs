//! What must not be recorded is replaced before it is written.

use serde_json::Value;

use crate::provider::Provider;

/// What stands for a value that is not recorded.
pub(super) const REDACTED: &str = "REDACTED";

/// A query or form body with the values of sensitive parameters replaced.
pub(super) fn form(provider: &dyn Provider, text: &str) -> String {
    text.split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if provider.is_sensitive(name) => format!("{name}={REDACTED}"),
            _ => pair.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("&")
}

/// A URL with the values of sensitive parameters replaced.
pub(super) fn url(provider: &dyn Provider, text: &str) -> String {
    match text.split_once('?') {
        Some((base, query)) => format!("{base}?{}", form(provider, query)),
        None => text.to_owned(),
    }
}

/// A body of an answer: sensitive fields replaced if it is JSON, else nothing but its length is told, since what an
/// unknown text holds can't be known.
pub(super) fn answer(provider: &dyn Provider, body: &[u8], longest: usize) -> String {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return match body.len() {
            0 => String::new(),
            length => format!("({length} bytes that are no JSON)"),
        };
    };
    hide(provider, &mut value);
    let mut text = value.to_string();
    if text.len() > longest {
        let mut end = longest;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let cut = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… {cut} bytes cut"));
    }
    text
}

fn hide(provider: &dyn Provider, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if provider.is_sensitive(name) {
                    *field = Value::String(REDACTED.to_owned());
                } else {
                    hide(provider, field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(provider, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::alibaba::Alibaba;

    #[test]
    fn sensitive_parameters_are_replaced() {
        let text = "http://h/?Action=Encrypt&Plaintext=c2VjcmV0&KeyId=k&Signature=abc%3D&AccessKeyId=testid";
        assert_eq!(
            url(&Alibaba::default(), text),
            "http://h/?Action=Encrypt&Plaintext=REDACTED&KeyId=k&Signature=REDACTED&AccessKeyId=REDACTED"
        );
    }

    #[test]
    fn sensitive_fields_are_replaced_at_any_depth() {
        let body = br#"{"A":[{"Plaintext":"x"}],"KeyId":"k","ImportToken":"t"}"#;
        assert_eq!(
            answer(&Alibaba::default(), body, 4096),
            r#"{"A":[{"Plaintext":"REDACTED"}],"KeyId":"k","ImportToken":"REDACTED"}"#
        );
    }

    #[test]
    fn an_unknown_text_is_not_recorded_and_a_long_one_is_cut() {
        assert_eq!(answer(&Alibaba::default(), b"<html>secret", 4096), "(12 bytes that are no JSON)");
        let long = format!(r#"{{"Message":"{}"}}"#, "ä".repeat(100));
        assert!(answer(&Alibaba::default(), long.as_bytes(), 50).ends_with(" bytes cut"));
    }
}
