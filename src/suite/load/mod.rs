//! Case files → a checked suite, or all mistakes of all files at once.

mod borrow;
mod cases;
mod clauses;
mod declared_route;
mod place;
mod routes;
mod row;
mod scenario;
mod scope;
mod service;
mod sheet;
mod step;
mod together;
mod words;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use self::place::{Place, kebab};
use self::sheet::Sheet;
use self::words::Words;
use super::Suite;
use super::file::{ClausesFile, RowFile, ScenarioFile, ServiceFile};
use super::files::CaseFile;
use super::name::OperationName;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::event::Source;
use crate::near::nearest;
use crate::yaml::{Document, Path};

/// Makes a suite of the files of one provider: of the named one, or of the only one there is.
///
/// # Errors
///
/// All mistakes of all files of the provider.
pub fn load(files: Vec<CaseFile>, provider: Option<&str>) -> Result<Suite, Diagnostics> {
    let mut mistakes = Vec::new();
    match check(&files, provider, &mut mistakes) {
        Some(suite) if mistakes.is_empty() => Ok(suite),
        _ => {
            let texts = files.iter().map(|file| (&*file.path, &*file.text));
            Err(Diagnostics::new(mistakes, texts))
        }
    }
}

fn check(files: &[CaseFile], provider: Option<&str>, mistakes: &mut Vec<Diagnostic>) -> Option<Suite> {
    let provider = choose(files, provider, mistakes)?;
    let mut files: Vec<&CaseFile> =
        files.iter().filter(|file| file.path.split_once('/').is_some_and(|(folder, _)| folder == provider)).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut places: BTreeMap<Place, Vec<&CaseFile>> = BTreeMap::new();
    for file in &files {
        match Place::of(&file.path) {
            Ok(place) => places.entry(place).or_default().push(file),
            Err(message) => mistakes.push(whole(&file.path, message)),
        }
    }
    let one = |place: Place| places.get(&place).and_then(|files| files.first()).copied();
    let all = |place: Place| places.get(&place).map(Vec::as_slice).unwrap_or_default();
    let missing = |name: &str| whole(&format!("{provider}/{name}").into(), "the file is missing".to_owned());

    let clauses = match one(Place::Clauses) {
        Some(file) => read::<ClausesFile>(file, mistakes).map(|document| clauses::check(&document, mistakes)),
        None => {
            mistakes.push(missing("clauses.yaml"));
            None
        }
    };
    let document = match one(Place::Service) {
        Some(file) => read::<ServiceFile>(file, mistakes),
        None => {
            mistakes.push(missing("kms.yaml"));
            None
        }
    };
    // Without the words of the service, only the shape of the other files can be judged.
    let only_shape = |mistakes: &mut Vec<Diagnostic>| {
        all(Place::Row).iter().for_each(|file| drop(read::<RowFile>(file, mistakes)));
        all(Place::Scenario).iter().for_each(|file| drop(read::<ScenarioFile>(file, mistakes)));
    };
    let Some(document) = document.filter(|document| !document.outline.is_mistaken()) else {
        only_shape(mistakes);
        return None;
    };
    let (clauses, editions) = match clauses {
        Some((clauses, editions)) => (Some(clauses), editions),
        None => (None, indexmap::IndexSet::new()),
    };
    let mut words = Words::new(&document.value, clauses, editions);
    let outline = &document.outline;
    let mut sheet = Sheet { outline, words: &words, mistakes };
    let (mut service, sound) = service::check(&mut sheet, &document.value, provider);
    if !sound {
        only_shape(mistakes);
        return None;
    }

    let mut rows = read_rows(all(Place::Row), &words, mistakes);
    missing_rows(all(Place::Row), &rows, &mut Sheet { outline, words: &words, mistakes });
    // What a mistaken row allows is not known, so nothing can be said of routes.
    let known_rows = mistakes.is_empty();
    rows.sort_by_key(|draft| words.operations.get_index_of(&draft.row.operation));
    borrow::collect(&mut service, &rows);
    let rows: Vec<_> = rows.into_iter().map(|draft| borrow::lend_to_row(draft, &service, &words, mistakes)).collect();
    let mut scenarios = Vec::new();
    for file in all(Place::Scenario) {
        let Some(document) = read::<ScenarioFile>(file, mistakes) else { continue };
        let mut sheet = Sheet { outline: &document.outline, words: &words, mistakes };
        place::check_name(&mut sheet, "scenario", &document.value.scenario, &document.value.scenario);
        let draft = scenario::check(&mut sheet, &document.value);
        // At once, for what a draft remembers is more than what is left of it.
        scenarios.push(borrow::lend_to_scenario(draft, &service, &words, mistakes));
    }
    scenarios.sort_unstable_by(|one, other| (&one.name, &one.source.file).cmp(&(&other.name, &other.source.file)));
    borrow::lend_to_service(&mut service, &document, &words, mistakes);
    if known_rows {
        let mut sheet = Sheet { outline, words: &words, mistakes };
        routes::check(&mut sheet, &service, &rows, &scenarios);
        declared_route::words(&mut sheet, &service);
        together::behaviour(&mut sheet, &service, &rows);
    }
    let mistaken = !mistakes.is_empty();
    let clauses = words.clauses.take().unwrap_or_default();
    let mut suite = Suite::new(service, rows, scenarios, clauses, hash(&files));
    let mut further = (!mistaken).then(cases::Routes::default);
    suite.cases = cases::all(&suite, &words, further.as_mut());
    if let Some(further) = &further {
        together::routes(&mut Sheet { outline, words: &words, mistakes }, &suite, &further.taken);
    }
    together::duplicate_ids(&suite, mistakes);
    // A mistaken file could be the one with the missing cases.
    if !mistaken {
        together::coverage(&suite, mistakes);
    }
    Some(suite)
}

/// The provider whose files are used.
fn choose<'a>(files: &'a [CaseFile], wanted: Option<&str>, mistakes: &mut Vec<Diagnostic>) -> Option<&'a str> {
    let mut providers: Vec<&str> = Vec::new();
    for file in files {
        match file.path.split_once('/') {
            Some((folder, _)) => providers.push(folder),
            None => mistakes.push(whole(&file.path, "case files lie in the folder of their provider".to_owned())),
        }
    }
    providers.sort_unstable();
    providers.dedup();
    let known = || providers.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let found = match (wanted, &providers[..]) {
        (Some(wanted), _) => providers.iter().find(|name| **name == wanted).copied(),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    if found.is_none() {
        let message = match wanted {
            Some(wanted) => format!("there are no case files of the provider `{wanted}`"),
            None if providers.is_empty() => "there are no case files".to_owned(),
            None => format!("there are several providers, and none was chosen: {}", known()),
        };
        let near = wanted.and_then(|wanted| nearest(wanted, providers.iter().copied()));
        let others = || (wanted.is_some() && !providers.is_empty()).then(|| format!("there are {}", known()));
        let help = near.map(scope::meant).or_else(others);
        mistakes.push(Diagnostic { help, ..whole(&".".into(), message) });
    }
    found
}

fn read<T: DeserializeOwned>(file: &CaseFile, mistakes: &mut Vec<Diagnostic>) -> Option<Document<T>> {
    Document::read(&file.path, &file.text, mistakes)
}

/// Reads the rows; of two rows for an operation the second is a mistake.
fn read_rows(files: &[&CaseFile], words: &Words, mistakes: &mut Vec<Diagnostic>) -> Vec<row::Draft> {
    let mut seen: HashMap<OperationName, Arc<str>> = HashMap::new();
    let mut rows = Vec::new();
    for file in files {
        let Some(document) = read::<RowFile>(file, mistakes) else { continue };
        let mut sheet = Sheet { outline: &document.outline, words, mistakes };
        place::check_name(&mut sheet, "operation", &document.value.operation, &kebab(&document.value.operation));
        let draft = row::check(&mut sheet, &document.value);
        if let Some(first) = seen.get(&draft.row.operation) {
            let message = format!("`{}` has a row already, in {first}", draft.row.operation);
            sheet.value(&Path::Root.key("operation"), message);
            continue;
        }
        seen.insert(draft.row.operation.clone(), Arc::clone(&file.path));
        rows.push(draft);
    }
    rows
}

/// Notes operations without a row. A row file that could not be read has been complained about already.
fn missing_rows(files: &[&CaseFile], rows: &[row::Draft], sheet: &mut Sheet<'_>) {
    let read: HashSet<&str> = rows.iter().map(|draft| draft.row.operation.as_str()).collect();
    let names: HashSet<&str> = files.iter().filter_map(|file| place::stem(&file.path)).collect();
    let root = Path::Root;
    let at = root.key("operations");
    for (index, operation) in sheet.words.operations.iter().enumerate() {
        let name = kebab(operation.as_str());
        if !read.contains(operation.as_str()) && !names.contains(name.as_str()) {
            sheet.value(&at.item(index), format!("`{operation}` has no row: there is no matrix/{name}.yaml"));
        }
    }
}

/// SHA-256 of the names and texts of files, hex.
fn hash(files: &[&CaseFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.path.as_bytes(), file.text.as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A mistake of a file as a whole.
fn whole(file: &Arc<str>, message: String) -> Diagnostic {
    Diagnostic { file: Arc::clone(file), span: None, message, help: None }
}

/// A mistake where something of the checked model stands.
fn at_source(source: &Source, message: String) -> Diagnostic {
    let span = Some(Span { line: source.line, column: source.column, length: 0 });
    Diagnostic { file: Arc::clone(&source.file), span, message, help: None }
}
