//! What becomes of the cases that remain, by the leg that is gone next.

use std::collections::HashMap;

use super::key::TourKey;
use super::leg::Leg;
use super::order::Tour;
use crate::plan::Need;
use crate::suite::name::ClassName;

/// A need as the remaining cases and the keys have it.
#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
    /// How many times the remaining cases need it.
    cases: usize,
    /// How many keys may still come to meet it.
    may: usize,
    /// How many keys are where it wants them.
    at: usize,
}

/// A tour before its next leg. It is made once for all legs that may be next: hundreds can be as short as each other where
/// no key can be made, and each moves a key or two.
#[derive(Debug)]
pub(super) struct Outlook<'t, 'a> {
    tour: &'t Tour<'a>,
    /// By serving, the places of its needs among all.
    needs_of: &'t [Vec<usize>],
    /// By need.
    waiting: Vec<Waiting>,
    /// The needs of each class.
    of_class: HashMap<&'a ClassName, Vec<usize>>,
    /// How many times the remaining cases need what some key meets where it is.
    met: usize,
}

impl<'t, 'a> Outlook<'t, 'a> {
    pub(super) fn new(tour: &'t Tour<'a>, needs_of: &'t [Vec<usize>]) -> Self {
        let mut waiting = vec![Waiting::default(); tour.needs.len()];
        for number in tour.remaining.iter().flat_map(|index| &needs_of[*index]) {
            waiting[*number].cases += 1;
        }

        let mut keys: HashMap<&ClassName, Vec<&TourKey>> = HashMap::new();
        for key in tour.keys.iter().flatten() {
            keys.entry(&key.class).or_default().push(key);
        }
        let mut of_class: HashMap<&ClassName, Vec<usize>> = HashMap::new();
        for (number, need) in tour.needs.iter().copied().enumerate() {
            let keys = keys.get(&need.class).map(Vec::as_slice).unwrap_or_default();
            waiting[number].may = keys.iter().filter(|key| may(key, need)).count();
            waiting[number].at = keys.iter().filter(|key| at(key, need)).count();
            of_class.entry(&need.class).or_default().push(number);
        }

        let met = waiting.iter().filter(|need| need.at > 0).map(|need| need.cases).sum();
        Self { tour, needs_of, waiting, of_class, met }
    }

    /// How many different needs no key can meet any more after a leg, and how many cases wait where the keys are then.
    pub(super) fn after(&self, leg: &Leg) -> (usize, usize) {
        let own = &self.needs_of[leg.serving];
        let mut moved: HashMap<&ClassName, Vec<(Option<&TourKey>, TourKey)>> = HashMap::new();
        for (leg_key, one) in leg.keys.iter().zip(&self.tour.servings[leg.serving].uses) {
            let before = self.tour.keys.get(leg_key.key).and_then(Option::as_ref);
            let mut after = self.tour.key_at(leg_key.key, &one.need.class);
            leg_key.steps.iter().for_each(|step| after.take(step));
            after.serve(one);
            moved.entry(&one.need.class).or_default().push((before, after));
        }

        // The case itself waits no longer.
        let served = own.iter().filter(|number| self.waiting[**number].at > 0).count();
        let (mut lost, mut met) = (0, self.met - served);
        for (class, keys) in &moved {
            for number in self.of_class.get(class).into_iter().flatten() {
                let (need, now) = (self.tour.needs[*number], self.waiting[*number]);
                let cases = now.cases - own.iter().filter(|other| *other == number).count();
                if cases == 0 {
                    continue;
                }
                // Keys that the leg does not use stay as they are.
                let then = |present: usize, is: fn(&TourKey, &Need) -> bool| {
                    let gone = keys.iter().filter(|(before, _)| before.is_some_and(|key| is(key, need))).count();
                    present - gone + keys.iter().filter(|(_, after)| is(after, need)).count()
                };
                lost += usize::from(now.may > 0 && then(now.may, may) == 0);
                match (now.at > 0, then(now.at, at) > 0) {
                    (true, false) => met -= cases,
                    (false, true) => met += cases,
                    _ => {}
                }
            }
        }
        (lost, met)
    }
}

/// Whether a key of the class may still come to meet a need.
fn may(key: &TourKey, need: &Need) -> bool {
    key.standing.may_serve(need)
}

/// Whether a key of the class is where a need wants it.
fn at(key: &TourKey, need: &Need) -> bool {
    key.standing.is_at(need)
}
