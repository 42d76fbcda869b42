//! What goes into a request: an operation, its parameters, and what they are signed with.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{BodyForm, Tamper};
use crate::redact::Secret;

/// An operation and its parameters.
#[derive(Debug, Clone, Copy)]
pub struct ApiCall<'a> {
    /// The wire name.
    pub operation: &'a str,
    /// The parameters, with their types.
    pub parameters: &'a Map<String, Value>,
}

/// What a request is signed with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The id of the access key.
    pub access_key_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The token of temporary credentials.
    pub token: Option<Secret>,
}

/// What signing needs besides the call.
#[derive(Debug, Clone, Copy)]
pub struct SigningContext<'a> {
    /// The URL of the endpoint.
    pub endpoint: &'a str,
    /// The region.
    pub region: &'a str,
    /// The credentials.
    pub credentials: &'a Credentials,
    /// The time of the request.
    pub now: Timestamp,
    /// A text that was never used before.
    pub nonce: &'a str,
    /// What must be wrong with the request.
    pub tamper: Option<Tamper>,
    /// The form of the body that is requested; that of the dialect if there is none.
    pub format: Option<BodyForm>,
}

impl<'a> SigningContext<'a> {
    /// The signature of a request as it is sent: the right one, one whose first character is another, or none.
    pub(super) fn sent_signature(&self, right: String) -> Option<String> {
        match self.tamper {
            Some(Tamper::Unsigned) => None,
            // Both characters stand for all their bits in Base64 and in hexadecimal digits.
            Some(Tamper::Signature) => {
                let first = if right.starts_with('0') { '1' } else { '0' };
                Some(std::iter::once(first).chain(right.chars().skip(1)).collect())
            }
            _ => Some(right),
        }
    }

    /// The access key that a request names: the right one, or one of this form that nobody has.
    pub(super) fn sent_access_key_id(&self, unknown: &'a str) -> &'a str {
        if self.tamper == Some(Tamper::AccessKey) { unknown } else { &self.credentials.access_key_id }
    }
}
