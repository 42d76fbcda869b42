//! AWS KMS, API version 2014-11-01: JSON 1.1, with the operation in a header, signed with Signature Version 4.

mod body;
mod code;
mod declaration;
mod examination;
mod profile;
mod rate;
mod request;
mod response;
mod signature;
mod signed_text;

pub use self::declaration::DECLARATION;

use super::{
    ApiCall, ApiResponse, Declaration, DecodeError, EncodeError, ErrorClass, HttpRequest, HttpResponse, Provider,
    SigningContext, redact_headers,
};

/// AWS's dialect. Its wire leaves a client no choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Aws;

impl Provider for Aws {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
        request::encode(call, context)
    }

    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
        response::decode(response)
    }

    fn redact_request(&self, request: &HttpRequest) -> HttpRequest {
        let is_sensitive = |name: &str| self.is_sensitive(name);
        HttpRequest {
            method: request.method,
            url: request.url.clone(),
            headers: redact_headers(request, is_sensitive),
            body: body::redacted(request.body.as_bytes(), is_sensitive).unwrap_or_default(),
        }
    }

    fn redact_body(&self, response: &HttpResponse) -> Option<String> {
        body::redacted(&response.body, |name| self.is_sensitive(name))
    }

    fn signature_of(&self, request: &HttpRequest) -> Option<String> {
        let (_, authorization) = request.headers.iter().find(|(name, _)| *name == "authorization")?;
        Some(authorization.rsplit_once("Signature=")?.1.to_owned())
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
            "Authorization",
            "CiphertextBlob",
            "CiphertextForRecipient",
            "EncryptedKeyMaterial",
            "GrantToken",
            "GrantTokens",
            "ImportToken",
            "Plaintext",
            "PrivateKeyCiphertextBlob",
            "PrivateKeyPlaintext",
            "SharedSecret",
            "X-Amz-Security-Token",
            // The rest of the body is recorded, so a short plaintext in it could be guessed from the hash.
            "X-Amz-Content-Sha256",
        ];

        NAMES.iter().any(|sensitive| sensitive.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn sensitive_parameters_and_headers_are_replaced() {
        let request = HttpRequest {
            method: "POST",
            url: "http://h/".to_owned(),
            headers: vec![
                ("authorization", "AWS4-HMAC-SHA256 Credential=x".to_owned()),
                ("x-amz-security-token", "token".to_owned()),
                ("x-amz-target", "TrentService.Encrypt".to_owned()),
            ],
            body: r#"{"KeyId":"k","Plaintext":"c2VjcmV0","GrantTokens":["t1","t2"]}"#.to_owned(),
        };
        let redacted = Aws.redact_request(&request);
        let values: Vec<&str> = redacted.headers.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["REDACTED", "REDACTED", "TrentService.Encrypt"]);
        assert_eq!(redacted.body, r#"{"KeyId":"k","Plaintext":"REDACTED","GrantTokens":"REDACTED"}"#);
    }

    #[test]
    fn sensitive_fields_are_replaced_and_pages_of_others_are_not_shown() {
        let redacted = |body: &str| {
            let headers = HeaderMap::new();
            Aws.redact_body(&HttpResponse { status: 200, headers, body: body.as_bytes().to_vec() })
        };
        let body = r#"{"CiphertextBlob":"AQID","KeyId":"k","A":[{"ImportToken":"t"}]}"#;
        let wanted = r#"{"CiphertextBlob":"REDACTED","KeyId":"k","A":[{"ImportToken":"REDACTED"}]}"#;
        assert_eq!(redacted(body).unwrap(), wanted);
        assert_eq!(redacted("").unwrap(), "");
        assert_eq!(redacted("<ListAllMyBucketsResult/>"), None);
        assert_eq!(redacted("\"Plaintext\""), None);
    }

    #[test]
    fn an_endpoint_is_of_a_region_and_its_partition() {
        for (region, wanted) in [
            ("us-east-1", "https://kms.us-east-1.amazonaws.com"),
            ("cn-north-1", "https://kms.cn-north-1.amazonaws.com.cn"),
        ] {
            assert_eq!((DECLARATION.endpoint)(region), wanted);
        }
    }
}
