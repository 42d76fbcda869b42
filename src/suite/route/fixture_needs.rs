//! Which fixtures a request needs: those whose values its templates name.

use std::collections::{BTreeMap, BTreeSet};

use crate::suite::name::{FixtureName, KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::suite::row::Row;
use crate::suite::scenario::Scenario;
use crate::suite::service::{Fixture, Service};
use crate::suite::step::Step;
use crate::suite::template::Template;

/// Fixtures, by the key they belong to.
pub(crate) type Needs = BTreeMap<KeyName, BTreeSet<FixtureName>>;

/// The fixtures that paths name, by the key they belong to. `alias.name` is of `subject`, `other.alias.name` of `other`.
fn of_paths<'a>(
    service: &Service,
    paths: impl IntoIterator<Item = &'a [String]>,
    keys: &[KeyName],
    subject: &KeyName,
) -> Needs {
    let mut needs = Needs::new();
    for path in paths {
        let named = owner(path, keys);
        let fixture = if named.is_some() { path.get(1) } else { path.first() };
        // `key` in a step about another key means that key.
        let key = match named {
            Some(key) if key.as_str() == KeyName::SUBJECT => subject.clone(),
            Some(key) => key,
            None => subject.clone(),
        };

        if let Some((name, _)) = fixture.and_then(|name| service.fixtures.get_key_value(name.as_str())) {
            needs.entry(key).or_default().insert(name.clone());
        }
    }

    needs
}

/// The fixtures of its own key that a request needs.
pub(super) fn of_request(service: &Service, request: &RequestTemplate) -> BTreeSet<FixtureName> {
    let subject = KeyName::subject();
    of_paths(service, request.paths(), std::slice::from_ref(&subject), &subject).remove(&subject).unwrap_or_default()
}

/// The other fixtures that a fixture needs; its own values are computed before its call.
pub(super) fn of_fixture(service: &Service, name: &FixtureName, fixture: &Fixture) -> BTreeSet<FixtureName> {
    let mut needs = of_request(service, &fixture.request);
    needs.remove(name);
    needs
}

/// The fixtures that an operation needs when it drives a key: those of its request and of its row.
pub(super) fn of_operation(service: &Service, operation: &OperationName, row: Option<&Row>) -> BTreeSet<FixtureName> {
    let mut needs = service.requests.get(operation).map(|request| of_request(service, request)).unwrap_or_default();
    needs.extend(row.map(|row| row.needs.clone()).unwrap_or_default());
    needs
}

/// The fixtures that the keys of a scenario need.
pub(crate) fn of_scenario(service: &Service, scenario: &Scenario) -> Needs {
    let names: Vec<KeyName> = scenario.keys.keys().cloned().collect();
    let mut wanted = of_steps(service, scenario.steps.iter(), &names);
    let values = scenario.values.values().flat_map(Template::paths);
    merge(&mut wanted, of_paths(service, values, &names, &KeyName::subject()));
    for (name, key) in &scenario.keys {
        wanted.entry(name.clone()).or_default().extend(key.needs.iter().cloned());
    }
    wanted.retain(|key, _| names.contains(key));
    wanted
}

/// The fixtures that the keys of steps need.
fn of_steps<'s>(service: &Service, steps: impl Iterator<Item = &'s Step>, keys: &[KeyName]) -> Needs {
    let mut wanted = Needs::new();
    for step in steps {
        merge(&mut wanted, of_paths(service, step.paths(), keys, &step.on));
    }
    // Keys that the steps make themselves have no fixtures prepared for them.
    wanted.retain(|key, _| keys.contains(key));
    wanted
}

/// The fixtures that the keys of a row need.
pub(crate) fn of_row(service: &Service, row: &Row, keys: &[KeyName]) -> Needs {
    let undo = row.makes.as_ref().and_then(|makes| makes.undo.as_ref());
    let templates = row.values.values().chain(row.checks.templates());
    let probe = row.request.paths().into_iter().chain(templates.flat_map(Template::paths));
    let probe = probe.chain(row.rejected_request.paths());
    let probe = probe.chain(undo.into_iter().flat_map(|undo| undo.request.paths()));

    let mut wanted = of_paths(service, probe, keys, &KeyName::subject());
    merge(&mut wanted, of_steps(service, row.then.iter().chain(&row.refused), keys));

    wanted.entry(KeyName::subject()).or_default().extend(row.needs.iter().cloned());
    if let Some(from) = &row.from {
        wanted.entry(from.key.clone()).or_default().extend(from.needs.iter().cloned());
    }
    for (name, key) in &row.keys {
        wanted.entry(name.clone()).or_default().extend(key.needs.iter().cloned());
    }

    wanted
}

/// Whether the request of a row is about a key whose state counts: names it, or a fixture of it.
pub(crate) fn has_subject(service: &Service, row: &Row) -> bool {
    let names = |path: &[String]| path.first().is_some_and(|root| root == KeyName::SUBJECT);
    row.request.paths().into_iter().any(names) || !of_request(service, &row.request).is_empty()
}

fn merge(into: &mut Needs, from: Needs) {
    for (key, fixtures) in from {
        into.entry(key).or_default().extend(fixtures);
    }
}

/// The key that a fixture or request is about when a path names none.
fn owner(path: &[String], keys: &[KeyName]) -> Option<KeyName> {
    keys.iter().find(|key| path.first().is_some_and(|root| root == key.as_str())).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn paths_name_fixtures_of_the_key_that_a_step_is_about() {
        let suite = load(embedded(), None).unwrap();
        let keys = [KeyName::subject(), KeyName::from("other")];

        for (path, on, wanted) in [
            ("alias.name", "key", Some("key")),
            ("alias.name", "other", Some("other")),
            ("key.alias.name", "other", Some("other")),
            ("other.alias.name", "key", Some("other")),
            ("key.id", "key", None),
            ("mark", "key", None),
        ] {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            let needs = of_paths(&suite.service, [path.as_slice()], &keys, &on.into());
            let wanted = wanted.map(|key| (KeyName::from(key), BTreeSet::from(["alias".into()])));
            assert_eq!(needs, wanted.into_iter().collect(), "{path:?} on {on}");
        }
    }
}
