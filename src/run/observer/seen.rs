//! What was observed of a key at one time.

use serde_json::Value;

use crate::event::{BlockedBy, BlockingResponse};
use crate::run::failure::Blame;
use crate::suite::name::{OperationName, State};

/// What the describing operation says of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) enum Described {
    /// It names a state of the table.
    Names(State),
    /// It says that there is no such key.
    Gone,
    /// It does not show the state; what it does instead.
    Hidden(String),
}

/// How a key behaves: the states that the response of an operation fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) struct Behaviour {
    pub(super) operation: OperationName,
    /// The response in a few words.
    pub(super) response: String,
    pub(super) states: Vec<State>,
    /// Whether the response says that there is no such key.
    pub(super) gone: bool,
}

/// What was observed of a key at one time.
#[derive(Debug, Clone)]
pub(in crate::run) struct Seen {
    pub(in crate::run) described: Described,
    pub(in crate::run) behaviour: Option<Behaviour>,
    /// The fields that describe the key, if the operation succeeded.
    pub(in crate::run) description: Option<Value>,
    /// Its response in the form of a blocker.
    pub(super) describing: Option<BlockingResponse>,
}

impl Seen {
    /// What was seen, in one line.
    pub(in crate::run) fn says(&self, describe: &OperationName) -> String {
        let described = match &self.described {
            Described::Names(state) => format!("{describe} says {state}"),
            Described::Gone => format!("{describe} says that there is no such key"),
            Described::Hidden(why) => format!("{describe} {why}"),
        };
        match &self.behaviour {
            Some(behaviour) => format!("{described}, {} {}", behaviour.operation, behaviour.response),
            None => described,
        }
    }

    /// Whether the key behaves as in a state, as far as that was seen.
    pub(super) fn behaves_as(&self, state: &State) -> bool {
        self.behaviour.as_ref().is_some_and(|behaviour| behaviour.states.contains(state))
    }

    /// The blocker if the describing operation does not show the state.
    pub(in crate::run) fn hidden(&self, blame: &Blame) -> BlockedBy {
        blame.blocked("does not show the state of the key", self.describing.clone())
    }
}
