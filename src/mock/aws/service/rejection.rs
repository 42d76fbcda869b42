//! The errors of the service: a name and a message. The status of all that clients cause is 400, as it was recorded,
//! whatever the model annotates.

use std::borrow::Cow;

use crate::mock::aws::service::key::Origin;

/// An error of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    /// Some errors have none.
    pub(crate) message: Cow<'static, str>,
}

/// Errors that have no fixed message.
macro_rules! with_message {
    ($($name:ident = $code:literal),* $(,)?) => {
        $(
            #[doc = concat!("A ", $code, ".")]
            pub(crate) fn $name(message: impl Into<Cow<'static, str>>) -> Self {
                Self::new($code, message)
            }
        )*
    };
}

impl Rejection {
    pub(crate) fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, code: code.into(), message: message.into() }
    }

    with_message! {
        validation = "ValidationException",
        serialization = "SerializationException",
        not_found = "NotFoundException",
        invalid_arn = "InvalidArnException",
        disabled = "DisabledException",
        invalid_state = "KMSInvalidStateException",
        unsupported = "UnsupportedOperationException",
        invalid_key_usage = "InvalidKeyUsageException",
        incorrect_key = "IncorrectKeyException",
        access_denied = "AccessDeniedException",
        already_exists = "AlreadyExistsException",
        not_authorized = "NotAuthorizedException",
        invalid_marker = "InvalidMarkerException",
        invalid_grant_token = "InvalidGrantTokenException",
        invalid_import_token = "InvalidImportTokenException",
        expired_import_token = "ExpiredImportTokenException",
        incorrect_key_material = "IncorrectKeyMaterialException",
        limit_exceeded = "LimitExceededException",
        malformed_policy = "MalformedPolicyDocumentException",
        tag = "TagException",
        custom_key_store_not_found = "CustomKeyStoreNotFoundException",
    }

    /// A value that does not satisfy a constraint of the model.
    pub(crate) fn constraint(name: &str, value: &str, constraint: &str) -> Self {
        let member = member(name);
        Self::validation(format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {constraint}"
        ))
    }

    /// A parameter that is required.
    pub(crate) fn missing(name: &str) -> Self {
        Self::constraint(name, "null", "Member must not be null")
    }

    /// The service says nothing about a ciphertext that it can't read.
    pub(crate) fn invalid_ciphertext() -> Self {
        Self::new("InvalidCiphertextException", "")
    }

    pub(crate) fn invalid_signature() -> Self {
        Self::new("KMSInvalidSignatureException", "")
    }

    pub(crate) fn invalid_mac() -> Self {
        Self::new("KMSInvalidMacException", "")
    }

    /// What a request with `DryRun` gets instead of a success.
    pub(crate) fn dry_run() -> Self {
        Self::new("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
    }

    /// An operation that keys of this origin never take part in.
    pub(crate) fn unsupported_origin(arn: &str, origin: Origin) -> Self {
        Self::unsupported(format!("{arn} origin is {} which is not valid for this operation.", origin.wire()))
    }

    pub(crate) fn internal_failure() -> Self {
        Self { status: 500, ..Self::new("KMSInternalException", "An internal error occurred.") }
    }

    pub(crate) fn unavailable() -> Self {
        Self { status: 503, ..Self::new("ServiceUnavailableException", "The service is unavailable. Please retry.") }
    }
}

/// The name of a field as messages have it: its first letter in lower case.
fn member(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
