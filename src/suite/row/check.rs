//! Checks a row.

use crate::suite::map::IndexMap;

use super::cells::CellFile;
use super::shape::RowFile;
use super::{Cell, Cells, From, Row};
use crate::suite::check::{FileChecker, Message, TemplateScope, is_kebab};
use crate::suite::name::{ClassName, KeyName, State};
use crate::suite::one_or_many::OneOrMany;
use crate::suite::scenario::check::check_keys;
use crate::suite::step::check::{PendingRequest, check_steps};
use crate::suite::step::expectation::{AcceptFile, check_accepted, check_accepted_once, check_outcomes};
use crate::suite::step::makes::check_makes;
use crate::suite::step::response_checks::{check_entry, check_fields, check_paths};
use crate::suite::step::values::check_values;
use crate::suite::step::{Accepted, Checks, Expectation};
use crate::yaml::Path;

/// A row whose steps may still want requests of other rows.
pub(in crate::suite) struct Draft {
    pub row: Row,
    /// The calls of `then` and of `refused` that borrow their request.
    pub borrowed: [Vec<PendingRequest>; 2],
    /// Whether the request has no mistakes and so can be lent.
    pub lends: bool,
}

/// Checks a row.
pub(in crate::suite) fn check(checker: &mut FileChecker<'_>, file: &RowFile) -> Draft {
    let root = Path::Root;
    checker.format(file.format);
    checker.sentence(&root.key("why"), &file.why);
    let operation = checker.row_operation(&root.key("operation"), &file.operation);
    if let Some(variant) = file.variant.as_ref().filter(|variant| !is_kebab(variant)) {
        checker.error_at_value(&root.key("variant"), format!("`{variant}` is not in kebab-case"));
    }

    let clause = checker.clause(&root.key("clause"), &file.clause);
    let also_at = root.key("also");
    checker.once(&also_at, &file.also);
    let also = file.also.iter().enumerate().map(|(index, text)| checker.clause(&also_at.item(index), text)).collect();
    let edition = checker.edition(&root.key("edition"), &file.edition);
    checker.edition_fits(&root.key("edition"), &edition, &clause);
    let (classes, not_applicable) = check_classes(checker, file);
    let undrivable = check_undrivable(checker, file);

    let mut scope = TemplateScope::new().with_key(KeyName::SUBJECT);
    scope.plain.push("state");

    let from = file.from.as_ref().map(|from| {
        let at = root.key("from");
        checker.root_name(&at.key("key"), &from.key);
        if from.key == KeyName::SUBJECT {
            checker.error_at_value(&at.key("key"), "`key` is the target of the move");
        }
        if !is_kebab(&from.id) {
            checker.error_at_value(&at.key("id"), format!("`{}` is not in kebab-case", from.id));
        }
        scope.keys.insert(from.key.as_str().into());
        From {
            key: KeyName::from(from.key.as_str()),
            id: from.id.clone(),
            needs: checker.fixtures(&at.key("needs"), &from.needs),
        }
    });

    if from.is_some() && file.variant.is_some() {
        checker.error_at_key(&root.key("variant"), "`variant` does not go with `from`, whose `id` names the row");
    }
    if from.is_some() && !file.not_applicable.is_empty() {
        checker.error_at_key(&root.key("not_applicable"), "`not_applicable` does not go with `from`");
    }

    if file.keys.contains_key(KeyName::SUBJECT) {
        checker.error_at_key(&root.key("keys").key(KeyName::SUBJECT), "`key` is the key whose state the row is about");
    }

    let keys = check_keys(checker, &root.key("keys"), &file.keys, &classes, &mut scope);
    if let Some(from) = from.as_ref().filter(|from| keys.contains_key(&from.key)) {
        checker.error_at_key(&root.key("keys").key(from.key.as_str()), format!("`{}` is known already", from.key));
    }

    let values = check_values(checker, &root.key("values"), &file.values, &mut scope);

    // A request with mistakes is not lent, or each step that borrows it would report them again.
    let before = checker.mistakes.len();
    let request = checker.request(&root.key("request"), &file.request, &scope);
    let lends = checker.mistakes.len() == before;
    let rejected_request = request.with(checker.request(&root.key("rejected_request"), &file.rejected_request, &scope));

    // What a success made and gave back is known to `then`, but not to `refused`, which follows a rejection.
    let mut after = scope.clone();
    after.answers.insert("answer".to_owned());
    after.operations.insert("answer".to_owned(), file.operation.clone());
    let makes = file.makes.as_ref().map(|file| check_makes(checker, &root.key("makes"), file, &mut after));

    let checks = Checks {
        present: checker.field_paths(&root.key("present"), &file.present),
        fields: check_fields(checker, &root.key("fields"), &file.fields, &after),
        differs: check_fields(checker, &root.key("differs"), &file.differs, &after),
        contains: file.contains.as_ref().map(|file| check_entry(checker, &root.key("contains"), file, &after)),
        form: check_paths(checker, &root.key("form"), &file.form),
        bytes: check_paths(checker, &root.key("bytes"), &file.bytes),
        counted: file.counted.as_ref().and_then(|list| checker.counted(&root.key("counted"), list)),
        ..Checks::default()
    };

    let cells = check_cells(checker, file, &classes, &not_applicable);
    let (then, then_borrowed) = check_steps(checker, &root.key("then"), &file.then, after);
    let (refused, refused_borrowed) = check_steps(checker, &root.key("refused"), &file.refused, scope);

    if !file.rejected_request.is_empty() && cells.values().all(|cell| cell.expect.may_succeed()) {
        checker.error_at_key(
            &root.key("rejected_request"),
            "there is no cell where this operation must be rejected, so it is never sent",
        );
    }

    let row = Row {
        operation,
        variant: file.variant.clone(),
        clause,
        also,
        edition,
        why: file.why.clone(),
        classes,
        not_applicable,
        undrivable,
        from,
        keys,
        age: file.age.as_ref().map(|age| checker.duration(&root.key("age"), age)),
        needs: checker.fixtures(&root.key("needs"), &file.needs),
        values,
        request,
        rejected_request,
        makes,
        cells,
        checks,
        then,
        refused,
    };
    Draft { row, borrowed: [then_borrowed, refused_borrowed], lends }
}

/// The classes that have cases, and those whose cells can't be run.
fn check_classes(checker: &mut FileChecker<'_>, file: &RowFile) -> (Vec<ClassName>, IndexMap<ClassName, String>) {
    let root = Path::Root;
    let mut not_applicable = IndexMap::default();
    let at = root.key("not_applicable");
    for (name, reason) in &file.not_applicable {
        let at = at.key(name);
        checker.sentence(&at, reason);
        if let Some(class) = checker.class(&at, name, true) {
            not_applicable.insert(class, reason.clone());
        }
    }

    let at = root.key("classes");
    let Some(names) = &file.classes else {
        let all = checker.vocabulary.classes.keys().filter(|class| !not_applicable.contains_key(*class));
        return (all.cloned().collect(), not_applicable);
    };

    if names.is_empty() {
        checker.error_at_key(&at, "there must be a class");
    }
    checker.once(&at, names);

    let mut with_cases = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let at = at.item(index);
        let Some(class) = checker.class(&at, name, false) else { continue };
        if not_applicable.contains_key(&class) {
            checker.error_at_value(&at, format!("`{name}` is under `not_applicable` too"));
        }
        with_cases.push(class);
    }

    (with_cases, not_applicable)
}

/// The states in which no key can have what the row needs.
fn check_undrivable(checker: &mut FileChecker<'_>, file: &RowFile) -> IndexMap<State, String> {
    let root = Path::Root;
    let at = root.key("undrivable");
    if file.from.is_some() && !file.undrivable.is_empty() {
        checker.error_at_key(&at, "`undrivable` does not go with `from`");
    }

    let mut undrivable = IndexMap::default();
    for (state, reason) in &file.undrivable {
        let place = at.key(state);
        checker.sentence(&place, reason);
        if let Some(state) = checker.state_key(&place, state) {
            undrivable.insert(state, reason.clone());
        }
    }
    undrivable
}

/// What else is accepted, with the state in which it is.
type AcceptedIn = Vec<(Option<State>, Vec<Accepted>)>;

fn check_accept(checker: &mut FileChecker<'_>, at: &Path<'_>, files: &[AcceptFile]) -> AcceptedIn {
    let mut accept = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let at = at.item(index);
        let state = match &file.state {
            Some(state) => Some(checker.state(&at.key("state"), state)),
            None => {
                // Steps accept an outcome without a state, so the shape of the file can't require it.
                checker.error_at_value(&at, "missing field `state`");
                None
            }
        };
        accept.push((state, check_accepted(checker, &at, file, false)));
    }

    accept
}

/// The cells, in the order of the states.
fn check_cells(
    checker: &mut FileChecker<'_>,
    file: &RowFile,
    classes: &[ClassName],
    not_applicable: &IndexMap<ClassName, String>,
) -> Cells {
    let root = Path::Root;
    let at = root.key("expect");
    let vocabulary = checker.vocabulary;
    let of_row: Vec<&ClassName> = classes.iter().chain(not_applicable.keys()).collect();
    let can_be =
        |class: &ClassName, state: &State| vocabulary.classes.get(class).is_some_and(|states| states.contains(state));

    for name in file.expect.keys() {
        let at = at.key(name);
        // A row without classes is reported already, and no state would fit it.
        if let Some(state) = checker.state_key(&at, name)
            && !of_row.is_empty()
            && !of_row.iter().any(|class| can_be(class, &state))
        {
            checker.error_at_key(&at, format!("no key of the classes of this row can be in the state `{state}`"));
        }
    }

    let accept_at = root.key("accept");
    let accept = check_accept(checker, &accept_at, &file.accept);
    for (index, (state, accepted)) in accept.iter().enumerate() {
        let Some(state) = state else { continue };
        let at = accept_at.item(index);
        // Such an entry would never count, and the case fail that it is to let pass.
        if !of_row.is_empty() && !of_row.iter().any(|class| can_be(class, state)) {
            let message = format!("no key of the classes of this row can be in the state `{state}`");
            checker.error_at_value(&at.key("state"), message);
        }
        for class in accepted.iter().filter_map(|one| one.class.as_ref()) {
            if !of_row.contains(&class) || !can_be(class, state) {
                let message = format!("this row has no key of the class `{class}` in the state `{state}`");
                checker.error_at_value(&at.key("class"), message);
            }
        }
    }

    let mut cells = Cells::default();
    for state in &vocabulary.states {
        let possible: Vec<&ClassName> = of_row.iter().copied().filter(|class| can_be(class, state)).collect();
        let place = at.key(state.as_str());
        match file.expect.get(state.as_str()) {
            Some(CellFile::All(outcomes)) => {
                let cell = check_cell(checker, &place, outcomes, (&accept_at, &accept), (state, None));
                cells.push(state.clone(), None, cell);
            }
            Some(CellFile::ByClass(by_class)) => {
                for (name, outcomes) in by_class {
                    let place = place.key(name);
                    let Some(class) = checker.class(&place, name, true) else { continue };
                    if !possible.contains(&&class) {
                        let message = format!("this row has no key of the class `{class}` in the state `{state}`");
                        checker.error_at_key(&place, message);
                    }
                    let cell = check_cell(checker, &place, outcomes, (&accept_at, &accept), (state, Some(&class)));
                    cells.push(state.clone(), Some(class), cell);
                }
                for class in possible.iter().filter(|class| !by_class.contains_key(class.as_str())) {
                    let message = format!("the state `{state}` has no expectation for the class `{class}`");
                    let help = Some(format!("add `{class}: ` and an outcome"));
                    checker.error_at_key(&place, Message::from(message).help(help));
                }
            }
            None if possible.is_empty() => {}
            None => {
                let help = Some(format!("add `{state}: ` and an outcome"));
                checker.error_at_key(&at, Message::from(format!("the state `{state}` has no expectation")).help(help));
            }
        }
    }
    cells
}

fn check_cell(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    outcomes: &OneOrMany,
    (accept_at, accept): (&Path<'_>, &AcceptedIn),
    (state, class): (&State, Option<&ClassName>),
) -> Cell {
    let outcomes = check_outcomes(checker, at, outcomes);
    // What is accepted for another class than that of the cell is none of its business.
    let of_cell = |(of, accepted): &(Option<State>, Vec<Accepted>)| {
        let same_class = |one: &Accepted| class.is_none() || one.class.is_none() || one.class.as_ref() == class;
        of.as_ref() == Some(state) && accepted.iter().all(same_class)
    };
    let accept: Vec<(usize, &Vec<Accepted>)> = accept
        .iter()
        .enumerate()
        .filter(|(_, accepted)| of_cell(accepted))
        .map(|(index, (_, accepted))| (index, accepted))
        .collect();

    check_accepted_once(checker, accept_at, &outcomes, accept.iter().copied());
    let accept = accept.into_iter().flat_map(|(_, accepted)| accepted).cloned().collect();
    Cell { expect: Expectation { outcomes, accept }, source: checker.source(at) }
}
