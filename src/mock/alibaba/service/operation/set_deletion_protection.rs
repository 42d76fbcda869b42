//! SetDeletionProtection: guards a key against its deletion. No edition of the state table has this row; rejecting it
//! for a key that waits for its deletion is what the topic of the operation says, without naming a code.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["EnableDeletionProtection", "ProtectedResourceArn", "KeyId", "DeletionProtectionDescription"],
    rule: Rule::BEFORE_DELETION,
    run,
};

struct Request<'a> {
    key: KeyReference<'a>,
    /// The description of the protection; off if there is none.
    protection: Option<&'a str>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("EnableDeletionProtection")?;
    if call.optional("KeyId").is_none() {
        call.required("ProtectedResourceArn")?;
    }

    let enable = call.boolean("EnableDeletionProtection")?;
    let key = subject(call)?;
    let description = call.optional("DeletionProtectionDescription");
    if description.is_some() && !enable {
        return Err(Rejection::invalid_parameter("DeletionProtectionDescription"));
    }
    Ok(Request { key, protection: enable.then(|| description.unwrap_or_default()) })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;

        let id = key.id.clone();
        keys.change(&id, |key| key.deletion_protection = request.protection.map(str::to_owned));
        Ok(Fields::new())
    })
}

/// The key, by its Arn or its id; if both are there they must agree.
fn subject<'c>(call: &'c Call<'_>) -> Result<KeyReference<'c>, Rejection> {
    let Some(arn) = call.optional("ProtectedResourceArn") else { return call.key_reference("KeyId") };
    let invalid = || Rejection::invalid_parameter("ProtectedResourceArn");
    let reference = call.read_key_reference(arn).filter(|_| arn.starts_with("acs:kms:")).ok_or_else(invalid)?;
    match call.optional("KeyId") {
        Some(_) if call.key_reference("KeyId")? != reference => Err(invalid()),
        _ => Ok(reference),
    }
}
