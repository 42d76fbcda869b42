//! One cell of the table that has another outcome, for every key or only for some.

use std::fmt;
use std::str::FromStr;

use super::ParseAwsDeviationError;
use super::step::{Outcome, Step};
use super::subject::subjects;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::arrival::Arrival;
use crate::mock::aws::service::key::{Key, Origin, Role};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::KeySpec;
use crate::mock::aws::service::state::{KeyState, Origins, Outcome as TableOutcome, Rule};
use crate::mock::mutation::cell::{CellText, DeviantOutcome};

/// A cell of the table that has another outcome: `Encrypt:Disabled=Success`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellDeviation {
    pub(super) operation: Operation,
    state: KeyState,
    /// How the key must have come into its state; by any if none.
    arrival: Option<Arrival>,
    /// What the key must be; anything if none.
    class: Option<Class>,
    outcome: DeviantOutcome,
}

/// Some of all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Origin(Origin),
    Spec(KeySpec),
    Role(Role),
}

impl Class {
    fn from_wire(text: &str) -> Option<Self> {
        let spec = || KeySpec::from_wire(text).map(Self::Spec);
        let role = || Role::from_wire(text).map(Self::Role);
        Origin::from_wire(text).map(Self::Origin).or_else(spec).or_else(role)
    }

    const fn wire(self) -> &'static str {
        match self {
            Self::Origin(origin) => origin.wire(),
            Self::Spec(spec) => spec.wire(),
            Self::Role(role) => role.wire(),
        }
    }

    fn holds(self, key: &Key) -> bool {
        match self {
            Self::Origin(origin) => key.origin == origin,
            Self::Spec(spec) => key.spec == spec,
            Self::Role(role) => key.role == Some(role),
        }
    }
}

impl CellDeviation {
    /// What the mock does, in one sentence without its end.
    pub(super) fn description(&self) -> String {
        let class = self.class.map(|class| format!(" of {}", class.wire())).unwrap_or_default();
        let arrival = self.arrival.map(|arrival| format!(" that came there {}", arrival.wire())).unwrap_or_default();
        format!("{} {} for a key{class} in {}{arrival}", self.operation, self.outcome.verb(), self.state)
    }

    /// Whether a call on this key is one of this cell.
    fn is_met(&self, key: &Key) -> bool {
        self.state == key.state
            && self.class.is_none_or(|class| class.holds(key))
            && self.arrival.is_none_or(|arrival| key.arrival == Some(arrival))
    }

    /// Goes on by another row of the table if the call is one of this cell.
    pub(super) fn around(&self, step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
        let met: Vec<Key> =
            account.read(|keys| subjects(step.call, keys).filter(|key| self.is_met(key)).cloned().collect());
        if met.is_empty() {
            return step.run(account);
        }

        let DeviantOutcome::Rejection { status, code } = &self.outcome else {
            return beyond_the_table(step, account, step.call.row.with(self.state, TableOutcome::Success));
        };

        // By the table first, so that whatever is reported before the state is still reported, also of another key.
        let row = Rule { origins: Origins::All, ..step.call.row }.with(self.state, TableOutcome::Disabled);
        let of_state: Vec<Rejection> =
            met.iter().filter_map(|key| row.check(key, &step.call.arn(&key.id)).err()).collect();
        match step.run_by_row(row, account) {
            Err(rejection) if of_state.contains(&rejection) => Err(Rejection {
                status: *status,
                code: code.clone().into(),
                message: "The request was rejected by a deviation of the mock.".into(),
            }),
            other => other,
        }
    }
}

/// Goes on by a row of the table that lets more succeed, for keys of every origin.
pub(super) fn beyond_the_table(step: &Step<'_>, account: &mut Account<'_>, row: Rule) -> Outcome {
    step.with_material(account, |account| step.run_by_row(Rule { origins: Origins::All, ..row }, account))
}

impl fmt::Display for CellDeviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = CellText {
            operation: self.operation.name(),
            state: self.state.wire(),
            route: self.arrival.map(Arrival::wire),
            class: self.class.map(Class::wire),
            outcome: &self.outcome.to_string(),
        };
        text.fmt(formatter)
    }
}

impl FromStr for CellDeviation {
    type Err = ParseAwsDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let CellText { operation, state, route, class, outcome } =
            CellText::split(text).ok_or_else(|| ParseAwsDeviationError::Shape(text.to_owned()))?;

        let operation: Operation = operation.parse()?;
        if !operation.has_subject() {
            return Err(ParseAwsDeviationError::NoSubject(operation.to_string()));
        }

        let state = KeyState::from_wire(state).ok_or_else(|| ParseAwsDeviationError::State(state.to_owned()))?;
        let read_route = |text| Arrival::from_wire(text).ok_or_else(|| ParseAwsDeviationError::Route(text.to_owned()));
        let read_class = |text| Class::from_wire(text).ok_or_else(|| ParseAwsDeviationError::Class(text.to_owned()));
        let (arrival, class) = (route.map(read_route).transpose()?, class.map(read_class).transpose()?);
        Ok(Self { operation, state, arrival, class, outcome: outcome.parse()? })
    }
}
