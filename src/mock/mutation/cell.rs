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
        let outcome = match &self.outcome {
            DeviantOutcome::Success => "succeeds".to_owned(),
            DeviantOutcome::Rejection { code, .. } => format!("is rejected with {code}"),
        };
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
                    Err(rejection) if rejection == Rejection::rejected(self.state) => Err(self.outcome.rejection()),
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
                Err(self.outcome.rejection())
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

/// What a deviation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviantOutcome {
    /// As if the state allowed the operation, with its effect.
    Success,
    /// This error, and no effect.
    Rejection {
        /// The HTTP status, 200 to 599.
        status: u16,
        /// The error code.
        code: String,
    },
}

impl fmt::Display for CellDeviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.operation, self.state)?;
        if let Some(arrival) = self.arrival {
            write!(formatter, "/{arrival}")?;
        }
        if let Some(origin) = self.origin {
            write!(formatter, "@{}", origin.wire())?;
        }
        match &self.outcome {
            DeviantOutcome::Success => formatter.write_str("=Success"),
            DeviantOutcome::Rejection { status, code } => write!(formatter, "={status}/{code}"),
        }
    }
}

impl FromStr for CellDeviation {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || ParseDeviationError::Shape(text.to_owned());
        let (cell, outcome) = text.split_once('=').ok_or_else(shape)?;
        let (operation, place) = cell.split_once(':').ok_or_else(shape)?;

        let (place, origin) = match place.split_once('@') {
            None => (place, None),
            Some((place, origin)) => {
                let known = Origin::from_wire(origin);
                (place, Some(known.ok_or_else(|| ParseDeviationError::Origin(origin.to_owned()))?))
            }
        };

        let (state, arrival) = match place.split_once('/') {
            None => (place, None),
            Some((state, route)) => (state, Some(route.parse()?)),
        };

        let operation: Operation = operation.parse()?;
        // Origin and route are those of a key, and an operation without a subject has none to meet.
        if (origin.is_some() || arrival.is_some()) && !operation.has_subject() {
            return Err(ParseDeviationError::NoSubject(operation));
        }

        Ok(Self { operation, state: state.parse()?, arrival, origin, outcome: outcome.parse()? })
    }
}

impl FromStr for DeviantOutcome {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "Success" {
            return Ok(DeviantOutcome::Success);
        }
        let (status, code) = text.split_once('/').ok_or_else(|| ParseDeviationError::Outcome(text.to_owned()))?;
        let number = status.parse().ok().filter(|number| (200..600).contains(number));
        let number = number.ok_or_else(|| ParseDeviationError::Status(status.to_owned()))?;
        let legible = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if code.is_empty() || !code.bytes().all(legible) {
            return Err(ParseDeviationError::Code(code.to_owned()));
        }
        Ok(DeviantOutcome::Rejection { status: number, code: code.to_owned() })
    }
}

impl DeviantOutcome {
    /// The rejection; that of a success is never used.
    fn rejection(&self) -> Rejection {
        let (status, code) = match self {
            Self::Success => (200, String::new()),
            Self::Rejection { status, code } => (*status, code.clone()),
        };
        Rejection { status, code: code.into(), message: "The request was rejected by a deviation of the mock.".into() }
    }
}
