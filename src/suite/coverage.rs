//! Which clauses of the published documents have cases, and which cases stand for a clause.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::suite::map::IndexMap;
use serde::Serialize;

use super::Suite;
use super::case::{Case, Subject};
use super::name::{ClassName, ClauseId, Code, State};
use super::row::Row;
use super::step::{Action, Expectation, Step};
use crate::diagnostic::counted;

/// The clauses, in the order of their file, and the cases of each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The clauses.
    pub clauses: Vec<Covered>,
    /// The clauses for which no case stands, and why.
    pub without: Vec<Without>,
    /// The cases that are listed and that no run can judge, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_driven: Vec<NotDriven>,
}

/// A case for which no key can be driven in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotDriven {
    /// The id of the case.
    pub case: Arc<str>,
    /// Why.
    pub reason: String,
}

/// A clause and its cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Covered {
    /// The id of the clause.
    pub clause: String,
    /// The title of the document.
    pub document: String,
    /// The section or table.
    pub section: String,
    /// The edition that has it.
    pub edition: String,
    /// What it says.
    pub says: String,
    /// The ids of the cases, in order.
    pub cases: Vec<Arc<str>>,
    /// Why there is none, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_case: Option<String>,
}

/// A clause without a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Without {
    /// The id of the clause.
    pub clause: String,
    /// Why; none: nobody said.
    pub reason: Option<String>,
}

impl Suite {
    /// Every clause that a case puts to the test: the one it stands for first, then those that publish the outcomes
    /// that it expects, and those of the transitions that its success must make.
    pub fn clauses_tested<'a>(&'a self, case: &'a Case) -> Vec<&'a ClauseId> {
        let mut clauses = self.clauses_of(case);
        match &case.subject {
            Subject::Cell { row, state, class, .. } => {
                let row = &self.rows[*row];
                // A case that is never run tests nothing but that the table has its cell.
                if self.why_skipped(case).is_none() {
                    clauses.extend(self.clauses_of_cell(row, state, class));
                    clauses.extend(row.then.iter().chain(&row.refused).flat_map(|step| self.clauses_of_step(step)));
                }
            }
            Subject::Move { .. } | Subject::Scenario { .. } if self.why_skipped(case).is_some() => {}
            Subject::Move { row, target: (class, state), .. } => {
                clauses.extend(self.clauses_of_cell(&self.rows[*row], state, class))
            }
            Subject::Scenario { scenario, .. } => {
                clauses.extend(self.scenarios[*scenario].steps.iter().flat_map(|step| self.clauses_of_step(step)));
            }
        }

        // The first mention counts, so that the clause for which the case stands stays in front.
        let mut seen = BTreeSet::new();
        clauses.retain(|clause| seen.insert(clause.as_str()));
        clauses
    }

    fn clauses_of_cell<'a>(&'a self, row: &'a Row, state: &'a State, class: &ClassName) -> Vec<&'a ClauseId> {
        let Some(cell) = row.cells.get(state, class) else { return Vec::new() };
        let mut clauses = self.clauses_of_outcomes(&cell.expect);
        // Only a success makes a transition.
        if cell.expect.may_succeed() {
            let made = self
                .service
                .transitions
                .iter()
                .filter(|transition| transition.operation == row.operation && transition.from.contains(state));
            clauses.extend(made.filter_map(|transition| transition.clause.as_ref()));
        }
        clauses
    }

    fn clauses_of_outcomes(&self, expect: &Expectation) -> Vec<&ClauseId> {
        let code = |code: &Code| self.service.outcomes.get(code).map(|outcome| &outcome.clause);
        expect.outcomes.iter().filter_map(|expected| code(&expected.code)).collect()
    }

    fn clauses_of_step<'a>(&'a self, step: &'a Step) -> Vec<&'a ClauseId> {
        match &step.action {
            // Only what is judged is put to the test.
            Action::Call(call) if call.judged => self.clauses_of_outcomes(&call.expect),
            Action::Call(_) | Action::State { .. } | Action::Drive(_) | Action::Advance { .. } => Vec::new(),
        }
    }
}

impl Coverage {
    /// The coverage of a suite.
    pub fn of(suite: &Suite) -> Self {
        // A clause without a case must be listed too, so every clause has its place from the start.
        let mut cases: IndexMap<&str, Vec<Arc<str>>> =
            suite.clauses.keys().map(|clause| (clause.as_str(), Vec::new())).collect();

        for case in &suite.cases {
            for clause in suite.clauses_tested(case) {
                if let Some(cases) = cases.get_mut(clause.as_str()) {
                    cases.push(case.id.shared());
                }
            }
        }

        let clauses: Vec<Covered> = suite
            .clauses
            .iter()
            .map(|(id, clause)| Covered {
                clause: id.to_string(),
                document: clause.document.clone(),
                section: clause.section.clone(),
                edition: clause.edition.to_string(),
                says: clause.says.clone(),
                cases: cases.swap_remove(id.as_str()).unwrap_or_default(),
                no_case: clause.no_case.clone(),
            })
            .collect();

        let without = clauses
            .iter()
            .filter(|covered| covered.cases.is_empty())
            .map(|covered| Without { clause: covered.clause.clone(), reason: covered.no_case.clone() });

        let not_driven = suite.cases.iter().filter_map(|case| {
            let reason = suite.not_driven(case)?.to_owned();
            Some(NotDriven { case: case.id.shared(), reason })
        });

        Self { without: without.collect(), clauses, not_driven: not_driven.collect() }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.clauses.iter().map(|covered| covered.clause.chars().count()).max().unwrap_or(0);

        for covered in &self.clauses {
            let said = match (&covered.no_case, &covered.cases[..]) {
                (Some(reason), []) => format!("none: {reason}"),
                (None, []) => "none".to_owned(),
                (_, [one]) => one.to_string(),
                (_, [first, ..]) => format!("{first} and {} more", covered.cases.len() - 1),
            };
            writeln!(formatter, "{:width$}  {:>5}  {said}", covered.clause, covered.cases.len())?;
        }

        let covered = self.clauses.len() - self.without.len();
        writeln!(formatter, "{covered} of {} clauses have cases", self.clauses.len())?;

        match self.not_driven.len() {
            0 => Ok(()),
            count => writeln!(formatter, "{} listed that no run can judge", counted(count, "case", "cases")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn only_what_is_judged_covers_a_clause() {
        let suite = load(embedded(), None).unwrap();
        let of_scenarios = suite.scenarios.iter().flat_map(|scenario| &scenario.steps);
        let steps = suite.rows.iter().flat_map(|row| row.then.iter().chain(&row.refused)).chain(of_scenarios);
        let (mut judged, mut looked) = (0, 0);
        for step in steps {
            if let Action::Call(call) = &step.action {
                *(if call.judged { &mut judged } else { &mut looked }) += 1;
                assert_eq!(suite.clauses_of_step(step).is_empty(), !call.judged, "{:?}", step.source);
            }
        }
        assert!(judged > 100 && looked > 10, "{judged} {looked}");
    }
}
