//! What a response says, whatever its form on the wire.

use http::HeaderMap;
use serde_json::Value;

use super::BodyForm;
use super::http::header;

/// A response of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The error code; none for a success.
    pub code: Option<String>,
    /// The error message, or the empty text.
    pub message: String,
    /// The fields; lists and objects as JSON.
    pub fields: Value,
    /// The form of the body that they came in.
    pub form: BodyForm,
}

impl ApiResponse {
    /// The content type, or the empty text.
    pub fn content_type(&self) -> &str {
        header(&self.headers, "content-type").unwrap_or_default()
    }
}

/// What kind of rejection a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The state of the key forbids it.
    StateRejection,
    /// The key, alias or version is not known.
    NotFound,
    /// Too many requests; may be sent again later.
    Throttled,
    /// Trouble of the service; may be sent again.
    Transient,
    /// Credentials or signature.
    Auth,
    /// The account may not send this operation, or not for this key.
    Permission,
    /// The time of the request is too far from that of the service.
    Clock,
    /// The account may not use the service at all: debt, risk control, not activated.
    Account,
    /// A quota is used up.
    Quota,
    /// The endpoint does not know the operation.
    UnknownOperation,
    /// Anything else: parameters, tokens, material.
    Other,
}
