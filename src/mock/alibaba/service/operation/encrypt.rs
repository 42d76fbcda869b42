//! Encrypt: at most 6 KB under an enabled key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::data::{encrypting_key, finish_dry_run, read_context};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Plaintext", "EncryptionContext", "DryRun"], rule: Rule::ONLY_ENABLED, run };

/// The most bytes of plaintext: of the decoded data when it is Base64, else of the text.
const MOST_PLAINTEXT_BYTES: usize = 6144;

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    let plaintext = call.required("Plaintext")?;
    let reference = call.key_reference("KeyId")?;
    let decoded = STANDARD.decode(plaintext);
    if decoded.is_err() && call.service.config.require_base64_plaintext {
        return Err(Rejection::invalid_parameter("Plaintext"));
    }
    if decoded.map_or(plaintext.len(), |data| data.len()) > MOST_PLAINTEXT_BYTES
        && !call.deviates(Effect::LongPlaintextAccepted)
    {
        return Err(Rejection::invalid_parameter("Plaintext"));
    }
    let context = read_context(call, "EncryptionContext")?;
    let dry_run = call.boolean("DryRun")?;
    call.authorize()?;
    let key = encrypting_key(call, &reference)?;
    finish_dry_run(dry_run)?;
    // The text itself is encrypted, not what it may be the Base64 of: the live service gave any text back unchanged.
    let ciphertext = key.cipher.encrypt(&key.version, &context, plaintext.as_bytes())?;
    Ok(fields([
        ("KeyId", key.id.into()),
        ("KeyVersionId", key.version.into()),
        ("CiphertextBlob", STANDARD.encode(ciphertext).into()),
    ]))
}
