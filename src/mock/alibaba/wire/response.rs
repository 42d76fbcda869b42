//! Responses on the wire: JSON or XML.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use crate::mock::host::response::{Fields, Response, Shown};

/// Parameters and fields of responses that hold data of customers, or secrets.
pub(crate) const SECRET: [&str; 4] = ["Plaintext", "EncryptedKeyMaterial", "ImportToken", "SecurityToken"];

/// What is not shown of a response of the gateway: the string to sign in its message repeats the request with all that
/// it holds.
const SECRET_OF_GATEWAY: [&str; SECRET.len() + 1] = {
    let mut names = ["Message"; SECRET.len() + 1];
    let mut at = 0;
    while at < SECRET.len() {
        names[at] = SECRET[at];
        at += 1;
    }
    names
};

/// The form of a response.
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

/// Who made a response, which decides the shape of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Kms,
    Gateway,
}

/// A response before it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResponseParts {
    pub(crate) status: u16,
    pub(crate) format: Format,
    pub(crate) source: Source,
    /// In their order, RequestId included.
    pub(crate) fields: Fields,
    /// The content type, if it is not that of the format.
    pub(crate) content_type: Option<&'static str>,
}

impl ResponseParts {
    pub(crate) fn new(status: u16, format: Format, source: Source, fields: Fields) -> Self {
        Self { status, format, source, fields, content_type: None }
    }

    /// The response as the host sends it.
    pub(crate) fn into_response(self) -> Response {
        let body = Bytes::from(self.body());
        let content_type = self.content_type.unwrap_or(self.format.content_type());

        let shown = Shown {
            fields: match self.format {
                // The fields of a JSON response can be read from its body.
                Format::Json => None,
                Format::Xml => Some(self.fields),
            },
            secret: match self.source {
                Source::Kms => &SECRET,
                Source::Gateway => &SECRET_OF_GATEWAY,
            },
        };

        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static(content_type))];
        Response { status: self.status, headers, body, shown }
    }

    /// The text on the wire.
    pub(crate) fn body(&self) -> String {
        let (prologue, root) = match (self.format, self.source) {
            (Format::Json, _) => return serde_json::to_string(&self.fields).unwrap_or_default(),
            (Format::Xml, Source::Kms) => ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "KMS"),
            (Format::Xml, Source::Gateway) => ("<?xml version='1.0' encoding='UTF-8'?>", "Error"),
        };

        let mut text = prologue.to_owned();
        write_fields(&mut text, root, &self.fields);
        text
    }
}

fn write_fields(text: &mut String, name: &str, fields: &Fields) {
    open(text, name);
    fields.iter().for_each(|(name, value)| write_element(text, name, value));
    close(text, name);
}

/// Writes an element; a list becomes one element for each value.
fn write_element(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| write_element(text, name, value)),
        Value::Object(fields) => write_fields(text, name, fields),
        other => {
            open(text, name);
            match other {
                Value::String(value) => write_text(text, value),
                // XML has no null: an empty element has to do.
                Value::Null => {}
                plain => text.push_str(&plain.to_string()),
            }
            close(text, name);
        }
    }
}

fn open(text: &mut String, name: &str) {
    text.extend(["<", name, ">"]);
}

fn close(text: &mut String, name: &str) {
    text.extend(["</", name, ">"]);
}

fn write_text(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            // A parser would make a line feed of it.
            '\r' => text.push_str("&#13;"),
            // XML 1.0 can't write these.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::events::Event;
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn lists_keep_their_inner_level_in_both_forms() {
        let value = json!({"Keys": {"Key": [{"KeyId": "a"}, {"KeyId": "b"}]}, "TotalCount": 2, "RequestId": "r"});
        let json = ResponseParts::new(200, Format::Json, Source::Kms, fields(value.clone()));
        assert_eq!(json.body(), value.to_string());
        let xml = ResponseParts::new(200, Format::Xml, Source::Kms, fields(value));
        assert_eq!(
            xml.body(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><KMS><Keys><Key><KeyId>a</KeyId></Key><Key><KeyId>b</KeyId>\
             </Key></Keys><TotalCount>2</TotalCount><RequestId>r</RequestId></KMS>"
        );
        let empty = ResponseParts::new(200, Format::Xml, Source::Kms, fields(json!({"Keys": {"Key": []}})));
        assert!(empty.body().ends_with("<KMS><Keys></Keys></KMS>"));
    }

    #[test]
    fn any_text_makes_well_formed_xml() {
        let body =
            ResponseParts::new(200, Format::Xml, Source::Gateway, fields(json!({"Text": "<&>\r\n\u{1}'\"你"}))).body();
        assert!(body.ends_with("<Error><Text>&lt;&amp;&gt;&#13;\n\u{fffd}'\"你</Text></Error>"), "{body}");
    }

    /// Fields as responses have them: texts, numbers, lists, and fields in fields.
    fn any_fields() -> impl Strategy<Value = Fields> {
        let leaf = prop_oneof![
            4 => any::<String>().prop_map(Value::from),
            1 => any::<i64>().prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[A-Z][A-Za-z]{0,8}", inner, 0..4)
                    .prop_map(|fields| fields.into_iter().collect()),
            ]
        });
        proptest::collection::btree_map("[A-Z][A-Za-z]{0,8}", value, 0..6)
            .prop_map(|fields| fields.into_iter().collect())
    }

    /// The texts of all leaves in their order, as XML can hold them; it says nothing about empty ones.
    fn leaves(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| leaves(value, found)),
            Value::Object(fields) => fields.values().for_each(|value| leaves(value, found)),
            other => {
                let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
                let writable = |c: char| c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}' || "\t\n\r".contains(c);
                let text: String = text.chars().map(|c| if writable(c) { c } else { '\u{fffd}' }).collect();
                found.extend((!text.is_empty()).then_some(text));
            }
        }
    }

    /// The same, read from XML by a parser that is not ours.
    fn read(xml: &str) -> Vec<String> {
        let mut reader = quick_xml::Reader::from_str(xml);
        let (mut found, mut text) = (Vec::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return found,
                Event::Text(part) => text.push_str(&part.decode().unwrap()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                    Some(character) => text.push(character),
                    None => text
                        .push_str(quick_xml::escape::resolve_predefined_entity(&reference.decode().unwrap()).unwrap()),
                },
                Event::Start(_) | Event::End(_) => {
                    found.extend((!text.is_empty()).then(|| std::mem::take(&mut text)));
                }
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn other_parsers_read_what_was_written(fields in any_fields()) {
            let json = ResponseParts::new(200, Format::Json, Source::Kms, fields.clone()).body();
            prop_assert_eq!(serde_json::from_str::<Fields>(&json).unwrap(), fields.clone());
            let mut expected = Vec::new();
            leaves(&Value::Object(fields.clone()), &mut expected);
            for source in [Source::Kms, Source::Gateway] {
                let xml = ResponseParts::new(200, Format::Xml, source, fields.clone()).body();
                prop_assert_eq!(read(&xml), expected.clone(), "{}", xml);
            }
        }
    }
}
