//! Removes what is found in the lists of the target by the mark that it carries.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::from_ledger::Wanted;
use super::service::{Described, Removal, Service};
use super::{Outcome, Sweep};
use crate::ledger::{mark_in, mark_in_name};
use crate::suite::service::{AliasSweep, Sweep as Lists};

/// A key that carries the mark of a run.
struct Marked {
    run: String,
    created: Option<Timestamp>,
    waits: bool,
}

impl Sweep<'_> {
    /// Reads the lists of the target, and removes what carries the mark of a run that is over. `wanted` are the runs of which
    /// keys are missed.
    pub(super) async fn sweep_lists(&mut self, wanted: &[Wanted]) {
        let Some(lists) = self.service.suite().service.sweep.clone() else {
            return self.problem("the keys of this service can't be looked for by their marks".to_owned());
        };

        let (keys, mut complete) = self.marked_keys(&lists).await;
        // Before the keys: what belongs to a key may not be removable once the key waits for its deletion.
        if let Some(aliases) = &lists.aliases
            && (self.options.by_marks || !self.report.unreadable.is_empty())
        {
            complete &= self.aliases(aliases, &keys).await;
        }

        let known = self.named_keys();
        let mut stays: Vec<&str> = Vec::new();
        for (id, key) in keys.iter().filter(|(id, key)| !key.waits && !known.contains(*id)) {
            if let Some(why) = self.given(id) {
                self.report.add(format!("key {id}"), &key.run, Outcome::LeftAlone(why));
                continue;
            }
            let life = self.ledgers.life(&key.run);
            let outcome = match self.left_alone(life, key.created) {
                Some(why) => Outcome::LeftAlone(why),
                None => self.remove_key(id).await.0,
            };
            if !matches!(outcome, Outcome::Removed) {
                stays.push(&key.run);
            }
            self.report.add(format!("key {id}"), &key.run, outcome);
        }

        for one in wanted {
            if !complete || stays.contains(&one.run.as_str()) {
                continue;
            }
            if one.may_be_late {
                let why =
                    "it was about to be made just now, and may be listed later: sweep again in a minute".to_owned();
                self.report.add("a key whose making got no response", &one.run, Outcome::Stays(why));
            } else if !self.options.dry_run {
                self.note_settled(one);
            }
        }
    }

    /// The keys that carry a mark, and whether these are all.
    async fn marked_keys(&mut self, lists: &Lists) -> (IndexMap<String, Marked>, bool) {
        let listed = self.service.list(&lists.operation, &lists.list).await;
        let mut complete = listed.incomplete.is_none();
        listed.incomplete.into_iter().for_each(|why| self.problem(why));

        let mut keys = IndexMap::new();
        let mut described = 0;
        let mut failed = Vec::new();
        for id in listed.entries.iter().filter_map(|entry| Service::name_in(entry, &lists.id)) {
            match self.service.describe(&id).await {
                Ok(Described::Key { text, created, waits, .. }) => {
                    described += 1;
                    if let Some(run) = mark_in(&text) {
                        keys.insert(id, Marked { run: run.to_owned(), created, waits });
                    }
                }
                Ok(Described::Missing) => described += 1,
                Err(why) => failed.push(format!("key {id}: {why}")),
            }
        }
        self.report.described = Some(described);

        if let Some(first) = failed.first() {
            complete = false;
            let count = failed.len();
            self.problem(format!("{count} listed keys could not be described, so their marks are not known; {first}"));
        }
        (keys, complete)
    }

    /// Removes the aliases whose names hold a mark; whether all could be looked for.
    async fn aliases(&mut self, aliases: &AliasSweep, keys: &IndexMap<String, Marked>) -> bool {
        let listed = self.service.list(&aliases.operation, &aliases.list).await;
        let complete = listed.incomplete.is_none();
        listed.incomplete.into_iter().for_each(|why| self.problem(why));

        for entry in &listed.entries {
            let Some(name) = Service::name_in(entry, &aliases.name) else { continue };
            let Some(run) = name.strip_prefix(&aliases.prefix).and_then(mark_in_name) else { continue };
            // An alias is as old as its key at most; the list does not say more.
            let key = Service::name_in(entry, &aliases.key).and_then(|id| keys.get(&id));
            let created = key.and_then(|key| key.created);
            let outcome = match self.left_alone(self.ledgers.life(run), created) {
                Some(why) => Outcome::LeftAlone(why),
                None if self.options.dry_run => Outcome::ToRemove,
                None => {
                    let parameters = Map::from_iter([(aliases.parameter.clone(), Value::from(name.as_str()))]);
                    match self.service.remove(&aliases.remove, &parameters).await {
                        Ok(Removal::Done) => Outcome::Removed,
                        Ok(Removal::Missing) => Outcome::Gone,
                        Ok(Removal::Rejected(why)) | Err(why) => Outcome::Stays(why),
                    }
                }
            };
            self.report.add(&name, run, outcome);
        }
        complete
    }
}
