//! `matrix/*.yaml`: one row of the table.

use indexmap::IndexMap;

use super::clauses::{is_kebab, once};
use super::scope::Scope;
use super::sheet::{Note, Sheet};
use super::step::{self, Borrowed};
use crate::suite::file::RowFile;
use crate::suite::name::{ClassName, KeyName, State};
use crate::suite::row::{Cell, From, Row};
use crate::suite::step::{Checks, Expectation};
use crate::yaml::Path;

/// A row whose steps may still want requests of other rows.
pub(super) struct Draft {
    pub row: Row,
    /// The calls of `then` and of `refused` that borrow their request.
    pub borrowed: [Vec<Borrowed>; 2],
    /// Whether the request has no mistakes and so can be lent.
    pub lends: bool,
}

/// Checks a row.
pub(super) fn check(sheet: &mut Sheet<'_>, file: &RowFile) -> Draft {
    let root = Path::Root;
    sheet.format(file.format);
    sheet.sentence(&root.key("why"), &file.why);
    let operation = sheet.row_operation(&root.key("operation"), &file.operation);
    let clause = sheet.clause(&root.key("clause"), &file.clause);
    let edition = sheet.edition_of(&root.key("edition"), &file.edition, &clause);
    let (classes, not_applicable) = classes(sheet, file);
    let mut scope = Scope::new().with_key(KeyName::SUBJECT);
    scope.plain.push("state");
    let from = file.from.as_ref().map(|from| {
        let at = root.key("from");
        sheet.root_name(&at.key("key"), &from.key);
        if from.key == KeyName::SUBJECT {
            sheet.value(&at.key("key"), "`key` is the target of the move");
        }
        if !is_kebab(&from.id) {
            sheet.value(&at.key("id"), format!("`{}` is not in kebab-case", from.id));
        }
        scope.keys.insert(from.key.as_str().into());
        From {
            key: KeyName::from(from.key.as_str()),
            id: from.id.clone(),
            needs: sheet.fixtures(&at.key("needs"), &from.needs),
        }
    });
    if from.is_some() && !file.not_applicable.is_empty() {
        sheet.key(&root.key("not_applicable"), "`not_applicable` does not go with `from`");
    }
    let values = step::values(sheet, &root.key("values"), &file.values, &mut scope);
    let before = sheet.mistakes.len();
    let request = sheet.request(&root.key("request"), &file.request, &scope);
    let lends = sheet.mistakes.len() == before;
    let rejected_request = request.with(sheet.request(&root.key("rejected_request"), &file.rejected_request, &scope));
    let mut after = scope.clone();
    after.answers.insert("answer".to_owned());
    after.asked.insert("answer".to_owned(), file.operation.clone());
    let makes = file.makes.as_ref().map(|file| step::makes(sheet, &root.key("makes"), file, &mut after));
    let checks = Checks {
        present: sheet.field_paths(&root.key("present"), &file.present),
        fields: step::fields(sheet, &root.key("fields"), &file.fields, &after),
        contains: file.contains.as_ref().map(|file| step::entry(sheet, &root.key("contains"), file, &after)),
        form: step::by_path(sheet, &root.key("form"), &file.form),
        bytes: step::by_path(sheet, &root.key("bytes"), &file.bytes),
        counted: file.counted.as_ref().and_then(|list| sheet.field_path(&root.key("counted"), list, false)),
        ..Checks::default()
    };
    let cells = cells(sheet, file, &classes, &not_applicable);
    let (then, then_borrowed) = step::steps(sheet, &root.key("then"), &file.then, after);
    let (refused, refused_borrowed) = step::steps(sheet, &root.key("refused"), &file.refused, scope);
    if !file.rejected_request.is_empty() && cells.values().all(|cell| cell.expect.is_success()) {
        sheet.key(&root.key("rejected_request"), "the table rejects this operation nowhere");
    }
    let row = Row {
        operation,
        clause,
        edition,
        why: file.why.clone(),
        classes,
        not_applicable,
        from,
        age: file.age.as_ref().map(|age| sheet.duration(&root.key("age"), age)),
        needs: sheet.fixtures(&root.key("needs"), &file.needs),
        values,
        request,
        rejected_request,
        makes,
        cells,
        checks,
        then,
        refused,
    };
    let given = super::cases::of_row(&row, sheet.words).count();
    let known = file.classes.as_ref().is_none_or(|names| names.len() == row.classes.len());
    if known && given != file.cases {
        sheet.value(&root.key("cases"), format!("`cases` says {}, but the file defines {given}", file.cases));
    }
    Draft { row, borrowed: [then_borrowed, refused_borrowed], lends }
}

/// The classes that are asked, and those that can't be.
fn classes(sheet: &mut Sheet<'_>, file: &RowFile) -> (Vec<ClassName>, IndexMap<ClassName, String>) {
    let root = Path::Root;
    let mut not_applicable = IndexMap::new();
    let at = root.key("not_applicable");
    for (name, reason) in &file.not_applicable {
        let at = at.key(name);
        sheet.sentence(&at, reason);
        if let Some(class) = sheet.class(&at, name, true) {
            not_applicable.insert(class, reason.clone());
        }
    }
    let at = root.key("classes");
    let Some(names) = &file.classes else {
        let all = sheet.words.classes.keys().filter(|class| !not_applicable.contains_key(*class));
        return (all.cloned().collect(), not_applicable);
    };
    if names.is_empty() {
        sheet.key(&at, "there must be a class");
    }
    once(sheet, &at, names);
    let mut asked = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let at = at.item(index);
        let Some(class) = sheet.class(&at, name, false) else { continue };
        if not_applicable.contains_key(&class) {
            sheet.value(&at, format!("`{name}` is under `not_applicable` too"));
        }
        asked.push(class);
    }
    (asked, not_applicable)
}

/// The cells, in the order of the states.
fn cells(
    sheet: &mut Sheet<'_>,
    file: &RowFile,
    classes: &[ClassName],
    not_applicable: &IndexMap<ClassName, String>,
) -> IndexMap<State, Cell> {
    let root = Path::Root;
    let at = root.key("expect");
    let words = sheet.words;
    let asked = || classes.iter().chain(not_applicable.keys());
    let possible =
        |state: &State| asked().filter_map(|class| words.classes.get(class)).any(|states| states.contains(state));
    for name in file.expect.keys() {
        let at = at.key(name);
        if let Some(state) = sheet.state_key(&at, name)
            && asked().next().is_some()
            && !possible(&state)
        {
            sheet.key(&at, format!("no key that this row asks about can be in the state `{state}`"));
        }
    }
    let accept_at = root.key("accept");
    let mut accept = Vec::new();
    for (index, file) in file.accept.iter().enumerate() {
        let at = accept_at.item(index);
        let state = match &file.state {
            Some(state) => Some(sheet.state(&at.key("state"), state)),
            None => {
                sheet.value(&at, "missing field `state`");
                None
            }
        };
        accept.push((state, step::accepted(sheet, &at, file, false)));
    }
    let mut cells = IndexMap::new();
    for state in &words.states {
        let Some(expect) = file.expect.get(state.as_str()) else {
            if possible(state) {
                let help = Some(format!("add `{state}: ` and an outcome"));
                sheet.key(&at, Note::from(format!("the state `{state}` has no expectation")).help(help));
            }
            continue;
        };
        let place = at.key(state.as_str());
        let outcomes = step::outcomes(sheet, &place, expect);
        let of_state = || accept.iter().enumerate().filter(|(_, (of, _))| of.as_ref() == Some(state));
        let places = of_state().map(|(index, (_, accepted))| (index, accepted));
        step::accepted_once(sheet, &accept_at, &outcomes, places);
        let accept = of_state().map(|(_, (_, accepted))| accepted.clone()).collect();
        let expect = Expectation { outcomes, accept };
        cells.insert(state.clone(), Cell { expect, source: sheet.source(&place) });
    }
    cells
}
