//! What stands before KMS: which operation a request is for, who sent it, and is the signature right.
//!
//! The checks come in the order of the API gateway as far as that is known: method, form, Action, Version, access key,
//! signature method, signature, timestamp, and only then whether the access key exists and has signed. A nonce is noted
//! after the signature proved right, so that nobody can use up the nonces of somebody else.

mod error;
mod nonces;
pub(super) mod signature;
mod time;
mod v1;
mod v3;

use http::Method;
use http::header::AUTHORIZATION;
use jiff::Timestamp;

pub use error::ErrorCodes;
pub(crate) use error::{ErrorParts, GatewayError};
pub(crate) use nonces::{NONCE_LIFE_SECONDS, Nonces};

use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::alibaba::wire::request::Scheme;
use crate::mock::host::request::Received;

const VERSION: &str = "2016-01-20";

/// The checks that need no signature: method, path, Action and Version. Returns the operation.
pub(crate) fn route(
    received: &Received,
    parameters: &Parameters<'_>,
    scheme: Scheme,
) -> Result<Operation, GatewayError> {
    // An SDK sends these headers along with a v1 signature too, so there they mean nothing.
    let (action, version) = match scheme {
        Scheme::V1 => (parameters.filled("Action"), parameters.filled("Version")),
        Scheme::V3 => (received.header("x-acs-action"), received.header("x-acs-version")),
        Scheme::Unsigned => (
            parameters.filled("Action").or_else(|| received.header("x-acs-action")),
            parameters.filled("Version").or_else(|| received.header("x-acs-version")),
        ),
    };

    let action = action.ok_or(GatewayError::Missing("Action"))?;
    let version = version.ok_or(GatewayError::Missing("Version"))?;

    if version != VERSION {
        return Err(GatewayError::Invalid("Version"));
    }
    action.parse().map_err(|_| GatewayError::UnknownAction)
}

/// Whether method and path are those of the API.
pub(crate) fn check_target(received: &Received) -> Result<(), GatewayError> {
    if received.method != Method::GET && received.method != Method::POST {
        return Err(GatewayError::UnsupportedMethod);
    }
    if !matches!(received.uri.path(), "/" | "") {
        return Err(GatewayError::UnknownPath);
    }
    Ok(())
}

/// The gateway at the time of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gateway<'a> {
    /// Who may sign requests.
    pub(crate) access_keys: &'a [AccessKey],
    /// Who a request without any signature counts as; nobody when absent.
    pub(crate) anonymous: Option<&'a AccessKey>,
    pub(crate) lenient_timestamps: bool,
    pub(crate) nonces: &'a Nonces,
    /// Real time.
    pub(crate) now: Timestamp,
}

/// What a request says of its sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'r> {
    pub(crate) received: &'r Received,
    pub(crate) parameters: &'r Parameters<'r>,
    pub(crate) scheme: Scheme,
    /// The digest of the body, which a V3 signature covers.
    pub(crate) body_digest: &'r str,
}

impl<'a> Gateway<'a> {
    /// Finds out who has sent the request, and takes care that it can't be sent again.
    pub(crate) fn admit(&self, claim: &Claim<'_>) -> Result<&'a AccessKey, GatewayError> {
        let key = self.identify(claim)?;
        self.use_nonce(claim, key)?;
        Ok(key)
    }

    /// Finds out who has signed the request.
    pub(crate) fn identify(&self, claim: &Claim<'_>) -> Result<&'a AccessKey, GatewayError> {
        match (claim.scheme, self.anonymous) {
            (Scheme::V3, _) => v3::identify(self, claim),
            (Scheme::Unsigned, Some(anonymous)) if !claim.received.headers.contains_key(AUTHORIZATION) => Ok(anonymous),
            // A request without any signature fails at the first parameter that v1 needs.
            (Scheme::V1 | Scheme::Unsigned, _) => v1::identify(self, claim),
        }
    }

    /// Notes the nonce of a request that is rightly signed.
    pub(crate) fn use_nonce(&self, claim: &Claim<'_>, key: &AccessKey) -> Result<(), GatewayError> {
        match claim.nonce() {
            // The KMS documents know no nonce and live clients of V1 went without one, so such a request may.
            None if claim.scheme == Scheme::V3 => Err(GatewayError::Missing("SignatureNonce")),
            Some(nonce) if !self.nonces.note(&key.id, nonce, self.now) => Err(GatewayError::NonceUsed),
            _ => Ok(()),
        }
    }

    /// The checks of an access key and its token, before the signature.
    fn find_access_key(&self, id: &str, token: Option<&str>) -> Result<&'a AccessKey, GatewayError> {
        let key = self.access_keys.iter().find(|key| key.id == id).ok_or(GatewayError::UnknownAccessKey)?;
        if !key.active {
            return Err(GatewayError::InactiveAccessKey);
        }

        match (&key.session, token) {
            (None, None) => Ok(key),
            (Some(_), None) => Err(GatewayError::MissingToken),
            (Some(session), Some(token)) if session.token.as_str() == token => {
                if session.expires <= self.now {
                    Err(GatewayError::ExpiredToken)
                } else {
                    Ok(key)
                }
            }
            // The token of another access key has an error code of its own.
            (_, Some(token)) => {
                let mut sessions = self.access_keys.iter().filter_map(|key| key.session.as_ref());
                let known = sessions.any(|session| session.token.as_str() == token);
                Err(if known { GatewayError::MismatchedToken } else { GatewayError::MalformedToken })
            }
        }
    }
}

impl<'r> Claim<'r> {
    /// The nonce, if there is one.
    pub(crate) fn nonce(&self) -> Option<&'r str> {
        match self.scheme {
            Scheme::V3 => self.header("x-acs-signature-nonce"),
            Scheme::V1 => self.parameters.filled("SignatureNonce"),
            Scheme::Unsigned => None,
        }
    }

    /// The id of the access key that the request says it is signed with.
    pub(crate) fn access_key_id(&self) -> Option<&'r str> {
        match self.scheme {
            Scheme::V3 => v3::access_key_id(self.received),
            Scheme::V1 | Scheme::Unsigned => self.parameters.filled("AccessKeyId"),
        }
    }

    /// The time at which the request says it was sent.
    pub(crate) fn timestamp(&self) -> Option<&'r str> {
        match self.scheme {
            Scheme::V3 => self.header("x-acs-date"),
            Scheme::V1 | Scheme::Unsigned => self.parameters.filled("Timestamp"),
        }
    }

    /// The digest that the request gives of its body, if it has to give one.
    pub(crate) fn claimed_digest(&self) -> Option<&'r str> {
        if self.scheme == Scheme::V3 { self.header("x-acs-content-sha256") } else { None }
    }

    fn header(&self, name: &str) -> Option<&'r str> {
        self.received.header(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests;
