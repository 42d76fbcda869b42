//! The fixtures of a key that is in use.

use std::collections::{BTreeMap, BTreeSet};

use super::{Need, Position, RouteStep, Standing};
use crate::suite::name::FixtureName;

/// How many calls have moved a key since its fixture was made; none if that is not known.
pub(crate) type Age = Option<usize>;

/// The fixtures of a key that is in use, in the order in which they were made: a case that uses one up leaves the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Stock(BTreeMap<FixtureName, Vec<Age>>);

impl Stock {
    /// Fixtures of these ages.
    pub(crate) fn new(fixtures: impl IntoIterator<Item = (FixtureName, Vec<Age>)>) -> Self {
        Self(fixtures.into_iter().collect())
    }

    /// The fixtures that are there.
    pub(crate) fn made(&self) -> BTreeSet<FixtureName> {
        self.0.iter().filter(|(_, ages)| !ages.is_empty()).map(|(name, _)| name.clone()).collect()
    }

    /// How many of each fixture are there.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&FixtureName, usize)> {
        self.0.iter().map(|(name, ages)| (name, ages.len()))
    }

    /// How many of a fixture are there, of any age.
    pub(crate) fn count(&self, fixture: &FixtureName) -> usize {
        self.0.get(fixture).map_or(0, Vec::len)
    }

    /// How many of a fixture are of an age.
    pub(crate) fn count_of(&self, fixture: &FixtureName, age: usize) -> usize {
        self.0.get(fixture).map_or(0, |ages| ages.iter().filter(|own| **own == Some(age)).count())
    }

    /// The place of the one that a case sees: of the age that it needs, or else the youngest.
    pub(crate) fn pick(&self, fixture: &FixtureName, need: &Need) -> Option<usize> {
        let ages = self.0.get(fixture)?;
        match need.age(fixture) {
            Some(wanted) => ages.iter().position(|age| *age == Some(wanted)),
            None => (0..ages.len()).min_by_key(|place| ages[*place].unwrap_or(usize::MAX)),
        }
    }

    /// Whether everything is there that a case needs.
    pub(crate) fn serves(&self, need: &Need) -> bool {
        need.fixtures.iter().all(|fixture| self.pick(fixture, need).is_some())
    }

    /// One more was made.
    pub(crate) fn add(&mut self, fixture: &FixtureName) {
        self.0.entry(fixture.clone()).or_default().push(Some(0));
    }

    /// The one that a case saw is there no longer.
    pub(crate) fn use_up(&mut self, fixture: &FixtureName, need: &Need) {
        let place = self.pick(fixture, need);
        if let (Some(place), Some(ages)) = (place, self.0.get_mut(fixture)) {
            ages.remove(place);
        }
    }

    /// A call has moved the key.
    pub(crate) fn grow_older(&mut self) {
        for age in self.0.values_mut().flatten() {
            *age = age.map(|age| age + 1);
        }
    }

    /// It is not certain by which calls the key came to where it is.
    pub(crate) fn lose_ages(&mut self) {
        self.0.values_mut().flatten().for_each(|age| *age = None);
    }
}

/// A key and its fixtures on their way.
#[derive(Debug, Clone)]
pub(super) struct Traveller {
    pub(super) standing: Standing,
    pub(super) stock: Stock,
}

impl Traveller {
    pub(super) fn go(&mut self, step: &RouteStep) {
        match step {
            RouteStep::Prepare(fixture) => self.stock.add(fixture),
            RouteStep::Drive { to, .. } | RouteStep::Advance { to, .. } => self.move_to(to),
        }
    }

    fn move_to(&mut self, to: &Position) {
        if self.standing.move_to(to) {
            self.stock.grow_older();
        }
    }
}
