//! A key that is handed from case to case.

use std::collections::{BTreeMap, HashMap};

use tokio::time::Instant;

use crate::ledger::Item;
use crate::plan::tour::TourKey;
use crate::plan::{Position, Standing};
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
            stock: self.stock.iter().map(|(fixture, instances)| (fixture.clone(), instances.len())).collect(),
            observed: self.seen.is_some(),
            unused: self.unused,
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
