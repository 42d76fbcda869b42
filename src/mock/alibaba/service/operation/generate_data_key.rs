//! GenerateDataKey: random bytes, in clear and encrypted. They are not kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Definition;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::crypto::random;
use crate::mock::alibaba::service::data::{encrypting_key, finish_dry_run, read_context};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: PARAMETERS, rule: Rule::ONLY_ENABLED, run: |call| generate(call, true) };

pub(super) const PARAMETERS: &[&str] = &["KeyId", "KeySpec", "NumberOfBytes", "EncryptionContext", "DryRun"];

/// Answers a new data key; its plaintext only if asked for.
pub(super) fn generate(call: &Call<'_>, with_plaintext: bool) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let of_spec = call.choice(
        "KeySpec",
        |text| match text {
            "AES_256" => Some(32),
            "AES_128" => Some(16),
            _ => None,
        },
        32,
    )?;
    let of_spec = if call.deviates(Effect::DataKeyIgnoresSpec) { 32 } else { of_spec };
    let wanted = match call.integer("NumberOfBytes")? {
        None => of_spec,
        Some(number) => usize::try_from(number)
            .ok()
            .filter(|number| (1..=1024).contains(number) || call.deviates(Effect::LongDataKeyAccepted))
            .ok_or_else(|| Rejection::invalid_parameter("NumberOfBytes"))?,
    };
    let wanted = if call.deviates(Effect::DataKeyIgnoresNumber) { of_spec } else { wanted };
    let context = read_context(call, "EncryptionContext")?;
    let dry_run = call.boolean("DryRun")?;
    call.authorize()?;
    let key = encrypting_key(call, &reference)?;
    finish_dry_run(dry_run)?;

    let mut data_key = Zeroizing::new(vec![0; wanted]);
    if !call.deviates(Effect::DataKeysRepeat) {
        random(&mut data_key)?;
    }
    // Decrypt answers the Base64 text, so that is what gets encrypted.
    let plaintext = Zeroizing::new(STANDARD.encode(data_key.as_slice()));
    let ciphertext = key.cipher.encrypt(&key.version, &context, plaintext.as_bytes())?;
    let plaintext = if call.deviates(Effect::DataKeyDiffers) {
        random(&mut data_key)?;
        Zeroizing::new(STANDARD.encode(data_key.as_slice()))
    } else {
        plaintext
    };
    let mut answer = fields([
        ("CiphertextBlob", STANDARD.encode(ciphertext).into()),
        ("KeyId", key.id.into()),
        ("KeyVersionId", key.version.into()),
    ]);
    if with_plaintext || call.deviates(Effect::DataKeyShown) {
        answer.insert("Plaintext".to_owned(), plaintext.as_str().into());
    }
    Ok(answer)
}
