//! The published table and the graph of its states, as reports show them.

use crate::event::{TableHeader, TransitionHeader};
use crate::suite::Suite;
use crate::suite::service::{Basis, Cause};

/// The published table and the graph of its states.
pub(super) fn of(suite: &Suite) -> TableHeader {
    let service = &suite.service;
    let made = service.classes.values().filter(|class| class.not_made.is_none()).map(|class| TransitionHeader {
        from: None,
        operation: Some(service.create.operation.to_string()),
        to: class.new_key_is.to_string(),
        inferred: false,
    });

    let driven = service.transitions.iter().flat_map(|transition| {
        transition.from.iter().map(|from| TransitionHeader {
            from: Some(from.to_string()),
            operation: Some(transition.operation.to_string()),
            to: transition.to.to_string(),
            inferred: transition.basis == Basis::Inferred,
        })
    });

    let staged = service.stages.values().flat_map(|stage| {
        let operation = match &stage.cause {
            Cause::Call { operation, .. } => Some(operation.to_string()),
            Cause::Time(_) => None,
        };
        stage.from.iter().map(move |from| TransitionHeader {
            from: Some(from.to_string()),
            operation: operation.clone(),
            to: stage.to.to_string(),
            inferred: false,
        })
    });

    let mut transitions: Vec<TransitionHeader> = Vec::new();
    for transition in made.chain(driven).chain(staged) {
        // A stage may do what a transition does with another request.
        if !transitions.contains(&transition) {
            transitions.push(transition);
        }
    }

    TableHeader {
        operations: service.operations.iter().map(ToString::to_string).collect(),
        states: service.states.iter().map(ToString::to_string).collect(),
        transitions,
    }
}
