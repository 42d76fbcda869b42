//! One cell of the table that has another outcome, for every key or only for some.

use std::fmt;
use std::mem;
use std::str::FromStr;

use super::ParseDeviationError;
use super::step::{Outcome, Step};
use super::subject::subjects;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::arrival::Arrival;
use crate::mock::alibaba::service::key::{Key, Origin};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::{KeyState, Outcome as TableOutcome, Rule};
use crate::mock::mutation::cell::{CellText, DeviantOutcome};

/// A cell of the table that has another outcome: `Encrypt:Disabled=Success`. With a route it is met only by keys
/// that came into their state by it (`Encrypt:Enabled/via-enable=409/Rejected.Disabled`), with an origin only by
/// keys of that (`Encrypt:Disabled@EXTERNAL=Success`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellDeviation {
    /// The operation.
    pub operation: Operation,
    /// The state of the operation's subject. For an operation without one (CreateKey, ListKeys, ListAliases,
    /// DescribeRegions) the cell is met when the account holds a key in this state.
    pub state: KeyState,
    /// How the key must have come into its state; by any if none.
    pub arrival: Option<Arrival>,
    /// The origin that the key must have; any if none.
    pub(crate) origin: Option<Origin>,
    /// What the mock does in that cell.
    pub outcome: DeviantOutcome,
}

impl CellDeviation {
    /// What the mock does, in one sentence without its end.
    pub(super) fn description(&self) -> String {
        let outcome = self.outcome.verb();
        let origin = self.origin.map(|origin| format!(" of Origin {}", origin.wire())).unwrap_or_default();
        let arrival = self.arrival.map(|arrival| format!(" that came there {arrival}")).unwrap_or_default();
        format!("{} {outcome} for a key{origin} in {}{arrival}", self.operation, self.state)
    }

    /// Whether a call on this key is one of this cell.
    fn is_met(&self, key: &Key) -> bool {
        self.state == key.state
            && self.origin.is_none_or(|origin| origin == key.origin)
            && self.arrival.is_none_or(|arrival| key.arrival == Some(arrival))
    }

    /// Goes on by another row of the table if the call is one of this cell.
    pub(super) fn around(&self, step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
        if !self.operation.has_subject() {
            return self.around_account(step, account);
        }
        if !account.read(|keys| subjects(step.call, keys).any(|key| self.is_met(key))) {
            return step.run(account);
        }

        let row = step.call.row;
        match &self.outcome {
            DeviantOutcome::Success => beyond_the_table(step, account, row.with(self.state, TableOutcome::Success)),
            DeviantOutcome::Rejection { .. } => {
                // By the table first, so that whatever is reported before the state is still reported.
                let outcome = step.run_by_row(row.with(self.state, TableOutcome::Rejected), account);
                match outcome {
                    Err(rejection) if rejection == Rejection::rejected(self.state) => Err(deviant(&self.outcome)),
                    other => other,
                }
            }
        }
    }

    /// No state of a key matters to the operation, but here it does, when the account holds a key in it.
    fn around_account(&self, step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
        let is_met = account.read(|keys| keys.key_count_in(self.state as usize) > 0);
        match self.outcome {
            DeviantOutcome::Rejection { .. } if is_met => {
                step.and_undo(account)?;
                Err(deviant(&self.outcome))
            }
            _ => step.run(account),
        }
    }
}

/// Goes on by a row of the table that lets more succeed. What else forbids the operation to imported keys, which have one
/// version for ever, does not count then either.
pub(super) fn beyond_the_table(step: &Step<'_>, account: &mut Account<'_>, row: Rule) -> Outcome {
    let run = |account: &mut Account<'_>| step.run_by_row(row, account);
    match step.call.operation {
        Operation::CreateKeyVersion | Operation::UpdateRotationPolicy => step.pretending(
            account,
            |key| mem::replace(&mut key.origin, Origin::Kms),
            |key, origin| key.origin = origin,
            run,
        ),
        _ => run(account),
    }
}

impl fmt::Display for CellDeviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let route = self.arrival.map(|arrival| arrival.to_string());
        let text = CellText {
            operation: self.operation.name(),
            state: self.state.name(),
            route: route.as_deref(),
            class: self.origin.map(Origin::wire),
            outcome: &self.outcome.to_string(),
        };
        text.fmt(formatter)
    }
}

impl FromStr for CellDeviation {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let CellText { operation, state, route, class, outcome } =
            CellText::split(text).ok_or_else(|| ParseDeviationError::Shape(text.to_owned()))?;

        let read_origin = |text| Origin::from_wire(text).ok_or_else(|| ParseDeviationError::Origin(text.to_owned()));
        let origin = class.map(read_origin).transpose()?;
        let arrival = route.map(str::parse).transpose()?;
        let operation: Operation = operation.parse()?;
        // Origin and route are those of a key, and an operation without a subject has none to meet.
        if (origin.is_some() || arrival.is_some()) && !operation.has_subject() {
            return Err(ParseDeviationError::NoSubject(operation));
        }

        Ok(Self { operation, state: state.parse()?, arrival, origin, outcome: outcome.parse()? })
    }
}

/// The rejection of an outcome; that of a success is never used.
fn deviant(outcome: &DeviantOutcome) -> Rejection {
    let (status, code) = match outcome {
        DeviantOutcome::Success => (200, String::new()),
        DeviantOutcome::Rejection { status, code } => (*status, code.clone()),
    };
    Rejection { status, code: code.into(), message: "The request was rejected by a deviation of the mock.".into() }
}
