//! Aliases.

use super::named::{Named, call};
use super::step::{Outcome, Step, has_code, is_invalid};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::{
    CreateAlias, DeleteAlias, Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ListAliases, UpdateAlias,
};
use crate::mock::alibaba::service::key::{Key, Tenant};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::KeyState::{Disabled, Enabled};
use crate::mock::host::response::Fields;
use crate::mock::locked;

pub(super) const DEVIATIONS: &[Named] = &[
    call("create-alias-does-nothing", "CreateAlias succeeds and makes no alias", &[CreateAlias], |step, account| {
        step.and_undo(account)
    }),
    call(
        "create-alias-takes-another",
        "CreateAlias moves an alias that another key has",
        &[CreateAlias],
        |step, account| step.or(account, has_code("AliasAlreadyExists"), |account| take_over(step, account)),
    ),
    call(
        "second-alias-replaces-first",
        "a new alias takes the place of those that the key has",
        &[CreateAlias],
        and_remove_former,
    ),
    call(
        "any-alias-name-accepted",
        "CreateAlias takes any text for the name of an alias",
        &[CreateAlias],
        |step, account| step.or(account, is_invalid("AliasName"), |account| make_by_any_name(step, account)),
    ),
    call("delete-alias-does-nothing", "DeleteAlias succeeds and the alias stays", &[DeleteAlias], |step, account| {
        step.and_undo(account)
    }),
    call(
        "delete-alias-deletes-another",
        "DeleteAlias deletes the other aliases of the key too",
        &[DeleteAlias],
        and_remove_former,
    ),
    call("delete-alias-disables-key", "DeleteAlias disables the key of the alias", &[DeleteAlias], |step, account| {
        step.and_move(account, Enabled, Disabled)
    }),
    call("unknown-alias-made", "UpdateAlias makes an alias that does not exist", &[UpdateAlias], |step, account| {
        step.or(account, has_code("Forbidden.AliasNotFound"), |account| {
            let key = step.subject(account).ok_or_else(Rejection::alias_not_found)?;
            account.write(|keys| keys.add_alias(step.parameter("AliasName").unwrap_or_default(), &key.id));
            Ok(Fields::new())
        })
    }),
    call(
        "update-alias-does-not-move",
        "UpdateAlias succeeds and the alias stays where it is",
        &[UpdateAlias],
        |step, account| step.and_undo(account),
    ),
    call(
        "update-alias-disables-old-key",
        "UpdateAlias disables the key that the alias leaves",
        &[UpdateAlias],
        |step, account| {
            let original = account.read(|keys| key_of_alias(step, keys).cloned());
            let response = step.run(account)?;
            if let Some(key) = original.filter(|key| key.state == Enabled) {
                account.write(|keys| keys.change(&key.id, |key| key.state = Disabled));
            }
            Ok(response)
        },
    ),
    call(
        "update-alias-leaves-it-on-both",
        "after UpdateAlias both keys have the alias",
        &[UpdateAlias, DeleteAlias, ListAliases],
        left_on_both,
    ),
    call(
        "alias-answered-for-key-id",
        "an operation that is given an alias responds with it as the KeyId",
        &[Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext],
        |step, account| {
            step.and_say(account, |response| {
                if let Some(alias) = step.parameter("KeyId").filter(|text| text.starts_with("alias/")) {
                    response.insert("KeyId".to_owned(), alias.into());
                }
            })
        },
    ),
];

/// Removes every alias of the key of a call.
pub(super) fn remove_aliases(step: &Step<'_>, account: &mut Account<'_>) {
    if let Some(key) = step.subject(account) {
        remove_all(&key, account);
    }
}

/// Goes on, and removes the aliases that the key had before.
fn and_remove_former(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let before = step.subject(account);
    let response = step.run(account)?;
    if let Some(key) = before {
        remove_all(&key, account);
    }
    Ok(response)
}

fn remove_all(key: &Key, account: &mut Account<'_>) {
    account.write(|keys| key.aliases.values().for_each(|name| keys.remove_alias(name)));
}

/// Moves the alias to the key, whichever key has it.
pub(super) fn take_over(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let key = step.subject(account).ok_or_else(Rejection::key_not_found)?;
    account.write(|keys| keys.move_alias(step.parameter("AliasName").unwrap_or_default(), &key.id));
    Ok(Fields::new())
}

/// Makes the alias although its name can't be one: under another name first, so that all else is checked.
pub(super) fn make_by_any_name(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    const STAND_IN: &str = "alias/stand-in-for-a-name-that-is-not-one";
    let response = step.run_with("AliasName", Some(STAND_IN), account)?;
    account.write(|keys| {
        if let Some(id) = keys.alias(STAND_IN).map(|alias| alias.key_id.clone()) {
            keys.remove_alias(STAND_IN);
            keys.add_alias(step.parameter("AliasName").unwrap_or_default(), &id);
        }
    });
    Ok(response)
}

/// The key that has the alias of a call.
pub(super) fn key_of_alias<'k>(step: &Step<'_>, keys: &'k Tenant) -> Option<&'k Key> {
    keys.key(&keys.alias(step.parameter("AliasName")?)?.key_id)
}

/// Lists aliases that have moved for the keys too that they were on, until they are deleted.
fn left_on_both(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    if step.call.operation == ListAliases {
        // Not under the lock: what stands inside may need it too.
        let left = locked(&step.marks.left_aliases).clone();
        return super::list::with_aliases(step, account, &left);
    }

    let name = step.parameter("AliasName").unwrap_or_default().to_owned();
    let original = account.read(|keys| key_of_alias(step, keys).map(|key| key.id.clone()));
    let response = step.run(account)?;
    let mut left = locked(&step.marks.left_aliases);
    match original {
        Some(id) if step.call.operation == UpdateAlias => left.push((name, id)),
        _ => left.retain(|(other, _)| *other != name),
    }
    Ok(response)
}
