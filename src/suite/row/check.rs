//! Checks a row.

use indexmap::IndexMap;

use super::shape::RowFile;
use super::{Cell, From, Row};
use crate::suite::check::{FileChecker, Message, TemplateScope, is_kebab};
use crate::suite::name::{ClassName, KeyName, State};
use crate::suite::step::check::{PendingRequest, check_steps};
use crate::suite::step::expectation::{check_accepted, check_accepted_once, check_outcomes};
use crate::suite::step::makes::check_makes;
use crate::suite::step::response_checks::{check_entry, check_fields, check_paths};
use crate::suite::step::values::check_values;
use crate::suite::step::{Checks, Expectation};
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
    let clause = checker.clause(&root.key("clause"), &file.clause);
    let edition = checker.edition(&root.key("edition"), &file.edition);
    checker.edition_fits(&root.key("edition"), &edition, &clause);
    let (classes, not_applicable) = check_classes(checker, file);
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
    if from.is_some() && !file.not_applicable.is_empty() {
        checker.error_at_key(&root.key("not_applicable"), "`not_applicable` does not go with `from`");
    }
    let values = check_values(checker, &root.key("values"), &file.values, &mut scope);
    let before = checker.mistakes.len();
    let request = checker.request(&root.key("request"), &file.request, &scope);
    let lends = checker.mistakes.len() == before;
    let rejected_request = request.with(checker.request(&root.key("rejected_request"), &file.rejected_request, &scope));
    let mut after = scope.clone();
    after.answers.insert("answer".to_owned());
    after.operations.insert("answer".to_owned(), file.operation.clone());
    let makes = file.makes.as_ref().map(|file| check_makes(checker, &root.key("makes"), file, &mut after));
    let checks = Checks {
        present: checker.field_paths(&root.key("present"), &file.present),
        fields: check_fields(checker, &root.key("fields"), &file.fields, &after),
        contains: file.contains.as_ref().map(|file| check_entry(checker, &root.key("contains"), file, &after)),
        form: check_paths(checker, &root.key("form"), &file.form),
        bytes: check_paths(checker, &root.key("bytes"), &file.bytes),
        counted: file.counted.as_ref().and_then(|list| checker.field_path(&root.key("counted"), list, false)),
        ..Checks::default()
    };
    let cells = check_cells(checker, file, &classes, &not_applicable);
    let (then, then_borrowed) = check_steps(checker, &root.key("then"), &file.then, after);
    let (refused, refused_borrowed) = check_steps(checker, &root.key("refused"), &file.refused, scope);
    if !file.rejected_request.is_empty() && cells.values().all(|cell| cell.expect.is_success()) {
        checker.error_at_key(&root.key("rejected_request"), "the table rejects this operation nowhere");
    }
    let row = Row {
        operation,
        clause,
        edition,
        why: file.why.clone(),
        classes,
        not_applicable,
        from,
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
    let mut not_applicable = IndexMap::new();
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

/// The cells, in the order of the states.
fn check_cells(
    checker: &mut FileChecker<'_>,
    file: &RowFile,
    classes: &[ClassName],
    not_applicable: &IndexMap<ClassName, String>,
) -> IndexMap<State, Cell> {
    let root = Path::Root;
    let at = root.key("expect");
    let vocabulary = checker.vocabulary;
    let of_row = || classes.iter().chain(not_applicable.keys());
    let possible =
        |state: &State| of_row().filter_map(|class| vocabulary.classes.get(class)).any(|states| states.contains(state));
    for name in file.expect.keys() {
        let at = at.key(name);
        if let Some(state) = checker.state_key(&at, name)
            && of_row().next().is_some()
            && !possible(&state)
        {
            checker.error_at_key(&at, format!("no key of the classes of this row can be in the state `{state}`"));
        }
    }
    let accept_at = root.key("accept");
    let mut accept = Vec::new();
    for (index, file) in file.accept.iter().enumerate() {
        let at = accept_at.item(index);
        let state = match &file.state {
            Some(state) => Some(checker.state(&at.key("state"), state)),
            None => {
                checker.error_at_value(&at, "missing field `state`");
                None
            }
        };
        accept.push((state, check_accepted(checker, &at, file, false)));
    }
    let mut cells = IndexMap::new();
    for state in &vocabulary.states {
        let Some(expect) = file.expect.get(state.as_str()) else {
            if possible(state) {
                let help = Some(format!("add `{state}: ` and an outcome"));
                checker.error_at_key(&at, Message::from(format!("the state `{state}` has no expectation")).help(help));
            }
            continue;
        };
        let place = at.key(state.as_str());
        let outcomes = check_outcomes(checker, &place, expect);
        let of_state = || accept.iter().enumerate().filter(|(_, (of, _))| of.as_ref() == Some(state));
        let places = of_state().map(|(index, (_, accepted))| (index, accepted));
        check_accepted_once(checker, &accept_at, &outcomes, places);
        let accept = of_state().map(|(_, (_, accepted))| accepted.clone()).collect();
        let expect = Expectation { outcomes, accept };
        cells.insert(state.clone(), Cell { expect, source: checker.source(&place) });
    }
    cells
}
