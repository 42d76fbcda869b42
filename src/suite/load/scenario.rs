//! `scenarios/*.yaml`: what is not one row of the table.

use indexmap::{IndexMap, IndexSet};

use super::clauses::{is_kebab, once};
use super::scope::Scope;
use super::sheet::Sheet;
use super::step::{self, Borrowed};
use crate::suite::file::ScenarioFile;
use crate::suite::name::{ClassName, KeyName, State};
use crate::suite::scenario::{Scenario, ScenarioKey};
use crate::suite::step::{Action, Step};
use crate::yaml::Path;

/// A scenario whose steps may still want requests of rows.
pub(super) struct Draft {
    pub scenario: Scenario,
    pub borrowed: Vec<Borrowed>,
}

/// Checks a scenario.
pub(super) fn check(sheet: &mut Sheet<'_>, file: &ScenarioFile) -> Draft {
    let root = Path::Root;
    sheet.format(file.format);
    sheet.sentence(&root.key("why"), &file.why);
    if !is_kebab(&file.scenario) {
        sheet.value(&root.key("scenario"), format!("`{}` is not in kebab-case", file.scenario));
    }
    let clause = sheet.clause(&root.key("clause"), &file.clause);
    let edition = sheet.edition_of(&root.key("edition"), &file.edition, &clause);
    let at = root.key("also");
    once(sheet, &at, &file.also);
    let also = file.also.iter().enumerate().map(|(index, text)| sheet.clause(&at.item(index), text)).collect();
    let classes = classes(sheet, file);
    let mut scope = Scope::new();
    let keys = keys(sheet, file, &classes, &mut scope);
    let values = step::values(sheet, &root.key("values"), &file.values, &mut scope);
    let at = root.key("steps");
    if file.steps.is_empty() {
        sheet.key(&at, "a scenario needs a step");
    }
    let (steps, borrowed) = step::steps(sheet, &at, &file.steps, scope);
    // A step that is none is left out, and the others then have other places.
    let complete = steps.len() == file.steps.len();
    for (index, step) in steps.iter().enumerate().filter(|_| complete) {
        possible(sheet, &at.item(index), step, &keys, &classes);
    }
    let judges = |step: &Step| match &step.action {
        Action::Call(call) => call.judged,
        Action::State { .. } => true,
        Action::Drive(_) | Action::Advance { .. } => false,
    };
    if !steps.is_empty() && !steps.iter().any(judges) {
        sheet.key(&at, "nothing is judged: a scenario needs a `call` or a `state`");
    }
    let known = file.classes.as_ref().is_none_or(|names| names.len() == classes.len());
    if known && file.cases != classes.len() {
        let message = format!("`cases` says {}, but the file defines {}", file.cases, classes.len());
        sheet.value(&root.key("cases"), message);
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
        source: sheet.source(&root.key("scenario")),
    };
    Draft { scenario, borrowed }
}

fn classes(sheet: &mut Sheet<'_>, file: &ScenarioFile) -> Vec<ClassName> {
    let Some(names) = &file.classes else {
        return sheet.words.classes.keys().next().cloned().into_iter().collect();
    };
    let root = Path::Root;
    let at = root.key("classes");
    if names.is_empty() {
        sheet.key(&at, "there must be a class");
    }
    once(sheet, &at, names);
    let known = names.iter().enumerate().filter_map(|(index, name)| sheet.class(&at.item(index), name, false));
    known.collect::<IndexSet<_>>().into_iter().collect()
}

fn keys(
    sheet: &mut Sheet<'_>,
    file: &ScenarioFile,
    classes: &[ClassName],
    scope: &mut Scope,
) -> IndexMap<KeyName, ScenarioKey> {
    let root = Path::Root;
    let all = root.key("keys");
    let mut keys = IndexMap::new();
    for (name, file) in &file.keys {
        let at = all.key(name);
        sheet.root_name(&at, name);
        scope.keys.insert(name.as_str().into());
        let class = file.class.as_ref().and_then(|class| sheet.class(&at.key("class"), class, false));
        let state = sheet.state(&at.key("state"), &file.state);
        let of: Vec<&ClassName> = match &class {
            Some(class) => vec![class],
            None => classes.iter().collect(),
        };
        impossible(sheet, &at.key("state"), &state, &of);
        let needs = sheet.fixtures(&at.key("needs"), &file.needs);
        keys.insert(KeyName::from(name.as_str()), ScenarioKey { class, state, needs });
    }
    keys
}

/// Notes a state that a key of one of the classes can't be in.
fn impossible(sheet: &mut Sheet<'_>, at: &Path<'_>, state: &State, classes: &[&ClassName]) {
    let words = sheet.words;
    if !words.states.contains(state) {
        return;
    }
    for class in classes {
        if words.classes.get(*class).is_some_and(|states| !states.contains(state)) {
            sheet.value(at, format!("a key of the class `{class}` can't be in the state `{state}`"));
        }
    }
}

/// Notes states of steps that their key can't be in.
fn possible(
    sheet: &mut Sheet<'_>,
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
        Action::State { is, .. } => impossible(sheet, &at.key("state"), is, &of),
        Action::Drive(state) => impossible(sheet, &at.key("drive"), state, &of),
        Action::Advance { becomes: Some(state), .. } => impossible(sheet, &at.key("becomes"), state, &of),
        Action::Advance { .. } | Action::Call(_) => {}
    }
}
