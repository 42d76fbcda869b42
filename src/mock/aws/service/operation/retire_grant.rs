//! RetireGrant: by its token, or by its id and its key. Works in every state of the key.

use super::Definition;
use super::revoke_grant::remove;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::arn::{Arn, Resource};
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["GrantToken", "KeyId", "GrantId", "DryRun"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let token = call.text_of("GrantToken", 1..=8192)?;
    let reference = call.optional_reference("KeyId")?;
    let grant = call.text_of("GrantId", 1..=128)?;
    call.authorize()?;

    match (token, reference, grant) {
        (Some(token), None, None) => {
            let invalid = || Rejection::invalid_grant_token("Invalid token");
            let (arn, grant) = call.tools.sealer.open_grant_token(token).ok_or_else(invalid)?;
            match Arn::parse(&arn) {
                Some(Arn { region, account: of, resource: Resource::Key(id) })
                    if region == call.caller.region && of == call.caller.account =>
                {
                    remove(call, account, &KeyReference::Id(id), &grant)
                }
                _ => Err(invalid()),
            }
        }
        (None, Some(reference), Some(grant)) => remove(call, account, &reference, grant),
        _ => Err(Rejection::validation("Either a grant token, or a key ID and a grant ID, must be specified.")),
    }
}
