//! `--keys FILE`: the keys that a run is given, by their classes.

use std::collections::HashSet;
use std::fs;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::redact::Secret;
use crate::run::GivenKey;
use crate::suite::Suite;
use crate::suite::name::ClassName;
use crate::visible::visible;
use crate::yaml::{Document, Outline, Path};

/// The longest id that is taken, in bytes.
const LONGEST_ID: usize = 1_000;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    /// The version of the format; 1.
    format: u32,
    keys: Vec<KeyEntry>,
}

/// A key that is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: String,
    class: String,
    /// Where the material is that was imported into it.
    #[serde(default)]
    material: Option<MaterialEntry>,
}

/// Where key material is, Base64.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialEntry {
    /// The name of a variable of the environment.
    #[serde(default)]
    env: Option<String>,
    /// A file, relative to this one.
    #[serde(default)]
    file: Option<PathBuf>,
}

/// Reads the keys that a run is given. `secret` is the value of a variable of the environment.
///
/// # Errors
///
/// All mistakes of the text, with their places.
pub fn read_keys(
    path: &FilePath,
    text: &str,
    suite: &Suite,
    secret: impl Fn(&str) -> Result<Option<Secret>, String>,
) -> Result<Vec<GivenKey>, Diagnostics> {
    let file: Arc<str> = path.display().to_string().into();
    let mut mistakes = Vec::new();
    let mut keys = Vec::new();
    if let Some(Document { value, outline }) = Document::<KeyFile>::read(&file, text, &mut mistakes)
        && mistakes.is_empty()
    {
        let mut reader = Reader { outline: &outline, suite, folder: path.parent(), secret: &secret, mistakes };
        keys = reader.keys(&value);
        mistakes = reader.mistakes;
    }
    if mistakes.is_empty() { Ok(keys) } else { Err(Diagnostics::new(mistakes, [(&*file, text)])) }
}

struct Reader<'a> {
    outline: &'a Outline<'a>,
    suite: &'a Suite,
    folder: Option<&'a FilePath>,
    secret: &'a dyn Fn(&str) -> Result<Option<Secret>, String>,
    mistakes: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn mistake(&mut self, at: &Path<'_>, message: impl Into<String>) {
        let span = Some(self.outline.value(at));
        self.mistakes.push(Diagnostic {
            file: Arc::clone(&self.outline.file),
            span,
            message: message.into(),
            help: None,
        });
    }

    fn keys(&mut self, file: &KeyFile) -> Vec<GivenKey> {
        let root = Path::Root;
        if file.format != 1 {
            self.mistake(&root.key("format"), format!("the format {} is not known; only 1 is", file.format));
        }
        let all = root.key("keys");
        if file.keys.is_empty() {
            self.mistake(&all, "there must be a key");
        }

        let mut ids = HashSet::new();
        let mut keys = Vec::new();
        for (index, entry) in file.keys.iter().enumerate() {
            let at = all.item(index);
            if entry.id.is_empty() || entry.id.len() > LONGEST_ID || visible(&entry.id) != entry.id {
                self.mistake(&at.key("id"), "this can't be the id of a key");
            } else if !ids.insert(entry.id.as_str()) {
                self.mistake(&at.key("id"), format!("`{}` stands in the list twice", entry.id));
            }
            keys.extend(self.key(&at, entry));
        }
        keys
    }

    fn key(&mut self, at: &Path<'_>, entry: &KeyEntry) -> Option<GivenKey> {
        let KeyEntry { id, class, material } = entry;
        let Some((name, known)) = self.suite.service.classes.get_key_value(class.as_str()) else {
            let known: Vec<_> = self.suite.service.classes.keys().map(|name| format!("`{name}`")).collect();
            self.mistake(&at.key("class"), format!("there is no class `{class}`, only {}", known.join(", ")));
            return None;
        };

        let name: ClassName = name.clone();
        let takes_material = known.has.is_empty();
        let material_at = at.key("material");
        let material = match material {
            Some(_) if !takes_material => {
                self.mistake(&material_at, format!("a key of the class `{name}` takes no material"));
                return None;
            }
            Some(entry) => Some(self.material(&material_at, entry)?),
            None if takes_material => {
                let message = format!(
                    "a key of the class `{name}` is given its material again: say where that is, by `material`"
                );
                self.mistake(at, message);
                return None;
            }
            None => None,
        };
        Some(GivenKey { id: id.clone(), class: name, material })
    }

    fn material(&mut self, at: &Path<'_>, entry: &MaterialEntry) -> Option<Secret> {
        let found = match entry {
            MaterialEntry { env: Some(name), file: None } => match (self.secret)(name) {
                Ok(Some(secret)) => Ok(secret),
                Ok(None) => Err(format!("the variable `{name}` is not set")),
                Err(why) => Err(why),
            },
            MaterialEntry { env: None, file: Some(file) } => {
                let path = self.folder.map_or_else(|| file.clone(), |folder| folder.join(file));
                let text = fs::read_to_string(&path);
                text.map(|text| Secret::new(text.trim_end())).map_err(|error| format!("{}: {error}", path.display()))
            }
            MaterialEntry { .. } => Err("give either `env` or `file`".to_owned()),
        };
        // Nothing of it is shown.
        let found = found.and_then(|secret| match STANDARD.decode(secret.expose()) {
            Ok(bytes) if !bytes.is_empty() => Ok(secret),
            Ok(_) | Err(_) => Err("the material is not Base64".to_owned()),
        });
        found.map_err(|message| self.mistake(at, message)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn read(text: &str) -> Result<Vec<GivenKey>, String> {
        let suite = load(embedded(), Some("alibaba")).unwrap();
        let secret = |name: &str| Ok((name == "MATERIAL").then(|| Secret::new("c2VjcmV0")));
        read_keys(FilePath::new("keys.yaml"), text, &suite, secret).map_err(|error| error.to_string())
    }

    #[test]
    fn keys_are_read_with_the_places_of_all_mistakes() {
        let keys = read(
            "format: 1\nkeys:\n  - {id: a, class: Aliyun_KMS}\n  - {id: b, class: EXTERNAL, material: {env: MATERIAL}}\n",
        );
        let keys = keys.unwrap();
        assert_eq!((keys[0].id.as_str(), keys[1].material.as_ref().unwrap().expose()), ("a", "c2VjcmV0"));
        assert!(!format!("{keys:?}").contains("c2VjcmV0"));

        for (entry, message) in [
            ("{id: a, class: Own}", "there is no class `Own`, only `Aliyun_KMS`, `EXTERNAL`"),
            ("{id: a, class: EXTERNAL}", "say where that is, by `material`"),
            ("{id: a, class: Aliyun_KMS, material: {env: MATERIAL}}", "takes no material"),
            ("{id: a, class: EXTERNAL, material: {env: OTHER}}", "the variable `OTHER` is not set"),
            ("{id: a, class: EXTERNAL, material: {}}", "give either `env` or `file`"),
            ("{id: a, class: EXTERNAL, material: {file: none.b64}}", "none.b64: "),
            ("{id: \"\", class: Aliyun_KMS}", "this can't be the id of a key"),
            ("{id: a, class: Aliyun_KMS, state: Enabled}", "state"),
        ] {
            let error = read(&format!("format: 1\nkeys:\n  - {entry}\n")).unwrap_err();
            assert!(error.contains(message) && error.contains("keys.yaml:3:"), "{entry}: {error}");
        }
        let twice =
            read("format: 2\nkeys:\n  - {id: a, class: Aliyun_KMS}\n  - {id: a, class: Aliyun_KMS}\n").unwrap_err();
        assert!(twice.contains("keys.yaml:1:") && twice.contains("keys.yaml:4:"), "{twice}");
    }
}
