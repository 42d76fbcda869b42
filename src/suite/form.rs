//! What a field of a response looks like, whatever it says.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::provider::ClockForm;

/// The form of a field of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A text.
    Text,
    /// A time as the cloud writes them.
    Date,
    /// The same, or the empty text for a date that does not apply.
    DateOrEmpty,
    /// A whole number of 0 or more. It must be there.
    Count,
    /// A list, which may be empty. It must be there.
    List,
    /// Base64 of at least one byte.
    Base64,
    /// A UUID in either case.
    Uuid,
}

impl Form {
    /// Whether a field has the form. One that is not there has every form that says nothing about that.
    pub fn fits(self, field: Option<&Value>, clock: ClockForm) -> bool {
        let Some(value) = field else { return !matches!(self, Self::Count | Self::List) };
        let text = value.as_str();
        match self {
            Self::Text => text.is_some(),
            Self::Date => clock.fits(value),
            Self::DateOrEmpty => value.is_null() || text.is_some_and(str::is_empty) || clock.fits(value),
            Self::Count => value.is_u64(),
            Self::List => value.is_array(),
            Self::Base64 => text.is_some_and(|text| STANDARD.decode(text).is_ok_and(|bytes| !bytes.is_empty())),
            Self::Uuid => text.is_some_and(is_uuid),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "a text",
            Self::Date => "a date",
            Self::DateOrEmpty => "a date or the empty text",
            Self::Count => "a number",
            Self::List => "a list",
            Self::Base64 => "Base64",
            Self::Uuid => "a UUID",
        })
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_tells_what_fits_from_what_does_not() {
        let uuid = "6B0f7c1e-52c4-4d0b-9d0e-8f6a3c21d7b5";
        for (form, good, bad) in [
            (Form::Text, json!(["", "x"]), json!([1, ["x"], {}, null])),
            (Form::Date, json!(["2021-04-12T06:00:54Z"]), json!(["", "2021-04-12", "soon", 1_618_210_854, null])),
            (Form::DateOrEmpty, json!(["", "2021-04-12T06:00:54Z", null]), json!(["never", 0, []])),
            (Form::Count, json!([0, 7]), json!(["7", -1, 1.5, null, [7]])),
            (Form::List, json!([[], ["x"]]), json!([null, {}, ""])),
            (Form::Base64, json!(["aGVsbG8="]), json!(["", "aGVsbG8", "?", 7])),
            (Form::Uuid, json!([uuid]), json!(["", "6b0f7c1e", 7, "6b0f7c1e-52c4-4d0b-9d0e-8f6a3c21d7bx"])),
        ] {
            let fits = |values: &Value, wanted: bool| {
                for value in values.as_array().unwrap() {
                    assert_eq!(form.fits(Some(value), ClockForm::Rfc3339), wanted, "{form} {value}");
                }
            };
            fits(&good, true);
            fits(&bad, false);
        }

        let fits = |form: Form| form.fits(None, ClockForm::Rfc3339);
        assert!(fits(Form::Date) && !fits(Form::List) && !fits(Form::Count));
    }
}
