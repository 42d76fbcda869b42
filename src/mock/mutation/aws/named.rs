//! Deviations that have a name of their own: each is one value, with what it does beside its name.

use jiff::Timestamp;

use super::step::{Outcome, Step};
use super::{
    alias, creation, data, deletion, describe, gateway, grant, import, list, policy, replica, rotation, switch, tag,
};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::wire::gateway::{Admitted, Claim, Gateway, GatewayError};

/// A deviation with a name of its own.
#[derive(Debug)]
pub(super) struct Named {
    /// The name, which never changes.
    pub(super) name: &'static str,
    /// What happens, in one sentence without its end.
    pub(super) description: &'static str,
    pub(super) part: Part,
}

/// Where a deviation stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// Around calls of these operations.
    Call(&'static [Operation], fn(&Step<'_>, &mut Account<'_>) -> Outcome),
    /// Before anything happens to keys by itself.
    Time(fn(&mut Regions, Timestamp)),
    /// Whom the gateway takes a request for which it rejects.
    Takes(for<'g> fn(&Gateway<'g>, &Claim<'_>, &GatewayError) -> Option<Admitted<'g>>),
    /// Whether a request that is rejected so has its effect all the same, for the first access key.
    HasEffect(fn(&GatewayError) -> bool),
}

/// Every one by subject.
const ALL: [&[Named]; 14] = [
    creation::DEVIATIONS,
    switch::DEVIATIONS,
    deletion::DEVIATIONS,
    import::DEVIATIONS,
    rotation::DEVIATIONS,
    replica::DEVIATIONS,
    policy::DEVIATIONS,
    grant::DEVIATIONS,
    alias::DEVIATIONS,
    tag::DEVIATIONS,
    data::DEVIATIONS,
    list::DEVIATIONS,
    describe::DEVIATIONS,
    gateway::DEVIATIONS,
];

impl Named {
    /// Every one, those first that stand around the others.
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        ALL.into_iter().flatten()
    }
}

/// A deviation around calls of these operations.
pub(super) const fn call(
    name: &'static str,
    description: &'static str,
    operations: &'static [Operation],
    wrap: fn(&Step<'_>, &mut Account<'_>) -> Outcome,
) -> Named {
    Named { name, description, part: Part::Call(operations, wrap) }
}

/// A deviation of another part.
pub(super) const fn of(name: &'static str, description: &'static str, part: Part) -> Named {
    Named { name, description, part }
}

/// Each is known by its name.
impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Named {}
