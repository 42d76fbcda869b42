//! Encrypt: at most 6 KB under an enabled key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference};
use crate::mock::alibaba::service::data::{encrypting_key, finish_dry_run, read_context};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::context::EncryptionContext;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Plaintext", "EncryptionContext", "DryRun"], rule: Rule::ONLY_ENABLED, run };

struct Request<'a> {
    key: KeyReference<'a>,
    plaintext: &'a str,
    context: EncryptionContext,
    dry_run: bool,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    let plaintext = call.required("Plaintext")?;
    let key = call.key_reference("KeyId")?;
    let decoded = STANDARD.decode(plaintext);
    if decoded.is_err() && call.rules.require_base64_plaintext {
        return Err(Rejection::invalid_parameter("Plaintext"));
    }
    if decoded.map_or(plaintext.len(), |data| data.len()) > call.rules.longest_plaintext {
        return Err(Rejection::invalid_parameter("Plaintext"));
    }

    let context = read_context(call, "EncryptionContext")?;
    Ok(Request { key, plaintext, context, dry_run: call.boolean("DryRun")? })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    let key = encrypting_key(call, account, &request.key)?;
    finish_dry_run(request.dry_run)?;

    // The text itself is encrypted, not what it may be the Base64 of: the live service gave any text back unchanged.
    let ciphertext = key.cipher.encrypt(&key.version, &request.context, request.plaintext.as_bytes())?;
    Ok(fields([
        ("KeyId", key.id.into()),
        ("KeyVersionId", key.version.into()),
        ("CiphertextBlob", STANDARD.encode(ciphertext).into()),
    ]))
}
