//! Checks what is common to all cases.

use crate::suite::map::IndexMap;

use super::belonging::check_belonging;
use super::declared_route::check_routes;
use super::fixture::check_fixture;
use super::key_class::{check_class, check_values};
use super::lifecycle::{check_create, check_remove, check_sweep};
use super::observation::check_observation;
use super::outcome::check_outcomes;
use super::paging::check_paging;
use super::reuse::check_reuse;
use super::stage::check_stages;
use super::transition::check_transition;
use super::{Service, ServiceFile};
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName};
use crate::suite::route::SmallSet;
use crate::yaml::Path;

/// Checks what is common to all cases. Requests of rows, and fixtures that use them, are filled in later.
///
/// The second of the pair says whether the words are sound; if not, every other file would be full of mistakes that
/// are none.
pub(in crate::suite) fn check(checker: &mut FileChecker<'_>, file: &ServiceFile, folder: &str) -> (Service, bool) {
    let root = Path::Root;
    checker.format(file.format);
    if file.provider != folder {
        let message = format!("the folder is called `{folder}`, so the provider must be");
        checker.error_at_value(&root.key("provider"), message);
    }

    let before = checker.mistakes.len();
    check_lists(checker, file);
    let at = root.key("key_classes");
    if file.key_classes.is_empty() {
        checker.error_at_key(&at, "there must be a class of keys");
    }
    let mut classes = IndexMap::default();
    for (name, class) in &file.key_classes {
        classes.insert(ClassName::from(name.as_str()), check_class(checker, &at.key(name), name, class));
    }
    check_values(checker, &at, file);
    let sound = checker.mistakes.len() == before;

    let outcomes = check_outcomes(checker, file);
    let mut requests = IndexMap::default();
    let at = root.key("other_operations");
    for (name, other) in &file.other_operations {
        let at = at.key(name);
        checker.clause(&at.key("clause"), &other.clause);
        let scope = TemplateScope::new().with_key(KeyName::SUBJECT);
        let request = checker.request(&at.key("request"), &other.request, &scope);
        requests.insert(OperationName::from(name.as_str()), request);
    }

    let at = root.key("transitions");
    let transitions = file
        .transitions
        .iter()
        .enumerate()
        .map(|(index, file)| check_transition(checker, &at.item(index), file))
        .collect();

    let at = root.key("fixtures");
    // The search for routes keeps a set of fixtures in the bits of one integer.
    if file.fixtures.len() > SmallSet::MOST {
        checker.error_at_key(&at, format!("there are more than {} fixtures", SmallSet::MOST));
    }

    let mut fixtures = IndexMap::default();
    for (name, file) in &file.fixtures {
        fixtures.insert(FixtureName::from(name.as_str()), check_fixture(checker, &at.key(name), name, file));
    }

    let at = root.key("belongings");
    let mut belongings = IndexMap::default();
    for (name, file) in &file.belongings {
        belongings.insert(name.clone(), check_belonging(checker, &at.key(name), file));
    }

    let service = Service {
        provider: file.provider.clone(),
        name: file.service.clone(),
        api_version: file.api_version.clone(),
        outcomes,
        states: checker.vocabulary.states.iter().cloned().collect(),
        classes,
        operations: checker.vocabulary.operations.iter().cloned().collect(),
        requests,
        create: check_create(checker, file),
        remove: check_remove(checker, file),
        sweep: file.sweep.as_ref().map(|file| check_sweep(checker, file)),
        reuse: file.reuse.as_ref().map(|file| check_reuse(checker, file)),
        observation: check_observation(checker, file),
        transitions,
        stages: check_stages(checker, file),
        routes: check_routes(checker, file),
        fixtures,
        belongings,
        paging: check_paging(checker, file),
    };

    if service.words().count() > SmallSet::MOST {
        checker
            .error_at_key(&root.key("transitions"), format!("keys have or lack more than {} things", SmallSet::MOST));
    }
    (service, sound)
}

/// Lists of words, each of which is given once.
fn check_lists(checker: &mut FileChecker<'_>, file: &ServiceFile) {
    let root = Path::Root;
    for (name, words) in [("states", &file.states), ("operations", &file.operations)] {
        let at = root.key(name);
        if words.is_empty() {
            checker.error_at_key(&at, format!("`{name}` must not be empty"));
        }
        checker.once(&at, words);
        for (index, word) in words.iter().enumerate() {
            check_id_part(checker, &at.item(index), word, false);
        }
    }

    // An operation of the table has its request from its row.
    for name in file.other_operations.keys().filter(|name| file.operations.contains(*name)) {
        checker.error_at_key(&root.key("other_operations").key(name), format!("`{name}` is in the table"));
    }

    for name in file.key_classes.keys() {
        check_id_part(checker, &root.key("key_classes").key(name), name, true);
    }
}

/// Reports a word that can't be a part of an id that people type.
fn check_id_part(checker: &mut FileChecker<'_>, at: &Path<'_>, word: &str, as_key: bool) {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    if !word.is_empty() && word.chars().all(fits) {
        return;
    }
    let message = format!("`{word}` can't be a part of an id: letters, digits, `_`, `-` and `.`");
    if as_key {
        checker.error_at_key(at, message);
    } else {
        checker.error_at_value(at, message);
    }
}
