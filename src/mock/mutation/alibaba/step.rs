//! The techniques of deviations: what can be done around an operation that knows nothing of it.
//!
//! A deviation gets a [`Step`] and runs the operation with it: once, or again with other parameters, or with the key made
//! to look otherwise for as long as it takes. The account is locked all the while.

use super::Deviation;
use super::marks::Marks;
use super::subject::subject;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::key::Key;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::rules::Rules;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;

/// What comes of a call.
pub(super) type Outcome = Result<Fields, Rejection>;

/// One deviation's place around a call.
pub(super) struct Step<'s> {
    pub(super) call: &'s Call<'s>,
    pub(super) marks: &'s Marks,
    /// The deviations inside of this one, the operation being innermost.
    pub(super) rest: &'s [&'s Deviation],
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
            Some((next, rest)) => next.around(&Step { call, marks: self.marks, rest }, account),
        }
    }

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

    /// The key that the call is about, if there is one.
    pub(super) fn subject(&self, account: &mut Account<'_>) -> Option<Key> {
        account.read(|keys| subject(self.call, keys).cloned())
    }

    /// Goes on, and changes the key after a success. `edit` gets the key as it was before, too.
    pub(super) fn and_edit(&self, account: &mut Account<'_>, edit: impl FnOnce(&mut Key, &Key)) -> Outcome {
        let before = self.subject(account);
        let response = self.run(account)?;
        if let Some(before) = before {
            account.write(|keys| keys.amend(&before.id, |key| edit(key, &before)));
        }
        Ok(response)
    }

    /// Goes on, and brings the key into another state after a success, if it was in `before` then.
    pub(super) fn and_move(&self, account: &mut Account<'_>, before: KeyState, to: KeyState) -> Outcome {
        let moves = self.subject(account).filter(|key| key.state == before);
        let response = self.run(account)?;
        if let Some(key) = moves {
            account.write(|keys| keys.change(&key.id, |key| key.state = to));
        }
        Ok(response)
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
        let before = account.read(Tenant::clone);
        let response = self.run(account)?;
        account.write(|keys| *keys = before);
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

    /// Does something while the key that the call is about looks otherwise. `alter` returns what `restore` needs to
    /// make it look as before.
    pub(super) fn pretending<T>(
        &self,
        account: &mut Account<'_>,
        alter: impl FnOnce(&mut Key) -> T,
        restore: impl FnOnce(&mut Key, T),
        work: impl FnOnce(&mut Account<'_>) -> Outcome,
    ) -> Outcome {
        let Some(key) = self.subject(account) else { return work(account) };
        let altered = account.write(|keys| keys.amend(&key.id, alter));

        let outcome = work(account);
        // Also after a rejection, which must leave the key as it was.
        if let Some(altered) = altered {
            account.write(|keys| keys.amend(&key.id, |key| restore(key, altered)));
        }

        outcome
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
