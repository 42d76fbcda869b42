//! Whether every state and every fixture that cases need can be had.

use std::collections::{BTreeSet, HashMap};

use crate::suite::map::IndexMap;

use super::at_source;
use crate::suite::case::enumerate::{RowCase, cases_of_row};
use crate::suite::check::{FileChecker, Message};
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName, State};
use crate::suite::route::fixture_needs::Needs;
use crate::suite::route::{Destination, NoRoute, StateGraph, fixture_needs};
use crate::suite::row::Row;
use crate::suite::scenario::{Scenario, ScenarioKey};
use crate::suite::service::{Cause, Service};
use crate::yaml::Path;

/// Reports states and fixtures that no route leads to.
pub(super) fn check(checker: &mut FileChecker<'_>, service: &Service, rows: &[Row], scenarios: &[Scenario]) {
    // Keys are driven by the row of an operation, and not by its variants.
    let plain = rows.iter().filter(|row| row.variant.is_none());
    let by_operation: HashMap<&OperationName, &Row> = plain.map(|row| (&row.operation, row)).collect();
    transitions(checker, service, &by_operation);
    stages(checker, service, &by_operation);

    let mut known = Known {
        graph: StateGraph::new(service, |operation| by_operation.get(operation).copied()),
        found: HashMap::new(),
    };

    let root = Path::Root;
    let classes = root.key("key_classes");
    for (class, key_class) in &service.classes {
        let class_at = classes.key(class.as_str());
        let at = class_at.key("states");
        for (index, state) in key_class.states.iter().enumerate() {
            // The file gives the reason why no key is driven there.
            if key_class.why_not_driven(state).is_some() {
                continue;
            }
            if let Err(missing) = known.route(class, state, &BTreeSet::new()) {
                let message = format!("no route leads a key of the class `{class}` to the state `{state}`");
                checker.error_at_value(&at.item(index), Message::from(message).help(only_inferred(&missing)));
            }
        }
    }

    for row in rows {
        row_fixtures(checker, service, row, &mut known);
    }
    for scenario in scenarios {
        scenario_fixtures(checker, service, scenario, &mut known);
    }
}

/// Reports transitions by calls that the table rejects.
fn transitions(checker: &mut FileChecker<'_>, service: &Service, rows: &HashMap<&OperationName, &Row>) {
    let root = Path::Root;
    let all = root.key("transitions");
    for (index, transition) in service.transitions.iter().enumerate() {
        let Some(row) = rows.get(&transition.operation) else { continue };
        let transition_at = all.item(index);
        refused(checker, &transition_at.key("from"), row, &transition.from);
    }
}

/// Reports stages by calls that the table rejects.
fn stages(checker: &mut FileChecker<'_>, service: &Service, rows: &HashMap<&OperationName, &Row>) {
    let root = Path::Root;
    let all = root.key("stages");
    for (name, stage) in &service.stages {
        let Cause::Call { operation, .. } = &stage.cause else { continue };
        // Operations outside the table have no row, and nothing that rejects them.
        let Some(row) = rows.get(operation) else { continue };
        let stage_at = all.key(name.as_str());
        refused(checker, &stage_at.key("from"), row, &stage.from);
    }
}

/// Reports states in which the table rejects an operation.
fn refused(checker: &mut FileChecker<'_>, at: &Path<'_>, row: &Row, from: &[State]) {
    for (index, state) in from.iter().enumerate() {
        let mut cells = row.cells.iter().filter(|(of, _)| *of == state).peekable();
        // One class that succeeds is enough: keys of the others do not take the transition.
        if cells.peek().is_some() && cells.all(|(_, cell)| !cell.expect.is_success()) {
            let message = format!("the table rejects `{}` in the state `{state}`", row.operation);
            checker.error_at_value(&at.item(index), message);
        }
    }
}

/// What would lead to a state if it were stated.
fn only_inferred(missing: &NoRoute) -> Option<String> {
    let operations: Vec<_> = missing.inferred.iter().map(|operation| format!("`{operation}`")).collect();
    let names = operations.join(" and ");
    (!operations.is_empty())
        .then(|| format!("{names} would, but only by inference, and keys are driven only by what a document states"))
}

/// The routes that were searched: many cases need the same.
struct Known {
    graph: StateGraph,
    found: HashMap<(ClassName, State, BTreeSet<FixtureName>), Result<(), NoRoute>>,
}

impl Known {
    fn route(&mut self, class: &ClassName, state: &State, fixtures: &BTreeSet<FixtureName>) -> Result<(), NoRoute> {
        let graph = &self.graph;
        let destination = Destination { class, state, fixtures, route: None };
        let found = self.found.entry((class.clone(), state.clone(), fixtures.clone()));
        found.or_insert_with(|| graph.route(destination).map(drop)).clone()
    }

    /// Why the fixtures of a key can't be made. A state that no route leads to is reported once, at its class.
    fn without_fixtures(
        &mut self,
        class: &ClassName,
        state: &State,
        fixtures: &BTreeSet<FixtureName>,
    ) -> Option<String> {
        if self.route(class, state, &BTreeSet::new()).is_err() || self.route(class, state, fixtures).is_ok() {
            return None;
        }
        let names: Vec<_> = fixtures.iter().map(|name| format!("`{name}`")).collect();
        let names = names.join(" and ");
        Some(format!("a key of the class `{class}` has {names} on no route to the state `{state}`"))
    }
}

fn row_fixtures(checker: &mut FileChecker<'_>, service: &Service, row: &Row, known: &mut Known) {
    let names: Vec<KeyName> = row.other_keys().cloned().chain([KeyName::subject()]).collect();
    let mut wanted = fixture_needs::of_row(service, row, &names);
    let subject = wanted.remove(&KeyName::subject()).unwrap_or_default();
    let left = row.from.as_ref().and_then(|from| wanted.remove(&from.key)).unwrap_or_default();

    // Where the keys stand is not known any more, so the first cell stands for the row.
    let source = row.cells.values().next().map(|cell| cell.source.clone());
    for (message, source) in
        given_keys(&row.keys, &row.classes, &mut wanted, known).into_iter().zip(source.iter().cycle())
    {
        checker.mistakes.push(at_source(source, message));
    }

    for of in cases_of_row(row, checker.vocabulary) {
        let (target, original) = match of {
            RowCase::Cell(class, state) => ((class, state), None),
            RowCase::Move(original, target) => (target, Some(original)),
        };
        let Some(cell) = row.cells.get(&target.1, &target.0) else { continue };
        // A class whose cells can't be run needs nothing.
        if row.not_applicable.contains_key(&target.0) || row.undrivable.contains_key(&target.1) {
            continue;
        }
        if let Some(message) = known.without_fixtures(&target.0, &target.1, &subject) {
            checker.mistakes.push(at_source(&cell.source, message));
        }
        if let Some((class, state)) = original
            && let Some(message) = known.without_fixtures(&class, &state, &left)
            && let Some(cell) = row.cells.get(&state, &class)
        {
            checker.mistakes.push(at_source(&cell.source, message));
        }
    }
}

fn scenario_fixtures(checker: &mut FileChecker<'_>, service: &Service, scenario: &Scenario, known: &mut Known) {
    let mut wanted = fixture_needs::of_scenario(service, scenario);
    for message in given_keys(&scenario.keys, &scenario.classes, &mut wanted, known) {
        checker.mistakes.push(at_source(&scenario.source, message));
    }
}

/// Why keys whose states are given can't have their fixtures.
fn given_keys(
    keys: &IndexMap<KeyName, ScenarioKey>,
    classes: &[ClassName],
    wanted: &mut Needs,
    known: &mut Known,
) -> Vec<String> {
    let mut messages = Vec::new();
    for (name, key) in keys {
        let fixtures = wanted.remove(name).unwrap_or_default();
        // A key without a class of its own is of the class of the case.
        let classes = match &key.class {
            Some(class) => std::slice::from_ref(class),
            None => classes,
        };

        let found = classes.iter().filter_map(|class| known.without_fixtures(class, &key.state, &fixtures));
        messages.extend(found.map(|message| format!("{message} (the key `{name}`)")));
    }
    messages
}
