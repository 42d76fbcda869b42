//! Routes into a state besides the shortest one.

use std::collections::BTreeSet;

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Service, ServiceFile};
use crate::near::nearest;
use crate::suite::check::{FileChecker, Message, is_kebab, meant};
use crate::suite::name::{RouteName, StageName, State};
use crate::suite::selector::CANONICAL;
use crate::yaml::Path;

/// A route into a state. The calls are derived: the fewest that lead through all of it, with the fixtures of the case.
///
/// A class of keys that can't take the route has no case of it, nor has one whose calls are those of the shortest route or
/// of a route above. Once the key has come to the end, only fixtures are made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteFile {
    /// The states and stages that the key passes, in this order, before the call that brings it into its state. The
    /// state of a new key counts.
    pub through: Vec<String>,
    /// What the key must have in the end.
    #[serde(default)]
    pub has: Option<String>,
    /// What the key must lack in the end.
    #[serde(default)]
    pub lacks: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub note: Option<String>,
}

/// A route into a state, by what lies on it.
#[derive(Debug, Clone)]
pub struct DeclaredRoute {
    /// What the key passes, in this order, before the call that brings it into its state.
    pub through: Vec<Waypoint>,
    /// What the key must have in the end.
    pub has: Option<String>,
    /// What the key must lack in the end.
    pub lacks: Option<String>,
}

/// What a key passes on its route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waypoint {
    /// A state.
    State(State),
    /// A stage.
    Stage(StageName),
}

/// Checks the routes, by what stands in the file alone.
pub(super) fn check_routes(
    checker: &mut FileChecker<'_>,
    file: &ServiceFile,
) -> IndexMap<State, IndexMap<RouteName, DeclaredRoute>> {
    let root = Path::Root;
    let all = root.key("routes");
    let mut routes = IndexMap::default();

    for (state, files) in &file.routes {
        let state_at = all.key(state);
        let Some(state) = checker.state_key(&state_at, state) else { continue };
        let mut of_state = IndexMap::default();
        for (name, route) in files {
            let at = state_at.key(name);
            if !is_kebab(name) || name == CANONICAL {
                let message = format!("`{name}` is not the name of a route: kebab-case, and not `{CANONICAL}`");
                checker.error_at_key(&at, message);
            }

            if checker.vocabulary.classes.contains_key(name.as_str()) {
                checker.error_at_key(&at, format!("`{name}` is a class of keys, and ids would not distinguish them"));
            }
            of_state.insert(RouteName::from(name.as_str()), check_route(checker, &at, route, file));
        }
        routes.insert(state, of_state);
    }
    routes
}

fn check_route(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &RouteFile, service: &ServiceFile) -> DeclaredRoute {
    let through_at = at.key("through");
    if file.through.is_empty() {
        checker.error_at_key(&through_at, "there must be a state or a stage; the shortest route needs no name");
    }

    let mut through = Vec::new();
    for (index, text) in file.through.iter().enumerate() {
        if let Some(state) = checker.vocabulary.states.get(text.as_str()) {
            through.push(Waypoint::State(state.clone()));
        } else if service.stages.contains_key(text) {
            through.push(Waypoint::Stage(StageName::from(text.as_str())));
        } else {
            let known =
                checker.vocabulary.states.iter().map(State::as_str).chain(service.stages.keys().map(String::as_str));
            let near = nearest(text, known).map(meant);
            checker.error_at_value(
                &through_at.item(index),
                Message::from(format!("unknown state or stage `{text}`")).help(near),
            );
        }
    }

    DeclaredRoute { through, has: file.has.clone(), lacks: file.lacks.clone() }
}

/// Reports words that no key ever has, and stages that no route passes.
pub(in crate::suite) fn check_words(checker: &mut FileChecker<'_>, service: &Service) {
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
                    checker
                        .error_at_value(&at.key(field), Message::from(format!("no key ever has `{word}`")).help(near));
                }
            }

            passed.extend(route.through.iter().filter_map(|waypoint| match waypoint {
                Waypoint::Stage(stage) => Some(stage.as_str()),
                Waypoint::State(_) => None,
            }));
        }
    }

    // The shortest route passes no stage, so one that no declared route passes is of no use.
    let all = root.key("stages");
    for name in service.stages.keys().filter(|name| !passed.contains(name.as_str())) {
        checker.error_at_key(&all.key(name.as_str()), format!("no declared route passes the stage `{name}`"));
    }
}
