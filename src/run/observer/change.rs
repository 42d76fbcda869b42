//! How a rejected request changed the state of a key.

use super::seen::{Behaviour, Described, Seen};
use crate::suite::name::State;

/// How a rejected request changed the state, in one line: the description or the behaviour changed away from the expected
/// state. A change towards it was late.
pub(in crate::run) fn state_changed(before: &Seen, after: &Seen, expected: &State) -> Option<String> {
    if let (Described::Names(was), Described::Names(is)) = (&before.described, &after.described)
        && was != is
        && is != expected
    {
        return Some(format!("it was described as {was} and is described as {is}"));
    }
    let (was, is) = (before.behaviour.as_ref()?, after.behaviour.as_ref()?);
    let fits = |behaviour: &Behaviour| behaviour.states.contains(expected);
    (was.operation == is.operation && fits(was) && !fits(is))
        .then(|| format!("{} {} before and {} now", is.operation, was.response, is.response))
}
