//! The fixtures that a key takes along: cases further on need them, and they must have been made here.

use std::collections::HashMap;

use super::key::TourKey;
use super::leg::Leg;
use super::order::Tour;
use crate::plan::{Need, Position, RouteStep};
use crate::suite::name::FixtureName;

/// What the cases with a need want of a fixture.
#[derive(Debug, Clone, Copy, Default)]
struct Wanted {
    /// How many use one up.
    used_up: usize,
    /// Whether some case only looks at it.
    looked_at: bool,
}

impl Tour<'_> {
    /// Makes fixtures on the way of a leg, as many as the cases further on will want that were made there.
    pub(super) fn with_provisions(&self, mut leg: Leg) -> Leg {
        for (leg_key, one) in leg.keys.iter_mut().zip(&self.servings[leg.serving].uses) {
            let mut key = self.key_at(leg_key.key, &one.need.class);
            let steps = std::mem::take(&mut leg_key.steps);
            let path = one.path.iter().filter(|_| one.certain);
            let places: Vec<Position> = steps.iter().filter_map(RouteStep::position).chain(path).cloned().collect();

            let mut ahead = places.as_slice();
            for step in steps {
                if step.position().is_some() {
                    leg_key.steps.extend(self.provide(&mut key, ahead));
                    ahead = &ahead[1..];
                }
                key.take(&step);
                leg_key.steps.push(step);
            }
            // The case itself moves the key on.
            if !ahead.is_empty() {
                leg_key.steps.extend(self.provide(&mut key, ahead));
            }
        }
        leg
    }

    /// Makes what a key wants before it goes to these places, and perhaps further.
    fn provide(&self, key: &mut TourKey, ahead: &[Position]) -> Vec<RouteStep> {
        let at = key.standing.position.state.clone();
        let mut steps = Vec::new();
        for fixture in self.suite.service.fixtures.keys() {
            if !self.suite.can_prepare(&key.class, fixture, &at) {
                continue;
            }
            let wanted = self.demand(key, fixture, ahead);
            for _ in key.stock.count_of(fixture, 0)..wanted {
                let step = RouteStep::Prepare(fixture.clone());
                key.take(&step);
                steps.push(step);
            }
        }
        steps
    }

    /// How many of a fixture that is made now the remaining cases want of a key, if it goes where they want the most.
    fn demand(&self, key: &TourKey, fixture: &FixtureName, ahead: &[Position]) -> usize {
        let mut tails: HashMap<&[Position], Wanted> = HashMap::new();
        let mut least = 0;
        for (need, wanted) in self.wanted(fixture) {
            if need.class != key.class || !key.standing.may_serve(need) {
                continue;
            }
            if let Some(tail) = tail(key, fixture, need, ahead) {
                let all = tails.entry(tail).or_default();
                all.used_up += wanted.used_up;
                all.looked_at |= wanted.looked_at;
            }
            // Where no past counts, one is as good as another, as long as there is one.
            let can = |place: &Position| self.suite.can_prepare(&key.class, fixture, &place.state);
            let last_chance = need.recent.is_none() && !can(&need.position) && !ahead.first().is_some_and(can);
            least |= usize::from(last_chance && key.stock.count(fixture) == 0);
        }

        let on_the_way = |end: &[Position]| -> usize {
            let passed = tails.iter().filter(|(tail, _)| end.starts_with(tail)).map(|(_, wanted)| wanted.used_up);
            let looked_at_in_the_end = tails.get(end).is_some_and(|wanted| wanted.used_up == 0 && wanted.looked_at);
            passed.sum::<usize>() + usize::from(looked_at_in_the_end)
        };
        tails.keys().map(|end| on_the_way(end)).fold(least, usize::max)
    }

    /// What the remaining cases want of a fixture, by their needs.
    fn wanted(&self, fixture: &FixtureName) -> Vec<(&Need, Wanted)> {
        let mut wanted = vec![Wanted::default(); self.needs.len()];
        for index in &self.remaining {
            for (one, number) in self.servings[*index].uses.iter().zip(&self.needs_of[*index]) {
                let used_up = one.uses_up.contains(fixture);
                wanted[*number].used_up += usize::from(used_up);
                wanted[*number].looked_at |= !used_up && one.need.fixtures.contains(fixture);
            }
        }
        let is_wanted = |(_, wanted): &(&Need, Wanted)| wanted.used_up > 0 || wanted.looked_at;
        self.needs.iter().copied().zip(wanted).filter(is_wanted).collect()
    }
}

/// Where a key goes on to from here until a case needs it with a fixture that is made now; none if it does not go there,
/// or if nothing has to be made ahead.
fn tail<'n>(key: &TourKey, fixture: &FixtureName, need: &'n Need, ahead: &[Position]) -> Option<&'n [Position]> {
    let (recent, age) = (need.recent.as_ref()?, need.age(fixture).filter(|age| *age > 0)?);
    let (gone, tail) = recent.places().split_at(recent.places().len() - age);
    let leads_there = tail.iter().zip(ahead).all(|(one, other)| one == other);
    (leads_there && recent.is_gone(&key.standing, &key.stock, gone.len())).then_some(tail)
}
