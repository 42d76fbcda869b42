//! The errors of KMS itself, from the topic "Responses" and what is known besides.

use std::borrow::Cow;

use crate::mock::alibaba::service::state::KeyState;

/// An error of KMS (the gateway in front of it has its own).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: Cow<'static, str>,
}

impl Rejection {
    pub(crate) const fn fixed(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code: Cow::Borrowed(code), message: Cow::Borrowed(message) }
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        let message = format!("The parameter \"{name}\" is needed but not provided.");
        Self { status: 400, code: "MissingParameter".into(), message: message.into() }
    }

    /// The live service names the parameter without quotes, unlike the documents.
    pub(crate) fn invalid_parameter(name: &str) -> Self {
        Self::invalid_parameter_because(name, ".")
    }

    /// `ending` follows the sentence about the parameter.
    pub(crate) fn invalid_parameter_because(name: &str, ending: &str) -> Self {
        let message = format!("The specified parameter {name} is not valid{ending}");
        Self { status: 400, code: "InvalidParameter".into(), message: message.into() }
    }

    pub(crate) const fn internal_failure() -> Self {
        Self::fixed(500, "InternalFailure", "Internal Failure.")
    }

    pub(crate) const fn service_unavailable() -> Self {
        Self::fixed(503, "ServiceUnavailableTemporary", "Service Unavailable Temporary.")
    }

    pub(crate) const fn throttled() -> Self {
        Self::fixed(429, "Rejected.Throttling", "QPS Limit Exceeded")
    }

    pub(crate) const fn key_not_found() -> Self {
        Self::fixed(404, "Forbidden.KeyNotFound", "The specified Key is not found.")
    }

    pub(crate) const fn key_version_not_found() -> Self {
        Self::fixed(404, "Forbidden.KeyVersionNotFound", "The specified Key version is not found.")
    }

    pub(crate) const fn alias_not_found() -> Self {
        Self::fixed(404, "Forbidden.AliasNotFound", "The specified Alias is not found.")
    }

    pub(crate) const fn no_permission() -> Self {
        Self::fixed(403, "Forbidden.NoPermission", "This operation is forbidden by permission system.")
    }

    pub(crate) const fn instance_not_found() -> Self {
        Self::fixed(403, "Forbidden.DKMSInstanceNotFound", "The specified DKMS instance is not found.")
    }

    pub(crate) const fn limit_exceeded() -> Self {
        Self::fixed(
            400,
            "Rejected.LimitExceeded",
            "The request was rejected because user create resource limit was exceeded.",
        )
    }

    pub(crate) const fn alias_already_exists() -> Self {
        Self::fixed(400, "AliasAlreadyExists", "AliasName Already Exists.")
    }

    pub(crate) const fn invalid_key_material() -> Self {
        Self::fixed(400, "InvalidKeyMaterial", "key material is invalid.")
    }

    pub(crate) const fn invalid_import_token() -> Self {
        Self::fixed(400, "InvalidImportToken", "import token is invalid.")
    }

    pub(crate) const fn expired_import_token() -> Self {
        Self::fixed(400, "ExpiredImportToken", "import token is expired.")
    }

    pub(crate) const fn unsupported_origin() -> Self {
        Self::fixed(400, "Unsupported.Origin", "This key origin is not valid for this api.")
    }

    pub(crate) const fn unsupported_alias() -> Self {
        Self::fixed(400, "Unsupported.Alias", "Alias is not valid for this api.")
    }

    pub(crate) const fn unsupported_protection_level() -> Self {
        Self::fixed(400, "Unsupported.ProtectionLevel", "This protection level is not valid for this region")
    }

    /// "Not for this key", as for data operations with an asymmetric key.
    pub(crate) const fn unsupported_operation() -> Self {
        Self::fixed(400, "UnsupportedOperation", "This action is not supported.")
    }

    /// The rejection of a new key version sooner than seven days after the last.
    pub(crate) const fn rejected_unsupported_operation() -> Self {
        Self::fixed(400, "Rejected.UnsupportedOperation", "Unsupported operation.")
    }

    /// What a request with `DryRun=true` gets instead of a success. No source gives the status.
    pub(crate) const fn dry_run() -> Self {
        Self::fixed(400, "DryRunOperationError", "The request would have succeeded, but the DryRun flag is set.")
    }

    pub(crate) const fn state_modified_failed() -> Self {
        Self::fixed(409, "Rejected.StateModifiedFailed", "Keystate modified failed.")
    }

    pub(crate) fn rejected(state: KeyState) -> Self {
        Self {
            status: 409,
            code: format!("Rejected.{state}").into(),
            message: format!("The request was rejected because the key state is {state}.").into(),
        }
    }
}
