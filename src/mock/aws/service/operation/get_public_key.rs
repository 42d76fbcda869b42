//! GetPublicKey: the public key of an asymmetric key, and what it is for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::metadata::algorithms;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId", "GrantTokens"], rule: Rule::USES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.check_grant_tokens()?;
    call.authorize()?;

    let (response, saved_by) = account.read(|keys| {
        let key = call.find_key(keys, &reference)?;
        let arn = call.arn(&key.id);
        if !key.spec.is_asymmetric() {
            let message = format!("{arn} is {} and has no public key.", key.spec.wire());
            return Err(Rejection::unsupported(message));
        }
        call.check_state(key)?;

        let public = key.current().and_then(|version| version.material.public());
        let public = public.ok_or_else(Rejection::internal_failure)?;
        let mut response = fields([
            ("KeyId", arn.into()),
            ("PublicKey", STANDARD.encode(public).into()),
            ("CustomerMasterKeySpec", key.spec.wire().into()),
            ("KeySpec", key.spec.wire().into()),
            ("KeyUsage", key.usage.wire().into()),
        ]);
        response.extend(algorithms(key.spec, key.usage).map(|(name, value)| (name.to_owned(), value)));
        Ok((response, key.saved_by))
    })?;
    // What is encrypted with the public key must be of use.
    account.depend_on(saved_by);
    Ok(response)
}
