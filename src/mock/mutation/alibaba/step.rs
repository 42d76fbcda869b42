//! The place of a deviation around a call of Alibaba Cloud KMS, and the techniques that take its parameters and rules.

use super::Deviation;
use super::marks::Marks;
use super::subject::subject;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::key::{Key, Tenant};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::rules::Rules;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;
use crate::mock::mutation::step::{self, Wrapped};

/// What comes of a call.
pub(super) type Outcome = Result<Fields, Rejection>;

/// One deviation's place around a call.
pub(super) type Step<'s> = step::Step<'s, Call<'s>, Deviation, Marks>;

impl Wrapped for Call<'_> {
    type Holding = Tenant;
    type State = KeyState;
    type Rejection = Rejection;

    // What a key came into its state by stays the operation.
    const EDIT_IS_CHANGE: bool = false;

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
    /// Goes on with another value of a parameter, or without it.
    pub(super) fn run_with(&self, name: &str, value: Option<&str>, account: &mut Account<'_>) -> Outcome {
        let parameters = self.call.parameters.with(name, value);
        self.run_as(&Call { parameters: &parameters, ..*self.call }, account)
    }

    /// Goes on with another row of the state table.
    pub(super) fn run_by_row(&self, row: Rule, account: &mut Account<'_>) -> Outcome {
        self.run_as(&Call { row, ..*self.call }, account)
    }

    /// Goes on by other rules.
    pub(super) fn run_by(&self, change: impl FnOnce(&mut Rules), account: &mut Account<'_>) -> Outcome {
        let mut rules = self.call.rules.clone();
        change(&mut rules);
        self.run_as(&Call { rules: &rules, ..*self.call }, account)
    }

    /// The name and the value of a parameter, if it is there.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.call.optional(name)
    }
}

/// Whether a rejection is one for the state of a key.
pub(super) fn is_for_state(rejection: &Rejection) -> bool {
    rejection.status == 409
}

/// Whether a rejection has this code.
pub(super) fn has_code(code: &str) -> impl FnOnce(&Rejection) -> bool {
    move |rejection| rejection.code == code
}

/// Whether a rejection says that this parameter is invalid.
pub(super) fn is_invalid(name: &str) -> impl Fn(&Rejection) -> bool {
    move |rejection| rejection.code == "InvalidParameter" && rejection.message.contains(name)
}
