//! Case files → a checked suite, or all mistakes of all files at once.

mod layout;
mod provider;
mod reachability;
mod read;
mod shared_requests;
mod whole_suite;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::suite::map::{IndexMap, IndexSet};

use self::layout::{Layout, kebab};
use self::read::read;
use super::case::enumerate::{FurtherRoutes, all_cases};
use super::check::{FileChecker, Vocabulary};
use super::clause::{Clause, check_clauses};
use super::files::{CaseFile, embedded};
use super::hash::SuiteHash;
use super::name::{ClauseId, Edition, OperationName};
use super::prices::check_prices;
use super::row::shape::RowFile;
use super::scenario::Scenario;
use super::scenario::shape::ScenariosFile;
use super::service::{Service, ServiceFile};
use super::{Suite, row, scenario, service};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::event::Source;
use crate::yaml::Path;

/// Makes a suite of the files of one provider: of the named one, of the only one there is, or of the default one.
///
/// # Errors
///
/// All mistakes of all files of the provider.
pub fn load(files: Vec<CaseFile>, provider: Option<&str>) -> Result<Suite, Diagnostics> {
    load_as(files, provider, Extent::Whole)
}

/// Makes a suite of the case files that were compiled into the program, which tests have checked as a whole.
///
/// # Errors
///
/// That there is no such provider.
pub fn load_built_in(provider: Option<&str>) -> Result<Suite, Diagnostics> {
    load_as(embedded(), provider, Extent::Each)
}

/// What is checked of case files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Each file, and what only all of them together can be wrong about.
    Whole,
    /// Each file by itself. All else takes a fifth of the time of loading.
    Each,
}

fn load_as(files: Vec<CaseFile>, provider: Option<&str>, extent: Extent) -> Result<Suite, Diagnostics> {
    let mut mistakes = Vec::new();
    match check(&files, provider, extent, &mut mistakes) {
        Some(suite) if mistakes.is_empty() => Ok(suite),
        _ => {
            let texts = files.iter().map(|file| (&*file.path, &*file.text));
            Err(Diagnostics::new(mistakes, texts))
        }
    }
}

fn check(files: &[CaseFile], provider: Option<&str>, extent: Extent, mistakes: &mut Vec<Diagnostic>) -> Option<Suite> {
    let provider = provider::choose(files, provider, mistakes)?;
    let layout = Layout::new(files, provider, mistakes);

    layout.require_clauses(mistakes);
    let clauses = layout.clauses.and_then(|file| read(file, mistakes));
    let clauses = clauses.map(|document| check_clauses(&document, mistakes));
    let prices = layout.prices.and_then(|file| read(file, mistakes));
    let prices = prices.map(|document| check_prices(&document, mistakes));
    layout.require_service(mistakes);
    let document = layout.service.and_then(|file| read::<ServiceFile>(file, mistakes));
    // Without words that can be trusted, the other files are checked for their shape alone.
    let Some(document) = document.filter(|document| !document.outline.is_mistaken()) else {
        check_shapes(&layout, mistakes);
        return None;
    };

    let mut vocabulary = vocabulary(&document.value, clauses);
    let outline = &document.outline;
    let mut checker = FileChecker { outline, vocabulary: &vocabulary, mistakes };
    let (mut service, sound) = service::check::check(&mut checker, &document.value, provider);
    if !sound {
        check_shapes(&layout, mistakes);
        return None;
    }

    let mut rows = check_rows(&layout.rows, &vocabulary, mistakes);
    report_missing_rows(&layout.rows, &rows, &mut FileChecker { outline, vocabulary: &vocabulary, mistakes });
    // What a mistaken row allows is not known, so nothing can be said of routes.
    let judge_routes = extent == Extent::Whole && mistakes.is_empty();

    rows.sort_by_key(|draft| (vocabulary.operations.get_index_of(&draft.row.operation), draft.row.variant.clone()));
    shared_requests::collect(&mut service, &rows);
    let rows: Vec<_> =
        rows.into_iter().map(|draft| shared_requests::fill_row(draft, &service, &vocabulary, mistakes)).collect();
    let scenarios = check_scenarios(&layout.scenarios, &service, &vocabulary, mistakes);
    shared_requests::fill_service(&mut service, &document, &vocabulary, mistakes);

    if judge_routes {
        let mut checker = FileChecker { outline, vocabulary: &vocabulary, mistakes };
        reachability::check(&mut checker, &service, &rows, &scenarios);
        service::check_words(&mut checker, &service);
        whole_suite::behaviour(&mut checker, &service, &rows);
    }

    let mistaken = !mistakes.is_empty();
    let clauses = vocabulary.clauses.take().unwrap_or_default();
    let mut suite = Suite::new(service, rows, scenarios, clauses, SuiteHash::of(&layout.all));
    suite.prices = prices;
    // The search for further routes is costly, and no case of mistaken files is ever run.
    let mut further = (!mistaken).then(FurtherRoutes::default);
    suite.cases = all_cases(&suite, &vocabulary, further.as_mut());
    if extent == Extent::Each {
        return Some(suite);
    }

    if let Some(further) = &further {
        let mut checker = FileChecker { outline, vocabulary: &vocabulary, mistakes };
        whole_suite::routes(&mut checker, &suite, &further.taken);
        whole_suite::promise(&mut checker, &suite);
    }

    whole_suite::duplicate_ids(&suite, mistakes);
    // A mistaken file could be the one with the missing cases.
    if !mistaken {
        whole_suite::coverage(&suite, mistakes);
    }
    Some(suite)
}

/// Without the words of the service, only the shape of the other files can be checked.
fn check_shapes(layout: &Layout<'_>, mistakes: &mut Vec<Diagnostic>) {
    layout.rows.iter().for_each(|file| drop(read::<RowFile>(file, mistakes)));
    layout.scenarios.iter().for_each(|file| drop(read::<ScenariosFile>(file, mistakes)));
}

fn vocabulary(service: &ServiceFile, clauses: Option<(IndexMap<ClauseId, Clause>, IndexSet<Edition>)>) -> Vocabulary {
    match clauses {
        Some((clauses, editions)) => Vocabulary::new(service, Some(clauses), editions),
        None => Vocabulary::new(service, None, IndexSet::default()),
    }
}

/// Checks the rows; of two rows for an operation, or for a variant of it, the second is a mistake.
fn check_rows(files: &[&CaseFile], vocabulary: &Vocabulary, mistakes: &mut Vec<Diagnostic>) -> Vec<row::check::Draft> {
    let mut seen: HashMap<(OperationName, Option<String>), Arc<str>> = HashMap::new();
    let mut rows = Vec::new();
    for file in files {
        let Some(document) = read(file, mistakes) else { continue };
        let mut checker = FileChecker { outline: &document.outline, vocabulary, mistakes };
        let RowFile { operation, variant, .. } = &document.value;
        let variant = variant.as_ref().map(|variant| format!("-{variant}")).unwrap_or_default();
        layout::check_name(&mut checker, "operation", operation, &format!("{}{variant}", kebab(operation)));

        let draft = row::check::check(&mut checker, &document.value);
        let name = (draft.row.operation.clone(), draft.row.variant.clone());
        if let Some(first) = seen.get(&name) {
            let message = match &draft.row.variant {
                Some(variant) => format!("`{operation}` has a row of the variant `{variant}` already, in {first}"),
                None => format!("`{operation}` has a row already, in {first}"),
            };
            checker.error_at_value(&Path::Root.key("operation"), message);
            continue;
        }
        seen.insert(name, Arc::clone(&file.path));
        rows.push(draft);
    }
    rows
}

/// Reports operations without a row. A row file that can't be read is reported already.
fn report_missing_rows(files: &[&CaseFile], rows: &[row::check::Draft], checker: &mut FileChecker<'_>) {
    // A variant is not a substitute: the request of the row without one is sent wherever the operation is used.
    let rows = rows.iter().filter(|draft| draft.row.variant.is_none());
    let read: HashSet<&str> = rows.map(|draft| draft.row.operation.as_str()).collect();
    let names: HashSet<&str> = files.iter().filter_map(|file| layout::stem(&file.path)).collect();

    let root = Path::Root;
    let at = root.key("operations");

    for (index, operation) in checker.vocabulary.operations.iter().enumerate() {
        let name = kebab(operation.as_str());
        if !read.contains(operation.as_str()) && !names.contains(name.as_str()) {
            checker
                .error_at_value(&at.item(index), format!("`{operation}` has no row: there is no matrix/{name}.yaml"));
        }
    }
}

fn check_scenarios(
    files: &[&CaseFile],
    service: &Service,
    vocabulary: &Vocabulary,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for file in files {
        let Some(document) = read(file, mistakes) else { continue };
        let mut checker = FileChecker { outline: &document.outline, vocabulary, mistakes };
        let drafts = scenario::check::check(&mut checker, &document.value);
        // At once, for what a draft remembers is more than what is left of it.
        let filled =
            drafts.into_iter().map(|draft| shared_requests::fill_scenario(draft, service, vocabulary, mistakes));
        scenarios.extend(filled);
    }

    scenarios.sort_unstable_by(|one, other| (&one.name, &one.source.file).cmp(&(&other.name, &other.source.file)));
    scenarios
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
