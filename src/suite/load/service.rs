//! `kms.yaml`: what is common to all cases.

use indexmap::IndexMap;

use super::clauses::once;
use super::scope::Scope;
use super::sheet::{Note, Sheet};
use super::step;
use crate::suite::field_path::FieldPath;
use crate::suite::file::{Basis, FixtureFile, KeyClassFile, ServiceFile, SweepFile, TransitionFile};
use crate::suite::name::{ClassName, Code, FixtureName, KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::suite::route::SmallSet;
use crate::suite::service::{
    AcceptedState, Create, Fixture, KeyClass, Observation, Outcome, Paging, Remove, Service, Sweep, Transition,
};
use crate::yaml::Path;

/// Checks what is common to all cases. Requests of rows, and fixtures that use them, are filled in later.
///
/// The second of the pair says whether the words are sound; if not, every other file would be full of mistakes that
/// are none.
pub(super) fn check(sheet: &mut Sheet<'_>, file: &ServiceFile, folder: &str) -> (Service, bool) {
    let root = Path::Root;
    sheet.format(file.format);
    if file.provider != folder {
        let message = format!("the folder is called `{folder}`, so the provider must be");
        sheet.value(&root.key("provider"), message);
    }
    let before = sheet.mistakes.len();
    lists(sheet, file);
    let at = root.key("key_classes");
    if file.key_classes.is_empty() {
        sheet.key(&at, "there must be a class of keys");
    }
    let mut classes = IndexMap::new();
    for (name, class) in &file.key_classes {
        classes.insert(ClassName::from(name.as_str()), key_class(sheet, &at.key(name), name, class));
    }
    let sound = sheet.mistakes.len() == before;
    let outcomes = outcomes(sheet, file);
    let mut requests = IndexMap::new();
    let at = root.key("other_operations");
    for (name, other) in &file.other_operations {
        let at = at.key(name);
        sheet.clause(&at.key("clause"), &other.clause);
        let scope = Scope::new().with_key(KeyName::SUBJECT);
        let request = sheet.request(&at.key("request"), &other.request, &scope);
        requests.insert(OperationName::from(name.as_str()), request);
    }
    let at = root.key("transitions");
    let transitions =
        file.transitions.iter().enumerate().map(|(index, file)| transition(sheet, &at.item(index), file)).collect();
    let at = root.key("fixtures");
    if file.fixtures.len() > SmallSet::MOST {
        sheet.key(&at, format!("there are more than {} fixtures", SmallSet::MOST));
    }
    let mut fixtures = IndexMap::new();
    for (name, file) in &file.fixtures {
        fixtures.insert(FixtureName::from(name.as_str()), fixture(sheet, &at.key(name), name, file));
    }
    let service = Service {
        provider: file.provider.clone(),
        name: file.service.clone(),
        api_version: file.api_version.clone(),
        outcomes,
        states: sheet.words.states.iter().cloned().collect(),
        classes,
        operations: sheet.words.operations.iter().cloned().collect(),
        requests,
        create: create(sheet, file),
        remove: remove(sheet, file),
        sweep: file.sweep.as_ref().map(|file| sweep(sheet, file)),
        observation: observation(sheet, file),
        transitions,
        stages: super::declared_route::stages(sheet, file),
        routes: super::declared_route::routes(sheet, file),
        fixtures,
        paging: paging(sheet, file),
    };
    if service.words().count() > SmallSet::MOST {
        sheet.key(&root.key("transitions"), format!("keys have or lack more than {} things", SmallSet::MOST));
    }
    (service, sound)
}

/// Lists of words, each of which stands there once.
fn lists(sheet: &mut Sheet<'_>, file: &ServiceFile) {
    let root = Path::Root;
    for (name, words) in [("states", &file.states), ("operations", &file.operations)] {
        let at = root.key(name);
        if words.is_empty() {
            sheet.key(&at, format!("`{name}` must not be empty"));
        }
        once(sheet, &at, words);
        for (index, word) in words.iter().enumerate() {
            id_part(sheet, &at.item(index), word, false);
        }
    }
    for name in file.other_operations.keys().filter(|name| file.operations.contains(*name)) {
        sheet.key(&root.key("other_operations").key(name), format!("`{name}` is in the table"));
    }
    for name in file.key_classes.keys() {
        id_part(sheet, &root.key("key_classes").key(name), name, true);
    }
}

/// Notes a word that can't be a part of an id that people type.
fn id_part(sheet: &mut Sheet<'_>, at: &Path<'_>, word: &str, as_key: bool) {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    if !word.is_empty() && word.chars().all(fits) {
        return;
    }
    let message = format!("`{word}` can't be a part of an id: letters, digits, `_`, `-` and `.`");
    if as_key {
        sheet.key(at, message);
    } else {
        sheet.value(at, message);
    }
}

fn outcomes(sheet: &mut Sheet<'_>, file: &ServiceFile) -> IndexMap<Code, Outcome> {
    let root = Path::Root;
    let all = root.key("outcomes");
    if !file.outcomes.contains_key(Code::SUCCESS) {
        sheet.key(&all, format!("there must be an outcome `{}`", Code::SUCCESS));
    }
    let mut outcomes = IndexMap::new();
    for (code, file) in &file.outcomes {
        let at = all.key(code);
        if !(100..=599).contains(&file.status) {
            sheet.value(&at.key("status"), format!("{} is no HTTP status", file.status));
        }
        let clause = sheet.clause(&at.key("clause"), &file.clause);
        if let Some(nameless) = &file.nameless {
            sheet.sentence(&at.key("nameless"), nameless);
        }
        let (also_spelled, nameless) = (file.also_spelled.clone(), file.nameless.clone());
        let outcome = Outcome { status: file.status, clause, also_spelled, nameless };
        outcomes.insert(Code::from(code.as_str()), outcome);
    }
    outcomes
}

/// Every state is either one that a key of the class can be in, or it is said why not.
fn key_class(sheet: &mut Sheet<'_>, at: &Path<'_>, name: &str, file: &KeyClassFile) -> KeyClass {
    let states_at = at.key("states");
    once(sheet, &states_at, &file.states);
    let states = file.states.iter().enumerate().map(|(index, state)| sheet.state(&states_at.item(index), state));
    let states: Vec<_> = states.collect();
    let new_key_is = sheet.state(&at.key("new_key_is"), &file.new_key_is);
    if sheet.words.states.contains(&new_key_is) && !states.contains(&new_key_is) {
        sheet.value(&at.key("new_key_is"), format!("`{new_key_is}` is not under `states`"));
    }
    let impossible_at = at.key("impossible");
    let mut impossible = IndexMap::new();
    for (state, reason) in &file.impossible {
        let place = impossible_at.key(state);
        sheet.sentence(&place, reason);
        let Some(state) = sheet.state_key(&place, state) else { continue };
        if states.contains(&state) {
            sheet.key(&place, format!("`{state}` is under `states` too"));
        }
        impossible.insert(state, reason.clone());
    }
    for state in &sheet.words.states {
        if !states.contains(state) && !impossible.contains_key(state) {
            let message = format!("class `{name}` says nothing of the state `{state}`");
            let help = "add it to `states`, or to `impossible` with the reason".to_owned();
            sheet.key(at, Note::from(message).help(Some(help)));
        }
    }
    KeyClass { new_key_is, has: file.has.iter().cloned().collect(), states, impossible }
}

fn transition(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &TransitionFile) -> Transition {
    let from_at = at.key("from");
    if file.from.is_empty() {
        sheet.key(&from_at, "there must be a state");
    }
    once(sheet, &from_at, &file.from);
    if file.basis == Basis::Stated && file.clause.is_none() {
        sheet.value(&at.key("basis"), "what is stated needs the `clause` that states it");
    }
    Transition {
        operation: sheet.operation(&at.key("operation"), &file.operation),
        from: file.from.iter().enumerate().map(|(index, state)| sheet.state(&from_at.item(index), state)).collect(),
        to: sheet.state(&at.key("to"), &file.to),
        has: file.has.clone(),
        lacks: file.lacks.clone(),
        gives: file.gives.clone(),
        takes: file.takes.clone(),
        accept: accepted_states(sheet, &at.key("accept"), file),
        basis: file.basis,
        clause: file.clause.as_ref().map(|clause| sheet.clause(&at.key("clause"), clause)),
    }
}

fn accepted_states(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &TransitionFile) -> Vec<AcceptedState> {
    let mut accepted = Vec::new();
    for (index, state) in file.accept.iter().enumerate() {
        let at = at.item(index);
        sheet.sentence(&at.key("why"), &state.why);
        if state.to == file.to {
            sheet.value(&at.key("to"), format!("`{}` is where the transition leads anyway", state.to));
        }
        accepted.push(AcceptedState {
            to: sheet.state(&at.key("to"), &state.to),
            before: sheet.state(&at.key("before"), &state.before),
            why: state.why.clone(),
        });
    }
    accepted
}

fn fixture(sheet: &mut Sheet<'_>, at: &Path<'_>, name: &str, file: &FixtureFile) -> Fixture {
    sheet.root_name(at, name);
    if sheet.words.key.contains(name) || name == KeyName::SUBJECT {
        sheet.key(at, format!("`{name}` means something else after a key: choose another name"));
    }
    let mut scope = Scope::new().with_key(KeyName::SUBJECT);
    let mut own = indexmap::IndexSet::new();
    let values_at = at.key("values");
    let mut values = IndexMap::new();
    for (value, text) in &file.values {
        let place = values_at.key(value);
        sheet.name(&place, value);
        // Each may use those above it, and no other part of the fixture, which is not there yet.
        scope.own = Some((name.to_owned(), own.clone()));
        values.insert(value.clone(), sheet.template(&place, text, &scope));
        own.insert(value.clone());
    }
    scope.own = Some((name.to_owned(), own));
    let request = match &file.request {
        Some(parameters) => sheet.request(&at.key("request"), parameters, &scope),
        None => RequestTemplate::default(),
    };
    for name in file.capture.keys().filter(|name| file.values.contains_key(*name)) {
        sheet.key(&at.key("capture").key(name), format!("`{name}` is under `values` too"));
    }
    let capture = sheet.capture(&at.key("capture"), &file.capture);
    scope.own = None;
    Fixture {
        operation: sheet.operation(&at.key("operation"), &file.operation),
        values,
        request,
        capture,
        undo: file.undo.as_ref().map(|file| step::undo(sheet, &at.key("undo"), file, &scope)),
    }
}

fn create(sheet: &mut Sheet<'_>, file: &ServiceFile) -> Create {
    let root = Path::Root;
    let at = root.key("create");
    let capture = sheet.capture(&at.key("capture"), &file.create.capture);
    if !file.create.capture.contains_key("id") {
        sheet.key(&at.key("capture"), "`id` must be captured");
    }
    Create { operation: sheet.row_operation(&at.key("operation"), &file.create.operation), capture }
}

fn remove(sheet: &mut Sheet<'_>, file: &ServiceFile) -> Remove {
    let root = Path::Root;
    let at = root.key("remove");
    let gone_at = at.key("gone");
    let gone = file.remove.gone.iter().enumerate();
    Remove {
        operation: sheet.row_operation(&at.key("operation"), &file.remove.operation),
        gone: gone.map(|(index, code)| sheet.outcome(&gone_at.item(index), code).code).collect(),
    }
}

fn sweep(sheet: &mut Sheet<'_>, file: &SweepFile) -> Sweep {
    let root = Path::Root;
    let at = root.key("sweep");
    let operation = sheet.row_operation(&at.key("operation"), &file.operation);
    let mut path = |name, text: &str| sheet.field_path(&at.key(name), text, false).unwrap_or_else(FieldPath::any);
    Sweep { operation, list: path("list", &file.list), id: path("id", &file.id), mark: path("mark", &file.mark) }
}

fn paging(sheet: &mut Sheet<'_>, file: &ServiceFile) -> Paging {
    let root = Path::Root;
    let at = root.key("paging");
    let at = at.key("unpaged");
    once(sheet, &at, &file.paging.unpaged);
    let unpaged = file.paging.unpaged.iter().enumerate();
    Paging {
        number: file.paging.number.clone(),
        total: file.paging.total.clone(),
        size: file.paging.size.clone(),
        largest: file.paging.largest.get(),
        unpaged: unpaged.map(|(index, name)| sheet.operation(&at.item(index), name)).collect(),
    }
}

fn observation(sheet: &mut Sheet<'_>, file: &ServiceFile) -> Observation {
    let root = Path::Root;
    let at = root.key("observation");
    let describe_at = at.key("describe");
    let describe = &file.observation.describe;

    let behaviour_at = at.key("behaviour");
    let mut behaviour = IndexMap::new();
    for (class, names) in &file.observation.behaviour {
        let at = behaviour_at.key(class);
        once(sheet, &at, names);
        let operations = names.iter().enumerate().map(|(index, name)| sheet.row_operation(&at.item(index), name));
        let operations = operations.collect();
        if let Some(class) = sheet.class(&at, class, true) {
            behaviour.insert(class, operations);
        }
    }
    for class in file.key_classes.keys().filter(|class| !file.observation.behaviour.contains_key(*class)) {
        let help = Some("an empty list means that no operation tells its states apart".to_owned());
        sheet.key(&behaviour_at, Note::from(format!("the class `{class}` is missing")).help(help));
    }

    Observation {
        describe: sheet.row_operation(&describe_at.key("operation"), &describe.operation),
        state: sheet.field_path(&describe_at.key("state"), &describe.state, false).unwrap_or_else(FieldPath::any),
        unchanged: sheet.field_paths(&describe_at.key("unchanged"), &describe.unchanged),
        behaviour,
    }
}
