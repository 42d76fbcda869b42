//! Requests of rows for the calls and fixtures that bring none of their own.

use crate::suite::map::IndexMap;

use super::at_source;
use crate::diagnostic::Diagnostic;
use crate::suite::check::{FileChecker, TemplateScope, Vocabulary, for_key};
use crate::suite::name::{KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::suite::row::{self, Row};
use crate::suite::scenario::{self, Scenario};
use crate::suite::service::{Service, ServiceFile};
use crate::suite::step::check::PendingRequest;
use crate::suite::step::{Action, Step};
use crate::yaml::{Document, Path};

/// Puts the requests that stand in rows before those of the service.
pub(super) fn collect(service: &mut Service, rows: &[row::check::Draft]) {
    let of_rows = rows.iter().filter(|draft| draft.lends && draft.row.variant.is_none());
    let of_rows = of_rows.map(|draft| (draft.row.operation.clone(), draft.row.request.clone()));
    let mut requests: IndexMap<OperationName, RequestTemplate> = of_rows.collect();
    requests.append(&mut service.requests);
    service.requests = requests;
}

/// Fills in the requests of a row's steps.
pub(super) fn fill_row(
    draft: row::check::Draft,
    service: &Service,
    vocabulary: &Vocabulary,
    mistakes: &mut Vec<Diagnostic>,
) -> Row {
    let row::check::Draft { mut row, borrowed: [then, refused], .. } = draft;
    fill(&mut row.then, &then, &service.requests, vocabulary, mistakes);
    fill(&mut row.refused, &refused, &service.requests, vocabulary, mistakes);
    row
}

/// Fills in the requests of a scenario's steps.
pub(super) fn fill_scenario(
    draft: scenario::check::Draft,
    service: &Service,
    vocabulary: &Vocabulary,
    mistakes: &mut Vec<Diagnostic>,
) -> Scenario {
    let scenario::check::Draft { mut scenario, borrowed } = draft;
    fill(&mut scenario.steps, &borrowed, &service.requests, vocabulary, mistakes);
    scenario
}

/// Fills in the requests of fixtures, and notes those that name what is not known outside of their rows.
pub(super) fn fill_service(
    service: &mut Service,
    document: &Document<'_, ServiceFile>,
    vocabulary: &Vocabulary,
    mistakes: &mut Vec<Diagnostic>,
) {
    let requests = &service.requests;
    let mut checker = FileChecker { outline: &document.outline, vocabulary, mistakes };
    let root = Path::Root;
    let fixtures = root.key("fixtures");
    let scope = TemplateScope::new().with_key(KeyName::SUBJECT);

    for (name, file) in document.value.fixtures.iter().filter(|(_, file)| file.request.is_none()) {
        let Some(request) = requests.get(file.operation.as_str()) else { continue };
        // A fixture's request may use the values of the fixture, which no other borrower knows.
        let own = vocabulary.fixtures.get(name.as_str()).cloned().unwrap_or_default();
        let scope = TemplateScope { own: Some((name.clone(), own)), ..scope.clone() };
        if let Some(message) = unknown(&file.operation, request, &scope, vocabulary) {
            checker.error_at_value(&fixtures.key(name).key("operation"), message);
        }

        if let Some(fixture) = service.fixtures.get_mut(name.as_str()) {
            fixture.request.clone_from(request);
        }
    }

    // Keys are driven, watched and removed outside of any case, where no values of a row are known.
    let mut outside = scope;
    outside.plain.push("state");

    let transitions = root.key("transitions");
    for (index, file) in document.value.transitions.iter().enumerate() {
        let driven = requests.get(file.operation.as_str());
        if let Some(message) = driven.and_then(|request| unknown(&file.operation, request, &outside, vocabulary)) {
            checker.error_at_value(&transitions.item(index).key("operation"), message);
        }
    }

    let (create, remove, observation) = (root.key("create"), root.key("remove"), root.key("observation"));
    let describe = observation.key("describe");
    let value = &document.value;
    for (at, operation) in [
        (create.key("operation"), &value.create.operation),
        (remove.key("operation"), &value.remove.operation),
        (describe.key("operation"), &value.observation.describe.operation),
    ] {
        let request = requests.get(operation.as_str());
        if let Some(message) = request.and_then(|request| unknown(operation, request, &outside, vocabulary)) {
            checker.error_at_value(&at, message);
        }
    }

    let behaviour = observation.key("behaviour");
    for (class, operations) in &value.observation.behaviour {
        let behaviour = behaviour.key(class);
        for (index, operation) in operations.iter().enumerate() {
            let request = requests.get(operation.as_str());
            if let Some(message) = request.and_then(|request| unknown(operation, request, &outside, vocabulary)) {
                checker.error_at_value(&behaviour.item(index), message);
            }
        }
    }
}

fn fill(
    steps: &mut [Step],
    borrowed: &[PendingRequest],
    requests: &IndexMap<OperationName, RequestTemplate>,
    vocabulary: &Vocabulary,
    mistakes: &mut Vec<Diagnostic>,
) {
    for want in borrowed {
        let (Some(request), Some(step)) = (requests.get(&want.operation), steps.get_mut(want.step)) else { continue };
        let request = match want.on.as_str() {
            KeyName::SUBJECT => request.clone(),
            // The row calls its subject `key`, and this step is about another key.
            _ => request.with_paths(&|path| for_key(path, &want.on, vocabulary)),
        };

        if let Some(message) = unknown(want.operation.as_str(), &request, &want.scope, vocabulary) {
            let help = Some("give the step a `request` of its own".to_owned());
            mistakes.push(Diagnostic { help, ..at_source(&step.source, message) });
        }

        if let Action::Call(call) = &mut step.action {
            call.request = request;
        }
    }
}

/// What a request names and its borrower does not know.
fn unknown(
    operation: &str,
    request: &RequestTemplate,
    scope: &TemplateScope,
    vocabulary: &Vocabulary,
) -> Option<String> {
    let path = request.paths().into_iter().find(|path| scope.check(path, vocabulary).is_err())?;
    Some(format!("the request of the row `{operation}` names `{}`, which is not known at this place", path.join(".")))
}
