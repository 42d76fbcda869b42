//! Alibaba Cloud KMS, API version 2016-01-20: RPC requests under either signature, responses in JSON or XML.

mod body;
mod code;
mod credentials;
mod declaration;
mod dialect;
mod examination;
mod rate;
mod request;
mod response;
pub mod signature;
mod signed_text;
mod v1;
mod v3;
mod xml;

pub use self::declaration::DECLARATION;
pub use self::dialect::{Format, Method, Signature};

use std::time::Duration;

use percent_encoding::percent_decode_str;

use self::body::Body;
use super::{
    ApiCall, ApiResponse, BodyForm, Declaration, DecodeError, EncodeError, ErrorClass, HttpRequest, HttpResponse,
    Provider, RetryHint, SigningContext, Tamper, redact_form, redact_headers, redact_url,
};

/// The version of the API that every request names.
pub const API_VERSION: &str = "2016-01-20";

/// The header by which the gateway says for how many milliseconds it throttles.
const RETRY_AFTER: &str = "x-acs-retry-after";

/// Alibaba Cloud's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alibaba {
    /// How requests are signed.
    pub signature: Signature,
    /// The form of responses that is requested; the other one is read as well.
    pub format: Format,
    /// The HTTP method of requests.
    pub method: Method,
}

impl Alibaba {
    /// The dialect of a request that wants another form than the rest, or has a fault that only some requests can have:
    /// under v1 everything is a parameter, so body, query and headers differ under V3 alone.
    fn for_request(self, context: &SigningContext<'_>) -> Self {
        let format = match context.format {
            Some(BodyForm::Json) => Format::Json,
            Some(BodyForm::Xml) => Format::Xml,
            None => self.format,
        };
        let (signature, method) = match context.tamper {
            Some(Tamper::Body) => (Signature::V3, Method::Post),
            Some(Tamper::Query) => (Signature::V3, Method::Get),
            Some(Tamper::Header) => (Signature::V3, self.method),
            _ => (self.signature, self.method),
        };
        Self { signature, format, method }
    }
}

impl Provider for Alibaba {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn chosen(&self) -> Vec<(&'static str, &'static str)> {
        let Self { signature, format, method } = self;
        let chosen = [
            (*signature == Signature::V3).then_some(("signature", "v3")),
            (*format == Format::Xml).then_some(("format", "xml")),
            (*method == Method::Get).then_some(("method", "get")),
        ];
        chosen.into_iter().flatten().collect()
    }

    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
        let dialect = self.for_request(context);
        match dialect.signature {
            Signature::V1 => v1::encode(dialect, call, context),
            Signature::V3 => v3::encode(dialect, call, context),
        }
    }

    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
        response::decode(response)
    }

    fn retry_hint(&self, response: &HttpResponse) -> RetryHint {
        let standard = RetryHint::standard(response);
        let Some(header) = response.header(RETRY_AFTER) else { return standard };
        // In milliseconds, where the header of HTTP has seconds.
        let pause = header.trim().parse().ok().map(Duration::from_millis);
        RetryHint { throttles: true, pause: pause.or(standard.pause) }
    }

    fn redact_request(&self, request: &HttpRequest) -> HttpRequest {
        let is_sensitive = |name: &str| self.is_sensitive(name);
        HttpRequest {
            method: request.method,
            url: redact_url(&request.url, is_sensitive),
            headers: redact_headers(request, is_sensitive),
            body: redact_form(&request.body, is_sensitive),
        }
    }

    fn redact_body(&self, response: &HttpResponse) -> Option<String> {
        Body::read(response).map(|body| body.redacted(|name| self.is_sensitive(name)))
    }

    fn signature_of(&self, request: &HttpRequest) -> Option<String> {
        let headers = request.headers.iter().map(|(_, value)| value);
        let mut places = headers.chain([&request.body, &request.url]);
        // It is the last thing of wherever it stands, for it covers all the rest.
        let signature = places.find_map(|place| Some(place.rsplit_once("Signature=")?.1))?;
        Some(percent_decode_str(signature).decode_utf8().ok()?.into_owned())
    }

    fn signed_text(&self, request: &HttpRequest) -> Option<String> {
        signed_text::of_request(request)
    }

    fn signed_text_of_service(&self, response: &HttpResponse) -> Option<String> {
        signed_text::of_response(response)
    }

    fn classify(&self, status: u16, code: &str) -> ErrorClass {
        code::classify(status, code)
    }

    fn is_sensitive(&self, name: &str) -> bool {
        const NAMES: [&str; 13] = [
            "AccessKeyId",
            "Authorization",
            "EncryptedKeyMaterial",
            "ImportToken",
            "Plaintext",
            "SecurityToken",
            "Signature",
            "SignatureNonce",
            "StringToSign",
            "x-acs-accesskey-id",
            // The rest of the body is recorded, so a short plaintext in it could be guessed from the hash.
            "x-acs-content-sha256",
            "x-acs-security-token",
            "x-acs-signature-nonce",
        ];

        NAMES.iter().any(|sensitive| sensitive.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::Credentials;
    use crate::redact::Secret;

    fn encoded(signature: Signature, method: Method) -> HttpRequest {
        let provider = Alibaba { signature, method, ..Alibaba::default() };
        let secret = Secret::new("testsecret");
        let context = SigningContext {
            endpoint: "http://127.0.0.1:8080",
            region: provider.default_region(),
            credentials: &Credentials { access_key_id: "testid".to_owned(), secret, token: None },
            now: "2026-01-02T03:04:05Z".parse().unwrap(),
            nonce: "0123456789abcdef",
            tamper: None,
            format: None,
        };

        let parameters = json!({"KeyId": "1234"}).as_object().unwrap().clone();
        provider.encode(&ApiCall { operation: "DescribeKey", parameters: &parameters }, &context).unwrap()
    }

    #[test]
    fn the_signature_is_found_wherever_it_stands() {
        for (signature, method) in
            [(Signature::V1, Method::Get), (Signature::V1, Method::Post), (Signature::V3, Method::Get)]
        {
            let request = encoded(signature, method);
            let found = Alibaba::default().signature_of(&request).unwrap();
            let length = if signature == Signature::V1 { 28 } else { 64 };
            assert_eq!(found.len(), length, "{found}");
            assert!(!found.contains('%'), "{found}");
        }
        let unsigned = HttpRequest { url: "http://127.0.0.1/".to_owned(), ..encoded(Signature::V1, Method::Get) };
        assert_eq!(Alibaba::default().signature_of(&unsigned), None);
    }

    #[test]
    fn sensitive_parameters_and_headers_are_replaced() {
        let request = HttpRequest {
            method: "POST",
            url: "http://h/?Action=Encrypt&Plaintext=c2VjcmV0&KeyId=k&Signature=abc%3D&AccessKeyId=testid".to_owned(),
            headers: vec![("authorization", "x".to_owned()), ("x-acs-action", "Encrypt".to_owned())],
            body: "KeyId=k&ImportToken=t".to_owned(),
        };
        let redacted = Alibaba::default().redact_request(&request);
        let url = "http://h/?Action=Encrypt&Plaintext=REDACTED&KeyId=k&Signature=REDACTED&AccessKeyId=REDACTED";
        assert_eq!((redacted.url.as_str(), redacted.body.as_str()), (url, "KeyId=k&ImportToken=REDACTED"));
        assert_eq!(redacted.headers[0].1, "REDACTED");
        assert_eq!(redacted.headers[1].1, "Encrypt");
    }

    fn received(status: u16, headers: &[(&'static str, &str)], body: &str) -> HttpResponse {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        HttpResponse { status, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn sensitive_fields_are_replaced_in_either_form() {
        let redacted = |body| Alibaba::default().redact_body(&received(200, &[], body));
        assert_eq!(
            redacted(r#"{"A":[{"Plaintext":"x"}],"KeyId":"k","ImportToken":"t"}"#).unwrap(),
            r#"{"A":[{"Plaintext":"REDACTED"}],"KeyId":"k","ImportToken":"REDACTED"}"#
        );
        assert_eq!(
            redacted("<KMS><KeyId>k</KeyId><Plaintext>x</Plaintext></KMS>").unwrap(),
            "<KMS><KeyId>k</KeyId><Plaintext>REDACTED</Plaintext></KMS>"
        );
        assert_eq!(redacted("<html>secret"), None);
    }

    #[test]
    fn the_gateway_throttles_by_a_header_in_milliseconds() {
        let hint = |headers: &[_]| Alibaba::default().retry_hint(&received(503, headers, ""));
        let pause = |millis| Some(Duration::from_millis(millis));
        assert_eq!(hint(&[("retry-after", "2")]), RetryHint { throttles: false, pause: pause(2000) });
        let both = [("x-acs-retry-after", "30"), ("retry-after", "2")];
        assert_eq!(hint(&both), RetryHint { throttles: true, pause: pause(30) });
        let unreadable = [("x-acs-retry-after", "soon"), ("retry-after", "2")];
        assert_eq!(hint(&unreadable), RetryHint { throttles: true, pause: pause(2000) });
        assert_eq!(hint(&[]), RetryHint::default());
    }

    #[test]
    fn an_endpoint_is_of_a_region() {
        let provider = Alibaba::default();
        assert_eq!((DECLARATION.endpoint)(provider.default_region()), "https://kms.cn-hangzhou.aliyuncs.com");
    }
}
