//! Decrypt: the key is the one that the ciphertext names, and its state counts.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::data::{decrypting_key, finish_dry_run, open, read_ciphertext, read_context};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["CiphertextBlob", "EncryptionContext", "DryRun"], rule: Rule::ONLY_ENABLED, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let ciphertext = read_ciphertext(call)?;
    let context = read_context(call, "EncryptionContext")?;
    let dry_run = call.boolean("DryRun")?;
    call.authorize()?;

    let key = decrypting_key(call, account, &ciphertext)?;
    let plaintext = open(&key, &ciphertext, &context, "EncryptionContext")?;
    finish_dry_run(dry_run)?;
    Ok(fields([("KeyId", key.id.into()), ("KeyVersionId", key.version.into()), ("Plaintext", plaintext.into())]))
}
