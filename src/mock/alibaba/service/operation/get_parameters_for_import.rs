//! GetParametersForImport: a public key to wrap key material with, and the token that belongs to it. Works in every
//! state of an external key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, check_external, find_key_by_id};
use crate::mock::alibaba::service::crypto::{ImportToken, WrappingAlgorithm};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::clock::{after, wire_time};
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "WrappingAlgorithm", "WrappingKeySpec"], rule: Rule::ALWAYS, run };

/// Seconds that a token is good for.
const TOKEN_LIFE: i64 = 24 * 3600;

struct Request<'a> {
    key: KeyReference<'a>,
    algorithm: WrappingAlgorithm,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    let algorithm = call.required("WrappingAlgorithm")?;
    let spec = call.required("WrappingKeySpec")?;

    let key = call.key_reference("KeyId")?;
    let algorithm =
        WrappingAlgorithm::from_wire(algorithm).ok_or_else(|| Rejection::invalid_parameter("WrappingAlgorithm"))?;
    if spec != "RSA_2048" {
        return Err(Rejection::invalid_parameter("WrappingKeySpec"));
    }
    Ok(Request { key, algorithm })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    let (id, last) = account.read(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        check_external(key)?;
        call.check_state(key)?;
        Ok((key.id.clone(), key.wrapping_pair))
    })?;
    // Each call hands out another pair than the call before.
    let pair = call.tools.wrapping_pairs.take(last, call.tools.journal);
    let pair = pair.ok_or_else(Rejection::service_unavailable)?;
    account.write(|keys| keys.change(&id, |key| key.wrapping_pair = Some(pair.id)));

    let expires = after(call.now, TOKEN_LIFE);
    let token = ImportToken { key_id: id.clone(), pair: pair.id, algorithm: request.algorithm, expires };
    let token = call.tools.token_sealer.seal(&token)?;
    Ok(fields([
        ("KeyId", id.into()),
        ("ImportToken", STANDARD.encode(token).into()),
        ("PublicKey", STANDARD.encode(&pair.public).into()),
        ("TokenExpireTime", wire_time(expires).into()),
    ]))
}
