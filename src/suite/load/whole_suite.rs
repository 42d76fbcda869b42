//! What only the files together can be wrong about.

use std::collections::{BTreeSet, HashMap};

use super::at_source;
use crate::diagnostic::Diagnostic;
use crate::suite::Suite;
use crate::suite::check::FileChecker;
use crate::suite::coverage::Coverage;
use crate::suite::map::IndexSet;
use crate::suite::name::{Code, OperationName, RouteName, State};
use crate::suite::row::Row;
use crate::suite::service::Service;
use crate::suite::step::{Action, Step};
use crate::yaml::Path;

/// Reports states of a class that its behavioural operations can't distinguish.
pub(super) fn behaviour(checker: &mut FileChecker<'_>, service: &Service, rows: &[Row]) {
    // The request of a variant is not the one that observes a key.
    let plain = rows.iter().filter(|row| row.variant.is_none());
    let rows: HashMap<&OperationName, &Row> = plain.map(|row| (&row.operation, row)).collect();
    let root = Path::Root;
    let at = root.key("observation");
    let at = at.key("behaviour");

    for (name, operations) in &service.observation.behaviour {
        let Some(class) = service.classes.get(name).filter(|_| !operations.is_empty()) else { continue };
        let behavioural: Option<Vec<&Row>> = operations.iter().map(|name| rows.get(name).copied()).collect();
        // An operation without a row is reported already.
        let Some(behavioural) = behavioural else { continue };

        let mut seen: HashMap<Vec<Vec<&Code>>, &State> = HashMap::new();
        // No key is ever observed in the others.
        for state in class.states.iter().filter(|state| class.why_not_driven(state).is_none()) {
            let responses = behavioural.iter().map(|row| {
                let outcomes = row.cells.get(state, name).map(|cell| &cell.expect.outcomes[..]).unwrap_or_default();
                outcomes.iter().map(|expected| &expected.code).collect()
            });
            let alike = |other: &State| {
                let mut alike = service.observation.alike.iter();
                alike.any(|states| states.contains(state) && states.contains(other))
            };
            if let Some(other) = seen.insert(responses.collect(), state).filter(|other| !alike(other)) {
                let message = format!("no operation distinguishes the states `{other}` and `{state}` of a key");
                checker.error_at_key(&at.key(name.as_str()), message);
            }
        }
    }
}

/// Reports ids that stand for two cases.
pub(super) fn duplicate_ids(suite: &Suite, mistakes: &mut Vec<Diagnostic>) {
    for pair in suite.cases.windows(2) {
        let [one, other] = pair else { continue };
        if one.id != other.id {
            continue;
        }
        let (Some(first), Some(second)) = (suite.source(one), suite.source(other)) else { continue };
        let message = format!("the id `{}` is taken by the case at {}:{}", one.id, first.file, first.line);
        mistakes.push(at_source(second, message));
    }
}

/// Reports routes that no case takes.
pub(super) fn routes(checker: &mut FileChecker<'_>, suite: &Suite, taken: &IndexSet<(State, RouteName)>) {
    let root = Path::Root;
    let all = root.key("routes");

    for (state, routes) in &suite.service.routes {
        let at = all.key(state.as_str());
        for name in routes.keys().filter(|name| !taken.contains(&(state.clone(), (*name).clone()))) {
            let mut classes = suite.service.classes.keys();
            // The two need different repairs: a useless route is deleted, an impossible one is rewritten.
            let message = if classes.any(|class| suite.route(class, state, &BTreeSet::new(), Some(name)).is_ok()) {
                "no case takes this route: its calls are those of the shortest route, or of a route above"
            } else {
                "a key of no class can take this route"
            };

            checker.error_at_key(&at.key(name.as_str()), message);
        }
    }
}

/// Reports a scenario that is to say that a key is gone after its time, and does not.
pub(super) fn promise(checker: &mut FileChecker<'_>, suite: &Suite) {
    let root = Path::Root;
    let at = root.key("reuse");
    let describe = &suite.service.observation.describe;
    let Some(name) = suite.service.reuse.as_ref().and_then(|reuse| reuse.promise.as_deref()) else { return };
    let Some(scenario) = suite.scenarios.iter().find(|scenario| scenario.name == name) else {
        return checker.error_at_value(&at.key("promise"), format!("there is no scenario `{name}`"));
    };
    let describes = |step: &Step| matches!(&step.action, Action::Call(call) if call.operation == *describe);
    if !scenario.steps.iter().any(describes) {
        checker.error_at_value(&at.key("promise"), format!("no step of the scenario `{name}` calls {describe}"));
    }
}

/// Reports clauses without a case and without a reason for that, and those that have both.
pub(super) fn coverage(suite: &Suite, mistakes: &mut Vec<Diagnostic>) {
    let coverage = Coverage::of(suite);
    for entry in &coverage.clauses {
        let Some(clause) = suite.clauses.get(entry.clause.as_str()) else { continue };

        match (&clause.no_case, entry.cases.first()) {
            (None, None) => {
                let message = format!("no case stands for the clause `{}`", entry.clause);
                let help = Some("write one, or say with `no_case` why there is none".to_owned());
                mistakes.push(Diagnostic { help, ..at_source(&clause.source, message) });
            }
            (Some(_), Some(case)) => {
                let message = format!("`no_case` is given, but `{case}` stands for the clause `{}`", entry.clause);
                mistakes.push(at_source(&clause.source, message));
            }
            (None, Some(_)) | (Some(_), None) => {}
        }
    }
}
