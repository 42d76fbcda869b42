//! Rows and scenarios → cases with ids.

use std::collections::BTreeSet;
use std::rc::Rc;

use indexmap::map::Entry;

use super::{Case, CaseRoute, Subject};
use crate::suite::Suite;
use crate::suite::check::Vocabulary;
use crate::suite::map::{IndexMap, IndexSet};
use crate::suite::name::{ClassName, FixtureName, KeyName, RouteName, State};
use crate::suite::route::fixture_needs;
use crate::suite::row::Row;

/// The subjects of a row: a cell for each class in each of its states; of a move, each state of the key that is left
/// with each state of the target.
///
/// In a move each key is of the first class that can be driven to its state: whose keys they are does not count there.
pub(in crate::suite) fn cases_of_row<'a>(
    row: &'a Row,
    vocabulary: &'a Vocabulary,
) -> Box<dyn Iterator<Item = RowCase> + 'a> {
    let pairs = move |class: &'a ClassName| {
        let states = vocabulary.classes.get(class).into_iter().flatten();
        states.map(move |state| (class.clone(), state.clone()))
    };

    if row.from.is_none() {
        let classes = vocabulary.classes.keys();
        let classes = classes.filter(|class| row.classes.contains(class) || row.not_applicable.contains_key(*class));
        return Box::new(classes.flat_map(pairs).map(|(class, state)| RowCase::Cell(class, state)));
    }

    let mut ends: Vec<(ClassName, State)> = Vec::new();
    for (class, state) in row.classes.iter().flat_map(pairs) {
        match ends.iter_mut().find(|(_, other)| *other == state) {
            None => ends.push((class, state)),
            Some(end) if !vocabulary.is_driven(&end.0, &state) => end.0 = class,
            Some(_) => {}
        }
    }

    let targets = ends.clone();
    Box::new(ends.into_iter().flat_map(move |original| {
        targets.clone().into_iter().map(move |target| RowCase::Move(original.clone(), target))
    }))
}

/// What one case of a row judges.
pub(in crate::suite) enum RowCase {
    Cell(ClassName, State),
    Move((ClassName, State), (ClassName, State)),
}

/// All cases, by id. Those by further routes are only made if `routes` can be searched.
pub(in crate::suite) fn all_cases(
    suite: &Suite,
    vocabulary: &Vocabulary,
    routes: Option<&mut FurtherRoutes>,
) -> Vec<Case> {
    let default = vocabulary.classes.keys().next();
    // The first class is the usual one, so ids stay short for it.
    let suffix = |class: &ClassName| if Some(class) == default { String::new() } else { format!("/{class}") };
    let provider = &suite.service.provider;
    let mut routes = routes;
    let mut cases = Vec::new();

    for (index, row) in suite.rows.iter().enumerate() {
        let further = routes.as_deref_mut().map(|routes| routes.of_row(suite, row));
        for of in cases_of_row(row, vocabulary) {
            let (id, subject) = match of {
                RowCase::Cell(class, state) => {
                    let variant = row.variant.as_ref().map(|variant| format!("/{variant}")).unwrap_or_default();
                    let id = format!("{provider}/{}{variant}/{state}{}", row.operation, suffix(&class));
                    let cell = (class, state);
                    // A cell that does not apply is listed, but never driven.
                    let further = further.as_ref().filter(|_| row.classes.contains(&cell.0));
                    for route in further.and_then(|routes| routes.get(&cell)).into_iter().flatten() {
                        let id = format!("{id}/{}", route.name);
                        let (class, state) = cell.clone();
                        let subject = Subject::Cell { row: index, class, state, route: Some(route.clone()) };
                        cases.push(Case { id: id.as_str().into(), subject });
                    }
                    (id, Subject::Cell { row: index, class: cell.0, state: cell.1, route: None })
                }
                RowCase::Move(original, target) => {
                    let name = row.from.as_ref().map_or("", |from| from.id.as_str());
                    let id = format!("{provider}/{name}/{}-to-{}", original.1, target.1);
                    (id, Subject::Move { row: index, original, target })
                }
            };
            cases.push(Case { id: id.as_str().into(), subject });
        }
    }

    for (index, scenario) in suite.scenarios.iter().enumerate() {
        for class in &scenario.classes {
            let id = format!("{provider}/{}{}", scenario.name, suffix(class));
            let subject = Subject::Scenario { scenario: index, class: class.clone() };
            cases.push(Case { id: id.as_str().into(), subject });
        }
    }

    // Indexes of cases are in the order of ids, which selections rely on.
    cases.sort_by(|one, other| one.id.cmp(&other.id));
    cases
}

/// The further routes of each class and state.
type ByCell = IndexMap<(ClassName, State), Vec<CaseRoute>>;

/// The further routes that cases take. Rows that need the same fixtures take the same.
#[derive(Default)]
pub(in crate::suite) struct FurtherRoutes {
    /// By the fixtures of the key, and whether the clock may be moved on the route.
    known: IndexMap<(BTreeSet<FixtureName>, bool), Rc<ByCell>>,
    /// Those that a case takes.
    pub taken: IndexSet<(State, RouteName)>,
}

impl FurtherRoutes {
    /// The further routes of a row. There are none where two keys are driven, for their pairs are many enough, and none
    /// where the row is about no key in particular. A key that must be of some age is not aged once more on its route.
    fn of_row(&mut self, suite: &Suite, row: &Row) -> Rc<ByCell> {
        if row.from.is_some() || suite.service.routes.is_empty() || !fixture_needs::has_subject(&suite.service, row) {
            return Rc::default();
        }

        let subject = KeyName::subject();
        let mut wanted = fixture_needs::of_row(&suite.service, row, std::slice::from_ref(&subject));
        let fixtures = wanted.remove(&subject).unwrap_or_default();
        // The search is the costly part, and many rows have the same needs.
        let known = self.known.entry((fixtures, row.age.is_none()));
        let all = match known {
            Entry::Occupied(known) => Rc::clone(known.get()),
            Entry::Vacant(place) => {
                let (fixtures, may_advance) = place.key();
                let found = Rc::new(by_cell(suite, fixtures, *may_advance));
                Rc::clone(place.insert(found))
            }
        };

        // A route that one row takes is of use; only those that none takes are reported.
        for ((class, state), routes) in all.iter() {
            if row.classes.contains(class) {
                self.taken.extend(routes.iter().map(|route| (state.clone(), route.name.clone())));
            }
        }
        all
    }
}

/// The routes of every class and state that lead there with fixtures, each by other calls than the ones before.
fn by_cell(suite: &Suite, fixtures: &BTreeSet<FixtureName>, may_advance: bool) -> ByCell {
    let mut found = ByCell::default();
    for (class, key_class) in &suite.service.classes {
        for state in &key_class.states {
            let Some(routes) = suite.service.routes.get(state) else { continue };
            let Ok(shortest) = suite.route(class, state, fixtures, None) else { continue };

            // A route with the steps of another would only repeat its cases.
            let mut steps = IndexSet::from_iter([shortest.steps]);
            for name in routes.keys() {
                let Ok(route) = suite.route(class, state, fixtures, Some(name)) else { continue };
                let calls = route.calls();
                if (may_advance || !route.moves_clock()) && steps.insert(route.steps) {
                    let cell = (class.clone(), state.clone());
                    found.entry(cell).or_default().push(CaseRoute { name: name.clone(), calls });
                }
            }
        }
    }

    found
}
