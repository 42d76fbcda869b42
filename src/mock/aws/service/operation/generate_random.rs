//! GenerateRandom: random bytes, of no key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use zeroize::Zeroizing;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::crypto::random;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["NumberOfBytes", "CustomKeyStoreId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, _: &mut Account<'_>) -> Result<Fields, Rejection> {
    let bytes = call.integer("NumberOfBytes", 1..=1024)?;
    let bytes = bytes.ok_or_else(|| Rejection::validation("NumberOfBytes is required."))?;
    if let Some(store) = call.text_of("CustomKeyStoreId", 1..=64)? {
        return Err(Rejection::custom_key_store_not_found(format!("Custom key store {store} does not exist.")));
    }
    call.authorize()?;

    let mut plaintext = Zeroizing::new(vec![0; usize::try_from(bytes).unwrap_or_default()]);
    random(&mut plaintext)?;
    Ok(fields([("Plaintext", STANDARD.encode(&plaintext).into())]))
}
