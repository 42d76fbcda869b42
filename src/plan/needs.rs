//! Which fixtures a request needs: those whose values its templates name.

use std::collections::{BTreeMap, BTreeSet};

use super::route::owner;
use crate::suite::Suite;
use crate::suite::name::{FixtureName, KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::suite::service::Fixture;

/// The fixtures that paths name, by the key they belong to. `alias.name` is of `subject`, `other.alias.name` of `other`.
pub(super) fn of_paths<'a>(
    suite: &Suite,
    paths: impl IntoIterator<Item = &'a [String]>,
    keys: &[KeyName],
    subject: &KeyName,
) -> BTreeMap<KeyName, BTreeSet<FixtureName>> {
    let mut needs: BTreeMap<KeyName, BTreeSet<FixtureName>> = BTreeMap::new();
    for path in paths {
        let named = owner(path, keys);
        let fixture = if named.is_some() { path.get(1) } else { path.first() };
        // `key` in a step about another key means that key.
        let key = match named {
            Some(key) if key.as_str() == KeyName::SUBJECT => subject.clone(),
            Some(key) => key,
            None => subject.clone(),
        };
        if let Some((name, _)) = fixture.and_then(|name| suite.service.fixtures.get_key_value(name.as_str())) {
            needs.entry(key).or_default().insert(name.clone());
        }
    }
    needs
}

/// The fixtures of its own key that a request needs.
pub(super) fn of_request(suite: &Suite, request: &RequestTemplate) -> BTreeSet<FixtureName> {
    let subject = KeyName::subject();
    of_paths(suite, request.paths(), std::slice::from_ref(&subject), &subject).remove(&subject).unwrap_or_default()
}

/// The other fixtures that a fixture needs; its own values are computed before its call.
pub(super) fn of_fixture(suite: &Suite, name: &FixtureName, fixture: &Fixture) -> BTreeSet<FixtureName> {
    let mut needs = of_request(suite, &fixture.request);
    needs.remove(name);
    needs
}

/// The fixtures that an operation needs when it drives a key: those of its request and of its row.
pub(super) fn of_operation(suite: &Suite, operation: &OperationName) -> BTreeSet<FixtureName> {
    let mut needs = suite.service.requests.get(operation).map(|request| of_request(suite, request)).unwrap_or_default();
    needs.extend(suite.row(operation).map(|row| row.needs.clone()).unwrap_or_default());
    needs
}

/// Fixtures, and those that they need themselves.
pub(super) fn closure(suite: &Suite, fixtures: &BTreeSet<FixtureName>) -> BTreeSet<FixtureName> {
    let mut all = BTreeSet::new();
    let mut open: Vec<FixtureName> = fixtures.iter().cloned().collect();
    while let Some(name) = open.pop() {
        if let Some(fixture) = suite.service.fixtures.get(&name)
            && all.insert(name.clone())
        {
            open.extend(of_fixture(suite, &name, fixture));
        }
    }
    all
}

/// Whether a driving operation needs the fixture.
pub(super) fn drives_with(suite: &Suite, fixture: &FixtureName) -> bool {
    let transitions = &suite.service.transitions;
    transitions.iter().any(|transition| of_operation(suite, &transition.operation).contains(fixture))
}
