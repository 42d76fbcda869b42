//! Removes what ledgers name.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::ledgers::Left;
use super::service::{Described, Removal, Service};
use super::{Outcome, Sweep};
use crate::ledger::{Ledger, LedgerEntry, Life, Thing, ThingState, is_mark, mark_in};
use crate::suite::field_path::text_of;
use crate::suite::name::OperationName;

/// What is known of a key that a ledger names.
enum Key {
    /// It carries the mark of its run.
    Ours,
    /// It is gone, or waits for its deletion, perhaps until a time that is known.
    Gone(Option<Timestamp>),
    /// It can't be removed, or may not be.
    Stays(String),
}

/// A key that a run was given and has not returned.
struct Borrowed<'t> {
    path: &'t Path,
    life: Life,
    thing: &'t Thing,
}

/// A run whose keys have to be looked for in the lists, since the making of some got no response.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) run: String,
    path: std::path::PathBuf,
    /// Whether such a key may be missing from the lists, for it was made just now.
    pub(super) may_be_late: bool,
}

impl Sweep<'_> {
    /// Removes what the ledgers name, and gives the runs of which more has to be looked for.
    pub(super) async fn sweep_ledgers(&mut self) -> Vec<Wanted> {
        let ledgers = self.ledgers;
        let target = self.target.clone();
        let (mut wanted, mut borrowed) = (Vec::new(), Vec::new());
        for left in ledgers.left(&target) {
            wanted.extend(self.of_run(left, &mut borrowed).await);
        }
        self.hand_back_all(borrowed).await;
        wanted
    }

    /// Hands back the keys that runs were given. Where several have not returned one, the first of them found it as its owner
    /// left it, and the others as the one before left it.
    async fn hand_back_all(&mut self, mut borrowed: Vec<Borrowed<'_>>) {
        borrowed.sort_by_key(|Borrowed { thing, .. }| made(thing));
        let mut by_key: IndexMap<Option<&str>, Vec<Borrowed<'_>>> = IndexMap::new();
        for one in borrowed {
            by_key.entry(one.thing.name.as_deref()).or_default().push(one);
        }

        for of_key in by_key.into_values() {
            let Some(first) = of_key.first() else { continue };
            // The run that has it now may still go on.
            let left_alone = of_key.iter().find_map(|one| self.left_alone(Some(one.life), made(one.thing)));
            let outcome = match left_alone {
                Some(why) => Outcome::LeftAlone(why),
                None => self.hand_back(first.thing).await,
            };
            for Borrowed { path, thing, .. } in of_key {
                if matches!(outcome, Outcome::HandedBack | Outcome::Gone)
                    && let Some(ledger) = self.open(path, &thing.run)
                {
                    let describe = self.service.suite().service.observation.describe.as_str();
                    let name = thing.name.as_deref();
                    let noted = ledger.note(LedgerEntry::Returned, Some(thing.item), describe, &thing.case, name);
                    self.written(&ledger, noted);
                }
                self.report.add(what(thing), &thing.run, outcome.clone());
            }
        }
    }

    async fn of_run<'t>(&mut self, left: Left<'t>, borrowed: &mut Vec<Borrowed<'t>>) -> Option<Wanted> {
        let Left { path, run, life, things } = left;
        let mut due = Vec::new();
        for thing in things {
            let made = made(thing);
            if thing.key.found.is_some() {
                borrowed.push(Borrowed { path, life, thing });
            } else if let Some(why) =
                thing.name.as_deref().filter(|_| thing.mark.is_some()).and_then(|id| self.given(id))
            {
                self.report.add(what(thing), run, Outcome::LeftAlone(why));
            } else if !is_mark(run) || thing.mark.as_deref().is_some_and(|mark| mark != run) {
                let why = "the ledger gives it a mark that is not one of this program".to_owned();
                self.report.add(what(thing), run, Outcome::Stays(why));
            } else if let Some(why) = self.left_alone(Some(life), made) {
                self.report.add(what(thing), run, Outcome::LeftAlone(why));
            } else {
                due.push(thing);
            }
        }

        if due.is_empty() {
            return None;
        }

        let ledger = self.open(path, run);
        let keys = self.examine_keys(&due).await;
        // Keys come last: what belongs to a key may not be removable once the key waits for its deletion.
        for thing in due.iter().rev().filter(|thing| thing.mark.is_none()) {
            let outcome = self.remove_other(run, thing, &keys).await;
            self.settle(ledger.as_ref(), thing, outcome, None);
        }

        for thing in due.iter().filter(|thing| thing.mark.is_some()) {
            let Some(id) = &thing.name else { continue };
            let (outcome, until) = match keys.get(id.as_str()) {
                Some(Key::Gone(until)) => (Outcome::Gone, *until),
                Some(Key::Stays(why)) => (Outcome::Stays(why.clone()), None),
                Some(Key::Ours) => self.remove_key(id).await,
                None => continue,
            };
            self.settle(ledger.as_ref(), thing, outcome, until);
        }

        let unknown: Vec<&&Thing> = due.iter().filter(|thing| thing.mark.is_some() && thing.name.is_none()).collect();
        let may_be_late = unknown.iter().any(|thing| self.may_be_late(made(thing)));
        (!unknown.is_empty()).then(|| Wanted { run: run.to_owned(), path: path.to_owned(), may_be_late })
    }

    /// Finds out which of the keys that a ledger names are there and carry the mark of their run.
    async fn examine_keys<'t>(&mut self, due: &[&'t Thing]) -> HashMap<&'t str, Key> {
        let mut keys = HashMap::new();
        for thing in due.iter().filter(|thing| thing.mark.is_some()) {
            let Some(id) = thing.name.as_deref() else { continue };
            let key = match self.service.describe(id).await {
                Ok(Described::Missing) if self.may_be_late(made(thing)) => {
                    Key::Stays("it is not found, and was made just now: it may be found later".to_owned())
                }
                Ok(Described::Missing) => Key::Gone(None),
                Ok(Described::Key { waits: true, until, .. }) => Key::Gone(until),
                Ok(Described::Key { text, .. }) if is_of(thing, &text) => Key::Ours,
                Ok(Described::Key { .. }) => {
                    Key::Stays("it does not carry the mark of its run, so it may be somebody else's".to_owned())
                }
                Err(why) => Key::Stays(why),
            };
            keys.insert(id, key);
        }
        keys
    }

    /// Removes something that is not a key, if it is certainly of its run: its name holds the mark, or it belongs to a key that
    /// carries it.
    async fn remove_other(&mut self, run: &str, thing: &Thing, keys: &HashMap<&str, Key>) -> Outcome {
        let Some(undo) = &thing.undo else {
            return Outcome::Stays("the ledger does not say how it is removed".to_owned());
        };
        if !self.service.undo_operations().contains(undo.operation.as_str()) {
            let operation = &undo.operation;
            return Outcome::Stays(format!(
                "the ledger removes it by {operation}, which removes nothing that a case makes"
            ));
        }

        let texts: Vec<String> = undo.parameters.values().map(text_of).collect();
        let holds_mark =
            texts.iter().any(|text| text.match_indices(run).any(|(at, _)| mark_in(&text[at..]) == Some(run)));
        let its_key = keys.iter().find(|(id, _)| texts.iter().any(|text| text.ends_with(*id)));

        match its_key {
            // A name with the mark can't be that of somebody else.
            _ if holds_mark => {}
            Some((_, Key::Ours)) => {}
            // In another region, a counterpart stays when its key goes.
            Some((_, Key::Gone(_))) if undo.region.is_some() => {}
            Some((_, Key::Gone(_))) => return Outcome::Gone,
            Some((_, Key::Stays(why))) => return Outcome::Stays(why.clone()),
            None => return Outcome::Stays("its name does not hold the mark of its run".to_owned()),
        }

        if self.options.dry_run {
            return Outcome::ToRemove;
        }

        let operation = OperationName::from(undo.operation.as_str());
        if let Some(region) = &undo.region {
            self.service.go_to(Some(region.clone()));
            let outcome = match its_key {
                Some((id, _)) if operation == self.service.suite().service.remove.operation => {
                    self.remove_counterpart(id).await
                }
                _ => match self.service.remove(&operation, &undo.parameters).await {
                    Ok(Removal::Done) => Outcome::Removed,
                    Ok(Removal::Missing) => Outcome::Gone,
                    Ok(Removal::Rejected(why)) | Err(why) => Outcome::Stays(why),
                },
            };
            self.service.go_to(None);
            return outcome;
        }

        match self.service.remove(&operation, &undo.parameters).await {
            Ok(Removal::Done) => Outcome::Removed,
            Ok(Removal::Missing) if self.may_be_late(made(thing)) => {
                Outcome::Stays("it is not found, and was made just now: it may be found later".to_owned())
            }
            Ok(Removal::Missing) => Outcome::Gone,
            // The service may never have taken such a name; then it rejects whatever is done with it.
            Ok(Removal::Rejected(_)) if thing.state == ThingState::Unknown && self.is_unlisted(thing).await => {
                Outcome::Gone
            }
            Ok(Removal::Rejected(why)) | Err(why) => Outcome::Stays(why),
        }
    }

    /// Removes the counterpart of a key in the region to which requests go. It carries a mark of its own run, or has none where
    /// the key is ours.
    async fn remove_counterpart(&mut self, id: &str) -> Outcome {
        match self.service.describe(id).await {
            Ok(Described::Missing | Described::Key { waits: true, .. }) => Outcome::Gone,
            Ok(Described::Key { .. }) => match self.service.remove_key(id).await {
                Ok(_) => Outcome::Removed,
                Err(why) => Outcome::Stays(why),
            },
            Err(why) => Outcome::Stays(why),
        }
    }

    /// Whether something whose making got no response is certainly not there: the list is read to its end, and does not have it.
    async fn is_unlisted(&mut self, thing: &Thing) -> bool {
        let lists = self.service.suite().service.sweep.as_ref().and_then(|lists| lists.aliases.as_ref());
        let (Some(lists), Some(undo)) = (lists, &thing.undo) else { return false };
        if undo.operation != lists.remove.as_str() || self.may_be_late(made(thing)) {
            return false;
        }
        let Some(name) = undo.parameters.get(&lists.parameter).map(text_of) else { return false };
        let listed = self.service.list(&lists.operation, &lists.list).await;
        let mut names = listed.entries.iter().filter_map(|entry| Service::name_in(entry, &lists.name));
        listed.incomplete.is_none() && !names.any(|listed| listed == name)
    }

    /// Removes a key that carries a mark, and gives the time when it will be gone, if the service says so.
    pub(super) async fn remove_key(&mut self, id: &str) -> (Outcome, Option<Timestamp>) {
        if self.options.dry_run {
            return (Outcome::ToRemove, None);
        }
        match self.service.remove_key(id).await {
            Ok(until) => (Outcome::Removed, until),
            Err(why) => (Outcome::Stays(why), None),
        }
    }

    /// Reports what became of something, and notes it where it is gone.
    fn settle(&mut self, ledger: Option<&Ledger>, thing: &Thing, outcome: Outcome, until: Option<Timestamp>) {
        if let (Some(ledger), Outcome::Removed | Outcome::Gone) = (ledger, &outcome) {
            let removal = thing.undo.as_ref().map(|undo| undo.operation.as_str());
            let operation = removal.unwrap_or_else(|| self.service.suite().service.remove.operation.as_str());
            let name = thing.name.as_deref().unwrap_or_default();
            let noted = ledger.removed(Some(thing.item), operation, &thing.case, name, until);
            self.written(ledger, noted);
        }
        self.report.add(what(thing), &thing.run, outcome);
    }

    /// Notes that nothing is left of the keys of a run whose making got no response.
    pub(super) fn note_settled(&mut self, wanted: &Wanted) {
        let Some(ledger) = self.open(&wanted.path, &wanted.run) else { return };
        let operation = self.service.suite().service.sweep.as_ref().map_or("", |sweep| sweep.operation.as_str());
        let noted = ledger.note(LedgerEntry::Settled, None, operation, "", None);
        self.written(&ledger, noted);
    }

    /// Opens a ledger to go on with a run; none if nothing is changed, or it can't be written.
    fn open(&mut self, path: &Path, run: &str) -> Option<Ledger> {
        if self.options.dry_run {
            return None;
        }
        match Ledger::reopen(path, run, self.target.clone()) {
            Ok(ledger) => Some(ledger.redacting(self.service.client().secrets())),
            Err(error) => {
                self.problem(format!("failed to write the ledger {}: {error}", path.display()));
                None
            }
        }
    }

    fn written(&mut self, ledger: &Ledger, noted: std::io::Result<()>) {
        if let (Err(error), Some(path)) = (noted, ledger.path()) {
            self.problem(format!("failed to write the ledger {}: {error}", path.display()));
        }
    }

    /// Reports what could not be done, once.
    pub(super) fn problem(&mut self, problem: String) {
        if !self.report.problems.contains(&problem) {
            self.report.problems.push(problem);
        }
    }

    /// The ids of the keys that the ledgers name.
    pub(super) fn named_keys(&self) -> BTreeSet<String> {
        self.ledgers.named(&self.target).into_iter().map(str::to_owned).collect()
    }
}

/// Whether a key with this text is the one that a ledger names: it carries the mark of the run that has it, or, if that was killed
/// while it took the key over, of one that had it before.
fn is_of(thing: &Thing, text: &str) -> bool {
    mark_in(text).is_some_and(|mark| mark == thing.run || thing.key.earlier.iter().any(|earlier| earlier == mark))
}

/// When something was about to be made.
fn made(thing: &Thing) -> Option<Timestamp> {
    thing.at.parse().ok()
}

/// What a person knows it by.
fn what(thing: &Thing) -> String {
    let is_key = thing.mark.is_some() || thing.key.found.is_some();
    match (&thing.name, is_key, thing.state) {
        (Some(id), true, _) => format!("key {id}"),
        (None, true, _) => "a key whose making got no response".to_owned(),
        (Some(name), false, ThingState::Unknown) => format!("{name} (its making got no response)"),
        (Some(name), false, _) => name.clone(),
        (None, false, _) => "something without a name".to_owned(),
    }
}
