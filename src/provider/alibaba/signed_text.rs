//! The text that a signature covers: as it is made from a request, and as the service says that it is.

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::body::Body;
use super::signature::{V3_ALGORITHM, v1_string_to_sign, v3_canonical_request, v3_string_to_sign};
use crate::provider::{HttpRequest, HttpResponse};

/// What a message says before the text of the service, which follows without a space.
const BEFORE: &str = "server string to sign is:";

/// The field that older responses have for it.
const FIELD: &str = "StringToSign";

/// The text that the signature of a request covers; none if it has no signature.
pub(super) fn of_request(request: &HttpRequest) -> Option<String> {
    let url = Url::parse(&request.url).ok()?;
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    if let Some(authorization) = header(request, "authorization").and_then(|value| value.strip_prefix(V3_ALGORITHM)) {
        let names = authorization.split_once("SignedHeaders=")?.1.split(',').next()?;
        let headers: Option<Vec<_>> = names.split(';').map(|name| Some((name, header(request, name)?))).collect();
        let pairs = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let payload = header(request, "x-acs-content-sha256")?;
        return Some(v3_string_to_sign(&v3_canonical_request(request.method, pairs, &headers?, payload)));
    }

    // A form may hold parameters too.
    let body: Vec<_> = form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
    let all = || query.iter().chain(&body).map(|(name, value)| (name.as_str(), value.as_str()));
    all().find(|(name, _)| *name == "Signature")?;
    Some(v1_string_to_sign(request.method, all().filter(|(name, _)| *name != "Signature")))
}

/// The text that the service says the signature should have covered; none where it says nothing of the kind.
pub(super) fn of_response(response: &HttpResponse) -> Option<String> {
    let fields = Body::read(response)?.into_fields();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let of_message = text("Message").and_then(|message| Some(message.split_once(BEFORE)?.1));
    of_message.or_else(|| text(FIELD)).map(str::to_owned)
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::provider::alibaba::signature::{v1_signature, v3_signature};
    use crate::provider::alibaba::{Alibaba, DECLARATION, Method, Signature};
    use crate::provider::{ApiCall, Credentials, Provider, SigningContext};
    use crate::redact::Secret;

    /// The signature under the text is that of the request, whichever way it was made.
    #[test]
    fn the_text_is_the_one_that_the_encoders_sign() {
        let parameters = json!({"KeyId": "alias/a b~*", "Plaintext": "+/é", "Tags": []});
        let mut credentials: Credentials = DECLARATION.example_credentials.into();
        for token in [None, Some("a+token==")] {
            credentials.token = token.map(Secret::new);
            for (signature, method) in [
                (Signature::V1, Method::Get),
                (Signature::V1, Method::Post),
                (Signature::V3, Method::Get),
                (Signature::V3, Method::Post),
            ] {
                let context = SigningContext {
                    endpoint: "http://127.0.0.1:8080",
                    region: "cn-hangzhou",
                    credentials: &credentials,
                    now: "2024-01-02T03:04:05Z".parse().unwrap(),
                    nonce: "n",
                    tamper: None,
                    format: None,
                };
                let dialect = Alibaba { signature, method, ..Alibaba::default() };
                let call = ApiCall { operation: "Encrypt", parameters: parameters.as_object().unwrap() };
                let request = dialect.encode(&call, &context).unwrap();
                let text = of_request(&request).unwrap();
                let wanted = match signature {
                    Signature::V1 => v1_signature("testsecret", &text),
                    Signature::V3 => v3_signature("testsecret", &text),
                };
                let sent = dialect.signature_of(&request).unwrap();
                assert_eq!(sent, wanted, "{signature:?} {method:?}");
            }
        }

        let unsigned = HttpRequest { method: "GET", url: "http://a/?b=c".into(), headers: vec![], body: String::new() };
        assert_eq!(of_request(&unsigned), None);
    }

    #[test]
    fn the_service_says_its_text_in_a_message_or_in_a_field() {
        let said =
            |body: &str| of_response(&HttpResponse { status: 400, headers: HeaderMap::new(), body: body.into() });
        let message = r#"{"Message": "not matched. server string to sign is:GET&%2F&a\nb"}"#;
        assert_eq!(said(message).as_deref(), Some("GET&%2F&a\nb"));
        assert_eq!(said(r#"{"StringToSign": "GET"}"#).as_deref(), Some("GET"));
        let xml = "<Error><Message>server string to sign is:GET&amp;%2F&amp;a</Message></Error>";
        assert_eq!(said(xml).as_deref(), Some("GET&%2F&a"));
        assert_eq!(said(r#"{"Message": "nothing"}"#), None);
        assert_eq!(said("<html>"), None);
    }
}
