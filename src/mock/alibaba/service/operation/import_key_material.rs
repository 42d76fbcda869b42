//! ImportKeyMaterial: gives an external key its material, or the same material again. A key is bound to its first
//! material for ever, even after that was deleted or has expired.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, check_external, find_key_by_id};
use crate::mock::alibaba::service::crypto::Cipher;
use crate::mock::alibaba::service::key::KeySpec;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::clock::from_seconds;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "EncryptedKeyMaterial", "ImportToken", "KeyMaterialExpireUnix"],
    rule: Rule::MODIFIES_BEFORE_DELETION,
    run,
};

struct Request<'a> {
    key: KeyReference<'a>,
    wrapped: &'a str,
    token: &'a str,
    /// Never if there is none.
    expires: Option<Timestamp>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    let wrapped = call.required("EncryptedKeyMaterial")?;
    let token = call.required("ImportToken")?;

    let key = call.key_reference("KeyId")?;
    // By the document, zero and an absent value both mean that it never expires.
    let expires = call.integer("KeyMaterialExpireUnix")?.filter(|seconds| *seconds > 0);
    let expires = expires.map(|seconds| from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
    Ok(Request { key, wrapped, token, expires })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    let (id, spec) = account.read(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        check_external(key)?;
        call.check_state(key)?;
        Ok((key.id.clone(), key.spec))
    })?;
    if request.expires.is_some_and(|expires| expires <= call.now) {
        return Err(Rejection::invalid_parameter("KeyMaterialExpireUnix"));
    }
    // Between two transactions, for unwrapping takes a quarter of a millisecond.
    let material = unwrap_material(call, &id, spec, &request)?;
    let digest = Sha256::digest(material.as_slice()).into();
    let cipher = Arc::new(Cipher::new(&material)?);

    account.write(|keys| {
        let key = keys.key(&id).ok_or_else(Rejection::key_not_found)?;
        // Another request may have come between.
        call.check_state(key)?;
        if key.material.bound_to.is_some_and(|bound| bound != digest) {
            return Err(Rejection::invalid_key_material());
        }

        keys.change(&id, |key| key.take_material(cipher, digest, request.expires));
        Ok(Fields::new())
    })
}

/// Checks the token and unwraps the material that belongs to it.
fn unwrap_material(
    call: &Call<'_>,
    id: &str,
    spec: KeySpec,
    request: &Request<'_>,
) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    let sealed = STANDARD.decode(request.token).map_err(|_| Rejection::invalid_import_token())?;
    let token = call.tools.token_sealer.open(&sealed).filter(|token| token.key_id == id);
    let token = token.ok_or_else(Rejection::invalid_import_token)?;
    if token.expires <= call.now {
        return Err(Rejection::expired_import_token());
    }

    let pair = call.tools.wrapping_pairs.get(token.pair).ok_or_else(Rejection::invalid_import_token)?;
    let wrapped = STANDARD.decode(request.wrapped).map_err(|_| Rejection::invalid_key_material())?;
    let material = pair.unwrap_material(token.algorithm, &wrapped);
    material
        .filter(|material| Some(material.len()) == spec.material_bytes())
        .ok_or_else(Rejection::invalid_key_material)
}
