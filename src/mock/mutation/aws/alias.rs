//! Aliases.

use super::named::{Named, call};
use super::step::{Outcome, Step, has_code, is_for_state};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::{
    CreateAlias, DeleteAlias, DescribeKey, DisableKey, Encrypt, ListAliases, UpdateAlias,
};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call("create-alias-does-nothing", "CreateAlias succeeds and makes no alias", &[CreateAlias], |step, account| {
        step.and_undo(account)
    }),
    call(
        "update-alias-leaves-old-target",
        "UpdateAlias succeeds and the alias stays where it is",
        &[UpdateAlias],
        |step, account| step.and_undo(account),
    ),
    call("delete-alias-does-nothing", "DeleteAlias succeeds and the alias stays", &[DeleteAlias], |step, account| {
        step.and_undo(account)
    }),
    call(
        "delete-alias-removes-all",
        "DeleteAlias deletes the other aliases of the key too",
        &[DeleteAlias],
        delete_all,
    ),
    call("second-alias-moves", "CreateAlias moves an alias that another key has", &[CreateAlias], |step, account| {
        step.or(account, has_code("AlreadyExistsException"), |account| take_over(step, account))
    }),
    call(
        "refused-second-alias-moves",
        "a CreateAlias that is rejected because another key has the alias moves it",
        &[CreateAlias],
        |step, account| step.despite(account, has_code("AlreadyExistsException"), |account| take_over(step, account)),
    ),
    call(
        "unknown-alias-updated",
        "UpdateAlias of an alias that does not exist succeeds",
        &[UpdateAlias],
        |step, account| step.or(account, has_code("NotFoundException"), |_| Ok(Fields::new())),
    ),
    call(
        "unknown-alias-deleted",
        "DeleteAlias of an alias that does not exist succeeds",
        &[DeleteAlias],
        |step, account| step.or(account, has_code("NotFoundException"), |_| Ok(Fields::new())),
    ),
    call(
        "alias-moves-to-another-usage",
        "UpdateAlias moves an alias to a key of another usage",
        &[UpdateAlias],
        |step, account| step.or(account, has_code("ValidationException"), |account| take_over(step, account)),
    ),
    call(
        "bad-alias-name-accepted",
        "CreateAlias takes a name that an alias can't have",
        &[CreateAlias],
        |step, account| step.or(account, has_code("ValidationException"), |_| Ok(Fields::new())),
    ),
    call(
        "refused-create-alias-creates",
        "a CreateAlias that is rejected for the key's state makes the alias",
        &[CreateAlias],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "refused-update-alias-moves",
        "an UpdateAlias that is rejected for the key's state moves the alias",
        &[UpdateAlias],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call("describe-takes-no-alias", "DescribeKey knows a key by no alias", &[DescribeKey], |step, account| {
        without_names(step, account, &["alias/", ":alias/"])
    }),
    call(
        "describe-takes-no-alias-arn",
        "DescribeKey knows a key by no ARN of an alias",
        &[DescribeKey],
        |step, account| without_names(step, account, &[":alias/"]),
    ),
    call("encrypt-takes-no-alias", "Encrypt knows a key by no alias", &[Encrypt], |step, account| {
        without_names(step, account, &["alias/", ":alias/"])
    }),
    call("disable-takes-an-alias", "DisableKey knows a key by its alias", &[DisableKey], |step, account| {
        step.or(account, has_code("NotFoundException"), |account| match step.subject(account) {
            Some(key) => step.run_with("KeyId", key.id.into(), account),
            None => step.run(account),
        })
    }),
    call(
        "list-aliases-ignores-key",
        "ListAliases lists the aliases of all keys also where a key is named",
        &[ListAliases],
        |step, account| step.run_without("KeyId", account),
    ),
];

/// Moves the alias to the key that the call names.
fn take_over(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let (name, target) = (step.call.required("AliasName")?, step.call.key_reference("TargetKeyId")?);
    account.write(|keys| {
        let id = step.call.find_key(keys, &target)?.id.clone();
        keys.move_alias(name, &id);
        Ok(Fields::new())
    })
}

/// Does not find a key by names with one of these parts.
fn without_names(step: &Step<'_>, account: &mut Account<'_>, parts: &[&str]) -> Outcome {
    let name = step.call.text("KeyId")?.unwrap_or_default();
    let is_meant = |part: &&str| name.starts_with(*part) || part.starts_with(':') && name.contains(*part);
    if parts.iter().any(is_meant) {
        return Err(Rejection::not_found(format!("Invalid keyId '{name}'")));
    }
    step.run(account)
}

/// Goes on, and deletes all aliases of the key after a success.
fn delete_all(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let key = step.subject(account);
    let response = step.run(account)?;
    if let Some(key) = key {
        account.write(|keys| key.aliases.values().for_each(|name| keys.remove_alias(name)));
    }
    Ok(response)
}
