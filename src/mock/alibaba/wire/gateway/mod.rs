//! What stands before KMS: which operation is meant, who asks, and is the signature right.
//!
//! The checks come in the order of the API gateway as far as that is known: method, form, Action, Version, access key,
//! signature method, signature, timestamp, and only then whether the access key exists and has signed. A nonce is noted
//! after the signature proved right, so that nobody can use up the nonces of somebody else.

mod error;
mod nonces;
mod signature;
mod time;
mod v1;
mod v3;

use http::Method;
use http::header::AUTHORIZATION;
use jiff::Timestamp;

pub(crate) use error::{ErrorParts, GatewayError};
pub(crate) use nonces::{NONCE_LIFE_SECONDS, Nonces};
pub(super) use signature::V3_ALGORITHM;

use crate::mock::alibaba::config::{AccessKey, AlibabaConfig};
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::alibaba::wire::request::Scheme;
use crate::mock::host::request::Received;
use crate::mock::mutation::{Deviations, Effect};

const VERSION: &str = "2016-01-20";

/// The checks that need no signature: method, path, Action and Version. Answers the operation.
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

/// Finds out who has signed the request. `now` is real time.
pub(crate) fn authenticate<'a>(
    config: &'a AlibabaConfig,
    nonces: &Nonces,
    deviations: &Deviations,
    received: &Received,
    parameters: &Parameters<'_>,
    scheme: Scheme,
    now: Timestamp,
) -> Result<&'a AccessKey, GatewayError> {
    let deviant = if scheme == Scheme::Unsigned && deviations.has(Effect::UnsignedAccepted) {
        config.access_keys.first()
    } else {
        None
    };
    match (scheme, deviant.or(config.anonymous.as_ref())) {
        (Scheme::V3, _) => v3::authenticate(config, nonces, deviations, received, parameters, now),
        (Scheme::Unsigned, Some(anonymous)) if !received.headers.contains_key(AUTHORIZATION) => Ok(anonymous),
        // A request without any signature fails at the first parameter that v1 needs.
        (Scheme::V1 | Scheme::Unsigned, _) => v1::authenticate(config, nonces, deviations, received, parameters, now),
    }
}

/// Whose account a request has its effect in although it is refused, if the mock deviates so.
pub(crate) fn refused_in_vain<'a>(
    config: &'a AlibabaConfig,
    deviations: &Deviations,
    error: &GatewayError,
) -> Option<&'a AccessKey> {
    let effect = match error {
        GatewayError::SignatureDoesNotMatch { .. } => Effect::BadSignatureHasEffect,
        GatewayError::Missing("Signature" | "AccessKeyId") => Effect::UnsignedHasEffect,
        GatewayError::ExpiredTimestamp => Effect::WrongTimeHasEffect,
        GatewayError::NonceUsed => Effect::RefusedReplayHasEffect,
        GatewayError::UnknownAccessKey => Effect::UnknownAccessKeyHasEffect,
        _ => return None,
    };
    config.access_keys.first().filter(|_| deviations.has(effect))
}

/// The nonce of a request, if it has one.
pub(crate) fn nonce<'a>(received: &'a Received, parameters: &'a Parameters<'_>, scheme: Scheme) -> Option<&'a str> {
    match scheme {
        Scheme::V3 => received.header("x-acs-signature-nonce"),
        Scheme::V1 => parameters.filled("SignatureNonce"),
        Scheme::Unsigned => None,
    }
}

/// The checks of an access key and its token, before the signature.
fn find_access_key<'a>(
    config: &'a AlibabaConfig,
    deviations: &Deviations,
    id: &str,
    token: Option<&str>,
    now: Timestamp,
) -> Result<&'a AccessKey, GatewayError> {
    let known = config.access_keys.iter().find(|key| key.id == id);
    let overlooked = config.access_keys.first().filter(|_| deviations.has(Effect::UnknownAccessKeyAccepted));
    let key = known.or(overlooked).ok_or(GatewayError::UnknownAccessKey)?;
    if !key.active {
        return Err(GatewayError::InactiveAccessKey);
    }
    match (&key.session, token) {
        (None, None) => Ok(key),
        (Some(_), None) => Err(GatewayError::MissingToken),
        (Some(session), Some(token)) if session.token.as_str() == token => {
            if session.expires <= now {
                Err(GatewayError::ExpiredToken)
            } else {
                Ok(key)
            }
        }
        (_, Some(token)) => {
            let sessions = config.access_keys.iter().filter_map(|key| key.session.as_ref());
            let known = sessions.into_iter().any(|session| session.token.as_str() == token);
            Err(if known { GatewayError::MismatchedToken } else { GatewayError::MalformedToken })
        }
    }
}

#[cfg(test)]
mod tests;
