//! The errors of the API gateway in front of KMS, each with its code there and in the KMS documents.

use std::borrow::Cow;

/// Whose codes a request gets that does not reach KMS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorCodes {
    /// Those of the API gateway, as seen in live responses.
    #[default]
    Gateway,
    /// Those of the error table in the KMS documents.
    Documented,
}

/// Why a request does not reach KMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GatewayError {
    UnsupportedMethod,
    UnknownPath,
    Undecodable,
    TooLarge,
    Missing(&'static str),
    Invalid(&'static str),
    UnknownAction,
    MalformedTimestamp,
    ExpiredTimestamp,
    UnknownAccessKey,
    InactiveAccessKey,
    MissingToken,
    MalformedToken,
    ExpiredToken,
    MismatchedToken,
    IncompleteSignature,
    SignatureDoesNotMatch { string_to_sign: String },
    NonceUsed,
}

/// Status, code and message.
pub(crate) type ErrorParts = (u16, Cow<'static, str>, Cow<'static, str>);

impl GatewayError {
    /// Status, code and message, with the codes of either source.
    pub(crate) fn parts(&self, codes: ErrorCodes) -> ErrorParts {
        match codes {
            ErrorCodes::Gateway => self.gateway(),
            ErrorCodes::Documented => self.documented().unwrap_or_else(|| self.gateway()),
        }
    }

    fn gateway(&self) -> ErrorParts {
        let fixed = |status, code: &'static str, message: &'static str| (status, code.into(), message.into());
        match self {
            Self::UnsupportedMethod => fixed(403, "UnsupportedHTTPMethod", "This http method is not supported."),
            Self::UnknownPath | Self::UnknownAction => {
                fixed(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
            }
            Self::Undecodable => {
                fixed(400, "InvalidParameter.Format", "The parameters of the request are not well formatted.")
            }
            // No source knows the limit or the code.
            Self::TooLarge => fixed(413, "RequestTooLarge", "The body of the request is too large."),
            Self::Missing(name) => {
                (400, format!("Missing{name}").into(), format!("{name} is mandatory for this action.").into())
            }
            Self::Invalid(name) => {
                (400, format!("Invalid{name}").into(), format!("Specified parameter {name} is not valid.").into())
            }
            Self::MalformedTimestamp => {
                fixed(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
            }
            Self::ExpiredTimestamp => {
                fixed(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
            }
            Self::UnknownAccessKey => fixed(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."),
            Self::InactiveAccessKey => fixed(400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."),
            Self::MissingToken => fixed(400, "MissingSecurityToken", "SecurityToken is mandatory for this action."),
            Self::MalformedToken => {
                fixed(400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
            }
            Self::ExpiredToken => fixed(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."),
            Self::MismatchedToken => fixed(
                400,
                "InvalidSecurityToken.MismatchWithAccessKey",
                "Specified SecurityToken mismatch with the AccessKey.",
            ),
            Self::IncompleteSignature => {
                fixed(400, "IncompleteSignature", "The request signature does not conform to Alibaba Cloud standards.")
            }
            // A client splits the message at the colon, so there must be one.
            Self::SignatureDoesNotMatch { string_to_sign } => (
                400,
                "SignatureDoesNotMatch".into(),
                format!(
                    "Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}"
                )
                .into(),
            ),
            Self::NonceUsed => fixed(400, "SignatureNonceUsed", "Specified signature nonce was used already."),
        }
    }

    /// What the KMS documents themselves say, where they have one.
    fn documented(&self) -> Option<ErrorParts> {
        let fixed = |status, code: &'static str, message: &'static str| Some((status, code.into(), message.into()));

        match self {
            Self::Undecodable => fixed(
                400,
                "ParseRequestParameterException",
                "Server parse parameters exception. Please check your input params.",
            ),
            Self::Missing("Signature") | Self::SignatureDoesNotMatch { .. } => {
                fixed(400, "IncompleteSignature", "The request signature does not conform to Alibaba Cloud standards.")
            }
            Self::Missing("Timestamp") | Self::MalformedTimestamp | Self::ExpiredTimestamp => fixed(
                400,
                "IllegalTimestamp",
                "The input parameter \"Timestamp\" that is required for processing this request is not supplied.",
            ),
            Self::Missing(name) => Some((
                400,
                "MissingParameter".into(),
                format!("The parameter \"{name}\" is needed but not provided.").into(),
            )),
            Self::Invalid(name) => Some((
                400,
                "InvalidParameter".into(),
                format!("The specified parameter \"{name}\" is not valid.").into(),
            )),
            Self::UnknownAction => fixed(400, "UnsupportedOperation", "This action is not supported."),
            Self::UnknownAccessKey => {
                fixed(404, "InvalidAccessKeyId.NotFound", "The AccessKey ID provided does not exist in our records.")
            }
            Self::InactiveAccessKey => fixed(403, "Forbidden.AccessKey", "This AccessKey is not enabled."),
            _ => None,
        }
    }
}
