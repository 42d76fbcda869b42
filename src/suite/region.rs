//! The regions of a case beside that of the target.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::row::Row;
use super::scenario::Scenario;
use super::service::Fixture;
use super::step::{Action, Step, Undo};

/// A region besides that of the target. Which one it is, is a matter of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtherRegion {
    /// Where the keys of a case have their counterparts.
    Second,
    /// Where they have none yet.
    Third,
}

impl OtherRegion {
    /// The word by which templates name them: `${region.second}`.
    pub const ROOT: &'static str = "region";

    /// All of them.
    pub const ALL: [Self; 2] = [Self::Second, Self::Third];

    /// Its name in case files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Third => "third",
        }
    }
}

impl fmt::Display for OtherRegion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Whether the cases of a row send something to another region, or name one, their keys apart.
pub(crate) fn row_spans(row: &Row) -> bool {
    let undo = row.makes.as_ref().and_then(|makes| makes.undo.as_ref());
    let requests = row.request.paths().into_iter().chain(row.rejected_request.paths());
    requests.into_iter().any(names_one)
        || undo.is_some_and(undo_spans)
        || row.then.iter().chain(&row.refused).any(step_spans)
}

/// Whether the cases of a scenario send something to another region, or name one, their keys apart.
pub(crate) fn scenario_spans(scenario: &Scenario) -> bool {
    scenario.steps.iter().any(step_spans)
}

/// Whether a fixture is made in another region, or removed there.
pub(crate) fn fixture_spans(fixture: &Fixture) -> bool {
    fixture.request.paths().into_iter().any(names_one) || fixture.undo.as_ref().is_some_and(undo_spans)
}

fn step_spans(step: &Step) -> bool {
    let own = match &step.action {
        Action::Call(call) => {
            let undo = call.makes.as_ref().and_then(|makes| makes.undo.as_ref());
            call.region.is_some() || undo.is_some_and(undo_spans)
        }
        Action::State { .. } | Action::Drive(_) | Action::Advance { .. } => false,
    };
    own || step.paths().into_iter().any(names_one)
}

fn undo_spans(undo: &Undo) -> bool {
    undo.region.is_some() || undo.request.paths().into_iter().any(names_one)
}

fn names_one(path: &[String]) -> bool {
    path.first().is_some_and(|root| root == OtherRegion::ROOT)
}
