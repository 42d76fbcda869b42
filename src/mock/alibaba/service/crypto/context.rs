//! How an EncryptionContext comes in a request: as the text of a JSON object.

use std::collections::BTreeMap;

use crate::mock::host::context::EncryptionContext;

/// The most characters of a context as it is written in a request.
const MOST_CHARACTERS: usize = 8192;

/// Reads a JSON object of text to text; anything else is nothing.
pub(crate) fn parse_context(text: &str) -> Option<EncryptionContext> {
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        return None;
    }
    serde_json::from_str::<BTreeMap<_, _>>(text).ok().map(EncryptionContext::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_a_map_whatever_its_order_and_white_space() {
        let one = parse_context("{\"b\":\"2\",\"a\":\"1\"}").unwrap();
        assert_eq!(Some(one), parse_context(" { \"a\" : \"1\" , \"b\" : \"2\" } "));
        assert_eq!(parse_context("{}"), Some(EncryptionContext::default()));
    }

    #[test]
    fn only_text_to_text_is_a_context() {
        for text in ["", "[]", "1", "{\"a\":1}", "{\"a\":[\"b\"]}", "{\"a\":{}}", "{\"a\":null}", "{\"a\":\"b\"} x"] {
            assert_eq!(parse_context(text), None, "{text}");
        }
    }

    #[test]
    fn a_context_has_at_most_8192_characters() {
        let context = |value: usize| format!("{{\"a\":\"{}\"}}", "é".repeat(value));
        assert!(parse_context(&context(8192 - 8)).is_some());
        assert!(parse_context(&context(8192 - 7)).is_none());
    }
}
