//! `stages` and `routes` of `kms.yaml`: ways into a state besides the shortest one.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::clauses::{is_kebab, once};
use super::scope::{Scope, meant};
use super::sheet::{Note, Sheet};
use crate::near::nearest;
use crate::suite::file::{RouteFile, ServiceFile, StageFile};
use crate::suite::name::{KeyName, OperationName, RouteName, StageName, State};
use crate::suite::selector::CANONICAL;
use crate::suite::service::{Cause, DeclaredRoute, Service, Stage, Waypoint};
use crate::yaml::Path;

/// Checks the stages.
pub(super) fn stages(sheet: &mut Sheet<'_>, file: &ServiceFile) -> IndexMap<StageName, Stage> {
    let root = Path::Root;
    let all = root.key("stages");
    let mut stages = IndexMap::new();
    for (name, file) in &file.stages {
        let at = all.key(name);
        if !is_kebab(name) {
            sheet.key(&at, format!("`{name}` is not in kebab-case"));
        }
        if sheet.words.states.contains(name.as_str()) {
            sheet.key(&at, format!("`{name}` is a state"));
        }
        stages.insert(StageName::from(name.as_str()), stage(sheet, &at, file));
    }
    stages
}

fn stage(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &StageFile) -> Stage {
    let from_at = at.key("from");
    if file.from.is_empty() {
        sheet.key(&from_at, "there must be a state");
    }
    once(sheet, &from_at, &file.from);
    Stage {
        cause: cause(sheet, at, file),
        from: file.from.iter().enumerate().map(|(index, state)| sheet.state(&from_at.item(index), state)).collect(),
        to: sheet.state(&at.key("to"), &file.to),
        has: file.has.clone(),
        gives: file.gives.iter().cloned().collect(),
        takes: file.takes.iter().cloned().collect(),
        clause: sheet.clause(&at.key("clause"), &file.clause),
    }
}

fn cause(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &StageFile) -> Cause {
    match (&file.operation, &file.advance) {
        (None, Some(by)) => {
            if file.request.is_some() {
                sheet.key(&at.key("request"), "`request` does not go with `advance`");
            }
            Cause::Time(sheet.duration(&at.key("advance"), by))
        }
        (operation, advance) => {
            if operation.is_some() && advance.is_some() {
                sheet.key(&at.key("advance"), "a stage is a call or time, and this one has `operation` already");
            }
            if operation.is_none() && !sheet.outline.is_curtailed_at(at) {
                sheet.key(at, "a stage needs `operation` or `advance`");
            }
            if operation.is_some() && file.request.is_none() {
                let help = "an operation with the request of its row is a transition".to_owned();
                sheet.key(at, Note::from("a stage with an `operation` needs a `request`").help(Some(help)));
            }
            let scope = Scope::new().with_key(KeyName::SUBJECT);
            let request = file.request.as_ref().map(|file| sheet.request(&at.key("request"), file, &scope));
            let operation = operation.as_ref().map(|operation| sheet.operation(&at.key("operation"), operation));
            Cause::Call {
                operation: operation.unwrap_or_else(|| OperationName::from("")),
                request: request.unwrap_or_default(),
            }
        }
    }
}

/// Checks the routes, by what stands in the file alone.
pub(super) fn routes(sheet: &mut Sheet<'_>, file: &ServiceFile) -> IndexMap<State, IndexMap<RouteName, DeclaredRoute>> {
    let root = Path::Root;
    let all = root.key("routes");
    let mut routes = IndexMap::new();
    for (state, files) in &file.routes {
        let state_at = all.key(state);
        let Some(state) = sheet.state_key(&state_at, state) else { continue };
        let mut of_state = IndexMap::new();
        for (name, route) in files {
            let at = state_at.key(name);
            if !is_kebab(name) || name == CANONICAL {
                let message = format!("`{name}` is no name of a route: kebab-case, and not `{CANONICAL}`");
                sheet.key(&at, message);
            }
            if sheet.words.classes.contains_key(name.as_str()) {
                sheet.key(&at, format!("`{name}` is a class of keys, and ids would not tell them apart"));
            }
            of_state.insert(RouteName::from(name.as_str()), route_of(sheet, &at, route, file));
        }
        routes.insert(state, of_state);
    }
    routes
}

fn route_of(sheet: &mut Sheet<'_>, at: &Path<'_>, file: &RouteFile, service: &ServiceFile) -> DeclaredRoute {
    let through_at = at.key("through");
    if file.through.is_empty() {
        sheet.key(&through_at, "there must be a state or a stage; the shortest way needs no name");
    }
    let mut through = Vec::new();
    for (index, text) in file.through.iter().enumerate() {
        if let Some(state) = sheet.words.states.get(text.as_str()) {
            through.push(Waypoint::State(state.clone()));
        } else if service.stages.contains_key(text) {
            through.push(Waypoint::Stage(StageName::from(text.as_str())));
        } else {
            let known = sheet.words.states.iter().map(State::as_str).chain(service.stages.keys().map(String::as_str));
            let near = nearest(text, known).map(meant);
            sheet.value(&through_at.item(index), Note::from(format!("unknown state or stage `{text}`")).help(near));
        }
    }
    DeclaredRoute { through, has: file.has.clone(), lacks: file.lacks.clone() }
}

/// Notes words that no key ever has, and stages that no route passes.
pub(super) fn words(sheet: &mut Sheet<'_>, service: &Service) {
    let known: BTreeSet<&str> = service.words().collect();
    let root = Path::Root;
    let all = root.key("routes");
    let mut passed = BTreeSet::new();
    for (state, routes) in &service.routes {
        let state_at = all.key(state.as_str());
        for (name, route) in routes {
            let at = state_at.key(name.as_str());
            for (field, word) in [("has", &route.has), ("lacks", &route.lacks)] {
                if let Some(word) = word
                    && !known.contains(word.as_str())
                {
                    let near = nearest(word, known.iter().copied()).map(meant);
                    sheet.value(&at.key(field), Note::from(format!("no key ever has `{word}`")).help(near));
                }
            }
            passed.extend(route.through.iter().filter_map(|waypoint| match waypoint {
                Waypoint::Stage(stage) => Some(stage.as_str()),
                Waypoint::State(_) => None,
            }));
        }
    }
    let all = root.key("stages");
    for name in service.stages.keys().filter(|name| !passed.contains(name.as_str())) {
        sheet.key(&all.key(name.as_str()), format!("no route leads through the stage `{name}`"));
    }
}
