//! A case file → what it holds.

use serde::de::DeserializeOwned;

use crate::diagnostic::Diagnostic;
use crate::suite::files::CaseFile;
use crate::yaml::Document;

/// Reads a file; its mistakes are added to `mistakes`. None if nothing can be made of it.
///
/// A document takes some ten times the memory of its text, so each is read when its turn comes and dropped when it is
/// checked.
pub(super) fn read<'a, T: DeserializeOwned>(
    file: &'a CaseFile,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Document<'a, T>> {
    let CaseFile { path, text, .. } = file;
    match file.tokens() {
        Some(tokens) => Document::read_recorded(path, text, tokens, mistakes),
        None => Document::read(path, text, mistakes),
    }
}
