//! ImportKeyMaterial: gives an external key its material, or the same material again. A key is bound to its first
//! material for ever, even after that was deleted or has expired.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Definition;
use crate::mock::alibaba::service::call::{Call, check_external, find_key_by_id};
use crate::mock::alibaba::service::crypto::{Cipher, ImportToken, random};
use crate::mock::alibaba::service::key::KeySpec;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::host::clock::from_seconds;
use crate::mock::mutation::{AtExpiry, Effect};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "EncryptedKeyMaterial", "ImportToken", "KeyMaterialExpireUnix"],
    rule: Rule::MODIFIES_BEFORE_DELETION,
    run,
};

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    let wrapped = call.required("EncryptedKeyMaterial")?;
    let token = call.required("ImportToken")?;
    let reference = call.key_reference("KeyId")?;
    let expires = call.integer("KeyMaterialExpireUnix")?.filter(|seconds| *seconds > 0);
    let expires = expires.map(|seconds| from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
    call.authorize()?;

    let (id, spec) = {
        let tenant = call.tenant();
        let key = find_key_by_id(call, &tenant, &reference)?;
        if !call.deviates(Effect::ImportForAnyOrigin) {
            check_external(key)?;
        }
        call.check_state(key)?;
        (key.id.clone(), key.spec)
    };
    if expires.is_some_and(|expires| expires <= call.now) && !call.deviates(Effect::PastExpiryAccepted) {
        return Err(Rejection::invalid_parameter("KeyMaterialExpireUnix"));
    }
    // Without the lock: unwrapping takes a quarter of a millisecond.
    let material = match unwrap_material(call, &id, spec, token, wrapped) {
        Err(rejection) if call.deviates(Effect::FailedImportEnablesKey) => {
            call.tenant().change(&id, |key| key.state = KeyState::Enabled);
            return Err(rejection);
        }
        unwrapped => unwrapped?,
    };
    let digest: [u8; 32] = Sha256::digest(material.as_slice()).into();
    let cipher = Arc::new(Cipher::new(&material)?);

    let mut tenant = call.tenant();
    let key = tenant.key(&id).ok_or_else(Rejection::key_not_found)?;
    // Another request may have come between.
    call.check_state(key)?;
    if key.material.bound_to.is_some_and(|bound| bound != digest) && !call.deviates(Effect::OtherMaterialAccepted) {
        if call.deviates(Effect::FailedImportEnablesKey) {
            tenant.change(&id, |key| key.state = KeyState::Enabled);
        }
        return Err(Rejection::invalid_key_material());
    }
    if call.deviates(Effect::ImportDoesNothing) {
        return Ok(Fields::new());
    }
    let serves_once = call.deviates(Effect::TokenServesOnce);
    if serves_once && key.quirks.token_used {
        return Err(Rejection::invalid_import_token());
    }
    let deviates = |effect| call.deviates(effect);
    tenant.change(&id, |key| {
        if deviates(Effect::ReimportLosesCiphertexts) && key.material.bound_to.is_some() {
            key.lose_ciphertexts();
        } else if let Some(version) = key.versions.last_mut() {
            version.cipher = Some(cipher);
        }
        if !(deviates(Effect::ReimportKeepsExpiry) && key.material.present) {
            key.material.expires = expires.filter(|_| !deviates(Effect::ImportIgnoresExpiry));
        }
        key.material.bound_to = Some(digest);
        key.material.present = true;
        key.quirks.at_expiry = at_expiry(call);
        key.quirks.token_used = serves_once;
        if deviates(Effect::ImportLosesTags) {
            key.tags.clear();
        }
        key.state = match key.state {
            KeyState::PendingImport if key.quirks.disabled_by_import => KeyState::Disabled,
            KeyState::PendingImport if deviates(Effect::ImportLeavesDisabled) => KeyState::Disabled,
            KeyState::PendingImport => KeyState::Enabled,
            KeyState::Disabled if deviates(Effect::ImportEnablesDisabledKey) => KeyState::Enabled,
            other => other,
        };
    });
    Ok(Fields::new())
}

fn at_expiry(call: &Call<'_>) -> AtExpiry {
    match () {
        () if call.deviates(Effect::MaterialNeverExpires) => AtExpiry::Nothing,
        () if call.deviates(Effect::ExpiryCancelsDeletion) => AtExpiry::CancelDeletion,
        () if call.deviates(Effect::ExpiryLeavesDisabled) => AtExpiry::StayDisabled,
        () => AtExpiry::Wait,
    }
}

/// Checks the token and unwraps the material that belongs to it.
fn unwrap_material(
    call: &Call<'_>,
    id: &str,
    spec: KeySpec,
    token: &str,
    wrapped: &str,
) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    // No token is for a key that takes no material, so whoever takes such keys takes other tokens.
    let any = call.deviates(Effect::TokenOfAnotherKeyAccepted) || call.deviates(Effect::ImportForAnyOrigin);
    let own = |token: &ImportToken| token.key_id == id || any;
    let token = STANDARD.decode(token).ok().and_then(|sealed| open_token(call, &sealed)).filter(own);
    let token = token.ok_or_else(Rejection::invalid_import_token)?;
    if token.expires <= call.now && !call.deviates(Effect::ExpiredTokenAccepted) {
        return Err(Rejection::expired_import_token());
    }
    let pair = call.service.wrapping_pairs.get(token.pair).ok_or_else(Rejection::invalid_import_token)?;
    let wrapped = STANDARD.decode(wrapped).map_err(|_| Rejection::invalid_key_material())?;
    let wanted = spec.material_bytes().unwrap_or_default();
    let stretched = |mut material: Zeroizing<Vec<u8>>| {
        if material.len() < wanted && call.deviates(Effect::ShortMaterialAccepted) {
            material.resize(wanted, 0);
        }
        material
    };
    let material = pair
        .unwrap_material(token.algorithm, &wrapped)
        .map(stretched)
        .filter(|material| Some(material.len()) == spec.material_bytes());
    match material {
        None if call.deviates(Effect::DamagedMaterialAccepted) => {
            let mut invented = Zeroizing::new(vec![0; spec.material_bytes().unwrap_or_default()]);
            random(&mut invented)?;
            Ok(invented)
        }
        found => found.ok_or_else(Rejection::invalid_key_material),
    }
}

/// What a token says, if it was sealed here.
fn open_token(call: &Call<'_>, sealed: &[u8]) -> Option<ImportToken> {
    let sealer = &call.service.token_sealer;
    let opened = sealer.open(sealed);
    if opened.is_some() || !call.deviates(Effect::DamagedTokenAccepted) {
        return opened;
    }
    let (last, rest) = sealed.split_last()?;
    (0..=u8::MAX).find_map(|byte| sealer.open(&[rest, &[last ^ byte]].concat()))
}
