//! GenerateDataKey: random bytes, and the same encrypted under a symmetric key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::crypto::random;
use crate::mock::aws::service::data::{encrypt, symmetric_key};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::EncryptionAlgorithm;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::names::wire_names;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: PARAMETERS, rule: Rule::USES, run };

pub(super) const PARAMETERS: &[&str] =
    &["KeyId", "KeySpec", "NumberOfBytes", "EncryptionContext", "GrantTokens", "DryRun"];

wire_names! {
    /// A length by its name.
    DataKeySpec { Aes256 = "AES_256", Aes128 = "AES_128" }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    generate(call, account, true)
}

/// The response, with the plaintext or without it.
pub(super) fn generate(call: &Call<'_>, account: &mut Account<'_>, with_plaintext: bool) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let bytes = read_length(call)?;
    let context = call.context("EncryptionContext")?;
    call.check_grant_tokens()?;
    call.authorize()?;
    let key = symmetric_key(call, account, &reference)?;
    call.finish_dry_run()?;

    let mut plaintext = Zeroizing::new(vec![0; bytes]);
    random(&mut plaintext)?;
    let ciphertext = encrypt(&key, EncryptionAlgorithm::Symmetric, &context, &plaintext)?;
    let mut response = fields([("CiphertextBlob", STANDARD.encode(ciphertext).into())]);
    if with_plaintext {
        response.insert("Plaintext".to_owned(), STANDARD.encode(&plaintext).into());
    }
    response.insert("KeyId".to_owned(), key.arn.into());
    response.insert("KeyMaterialId".to_owned(), key.version.into());
    Ok(response)
}

/// The length of the data key, which is given in one of two ways.
fn read_length(call: &Call<'_>) -> Result<usize, Rejection> {
    let spec = call.choice("KeySpec", DataKeySpec::from_wire, DataKeySpec::NAMES)?;
    let bytes = call.integer("NumberOfBytes", 1..=1024)?;
    match (spec, bytes) {
        (Some(DataKeySpec::Aes256), None) => Ok(32),
        (Some(DataKeySpec::Aes128), None) => Ok(16),
        (None, Some(bytes)) => usize::try_from(bytes).map_err(|_| Rejection::internal_failure()),
        _ => Err(Rejection::validation("Please specify either number of bytes or key spec.")),
    }
}
