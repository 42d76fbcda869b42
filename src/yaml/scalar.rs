//! What a scalar means: a text, a number, true, false or nothing.

use serde_yaml::Value;

/// The longest text that may be a number.
const LONGEST_NUMBER: usize = 64;

/// The value of a scalar. Only one without quotes may be something else than a text.
pub(super) fn scalar(text: &str, is_plain: bool) -> Value {
    if !is_plain {
        return Value::from(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::from(text)),
    }
}

/// A number in any form that the format has.
fn number(text: &str) -> Option<Value> {
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
    if is_plain && let Ok(number) = text.parse::<u64>() {
        return Some(Value::from(number));
    }
    // One that has no room in 64 bits is big in any form.
    serde_yaml::from_str(text).ok().or_else(|| text.parse::<f64>().ok().map(Value::from))
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
            let wanted: Value = serde_yaml::from_str(text).unwrap();
            let given = scalar(text, true);
            // Not a number is like nothing, not even itself.
            assert_eq!(format!("{given:?}"), format!("{wanted:?}"), "{text}");
            assert_eq!(scalar(text, false), Value::from(text));
        }

        assert!(scalar("18446744073709551616", true).is_f64());
        assert_eq!(scalar("", true), Value::Null);
        for text in ["---", "...", "--- 1"] {
            assert_eq!(scalar(text, true), Value::from(text));
        }
    }
}
