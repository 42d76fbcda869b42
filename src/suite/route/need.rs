//! Where a case needs a key, and how the key must have come there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Position, Route, RouteStep, Standing, Stock};
use crate::suite::name::{ClassName, FixtureName};

/// Where a case needs a key, and how the key must have come there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Need {
    /// The class of the key.
    pub class: ClassName,
    /// Where it must be.
    pub position: Position,
    /// What it must have had, and nothing else; none if that does not count.
    pub had: Option<BTreeSet<String>>,
    /// The fixtures that it must have.
    pub fixtures: BTreeSet<FixtureName>,
    /// The end of the route by which it must have come; none if that does not count.
    pub recent: Option<Recent>,
}

/// The end of a route. A key that came by it, and whose fixtures were made where the route makes them, shows whatever the
/// calls of the route did to either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recent {
    /// Where the key is, one place after the other; the last is where a case needs it.
    places: Vec<Position>,
    /// How many of these calls came after each fixture of the case.
    ages: BTreeMap<FixtureName, usize>,
}

impl Need {
    /// Of which age a fixture must be; none if that does not count.
    pub(crate) fn age(&self, fixture: &FixtureName) -> Option<usize> {
        self.recent.as_ref()?.ages.get(fixture).copied()
    }
}

impl Recent {
    /// The end of the route of a new key: so many calls that move the key, or as many as it takes for the first of these
    /// fixtures to be made on it.
    pub(crate) fn of(new: Position, route: &Route, fixtures: &BTreeSet<FixtureName>, calls: usize) -> Self {
        let mut places = vec![new];
        let mut made = BTreeMap::new();
        for step in &route.steps {
            match step {
                RouteStep::Prepare(fixture) if fixtures.contains(fixture) => {
                    made.insert(fixture.clone(), places.len() - 1);
                }
                RouteStep::Prepare(_) => {}
                RouteStep::Drive { to, .. } | RouteStep::Advance { to, .. } => {
                    if places.last() != Some(to) {
                        places.push(to.clone());
                    }
                }
            }
        }

        let last = places.len() - 1;
        let begin = made.values().copied().fold(last.saturating_sub(calls), usize::min);
        let ages = made.into_iter().map(|(fixture, at)| (fixture, last - at)).collect();
        Self { places: places.split_off(begin), ages }
    }

    /// Where the key is, one place after the other; the last is where a case needs it.
    pub(crate) fn places(&self) -> &[Position] {
        &self.places
    }

    /// The fixtures that are made at a place of it.
    pub(crate) fn made_at(&self, place: usize) -> impl Iterator<Item = &FixtureName> {
        let age = self.places.len() - 1 - place;
        self.ages.iter().filter(move |(_, own)| **own == age).map(|(fixture, _)| fixture)
    }

    /// Whether a key has come by the first places, and has what was to be made before the last of them.
    pub(crate) fn is_gone(&self, key: &Standing, stock: &Stock, count: usize) -> bool {
        let Some((at, _)) = self.places[..count].split_last() else { return false };
        let ahead = self.places.len() - count;
        let mut before = self.ages.iter().filter(|(_, age)| **age > ahead);
        key.position == *at
            && key.has_come_by(&self.places[..count])
            && before.all(|(fixture, age)| stock.count_of(fixture, age - ahead) > 0)
    }
}
