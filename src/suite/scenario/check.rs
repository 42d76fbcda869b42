//! Checks scenarios.

use crate::suite::map::{IndexMap, IndexSet};

use super::shape::{KeyFile, ScenarioFile, ScenariosFile};
use super::{Scenario, ScenarioKey};
use crate::suite::Map;
use crate::suite::check::{FileChecker, Message, TemplateScope, is_kebab};
use crate::suite::name::{ClassName, ClauseId, Edition, KeyName, State};
use crate::suite::step::check::{PendingRequest, check_steps};
use crate::suite::step::shape::StepFile;
use crate::suite::step::values::check_values;
use crate::suite::step::{Action, Step};
use crate::yaml::Path;

/// A scenario whose steps may still want requests of rows.
pub(in crate::suite) struct Draft {
    pub scenario: Scenario,
    pub borrowed: Vec<PendingRequest>,
}

/// Checks the scenarios of a file.
pub(in crate::suite) fn check(checker: &mut FileChecker<'_>, file: &ScenariosFile) -> Vec<Draft> {
    let root = Path::Root;
    checker.format(file.format);
    let all = root.key("scenarios");
    if file.scenarios.is_empty() {
        checker.error_at_key(&all, "there must be a scenario");
    }

    // Checked once, or each scenario would report the same mistakes.
    let shared = Shared {
        clause: file.clause.as_ref().map(|clause| checker.clause(&root.key("clause"), clause)),
        edition: file.edition.as_ref().map(|edition| checker.edition(&root.key("edition"), edition)),
        classes: file.classes.as_ref().map(|names| check_classes(checker, &root.key("classes"), names)),
    };
    let scenarios = file.scenarios.iter();
    scenarios.map(|(name, file)| check_scenario(checker, &all.key(name), name, file, &shared)).collect()
}

/// What the scenarios of a file share unless they say otherwise.
struct Shared {
    clause: Option<ClauseId>,
    edition: Option<Edition>,
    classes: Option<Vec<ClassName>>,
}

fn check_scenario(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    name: &str,
    file: &ScenarioFile,
    shared: &Shared,
) -> Draft {
    checker.sentence(&at.key("why"), &file.why);
    if !is_kebab(name) {
        checker.error_at_key(at, format!("`{name}` is not in kebab-case"));
    }

    let (clause, edition) = check_clause(checker, at, file, shared);
    let also_at = at.key("also");
    checker.once(&also_at, &file.also);
    let also = file.also.iter().enumerate().map(|(index, text)| checker.clause(&also_at.item(index), text)).collect();

    let classes = match (&file.classes, &shared.classes) {
        (Some(names), _) => check_classes(checker, &at.key("classes"), names),
        (None, Some(shared)) => shared.clone(),
        // The first class is the usual one.
        (None, None) => checker.vocabulary.classes.keys().next().cloned().into_iter().collect(),
    };

    let mut scope = TemplateScope::new();
    let keys = check_keys(checker, &at.key("keys"), &file.keys, &classes, &mut scope);
    let values = check_values(checker, &at.key("values"), &file.values, &mut scope);
    let (steps, borrowed) = check_all_steps(checker, &at.key("steps"), &file.steps, scope, (&keys, &classes));

    let scenario = Scenario {
        name: name.to_owned(),
        clause,
        also,
        edition,
        why: file.why.clone(),
        classes,
        keys,
        values,
        steps,
        source: checker.source(at),
    };
    Draft { scenario, borrowed }
}

/// The clause and the edition of a scenario: its own, or those of the file.
fn check_clause(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &ScenarioFile,
    shared: &Shared,
) -> (ClauseId, Edition) {
    let mut missing = |field: &str| {
        if !checker.outline.is_curtailed_at(at) {
            let help = Some("give it here, or for all scenarios at the head of the file".to_owned());
            checker.error_at_key(at, Message::from(format!("missing field `{field}`")).help(help));
        }
    };
    if file.clause.is_none() && shared.clause.is_none() {
        missing("clause");
    }
    if file.edition.is_none() && shared.edition.is_none() {
        missing("edition");
    }

    let clause = file.clause.as_ref().map(|clause| checker.clause(&at.key("clause"), clause));
    let clause = clause.or_else(|| shared.clause.clone());
    let (place, edition) = match &file.edition {
        Some(edition) => (at.key("edition"), Some(checker.edition(&at.key("edition"), edition))),
        // The edition of the file does not fit this clause, so one must be said here.
        None => (at.key("clause"), shared.edition.clone()),
    };
    if let (Some(clause), Some(edition)) = (&clause, &edition) {
        checker.edition_fits(&place, edition, clause);
    }
    (clause.unwrap_or_else(|| ClauseId::from("")), edition.unwrap_or_else(|| Edition::from("")))
}

fn check_all_steps(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    files: &[StepFile],
    scope: TemplateScope,
    (keys, classes): (&IndexMap<KeyName, ScenarioKey>, &[ClassName]),
) -> (Vec<Step>, Vec<PendingRequest>) {
    if files.is_empty() {
        checker.error_at_key(at, "a scenario needs a step");
    }
    let (steps, borrowed) = check_steps(checker, at, files, scope);

    // A mistaken step is left out, and the others then have other places.
    let complete = steps.len() == files.len();
    for (index, step) in steps.iter().enumerate().filter(|_| complete) {
        check_states(checker, &at.item(index), step, keys, classes);
    }

    let judges = |step: &Step| match &step.action {
        Action::Call(call) => call.judged,
        Action::State { .. } => true,
        Action::Drive(_) | Action::Advance { .. } => false,
    };
    if !steps.is_empty() && !steps.iter().any(judges) {
        checker.error_at_key(at, "nothing is judged: a scenario needs a `call` or a `state`");
    }
    (steps, borrowed)
}

fn check_classes(checker: &mut FileChecker<'_>, at: &Path<'_>, names: &[String]) -> Vec<ClassName> {
    if names.is_empty() {
        checker.error_at_key(at, "there must be a class");
    }
    checker.once(at, names);
    let known = names.iter().enumerate().filter_map(|(index, name)| checker.class(&at.item(index), name, false));
    known.collect::<IndexSet<_>>().into_iter().collect()
}

/// Checks keys that are given; templates know them afterwards.
pub(in crate::suite) fn check_keys(
    checker: &mut FileChecker<'_>,
    all: &Path<'_>,
    files: &Map<KeyFile>,
    classes: &[ClassName],
    scope: &mut TemplateScope,
) -> IndexMap<KeyName, ScenarioKey> {
    let mut keys = IndexMap::default();
    for (name, file) in files {
        let at = all.key(name);
        checker.root_name(&at, name);
        scope.keys.insert(name.as_str().into());

        let class = file.class.as_ref().and_then(|class| checker.class(&at.key("class"), class, false));
        let state = checker.state(&at.key("state"), &file.state);
        // A key without a class of its own is of each class of the scenario in turn.
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
        Action::Drive(state) => {
            check_state(checker, &at.key("drive"), state, &of);
            for class in of.into_iter().filter(|class| !checker.vocabulary.is_driven(class, state)) {
                let message = format!("no run can drive a key of the class `{class}` to the state `{state}`");
                checker.error_at_value(&at.key("drive"), message);
            }
        }
        Action::Advance { becomes: Some(state), .. } => check_state(checker, &at.key("becomes"), state, &of),
        Action::Advance { .. } | Action::Call(_) => {}
    }
}
