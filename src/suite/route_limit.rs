//! By how many of its routes a cell is run.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Suite;
use super::case::{Case, Subject};
use super::selector::Selector;

/// Which routes are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteLimit {
    /// Every cell by its shortest route.
    Canonical,
    /// Every cell by every route.
    All,
    /// Every cell by its shortest route, and by those of at most so many calls, the one that makes the key included.
    Calls(usize),
}

/// The text is not a limit of routes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is neither `canonical` nor `all` nor a number of calls")]
pub struct RouteLimitError(String);

impl fmt::Display for RouteLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canonical => formatter.write_str("canonical"),
            Self::All => formatter.write_str("all"),
            Self::Calls(most) => write!(formatter, "{most}"),
        }
    }
}

impl FromStr for RouteLimit {
    type Err = RouteLimitError;

    fn from_str(text: &str) -> Result<Self, RouteLimitError> {
        match text {
            "canonical" => Ok(Self::Canonical),
            "all" => Ok(Self::All),
            _ => text.parse().map(Self::Calls).map_err(|_| RouteLimitError(text.to_owned())),
        }
    }
}

impl RouteLimit {
    /// Leaves out the cases by other routes, but for those that a selector names: by their whole id, or by their route.
    pub fn limit(self, suite: &Suite, selection: &[usize], include: &[Selector]) -> Vec<usize> {
        let kept = |index: &usize| {
            let case = &suite.cases[*index];
            // Whoever names a case or a route wants it run, whatever the limit.
            self.has(case) || include.iter().any(|selector| selector.names(suite, case))
        };
        selection.iter().copied().filter(kept).collect()
    }

    fn has(self, case: &Case) -> bool {
        match (&case.subject, self) {
            (Subject::Cell { route: Some(_), .. }, Self::Canonical) => false,
            (Subject::Cell { route: Some(route), .. }, Self::Calls(most)) => route.calls <= most,
            (Subject::Cell { .. } | Subject::Move { .. } | Subject::Scenario { .. }, _) => true,
        }
    }
}
