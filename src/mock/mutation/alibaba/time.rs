//! Techniques for what happens to keys by itself.

use jiff::Timestamp;

use super::named::TimeStep;
use crate::mock::alibaba::service::key::Key;
use crate::mock::alibaba::service::key::Tenant;

/// The ids of the keys of which this holds.
pub(super) fn due(keys: &Tenant, is_due: impl Fn(&Key) -> bool) -> Vec<String> {
    keys.keys().filter(|key| is_due(key)).map(|key| key.id.clone()).collect()
}

/// Lets time pass for keys as if they had no such date, once it is over.
pub(super) fn hiding(
    step: &TimeStep<'_>,
    keys: &mut Tenant,
    date: fn(&Key) -> Option<Timestamp>,
    place: fn(&mut Key) -> &mut Option<Timestamp>,
) {
    let over = due(keys, |key| date(key).is_some_and(|date| date <= step.now));
    let hidden: Vec<_> = over.iter().map(|id| keys.amend(id, |key| place(key).take()).flatten()).collect();
    step.pass(keys);
    for (id, hidden) in over.iter().zip(hidden) {
        keys.amend(id, |key| *place(key) = hidden);
    }
}
