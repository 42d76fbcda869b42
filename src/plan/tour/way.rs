//! The ways of the keys of a tour to where a case needs them.

use std::collections::HashMap;

use super::key::TourKey;
use super::leg::{Leg, LegKey};
use super::order::Tour;
use crate::plan::{RouteStep, Standing, Stock};

/// What a new key costs, in requests: more than any way of a key that is there.
const NEW_KEY: usize = 10_000;

/// What a way costs: the requests that move and observe keys, and then those that make fixtures, which have to be made at
/// some time.
pub(super) type Cost = (usize, usize);

/// The requests that observe a key.
const OBSERVATION: usize = 2;

/// The ways that were found: of a key with its fixtures to the need of this number.
pub(super) type Leads = HashMap<(Standing, Stock, usize), Option<Vec<RouteStep>>>;

/// A way to serve a case.
pub(super) struct Candidate {
    pub(super) leg: Leg,
    pub(super) cost: Cost,
}

impl Tour<'_> {
    /// The shortest way of keys to where a case needs them.
    pub(super) fn way(&mut self, index: usize, needs: &[usize]) -> Option<Candidate> {
        let mut best: Option<(Cost, Vec<LegKey>)> = None;
        self.assign(needs, &mut Vec::new(), (0, 0), &mut best);
        let (cost, keys) = best?;
        Some(Candidate { leg: Leg { serving: index, keys, adopts: false }, cost })
    }

    /// Tries every choice of keys for the needs that have none yet.
    fn assign(
        &mut self,
        needs: &[usize],
        chosen: &mut Vec<LegKey>,
        cost: Cost,
        best: &mut Option<(Cost, Vec<LegKey>)>,
    ) {
        if best.as_ref().is_some_and(|(least, _)| cost >= *least) {
            return;
        }
        let Some(number) = needs.get(chosen.len()) else {
            *best = Some((cost, chosen.clone()));
            return;
        };

        let need = self.needs[*number];

        let new = chosen.iter().map(|leg| leg.key + 1).fold(self.keys.len(), usize::max);
        for place in (0..self.keys.len()).chain([new]) {
            if chosen.iter().any(|leg| leg.key == place) {
                continue;
            }
            let key = match self.keys.get(place) {
                Some(Some(key)) if key.class == need.class => key.clone(),
                Some(_) => continue,
                None => self.key_at(place, &need.class),
            };
            let (observed, unseen) = (key.observed, !key.observed && !key.unused);
            let Some(steps) = self.lead(key, *number) else { continue };
            let moves = steps.iter().filter(|step| step.position().is_some()).count();
            let arrivals = usize::from(moves > 0 || !observed) + usize::from(moves > 0 && unseen);
            let observations = arrivals * OBSERVATION;
            let made = if place >= self.keys.len() { NEW_KEY } else { 0 };
            let own = (cost.0 + moves + observations + made, cost.1 + steps.len() - moves);
            chosen.push(LegKey { key: place, steps });
            self.assign(needs, chosen, own, best);
            chosen.pop();
        }
    }

    fn lead(&mut self, key: TourKey, number: usize) -> Option<Vec<RouteStep>> {
        let (suite, need) = (self.suite, self.needs[number]);
        let known = self.leads.entry((key.standing, key.stock, number));
        known.or_insert_with_key(|(standing, stock, _)| suite.lead(standing, stock, need)).clone()
    }
}
