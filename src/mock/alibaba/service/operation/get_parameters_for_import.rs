//! GetParametersForImport: a public key to wrap key material with, and the token that belongs to it. Works in every
//! state of an external key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::alibaba::service::call::{Call, check_external, find_key_by_id};
use crate::mock::alibaba::service::crypto::{ImportToken, WrappingAlgorithm};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::host::clock::{after, wire_time};
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "WrappingAlgorithm", "WrappingKeySpec"], rule: Rule::ALWAYS, run };

/// Seconds that a token is good for.
const TOKEN_LIFE: i64 = 24 * 3600;

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    let algorithm = call.required("WrappingAlgorithm")?;
    let spec = call.required("WrappingKeySpec")?;
    let reference = call.key_reference("KeyId")?;
    let algorithm =
        WrappingAlgorithm::from_wire(algorithm).ok_or_else(|| Rejection::invalid_parameter("WrappingAlgorithm"))?;
    if spec != "RSA_2048" {
        return Err(Rejection::invalid_parameter("WrappingKeySpec"));
    }
    call.authorize()?;
    let repeats = call.deviates(Effect::ImportParametersRepeat);
    let (id, last, since) = {
        let tenant = call.tenant();
        let key = find_key_by_id(call, &tenant, &reference)?;
        if !call.deviates(Effect::ImportParametersForAnyOrigin) {
            check_external(key)?;
        }
        call.check_state(key)?;
        if repeats { (key.id.clone(), None, key.created) } else { (key.id.clone(), key.wrapping_pair, call.now) }
    };
    let pair = call.service.wrapping_pairs.take(last, call.service.journal()).ok_or_else(Rejection::service_unavailable)?;
    call.tenant().change(&id, |key| {
        key.wrapping_pair = Some(pair.id);
        key.quirks.token_used = false;
    });
    let expires = after(since, TOKEN_LIFE);
    let told = if call.deviates(Effect::TokenExpiresInAWeek) { after(since, 7 * TOKEN_LIFE) } else { expires };
    let token = ImportToken { key_id: id.clone(), pair: pair.id, algorithm, expires };
    let sealer = &call.service.token_sealer;
    let token = if repeats { sealer.seal_alike(&token)? } else { sealer.seal(&token)? };
    Ok(fields([
        ("KeyId", id.into()),
        ("ImportToken", STANDARD.encode(token).into()),
        ("PublicKey", STANDARD.encode(&pair.public).into()),
        ("TokenExpireTime", wire_time(told).into()),
    ]))
}
