//! GenerateDataKey: random bytes, in clear and encrypted. They are not kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference};
use crate::mock::alibaba::service::crypto::random;
use crate::mock::alibaba::service::data::{encrypting_key, finish_dry_run, read_context};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::context::EncryptionContext;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: PARAMETERS,
    rule: Rule::ONLY_ENABLED,
    run: |call, account| generate(call, account, Shown::PlaintextToo),
};

pub(super) const PARAMETERS: &[&str] = &["KeyId", "KeySpec", "NumberOfBytes", "EncryptionContext", "DryRun"];

/// What the response holds of a new data key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    PlaintextToo,
    CiphertextOnly,
}

struct Request<'a> {
    key: KeyReference<'a>,
    bytes: usize,
    context: EncryptionContext,
    dry_run: bool,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    let key = call.key_reference("KeyId")?;
    let of_spec = call.choice("KeySpec", bytes_of_spec, 32)?;
    let bytes = match call.integer("NumberOfBytes")? {
        None => of_spec,
        Some(number) => usize::try_from(number)
            .ok()
            .filter(|number| (1..=call.rules.longest_data_key).contains(number))
            .ok_or_else(|| Rejection::invalid_parameter("NumberOfBytes"))?,
    };
    let context = read_context(call, "EncryptionContext")?;
    Ok(Request { key, bytes, context, dry_run: call.boolean("DryRun")? })
}

fn bytes_of_spec(spec: &str) -> Option<usize> {
    match spec {
        "AES_256" => Some(32),
        "AES_128" => Some(16),
        _ => None,
    }
}

/// Responds with a new data key.
pub(super) fn generate(call: &Call<'_>, account: &mut Account<'_>, shown: Shown) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    let key = encrypting_key(call, account, &request.key)?;
    finish_dry_run(request.dry_run)?;

    let mut data_key = Zeroizing::new(vec![0; request.bytes]);
    random(&mut data_key)?;
    // Decrypt responds with the Base64 text, so that is what gets encrypted.
    let plaintext = Zeroizing::new(STANDARD.encode(data_key.as_slice()));
    let ciphertext = key.cipher.encrypt(&key.version, &request.context, plaintext.as_bytes())?;

    let mut response = fields([
        ("CiphertextBlob", STANDARD.encode(ciphertext).into()),
        ("KeyId", key.id.into()),
        ("KeyVersionId", key.version.into()),
    ]);
    if shown == Shown::PlaintextToo {
        response.insert("Plaintext".to_owned(), plaintext.as_str().into());
    }
    Ok(response)
}
