//! Where a case file must lie and how it must be called.

use super::sheet::Sheet;
use crate::yaml::Path;

/// What a file is, by where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Service,
    Clauses,
    Row,
    Scenario,
}

impl Place {
    /// The place of a file such as `alibaba/matrix/encrypt.yaml`; if it has none, why.
    pub fn of(path: &str) -> Result<Self, String> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts[..] {
            ["kms.yaml"] => Ok(Self::Service),
            ["clauses.yaml"] => Ok(Self::Clauses),
            ["matrix", name] if name.ends_with(".yaml") => Ok(Self::Row),
            ["scenarios", name] if name.ends_with(".yaml") => Ok(Self::Scenario),
            _ => {
                let message =
                    "no case file lies here: there are kms.yaml, clauses.yaml, matrix/*.yaml, scenarios/*.yaml";
                Err(message.to_owned())
            }
        }
    }
}

/// The name of a file without folder and ending.
pub(super) fn stem(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_suffix(".yaml")
}

/// Notes a file that is not called as what it holds: then it could not be found.
pub(super) fn check_name(sheet: &mut Sheet<'_>, field: &str, value: &str, wanted: &str) {
    let outline = sheet.outline;
    if stem(&outline.file) != Some(wanted) {
        sheet.value(&Path::Root.key(field), format!("the file of `{value}` is to be called {wanted}.yaml"));
    }
}

/// The name of an operation in kebab-case: `ListKMSKeys` → `list-kms-keys`.
pub(super) fn kebab(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| characters.get(index));
        let after = characters.get(index + 1);
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
