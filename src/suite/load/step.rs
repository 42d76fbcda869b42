//! Steps, and what answers must hold.

use indexmap::IndexMap;

use super::scope::{Scope, meant};
use super::sheet::{Note, Sheet};
use crate::near::nearest;
use crate::suite::field_path::FieldPath;
use crate::suite::file::{AcceptFile, BetweenFile, EntryFile, MakesFile, Map, OneOrMany, StepFile, UndoFile};
use crate::suite::name::{ClassName, Code, KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::suite::service::Undo;
use crate::suite::step::{Accepted, Action, Between, Call, Checks, Entry, Expectation, Expected, Makes, Step};
use crate::suite::template::Template;
use crate::yaml::Path;

/// A call that takes its request from the file of its operation, which may not have been read yet.
#[derive(Debug)]
pub(super) struct Borrowed {
    /// The index of the step.
    pub step: usize,
    pub operation: OperationName,
    pub on: KeyName,
    /// What the request may name.
    pub scope: Scope,
}

/// Checks steps in order; what a step makes or answers is known to those after it.
pub(super) fn steps(
    sheet: &mut Sheet<'_>,
    at: &Path<'_>,
    files: &[StepFile],
    mut scope: Scope,
) -> (Vec<Step>, Vec<Borrowed>) {
    let mut steps = Vec::with_capacity(files.len());
    let mut borrowed = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let at = at.item(index);
        if let Some((step, own_request)) = step(sheet, &at, file, &scope) {
            if let (Action::Call(call), false) = (&step.action, own_request) {
                let (operation, on) = (call.operation.clone(), step.on.clone());
                borrowed.push(Borrowed { step: steps.len(), operation, on, scope: scope.clone() });
            }
            steps.push(step);
        }
        if let Some(name) = &file.answer {
            let place = at.key("as");
            sheet.root_name(&place, name);
            if scope.keys.contains(name.as_str()) || !scope.answers.insert(name.clone()) {
                sheet.value(&place, format!("`{name}` is known already"));
            }
            let operation = file.call.as_ref().or(file.look.as_ref());
            scope.asked.extend(operation.map(|operation| (name.clone(), operation.clone())));
        }
        if let Some(name) = file.makes.as_ref().and_then(|makes| makes.key.as_deref()) {
            if scope.keys.contains(name) || scope.answers.contains(name) {
                sheet.value(&at.key("makes").key("key"), format!("`{name}` is known already"));
            }
            scope.keys.insert(name.into());
        }
    }
    (steps, borrowed)
}

const VERBS: [&str; 5] = ["call", "look", "state", "drive", "advance"];

/// Checks a step. Whether a call brings its own request is the second of the pair.
fn step(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &StepFile, scope: &Scope) -> Option<(Step, bool)> {
    let given = [&file.call, &file.look, &file.state, &file.drive, &file.advance];
    let verbs: Vec<&str> =
        VERBS.into_iter().zip(given).filter(|(_, given)| given.is_some()).map(|(verb, _)| verb).collect();
    let verb = match verbs[..] {
        [verb] => verb,
        [] => {
            let message = "a step needs one of `call`, `look`, `state`, `drive`, `advance`";
            if !sheet.outline.is_curtailed_at(at) {
                sheet.value(at, message);
            }
            return None;
        }
        [first, second, ..] => {
            sheet.key(&at.key(second), format!("a step does one thing, and this one has `{first}` already"));
            return None;
        }
    };
    foreign_fields(sheet, at, file, verb);
    let on = file.on.as_deref().unwrap_or(KeyName::SUBJECT);
    // A call need not be about a key, but if it says so, the key must be there.
    let about_key = file.on.is_some() || !matches!(verb, "call" | "look" | "advance") || file.becomes.is_some();
    if about_key && !scope.keys.contains(on) {
        let message = format!("there is no key named `{on}` here");
        if file.on.is_some() {
            sheet.value(&at.key("on"), message);
        } else {
            sheet.key(&at.key(verb), Note::from(message).help(Some("name one with `on`".to_owned())));
        }
    }
    let action = match (&file.state, &file.drive, &file.advance) {
        (Some(state), ..) => Action::State { is: sheet.state(&at.key("state"), state), record: file.record.clone() },
        (_, Some(state), _) => Action::Drive(sheet.state(&at.key("drive"), state)),
        (.., Some(by)) => Action::Advance {
            by: sheet.duration(&at.key("advance"), by),
            becomes: file.becomes.as_ref().map(|state| sheet.state(&at.key("becomes"), state)),
        },
        _ => Action::Call(Box::new(call(sheet, at, file, verb, &scope.on(on)))),
    };
    let step = Step { on: KeyName::from(on), action, source: sheet.source(&at.key(verb)) };
    Some((step, file.request.is_some() || file.replay.is_some()))
}

/// Notes fields that do not go with what the step does.
fn foreign_fields(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &StepFile, verb: &str) {
    let calls = matches!(verb, "call" | "look");
    let judged = verb == "call";
    let fields = [
        ("request", calls, file.request.is_some()),
        ("expect", calls, file.expect.is_some()),
        ("accept", calls, !file.accept.is_empty()),
        ("replay", judged, file.replay.is_some()),
        ("tamper", judged, file.tamper.is_some()),
        ("holds", judged, file.holds.is_some()),
        ("names", judged, file.names.is_some()),
        ("format", judged, file.format.is_some()),
        ("form", judged, !file.form.is_empty()),
        ("counted", judged, file.counted.is_some()),
        ("bytes", calls, !file.bytes.is_empty()),
        ("entries", calls, !file.entries.is_empty()),
        ("between", calls, !file.between.is_empty()),
        ("fresh", calls, !file.fresh.is_empty()),
        ("present", calls, !file.present.is_empty()),
        ("fields", calls, !file.fields.is_empty()),
        ("differs", calls, !file.differs.is_empty()),
        ("contains", calls, file.contains.is_some()),
        ("lacks", calls, file.lacks.is_some()),
        ("as", calls, file.answer.is_some()),
        ("makes", calls, file.makes.is_some()),
        ("record", verb == "state", file.record.is_some()),
        ("becomes", verb == "advance", file.becomes.is_some()),
    ];
    for (field, fits, given) in fields {
        if given && !fits {
            sheet.key(&at.key(field), format!("`{field}` does not go with `{verb}`"));
        }
    }
    // What is sent once more is what it was.
    for (field, given) in [("request", file.request.is_some()), ("tamper", file.tamper.is_some())] {
        if given && file.replay.is_some() {
            sheet.key(&at.key(field), format!("`{field}` does not go with `replay`"));
        }
    }
    for (field, given) in [("replay", file.replay.is_some()), ("tamper", file.tamper.is_some())] {
        if given && file.format.is_some() {
            sheet.key(&at.key("format"), format!("`format` does not go with `{field}`"));
        }
    }
}

fn call(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &StepFile, verb: &str, scope: &Scope) -> Call {
    let name = file.call.as_deref().or(file.look.as_deref()).unwrap_or_default();
    let operation = sheet.operation(&at.key(verb), name);
    let outcomes = match &file.expect {
        Some(expect) => outcomes(sheet, &at.key("expect"), expect),
        None => vec![sheet.outcome(&at.key(verb), Code::SUCCESS)],
    };
    let names = file.names.as_ref();
    if let Some(names) = names {
        if names.0.is_empty() {
            sheet.key(&at.key("names"), "there must be a parameter");
        }
        if outcomes.iter().any(|one| one.code.is_success()) {
            sheet.key(&at.key("names"), "a success names no parameter");
        }
    }
    let accept_at = at.key("accept");
    let mut accept = Vec::new();
    for (index, file) in file.accept.iter().enumerate() {
        let at = accept_at.item(index);
        if file.state.is_some() {
            sheet.key(&at.key("state"), "a step has no `state` to accept an outcome in");
        }
        accept.push(accepted(sheet, &at, file, names.is_some()));
    }
    accepted_once(sheet, &accept_at, &outcomes, accept.iter().enumerate());
    if let Some(earlier) = &file.replay {
        match scope.asked.get(earlier) {
            Some(asked) if asked == name => {}
            Some(asked) => sheet.value(&at.key("replay"), format!("`{earlier}` is an answer of {asked}")),
            None => {
                let near = nearest(earlier, scope.asked.keys().map(String::as_str)).map(meant);
                let message = format!("no step before is known as `{earlier}`");
                sheet.value(&at.key("replay"), Note::from(message).help(near));
            }
        }
    }
    if let Some(holds) = &file.holds {
        sheet.sentence(&at.key("holds"), holds);
    }
    let request = match &file.request {
        Some(parameters) => sheet.request(&at.key("request"), parameters, scope),
        None => RequestTemplate::default(),
    };
    // What a call makes is known to its own checks, and its answer too.
    let mut after = scope.clone();
    if let Some(name) = &file.answer {
        after.answers.insert(name.clone());
    }
    let makes = file.makes.as_ref().map(|file| makes(sheet, &at.key("makes"), file, &mut after));
    let checks = Checks {
        present: sheet.field_paths(&at.key("present"), &file.present),
        fields: fields(sheet, &at.key("fields"), &file.fields, &after),
        differs: fields(sheet, &at.key("differs"), &file.differs, &after),
        contains: file.contains.as_ref().map(|file| entry(sheet, &at.key("contains"), file, &after)),
        lacks: file.lacks.as_ref().map(|file| entry(sheet, &at.key("lacks"), file, &after)),
        form: by_path(sheet, &at.key("form"), &file.form),
        bytes: by_path(sheet, &at.key("bytes"), &file.bytes),
        entries: by_path(sheet, &at.key("entries"), &file.entries),
        between: between(sheet, &at.key("between"), &file.between, scope),
        fresh: sheet.field_paths(&at.key("fresh"), &file.fresh),
        counted: file.counted.as_ref().and_then(|list| sheet.field_path(&at.key("counted"), list, false)),
    };
    Call {
        judged: verb == "call",
        operation,
        request,
        replay: file.replay.clone(),
        tamper: file.tamper,
        format: file.format,
        expect: Expectation { outcomes, accept },
        names: names.map(|names| names.0.clone()).unwrap_or_default(),
        holds: file.holds.clone(),
        checks,
        answer: file.answer.clone(),
        makes,
    }
}

/// Checks the outcomes of a cell or step: at least one, none twice.
pub(super) fn outcomes(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &OneOrMany) -> Vec<Expected> {
    if file.0.is_empty() {
        sheet.key(at, "there must be an outcome");
    }
    if let [one] = &file.0[..] {
        // A list of one stands one level deeper than a text.
        let item = at.item(0);
        return vec![sheet.outcome(&item, one)];
    }
    super::clauses::once(sheet, at, &file.0);
    file.0.iter().enumerate().map(|(index, text)| sheet.outcome(&at.item(index), text)).collect()
}

/// Checks another outcome that is accepted. Any error of the client will do only where it must name a parameter.
pub(super) fn accepted(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &AcceptFile, names: bool) -> Accepted {
    sheet.sentence(&at.key("why"), &file.why);
    let class = file.class.as_ref().and_then(|class| sheet.class(&at.key("class"), class, false));
    let place = at.key("outcome");
    let outcome = if file.outcome == Accepted::ANY_CLIENT_ERROR {
        if !names {
            sheet.value(&place, "any error of the client is accepted only together with `names`");
        }
        Expected { code: Code::from(Accepted::ANY_CLIENT_ERROR), status: 400 }
    } else {
        sheet.outcome(&place, &file.outcome)
    };
    Accepted { outcome, class, why: file.why.clone() }
}

/// Notes outcomes that are accepted although they are expected, or twice. Each comes with its place in the list.
pub(super) fn accepted_once<'a>(
    sheet: &mut Sheet<'_>,
    at: &Path<'_>,
    expected: &[Expected],
    accept: impl Iterator<Item = (usize, &'a Accepted)>,
) {
    let mut known: Vec<(&Code, Option<&ClassName>, &str)> =
        expected.iter().map(|one| (&one.code, None, "expected")).collect();
    for (index, Accepted { outcome, class, .. }) in accept {
        // What is accepted for one class only can be so for another too.
        let same = |of: Option<&ClassName>| of.is_none() || class.is_none() || of == class.as_ref();
        match known.iter().find(|(code, of, _)| **code == outcome.code && same(*of)) {
            Some((code, _, how)) => {
                sheet.value(&at.item(index).key("outcome"), format!("`{code}` is {how} already"));
            }
            None => known.push((&outcome.code, class.as_ref(), "accepted")),
        }
    }
}

/// Checks what a request makes; a key that it makes is known afterwards.
pub(super) fn makes(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &MakesFile, scope: &mut Scope) -> Makes {
    if file.key.is_none() && file.undo.is_none() {
        sheet.key(at, "`makes` needs a `key` or an `undo`");
    }
    if let Some(name) = &file.key {
        sheet.root_name(&at.key("key"), name);
        scope.keys.insert(name.as_str().into());
    }
    Makes {
        key: file.key.as_deref().map(KeyName::from),
        undo: file.undo.as_ref().map(|file| undo(sheet, &at.key("undo"), file, scope)),
    }
}

/// Checks a call that removes something.
pub(super) fn undo(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &UndoFile, scope: &Scope) -> Undo {
    Undo {
        operation: sheet.operation(&at.key("operation"), &file.operation),
        request: sheet.request(&at.key("request"), &file.request, scope),
    }
}

/// Checks fields and their values.
pub(super) fn fields(
    sheet: &mut Sheet<'_>,
    at: &Path<'_>,
    file: &Map<String>,
    scope: &Scope,
) -> Vec<(FieldPath, Template)> {
    let mut found = Vec::with_capacity(file.len());
    for (path, text) in file {
        let place = at.key(path);
        let template = sheet.template(&place, text, scope);
        if let Some(path) = sheet.field_path(&place, path, true) {
            found.push((path, template));
        }
    }
    found
}

/// Checks the paths of a map.
pub(super) fn by_path<T: Copy>(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &Map<T>) -> Vec<(FieldPath, T)> {
    let paths = file.iter().filter_map(|(path, value)| Some((sheet.field_path(&at.key(path), path, true)?, *value)));
    paths.collect()
}

/// Checks fields and the times between which they must be. What the response itself says is not known yet.
fn between(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &Map<BetweenFile>, scope: &Scope) -> Vec<(FieldPath, Between)> {
    let mut found = Vec::with_capacity(file.len());
    for (path, file) in file {
        let place = at.key(path);
        let from = sheet.template(&place.key("from"), &file.from, scope);
        let to = sheet.template(&place.key("to"), &file.to, scope);
        if let Some(path) = sheet.field_path(&place, path, true) {
            found.push((path, Between { from, to }));
        }
    }
    found
}

/// Checks an entry of a list.
pub(super) fn entry(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &EntryFile, scope: &Scope) -> Entry {
    if file.fields.is_empty() {
        sheet.key(&at.key("where"), "`where` must name a field");
    }
    let list = sheet.field_path(&at.key("list"), &file.list, false);
    Entry { fields: fields(sheet, &at.key("where"), &file.fields, scope), list: list.unwrap_or_else(FieldPath::any) }
}

/// The names of the values of a file, which templates know as `values.name`.
pub(super) fn values(
    sheet: &mut Sheet<'_>,
    at: &Path<'_>,
    file: &Map<String>,
    scope: &mut Scope,
) -> IndexMap<String, Template> {
    let mut values = IndexMap::new();
    // Each may use those above it.
    for (name, text) in file {
        let place = at.key(name);
        sheet.name(&place, name);
        values.insert(name.clone(), sheet.template(&place, text, scope));
        scope.values.insert(name.clone());
    }
    values
}
