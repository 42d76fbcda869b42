//! Whether a key is in a state, by what was observed.
//!
//! What the describing operation says is the document's own statement of the state. How other operations respond is
//! circumstantial, for an endpoint may not look at states at all. So:
//!
//! | described | behaviour | the key is in the expected state? |
//! | --- | --- | --- |
//! | names it | names it, or none | yes |
//! | names it | names another | yes; the contradiction is a note, and belongs to the cells of the operations that contradict |
//! | names another | names it, and not that other one | yes; it belongs to the cell of the describing operation |
//! | names another | names another, both, or none | no |
//! | can't be had | names it, or none | yes, on the word of the calls |
//! | can't be had | names another | unclear: blocked by the describing operation |

use super::seen::{Described, Seen};
use crate::suite::name::State;

/// Whether a key is in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) enum Conclusion {
    /// It is; and what contradicts that, if anything does.
    Reached(Option<String>),
    /// It is in another state, or gone.
    NotReached,
    /// It can't be known.
    Unclear,
}

/// Whether a key is in a state, by what was observed: the table at the top of this file.
pub(super) fn conclude(seen: &Seen, expected: &State) -> Conclusion {
    let names_it = seen.behaviour.as_ref().map(|behaviour| behaviour.states.contains(expected));
    let behaves = || {
        let behaviour = seen.behaviour.as_ref()?;
        Some(format!("{} {}", behaviour.operation, behaviour.response))
    };

    match (&seen.described, names_it) {
        (Described::Names(state), Some(false)) if state == expected => {
            Conclusion::Reached(behaves().map(|behaves| format!("it is described as {expected}, but {behaves}")))
        }
        (Described::Names(state), _) if state == expected => Conclusion::Reached(None),
        // Where the table has one column for both states, behaviour contradicts no description.
        (Described::Names(state), Some(true)) if !seen.behaves_as(state) => {
            Conclusion::Reached(behaves().map(|behaves| format!("it is described as {state}, but {behaves}")))
        }
        (Described::Gone, Some(true)) => {
            Conclusion::Reached(behaves().map(|behaves| format!("it is described as gone, but {behaves}")))
        }
        (Described::Names(_), Some(_) | None) | (Described::Gone, Some(false) | None) => Conclusion::NotReached,
        (Described::Hidden(_), Some(true) | None) => Conclusion::Reached(None),
        (Described::Hidden(_), Some(false)) => Conclusion::Unclear,
    }
}
