//! VerifyMac: a code that is wrong is an error, and not a false result.

use super::Definition;
use super::generate_mac::Request;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::data::LONGEST_CIPHERTEXT;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "Message", "MacAlgorithm", "Mac", "GrantTokens", "DryRun"],
    rule: Rule::USES,
    run,
};

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = Request::parse(call)?;
    let code = call.required_blob("Mac", 1..=LONGEST_CIPHERTEXT)?;
    call.authorize()?;
    let key = request.prepare(call, account)?;
    let KeyMaterial::Hmac(material) = key.material.as_ref() else { return Err(Rejection::internal_failure()) };
    if !material.verifies(&request.message, &code) {
        return Err(Rejection::invalid_mac());
    }
    Ok(fields([
        ("KeyId", key.arn.into()),
        ("MacValid", true.into()),
        ("MacAlgorithm", request.algorithm.wire().into()),
    ]))
}
