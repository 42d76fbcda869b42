//! Requests signed with HMAC-SHA1 over their parameters.

use jiff::Timestamp;

use super::GatewayError;
use super::Nonces;
use super::find_access_key;
use super::signature::{v1_is_right, v1_string_to_sign};
use super::time;
use crate::mock::alibaba::config::{AccessKey, AlibabaConfig};
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::host::request::Received;
use crate::mock::mutation::{Deviations, Effect};

pub(super) fn authenticate<'a>(
    config: &'a AlibabaConfig,
    nonces: &Nonces,
    deviations: &Deviations,
    received: &Received,
    parameters: &Parameters<'_>,
    now: Timestamp,
) -> Result<&'a AccessKey, GatewayError> {
    let required = |name| parameters.filled(name).ok_or(GatewayError::Missing(name));
    let has_foreign_authorization = received.headers.contains_key(http::header::AUTHORIZATION);
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
    time::check(required("Timestamp")?, config.lenient_timestamps, deviations, now)?;
    let key = find_access_key(config, deviations, id, parameters.filled("SecurityToken"), now)?;
    let signed = parameters.iter().filter(|(name, _)| *name != "Signature");
    let string_to_sign = v1_string_to_sign(received.method.as_str(), signed);
    if !v1_is_right(&key.secret, &string_to_sign, signature) && !deviations.has(Effect::SignatureNotChecked) {
        return Err(GatewayError::SignatureDoesNotMatch { string_to_sign });
    }
    // The KMS documents know no nonce and live clients went without one, so a request may.
    match parameters.filled("SignatureNonce") {
        Some(nonce) if !nonces.note(id, nonce, now) && !deviations.has(Effect::NonceReuseAccepted) => {
            Err(GatewayError::NonceUsed)
        }
        _ => Ok(key),
    }
}
