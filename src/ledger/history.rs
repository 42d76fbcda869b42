//! A ledger read back: who made what, on which target, and whether it is still there.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::Item;
use super::line::{Belongings, FORMAT, LedgerEntry, LedgerLine, LedgerTarget, UndoCall};

/// The longest line that is read, in bytes; those of a run have some 500.
const LONGEST_LINE: u64 = 64 << 10;

/// So many runs are remembered that had a key before: it carries the mark of the last one, or of one before if that was killed
/// while it took the key over.
const MOST_EARLIER: usize = 16;

/// What a ledger says.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Everything that was made or was about to be made, in that order.
    pub things: Vec<Thing>,
    /// The ids of all keys that runs were given, whatever became of them: they are somebody else's.
    pub given: BTreeSet<String>,
    /// The lines that say nothing: a process was killed while it wrote them, or they are of another format.
    pub unreadable: Vec<Unreadable>,
}

/// Something that a run made, or was about to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// The run that made it, which is also the mark of its keys.
    pub run: String,
    /// Its number within the run.
    pub item: Item,
    /// When it was about to be made.
    pub at: String,
    /// The case that made it.
    pub case: String,
    /// Where.
    pub target: LedgerTarget,
    /// Its id or name; unknown for a key whose making got no response.
    pub name: Option<String>,
    /// The text that it carries, if it is a key.
    pub mark: Option<String>,
    /// The call that removes it, if it is not a key.
    pub undo: Option<UndoCall>,
    /// What became of it.
    pub state: ThingState,
    /// What else is known of it, if it is a key.
    pub key: KeyFacts,
}

/// What a ledger knows of a key besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its class; unknown of keys of earlier versions.
    pub class: Option<String>,
    /// By what the secret is known from which its material is derived.
    pub seed: Option<String>,
    /// The runs that had it before, whose marks it may still carry.
    pub earlier: Vec<String>,
    /// The state in which it was found, if it was there before the run and is not the run's.
    pub found: Option<String>,
    /// What it had besides its state when it was found, as far as that may have been changed.
    pub belongings: Belongings,
    /// Whether something was left on it that a new key does not have.
    pub worn: bool,
    /// When it was removed.
    pub removed: Option<String>,
    /// When it will be gone, as the service says.
    pub until: Option<Timestamp>,
    /// Whether it was seen to be gone.
    pub gone: bool,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThingState {
    /// It was about to be made, and may be there.
    Unknown,
    /// It was made, and nothing says that it was removed.
    There,
    /// It was never made, or was removed.
    Gone,
}

/// A line that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its number, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

impl History {
    /// Reads a ledger. Lines that can't be read are reported with the others, for what they stood for may still be there.
    ///
    /// # Errors
    ///
    /// What the system says of the file.
    pub fn read(path: &Path) -> io::Result<Self> {
        Self::of(BufReader::new(File::open(path)?))
    }

    /// What may still be there.
    pub fn left(&self) -> impl Iterator<Item = &Thing> {
        self.things.iter().filter(|thing| thing.state != ThingState::Gone)
    }

    fn of(mut lines: impl BufRead) -> io::Result<Self> {
        let mut reading = Reading::default();
        let mut text = Vec::new();
        for number in 1.. {
            text.clear();
            if lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)? == 0 {
                break;
            }
            if text.last() == Some(&b'\n') {
                text.pop();
            } else if text.len() as u64 == LONGEST_LINE {
                lines.skip_until(b'\n')?;
                reading.unreadable(number, format!("it is longer than {} KiB", LONGEST_LINE >> 10));
                continue;
            }
            reading.line(number, &text);
        }
        let Reading { things, given, unreadable, .. } = reading;
        Ok(Self { things: things.into_values().collect(), given, unreadable })
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    /// By run and number.
    things: IndexMap<(String, u64), Thing>,
    /// By the id of a key, the run and the number that it had there last.
    holders: HashMap<String, (String, u64)>,
    given: BTreeSet<String>,
    unreadable: Vec<Unreadable>,
}

impl Reading {
    fn unreadable(&mut self, line: usize, reason: String) {
        self.unreadable.push(Unreadable { line, reason });
    }

    fn line(&mut self, number: usize, text: &[u8]) {
        if text.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let line: LedgerLine = match serde_json::from_slice(text) {
            Ok(line) => line,
            Err(error) => {
                let reason = match format_of(text) {
                    Some(format) if format != u64::from(FORMAT) => {
                        format!("it has format {format}, and this program reads {FORMAT}")
                    }
                    _ => format!("it is not a line of a ledger, or only the beginning of one: {error}"),
                };
                return self.unreadable(number, reason);
            }
        };
        if line.format != FORMAT {
            let reason = format!("it has format {}, and this program reads {FORMAT}", line.format);
            return self.unreadable(number, reason);
        }
        self.entry(number, line);
    }

    fn entry(&mut self, number: usize, line: LedgerLine) {
        let LedgerLine {
            at,
            run,
            entry,
            item,
            case,
            target,
            mark,
            name,
            undo,
            class,
            seed,
            state,
            until,
            belongings,
            ..
        } = line;
        if entry == LedgerEntry::Borrowing {
            self.given.extend(name.clone());
        }
        if entry == LedgerEntry::Settled {
            // Other things are removed by their names, so each has a line of its own.
            let unknown =
                |thing: &&mut Thing| thing.run == run && thing.mark.is_some() && thing.state == ThingState::Unknown;
            self.things.values_mut().filter(unknown).for_each(|thing| thing.state = ThingState::Gone);
            return;
        }

        // A key that the run found by its mark and removed: which of its makings that was is not known, and `settled` says
        // whether one is left.
        let Some(item) = item else { return };

        if matches!(entry, LedgerEntry::Making | LedgerEntry::TakingOver | LedgerEntry::Borrowing) {
            let Some(target) = target else {
                return self.unreadable(number, "it does not say where something is made".to_owned());
            };
            let before = name.as_deref().filter(|_| entry == LedgerEntry::TakingOver).map(|id| self.before(id));
            let earlier = before.unwrap_or_default();
            let thing = Thing {
                run: run.clone(),
                item: Item(item),
                at,
                case,
                target,
                name,
                mark,
                undo,
                state: ThingState::Unknown,
                key: KeyFacts { class, seed, earlier, found: state, ..KeyFacts::default() },
            };
            if let Some(id) = thing.name.clone().filter(|_| thing.mark.is_some()) {
                self.holders.insert(id, (run.clone(), item));
            }
            self.things.insert((run, item), thing);
            return;
        }

        let Some(thing) = self.things.get_mut(&(run.clone(), item)) else {
            return self.unreadable(number, format!("no line says that item {item} of its run was being made"));
        };
        thing.name = name.or(thing.name.take());
        if let (LedgerEntry::Made, Some(id), true) = (entry, &thing.name, thing.mark.is_some()) {
            self.holders.insert(id.clone(), (run, item));
        }

        match entry {
            LedgerEntry::Made => thing.state = ThingState::There,
            LedgerEntry::NotMade | LedgerEntry::Returned => thing.state = ThingState::Gone,
            LedgerEntry::Removed => {
                thing.state = ThingState::Gone;
                thing.key.removed = Some(at);
                thing.key.until = until.and_then(|until| until.parse().ok()).or(thing.key.until);
            }
            LedgerEntry::Gone => {
                thing.state = ThingState::Gone;
                thing.key.gone = true;
            }
            LedgerEntry::Worn => thing.key.worn = true,
            // The first line says how it was found.
            LedgerEntry::Changing => {
                for (what, entries) in belongings.into_iter().flatten() {
                    thing.key.belongings.entry(what).or_insert(entries);
                }
            }
            LedgerEntry::Making | LedgerEntry::TakingOver | LedgerEntry::Borrowing | LedgerEntry::Settled => {}
        }
    }

    /// The runs that had a key before, the last ones in that order.
    fn before(&self, id: &str) -> Vec<String> {
        let Some(last) = self.holders.get(id).and_then(|key| self.things.get(key)) else { return Vec::new() };
        let mut runs = last.key.earlier.clone();
        runs.push(last.run.clone());
        runs.split_off(runs.len().saturating_sub(MOST_EARLIER))
    }
}

/// The format that a line says it has, whatever else is in it.
fn format_of(text: &[u8]) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_slice(text).ok()?;
    value.get("format")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Ledger, Made};

    fn ledger(path: &Path, run: &str) -> Ledger {
        let [provider, endpoint, region] = ["toy", "http://127.0.0.1:1", "r"].map(str::to_owned);
        Ledger::open(path, run, LedgerTarget { provider, endpoint, region }).unwrap()
    }

    #[test]
    fn what_became_of_each_thing_is_known_also_beside_torn_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let one = ledger(&path, "kc-1");
        let made = Made::Key { mark: "kc-1", class: "K", seed: None };
        let key = |ledger: &Ledger| ledger.making("CreateKey", "a/b", made).unwrap();
        let (removed, there, lost, rejected) = (key(&one), key(&one), key(&one), key(&one));
        one.note(LedgerEntry::Made, Some(removed), "CreateKey", "a/b", Some("1")).unwrap();
        one.note(LedgerEntry::Made, Some(there), "CreateKey", "a/b", Some("2")).unwrap();
        one.note(LedgerEntry::NotMade, Some(rejected), "CreateKey", "a/b", None).unwrap();
        one.note(LedgerEntry::Removed, Some(removed), "Schedule", "a/b", Some("1")).unwrap();
        let _ = lost;

        // Killed in the middle of a line, and one of a version before.
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"format\":1,\"at\":\"x\"}\n{\"format\":2,\"at\":\"2026");
        std::fs::write(&path, text).unwrap();
        let two = ledger(&path, "kc-2");
        assert!(two.torn_line().unwrap().ends_with("{\"format\":2,\"at\":\"2026"));
        let parameters = serde_json::Map::new();
        two.making(
            "CreateAlias",
            "a/c",
            Made::Other { name: "n", undo: "DeleteAlias", region: None, parameters: &parameters },
        )
        .unwrap();

        let history = History::read(&path).unwrap();
        let states: Vec<_> = history.things.iter().map(|thing| (thing.name.as_deref(), thing.state)).collect();
        use ThingState::{Gone, There, Unknown};
        assert_eq!(
            states,
            [(Some("1"), Gone), (Some("2"), There), (None, Unknown), (None, Gone), (Some("n"), Unknown)]
        );
        assert_eq!(history.left().count(), 3);
        let lines: Vec<_> = history.unreadable.iter().map(|unreadable| unreadable.line).collect();
        assert_eq!(lines, [9, 10], "{:?}", history.unreadable);
        assert!(history.unreadable[0].reason.contains("format 1"), "{:?}", history.unreadable);

        // Once the run has looked for what was lost, nothing of it is left.
        one.note(LedgerEntry::Settled, None, "ListKeys", "", None).unwrap();
        let left: Vec<_> = History::read(&path).unwrap().left().map(|thing| thing.name.clone()).collect();
        assert_eq!(left, [Some("2".to_owned()), Some("n".to_owned())]);
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_in_memory() {
        let lines = vec![b'x'; 200 << 10];
        let history = History::of(&lines[..]).unwrap();
        assert_eq!(history.unreadable, [Unreadable { line: 1, reason: "it is longer than 64 KiB".to_owned() }]);
    }
}
