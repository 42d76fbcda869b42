//! What the data operations have in common: finding the cipher, and reading contexts and ciphertext.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mock::alibaba::service::call::{Call, KeyReference, check_symmetric, find_key};
use crate::mock::alibaba::service::crypto::{Cipher, Ciphertext, EncryptionContext};
use crate::mock::alibaba::service::key::Version;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::mutation::Effect;

/// A key's version that may be used, taken out of the store: no lock is held while it works.
pub(crate) struct UsableKey {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) cipher: Arc<Cipher>,
}

/// The primary version of a key, named by id or alias, if its state allows the operation.
pub(crate) fn encrypting_key(call: &Call<'_>, reference: &KeyReference<'_>) -> Result<UsableKey, Rejection> {
    let mut tenant = call.tenant();
    let key = find_key(&tenant, reference)?;
    check_symmetric(key)?;
    call.check_state(key)?;
    // What is encrypted under a version must never outlive it.
    call.depend_on(key.saved_by);
    let answered = match reference {
        KeyReference::Alias(name) if call.deviates(Effect::AliasAnsweredForKeyId) => (*name).to_owned(),
        _ => key.id.clone(),
    };
    if let Some(Version { id: version, cipher: Some(cipher), .. }) = key.primary() {
        return Ok(UsableKey { id: answered, version: version.clone(), cipher: Arc::clone(cipher) });
    }
    let (id, spec) = (key.id.clone(), key.spec);
    let taken = tenant.change(&id, |key| {
        let version = key.versions.last_mut()?;
        Some(version.cipher(spec).map(|cipher| (version.id.clone(), cipher)))
    });
    let (version, cipher) = taken.flatten().ok_or_else(Rejection::key_version_not_found)??;
    Ok(UsableKey { id: answered, version, cipher })
}

/// The version that a ciphertext names, if the state of its key allows the operation.
pub(crate) fn decrypting_key(call: &Call<'_>, ciphertext: &Ciphertext) -> Result<UsableKey, Rejection> {
    let mut tenant = call.tenant();
    let id = tenant.key_of_version(&ciphertext.version).ok_or_else(Rejection::key_not_found)?.to_owned();
    let key = tenant.key(&id).ok_or_else(Rejection::key_not_found)?;
    check_symmetric(key)?;
    call.check_state(key)?;
    let version = key.versions.iter().find(|version| version.id == ciphertext.version);
    if let Some(Version { id: version, cipher: Some(cipher), .. }) = version {
        return Ok(UsableKey { id, version: version.clone(), cipher: Arc::clone(cipher) });
    }
    let spec = key.spec;
    let taken = tenant.change(&id, |key| {
        let version = key.versions.iter_mut().find(|version| version.id == ciphertext.version)?;
        Some(version.cipher(spec))
    });
    let cipher = taken.flatten().ok_or_else(Rejection::key_version_not_found)??;
    Ok(UsableKey { id, version: ciphertext.version.clone(), cipher })
}

/// The plaintext. AES-GCM does not tell a broken ciphertext from a wrong context, so the message blames the context
/// only if there is one.
pub(crate) fn open(
    call: &Call<'_>,
    key: &UsableKey,
    ciphertext: &Ciphertext,
    context: &EncryptionContext,
    context_name: &str,
) -> Result<String, Rejection> {
    let mut plaintext = key.cipher.decrypt(ciphertext, context);
    if plaintext.is_none() && call.deviates(Effect::DamagedCiphertextAccepted) {
        plaintext = ciphertext.repairs().find_map(|repaired| key.cipher.decrypt(&repaired, context));
    }
    plaintext
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
        Some(text) => {
            let parsed = EncryptionContext::parse(text);
            let overlooked = || call.deviates(Effect::AnyContextAccepted).then(EncryptionContext::default);
            let context = parsed.or_else(overlooked).ok_or_else(|| Rejection::invalid_parameter(name))?;
            let ignored = call.deviates(Effect::DecryptIgnoresContext)
                || (call.operation != Operation::Decrypt && call.deviates(Effect::EncryptIgnoresContext));
            Ok(if ignored { EncryptionContext::default() } else { context })
        }
    }
}

/// Ends a dry run, which succeeds by an error.
pub(crate) fn finish_dry_run(dry_run: bool) -> Result<(), Rejection> {
    if dry_run { Err(Rejection::dry_run()) } else { Ok(()) }
}
