//! Rows and scenarios → cases with ids.

use super::words::Words;
use crate::suite::case::{Case, Subject};
use crate::suite::name::{ClassName, State};
use crate::suite::row::Row;
use crate::suite::scenario::Scenario;

/// The subjects of a row: a cell for each class in each of its states; of a move, each state of the key that is left
/// with each state of the target.
///
/// In a move each key is of the first class that can be in its state: whose keys they are does not count there.
pub(super) fn of_row<'a>(row: &'a Row, words: &'a Words) -> Box<dyn Iterator<Item = Of> + 'a> {
    let pairs = move |class: &'a ClassName| {
        let states = words.classes.get(class).into_iter().flatten();
        states.map(move |state| (class.clone(), state.clone()))
    };
    if row.from.is_none() {
        let classes = words.classes.keys();
        let classes = classes.filter(|class| row.classes.contains(class) || row.not_applicable.contains_key(*class));
        return Box::new(classes.flat_map(pairs).map(|(class, state)| Of::Cell(class, state)));
    }
    let mut ends: Vec<(ClassName, State)> = Vec::new();
    for (class, state) in row.classes.iter().flat_map(pairs) {
        if ends.iter().all(|(_, other)| *other != state) {
            ends.push((class, state));
        }
    }
    let targets = ends.clone();
    Box::new(
        ends.into_iter().flat_map(move |original| {
            targets.clone().into_iter().map(move |target| Of::Move(original.clone(), target))
        }),
    )
}

/// What one case of a row asks.
pub(super) enum Of {
    Cell(ClassName, State),
    Move((ClassName, State), (ClassName, State)),
}

/// All cases, by id.
pub(super) fn all(provider: &str, rows: &[Row], scenarios: &[Scenario], words: &Words) -> Vec<Case> {
    let default = words.classes.keys().next();
    let suffix = |class: &ClassName| if Some(class) == default { String::new() } else { format!("/{class}") };
    let mut cases = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for of in of_row(row, words) {
            let (id, subject) = match of {
                Of::Cell(class, state) => {
                    let id = format!("{provider}/{}/{state}{}", row.operation, suffix(&class));
                    (id, Subject::Cell { row: index, class, state })
                }
                Of::Move(original, target) => {
                    let name = row.from.as_ref().map_or("", |from| from.id.as_str());
                    let id = format!("{provider}/{name}/{}-to-{}", original.1, target.1);
                    (id, Subject::Move { row: index, original, target })
                }
            };
            cases.push(Case { id: id.as_str().into(), subject });
        }
    }
    for (index, scenario) in scenarios.iter().enumerate() {
        for class in &scenario.classes {
            let id = format!("{provider}/{}{}", scenario.name, suffix(class));
            let subject = Subject::Scenario { scenario: index, class: class.clone() };
            cases.push(Case { id: id.as_str().into(), subject });
        }
    }
    cases.sort_by(|one, other| one.id.cmp(&other.id));
    cases
}
