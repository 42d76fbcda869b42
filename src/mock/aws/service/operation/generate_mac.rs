//! GenerateMac: the authentication code of a message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::data::{LONGEST_PLAINTEXT, UsableKey, usable_key};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{Family, MacAlgorithm, Usage};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Message", "MacAlgorithm", "GrantTokens", "DryRun"], rule: Rule::USES, run };

/// What a code is made of, and how.
pub(super) struct Request<'a> {
    key: KeyReference<'a>,
    pub(super) message: Vec<u8>,
    pub(super) algorithm: MacAlgorithm,
}

impl<'a> Request<'a> {
    pub(super) fn parse(call: &Call<'a>) -> Result<Self, Rejection> {
        let key = call.key_reference("KeyId")?;
        let message = call.required_blob("Message", 1..=LONGEST_PLAINTEXT)?;
        let algorithm = call.choice("MacAlgorithm", MacAlgorithm::from_wire, MacAlgorithm::NAMES)?;
        let algorithm = algorithm.ok_or_else(|| Rejection::missing("MacAlgorithm"))?;
        call.check_grant_tokens()?;
        Ok(Self { key, message, algorithm })
    }

    /// The key, if it has the algorithm and its state allows the operation.
    pub(super) fn prepare(&self, call: &Call<'_>, account: &mut Account<'_>) -> Result<UsableKey, Rejection> {
        let key = usable_key(call, account, &self.key, Usage::GenerateVerifyMac)?;
        if key.spec.family() != Family::Hmac(self.algorithm) {
            let (algorithm, spec) = (self.algorithm.wire(), key.spec.wire());
            let message = format!("Algorithm {algorithm} is incompatible with key spec {spec}.");
            return Err(Rejection::invalid_key_usage(message));
        }
        call.finish_dry_run()?;
        Ok(key)
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = Request::parse(call)?;
    call.authorize()?;
    let key = request.prepare(call, account)?;
    let KeyMaterial::Hmac(material) = key.material.as_ref() else { return Err(Rejection::internal_failure()) };
    Ok(fields([
        ("Mac", STANDARD.encode(material.code(&request.message)).into()),
        ("MacAlgorithm", request.algorithm.wire().into()),
        ("KeyId", key.arn.into()),
    ]))
}
