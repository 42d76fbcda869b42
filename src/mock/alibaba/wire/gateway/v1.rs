//! Requests signed with HMAC-SHA1 over their parameters.

use super::signature::{v1_is_right, v1_string_to_sign};
use super::time;
use super::{Claim, Gateway, GatewayError};
use crate::mock::alibaba::access_key::AccessKey;

/// Finds out who has signed the request.
pub(super) fn identify<'a>(gateway: &Gateway<'a>, claim: &Claim<'_>) -> Result<&'a AccessKey, GatewayError> {
    let Claim { received, parameters, .. } = claim;
    let required = |name| parameters.filled(name).ok_or(GatewayError::Missing(name));
    let has_foreign_authorization = received.headers.contains_key(http::header::AUTHORIZATION);
    // The header is of a scheme that is not known here: to call its parameters missing would mislead.
    if has_foreign_authorization && parameters.get("Signature").is_none() {
        return Err(GatewayError::IncompleteSignature);
    }

    let id = required("AccessKeyId")?;
    if required("SignatureMethod")? != "HMAC-SHA1" {
        return Err(GatewayError::Invalid("SignatureMethod"));
    }
    if required("SignatureVersion")? != "1.0" {
        return Err(GatewayError::Invalid("SignatureVersion"));
    }
    let signature = required("Signature")?;
    time::check(required("Timestamp")?, gateway)?;

    let key = gateway.find_access_key(id, parameters.filled("SecurityToken"))?;
    let signed = parameters.iter().filter(|(name, _)| *name != "Signature");
    let string_to_sign = v1_string_to_sign(received.method.as_str(), signed);
    if !v1_is_right(&key.secret, &string_to_sign, signature) {
        return Err(GatewayError::SignatureDoesNotMatch { string_to_sign });
    }
    Ok(key)
}
