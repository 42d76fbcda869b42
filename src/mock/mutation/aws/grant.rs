//! Grants and policies.

use super::named::{Named, call};
use super::step::is_for_state;
use crate::mock::aws::service::api::Operation::{CreateGrant, ListGrants, ListKeyPolicies, RetireGrant, RevokeGrant};
use crate::mock::aws::service::state::Rule;

pub(super) const DEVIATIONS: &[Named] = &[
    call("create-grant-does-nothing", "CreateGrant succeeds and makes no grant", &[CreateGrant], |step, account| {
        step.and_undo(account)
    }),
    call("revoke-does-nothing", "RevokeGrant succeeds and the grant stays", &[RevokeGrant], |step, account| {
        step.and_undo(account)
    }),
    call(
        "revoke-removes-all",
        "RevokeGrant removes the other grants of the key too",
        &[RevokeGrant],
        |step, account| step.and_edit(account, |key, _| key.grants.clear()),
    ),
    call("retire-does-nothing", "RetireGrant succeeds and the grant stays", &[RetireGrant], |step, account| {
        step.and_undo(account)
    }),
    call("list-grants-is-empty", "ListGrants lists no grant", &[ListGrants], |step, account| {
        step.and_say(account, |response| {
            response.insert("Grants".to_owned(), Vec::<String>::new().into());
        })
    }),
    call("refused-grant-made", "a CreateGrant that is rejected makes the grant", &[CreateGrant], |step, account| {
        step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account))
    }),
    call("list-policies-is-empty", "ListKeyPolicies lists no policy", &[ListKeyPolicies], |step, account| {
        step.and_say(account, |response| {
            response.insert("PolicyNames".to_owned(), Vec::<String>::new().into());
        })
    }),
];
