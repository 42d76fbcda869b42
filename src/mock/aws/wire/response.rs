//! Responses as they go out.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};

use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::response::{Fields, Response, Shown, fields};

/// Parameters and fields of responses that hold data of customers, or secrets.
pub(crate) const SECRET: [&str; 8] = [
    "Plaintext",
    "EncryptedKeyMaterial",
    "ImportToken",
    "GrantToken",
    "GrantTokens",
    "PrivateKeyPlaintext",
    "Message",
    "EncryptionContext",
];

/// What is not shown of an error of a signature: its message repeats the request with all that it holds.
const SECRET_OF_GATEWAY: [&str; 1] = ["message"];

/// Who made a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Kms,
    Gateway,
}

/// A response before it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResponseParts {
    pub(crate) status: u16,
    pub(crate) source: Source,
    /// In their order.
    pub(crate) fields: Fields,
    pub(crate) request_id: String,
    /// The content type, if it is not the usual one.
    pub(crate) content_type: Option<&'static str>,
}

impl ResponseParts {
    /// A success.
    pub(crate) fn success(fields: Fields, request_id: &str) -> Self {
        Self { status: 200, source: Source::Kms, fields, request_id: request_id.to_owned(), content_type: None }
    }

    /// An error: its name, and its message in lower case as modelled errors have it.
    pub(crate) fn error(rejection: &Rejection, source: Source, request_id: &str) -> Self {
        let fields =
            fields([("__type", rejection.code.as_ref().into()), ("message", rejection.message.as_ref().into())]);
        Self { status: rejection.status, source, ..Self::success(fields, request_id) }
    }

    /// The response as the host sends it.
    pub(crate) fn into_response(self) -> Response {
        let content_type = self.content_type.unwrap_or("application/x-amz-json-1.1");
        let mut headers = vec![(CONTENT_TYPE, HeaderValue::from_static(content_type))];
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.push((HeaderName::from_static("x-amzn-requestid"), id));
        }

        let secret: &[&str] = match self.source {
            Source::Kms => &SECRET,
            Source::Gateway => &SECRET_OF_GATEWAY,
        };
        let body = Bytes::from(serde_json::to_vec(&self.fields).unwrap_or_default());
        Response { status: self.status, headers, body, shown: Shown { fields: None, secret } }
    }
}
