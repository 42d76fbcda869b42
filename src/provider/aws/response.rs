//! Responses: success by the status, errors with a name in the body or in a header.

use serde_json::Value;

use super::body;
use crate::provider::{ApiResponse, BodyForm, DecodeError, HttpResponse};

/// The header with the name of an error.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// Reads a response. Success is decided by the status; a 200 whose body names an error counts as an error, for emulators
/// send such.
pub(super) fn decode(response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
    let status = response.status;
    let header = response.header(ERROR_TYPE).map(bare_name).filter(|name| !name.is_empty());
    let fields = match (body::fields(&response.body), &header) {
        (Some(fields), _) => fields,
        // The header is the service's own, whatever came with it.
        (None, Some(_)) if status >= 400 => Value::Object(serde_json::Map::new()),
        (None, _) => return Err(DecodeError::Content { status, content: describe(response) }),
    };

    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let named = Some(bare_name(text("__type"))).filter(|name| !name.is_empty());
    let code = match (status, named.or(header)) {
        (200..300, None) => None,
        (_, Some(code)) => Some(code.to_owned()),
        (_, None) => return Err(DecodeError::NoCode { status }),
    };

    let message = match code {
        Some(_) => [text("message"), text("Message")].into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
        None => "",
    };
    let message = message.to_owned();
    Ok(ApiResponse { status, headers: response.headers.clone(), code, message, fields, form: BodyForm::Json })
}

/// The bare name of an error: without the namespace before it and the address after it.
fn bare_name(text: &str) -> &str {
    // In this order, as the official clients do, for an address may hold the other sign.
    let name = text.split(':').next().unwrap_or_default();
    name.rsplit_once('#').map_or(name, |(_, name)| name).trim()
}

/// What a body that is not a response looks like, in a few words.
fn describe(response: &HttpResponse) -> String {
    match response.body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => "an empty body".to_owned(),
        Some(b'<')
            if response.body.trim_ascii_start().to_ascii_lowercase().starts_with(b"<html")
                || response.body.trim_ascii_start().to_ascii_lowercase().starts_with(b"<!doctype html") =>
        {
            "an HTML body".to_owned()
        }
        Some(b'<') => "an XML body".to_owned(),
        Some(b'{') => "a JSON body that does not parse".to_owned(),
        Some(_) => format!("a body of {} bytes that is not a JSON object", response.body.len()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        let headers = headers.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()));
        HttpResponse { status, headers: headers.collect(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn every_error_shape_gives_name_and_message() {
        for (headers, body, message) in [
            (&[][..], r#"{"__type":"DisabledException","message":"m"}"#, "m"),
            (&[], r#"{"__type":"com.amazonaws.kms#DisabledException","Message":"m"}"#, "m"),
            (&[], r#"{"__type":"DisabledException:http://internal.amazon.com/coral/com.amazonaws.kms/"}"#, ""),
            (&[("x-amzn-ErrorType", "DisabledException")], r#"{"message":"m"}"#, "m"),
            (&[("x-amzn-errortype", "a.b#DisabledException:http://x#y")], "{}", ""),
            (&[("x-amzn-errortype", "DisabledException")], "", ""),
            (&[("x-amzn-errortype", "DisabledException")], "<html>", ""),
            // The body comes before the header.
            (&[("x-amzn-errortype", "Other")], r#"{"__type":"DisabledException","message":"","Message":"m"}"#, "m"),
        ] {
            let decoded = decode(&response(400, headers, body)).unwrap();
            let found = (decoded.code.as_deref(), decoded.message.as_str());
            assert_eq!(found, (Some("DisabledException"), message), "{headers:?} {body}");
        }
    }

    #[test]
    fn success_is_decided_by_the_status_unless_there_is_a_name() {
        for body in ["", "{}", " \n", "\u{feff}{}", "null"] {
            let decoded = decode(&response(200, &[], body)).unwrap();
            assert_eq!((decoded.code, decoded.fields), (None, json!({})), "{body:?}");
        }
        let decoded =
            decode(&response(200, &[("content-type", "text/html")], r#"{"KeyId":"k","message":"m"}"#)).unwrap();
        assert_eq!((decoded.code, decoded.message, &decoded.fields["KeyId"]), (None, String::new(), &json!("k")));
        let decoded = decode(&response(200, &[], r#"{"__type":"NotFoundException"}"#)).unwrap();
        assert_eq!(decoded.code.as_deref(), Some("NotFoundException"));
    }

    #[test]
    fn what_is_not_a_response_is_described() {
        for (status, body, message) in [
            (200, "<!DOCTYPE HTML><html>", "HTTP 200 with an HTML body, which is not a response of this service"),
            (200, "<ListAllMyBucketsResult/>", "HTTP 200 with an XML body, which is not a response of this service"),
            (200, "{\"Key", "HTTP 200 with a JSON body that does not parse, which is not a response of this service"),
            (
                200,
                "[1]",
                "HTTP 200 with a body of 3 bytes that is not a JSON object, which is not a response of this service",
            ),
            (500, "{}", "HTTP 500 without an error code"),
            (501, "", "HTTP 501 without an error code"),
            (404, r#"{"message":"m"}"#, "HTTP 404 without an error code"),
        ] {
            assert_eq!(decode(&response(status, &[], body)).unwrap_err().to_string(), message, "{body}");
        }
    }

    proptest! {
        #[test]
        fn decoding_never_panics(
            status in 100u16..600,
            name in "[ -~]{0,20}",
            body in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(ERROR_TYPE), name.parse().unwrap())]);
            let _ = decode(&HttpResponse { status, headers, body });
        }
    }
}
