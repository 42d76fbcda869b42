//! Deviations that have a name of their own: each is one value, with what it does beside its name.

use jiff::Timestamp;

use super::gate::Gate;
use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::host::identifier::Identifiers;

/// A deviation with a name of its own.
#[derive(Debug)]
pub struct Named {
    /// The name, which never changes.
    pub(super) name: &'static str,
    /// What happens, in one sentence without its end.
    pub(super) description: &'static str,
    pub(super) part: Part,
}

/// Where a deviation stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// Around calls of these operations; of all if there are none.
    Call(&'static [Operation], fn(&Step<'_>, &mut Account<'_>) -> Outcome),
    /// Around what happens to keys by itself.
    Time(fn(&TimeStep<'_>, &mut Tenant)),
    /// Before the operations, where it is found out who sent a request.
    Gate(Gate),
}

/// What happens to keys by itself until now, as far as it is not yet done by other deviations.
pub(super) struct TimeStep<'s> {
    pub(super) now: Timestamp,
    pub(super) identifiers: &'s Identifiers,
    pub(super) rest: &'s [fn(&TimeStep<'_>, &mut Tenant)],
}

impl TimeStep<'_> {
    /// Lets the rest happen.
    pub(super) fn pass(&self, keys: &mut Tenant) {
        match self.rest.split_first() {
            None => keys.settle(self.now, self.identifiers),
            Some((next, rest)) => next(&TimeStep { rest, ..*self }, keys),
        }
    }
}

/// A deviation around calls of these operations; of all if there are none.
pub(super) const fn call(
    name: &'static str,
    description: &'static str,
    operations: &'static [Operation],
    wrap: fn(&Step<'_>, &mut Account<'_>) -> Outcome,
) -> Named {
    Named { name, description, part: Part::Call(operations, wrap) }
}

/// A deviation around what happens by itself.
pub(super) const fn time(name: &'static str, description: &'static str, wrap: fn(&TimeStep<'_>, &mut Tenant)) -> Named {
    Named { name, description, part: Part::Time(wrap) }
}

/// A deviation of the gateway.
pub(super) const fn gate(name: &'static str, description: &'static str, gate: Gate) -> Named {
    Named { name, description, part: Part::Gate(gate) }
}

/// Each is known by its name.
impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Named {}
