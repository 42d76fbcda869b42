//! The files of a provider, each read by itself: mistakes are kept with their file until they are asked for.

use serde::de::DeserializeOwned;

use super::layout::Layout;
use crate::diagnostic::Diagnostic;
use crate::suite::clause::ClausesFile;
use crate::suite::files::CaseFile;
use crate::suite::prices::PricesFile;
use crate::suite::row::shape::RowFile;
use crate::suite::scenario::shape::ScenariosFile;
use crate::suite::service::ServiceFile;
use crate::yaml::Document;

/// A file that was read: what it holds, unless nothing can be made of it, and its mistakes.
#[derive(Debug)]
pub(super) struct ReadFile<'a, T> {
    pub file: &'a CaseFile,
    document: Option<Document<'a, T>>,
    mistakes: Vec<Diagnostic>,
}

/// The files of a provider, by what they are; lists in the order of the layout.
#[derive(Debug)]
pub(super) struct ReadFiles<'a> {
    pub clauses: Option<ReadFile<'a, ClausesFile>>,
    pub prices: Option<ReadFile<'a, PricesFile>>,
    pub service: Option<ReadFile<'a, ServiceFile>>,
    pub rows: Vec<ReadFile<'a, RowFile>>,
    pub scenarios: Vec<ReadFile<'a, ScenariosFile>>,
}

impl<'a, T: DeserializeOwned> ReadFile<'a, T> {
    fn new(file: &'a CaseFile) -> Self {
        let mut mistakes = Vec::new();
        let document = match file.tokens() {
            Some(tokens) => Document::read_recorded(&file.path, &file.text, tokens, &mut mistakes),
            None => Document::read(&file.path, &file.text, &mut mistakes),
        };
        Self { file, document, mistakes }
    }

    /// What the file holds; its mistakes are added to `mistakes`.
    pub fn document(self, mistakes: &mut Vec<Diagnostic>) -> Option<Document<'a, T>> {
        mistakes.extend(self.mistakes);
        self.document
    }
}

impl<'a> ReadFiles<'a> {
    /// Reads all files of a layout.
    pub fn of(layout: &Layout<'a>) -> Self {
        Self {
            clauses: layout.clauses.map(ReadFile::new),
            prices: layout.prices.map(ReadFile::new),
            service: layout.service.map(ReadFile::new),
            rows: layout.rows.iter().map(|file| ReadFile::new(file)).collect(),
            scenarios: layout.scenarios.iter().map(|file| ReadFile::new(file)).collect(),
        }
    }
}
