//! The place of a deviation around a call of AWS KMS, and the techniques that take its parameters.

use std::sync::Arc;

use serde_json::Value;

use super::Kind;
use super::subject::{subject, subjects};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::key::{Key, Tenant, Version};
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;
use crate::mock::mutation::step::{self, Wrapped};

/// What comes of a call.
pub(super) type Outcome = Result<Fields, Rejection>;

/// One deviation's place around a call.
pub(super) type Step<'s> = step::Step<'s, Call<'s>, Kind>;

impl Wrapped for Call<'_> {
    type Holding = Regions;
    type State = KeyState;
    type Rejection = Rejection;

    const EDIT_IS_CHANGE: bool = true;

    fn run(&self, account: &mut Account<'_>) -> Outcome {
        Call::run(self, account)
    }

    fn subject<'k>(&self, keys: &'k Tenant) -> Option<&'k Key> {
        subject(self, keys)
    }

    fn state(key: &Key) -> KeyState {
        key.state
    }

    fn set_state(key: &mut Key, state: KeyState) {
        key.state = state;
    }
}

impl Step<'_> {
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
