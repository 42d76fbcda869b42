//! Checks the steps of a file.

use std::borrow::Cow;
use std::rc::Rc;

use super::expectation::{Expectation, check_accepted, check_accepted_once, check_outcomes};
use super::makes::check_makes;
use super::response_checks::{Checks, check_between, check_entry, check_fields, check_paths};
use super::shape::StepFile;
use super::{Action, Call, Step};
use crate::near::nearest;
use crate::suite::check::{FileChecker, Message, TemplateScope, meant};
use crate::suite::name::{Code, KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::yaml::Path;

/// A call that takes its request from the file of its operation, which may not have been read yet.
#[derive(Debug)]
pub(in crate::suite) struct PendingRequest {
    /// The index of the step.
    pub step: usize,
    pub operation: OperationName,
    pub on: KeyName,
    /// What the request may name: that of all steps that know the same.
    pub scope: Rc<TemplateScope>,
}

/// Checks steps in order; what a step makes or receives is known to those after it.
pub(in crate::suite) fn check_steps(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    files: &[StepFile],
    scope: TemplateScope,
) -> (Vec<Step>, Vec<PendingRequest>) {
    let mut scope = Rc::new(scope);
    let mut steps = Vec::with_capacity(files.len());
    let mut borrowed = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let at = at.item(index);
        if let Some((step, own_request)) = check_step(checker, &at, file, &scope) {
            if let (Action::Call(call), false) = (&step.action, own_request) {
                let (operation, on) = (call.operation.clone(), step.on.clone());
                // Rows lend their requests once all are read; what this step may name is kept until then.
                borrowed.push(PendingRequest { step: steps.len(), operation, on, scope: Rc::clone(&scope) });
            }
            steps.push(step);
        }

        // Known even if the step itself is mistaken, or later steps would seem to be mistaken too.
        if let Some(name) = &file.response_name {
            let place = at.key("as");
            checker.root_name(&place, name);
            let scope = Rc::make_mut(&mut scope);
            if scope.keys.contains(name.as_str()) || !scope.answers.insert(name.clone()) {
                checker.error_at_value(&place, format!("`{name}` is known already"));
            }
            let operation = file.call.as_ref().or(file.look.as_ref());
            scope.operations.extend(operation.map(|operation| (name.clone(), operation.clone())));
        }

        if let Some(name) = file.makes.as_ref().and_then(|makes| makes.key.as_deref()) {
            if scope.keys.contains(name) || scope.answers.contains(name) {
                checker.error_at_value(&at.key("makes").key("key"), format!("`{name}` is known already"));
            }
            Rc::make_mut(&mut scope).keys.insert(name.into());
        }
    }

    (steps, borrowed)
}

const VERBS: [&str; 5] = ["call", "look", "state", "drive", "advance"];

/// Checks a step. Whether a call brings its own request is the second of the pair.
fn check_step(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &StepFile,
    scope: &TemplateScope,
) -> Option<(Step, bool)> {
    let given = [&file.call, &file.look, &file.state, &file.drive, &file.advance];
    let verbs: Vec<&str> =
        VERBS.into_iter().zip(given).filter(|(_, given)| given.is_some()).map(|(verb, _)| verb).collect();
    let verb = match verbs[..] {
        [verb] => verb,
        [] => {
            let message = "a step needs one of `call`, `look`, `state`, `drive`, `advance`";
            // A field that is not known was most likely meant as one of them.
            if !checker.outline.is_curtailed_at(at) {
                checker.error_at_value(at, message);
            }
            return None;
        }
        [first, second, ..] => {
            checker.error_at_key(&at.key(second), format!("a step does one thing, and this one has `{first}` already"));
            return None;
        }
    };

    foreign_fields(checker, at, file, verb);
    let on = file.on.as_deref().unwrap_or(KeyName::SUBJECT);
    // A call need not be about a key, but if it says so, the key must be there.
    let about_key = file.on.is_some() || !matches!(verb, "call" | "look" | "advance") || file.becomes.is_some();
    if about_key && !scope.keys.contains(on) {
        let message = format!("there is no key named `{on}`");
        if file.on.is_some() {
            checker.error_at_value(&at.key("on"), message);
        } else {
            checker.error_at_key(&at.key(verb), Message::from(message).help(Some("name one with `on`".to_owned())));
        }
    }

    let action = match (&file.state, &file.drive, &file.advance) {
        (Some(state), ..) => Action::State { is: checker.state(&at.key("state"), state), record: file.record.clone() },
        (_, Some(state), _) => Action::Drive(checker.state(&at.key("drive"), state)),
        (.., Some(by)) => Action::Advance {
            by: checker.duration(&at.key("advance"), by),
            becomes: file.becomes.as_ref().map(|state| checker.state(&at.key("becomes"), state)),
        },
        _ => Action::Call(Box::new(check_call(checker, at, file, verb, &scope.on(on)))),
    };

    let step = Step { on: KeyName::from(on), action, source: checker.source(&at.key(verb)) };
    Some((step, file.request.is_some() || file.replay.is_some()))
}

/// Reports fields that do not go with what the step does.
fn foreign_fields(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &StepFile, verb: &str) {
    let calls = matches!(verb, "call" | "look");
    let judged = verb == "call";
    let fields = [
        ("region", calls, file.region.is_some()),
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
        ("json", calls, !file.json.is_empty()),
        ("differs", calls, !file.differs.is_empty()),
        ("contains", calls, file.contains.is_some()),
        ("lacks", calls, file.lacks.is_some()),
        ("as", calls, file.response_name.is_some()),
        ("makes", calls, file.makes.is_some()),
        ("record", verb == "state", file.record.is_some()),
        ("becomes", verb == "advance", file.becomes.is_some()),
    ];

    for (field, fits, given) in fields {
        if given && !fits {
            checker.error_at_key(&at.key(field), format!("`{field}` does not go with `{verb}`"));
        }
    }

    // What is sent once more is what it was.
    let changes =
        [("region", file.region.is_some()), ("request", file.request.is_some()), ("tamper", file.tamper.is_some())];
    for (field, given) in changes {
        if given && file.replay.is_some() {
            checker.error_at_key(&at.key(field), format!("`{field}` does not go with `replay`"));
        }
    }

    for (field, given) in [("replay", file.replay.is_some()), ("tamper", file.tamper.is_some())] {
        if given && file.format.is_some() {
            checker.error_at_key(&at.key("format"), format!("`format` does not go with `{field}`"));
        }
    }
}

fn check_call(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &StepFile,
    verb: &str,
    scope: &TemplateScope,
) -> Call {
    let name = file.call.as_deref().or(file.look.as_deref()).unwrap_or_default();
    let operation = checker.operation(&at.key(verb), name);
    let outcomes = match &file.expect {
        Some(expect) => check_outcomes(checker, &at.key("expect"), expect),
        None => checker.outcome(&at.key(verb), Code::SUCCESS),
    };

    let names = file.names.as_ref();
    if let Some(names) = names {
        if names.0.is_empty() {
            checker.error_at_key(&at.key("names"), "there must be a parameter");
        }
        if outcomes.iter().any(|one| one.code.is_success()) {
            checker.error_at_key(&at.key("names"), "a success names no parameter");
        }
    }

    let accept_at = at.key("accept");
    let mut accept = Vec::new();
    for (index, file) in file.accept.iter().enumerate() {
        let at = accept_at.item(index);
        if file.state.is_some() {
            checker.error_at_key(&at.key("state"), "a step has no `state` to accept an outcome in");
        }
        accept.push(check_accepted(checker, &at, file, names.is_some()));
    }
    check_accepted_once(checker, &accept_at, &outcomes, accept.iter().enumerate());
    let accept = accept.into_iter().flatten().collect();

    if let Some(earlier) = &file.replay {
        match scope.operations.get(earlier) {
            Some(operation) if operation == name => {}
            Some(operation) => {
                checker.error_at_value(&at.key("replay"), format!("`{earlier}` is a response of {operation}"))
            }
            None => {
                let near = nearest(earlier, scope.operations.keys().map(String::as_str)).map(meant);
                let message = format!("no step before is known as `{earlier}`");
                checker.error_at_value(&at.key("replay"), Message::from(message).help(near));
            }
        }
    }

    if let Some(holds) = &file.holds {
        checker.sentence(&at.key("holds"), holds);
    }
    let request = match &file.request {
        Some(parameters) => checker.request(&at.key("request"), parameters, scope),
        None => RequestTemplate::default(),
    };

    // What a call makes is known to its own checks, and its response too.
    let mut after = Cow::Borrowed(scope);
    if let Some(name) = &file.response_name {
        after.to_mut().answers.insert(name.clone());
    }
    let makes = file.makes.as_ref().map(|file| check_makes(checker, &at.key("makes"), file, after.to_mut()));

    let checks = Checks {
        present: checker.field_paths(&at.key("present"), &file.present),
        fields: check_fields(checker, &at.key("fields"), &file.fields, &after),
        json: check_fields(checker, &at.key("json"), &file.json, &after),
        differs: check_fields(checker, &at.key("differs"), &file.differs, &after),
        contains: file.contains.as_ref().map(|file| check_entry(checker, &at.key("contains"), file, &after)),
        lacks: file.lacks.as_ref().map(|file| check_entry(checker, &at.key("lacks"), file, &after)),
        form: check_paths(checker, &at.key("form"), &file.form),
        bytes: check_paths(checker, &at.key("bytes"), &file.bytes),
        entries: check_paths(checker, &at.key("entries"), &file.entries),
        between: check_between(checker, &at.key("between"), &file.between, scope),
        fresh: checker.field_paths(&at.key("fresh"), &file.fresh),
        counted: file.counted.as_ref().and_then(|list| checker.counted(&at.key("counted"), list)),
    };

    Call {
        judged: verb == "call",
        operation,
        region: file.region,
        request,
        replay: file.replay.clone(),
        tamper: file.tamper,
        format: file.format,
        expect: Expectation { outcomes, accept },
        names: names.map(|names| names.0.clone()).unwrap_or_default(),
        holds: file.holds.clone(),
        checks,
        response_name: file.response_name.clone(),
        makes,
    }
}
