//! What a scalar means: a text, a number, true, false or nothing.

use std::borrow::Cow;

use super::node::Value;

/// The longest text that may be a number.
const LONGEST_NUMBER: usize = 64;

/// The value of a scalar. Only one without quotes may be something else than a text.
pub(super) fn scalar(text: Cow<'_, str>, is_plain: bool) -> Value<'_> {
    if !is_plain {
        return Value::Text(text);
    }
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Nothing,
        "true" | "True" | "TRUE" => Value::Flag(true),
        "false" | "False" | "FALSE" => Value::Flag(false),
        _ => number(&text).unwrap_or(Value::Text(text)),
    }
}

/// A number in any form that the format has.
fn number(text: &str) -> Option<Value<'static>> {
    let first = text.bytes().next()?;
    let may_be_one = text.len() <= LONGEST_NUMBER
        && (first.is_ascii_digit() || b"+-.".contains(&first))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
        // A document begins or ends with these.
        && !text.starts_with("---")
        && !text.starts_with("...");
    if !may_be_one {
        return None;
    }

    // Nearly all numbers are plain ones.
    let is_plain = text == "0" || (first != b'0' && text.bytes().all(|byte| byte.is_ascii_digit()));
    if is_plain && let Ok(number) = text.parse() {
        return Some(Value::Whole(number));
    }
    match serde_yaml::from_str(text) {
        Ok(serde_yaml::Value::Number(number)) => {
            Some(number.as_u64().map_or_else(|| Value::Real(number.as_f64().unwrap_or(f64::NAN)), Value::Whole))
        }
        Ok(_) => None,
        // One that has no room in 64 bits is big in any form.
        Err(_) => text.parse().ok().map(Value::Real),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_means_what_the_format_says() {
        // Each has the same meaning in a text of its own.
        for text in [
            "~",
            "null",
            "NULL",
            "true",
            "True",
            "FALSE",
            "yes",
            "no",
            "on",
            "0",
            "7",
            "200",
            "-1",
            "+1",
            "1.0",
            "1.",
            ".5",
            "1e3",
            "1e",
            "0x1f",
            "0o17",
            "017",
            "00",
            "08",
            ".inf",
            "-.inf",
            ".NaN",
            "nan",
            "inf",
            "1_000",
            "18446744073709551615",
            "-9223372036854775808",
            "2027-01-01",
            "1:30",
            "a",
            "-a",
            "--",
            "..",
            ".",
            "-.",
            "+",
            "1a",
            "0b11",
            "0x",
            "alibaba/No/1",
            "tRue",
        ] {
            let wanted: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
            match (scalar(text.into(), true), wanted) {
                (Value::Nothing, serde_yaml::Value::Null) => {}
                (Value::Flag(given), serde_yaml::Value::Bool(wanted)) => assert_eq!(given, wanted, "{text}"),
                (Value::Whole(given), serde_yaml::Value::Number(wanted)) => assert_eq!(Some(given), wanted.as_u64()),
                (Value::Real(given), serde_yaml::Value::Number(wanted)) => {
                    assert_eq!(wanted.as_u64(), None, "{text}");
                    // Not a number is like nothing, not even itself.
                    assert_eq!(given.to_string(), wanted.as_f64().unwrap().to_string(), "{text}");
                }
                (Value::Text(given), serde_yaml::Value::String(wanted)) => assert_eq!(given, wanted, "{text}"),
                (given, wanted) => panic!("{text}: {given:?} is not {wanted:?}"),
            }
            assert!(matches!(scalar(text.into(), false), Value::Text(given) if given == text));
        }

        assert!(matches!(scalar("18446744073709551616".into(), true), Value::Real(_)));
        assert!(matches!(scalar("".into(), true), Value::Nothing));
        for text in ["---", "...", "--- 1"] {
            assert!(matches!(scalar(text.into(), true), Value::Text(given) if given == text));
        }
    }
}
