//! What is wrong with a response by itself: the shape of its fields, their lengths and counts, its body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::provider::{ApiResponse, BodyForm, ClockForm};
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::form::Form;
use crate::suite::service::{Paging, PagingBy};

/// The first field that has another form than it must, in a few words. Within a list, each entry is checked.
pub(super) fn wrong_form(fields: &Value, forms: &[(FieldPath, Form)], clock: ClockForm) -> Option<String> {
    forms.iter().find_map(|(path, form)| {
        let found = found(fields, path);
        let wrong = if found.is_empty() {
            // A list without entries has no fields that could be wrong.
            let is_expected = path.parent().is_some_and(|parent| !self::found(fields, &parent).is_empty())
                || !passes_list(fields, path);
            (is_expected && !form.fits(None, clock)).then_some(None)
        } else {
            found.into_iter().find(|value| !form.fits(Some(value), clock)).map(Some)
        };
        wrong.map(|value| match value {
            None => format!("there is no {path}, which must be {form}"),
            Some(value) => format!("{path} is {} and not {form}", kind_of(value)),
        })
    })
}

/// Whether two texts are JSON of the same meaning: spaces and the order of names don't matter.
pub(super) fn is_same_json(found: &str, wanted: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    read(found).is_some_and(|found| read(wanted) == Some(found))
}

/// The values at a path: those of every entry if the path leads through a list.
fn found<'a>(fields: &'a Value, path: &FieldPath) -> Vec<&'a Value> {
    let mut values = vec![fields];
    for part in path.as_str().split('.') {
        let inner = values.into_iter().flat_map(|value| match value {
            Value::Array(items) => items.iter().collect(),
            other => vec![other],
        });
        values = inner.filter_map(|value| value.get(part)).collect();
    }
    values
}

/// Whether a path leads through a list.
fn passes_list(fields: &Value, path: &FieldPath) -> bool {
    let mut parent = path.parent();
    while let Some(at) = parent {
        if at.find(fields).is_some_and(Value::is_array) {
            return true;
        }
        parent = at.parent();
    }
    false
}

/// What a value is, without the value, which may be secret.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "another text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The first field that does not hold as many bytes, in Base64, as it must.
pub(super) fn wrong_bytes(fields: &Value, lengths: &[(FieldPath, u32)]) -> Option<String> {
    lengths.iter().find_map(|(path, wanted)| {
        let bytes = path.find(fields).and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
        match bytes {
            None => Some(format!("{path} is not Base64 of {wanted} bytes")),
            Some(bytes) if bytes.len() == *wanted as usize => None,
            Some(bytes) => Some(format!("{path} has {} bytes instead of {wanted}", bytes.len())),
        }
    })
}

/// The first list that does not have as many entries as it must.
pub(super) fn wrong_entries(fields: &Value, counts: &[(FieldPath, u32)]) -> Option<String> {
    counts.iter().find_map(|(path, wanted)| match path.find(fields).and_then(Value::as_array) {
        None => Some(format!("{path} is not a list")),
        Some(entries) if entries.len() == *wanted as usize => None,
        Some(entries) => Some(format!("{path} has {} entries instead of {wanted}", entries.len())),
    })
}

/// Whether a page has another number of entries than its own counters say. The response repeats what was requested.
pub(super) fn wrong_count(fields: &Value, list: &FieldPath, paging: &Paging) -> Option<String> {
    let PagingBy::Number { number: page_number, total: total_count } = &paging.by else { return None };
    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
    let entries = list.find(fields).and_then(Value::as_array)?.len() as u64;
    let (total, size, page) = (number(total_count)?, number(&paging.size)?, number(page_number)?);
    // The last page has the rest, and a page after it has none.
    let wanted = total.saturating_sub(page.saturating_sub(1).saturating_mul(size)).min(size);
    (entries != wanted)
        .then(|| format!("{list} has {entries} entries on page {page} of {size} each, and {total_count} is {total}"))
}

/// Why a time is not between two others, if so. Each is in the form of the cloud.
pub(super) fn outside(path: &FieldPath, form: ClockForm, found: &str, from: &str, to: &str) -> Option<String> {
    let within = match (form.read(found), form.read(from), form.read(to)) {
        (Some(found), Some(from), Some(to)) => (from..=to).contains(&found),
        _ => false,
    };
    (!within).then(|| format!("{path} is `{found}` and not between {from} and {to}"))
}

/// The name of an earlier response that has the same value of a field.
pub(super) fn repeated<'a>(
    fields: &Value,
    path: &FieldPath,
    mut earlier: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Option<&'a str> {
    let value = path.find(fields).map(text_of)?;
    let same = earlier.find(|(_, fields)| path.find(fields).map(text_of).as_ref() == Some(&value));
    same.map(|(name, _)| name.as_str())
}

/// What is wrong with the body of a response if a form of it was requested.
pub(super) fn wrong_body(response: &ApiResponse, requested: BodyForm) -> Option<String> {
    if response.form != requested {
        return Some(format!("the body is {} and not {requested}, as requested", response.form));
    }
    let content_type = response.content_type();
    (!requested.fits(content_type))
        .then(|| format!("the body is {requested}, and its content type is `{content_type}`"))
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    #[test]
    fn json_of_one_meaning_is_the_same() {
        assert!(is_same_json(r#"{"a": [1, 2], "b": "c"}"#, r#"{"b":"c","a":[1,2]}"#));
        assert!(!is_same_json(r#"{"a": [2, 1]}"#, r#"{"a": [1, 2]}"#), "the order of a list");
        assert!(!is_same_json("", ""), "no JSON at all");
    }

    #[test]
    fn forms_are_checked_in_every_entry_of_a_list() {
        let form = |fields: Value, at: &str, form: Form| wrong_form(&fields, &[(path(at), form)], ClockForm::Rfc3339);
        assert_eq!(form(json!({"Keys": {"Key": []}}), "Keys.Key", Form::List), None);
        assert_eq!(form(json!({"Keys": {"Key": []}}), "Keys.Key.KeyId", Form::Text), None);
        assert_eq!(form(json!({"Total": 1}), "Total", Form::Count), None);
        assert_eq!(form(json!({}), "Made", Form::Date), None, "that a field must be there is another check");
        for (fields, at, wanted, message) in [
            (json!({"Keys": {"Key": null}}), "Keys.Key", Form::List, "Keys.Key is null and not a list"),
            (json!({"Keys": {}}), "Keys.Key", Form::List, "there is no Keys.Key, which must be a list"),
            (json!({}), "Keys.Key", Form::List, "there is no Keys.Key, which must be a list"),
            (json!({"Total": "1"}), "Total", Form::Count, "Total is another text and not a number"),
            (json!({"Made": 7}), "Made", Form::Date, "Made is a number and not a date"),
            (json!({"Key": [{"Id": "a"}, {"Id": 7}]}), "Key.Id", Form::Text, "Key.Id is a number and not a text"),
        ] {
            assert_eq!(form(fields, at, wanted).as_deref(), Some(message));
        }
    }

    #[test]
    fn lengths_and_counts_are_exact() {
        let fields = json!({"Plaintext": "aGVsbG8=", "Tags": {"Tag": [1, 2]}});
        assert_eq!(wrong_bytes(&fields, &[(path("Plaintext"), 5)]), None);
        let message = wrong_bytes(&fields, &[(path("Plaintext"), 6)]);
        assert_eq!(message.as_deref(), Some("Plaintext has 5 bytes instead of 6"));
        assert!(wrong_bytes(&fields, &[(path("Other"), 6)]).is_some());
        assert_eq!(wrong_entries(&fields, &[(path("Tags.Tag"), 2)]), None);
        let message = wrong_entries(&fields, &[(path("Tags.Tag"), 0)]);
        assert_eq!(message.as_deref(), Some("Tags.Tag has 2 entries instead of 0"));
        assert_eq!(wrong_entries(&json!({}), &[(path("A"), 0)]).as_deref(), Some("A is not a list"));
    }

    #[test]
    fn a_page_has_as_many_entries_as_its_counters_say() {
        let paging = Paging {
            by: PagingBy::Number { number: "Page".to_owned(), total: "Total".to_owned() },
            size: "Size".to_owned(),
            largest: 100,
            unpaged: Vec::new(),
        };
        let wrong = |entries: usize, total: u64, page: u64| {
            let fields = json!({"Key": vec![7; entries], "Total": total, "Size": 2, "Page": page});
            wrong_count(&fields, &path("Key"), &paging)
        };
        for (entries, total, page) in [(0, 0, 1), (1, 1, 1), (2, 2, 1), (2, 5, 1), (2, 5, 2), (1, 5, 3), (0, 5, 4)] {
            assert_eq!(wrong(entries, total, page), None);
        }
        for (entries, total, page) in [(1, 0, 1), (2, 1, 1), (1, 5, 1), (2, 5, 3), (1, 5, 4)] {
            assert!(wrong(entries, total, page).is_some(), "{entries} {total} {page}");
        }
    }

    #[test]
    fn a_time_outside_its_limits_is_shown() {
        let date = |found: &str| {
            outside(&path("Date"), ClockForm::Rfc3339, found, "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")
        };
        for good in ["2026-01-02T00:00:00Z", "2026-01-02T12:00:00Z", "2026-01-03T00:00:00Z"] {
            assert_eq!(date(good), None);
        }
        for bad in ["2026-01-01T23:59:59Z", "2026-01-03T00:00:01Z", "", "soon"] {
            assert!(date(bad).is_some_and(|message| message.contains(&format!("`{bad}`"))));
        }
    }

    #[test]
    fn a_repeated_value_names_the_earlier_response() {
        let first = ("first".to_owned(), json!({"RequestId": "r"}));
        let earlier = || [(&first.0, &first.1)].into_iter();
        assert_eq!(repeated(&json!({"RequestId": "r"}), &path("RequestId"), earlier()), Some("first"));
        assert_eq!(repeated(&json!({"RequestId": "s"}), &path("RequestId"), earlier()), None);
        assert_eq!(repeated(&json!({}), &path("RequestId"), earlier()), None);
    }

    #[test]
    fn a_body_must_have_the_requested_form_and_its_content_type() {
        let response = |form, content_type: &str| ApiResponse {
            status: 200,
            code: None,
            message: String::new(),
            fields: json!({}),
            form,
            headers: [(CONTENT_TYPE, content_type.parse().unwrap())].into_iter().collect(),
        };
        assert_eq!(wrong_body(&response(BodyForm::Xml, "text/xml;charset=utf-8"), BodyForm::Xml), None);
        assert!(wrong_body(&response(BodyForm::Json, "application/json"), BodyForm::Xml).is_some());
        assert!(wrong_body(&response(BodyForm::Xml, "application/json"), BodyForm::Xml).is_some());
    }
}
