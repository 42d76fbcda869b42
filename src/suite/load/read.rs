//! A case file → what it holds.

use serde::de::DeserializeOwned;

use crate::diagnostic::Diagnostic;
use crate::suite::files::CaseFile;
use crate::yaml::Document;

/// Reads a file; its mistakes are added to `mistakes`. None if nothing can be made of it.
///
/// To be called when the file's turn comes, and the document dropped when it is checked: all documents at once take much
/// more memory than the suite that is made of them.
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
