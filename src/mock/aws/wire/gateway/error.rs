//! Why a request does not reach the service.

use crate::mock::aws::service::rejection::Rejection;

/// Why a request does not reach the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GatewayError {
    /// Nothing is signed.
    MissingToken,
    /// The signature lacks a part, named here in a sentence.
    Incomplete(String),
    /// The access key, or the token that came with it, is nobody's.
    UnknownAccessKey,
    ExpiredToken,
    WrongRegion,
    WrongService,
    /// The scope ends otherwise than it must.
    WrongTerminator,
    /// The day of the scope is not that of the request.
    WrongDay {
        scope: String,
        request: String,
    },
    /// It was signed too long ago, or in the future; the sentence says which.
    WrongTime(String),
    /// A header that has to be signed and is not.
    Unsigned(String),
    SignatureDoesNotMatch {
        canonical_request: String,
        string_to_sign: String,
    },
}

impl GatewayError {
    /// The error on the wire.
    pub(crate) fn rejection(&self) -> Rejection {
        const INVALID_SIGNATURE: &str = "InvalidSignatureException";
        match self {
            Self::MissingToken => Rejection::new("MissingAuthenticationTokenException", "Missing Authentication Token"),
            Self::Incomplete(sentence) => Rejection::new("IncompleteSignatureException", sentence.clone()),
            Self::UnknownAccessKey => {
                Rejection::new("UnrecognizedClientException", "The security token included in the request is invalid.")
            }
            Self::ExpiredToken => {
                Rejection::new("ExpiredTokenException", "The security token included in the request is expired")
            }
            Self::WrongRegion => Rejection::new(INVALID_SIGNATURE, "Credential should be scoped to a valid region."),
            Self::WrongService => {
                Rejection::new(INVALID_SIGNATURE, "Credential should be scoped to correct service: 'kms'.")
            }
            Self::WrongTerminator => Rejection::new(
                INVALID_SIGNATURE,
                "Credential should be scoped with a valid terminator: 'aws4_request'.",
            ),
            Self::WrongDay { scope, request } => Rejection::new(
                INVALID_SIGNATURE,
                format!(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                     '{scope}' != '{request}'."
                ),
            ),
            Self::WrongTime(sentence) => Rejection::new(INVALID_SIGNATURE, sentence.clone()),
            Self::Unsigned(name) => Rejection::new(
                INVALID_SIGNATURE,
                format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."),
            ),
            Self::SignatureDoesNotMatch { canonical_request, string_to_sign } => Rejection::new(
                INVALID_SIGNATURE,
                format!(
                    "The request signature we calculated does not match the signature you provided. Check your AWS \
                     Secret Access Key and signing method. Consult the service documentation for details.\n\n\
                     The Canonical String for this request should have been\n'{canonical_request}'\n\n\
                     The String-to-Sign should have been\n'{string_to_sign}'\n"
                ),
            ),
        }
    }
}
