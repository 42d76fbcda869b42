//! The body of a response, in JSON or XML, which hold the same fields.

use serde_json::{Map, Value};

use super::xml::{Content, Element};
use crate::provider::{BodyForm, HttpResponse, REDACTED, parse_json};

/// Lists by the name of the field and of its items. XML does not say what is a list when it has one item or none; JSON
/// has the same two levels.
const LISTS: [(&str, &str); 5] =
    [("Aliases", "Alias"), ("Keys", "Key"), ("KeyVersions", "KeyVersion"), ("Regions", "Region"), ("Tags", "Tag")];

/// The fields that are integers in JSON; all others are texts.
const INTEGERS: [&str; 4] = ["HttpStatus", "PageNumber", "PageSize", "TotalCount"];

/// What an error message says before the text that the signature was made of: it is long, and holds every parameter and
/// the id of the access key.
const SIGNED_TEXT: &str = "server string to sign";

/// The body of a response.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// An object.
    Json(Value),
    /// Its root; the name says nothing, for editions differ in it.
    Xml(Element),
}

impl Body {
    /// Reads a body, in whichever form it is: an endpoint may have no other than the one that was not requested. None
    /// for anything but an object with fields, such as the page of a proxy.
    pub(super) fn read(response: &HttpResponse) -> Option<Self> {
        let text = str::from_utf8(&response.body).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if !text.trim_ascii_start().starts_with('<') {
            return parse_json(text).filter(Value::is_object).map(Self::Json);
        }
        // A declaration must be the first thing of a document, but JSON may be indented, so a body may be too.
        let root = Element::parse(text.trim_ascii_start())?;
        let is_text = matches!(&root.content, Content::Text(text) if !text.trim_ascii().is_empty());
        (!is_text && !root.name.eq_ignore_ascii_case("html")).then_some(Self::Xml(root))
    }

    /// The form.
    pub(super) const fn form(&self) -> BodyForm {
        match self {
            Self::Json(_) => BodyForm::Json,
            Self::Xml(_) => BodyForm::Xml,
        }
    }

    /// The fields, an object.
    pub(super) fn into_fields(self) -> Value {
        match self {
            Self::Json(fields) => fields,
            Self::Xml(Element { content: Content::Text(_), .. }) => Value::Object(Map::new()),
            Self::Xml(root) => value(root),
        }
    }

    /// The body as text, in its own form and without white space between fields, sensitive values replaced.
    pub(super) fn redacted(mut self, is_sensitive: impl Fn(&str) -> bool) -> String {
        match &mut self {
            Self::Json(fields) => {
                hide_in_json(fields, &is_sensitive);
                fields.to_string()
            }
            Self::Xml(root) => {
                hide_in_xml(root, &is_sensitive);
                let mut text = String::new();
                root.write(&mut text);
                text
            }
        }
    }
}

/// An error message without the text that was signed.
pub(super) fn without_signed_text(message: &str) -> &str {
    message.split_once(SIGNED_TEXT).map_or(message, |(before, _)| before.trim_end())
}

/// The JSON form of an element.
fn value(element: Element) -> Value {
    let item = LISTS.iter().find(|(list, _)| *list == element.name).map(|(_, item)| *item);
    let elements = match element.content {
        Content::Elements(elements) => elements,
        Content::Text(_) if item.is_some() => Vec::new(),
        Content::Text(text) if INTEGERS.contains(&element.name.as_str()) => {
            // What is not a number stays a text, so that a check reports it as a wrong form.
            return text.trim_ascii().parse::<i64>().map_or(Value::String(text), Value::from);
        }
        Content::Text(text) => return Value::String(text),
    };

    let mut fields = Map::new();
    // A list without items is there all the same, as it is in JSON.
    if let Some(item) = item {
        fields.insert(item.to_owned(), Value::Array(Vec::new()));
    }

    for element in elements {
        let name = element.name.clone();
        let field = value(element);
        match fields.get_mut(&name) {
            None => {
                fields.insert(name, field);
            }
            Some(Value::Array(items)) => items.push(field),
            // A name that comes again is a list that is not in `LISTS`.
            Some(first) => *first = Value::Array(vec![first.take(), field]),
        }
    }
    Value::Object(fields)
}

fn hide_in_json(value: &mut Value, is_sensitive: &impl Fn(&str) -> bool) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if is_sensitive(name) {
                    *field = Value::String(REDACTED.to_owned());
                } else {
                    hide_in_json(field, is_sensitive);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_in_json(item, is_sensitive)),
        // The message of an error can quote what was signed.
        Value::String(text) => hide_in_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn hide_in_xml(element: &mut Element, is_sensitive: &impl Fn(&str) -> bool) {
    if is_sensitive(&element.name) {
        element.content = Content::Text(REDACTED.to_owned());
        return;
    }
    match &mut element.content {
        Content::Elements(elements) => elements.iter_mut().for_each(|element| hide_in_xml(element, is_sensitive)),
        Content::Text(text) => hide_in_text(text),
    }
}

fn hide_in_text(text: &mut String) {
    if let Some((before, _)) = text.split_once(SIGNED_TEXT) {
        *text = format!("{before}{SIGNED_TEXT} is:{REDACTED}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::escape::escape;
    use serde_json::json;

    use super::*;

    fn read(body: &str) -> Option<Body> {
        Body::read(&HttpResponse { status: 200, headers: http::HeaderMap::new(), body: body.as_bytes().to_vec() })
    }

    fn fields(body: &str) -> Value {
        read(body).unwrap().into_fields()
    }

    fn redacted(body: &str) -> String {
        read(body).unwrap().redacted(|name| name == "Plaintext")
    }

    /// An object as the service writes it.
    fn xml(name: &str, value: &Value) -> String {
        match value {
            Value::Array(items) => items.iter().map(|item| xml(name, item)).collect(),
            Value::Object(fields) => {
                let inner: String = fields.iter().map(|(name, field)| xml(name, field)).collect();
                format!("<{name}>{inner}</{name}>")
            }
            Value::String(text) => format!("<{name}>{}</{name}>", escape(text.as_str())),
            other => format!("<{name}>{other}</{name}>"),
        }
    }

    #[test]
    fn a_list_is_one_with_any_number_of_items() {
        let none = json!({"Keys": {"Key": []}, "TotalCount": 0});
        for body in ["<Keys></Keys>", "<Keys/>", "<Keys>\n</Keys>"] {
            assert_eq!(fields(&format!("<KMS>{body}<TotalCount>0</TotalCount></KMS>")), none);
        }
        assert_eq!(
            fields("<ListAliasesResponse><Aliases><Alias><KeyId>k</KeyId></Alias></Aliases></ListAliasesResponse>"),
            json!({"Aliases": {"Alias": [{"KeyId": "k"}]}})
        );
        // The same name is an item in one place and an object in another.
        assert_eq!(fields("<KMS><KeyVersion><KeyId/></KeyVersion></KMS>"), json!({"KeyVersion": {"KeyId": ""}}));
        // Lists of later editions.
        assert_eq!(fields("<KMS><X><Y>1</Y><Y>2</Y><Y>3</Y></X></KMS>"), json!({"X": {"Y": ["1", "2", "3"]}}));
    }

    #[test]
    fn only_counts_are_numbers() {
        assert_eq!(
            fields("<KMS><TotalCount> 12 </TotalCount><PageSize>many</PageSize><Creator>12</Creator></KMS>"),
            json!({"TotalCount": 12, "PageSize": "many", "Creator": "12"})
        );
    }

    #[test]
    fn a_body_without_fields_is_not_a_response() {
        for body in
            ["", "null", "[]", "\"x\"", "<html/>", "<html><body/></html>", "<KMS>text</KMS>", "<KMS>", "{", "text"]
        {
            assert_eq!(read(body), None, "{body}");
        }
        assert_eq!(fields(" \n<KMS/>"), json!({}));
        assert_eq!(fields("\u{feff}{}"), json!({}));
    }

    #[test]
    fn sensitive_fields_are_replaced_at_any_depth() {
        assert_eq!(
            redacted(r#"{"A": [{"Plaintext": {"B": "x"}}], "KeyId": "k", "Plaintext": 1}"#),
            r#"{"A":[{"Plaintext":"REDACTED"}],"KeyId":"k","Plaintext":"REDACTED"}"#
        );
        assert_eq!(
            redacted(
                "<?xml version='1.0'?><KMS a='x'><!-- x --><A><k:Plaintext>x</k:Plaintext></A>\
                 <Plaintext><B>x</B></Plaintext><KeyId>&lt;k</KeyId></KMS>"
            ),
            "<KMS><A><Plaintext>REDACTED</Plaintext></A><Plaintext>REDACTED</Plaintext><KeyId>&lt;k</KeyId></KMS>"
        );
    }

    #[test]
    fn the_text_that_was_signed_is_redacted() {
        let message = "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&Pl";
        let hidden =
            "Specified signature is not matched with our calculation. server string to sign is:REDACTED".to_owned();
        assert_eq!(redacted(&json!({ "Message": message }).to_string()), json!({ "Message": hidden }).to_string());
        let body = format!("<Error><Message>{}</Message></Error>", escape(message));
        assert_eq!(redacted(&body), format!("<Error><Message>{hidden}</Message></Error>"));
    }

    /// Texts that XML can hold.
    fn text() -> impl Strategy<Value = String> {
        "[ -~\n\t你é]{0,20}"
    }

    fn item() -> impl Strategy<Value = Value> {
        proptest::collection::btree_map("(KeyId|Arn|AliasName|TagKey|TagValue|CreationDate)", text(), 1..4)
            .prop_map(|fields| fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect())
    }

    fn response() -> impl Strategy<Value = Value> {
        let list = (proptest::sample::select(&LISTS[..]), proptest::collection::vec(item(), 0..4));
        let object = prop_oneof![Just("KeyMetadata"), Just("KeyVersion"), Just("AccessDeniedDetail")];
        let texts = proptest::collection::btree_map("(Plaintext|CiphertextBlob|Code|Message)", text(), 0..4);
        let integers = proptest::collection::btree_map(proptest::sample::select(&INTEGERS[..]), any::<i64>(), 0..4);

        (proptest::option::of(list), proptest::option::of((object, item())), texts, integers, text()).prop_map(
            |(list, object, texts, integers, id)| {
                let mut fields = Map::new();
                if let Some(((list, item), items)) = list {
                    fields.insert(list.to_owned(), json!({ item: items }));
                }
                fields.extend(object.map(|(name, object)| (name.to_owned(), object)));
                fields.extend(texts.into_iter().map(|(name, text)| (name, text.into())));
                fields.extend(integers.into_iter().map(|(name, number)| (name.to_owned(), number.into())));
                fields.insert("RequestId".to_owned(), id.into());
                Value::Object(fields)
            },
        )
    }

    proptest! {
        #[test]
        fn both_forms_hold_the_same_fields(response in response(), root in "(KMS|Error|ListKeysResponse)") {
            prop_assert_eq!(&fields(&response.to_string()), &response);
            prop_assert_eq!(&fields(&xml(&root, &response)), &response);
        }

        #[test]
        fn nothing_sensitive_is_left_in_either_form(response in response(), secret in "[a-z]{12}") {
            let mut response = response;
            response["Plaintext"] = secret.clone().into();
            response["More"] = json!({"Most": {"Plaintext": [secret.clone(), {"Plaintext": secret.clone()}]}});
            for body in [response.to_string(), xml("KMS", &response)] {
                prop_assert!(body.contains(&secret));
                prop_assert!(!redacted(&body).contains(&secret));
            }
        }
    }
}
