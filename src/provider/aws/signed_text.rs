//! The text that a signature covers: as it is made from a request, and as the service says that it is.
//!
//! It is the canonical request, for the string to sign has only its hash.

use super::response;
use super::signature::ALGORITHM;
use crate::provider::signing::{canonical_request, sha256_hex};
use crate::provider::{HttpRequest, HttpResponse};

/// What a message says around the canonical request of the service.
const BEFORE: &str = "The Canonical String for this request should have been\n'";
const AFTER: &str = "'\n\nThe String-to-Sign";

/// The canonical request of a request; none if it has no signature.
pub(super) fn of_request(request: &HttpRequest) -> Option<String> {
    let authorization = header(request, "authorization")?.strip_prefix(ALGORITHM)?;
    let names = authorization.split_once("SignedHeaders=")?.1.split(',').next()?;
    let headers: Option<Vec<_>> = names.split(';').map(|name| Some((name, header(request, name)?))).collect();
    Some(canonical_request(request.method, "/", None, &headers?, &sha256_hex(request.body.as_bytes())))
}

/// The canonical request that the service has made; none where it says nothing of the kind.
pub(super) fn of_response(response: &HttpResponse) -> Option<String> {
    let message = response::decode(response).ok()?.message;
    let (canonical, _) = message.split_once(BEFORE)?.1.split_once(AFTER)?;
    Some(canonical.to_owned())
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use jiff::Timestamp;
    use serde_json::{Map, json};

    use super::*;
    use crate::provider::aws::{Aws, DECLARATION};
    use crate::provider::{ApiCall, Credentials, Provider as _, SigningContext};

    #[test]
    fn the_text_is_the_one_that_the_encoder_signs() {
        let parameters = Map::from_iter([("KeyId".to_owned(), json!("k"))]);
        let call = ApiCall { operation: "DescribeKey", parameters: &parameters };
        let credentials: Credentials = DECLARATION.example_credentials.into();
        let now = "2026-11-26T10:00:00Z".parse::<Timestamp>().unwrap();
        let (endpoint, region) = ("http://127.0.0.1:1", "us-east-1");
        let context =
            SigningContext { endpoint, region, credentials: &credentials, now, nonce: "", tamper: None, format: None };
        let request = Aws.encode(&call, &context).unwrap();

        let canonical = of_request(&request).unwrap();
        let to_sign = super::super::signature::string_to_sign("20261126T100000Z", "us-east-1", &canonical);
        let secret = DECLARATION.example_credentials.secret;
        let made = super::super::signature::signature(secret, "20261126T100000Z", "us-east-1", &to_sign);
        assert_eq!(Aws.signature_of(&request), Some(made));
        assert_eq!(of_request(&HttpRequest { headers: Vec::new(), ..request }), None);
    }

    #[test]
    fn the_text_of_the_service_stands_in_its_message() {
        let said = |message: &str| {
            let body = json!({"__type": "InvalidSignatureException", "message": message}).to_string().into_bytes();
            of_response(&HttpResponse { status: 400, headers: HeaderMap::new(), body })
        };
        let whole = format!("It does not match. {BEFORE}POST\n/\n\nhost:h\n\nhost\nabc{AFTER} should have been\n'x'\n");
        assert_eq!(said(&whole).as_deref(), Some("POST\n/\n\nhost:h\n\nhost\nabc"));
        assert_eq!(said("It does not match."), None);
    }
}
