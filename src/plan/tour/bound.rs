//! The fewest requests that any tour of some cases takes.
//!
//! Each part can't be avoided, and none is counted twice:
//!
//! - what the cases send themselves: probes, verifications, and what is looked at afterwards;
//! - the keys that some case needs at once are made and removed;
//! - each fixture is made once for each case that uses it up, and once for each way on which no other is taken along;
//! - a key is observed after it was made, and after each case that leaves it unobserved;
//! - the calls between cases, by the directed rural postman: a probe that moves its key leads from one state to another, and
//!   what the states lack of ways in or out is joined at the least cost. That the ways must hang together is not required,
//!   which can only make the bound lower.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::Moves;
use super::serving::{Serving, width};
use super::tally::{Counter, Observing, Tally};
use crate::plan::{CasePlan, Planner, Recent};
use crate::suite::name::{ClassName, FixtureName, State};

/// What no tour of some cases can be without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bound {
    /// Requests that the cases send themselves.
    pub(crate) own: usize,
    /// Requests that make, observe and remove keys.
    pub(crate) keys: usize,
    /// Requests that make fixtures.
    pub(crate) fixtures: usize,
    /// Calls between the cases.
    pub(crate) moves: usize,
    /// Requests that observe keys between the cases.
    pub(crate) observations: usize,
}

impl Bound {
    /// The bound of a tour of these cases. `plan` gives the plan of a case of the suite.
    pub(crate) fn new(
        planner: &Planner,
        servings: &[&Serving],
        observing: Observing,
        plan: impl Fn(usize) -> Option<std::sync::Arc<CasePlan>>,
    ) -> Self {
        let counter = Counter::new(planner, observing);
        let mut own = Tally::default();
        for serving in servings {
            if let Some(plan) = plan(serving.case) {
                own += &counter.own(serving.case, &plan, !serving.only_makes);
            }
        }

        let owned: Vec<Serving> = servings.iter().map(|serving| (*serving).clone()).collect();
        let width = width(&owned);
        let class_of = |index: usize| width.keys().nth(index);
        let keys: usize = width.values().sum();
        // A key that a case makes anyway need not be made apart; it is removed, like any other.
        let made: usize = servings.iter().filter(|serving| serving.only_makes).map(|serving| serving.makes.len()).sum();
        let removals = if observing.removals { 2 } else { 1 };
        let mut observation = Tally::default();
        if let Some(class) = class_of(0) {
            counter.observe(&mut observation, class);
        }
        let observation = observation.requests();

        let unobserved = servings.iter().flat_map(|serving| &serving.uses).filter(|one| !one.observed).count();
        let moves: Vec<Moves> = width.keys().map(|class| Moves::of(planner, &owned, class)).collect();
        let least = |of: &dyn Fn(&Moves, usize) -> usize| -> usize {
            moves.iter().zip(width.values()).map(|(moves, keys)| of(moves, *keys)).sum()
        };
        // A key is observed where it arrives, and that can also be the observation after a case that left it unobserved:
        // so either of the two counts, whichever is more.
        let calls = least(&Moves::calls);
        let arrivals = least(&Moves::ways);
        let seen_on_the_way = if observing.each_move() { calls } else { arrivals };
        Self {
            own: own.requests(),
            keys: keys.saturating_sub(made) + keys.max(made) * removals,
            fixtures: fixtures(planner, &owned),
            moves: calls,
            observations: unobserved.max(seen_on_the_way) * observation,
        }
    }

    /// All of it.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line shows a plan"))]
    pub(crate) fn requests(&self) -> usize {
        self.own + self.keys + self.fixtures + self.moves + self.observations
    }
}

/// The states of a key since a fixture was made, until a case needs both; and whether the case uses it up.
type Past<'s> = (Vec<&'s State>, bool);

/// How many fixtures must be made at least: one that a case uses up is there for no other, and one that is made before the
/// key goes one way is not there, with that past, for a case by another.
fn fixtures(planner: &Planner, servings: &[Serving]) -> usize {
    let mut needed: BTreeMap<(&ClassName, &FixtureName), Vec<Past>> = BTreeMap::new();
    for one in servings.iter().flat_map(|serving| &serving.uses) {
        for fixture in &one.need.fixtures {
            let places = one.need.recent.as_ref().map(Recent::places).unwrap_or_default();
            let since = places.len().saturating_sub(1 + one.need.age(fixture).unwrap_or_default());
            let past = places[since..].iter().map(|place| &place.state).collect();
            needed.entry((&one.need.class, fixture)).or_default().push((past, one.uses_up.contains(fixture)));
        }
    }

    let known = |fixture: &FixtureName| planner.suite().service.fixtures.contains_key(fixture);
    let least = |pasts: Vec<Past>| {
        let used_up: Vec<_> = pasts.iter().filter(|(_, used_up)| *used_up).map(|(past, _)| past).collect();
        let looked_at: BTreeSet<_> = pasts.iter().filter(|(_, used_up)| !used_up).map(|(past, _)| past).collect();
        // One that goes on to another case, or is used up by one, is the same.
        let ends = looked_at.iter().filter(|past| {
            !looked_at.iter().any(|other| other.len() > past.len() && other.starts_with(past))
                && !used_up.iter().any(|other| other.starts_with(past))
        });
        (used_up.len() + ends.count()).max(1)
    };
    needed.into_iter().filter(|((_, fixture), _)| known(fixture)).map(|(_, pasts)| least(pasts)).sum()
}
