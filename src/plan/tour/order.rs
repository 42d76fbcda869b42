//! The order of a tour: which case is next, by which keys, and how these come there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexSet;

use super::key::TourKey;
use super::leg::{Leg, LegKey};
use super::outlook::Outlook;
use super::serving::{Serving, Use, width};
use super::way::{Candidate, Leads};
use crate::plan::{Need, Position};
use crate::suite::Suite;
use crate::suite::name::{ClassName, State};

/// What it costs to make a key useless for a case that still needs one like it.
const LOST: usize = 1_000;

/// How good a way is; the least is the best. The requests that move and observe keys and what is lost for other cases,
/// whether the case moves its keys, the fixtures, how few cases wait where the keys are then, and the place among all.
type Rank = (usize, bool, usize, usize, usize);

/// A tour while it is planned, or run: the keys as they are, and the cases that are still to be served.
#[derive(Debug)]
pub(crate) struct Tour<'a> {
    pub(super) suite: &'a Suite,
    pub(super) servings: &'a [Serving],
    /// Indexes into the servings.
    pub(super) remaining: BTreeSet<usize>,
    /// None in the place of a key that was retired.
    pub(super) keys: Vec<Option<TourKey>>,
    /// How many keys of each class some case needs at once.
    width: BTreeMap<ClassName, usize>,
    /// How many keys may be made that no other case needs.
    spare: usize,
    /// How many keys of each class are there before the tour, and need not be made.
    usable: BTreeMap<ClassName, usize>,
    /// How many keys of each class cases have made for the tour.
    adopted: BTreeMap<ClassName, usize>,
    /// The different needs, and by serving the places of its own among them.
    pub(super) needs: Vec<&'a Need>,
    pub(super) needs_of: Vec<Vec<usize>>,
    pub(super) leads: Leads,
}

impl<'a> Tour<'a> {
    /// A tour of cases that has not begun. `spare` keys may be made by cases that are about nothing else.
    pub(crate) fn new(suite: &'a Suite, servings: &'a [Serving], spare: usize) -> Self {
        let mut needs: IndexSet<&Need> = IndexSet::new();
        let mut number = |one: &'a Use| needs.insert_full(&one.need).0;
        let needs_of = servings.iter().map(|serving| serving.uses.iter().map(&mut number).collect()).collect();
        Self {
            suite,
            servings,
            remaining: (0..servings.len()).collect(),
            keys: Vec::new(),
            width: width(servings),
            spare,
            usable: BTreeMap::new(),
            adopted: BTreeMap::new(),
            needs: needs.into_iter().collect(),
            needs_of,
            leads: Leads::default(),
        }
    }

    /// The same tour where so many keys of each class are there before it.
    pub(crate) fn with_usable(self, usable: BTreeMap<ClassName, usize>) -> Self {
        Self { usable, ..self }
    }

    /// The keys, in the order in which they joined.
    pub(crate) fn keys(&self) -> &[Option<TourKey>] {
        &self.keys
    }

    /// What is still to be served, as indexes of the servings.
    pub(crate) fn remaining(&self) -> &BTreeSet<usize> {
        &self.remaining
    }

    /// Puts a key in its place as it was found, or retires it.
    pub(crate) fn set_key(&mut self, place: usize, key: Option<TourKey>) {
        if place >= self.keys.len() {
            self.keys.resize(place + 1, None);
        }
        self.keys[place] = key;
    }

    /// Notes that a serving is over.
    pub(crate) fn done(&mut self, leg: &Leg) {
        let serving = &self.servings[leg.serving];
        self.remaining.remove(&leg.serving);
        for class in serving.makes.iter().filter(|_| leg.adopts) {
            *self.adopted.entry(class.clone()).or_default() += 1;
        }
        if serving.only_makes && !leg.adopts {
            self.spare = self.spare.saturating_sub(serving.makes.len());
        }
    }

    /// Goes a leg as the table says that it goes.
    pub(crate) fn go(&mut self, leg: &Leg) {
        let serving = &self.servings[leg.serving];
        for (leg_key, one) in leg.keys.iter().zip(&serving.uses) {
            let mut key = self.key_at(leg_key.key, &one.need.class);
            leg_key.steps.iter().for_each(|step| key.take(step));
            key.serve(one);
            self.set_key(leg_key.key, Some(key));
        }
        for class in serving.makes.iter().filter(|_| leg.adopts) {
            let place = self.keys.len();
            let key = self.key_at(place, class);
            self.set_key(place, Some(key));
        }
        self.done(leg);
    }

    /// The next case: one that its keys serve as they are, or else the one whose keys have the shortest way. None if there is
    /// none, or what remains would make keys that the tour may not make.
    pub(crate) fn next(&mut self) -> Option<Leg> {
        let allowed: Vec<usize> = self.remaining.iter().copied().filter(|index| self.may_serve(*index)).collect();
        if let Some(leg) = self.at_once(&allowed) {
            return Some(leg);
        }

        // Cases that need the same of their keys have the same way.
        let mut ways: HashMap<&[usize], Option<Candidate>> = HashMap::new();
        let needs_of = std::mem::take(&mut self.needs_of);
        for index in &allowed {
            let needs = needs_of[*index].as_slice();
            ways.entry(needs).or_insert_with(|| self.way(*index, needs));
        }

        let outlook = Outlook::new(self, &needs_of);
        let mut best: Option<(Rank, Leg)> = None;
        for index in allowed {
            let Some(Some(Candidate { leg, cost })) = ways.get(needs_of[index].as_slice()) else { continue };

            // A longer way is not worth a look at what comes after.
            if best.as_ref().is_some_and(|((least, ..), _)| cost.0 > *least) {
                continue;
            }
            let leg = Leg { serving: index, adopts: self.adopts(index), ..leg.clone() };
            let (lost, waiting) = outlook.after(&leg);
            let rank = (cost.0 + LOST * lost, !self.servings[index].stays(), cost.1, usize::MAX - waiting, index);
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, leg));
            }
        }
        drop(ways);
        self.needs_of = needs_of;
        let (_, leg) = best?;
        Some(self.with_provisions(leg))
    }

    /// The key in a place, or a new one.
    pub(super) fn key_at(&self, place: usize, class: &ClassName) -> TourKey {
        match self.keys.get(place) {
            Some(Some(key)) => key.clone(),
            _ => {
                // A class that no key can be made of has no case with a plan.
                let nowhere = || Position { state: State::from(""), has: BTreeSet::new() };
                TourKey::new(class.clone(), self.suite.new_key(class).unwrap_or_else(nowhere))
            }
        }
    }

    /// Whether a case may be served now.
    fn may_serve(&self, index: usize) -> bool {
        let serving = &self.servings[index];
        // What stays on a key would hide the effect of a rejected request.
        let class = &serving.uses[0].need.class;
        let hides = serving.hides.as_ref().is_some_and(|operation| {
            let mut others = self.remaining.iter().map(|index| &self.servings[*index]);
            others.any(|other| other.hidden_by.as_ref() == Some(operation) && other.uses[0].need.class == *class)
        });
        let makes = serving.only_makes && !self.adopts(index) && self.spare < serving.makes.len();
        !hides && !makes
    }

    /// Whether a key that a case makes is one that a later case needs.
    fn adopts(&self, index: usize) -> bool {
        let serving = &self.servings[index];
        let [class] = serving.makes.as_slice() else { return false };
        let there = self.keys.iter().flatten().filter(|key| key.class == *class).count();
        let count = |counts: &BTreeMap<ClassName, usize>| counts.get(class).copied().unwrap_or_default();
        serving.only_makes && there.max(count(&self.adopted) + count(&self.usable)) < count(&self.width)
    }

    /// A case that its keys serve as they are, and that leaves them so. Those that use nothing up come first.
    fn at_once(&self, allowed: &[usize]) -> Option<Leg> {
        let serves = |index: &&usize| {
            let serving = &self.servings[**index];
            serving.stays() && serving.uses.len() == 1 && self.serving_key(&serving.uses[0].need).is_some()
        };
        let uses_up = |index: &&usize| !self.servings[**index].uses[0].uses_up.is_empty();
        let index = *allowed.iter().filter(serves).min_by_key(|index| (uses_up(index), **index))?;
        let key = self.serving_key(&self.servings[index].uses[0].need)?;
        Some(Leg { serving: index, keys: vec![LegKey { key, steps: Vec::new() }], adopts: self.adopts(index) })
    }

    fn serving_key(&self, need: &Need) -> Option<usize> {
        let serves = |key: &Option<TourKey>| key.as_ref().is_some_and(|key| key.observed && key.serves(need));
        self.keys.iter().position(serves)
    }
}
