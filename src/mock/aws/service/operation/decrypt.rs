//! Decrypt: the key is the one that a symmetric ciphertext names; for an RSA key the request has to name it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::data::{Encrypted, LONGEST_CIPHERTEXT, decrypt, read_algorithm, read_context};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{EncryptionAlgorithm, KeySpec};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["CiphertextBlob", "KeyId", "EncryptionContext", "EncryptionAlgorithm", "GrantTokens", "DryRun"],
    rule: Rule::USES,
    run,
};

fn parse<'a>(call: &Call<'a>) -> Result<Encrypted<'a>, Rejection> {
    let ciphertext = call.required_blob("CiphertextBlob", 1..=LONGEST_CIPHERTEXT)?;
    let algorithm = read_algorithm(call, "EncryptionAlgorithm")?;
    let key = call.optional_reference("KeyId")?;
    let context = read_context(call, "EncryptionContext", algorithm)?;
    if key.is_none() && algorithm != EncryptionAlgorithm::Symmetric {
        return Err(Rejection::missing("KeyId"));
    }
    call.check_grant_tokens()?;
    Ok(Encrypted { ciphertext, algorithm, context, key })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    let (key, plaintext) = decrypt(call, account, &request)?;
    call.finish_dry_run()?;

    let mut response = fields([
        ("KeyId", key.arn.into()),
        ("Plaintext", STANDARD.encode(&plaintext).into()),
        ("EncryptionAlgorithm", request.algorithm.wire().into()),
    ]);
    if key.spec == KeySpec::Symmetric {
        response.insert("KeyMaterialId".to_owned(), key.version.into());
    }
    Ok(response)
}
