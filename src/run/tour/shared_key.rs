//! A key that is handed from case to case.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tokio::time::Instant;

use crate::ledger::Item;
use crate::plan::tour::TourKey;
use crate::plan::{Age, Need, Position, Standing, Stock};
use crate::run::bindings::KeyBinding;
use crate::run::observer::Seen;
use crate::run::teardown::Removal;
use crate::suite::name::{ClassName, FixtureName};

/// A key that is handed from case to case.
#[derive(Debug)]
pub(in crate::run) struct SharedKey {
    pub(in crate::run) class: ClassName,
    /// What templates know of it; none while a case has it.
    pub(in crate::run) binding: Option<KeyBinding>,
    /// Where it is and was, by the table and the responses so far.
    pub(in crate::run) standing: Standing,
    /// Its fixtures: of several, the first is the one that cases see.
    pub(in crate::run) stock: BTreeMap<FixtureName, Vec<Instance>>,
    /// What it was last described by on purpose, as far as that is known: no call that moves it may change that.
    pub(in crate::run) mark: Option<Value>,
    /// What was observed of it, if nothing was sent since.
    pub(in crate::run) seen: Option<Seen>,
    /// When it was made, for a target may not know of it everywhere yet.
    pub(in crate::run) made: Instant,
    /// By what the ledger knows it.
    pub(in crate::run) item: Item,
    /// The index of the case that made it.
    pub(in crate::run) case: usize,
    /// Whether no case has used it yet.
    pub(in crate::run) unused: bool,
    /// Whether no further case gets it.
    pub(in crate::run) retired: bool,
}

/// A fixture of a key.
#[derive(Debug)]
pub(in crate::run) struct Instance {
    pub(in crate::run) values: HashMap<String, String>,
    /// How many calls have moved the key since it was made.
    pub(in crate::run) age: Age,
    /// How it is removed, if it has to be.
    pub(in crate::run) removal: Option<Removal>,
}

impl SharedKey {
    /// A key that was just made.
    pub(in crate::run) fn new(class: ClassName, position: Position, item: Item, case: usize) -> Self {
        Self {
            class,
            binding: None,
            standing: Standing::new(position),
            stock: BTreeMap::new(),
            mark: None,
            seen: None,
            made: Instant::now(),
            item,
            case,
            unused: true,
            retired: false,
        }
    }

    /// The key as the planner sees it.
    pub(in crate::run) fn planned(&self) -> TourKey {
        TourKey {
            class: self.class.clone(),
            standing: self.standing.clone(),
            stock: self.ages(),
            observed: self.seen.is_some(),
            unused: self.unused,
        }
    }

    fn ages(&self) -> Stock {
        let ages = |instances: &Vec<Instance>| instances.iter().map(|instance| instance.age).collect();
        Stock::new(self.stock.iter().map(|(fixture, instances)| (fixture.clone(), ages(instances))))
    }

    /// Calls have led to these places, one after the other.
    pub(in crate::run) fn go_along(&mut self, trail: &[Position]) {
        for place in trail {
            if self.standing.move_to(place) {
                let ages = self.stock.values_mut().flatten().map(|instance| &mut instance.age);
                ages.for_each(|age| *age = age.map(|age| age + 1));
            }
        }
    }

    /// The key is at a place, and it is not certain by which calls it came there.
    pub(in crate::run) fn found_at(&mut self, place: &Position) {
        self.standing.found_at(place);
        self.stock.values_mut().flatten().for_each(|instance| instance.age = None);
    }

    /// Lets calls on the way see the youngest of each fixture: a route uses what was made on it.
    pub(in crate::run) fn show_youngest_fixtures(&mut self) {
        for instances in self.stock.values_mut() {
            let youngest = (0..instances.len()).min_by_key(|place| instances[*place].age.unwrap_or(usize::MAX));
            if let Some(place) = youngest {
                let instance = instances.remove(place);
                instances.insert(0, instance);
            }
        }
    }

    /// Lets the case see those of its fixtures that have the age which it needs.
    pub(in crate::run) fn show_fixtures(&mut self, need: &Need) {
        let ages = self.ages();
        for fixture in &need.fixtures {
            if let (Some(place), Some(instances)) = (ages.pick(fixture, need), self.stock.get_mut(fixture)) {
                let instance = instances.remove(place);
                instances.insert(0, instance);
            }
        }
    }

    /// Its id.
    pub(in crate::run) fn id(&self) -> &str {
        self.binding.as_ref().map_or("", KeyBinding::id)
    }

    /// The values of the fixtures that cases see.
    pub(in crate::run) fn fixtures(&self) -> HashMap<FixtureName, HashMap<String, String>> {
        let first = |(fixture, instances): (&FixtureName, &Vec<Instance>)| {
            instances.first().map(|instance| (fixture.clone(), instance.values.clone()))
        };
        self.stock.iter().filter_map(first).collect()
    }

    /// Drops the fixture that cases saw: the next one takes its place.
    pub(in crate::run) fn use_up(&mut self, fixture: &FixtureName) {
        if let Some(instances) = self.stock.get_mut(fixture)
            && !instances.is_empty()
        {
            instances.remove(0);
        }
    }
}
