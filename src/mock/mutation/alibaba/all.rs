//! The list of all deviations that have a name of their own. Another subject is another file and a line here.

use super::named::Named;
use super::{alias, creation, data, deletion, describe, description, gateway, import, list, material};
use super::{rejected, rotation, switch, tag, unchecked};

/// Every one by subject, those first that stand around the others.
const ALL: [&[Named]; 15] = [
    unchecked::DEVIATIONS,
    rejected::DEVIATIONS,
    switch::DEVIATIONS,
    deletion::DEVIATIONS,
    creation::DEVIATIONS,
    import::DEVIATIONS,
    material::DEVIATIONS,
    rotation::DEVIATIONS,
    alias::DEVIATIONS,
    tag::DEVIATIONS,
    description::DEVIATIONS,
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
