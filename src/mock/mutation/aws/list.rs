//! Lists and their pages.

use serde_json::Value;

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::{self, ListAliases, ListGrants, ListKeys, ListResourceTags};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::KeyState::{Disabled, PendingDeletion, PendingImport};
use crate::mock::host::response::Fields;

/// The lists that have pages.
const PAGED: &[Operation] = &[ListKeys, ListAliases, ListGrants, ListResourceTags];

pub(super) const DEVIATIONS: &[Named] = &[
    call("truncated-without-marker", "a page that is not the last has no NextMarker", PAGED, |step, account| {
        step.and_say(account, |response| {
            response.remove("NextMarker");
        })
    }),
    call("marker-without-truncated", "a page that is not the last says that it is", PAGED, |step, account| {
        step.and_say(account, |response| {
            response.insert("Truncated".to_owned(), false.into());
        })
    }),
    call("limit-is-ignored", "a page has as many entries as there are", PAGED, |step, account| {
        step.run_without("Limit", account)
    }),
    call("marker-is-ignored", "every page is the first one, whatever Marker is", PAGED, |step, account| {
        step.run_without("Marker", account)
    }),
    call(
        "pages-repeat",
        "every page is the first one, and leads to the next by another marker each time",
        PAGED,
        |step, account| {
            let marker = step.call.text("Marker")?.unwrap_or_default();
            let mut response = step.run_without("Marker", account)?;
            if let Some(next) = response.get_mut("NextMarker") {
                *next = format!("{marker}A").into();
            }
            Ok(response)
        },
    ),
    call("marker-is-rejected", "the marker of a further page is not valid", PAGED, |step, account| {
        match step.call.text("Marker")? {
            None => step.run(account),
            Some(_) => Err(Rejection::invalid_marker("Invalid marker.")),
        }
    }),
    call("list-keys-omits-one", "ListKeys omits the last entry of a page", &[ListKeys], |step, account| {
        omit_last(step, account, "Keys")
    }),
    call("list-aliases-omits-one", "ListAliases omits the last entry of a page", &[ListAliases], |step, account| {
        omit_last(step, account, "Aliases")
    }),
    call(
        "list-aliases-omits-disabled",
        "ListAliases does not list the aliases of keys that are Disabled",
        &[ListAliases],
        |step, account| omit_in(step, account, |state| state == Disabled),
    ),
    call(
        "list-aliases-omits-pending-deletion",
        "ListAliases does not list the aliases of keys that wait for their deletion",
        &[ListAliases],
        |step, account| omit_in(step, account, |state| state == PendingDeletion),
    ),
    call(
        "list-aliases-omits-pending-import",
        "ListAliases does not list the aliases of keys that wait for their material",
        &[ListAliases],
        |step, account| omit_in(step, account, |state| state == PendingImport),
    ),
];

fn entries<'r>(response: &'r mut Fields, name: &str) -> Option<&'r mut Vec<Value>> {
    response.get_mut(name).and_then(Value::as_array_mut)
}

fn omit_last(step: &Step<'_>, account: &mut Account<'_>, name: &str) -> Outcome {
    step.and_say(account, |response| {
        if let Some(entries) = entries(response, name) {
            entries.pop();
        }
    })
}

/// Omits the aliases of keys in a state.
fn omit_in(
    step: &Step<'_>,
    account: &mut Account<'_>,
    is_omitted: impl Fn(crate::mock::aws::service::state::KeyState) -> bool,
) -> Outcome {
    let mut response = step.run(account)?;
    account.read(|keys| {
        if let Some(entries) = entries(&mut response, "Aliases") {
            entries.retain(|entry| {
                let id = entry.get("TargetKeyId").and_then(Value::as_str).unwrap_or_default();
                !keys.key(id).is_some_and(|key| is_omitted(key.state))
            });
        }
    });
    Ok(response)
}
