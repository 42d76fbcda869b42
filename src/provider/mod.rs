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
//! * **Responses in another form than JSON** (XML, CBOR): [`Provider::decode`] makes the same fields of them, and
//!   [`Provider::redact_body`] a text that may be recorded.
//! * **Error shapes** (`__type` with a prefix, a `Response.Error` object, a header): [`Provider::decode`] finds code
//!   and message wherever they are and cuts them to the bare name. HTTP 400 for everything does no harm: nothing here
//!   decides by the status alone.
//! * **Expected outcomes that are sets, one code for several states** (AWS allows `DisabledException` or
//!   `KMSInvalidStateException` for a key that waits for deletion; Tencent has one code for all): a cell of
//!   `cases/` holds a list of outcomes, and behaviour that fits several states fits each of them.
//! * **More states and classes of keys** (AWS: eight states; imported, multi-Region, custom store): names in
//!   `cases/<provider>/kms.yaml`. A state that can't be reached offline has no route, so its cells are not run.
//! * **Other ends of the same transition** (AWS: CancelKeyDeletion ends in Disabled): rows of `transitions`.
//! * **Requests that are wrong on purpose** ([`Tamper`]): each dialect knows what a wrong signature looks like and what
//!   is too old; see there. Replays need nothing of it, since they are the same bytes again. A cloud that accepts
//!   replays (AWS) has no case that sends one.
//! * **Throttling under HTTP 400, other not-found codes**: [`Provider::classify`]; a header of the cloud's own that
//!   throttles: [`Provider::retry_hint`].
//! * **Other options, environment variables for credentials, hosts by region**: [`Declaration`].
//! * **Times as numbers** (AWS): [`ClockForm`].
//! * **Paging by marker instead of by number**: data of the case files, since it is said in parameters and fields.

pub mod alibaba;
mod aws;
mod body_form;
mod call;
mod choices;
mod clock_form;
mod credential_file;
mod declaration;
mod error;
mod examination;
mod http;
mod json;
mod profile;
mod rate_group;
mod redaction;
pub mod registry;
mod response;
mod retry_hint;
pub mod signing;
mod tamper;

use std::fmt;

use jiff::Timestamp;

pub use self::body_form::BodyForm;
pub use self::call::{ApiCall, Credentials, SigningContext};
pub use self::choices::{ChoiceError, Choices};
pub use self::clock_form::ClockForm;
pub use self::credential_file::{CredentialFileError, ReadSession, StoredCredentials};
pub use self::declaration::{CredentialVariables, Declaration, ExampleCredentials, OptionValue, ProviderOption};
pub use self::error::{DecodeError, EncodeError};
pub use self::examination::{Examination, KeyQuota, UNKNOWN_KEY};
pub use self::http::{HttpRequest, HttpResponse};
pub(crate) use self::json::parse_json;
pub use self::profile::{Profile, ProfileError, ProfileFiles, Variables};
pub use self::rate_group::RateGroup;
pub use self::redaction::{REDACTED, redact_form, redact_headers, redact_url};
pub use self::registry::{by_name, names};
pub use self::response::{ApiResponse, ErrorClass};
pub use self::retry_hint::RetryHint;
pub use self::tamper::Tamper;

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

    /// What was chosen of its options, by their names, where it is not the default.
    fn chosen(&self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// Builds and signs the request of a call, or one that is wrong as [`SigningContext::tamper`] says: everything else
    /// about it must be right, so that only this can be the reason of a rejection.
    ///
    /// # Errors
    ///
    /// When a parameter has a type that the wire can't carry, or a header can't hold what it must.
    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError>;

    /// Reads a response.
    ///
    /// # Errors
    ///
    /// When it is not a response of this service: another content, or an error without a code.
    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError>;

    /// What a response says about the next try.
    fn retry_hint(&self, response: &HttpResponse) -> RetryHint {
        RetryHint::standard(response)
    }

    /// When a response was made by the service's clock.
    fn time_of(&self, response: &HttpResponse) -> Option<Timestamp> {
        response.date()
    }

    /// A request as it may be recorded: the values of what is sensitive replaced by [`REDACTED`].
    fn redact_request(&self, request: &HttpRequest) -> HttpRequest;

    /// The body of a response as it may be recorded: in its own form, with the values of sensitive fields replaced by
    /// [`REDACTED`]. None where it is not a response of this service, for what an unknown text holds can't be known.
    fn redact_body(&self, response: &HttpResponse) -> Option<String>;

    /// The signature of a request that [`Provider::encode`] built, as it is before any encoding.
    fn signature_of(&self, request: &HttpRequest) -> Option<String>;

    /// The text that the signature of a request covers, made from the request as it was sent; none if it has no signature,
    /// or can't be compared.
    fn signed_text(&self, request: &HttpRequest) -> Option<String> {
        let _ = request;
        None
    }

    /// The text that a signature should have covered as the service says, which it may when it rejects one.
    fn signed_text_of_service(&self, response: &HttpResponse) -> Option<String> {
        let _ = response;
        None
    }

    /// What kind of rejection a code is.
    fn classify(&self, status: u16, code: &str) -> ErrorClass;

    /// Whether the value of this parameter, header or field must not be recorded: signatures, tokens, plaintexts,
    /// key material.
    fn is_sensitive(&self, name: &str) -> bool;
}
