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
