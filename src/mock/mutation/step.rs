//! The techniques of deviations: what can be done around an operation that knows nothing of it.
//!
//! A deviation gets a [`Step`] and runs the operation with it: once, or again with other parameters, or with the key made
//! to look otherwise for as long as it takes. The account is locked all the while. What can be done with the parameters
//! of a cloud is added in the folder of the cloud.

use crate::mock::host::response::Fields;
use crate::mock::store::{Account, Holding, KeyRecord as _, Tenant};

/// A call of a cloud's service, as deviations see it.
pub(super) trait Wrapped {
    /// What the service locks.
    type Holding: Holding + Clone;
    type State: Copy + PartialEq;
    type Rejection;

    /// Whether an edit by a deviation counts as a change of the key's state, so that the key came into its state by it.
    const EDIT_IS_CHANGE: bool;

    /// Does what the call is for.
    fn run(&self, account: &mut Account<'_, Self::Holding>) -> Result<Fields, Self::Rejection>;

    /// The key that the call is about, if it names one that exists.
    fn subject<'k>(&self, keys: &'k Tenant<Key<Self>>) -> Option<&'k Key<Self>>;

    /// The state of a key.
    fn state(key: &Key<Self>) -> Self::State;

    /// Brings a key into a state.
    fn set_state(key: &mut Key<Self>, state: Self::State);
}

/// A deviation of a cloud, which stands around calls. `M` is what the deviations of the cloud remember.
pub(super) trait Wraps<C: Wrapped, M>: Sized {
    /// Stands around a call that it concerns.
    fn around(&self, step: &Step<'_, C, Self, M>, account: &mut Account<'_, C::Holding>) -> Outcome<C>;
}

/// The cloud's record of a key.
type Key<C> = <<C as Wrapped>::Holding as Holding>::Key;

/// What comes of a call.
type Outcome<C> = Result<Fields, <C as Wrapped>::Rejection>;

/// One deviation's place around a call.
pub(super) struct Step<'s, C, D, M = ()> {
    pub(super) call: &'s C,
    /// What deviations remember from one call to the next.
    pub(super) marks: &'s M,
    /// The deviations inside of this one, the operation being innermost.
    pub(super) rest: &'s [&'s D],
}

impl<C: Wrapped, D: Wraps<C, M>, M> Step<'_, C, D, M> {
    /// Goes on with the call.
    pub(super) fn run(&self, account: &mut Account<'_, C::Holding>) -> Outcome<C> {
        self.run_as(self.call, account)
    }

    /// Goes on with another call.
    pub(super) fn run_as(&self, call: &C, account: &mut Account<'_, C::Holding>) -> Outcome<C> {
        match self.rest.split_first() {
            None => call.run(account),
            Some((next, rest)) => next.around(&Step { call, marks: self.marks, rest }, account),
        }
    }

    /// The key that the call is about, if there is one.
    pub(super) fn subject(&self, account: &mut Account<'_, C::Holding>) -> Option<Key<C>> {
        account.read(|keys| self.call.subject(keys).cloned())
    }

    /// Goes on, and changes the key after a success. `edit` gets the key as it was before, too.
    pub(super) fn and_edit(
        &self,
        account: &mut Account<'_, C::Holding>,
        edit: impl FnOnce(&mut Key<C>, &Key<C>),
    ) -> Outcome<C> {
        let before = self.subject(account);
        let response = self.run(account)?;

        if let Some(before) = before {
            let id = before.id();
            account.write(|keys| match C::EDIT_IS_CHANGE {
                true => keys.change(id, |key| edit(key, &before)),
                false => keys.amend(id, |key| edit(key, &before)),
            });
        }
        Ok(response)
    }

    /// Goes on, and brings the key into another state after a success, if it was in `before` then.
    pub(super) fn and_move(&self, account: &mut Account<'_, C::Holding>, before: C::State, to: C::State) -> Outcome<C> {
        let moves = self.subject(account).filter(|key| C::state(key) == before);
        let response = self.run(account)?;

        if let Some(key) = moves {
            account.write(|keys| keys.change(key.id(), |key| C::set_state(key, to)));
        }
        Ok(response)
    }

    /// Goes on, and changes the response to a success.
    pub(super) fn and_say(&self, account: &mut Account<'_, C::Holding>, edit: impl FnOnce(&mut Fields)) -> Outcome<C> {
        let mut response = self.run(account)?;
        edit(&mut response);
        Ok(response)
    }

    /// Goes on, and takes back what a success has changed.
    pub(super) fn and_undo(&self, account: &mut Account<'_, C::Holding>) -> Outcome<C> {
        // All of it: which keys a call is going to touch is not known before.
        let before = account.write_all(|held| held.clone());
        let response = self.run(account)?;
        account.write_all(|held| *held = before);
        Ok(response)
    }

    /// Goes on. When it is rejected and `is_meant`, goes on otherwise, and that counts.
    pub(super) fn or(
        &self,
        account: &mut Account<'_, C::Holding>,
        is_meant: impl FnOnce(&C::Rejection) -> bool,
        otherwise: impl FnOnce(&mut Account<'_, C::Holding>) -> Outcome<C>,
    ) -> Outcome<C> {
        match self.run(account) {
            Err(rejection) if is_meant(&rejection) => otherwise(account),
            outcome => outcome,
        }
    }

    /// Goes on. When it is rejected and `is_meant`, goes on otherwise, and the rejection stays.
    pub(super) fn despite(
        &self,
        account: &mut Account<'_, C::Holding>,
        is_meant: impl FnOnce(&C::Rejection) -> bool,
        otherwise: impl FnOnce(&mut Account<'_, C::Holding>) -> Outcome<C>,
    ) -> Outcome<C> {
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
        account: &mut Account<'_, C::Holding>,
        alter: impl FnOnce(&mut Key<C>) -> T,
        restore: impl FnOnce(&mut Key<C>, T),
        work: impl FnOnce(&mut Account<'_, C::Holding>) -> Outcome<C>,
    ) -> Outcome<C> {
        let Some(key) = self.subject(account) else { return work(account) };
        let altered = account.write(|keys| keys.amend(key.id(), alter));

        let outcome = work(account);
        // Also after a rejection, which must leave the key as it was.
        if let Some(altered) = altered {
            account.write(|keys| keys.amend(key.id(), |key| restore(key, altered)));
        }

        outcome
    }
}
