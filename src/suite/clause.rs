//! The clauses of the published documents: `clauses.yaml`.

use crate::suite::map::{IndexMap, IndexSet};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Map;
use super::check::{FileChecker, Vocabulary, is_kebab};
use super::name::{ClauseId, Edition};
use crate::diagnostic::Diagnostic;
use crate::event::Source;
use crate::yaml::{Document, Path};

/// `clauses.yaml`: the sentences and rows of the published documents, each with its id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Clauses"))]
pub(crate) struct ClausesFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The documents: name → what it is.
    pub documents: Map<DocumentFile>,
    /// The clauses: id → what it says. The id begins with the name of its document.
    pub clauses: Map<ClauseFile>,
}

/// A published document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentFile {
    /// Its title.
    pub title: String,
    /// Where it was published.
    #[expect(dead_code, reason = "for those who read the file")]
    pub source: String,
    /// Its editions: name → which one it is.
    pub editions: Map<String>,
}

/// A sentence or row of a document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClauseFile {
    /// The section or table it stands in.
    pub section: String,
    /// The edition that has it.
    pub edition: String,
    /// What it says, in our words.
    pub says: String,
    /// Why no case stands for it, if none does.
    #[serde(default)]
    pub no_case: Option<String>,
}

/// A sentence or row of a published document.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The title of the document.
    pub document: String,
    /// The section or table.
    pub section: String,
    /// The edition that has it.
    pub edition: Edition,
    /// Which one that is, with its date.
    pub dated: String,
    /// What it says, in our words.
    pub says: String,
    /// Why no case stands for it, if none does.
    pub no_case: Option<String>,
    /// Where it stands.
    pub source: Source,
}

/// The clauses and editions of a file.
pub(in crate::suite) fn check_clauses(
    document: &Document<'_, ClausesFile>,
    mistakes: &mut Vec<Diagnostic>,
) -> (IndexMap<ClauseId, Clause>, IndexSet<Edition>) {
    // The clauses are read before the service, whose vocabulary needs them.
    let file = &document.value;
    let vocabulary = Vocabulary::default();
    let mut checker = FileChecker { outline: &document.outline, vocabulary: &vocabulary, mistakes };
    checker.format(file.format);

    let editions: IndexSet<Edition> = file
        .documents
        .values()
        .flat_map(|document| document.editions.keys())
        .map(|edition| Edition::from(edition.as_str()))
        .collect();

    let mut clauses = IndexMap::default();
    let root = Path::Root;
    let all = root.key("clauses");
    for (id, clause) in &file.clauses {
        let at = all.key(id);
        if !id.split('/').all(is_kebab) {
            checker.error_at_key(
                &at,
                format!("`{id}` is not the id of a clause: words of `a-z`, `0-9` and `-`, joined with `/`"),
            );
        }

        let name = id.split('/').next().unwrap_or_default();
        let found = file.documents.get(name);
        if found.is_none() || !id.contains('/') {
            let known: Vec<_> = file.documents.keys().map(|name| format!("`{name}/`")).collect();
            let message = format!("the id of a clause begins with its document: {}", known.join(", "));
            checker.error_at_key(&at, message);
        }

        if let Some(document) = found
            && !document.editions.contains_key(&clause.edition)
        {
            let known: Vec<_> = document.editions.keys().map(|name| format!("`{name}`")).collect();
            let message = format!("the document has no edition `{}`, only {}", clause.edition, known.join(", "));
            checker.error_at_value(&at.key("edition"), message);
        }

        checker.sentence(&at.key("says"), &clause.says);
        if let Some(reason) = &clause.no_case {
            checker.sentence(&at.key("no_case"), reason);
        }

        // An unknown edition is reported already; its text stands in, so that those who refer to the clause can go on.
        let edition = editions.get(clause.edition.as_str()).cloned();
        let checked = Clause {
            document: found.map(|document| document.title.clone()).unwrap_or_default(),
            section: clause.section.clone(),
            dated: found.and_then(|document| document.editions.get(&clause.edition).cloned()).unwrap_or_default(),
            edition: edition.unwrap_or_else(|| clause.edition.as_str().into()),
            says: clause.says.clone(),
            no_case: clause.no_case.clone(),
            source: checker.source(&at),
        };
        clauses.insert(ClauseId::from(id.as_str()), checked);
    }

    (clauses, editions)
}
