//! JSON of a response, no bigger in memory than it looks.

use serde_json::Value;

/// The most values of a body; a full page of a list has a few hundred. Each takes some seventy bytes in memory, and no
/// more than two on the wire.
const MOST_VALUES: usize = 20_000;

/// The values of a text. None for anything but JSON, and for more values than any response has.
pub fn parse_json(text: &str) -> Option<Value> {
    // Each value begins the text, or follows one of these.
    let mut values = 1;
    let (mut in_text, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    if values > MOST_VALUES { None } else { serde_json::from_str(text).ok() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_of_too_many_values_is_not_read() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(parse_json(&list(MOST_VALUES - 1)).is_some());
        assert_eq!(parse_json(&list(MOST_VALUES)), None);
        assert_eq!(parse_json(&format!("[{}{{}}]", "{},".repeat(MOST_VALUES))), None);
        assert_eq!(parse_json("[1"), None);
    }

    #[test]
    fn what_stands_in_a_text_is_no_value() {
        let text = format!("\\\",[{{{}", ",".repeat(MOST_VALUES));
        assert_eq!(parse_json(&json!({ "a": text }).to_string()), Some(json!({ "a": text })));
    }
}
