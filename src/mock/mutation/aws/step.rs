//! The techniques of deviations: what can be done around an operation that knows nothing of it.
//!
//! A deviation gets a [`Step`] and runs the operation with it: once, or again with other parameters, or with the key made
//! to look otherwise for as long as it takes. The account is locked all the while.

use std::sync::Arc;

use serde_json::Value;

use super::Kind;
use super::subject::{subject, subjects};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::key::{Key, Version};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;

/// What comes of a call.
pub(super) type Outcome = Result<Fields, Rejection>;

/// One deviation's place around a call.
pub(super) struct Step<'s> {
    pub(super) call: &'s Call<'s>,
    /// The deviations inside of this one, the operation being innermost.
    pub(super) rest: &'s [&'s Kind],
}

impl Step<'_> {
    /// Goes on with the call.
    pub(super) fn run(&self, account: &mut Account<'_>) -> Outcome {
        self.run_as(self.call, account)
    }

    /// Goes on with another call.
    pub(super) fn run_as(&self, call: &Call<'_>, account: &mut Account<'_>) -> Outcome {
        match self.rest.split_first() {
            None => call.run(account),
            Some((next, rest)) => next.around(&Step { call, rest }, account),
        }
    }

    /// Goes on with another value of a parameter; with `Null`, without it.
    pub(super) fn run_with(&self, name: &str, value: Value, account: &mut Account<'_>) -> Outcome {
        let parameters = self.call.parameters.with(name, value);
        self.run_as(&Call { parameters: &parameters, ..*self.call }, account)
    }

    /// Goes on without a parameter.
    pub(super) fn run_without(&self, name: &str, account: &mut Account<'_>) -> Outcome {
        self.run_with(name, Value::Null, account)
    }

    /// Goes on with another row of the state table.
    pub(super) fn run_by_row(&self, row: Rule, account: &mut Account<'_>) -> Outcome {
        self.run_as(&Call { row, ..*self.call }, account)
    }

    /// The key that the call is about, if there is one.
    pub(super) fn subject(&self, account: &mut Account<'_>) -> Option<Key> {
        account.read(|keys| subject(self.call, keys).cloned())
    }

    /// Goes on, and changes the key after a success. `edit` gets the key as it was before, too.
    pub(super) fn and_edit(&self, account: &mut Account<'_>, edit: impl FnOnce(&mut Key, &Key)) -> Outcome {
        let before = self.subject(account);
        let response = self.run(account)?;
        if let Some(before) = before {
            account.write(|keys| keys.change(&before.id, |key| edit(key, &before)));
        }
        Ok(response)
    }

    /// Goes on, and brings the key into another state after a success, if it was in `before` then.
    pub(super) fn and_move(&self, account: &mut Account<'_>, before: KeyState, to: KeyState) -> Outcome {
        self.and_edit(account, |key, former| {
            if former.state == before {
                key.state = to;
            }
        })
    }

    /// Goes on, and changes the response to a success.
    pub(super) fn and_say(&self, account: &mut Account<'_>, edit: impl FnOnce(&mut Fields)) -> Outcome {
        let mut response = self.run(account)?;
        edit(&mut response);
        Ok(response)
    }

    /// Goes on, and takes back what a success has changed.
    pub(super) fn and_undo(&self, account: &mut Account<'_>) -> Outcome {
        // All of it: which keys a call is going to touch is not known before.
        let before = account.write_all(|regions| regions.clone());
        let response = self.run(account)?;
        account.write_all(|regions| *regions = before);
        Ok(response)
    }

    /// Goes on. When it is rejected and `is_meant`, goes on otherwise, and that counts.
    pub(super) fn or(
        &self,
        account: &mut Account<'_>,
        is_meant: impl FnOnce(&Rejection) -> bool,
        otherwise: impl FnOnce(&mut Account<'_>) -> Outcome,
    ) -> Outcome {
        match self.run(account) {
            Err(rejection) if is_meant(&rejection) => otherwise(account),
            outcome => outcome,
        }
    }

    /// Goes on. When it is rejected and `is_meant`, goes on otherwise, and the rejection stays.
    pub(super) fn despite(
        &self,
        account: &mut Account<'_>,
        is_meant: impl FnOnce(&Rejection) -> bool,
        otherwise: impl FnOnce(&mut Account<'_>) -> Outcome,
    ) -> Outcome {
        let outcome = self.run(account);
        if outcome.as_ref().is_err_and(is_meant) {
            // What comes of it is not shown.
            let _ = otherwise(account);
        }
        outcome
    }

    /// Does something while the keys of the call that never had material have some.
    pub(super) fn with_material(
        &self,
        account: &mut Account<'_>,
        work: impl FnOnce(&mut Account<'_>) -> Outcome,
    ) -> Outcome {
        let bare: Vec<String> = account.read(|keys| {
            subjects(self.call, keys).filter(|key| key.versions.is_empty()).map(|key| key.id.clone()).collect()
        });
        for id in &bare {
            let material = Arc::new(KeyMaterial::symmetric()?);
            let version = Version { id: material.id(id), created: self.call.now, rotation: None, material };
            account.write(|keys| keys.amend(id, |key| key.versions.push(version)));
        }

        let outcome = work(account);
        for id in &bare {
            // An import is bound to what it brought.
            account.write(|keys| {
                keys.amend(id, |key| {
                    if key.import.bound_to.is_none() {
                        key.versions.clear();
                    }
                })
            });
        }
        outcome
    }
}

/// Whether a rejection is one for the state of a key.
pub(super) fn is_for_state(rejection: &Rejection) -> bool {
    ["DisabledException", "KMSInvalidStateException"].contains(&rejection.code.as_ref())
}

/// Whether a rejection has this code.
pub(super) fn has_code(code: &str) -> impl Fn(&Rejection) -> bool {
    move |rejection| rejection.code == code
}
