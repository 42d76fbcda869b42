//! Answers on the wire: JSON or XML.

use serde_json::{Map, Value};

/// The fields of an answer, in their order.
pub(crate) type Fields = Map<String, Value>;

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    /// The live service's content type; a client of it knows XML by exactly this one.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json;charset=utf-8",
            Format::Xml => "text/xml;charset=utf-8",
        }
    }
}

/// Who made an answer, which decides the shape of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Kms,
    Gateway,
}

/// An answer before it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) format: Format,
    pub(crate) body: String,
}

impl Answer {
    /// An answer with these fields, RequestId included.
    pub(crate) fn new(status: u16, format: Format, source: Source, fields: Fields) -> Self {
        let body = match (format, source) {
            (Format::Json, _) => Value::Object(fields).to_string(),
            (Format::Xml, Source::Kms) => {
                let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
                write_element(&mut text, "KMS", &Value::Object(fields));
                text
            }
            (Format::Xml, Source::Gateway) => {
                let mut text = String::from("<?xml version='1.0' encoding='UTF-8'?>");
                write_element(&mut text, "Error", &Value::Object(fields));
                text
            }
        };
        Self { status, format, body }
    }
}

/// Writes an element; a list becomes one element for each value.
fn write_element(text: &mut String, name: &str, value: &Value) {
    if let Value::Array(values) = value {
        values.iter().for_each(|value| write_element(text, name, value));
        return;
    }
    text.push('<');
    text.push_str(name);
    text.push('>');
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| write_element(text, name, value)),
        Value::String(value) => write_text(text, value),
        Value::Null => {}
        other => text.push_str(&other.to_string()),
    }
    text.push_str("</");
    text.push_str(name);
    text.push('>');
}

fn write_text(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            // A parser would make a line feed of it.
            '\r' => text.push_str("&#13;"),
            // XML 1.0 has no way to write these.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn lists_keep_their_inner_level_in_both_forms() {
        let value = json!({"Keys": {"Key": [{"KeyId": "a"}, {"KeyId": "b"}]}, "TotalCount": 2, "RequestId": "r"});
        let json = Answer::new(200, Format::Json, Source::Kms, fields(value.clone()));
        assert_eq!(json.body, value.to_string());
        let xml = Answer::new(200, Format::Xml, Source::Kms, fields(value));
        assert_eq!(
            xml.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><KMS><Keys><Key><KeyId>a</KeyId></Key><Key><KeyId>b</KeyId>\
             </Key></Keys><TotalCount>2</TotalCount><RequestId>r</RequestId></KMS>"
        );
        let empty = Answer::new(200, Format::Xml, Source::Kms, fields(json!({"Keys": {"Key": []}})));
        assert!(empty.body.ends_with("<KMS><Keys></Keys></KMS>"));
    }

    #[test]
    fn any_text_makes_well_formed_xml() {
        let body = Answer::new(200, Format::Xml, Source::Gateway, fields(json!({"Text": "<&>\r\n\u{1}'\"你"}))).body;
        assert!(body.ends_with("<Error><Text>&lt;&amp;&gt;&#13;\n\u{fffd}'\"你</Text></Error>"), "{body}");
    }
}
