//! GenerateDataKeyPair: a new pair, its private key also encrypted under a symmetric key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use zeroize::Zeroizing;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::not_among;
use crate::mock::aws::service::crypto::EccPair;
use crate::mock::aws::service::data::{encrypt, symmetric_key};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{EncryptionAlgorithm, Family, KeySpec, OTHER_SPECS};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: PARAMETERS, rule: Rule::USES, run };

pub(super) const PARAMETERS: &[&str] = &["KeyId", "KeyPairSpec", "EncryptionContext", "GrantTokens", "DryRun"];

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    generate(call, account, true)
}

/// The response, with the private key in clear or without it.
pub(super) fn generate(call: &Call<'_>, account: &mut Account<'_>, with_plaintext: bool) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let spec = read_spec(call)?;
    let context = call.context("EncryptionContext")?;
    call.check_grant_tokens()?;
    call.authorize()?;
    let key = symmetric_key(call, account, &reference)?;
    call.finish_dry_run()?;

    let (private, public) = new_pair(call, spec)?;
    let ciphertext = encrypt(&key, EncryptionAlgorithm::Symmetric, &context, &private)?;
    let mut response = fields([("PrivateKeyCiphertextBlob", STANDARD.encode(ciphertext).into())]);
    if with_plaintext {
        response.insert("PrivateKeyPlaintext".to_owned(), STANDARD.encode(&private).into());
    }
    response.extend(fields([
        ("PublicKey", STANDARD.encode(public).into()),
        ("KeyId", key.arn.into()),
        ("KeyPairSpec", spec.wire().into()),
        ("KeyMaterialId", key.version.into()),
    ]));
    Ok(response)
}

/// The kind of the pair.
fn read_spec(call: &Call<'_>) -> Result<KeySpec, Rejection> {
    let text = call.required("KeyPairSpec")?;
    match KeySpec::from_wire(text).filter(|spec| spec.is_asymmetric()) {
        Some(spec) => Ok(spec),
        None if OTHER_SPECS.contains(&text) => {
            Err(Rejection::unsupported(format!("KeyPairSpec {text} is not supported in this region.")))
        }
        None => {
            let pairs = KeySpec::ALL.iter().filter(|spec| spec.is_asymmetric());
            Err(not_among("KeyPairSpec", text, &pairs.map(|spec| spec.wire()).collect::<Vec<_>>()))
        }
    }
}

/// The private key as PKCS #8, and the public one.
fn new_pair(call: &Call<'_>, spec: KeySpec) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), Rejection> {
    match spec.family() {
        Family::Rsa(size) => {
            let pair = call.new_pair(size)?;
            Ok((Zeroizing::new(pair.pkcs8().to_vec()), pair.public.clone()))
        }
        Family::Ecc(curve) => {
            let pair = EccPair::generate(curve).ok_or_else(Rejection::internal_failure)?;
            Ok((Zeroizing::new(pair.pkcs8().to_vec()), pair.public.clone()))
        }
        Family::Symmetric | Family::Hmac(_) => Err(Rejection::internal_failure()),
    }
}
