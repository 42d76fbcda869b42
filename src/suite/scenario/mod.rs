//! What is not one row of the table: a file of `scenarios/`.

pub(super) mod check;
pub(super) mod shape;

use crate::suite::map::IndexMap;

use super::name::{ClassName, ClauseId, Edition, FixtureName, KeyName, State};
use super::step::{Action, Step, Values};
use crate::event::Source;

/// A scenario, checked: keys, and steps on them.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The name, which is the id without the provider and the class.
    pub name: String,
    /// The clause that it stands for.
    pub clause: ClauseId,
    /// Further clauses that it covers.
    pub also: Vec<ClauseId>,
    /// The edition of the document that has the clause.
    pub edition: Edition,
    /// What it means.
    pub why: String,
    /// One case for each of these.
    pub classes: Vec<ClassName>,
    /// The keys that are there when the steps begin.
    pub keys: IndexMap<KeyName, ScenarioKey>,
    /// Values that are computed once per case.
    pub values: Values,
    /// What is done and judged.
    pub steps: Vec<Step>,
    /// Where it stands.
    pub source: Source,
}

/// A key of a scenario.
#[derive(Debug, Clone)]
pub struct ScenarioKey {
    /// Its class; none: that of the case.
    pub class: Option<ClassName>,
    /// The state that it is driven to.
    pub state: State,
    /// Fixtures that no template names.
    pub needs: Vec<FixtureName>,
}

impl Scenario {
    /// The operations whose responses are judged, in order.
    pub fn judged_operations(&self) -> Vec<&str> {
        let judged = self.steps.iter().filter_map(|step| match &step.action {
            Action::Call(call) if call.judged => Some(call.operation.as_str()),
            Action::Call(_) | Action::State { .. } | Action::Drive(_) | Action::Advance { .. } => None,
        });
        judged.collect()
    }
}
