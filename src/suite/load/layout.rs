//! Where case files lie and how they are called.

use super::whole;
use crate::diagnostic::Diagnostic;
use crate::suite::check::FileChecker;
use crate::suite::files::CaseFile;
use crate::yaml::Path;

/// The files of a provider, by what they are.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    provider: &'a str,
    /// All of them, by path.
    pub all: Vec<&'a CaseFile>,
    pub service: Option<&'a CaseFile>,
    pub clauses: Option<&'a CaseFile>,
    pub prices: Option<&'a CaseFile>,
    pub rows: Vec<&'a CaseFile>,
    pub scenarios: Vec<&'a CaseFile>,
}

impl<'a> Layout<'a> {
    /// Sorts files such as `alibaba/matrix/encrypt.yaml` by their place, and reports those that have none.
    pub fn new(files: &'a [CaseFile], provider: &'a str, mistakes: &mut Vec<Diagnostic>) -> Self {
        let of_provider = |file: &&CaseFile| file.path.split_once('/').is_some_and(|(folder, _)| folder == provider);
        let mut layout = Self { provider, all: files.iter().filter(of_provider).collect(), ..Self::default() };
        layout.all.sort_by(|one, other| one.path.cmp(&other.path));

        for file in &layout.all {
            let parts: Vec<&str> = file.path.split('/').skip(1).collect();
            match parts[..] {
                ["kms.yaml"] => layout.service = Some(file),
                ["clauses.yaml"] => layout.clauses = Some(file),
                ["prices.yaml"] => layout.prices = Some(file),
                ["matrix", name] if name.ends_with(".yaml") => layout.rows.push(file),
                ["scenarios", name] if name.ends_with(".yaml") => layout.scenarios.push(file),
                _ => {
                    let known = "kms.yaml, clauses.yaml, prices.yaml, matrix/*.yaml and scenarios/*.yaml";
                    mistakes.push(whole(&file.path, format!("a case file does not belong here, only {known}")));
                }
            }
        }
        layout
    }

    /// Reports that the file of the service is missing, which must be there.
    pub fn require_service(&self, mistakes: &mut Vec<Diagnostic>) {
        self.require(self.service, "kms.yaml", mistakes);
    }

    /// Reports that the file of the clauses is missing, which must be there.
    pub fn require_clauses(&self, mistakes: &mut Vec<Diagnostic>) {
        self.require(self.clauses, "clauses.yaml", mistakes);
    }

    fn require(&self, file: Option<&CaseFile>, name: &str, mistakes: &mut Vec<Diagnostic>) {
        if file.is_none() {
            mistakes.push(whole(&format!("{}/{name}", self.provider).into(), "the file is missing".to_owned()));
        }
    }
}

/// The name of a file without folder and ending.
pub(super) fn stem(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_suffix(".yaml")
}

/// Reports a file that is not called as what it holds: then a reader could not find it.
pub(super) fn check_name(checker: &mut FileChecker<'_>, field: &str, value: &str, wanted: &str) {
    let outline = checker.outline;
    if stem(&outline.file) != Some(wanted) {
        checker.error_at_value(&Path::Root.key(field), format!("the file of `{value}` is to be called {wanted}.yaml"));
    }
}

/// The name of an operation in kebab-case: `ListKMSKeys` → `list-kms-keys`.
pub(super) fn kebab(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut text = String::new();

    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| characters.get(index));
        let after = characters.get(index + 1);
        // An acronym is one word: its last capital begins the next word if a small letter follows.
        let begins = before.is_some_and(|before| !before.is_uppercase() && *before != '-')
            || before.is_some() && after.is_some_and(|after| after.is_lowercase());
        if character.is_uppercase() && begins {
            text.push('-');
        }
        text.extend(character.to_lowercase());
    }

    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_names_of_files() {
        for (name, wanted) in [
            ("Encrypt", "encrypt"),
            ("GenerateDataKeyWithoutPlaintext", "generate-data-key-without-plaintext"),
            ("ListKMSKeys", "list-kms-keys"),
            ("Op1Two", "op1-two"),
            ("", ""),
        ] {
            assert_eq!(kebab(name), wanted);
        }
    }
}
