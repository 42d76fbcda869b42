//! Checks a scenario.

use indexmap::{IndexMap, IndexSet};

use super::shape::ScenarioFile;
use super::{Scenario, ScenarioKey};
use crate::suite::check::{FileChecker, TemplateScope, is_kebab};
use crate::suite::name::{ClassName, KeyName, State};
use crate::suite::step::check::{PendingRequest, check_steps};
use crate::suite::step::values::check_values;
use crate::suite::step::{Action, Step};
use crate::yaml::Path;

/// A scenario whose steps may still want requests of rows.
pub(in crate::suite) struct Draft {
    pub scenario: Scenario,
    pub borrowed: Vec<PendingRequest>,
}

/// Checks a scenario.
pub(in crate::suite) fn check(checker: &mut FileChecker<'_>, file: &ScenarioFile) -> Draft {
    let root = Path::Root;
    checker.format(file.format);
    checker.sentence(&root.key("why"), &file.why);
    if !is_kebab(&file.scenario) {
        checker.error_at_value(&root.key("scenario"), format!("`{}` is not in kebab-case", file.scenario));
    }
    let clause = checker.clause(&root.key("clause"), &file.clause);
    let edition = checker.edition_of(&root.key("edition"), &file.edition, &clause);
    let at = root.key("also");
    checker.once(&at, &file.also);
    let also = file.also.iter().enumerate().map(|(index, text)| checker.clause(&at.item(index), text)).collect();
    let classes = check_classes(checker, file);
    let mut scope = TemplateScope::new();
    let keys = check_keys(checker, file, &classes, &mut scope);
    let values = check_values(checker, &root.key("values"), &file.values, &mut scope);
    let at = root.key("steps");
    if file.steps.is_empty() {
        checker.error_at_key(&at, "a scenario needs a step");
    }
    let (steps, borrowed) = check_steps(checker, &at, &file.steps, scope);
    // A step that is none is left out, and the others then have other places.
    let complete = steps.len() == file.steps.len();
    for (index, step) in steps.iter().enumerate().filter(|_| complete) {
        check_states(checker, &at.item(index), step, &keys, &classes);
    }
    let judges = |step: &Step| match &step.action {
        Action::Call(call) => call.judged,
        Action::State { .. } => true,
        Action::Drive(_) | Action::Advance { .. } => false,
    };
    if !steps.is_empty() && !steps.iter().any(judges) {
        checker.error_at_key(&at, "nothing is judged: a scenario needs a `call` or a `state`");
    }
    let known = file.classes.as_ref().is_none_or(|names| names.len() == classes.len());
    if known && file.cases != classes.len() {
        let message = format!("`cases` says {}, but the file defines {}", file.cases, classes.len());
        checker.error_at_value(&root.key("cases"), message);
    }
    let scenario = Scenario {
        name: file.scenario.clone(),
        clause,
        also,
        edition,
        why: file.why.clone(),
        classes,
        keys,
        values,
        steps,
        source: checker.source(&root.key("scenario")),
    };
    Draft { scenario, borrowed }
}

fn check_classes(checker: &mut FileChecker<'_>, file: &ScenarioFile) -> Vec<ClassName> {
    let Some(names) = &file.classes else {
        return checker.vocabulary.classes.keys().next().cloned().into_iter().collect();
    };
    let root = Path::Root;
    let at = root.key("classes");
    if names.is_empty() {
        checker.error_at_key(&at, "there must be a class");
    }
    checker.once(&at, names);
    let known = names.iter().enumerate().filter_map(|(index, name)| checker.class(&at.item(index), name, false));
    known.collect::<IndexSet<_>>().into_iter().collect()
}

fn check_keys(
    checker: &mut FileChecker<'_>,
    file: &ScenarioFile,
    classes: &[ClassName],
    scope: &mut TemplateScope,
) -> IndexMap<KeyName, ScenarioKey> {
    let root = Path::Root;
    let all = root.key("keys");
    let mut keys = IndexMap::new();
    for (name, file) in &file.keys {
        let at = all.key(name);
        checker.root_name(&at, name);
        scope.keys.insert(name.as_str().into());
        let class = file.class.as_ref().and_then(|class| checker.class(&at.key("class"), class, false));
        let state = checker.state(&at.key("state"), &file.state);
        let of: Vec<&ClassName> = match &class {
            Some(class) => vec![class],
            None => classes.iter().collect(),
        };
        check_state(checker, &at.key("state"), &state, &of);
        let needs = checker.fixtures(&at.key("needs"), &file.needs);
        keys.insert(KeyName::from(name.as_str()), ScenarioKey { class, state, needs });
    }
    keys
}

/// Reports a state that a key of one of the classes can't be in.
fn check_state(checker: &mut FileChecker<'_>, at: &Path<'_>, state: &State, classes: &[&ClassName]) {
    let vocabulary = checker.vocabulary;
    if !vocabulary.states.contains(state) {
        return;
    }
    for class in classes {
        if vocabulary.classes.get(*class).is_some_and(|states| !states.contains(state)) {
            checker.error_at_value(at, format!("a key of the class `{class}` can't be in the state `{state}`"));
        }
    }
}

/// Reports states of steps that their key can't be in.
fn check_states(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    step: &Step,
    keys: &IndexMap<KeyName, ScenarioKey>,
    classes: &[ClassName],
) {
    // A key that a step made is of no class that is known here.
    let Some(key) = keys.get(&step.on) else { return };
    let of: Vec<&ClassName> = match &key.class {
        Some(class) => vec![class],
        None => classes.iter().collect(),
    };
    match &step.action {
        Action::State { is, .. } => check_state(checker, &at.key("state"), is, &of),
        Action::Drive(state) => check_state(checker, &at.key("drive"), state, &of),
        Action::Advance { becomes: Some(state), .. } => check_state(checker, &at.key("becomes"), state, &of),
        Action::Advance { .. } | Action::Call(_) => {}
    }
}
