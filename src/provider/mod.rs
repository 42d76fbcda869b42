//! The dialects of the clouds: one folder each, behind one trait.
//!
//! A [`Provider`] turns a call (operation and parameters with types) into a signed HTTP request, and an HTTP response
//! into an [`ApiResponse`]. It owns the whole request, for signatures cover all of it, and it knows no state, no expectation
//! and no case. States, operations, outcomes and transitions are data of `cases/<provider>/`.
//!
//! How the next clouds would fit, held against what is known of them:
//!
//! * **JSON bodies, an operation in a header** (AWS: `POST /`, JSON 1.1, `X-Amz-Target`; Tencent: API 3.0; Huawei: REST
//!   paths): [`ApiCall::parameters`] are JSON values, not texts, so numbers, booleans, lists and maps reach the wire
//!   with their types; [`Provider::encode`] writes method, path, headers and body.
//! * **Signing over the whole request** (SigV4, TC3, ACS3): [`Provider::encode`] signs what it built, with credentials,
//!   region, time and nonce from [`SigningContext`]. A bearer token is just another header.
//! * **Answers in another form than JSON** (XML, CBOR): [`Provider::decode`] makes the same fields of them, and
//!   [`Provider::redact`] a text that may be recorded.
//! * **Error shapes** (`__type` with a prefix, a `Response.Error` object, a header): [`Provider::decode`] finds code
//!   and message wherever they are and cuts them to the bare name. HTTP 400 for everything is no problem: nothing here
//!   decides by the status alone.
//! * **Expected outcomes that are sets, one code for several states** (AWS allows `DisabledException` or
//!   `KMSInvalidStateException` for a key that waits for deletion; Tencent has one code for all): a cell of
//!   `cases/` holds a list of outcomes, and behaviour that fits several states fits each of them.
//! * **More states and classes of keys** (AWS: eight states; imported, multi-Region, custom store): names in
//!   `cases/<provider>/kms.yaml`. A state that can't be reached offline has no route, so its cells are not asked.
//! * **Other ends of the same transition** (AWS: CancelKeyDeletion ends in Disabled): rows of `transitions`.
//! * **Requests that are wrong on purpose** ([`Tamper`]): each dialect knows what a wrong signature looks like and what
//!   is too old; see there. Replays need nothing of it, since they are the same bytes again. A cloud that takes replays
//!   (AWS) has no case that asks for one.
//! * **Throttling under HTTP 400, other not-found codes**: [`Provider::classify`].
//! * **Paging by marker instead of by number, other environment variables for credentials, hosts by region**: paging is
//!   data of the case files; the rest are methods here.

pub mod alibaba;
mod body_form;
mod choices;
mod declaration;
pub mod registry;
pub mod signing;
mod tamper;

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;

pub use self::body_form::BodyForm;
pub use self::choices::{ChoiceError, Choices};
pub use self::declaration::{CredentialVariables, Declaration, ExampleCredentials, OptionValue, ProviderOption};
pub use self::registry::{by_name, names};
pub use self::tamper::Tamper;
use crate::redact::Secret;

/// What stands for a value that is not recorded.
pub const REDACTED: &str = "REDACTED";

/// One cloud's dialect.
pub trait Provider: fmt::Debug + Send + Sync {
    /// What is known of it before any request.
    fn declaration(&self) -> &'static Declaration;

    /// The name, as it stands in ids and in `cases/`.
    fn name(&self) -> &'static str {
        self.declaration().name
    }

    /// The region that is signed for unless another is given.
    fn default_region(&self) -> &'static str {
        self.declaration().default_region
    }

    /// Builds and signs the request of a call, or one that is wrong as [`SigningContext::tamper`] says: everything else
    /// about it must be right, so that only this can be the reason of a refusal.
    ///
    /// # Errors
    ///
    /// When a parameter has a type that the wire can't carry, or a header can't hold what it must.
    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError>;

    /// Reads a response.
    ///
    /// # Errors
    ///
    /// When it is not an answer of this service: another content, or an error without a code.
    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError>;

    /// The body of a response as it may be recorded: in its own form, with the values of sensitive fields replaced by
    /// [`REDACTED`]. None where it is no answer of this service, for what an unknown text holds can't be known.
    fn redact(&self, response: &HttpResponse) -> Option<String>;

    /// The signature of a request that [`Provider::encode`] built, as it is before any encoding.
    fn signature_of(&self, request: &HttpRequest) -> Option<String>;

    /// What kind of refusal a code is.
    fn classify(&self, status: u16, code: &str) -> ErrorClass;

    /// Whether the value of this parameter, header or field must not be recorded: signatures, tokens, plaintexts,
    /// key material.
    fn is_sensitive(&self, name: &str) -> bool;
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

/// An operation and its parameters.
#[derive(Debug, Clone, Copy)]
pub struct ApiCall<'a> {
    /// The wire name.
    pub operation: &'a str,
    /// The parameters, with their types.
    pub parameters: &'a Map<String, Value>,
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

/// A request, ready to be sent.
#[derive(Clone)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole URL, query included, encoded.
    pub url: String,
    /// The headers to set.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// A response as it came.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The content type, or the empty text.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiResponse {
    /// The HTTP status.
    pub status: u16,
    /// The error code; none for a success.
    pub code: Option<String>,
    /// The error message, or the empty text.
    pub message: String,
    /// The fields of the answer; lists and objects as JSON.
    pub fields: Value,
    /// The form of the body that they came in.
    pub form: BodyForm,
    /// The content type that was given, or the empty text.
    pub content_type: String,
}

/// What kind of refusal a code is.
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

/// Why a call could not be put on the wire.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// A parameter that the wire can't carry.
    #[error("parameter `{name}` of {operation} is {found}, which the wire can't carry")]
    Parameter {
        /// The operation.
        operation: String,
        /// The parameter.
        name: String,
        /// What it is.
        found: &'static str,
    },
    /// The host is signed, and there is none.
    #[error("the endpoint `{endpoint}` has no host to sign for")]
    Endpoint {
        /// The URL of the endpoint.
        endpoint: String,
    },
    /// A value with line breaks or other characters that no header holds. The value itself may be a secret.
    #[error("the value of the header `{name}` has characters that no header can hold")]
    Header {
        /// The name of the header.
        name: &'static str,
    },
}

/// Why a response is no answer of the service.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// The body is something else.
    #[error("HTTP {status} with {content}, which is no answer of this service")]
    Content {
        /// The HTTP status.
        status: u16,
        /// What the body is, shortly.
        content: String,
    },
    /// An error without a code.
    #[error("HTTP {status} without an error code")]
    NoCode {
        /// The HTTP status.
        status: u16,
    },
}
