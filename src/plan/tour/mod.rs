//! The cases as a tour: a few keys are handed from case to case, and what one case does to its key brings it to the next.
//!
//! The states of a key and the calls between them are a finite state machine, and the table is a test suite over it. A
//! sequence of inputs that goes over every transition of such a machine at least once is a *transition tour* (S. Naito and
//! M. Tsunoyama, "Fault detection for sequential machines by transition tours", FTCS 1981). The shortest one is a *Chinese
//! postman* tour of the graph; where only some transitions must be gone over, and some states seen, that of the directed
//! rural postman (A. V. Aho, A. T. Dahbura, D. Lee and M. Ü. Uyar, "An optimization technique for protocol conformance test
//! generation based on UIO sequences and rural Chinese postman tours", IEEE Transactions on Communications 39, 1991).
//!
//! Here, a probe that succeeds and moves its key is a transition that must be gone over once; a case that leaves its key
//! where it was, such as a rejection, makes that state one that must be seen. The other calls are what a tour spends besides
//! the cases:
//!
//! A tour must judge what fresh keys judge. So a cell is served by a key that came to it by the end of the cell's own route:
//! by the whole of a named one, or else by its last call, and by everything since the first fixture of the case was made,
//! which is made where the route makes it. What calls on the route do to a key or to what it has shows on both then.
//!
//! - `serving`: what a case needs of its keys, and where it leaves them; which cases must have keys of their own;
//! - `key`: a key as the planner sees it;
//! - `leg`: one case of a tour, and how its keys come to it;
//! - `order`: the next case is one that the keys serve as they are, or else the one with the shortest way there. It is
//!   consulted for one case at a time, so a key that is not where the table says is simply planned on from where it is;
//! - `outlook`: what becomes of the cases that remain, by the leg that is gone next;
//! - `way`: the ways of keys to where a case needs them;
//! - `provision`: the fixtures that keys take along for cases further on;
//! - `bound` and `moves`: the postman's bound, below which no tour of these cases can be;
//! - `tally`: requests, by operation.

mod bound;
mod key;
mod leg;
mod moves;
mod order;
mod outlook;
mod provision;
mod serving;
mod tally;
#[cfg(test)]
mod tests;
mod way;

pub(crate) use self::bound::Bound;
pub(crate) use self::key::TourKey;
pub(crate) use self::leg::Leg;
pub(crate) use self::order::Tour;
pub(crate) use self::serving::{Apart, Serving, Use, width};
pub(crate) use self::tally::{Counter, Observing, Tally};
use super::{CasePlan, Planner};
use crate::suite::name::ClassName;

/// A whole tour, as it goes if every response is the one that the table says.
#[derive(Debug)]
pub(crate) struct TourPlan {
    pub(crate) servings: Vec<Serving>,
    /// The cases in their order, each with its keys.
    pub(crate) legs: Vec<Leg>,
    /// The classes of the keys that are handed from case to case, in the order in which they join.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line shows a plan"))]
    pub(crate) keys: Vec<ClassName>,
    /// What is not served, as indexes of the servings: it would make keys that no other case needs.
    pub(crate) left_out: Vec<usize>,
}

impl TourPlan {
    /// Plans the tour of cases. `spare` keys may be made by cases that are about nothing else.
    pub(crate) fn new(planner: &Planner, servings: Vec<Serving>, spare: usize) -> Self {
        let mut legs = Vec::new();
        let mut tour = Tour::new(planner.suite(), &servings, spare);
        while let Some(leg) = tour.next() {
            tour.go(&leg);
            legs.push(leg);
        }

        let keys = tour.keys().iter().flatten().map(|key| key.class.clone()).collect();
        let left_out = tour.remaining().iter().copied().collect();
        Self { servings, legs, keys, left_out }
    }
}

/// Cases, by whether the keys of the tour serve them.
#[derive(Debug, Default)]
pub(crate) struct Split {
    pub(crate) shared: Vec<Serving>,
    /// Indexes of the suite, and why.
    pub(crate) apart: Vec<(usize, Apart)>,
}

impl Split {
    /// Splits cases that have a plan.
    pub(crate) fn new<'p>(planner: &Planner, cases: impl IntoIterator<Item = (usize, &'p CasePlan)>) -> Self {
        let mut split = Self::default();
        for (index, plan) in cases {
            match Serving::of(planner, index, plan) {
                Ok(serving) => split.shared.push(serving),
                Err(apart) => split.apart.push((index, apart)),
            }
        }
        split
    }
}
