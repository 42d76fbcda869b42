//! `clauses.yaml`: the sentences of the published documents.

use indexmap::{IndexMap, IndexSet};

use super::sheet::{Sheet, repeated};
use super::words::Words;
use crate::diagnostic::Diagnostic;
use crate::suite::Clause;
use crate::suite::file::ClausesFile;
use crate::suite::name::{ClauseId, Edition};
use crate::yaml::{Document, Path};

/// The clauses and editions of a file.
pub(super) fn check(
    document: &Document<ClausesFile>,
    mistakes: &mut Vec<Diagnostic>,
) -> (IndexMap<ClauseId, Clause>, IndexSet<Edition>) {
    let file = &document.value;
    let words = Words::default();
    let mut sheet = Sheet { outline: &document.outline, words: &words, mistakes };
    sheet.format(file.format);
    let editions: IndexSet<Edition> = file
        .documents
        .values()
        .flat_map(|document| document.editions.keys())
        .map(|edition| Edition::from(edition.as_str()))
        .collect();
    let mut clauses = IndexMap::new();
    let root = Path::Root;
    let all = root.key("clauses");
    for (id, clause) in &file.clauses {
        let at = all.key(id);
        if !id.split('/').all(is_kebab) {
            sheet.key(&at, format!("`{id}` is no id of a clause: words of `a-z`, `0-9` and `-`, joined with `/`"));
        }
        let name = id.split('/').next().unwrap_or_default();
        let found = file.documents.get(name);
        if found.is_none() || !id.contains('/') {
            let known: Vec<_> = file.documents.keys().map(|name| format!("`{name}/`")).collect();
            let message = format!("the id of a clause begins with its document: {}", known.join(", "));
            sheet.key(&at, message);
        }
        if let Some(document) = found
            && !document.editions.contains_key(&clause.edition)
        {
            let known: Vec<_> = document.editions.keys().map(|name| format!("`{name}`")).collect();
            let message = format!("the document has no edition `{}`, only {}", clause.edition, known.join(", "));
            sheet.value(&at.key("edition"), message);
        }
        sheet.sentence(&at.key("says"), &clause.says);
        if let Some(reason) = &clause.no_case {
            sheet.sentence(&at.key("no_case"), reason);
        }
        let edition = editions.get(clause.edition.as_str()).cloned();
        let checked = Clause {
            document: found.map(|document| document.title.clone()).unwrap_or_default(),
            section: clause.section.clone(),
            edition: edition.unwrap_or_else(|| clause.edition.as_str().into()),
            says: clause.says.clone(),
            no_case: clause.no_case.clone(),
            source: sheet.source(&at),
        };
        clauses.insert(ClauseId::from(id.as_str()), checked);
    }
    (clauses, editions)
}

/// Whether a text is in kebab-case.
pub(super) fn is_kebab(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

/// Notes the items of a list that stand in it twice.
pub(super) fn once(sheet: &mut Sheet<'_>, at: &Path<'_>, items: &[String]) {
    for index in repeated(items) {
        sheet.value(&at.item(index), format!("`{}` stands here twice", items[index]));
    }
}
