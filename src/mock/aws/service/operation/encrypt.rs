//! Encrypt: up to 4096 bytes under a symmetric key, less under an RSA key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::data::{
    LONGEST_PLAINTEXT, UsableKey, check_algorithm, encrypt, read_algorithm, read_context, usable_key,
};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{EncryptionAlgorithm, Family, Usage};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::context::EncryptionContext;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "Plaintext", "EncryptionContext", "EncryptionAlgorithm", "GrantTokens", "DryRun"],
    rule: Rule::USES,
    run,
};

struct Request<'a> {
    key: KeyReference<'a>,
    plaintext: Vec<u8>,
    algorithm: EncryptionAlgorithm,
    context: EncryptionContext,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let key = call.key_reference("KeyId")?;
    let plaintext = call.required_blob("Plaintext", 1..=LONGEST_PLAINTEXT)?;
    let algorithm = read_algorithm(call, "EncryptionAlgorithm")?;
    let context = read_context(call, "EncryptionContext", algorithm)?;
    call.check_grant_tokens()?;
    Ok(Request { key, plaintext, algorithm, context })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    let key = usable_key(call, account, &request.key, Usage::EncryptDecrypt)?;
    check_algorithm(call, key.spec, &key.arn, request.algorithm)?;
    check_length(&key, request.algorithm, &request.plaintext)?;
    call.finish_dry_run()?;

    let ciphertext = encrypt(&key, request.algorithm, &request.context, &request.plaintext)?;
    Ok(fields([
        ("CiphertextBlob", STANDARD.encode(ciphertext).into()),
        ("KeyId", key.arn.into()),
        ("EncryptionAlgorithm", request.algorithm.wire().into()),
    ]))
}

/// What an RSA key can encrypt depends on its size.
pub(super) fn check_length(key: &UsableKey, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Result<(), Rejection> {
    let Family::Rsa(size) = key.spec.family() else { return Ok(()) };
    let most = algorithm.longest_plaintext(size.bytes());
    if plaintext.len() <= most {
        return Ok(());
    }
    let (algorithm, spec) = (algorithm.wire(), key.spec.wire());
    Err(Rejection::validation(format!(
        "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {most} bytes."
    )))
}
