//! What the data operations have in common: finding the cipher, and reading contexts and ciphertext.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, check_symmetric, find_key};
use crate::mock::alibaba::service::crypto::{Cipher, Ciphertext, parse_context};
use crate::mock::alibaba::service::key::{Key, Version};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::context::EncryptionContext;

/// A key's version that may be used, taken out of the store: no lock is held while it works.
pub(crate) struct UsableKey {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) cipher: Arc<Cipher>,
}

impl UsableKey {
    /// A version of a key, by its id. In a state in which it may be used, a key has its material.
    fn of(key: &Key, version: Option<&Version>) -> Result<Self, Rejection> {
        let version = version.ok_or_else(Rejection::key_version_not_found)?;
        let cipher = version.cipher.as_ref().ok_or_else(Rejection::internal_failure)?;
        Ok(Self { id: key.id.clone(), version: version.id.clone(), cipher: Arc::clone(cipher) })
    }
}

/// The primary version of a key, named by id or alias, if its state allows the operation.
pub(crate) fn encrypting_key(
    call: &Call<'_>,
    account: &mut Account<'_>,
    reference: &KeyReference<'_>,
) -> Result<UsableKey, Rejection> {
    let (usable, saved_by) = account.read(|keys| {
        let key = find_key(keys, reference)?;
        check_symmetric(key)?;
        call.check_state(key)?;
        Ok::<_, Rejection>((UsableKey::of(key, key.primary())?, key.saved_by))
    })?;
    // What is encrypted under a version must never outlive it.
    account.depend_on(saved_by);
    Ok(usable)
}

/// The version that a ciphertext names, if the state of its key allows the operation.
pub(crate) fn decrypting_key(
    call: &Call<'_>,
    account: &mut Account<'_>,
    ciphertext: &Ciphertext,
) -> Result<UsableKey, Rejection> {
    account.read(|keys| {
        let id = keys.key_of(&ciphertext.version).ok_or_else(Rejection::key_not_found)?;
        let key = keys.key(id).ok_or_else(Rejection::key_not_found)?;
        check_symmetric(key)?;
        call.check_state(key)?;
        UsableKey::of(key, key.version(&ciphertext.version))
    })
}

/// The plaintext. AES-GCM fails alike for a broken ciphertext and for a wrong context, so the message blames the context
/// only if there is one.
pub(crate) fn open(
    key: &UsableKey,
    ciphertext: &Ciphertext,
    context: &EncryptionContext,
    context_name: &str,
) -> Result<String, Rejection> {
    key.cipher
        .decrypt(ciphertext, context)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Rejection::invalid_parameter(if context.is_empty() { "CiphertextBlob" } else { context_name }))
}

/// The required CiphertextBlob, taken apart.
pub(crate) fn read_ciphertext(call: &Call<'_>) -> Result<Ciphertext, Rejection> {
    const NAME: &str = "CiphertextBlob";
    let bytes = STANDARD.decode(call.required(NAME)?).map_err(|_| Rejection::invalid_parameter(NAME))?;
    Ciphertext::parse(&bytes)
        .ok_or_else(|| Rejection::invalid_parameter_because(NAME, ", ciphertext length too small."))
}

/// An EncryptionContext parameter; none given is the empty one.
pub(crate) fn read_context(call: &Call<'_>, name: &str) -> Result<EncryptionContext, Rejection> {
    match call.optional(name) {
        None => Ok(EncryptionContext::default()),
        Some(text) => parse_context(text).ok_or_else(|| Rejection::invalid_parameter(name)),
    }
}

/// Ends a dry run, which succeeds by an error.
pub(crate) fn finish_dry_run(dry_run: bool) -> Result<(), Rejection> {
    if dry_run { Err(Rejection::dry_run()) } else { Ok(()) }
}
