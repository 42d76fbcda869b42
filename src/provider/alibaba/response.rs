//! Responses: success by the status, errors with a code.

use serde_json::Value;

use super::body::{Body, without_signed_text};
use crate::provider::{ApiResponse, DecodeError, HttpResponse};

/// Codes that some successful responses carry.
const NO_ERROR: [&str; 3] = ["200", "OK", "Success"];

/// Reads a response. Success is decided by the status, as the SDKs do; a 200 with a code counts as an error.
pub(super) fn decode(response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
    let status = response.status;
    let Some(body) = Body::read(response) else {
        return Err(DecodeError::Content { status, content: describe(response) });
    };
    let form = body.form();
    let fields = body.into_fields();
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();

    let code = Some(text("Code")).filter(|code| !code.is_empty());
    let (code, message) = match (status, code) {
        (200..300, None) => (None, String::new()),
        (200..300, Some(code)) if NO_ERROR.contains(&code.as_str()) => (None, String::new()),
        (_, Some(code)) => (Some(code), without_signed_text(&text("Message")).to_owned()),
        (_, None) => return Err(DecodeError::NoCode { status }),
    };

    Ok(ApiResponse { status, headers: response.headers.clone(), code, message, fields, form })
}

/// What a body that is not a response looks like, in a few words.
fn describe(response: &HttpResponse) -> String {
    let start = response.body.iter().position(|byte| !byte.is_ascii_whitespace());
    match start.map(|start| response.body[start]) {
        None => "an empty body".to_owned(),
        Some(b'<') => match response.header("content-type").is_some_and(|kind| kind.contains("xml")) {
            true => "an XML body that does not parse".to_owned(),
            false => "an HTML body".to_owned(),
        },
        Some(b'{') => "a JSON body that does not parse".to_owned(),
        Some(_) => format!("a body of {} bytes that is neither a JSON object nor XML", response.body.len()),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::CONTENT_TYPE;
    use proptest::prelude::*;

    use super::*;

    fn response(status: u16, body: &str) -> HttpResponse {
        of_type(status, "application/json", body.as_bytes().to_vec())
    }

    fn of_type(status: u16, content_type: &'static str, body: Vec<u8>) -> HttpResponse {
        HttpResponse { status, headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]), body }
    }

    #[test]
    fn both_error_shapes_give_code_and_message() {
        for body in [
            r#"{"HttpStatus":409,"Code":"Rejected.Disabled","Message":"m","RequestId":"r"}"#,
            r#"{"RequestId":"R","HostId":"h","Code":"Rejected.Disabled","Message":"m","Recommend":"u"}"#,
            "<KMS><HttpStatus>409</HttpStatus><Code>Rejected.Disabled</Code><Message>m</Message></KMS>",
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>Rejected.Disabled</Code><Message>m</Message>\
             <Recommend><![CDATA[u?a=1&b=2]]></Recommend></Error>",
        ] {
            let decoded = decode(&response(409, body)).unwrap();
            assert_eq!((decoded.code.as_deref(), decoded.message.as_str()), (Some("Rejected.Disabled"), "m"));
        }
    }

    #[test]
    fn success_is_decided_by_the_status_unless_there_is_a_code() {
        assert_eq!(decode(&response(200, r#"{"RequestId":"r"}"#)).unwrap().code, None);
        assert_eq!(decode(&response(200, r#"{"Code":"OK"}"#)).unwrap().code, None);
        assert_eq!(decode(&response(200, r#"{"Code":"Throttling"}"#)).unwrap().code.as_deref(), Some("Throttling"));
    }

    #[test]
    fn a_message_does_not_repeat_what_was_signed() {
        let body = r#"{"Code":"SignatureDoesNotMatch","Message":"no. server string to sign is:POST&SecurityToken"}"#;
        assert_eq!(decode(&response(400, body)).unwrap().message, "no.");
    }

    #[test]
    fn what_is_not_a_response_is_described() {
        for (status, body, message) in [
            (200, "<html>", "HTTP 200 with an HTML body, which is not a response of this service"),
            (502, "", "HTTP 502 with an empty body, which is not a response of this service"),
            (200, "{\"Key", "HTTP 200 with a JSON body that does not parse, which is not a response of this service"),
            (
                200,
                "plain",
                "HTTP 200 with a body of 5 bytes that is neither a JSON object nor XML, which is not a response of this service",
            ),
            (404, "{}", "HTTP 404 without an error code"),
            (404, "<KMS/>", "HTTP 404 without an error code"),
        ] {
            assert_eq!(decode(&response(status, body)).unwrap_err().to_string(), message);
        }

        let xml = of_type(200, "text/xml;charset=utf-8", b"<KMS>".to_vec());
        let message = "HTTP 200 with an XML body that does not parse, which is not a response of this service";
        assert_eq!(decode(&xml).unwrap_err().to_string(), message);
    }

    proptest! {
        #[test]
        fn decoding_never_panics(status in 100u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let inner = [b"<KMS>", body.as_slice(), b"</KMS>"].concat();
            let _ = decode(&HttpResponse { status, headers: HeaderMap::new(), body });
            let _ = decode(&HttpResponse { status, headers: HeaderMap::new(), body: inner });
        }
    }
}
