//! Alibaba Cloud KMS, API version 2016-01-20: RPC requests, signature v1, JSON answers.

mod answer;
mod code;
mod request;
pub mod signature;

use super::{
    Answer, ApiCall, CredentialVariables, DecodeError, EncodeError, ErrorClass, HttpRequest, HttpResponse, Provider,
    SigningContext,
};

/// The version of the API that every request names.
pub const API_VERSION: &str = "2016-01-20";

/// Alibaba Cloud's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alibaba {
    /// The HTTP method of requests.
    pub method: Method,
}

/// The HTTP method of requests, and with it where their parameters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Method {
    /// `GET`, parameters in the query.
    Get,
    /// `POST`, parameters in a form body.
    #[default]
    Post,
}

impl Method {
    /// The method as it stands on the wire and in the signature.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Provider for Alibaba {
    fn name(&self) -> &'static str {
        "alibaba"
    }

    fn endpoint(&self, region: &str) -> String {
        format!("https://kms.{region}.aliyuncs.com")
    }

    fn default_region(&self) -> &'static str {
        "cn-hangzhou"
    }

    fn credential_variables(&self) -> CredentialVariables {
        CredentialVariables {
            access_key_id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
            secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            token: "ALIBABA_CLOUD_SECURITY_TOKEN",
        }
    }

    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
        request::encode(*self, call, context)
    }

    fn decode(&self, response: &HttpResponse) -> Result<Answer, DecodeError> {
        answer::decode(response)
    }

    fn classify(&self, status: u16, code: &str) -> ErrorClass {
        code::classify(status, code)
    }

    fn is_sensitive(&self, name: &str) -> bool {
        const NAMES: [&str; 9] = [
            "AccessKeyId",
            "Authorization",
            "EncryptedKeyMaterial",
            "ImportToken",
            "Plaintext",
            "SecurityToken",
            "Signature",
            "SignatureNonce",
            "x-acs-security-token",
        ];
        NAMES.iter().any(|sensitive| sensitive.eq_ignore_ascii_case(name))
    }
}
