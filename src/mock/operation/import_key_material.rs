//! ImportKeyMaterial: gives an external key its material, or the same material again. A key is bound to its first
//! material for ever, even after that was deleted or has expired.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, check_external, find_key_by_id};
use crate::mock::clock::from_seconds;
use crate::mock::crypto::Cipher;
use crate::mock::refusal::Refusal;
use crate::mock::state::{KeyState, Rule};
use crate::mock::store::KeySpec;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "EncryptedKeyMaterial", "ImportToken", "KeyMaterialExpireUnix"],
    rule: Rule::MODIFIES_BEFORE_DELETION,
    run,
};

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    call.required("KeyId")?;
    let wrapped = call.required("EncryptedKeyMaterial")?;
    let token = call.required("ImportToken")?;
    let reference = call.key_reference("KeyId")?;
    let expires = call.integer("KeyMaterialExpireUnix")?.filter(|seconds| *seconds > 0);
    let expires = expires.map(|seconds| from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
    call.authorize()?;

    let (id, spec) = {
        let tenant = call.tenant();
        let key = find_key_by_id(&tenant, &reference)?;
        check_external(key)?;
        call.check_state(key.state)?;
        (key.id.clone(), key.spec)
    };
    if expires.is_some_and(|expires| expires <= call.now) {
        return Err(Refusal::invalid_parameter("KeyMaterialExpireUnix"));
    }
    // Without the lock: unwrapping takes a quarter of a millisecond.
    let material = unwrap_material(call, &id, spec, token, wrapped)?;
    let digest: [u8; 32] = Sha256::digest(material.as_slice()).into();
    let cipher = Arc::new(Cipher::new(&material)?);

    let mut tenant = call.tenant();
    let key = tenant.key(&id).ok_or_else(Refusal::key_not_found)?;
    // Another request may have come between.
    call.check_state(key.state)?;
    if key.material.bound_to.is_some_and(|bound| bound != digest) {
        return Err(Refusal::invalid_key_material());
    }
    tenant.change(&id, |key| {
        key.material.bound_to = Some(digest);
        key.material.present = true;
        key.material.expires = expires;
        if let Some(version) = key.versions.last_mut() {
            version.cipher = Some(cipher);
        }
        if key.state == KeyState::PendingImport {
            key.state = KeyState::Enabled;
        }
    });
    Ok(Fields::new())
}

/// Checks the token and unwraps the material that belongs to it.
fn unwrap_material(
    call: &Call<'_>,
    id: &str,
    spec: KeySpec,
    token: &str,
    wrapped: &str,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let token = STANDARD.decode(token).ok().and_then(|sealed| call.service.token_sealer.open(&sealed));
    let token = token.filter(|token| token.key_id == id).ok_or_else(Refusal::invalid_import_token)?;
    if token.expires <= call.now {
        return Err(Refusal::expired_import_token());
    }
    let pair = call.service.wrapping_pair(token.pair).ok_or_else(Refusal::invalid_import_token)?;
    let wrapped = STANDARD.decode(wrapped).map_err(|_| Refusal::invalid_key_material())?;
    pair.unwrap_material(token.algorithm, &wrapped)
        .filter(|material| Some(material.len()) == spec.material_bytes())
        .ok_or_else(Refusal::invalid_key_material)
}
