//! Sign: with the private key of an RSA pair or of one on an elliptic curve.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::crypto::{KeyMaterial, Message, MessageType};
use crate::mock::aws::service::data::{LONGEST_PLAINTEXT, UsableKey, usable_key};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{SigningAlgorithm, Usage};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "Message", "MessageType", "SigningAlgorithm", "GrantTokens", "DryRun"],
    rule: Rule::USES,
    run,
};

/// What is signed or verified, and how.
pub(super) struct Request<'a> {
    key: KeyReference<'a>,
    message: Vec<u8>,
    kind: MessageType,
    pub(super) algorithm: SigningAlgorithm,
}

impl<'a> Request<'a> {
    pub(super) fn parse(call: &Call<'a>) -> Result<Self, Rejection> {
        let key = call.key_reference("KeyId")?;
        let message = call.required_blob("Message", 1..=LONGEST_PLAINTEXT)?;
        let kind = call.choice("MessageType", MessageType::from_wire, MessageType::NAMES)?;
        let algorithm = call.choice("SigningAlgorithm", SigningAlgorithm::from_wire, SigningAlgorithm::NAMES)?;
        let algorithm = algorithm.ok_or_else(|| Rejection::missing("SigningAlgorithm"))?;
        call.check_grant_tokens()?;
        Ok(Self { key, message, kind: kind.unwrap_or(MessageType::Raw), algorithm })
    }

    /// The key and the message, if the key has the algorithm and its state allows the operation.
    pub(super) fn prepare(
        &self,
        call: &Call<'_>,
        account: &mut Account<'_>,
    ) -> Result<(UsableKey, Message), Rejection> {
        let key = usable_key(call, account, &self.key, Usage::SignVerify)?;
        if !key.spec.signing_algorithms().contains(&self.algorithm) {
            let (algorithm, spec) = (self.algorithm.wire(), key.spec.wire());
            let message = format!("Algorithm {algorithm} is incompatible with key spec {spec}.");
            return Err(Rejection::invalid_key_usage(message));
        }
        let message = Message::new(self.kind, &self.message, self.algorithm)?;
        call.finish_dry_run()?;
        Ok((key, message))
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = Request::parse(call)?;
    call.authorize()?;
    let (key, message) = request.prepare(call, account)?;
    let signature = match key.material.as_ref() {
        KeyMaterial::Rsa(pair) => pair.sign(request.algorithm, &message),
        KeyMaterial::Ecc(pair) => pair.sign(&message),
        KeyMaterial::Symmetric(_) | KeyMaterial::Hmac(_) => None,
    };
    let signature = signature.ok_or_else(Rejection::internal_failure)?;
    Ok(fields([
        ("KeyId", key.arn.into()),
        ("Signature", STANDARD.encode(signature).into()),
        ("SigningAlgorithm", request.algorithm.wire().into()),
    ]))
}
