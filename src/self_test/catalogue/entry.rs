//! An entry of the catalogue, and the cases that it means in a suite.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Family;
use super::load::FILE;
use crate::diagnostic::{Diagnostic, Span};
use crate::mock::KnownDeviation;
use crate::self_test::case_set::{SetFile, find};
use crate::suite::Suite;

/// A deviation, and the cases that must notice it.
#[derive(Clone, Debug)]
pub struct CatalogueEntry {
    /// The deviation.
    pub deviation: KnownDeviation,
    /// What it belongs to.
    pub family: Family,
    /// Why no case can catch it, if none can.
    pub uncaught: Option<Arc<str>>,
    /// Whether it concerns the account as a whole, so that each case must run alone, on a mock of its own.
    pub account_wide: bool,
    /// The cases that must fail, each of them.
    pub(super) caught_by: Vec<PlacedSet>,
    /// Further cases that may fail, because they meet the deviation in passing.
    pub(super) may_disturb: Vec<PlacedSet>,
}

/// A set of cases and its place in the file.
#[derive(Clone, Debug)]
pub(super) struct PlacedSet {
    pub(super) set: SetFile,
    pub(super) span: Span,
}

/// The cases that an entry means, by their indexes in a suite.
#[derive(Debug)]
pub(in crate::self_test) struct Expectations {
    /// These must fail.
    pub(in crate::self_test) must_fail: BTreeSet<usize>,
    /// Sets of cases that may fail, each with its text. At least one case of each does.
    pub(in crate::self_test) may_fail: Vec<(String, BTreeSet<usize>)>,
}

impl CatalogueEntry {
    /// The name of the deviation.
    pub fn name(&self) -> String {
        self.deviation.name().to_owned()
    }

    /// The cases that must fail, as the catalogue writes them.
    pub fn caught_by(&self) -> impl Iterator<Item = String> {
        self.caught_by.iter().map(|placed| placed.set.to_string())
    }

    /// Looks up the cases in a suite. A set that means no case is a mistake, which is added to `mistakes`.
    pub(in crate::self_test) fn expectations(&self, suite: &Suite, mistakes: &mut Vec<Diagnostic>) -> Expectations {
        let mut look_up = |placed: &PlacedSet| {
            find(suite, &placed.set).unwrap_or_else(|reason| {
                let message = format!("{}: {reason}", self.deviation.name());
                mistakes.push(Diagnostic { file: FILE.into(), span: Some(placed.span), message, help: None });
                BTreeSet::new()
            })
        };

        let must_fail = self.caught_by.iter().flat_map(&mut look_up).collect();
        let may_fail = self.may_disturb.iter().map(|placed| (placed.set.to_string(), look_up(placed))).collect();
        Expectations { must_fail, may_fail }
    }
}
