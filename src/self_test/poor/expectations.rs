//! What must become of each case of a suite, by what the file says of an emulator.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{CauseFile, Others};
use super::load::{PoorEmulator, mistake};
use crate::diagnostic::Diagnostic;
use crate::event::BlockedBy;
use crate::self_test::case_set::{OneOrMany, find, find_all};
use crate::suite::Suite;
use crate::verdict::Kind;

/// What must become of each case.
#[derive(Debug, Clone, Default)]
pub(super) struct Expectations {
    /// What is said of cases, by their indexes.
    pub(super) of_case: BTreeMap<usize, Wanted>,
    /// Whether all others must have the verdict of a clean run, and not only not fail.
    pub(super) others_as_clean: bool,
}

/// What must become of a case.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// It fails, with this kind if there is one.
    Fail(Option<Kind>),
    /// It fails or is inconclusive.
    NotPass,
    /// It may fail.
    MayFail,
    /// It does not fail.
    NotFail,
    /// It can't be judged, and this is why.
    Blocked(CauseFile),
    /// It passes.
    Pass,
}

impl PoorEmulator {
    /// What must become of each case of a suite.
    pub(super) fn expectations(&self, suite: &Suite) -> Result<Expectations, Diagnostic> {
        self.claims(suite).map_err(|reason| mistake(&self.name, self.span, reason))
    }

    fn claims(&self, suite: &Suite) -> Result<Expectations, String> {
        let mut claims = Claims { suite, of_case: BTreeMap::new() };

        for entry in &self.entries {
            for set in &entry.must_fail {
                let kind = set.0.kind.or(self.kind);
                claims.claim(find(suite, set)?, &Wanted::Fail(kind))?;
            }
            claims.claim(find_all(suite, &entry.not_pass)?, &Wanted::NotPass)?;
            for entry in &entry.may_fail {
                claims.claim(find_all(suite, &entry.cases)?, &Wanted::MayFail)?;
            }
            for entry in &entry.unsettled {
                claims.claim(find_all(suite, &entry.cases)?, &Wanted::NotFail)?;
            }
            for entry in &entry.blocked {
                entry.by.check(suite)?;
                claims.claim(find_all(suite, &entry.cases)?, &Wanted::Blocked(entry.by.clone()))?;
            }
            claims.claim(find_all(suite, &entry.must_pass)?, &Wanted::Pass)?;
        }

        // What is said last counts: an emulator comes after those that it is like.
        let others = self.entries.iter().rev().find_map(|entry| entry.others).unwrap_or_default();
        Ok(Expectations { of_case: claims.of_case, others_as_clean: others == Others::AsClean })
    }
}

/// What is said of cases so far.
struct Claims<'a> {
    suite: &'a Suite,
    of_case: BTreeMap<usize, Wanted>,
}

impl Claims<'_> {
    /// Says something of cases of which nothing has been said.
    fn claim(&mut self, cases: BTreeSet<usize>, wanted: &Wanted) -> Result<(), String> {
        for index in cases {
            if let Some(before) = self.of_case.insert(index, wanted.clone()) {
                let id = &self.suite.cases[index].id;
                return Err(format!("two things are said of {id}: {} and {}", before.name(), wanted.name()));
            }
        }
        Ok(())
    }
}

impl Wanted {
    /// The field of the file that says so.
    const fn name(&self) -> &'static str {
        match self {
            Self::Fail(_) => "must_fail",
            Self::NotPass => "not_pass",
            Self::MayFail => "may_fail",
            Self::NotFail => "unsettled",
            Self::Blocked(_) => "blocked",
            Self::Pass => "must_pass",
        }
    }
}

impl CauseFile {
    /// Whether the suite knows what it names.
    fn check(&self, suite: &Suite) -> Result<(), String> {
        if self.operation.0.is_empty() {
            return Err("`blocked` must name an operation".to_owned());
        }

        // A misspelt name would match nothing, and show only as cases that are wrongly blocked.
        let service = &suite.service;
        let is_operation = |name: &str| suite.rows.iter().any(|row| row.operation.as_str() == name);
        let is_state = |name: &str| service.states.iter().any(|state| state.as_str() == name);
        let is_class = |name: &str| service.classes.keys().any(|class| class.as_str() == name);

        for (values, what, is_known) in [
            // Each closure has its own type; the cast of the first makes one type of all.
            (&self.operation, "operation", &is_operation as &dyn Fn(&str) -> bool),
            (&self.state, "state", &is_state),
            (&self.class, "class", &is_class),
        ] {
            if let Some(unknown) = values.0.iter().find(|value| !is_known(value)) {
                return Err(format!("`blocked` names the {what} `{unknown}`, which is not known"));
            }
        }

        Ok(())
    }

    /// Whether this is what blocked a case.
    pub(super) fn is_met(&self, blocked: &BlockedBy) -> bool {
        let fits = |wanted: &OneOrMany, actual: &Option<String>| {
            wanted.0.is_empty() || actual.as_ref().is_some_and(|actual| wanted.0.contains(actual))
        };
        fits(&self.operation, &blocked.operation)
            && fits(&self.state, &blocked.state)
            && fits(&self.class, &blocked.key_class)
            && self.step.is_none_or(|step| step == blocked.step)
    }

    /// In a few words: `CreateKey (EXTERNAL)`.
    pub(super) fn name(&self) -> String {
        let mut text = self.operation.0.join(" or ");
        let further: Vec<&str> = self.class.0.iter().chain(&self.state.0).map(String::as_str).collect();
        if !further.is_empty() {
            text += &format!(" ({})", further.join(", "));
        }
        if let Some(step) = self.step {
            text += &format!(" in {}", step.name());
        }
        text
    }
}
