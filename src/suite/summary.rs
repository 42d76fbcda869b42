//! How much a suite holds, in one line.

use std::collections::HashSet;
use std::fmt;

use super::Suite;
use super::case::Subject;
use crate::diagnostic::counted;

/// How much a suite holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// All cases.
    pub cases: usize,
    /// The files they come from.
    pub files: usize,
    /// Cases that are cells of rows.
    pub cells: usize,
    /// Cases that move something from one key to another.
    pub moves: usize,
    /// Cases that are scenarios.
    pub scenarios: usize,
    /// Cases for which no run can drive a key.
    pub not_driven: usize,
    /// The clauses.
    pub clauses: usize,
    /// The clauses that no case stands for.
    pub clauses_without_case: usize,
}

impl Summary {
    /// Counts.
    pub fn of(suite: &Suite) -> Self {
        let count = |kind: fn(&Subject) -> bool| suite.cases.iter().filter(|case| kind(&case.subject)).count();
        let scenario_files: HashSet<&str> = suite.scenarios.iter().map(|scenario| &*scenario.source.file).collect();

        Self {
            cases: suite.cases.len(),
            // One for the service, one for the clauses.
            files: suite.rows.len() + scenario_files.len() + 2,
            cells: count(|subject| matches!(subject, Subject::Cell { .. })),
            moves: count(|subject| matches!(subject, Subject::Move { .. })),
            scenarios: count(|subject| matches!(subject, Subject::Scenario { .. })),
            not_driven: suite.cases.iter().filter(|case| suite.not_driven(case).is_some()).count(),
            clauses: suite.clauses.len(),
            clauses_without_case: suite.clauses.values().filter(|clause| clause.no_case.is_some()).count(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} in {}: {}, {}, {}",
            counted(self.cases, "case", "cases"),
            counted(self.files, "file", "files"),
            counted(self.cells, "cell", "cells"),
            counted(self.moves, "move", "moves"),
            counted(self.scenarios, "scenario", "scenarios"),
        )?;

        if self.not_driven > 0 {
            write!(formatter, ", {} of them without keys that can be driven", self.not_driven)?;
        }

        let clauses = counted(self.clauses, "clause", "clauses");
        write!(formatter, "; {clauses}, {} of them without a case", self.clauses_without_case)
    }
}
