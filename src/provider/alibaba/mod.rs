//! Alibaba Cloud KMS, API version 2016-01-20: RPC requests under either signature, answers in JSON or XML.

mod answer;
mod body;
mod code;
mod declaration;
mod dialect;
mod request;
pub mod signature;
mod v1;
mod v3;
mod xml;

pub use self::declaration::DECLARATION;
pub use self::dialect::{Format, Method, Signature};

use percent_encoding::percent_decode_str;

use self::body::Body;
use super::{
    ApiCall, ApiResponse, BodyForm, Declaration, DecodeError, EncodeError, ErrorClass, HttpRequest, HttpResponse,
    Provider, SigningContext, Tamper,
};

/// The version of the API that every request names.
pub const API_VERSION: &str = "2016-01-20";

/// Alibaba Cloud's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alibaba {
    /// How requests are signed.
    pub signature: Signature,
    /// The form of answers that is asked for; the other one is read as well.
    pub format: Format,
    /// The HTTP method of requests.
    pub method: Method,
}

impl Alibaba {
    /// The dialect of a request that wants another form than the rest, or has a fault that only some requests can have:
    /// under v1 everything is a parameter, so body, query and headers are told apart under V3 alone.
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

    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
        let dialect = self.for_request(context);
        match dialect.signature {
            Signature::V1 => v1::encode(dialect, call, context),
            Signature::V3 => v3::encode(dialect, call, context),
        }
    }

    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
        answer::decode(response)
    }

    fn redact(&self, response: &HttpResponse) -> Option<String> {
        Body::read(response).map(|body| body.redacted(|name| self.is_sensitive(name)))
    }

    fn signature_of(&self, request: &HttpRequest) -> Option<String> {
        let headers = request.headers.iter().map(|(_, value)| value);
        let mut places = headers.chain([&request.body, &request.url]);
        // It is the last thing of wherever it stands, for it covers all the rest.
        let signature = places.find_map(|place| Some(place.rsplit_once("Signature=")?.1))?;
        Some(percent_decode_str(signature).decode_utf8().ok()?.into_owned())
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
    fn an_endpoint_is_of_a_region() {
        let provider = Alibaba::default();
        assert_eq!((DECLARATION.endpoint)(provider.default_region()), "https://kms.cn-hangzhou.aliyuncs.com");
    }
}
