//! What the operations that use a key have in common: finding the material, and reading ciphertext.

use std::sync::Arc;

use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::{Call, KeyReference};
use crate::mock::aws::service::crypto::{Ciphertext, KeyMaterial};
use crate::mock::aws::service::key::{Key, Version};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{EncryptionAlgorithm, KeySpec, Usage};
use crate::mock::host::context::EncryptionContext;

/// The most bytes of a plaintext, whatever the key.
pub(crate) const LONGEST_PLAINTEXT: usize = 4096;

/// The most bytes of a ciphertext.
pub(crate) const LONGEST_CIPHERTEXT: usize = 6144;

/// A key that may be used, taken out of the store: no lock is held while it works.
pub(crate) struct UsableKey {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) spec: KeySpec,
    pub(crate) version: String,
    pub(crate) material: Arc<KeyMaterial>,
}

impl UsableKey {
    /// A version of a key. In a state in which it may be used, a key has its material.
    fn of(call: &Call<'_>, key: &Key, version: Option<&Version>) -> Result<Self, Rejection> {
        let version = version.ok_or_else(Rejection::internal_failure)?;
        Ok(Self {
            id: key.id.clone(),
            arn: call.arn(&key.id),
            spec: key.spec,
            version: version.id.clone(),
            material: Arc::clone(&version.material),
        })
    }
}

/// Checks what a key is for, and then whether its state allows the operation.
pub(crate) fn check_use(call: &Call<'_>, key: &Key, usage: Usage) -> Result<(), Rejection> {
    if key.usage != usage {
        let message = format!(
            "{} key usage is {} which is not valid for {}.",
            call.arn(&key.id),
            key.usage.wire(),
            call.operation
        );
        return Err(Rejection::invalid_key_usage(message));
    }
    call.check_state(key)
}

/// The current version of a key, if the key is for this and its state allows the operation.
pub(crate) fn usable_key(
    call: &Call<'_>,
    account: &mut Account<'_>,
    reference: &KeyReference<'_>,
    usage: Usage,
) -> Result<UsableKey, Rejection> {
    let (usable, saved_by) = account.read(|keys| {
        let key = call.find_key(keys, reference)?;
        check_use(call, key, usage)?;
        Ok::<_, Rejection>((UsableKey::of(call, key, key.current())?, key.saved_by))
    })?;
    // What is made with a key must never outlive it.
    account.depend_on(saved_by);
    Ok(usable)
}

/// A symmetric key, for what data keys are encrypted with.
pub(crate) fn symmetric_key(
    call: &Call<'_>,
    account: &mut Account<'_>,
    reference: &KeyReference<'_>,
) -> Result<UsableKey, Rejection> {
    account.read(|keys| {
        let key = call.find_key(keys, reference)?;
        if key.spec == KeySpec::Symmetric {
            return Ok(());
        }
        let arn = call.arn(&key.id);
        let message = format!("{arn} key spec is {} which is not valid for {}.", key.spec.wire(), call.operation);
        Err(Rejection::invalid_key_usage(message))
    })?;
    usable_key(call, account, reference, Usage::EncryptDecrypt)
}

/// What is encrypted under a key.
pub(crate) fn encrypt(
    key: &UsableKey,
    algorithm: EncryptionAlgorithm,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Result<Vec<u8>, Rejection> {
    match key.material.as_ref() {
        KeyMaterial::Symmetric(cipher) => cipher.encrypt(&key.id, &key.version, context, plaintext),
        KeyMaterial::Rsa(pair) => pair.encrypt(algorithm, plaintext).ok_or_else(Rejection::internal_failure),
        KeyMaterial::Ecc(_) | KeyMaterial::Hmac(_) => Err(Rejection::internal_failure()),
    }
}

/// The algorithm of a request to encrypt, as one that a key of this kind has.
pub(crate) fn check_algorithm(
    call: &Call<'_>,
    spec: KeySpec,
    arn: &str,
    algorithm: EncryptionAlgorithm,
) -> Result<(), Rejection> {
    if spec.encryption_algorithms().contains(&algorithm) {
        return Ok(());
    }
    let message = format!(
        "Algorithm {} and key spec {} are incompatible for {} with {arn}.",
        algorithm.wire(),
        spec.wire(),
        call.operation
    );
    Err(Rejection::invalid_key_usage(message))
}

/// An encryption algorithm of a request; symmetric if there is none.
pub(crate) fn read_algorithm(call: &Call<'_>, name: &str) -> Result<EncryptionAlgorithm, Rejection> {
    let algorithm = call.choice(name, EncryptionAlgorithm::from_wire, EncryptionAlgorithm::NAMES)?;
    Ok(algorithm.unwrap_or(EncryptionAlgorithm::Symmetric))
}

/// An encryption context, which only symmetric keys have.
pub(crate) fn read_context(
    call: &Call<'_>,
    name: &str,
    algorithm: EncryptionAlgorithm,
) -> Result<EncryptionContext, Rejection> {
    let context = call.context(name)?;
    if algorithm != EncryptionAlgorithm::Symmetric && !context.is_empty() {
        let message = format!("{name} is not valid for the algorithm {}.", algorithm.wire());
        return Err(Rejection::validation(message));
    }
    Ok(context)
}

/// What is to be decrypted.
pub(crate) struct Encrypted<'a> {
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) algorithm: EncryptionAlgorithm,
    pub(crate) context: EncryptionContext,
    /// The key that is named; it may be absent for a symmetric one.
    pub(crate) key: Option<KeyReference<'a>>,
}

/// The key that has encrypted something, if its state allows the operation, and the plaintext.
pub(crate) fn decrypt(
    call: &Call<'_>,
    account: &mut Account<'_>,
    encrypted: &Encrypted<'_>,
) -> Result<(UsableKey, zeroize::Zeroizing<Vec<u8>>), Rejection> {
    if encrypted.algorithm != EncryptionAlgorithm::Symmetric {
        let reference = encrypted.key.ok_or_else(|| Rejection::missing("KeyId"))?;
        let key = usable_key(call, account, &reference, Usage::EncryptDecrypt)?;
        check_algorithm(call, key.spec, &key.arn, encrypted.algorithm)?;
        let plaintext = match key.material.as_ref() {
            KeyMaterial::Rsa(pair) => pair.decrypt(encrypted.algorithm, &encrypted.ciphertext),
            KeyMaterial::Symmetric(_) | KeyMaterial::Ecc(_) | KeyMaterial::Hmac(_) => None,
        };
        return Ok((key, plaintext.ok_or_else(Rejection::invalid_ciphertext)?));
    }

    let parsed = Ciphertext::parse(&encrypted.ciphertext).ok_or_else(Rejection::invalid_ciphertext)?;
    let key = account.read(|keys| {
        let named = encrypted.key.map(|reference| call.find_key(keys, &reference)).transpose()?;
        let is_other = |named: &Key| named.spec != KeySpec::Symmetric || named.id != parsed.key_id;
        if named.is_some_and(is_other) {
            let message = "The key ID in the request does not identify a CMK that can perform this operation.";
            return Err(Rejection::incorrect_key(message));
        }

        let key = call.find_key(keys, &KeyReference::Id(&parsed.key_id))?;
        call.check_state(key)?;
        // What is not a version of the key was changed on its way.
        let version = key.version(&parsed.version).ok_or_else(Rejection::invalid_ciphertext)?;
        UsableKey::of(call, key, Some(version))
    })?;
    let plaintext = match key.material.as_ref() {
        KeyMaterial::Symmetric(cipher) => cipher.decrypt(&parsed, &encrypted.context),
        KeyMaterial::Rsa(_) | KeyMaterial::Ecc(_) | KeyMaterial::Hmac(_) => None,
    };
    Ok((key, plaintext.ok_or_else(Rejection::invalid_ciphertext)?))
}
