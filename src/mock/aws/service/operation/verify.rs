//! Verify: a signature that is wrong is an error, and not a false result.

use super::Definition;
use super::sign::Request;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::data::LONGEST_CIPHERTEXT;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "Message", "MessageType", "Signature", "SigningAlgorithm", "GrantTokens", "DryRun"],
    rule: Rule::USES,
    run,
};

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = Request::parse(call)?;
    let signature = call.required_blob("Signature", 1..=LONGEST_CIPHERTEXT)?;
    call.authorize()?;
    let (key, message) = request.prepare(call, account)?;
    let is_right = match key.material.as_ref() {
        KeyMaterial::Rsa(pair) => pair.verifies(request.algorithm, &message, &signature),
        KeyMaterial::Ecc(pair) => pair.verifies(&message, &signature),
        KeyMaterial::Symmetric(_) | KeyMaterial::Hmac(_) => false,
    };
    if !is_right {
        return Err(Rejection::invalid_signature());
    }
    Ok(fields([
        ("KeyId", key.arn.into()),
        ("SignatureValid", true.into()),
        ("SigningAlgorithm", request.algorithm.wire().into()),
    ]))
}
