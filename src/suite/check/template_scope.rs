//! The names that a template may use at its place.

use std::borrow::Cow;
use std::sync::Arc;

use crate::suite::map::{IndexMap, IndexSet};

use super::vocabulary::Vocabulary;
use crate::near::nearest;
use crate::suite::name::KeyName;
use crate::suite::region::OtherRegion;

/// The names that a template may use.
#[derive(Debug, Clone, Default)]
pub(in crate::suite) struct TemplateScope {
    /// Names of single values, such as `unique` and `class`.
    pub plain: Vec<&'static str>,
    /// Keys.
    pub keys: IndexSet<Arc<str>>,
    /// Values of the file, as `values.name`.
    pub values: IndexSet<String>,
    /// Responses of earlier calls.
    pub answers: IndexSet<String>,
    /// The operation of each of these responses.
    pub operations: IndexMap<String, String>,
    /// The names of a fixture that is just being made.
    pub own: Option<(String, IndexSet<String>)>,
    /// The key that `key` stands for in a step on another key.
    pub on: Option<KeyName>,
}

/// Names that mean something everywhere and so can't be given to keys, responses or fixtures.
pub(super) const RESERVED: [&str; 8] =
    ["unique", "uuid", "mark", "class", "state", "values", "answer", OtherRegion::ROOT];

impl TemplateScope {
    /// What is known for every case: something unique, the mark of the run, the class of the key.
    pub fn new() -> Self {
        Self { plain: vec!["unique", "uuid", "mark", "class"], ..Self::default() }
    }

    /// The scope of a step on a key: there, `key` is that key, also if that is reported not to exist.
    pub fn on(&self, name: &str) -> Cow<'_, Self> {
        if name == KeyName::SUBJECT {
            return Cow::Borrowed(self);
        }
        let mut scope = self.clone();
        // Such a step may say `key` even where no key has that name.
        scope.keys.insert(KeyName::SUBJECT.into());
        scope.on = Some(KeyName::from(name));
        Cow::Owned(scope)
    }

    /// Adds a key.
    pub fn with_key(mut self, name: &str) -> Self {
        self.keys.insert(name.into());
        self
    }

    /// Whether a template may use a path; if not, why, and what could be meant.
    pub fn check(&self, path: &[String], vocabulary: &Vocabulary) -> Result<(), (String, Option<String>)> {
        let Some((root, rest)) = path.split_first() else { return Ok(()) };
        let whole = path.join(".");

        if self.plain.contains(&root.as_str()) {
            return if rest.is_empty() {
                Ok(())
            } else {
                Err((format!("`{root}` is a text and has no parts, but `{whole}` names one"), None))
            };
        }

        if root == "values" {
            return member("value", rest, &whole, self.values.iter());
        }

        if root == OtherRegion::ROOT {
            let known = OtherRegion::ALL.map(|region| region.name().to_owned());
            return member("region", rest, &whole, known.iter());
        }

        if self.answers.contains(root) {
            return if rest.is_empty() {
                Err((format!("`{whole}` is a whole response; name a field of it, such as `{whole}.Field`"), None))
            } else {
                Ok(())
            };
        }

        if let Some((name, names)) = &self.own
            && name == root
        {
            return member("value of the fixture", rest, &whole, names.iter());
        }

        if self.keys.contains(root.as_str()) {
            if let [fixture, rest @ ..] = rest
                && let Some(names) = vocabulary.fixtures.get(fixture.as_str())
            {
                return member("value of the fixture", rest, &whole, names.iter());
            }
            let fixtures = vocabulary.fixtures.keys().map(|fixture| fixture.as_str());
            return match rest {
                [name] if vocabulary.key.contains(name) => Ok(()),
                [name, ..] => {
                    let near = nearest(name, vocabulary.key.iter().map(String::as_str).chain(fixtures));
                    Err((format!("a key has no `{name}`, which `{whole}` names"), near.map(meant)))
                }
                [] => Err((format!("`{whole}` is a whole key; name a part of it, such as `{whole}.id`"), None)),
            };
        }

        // Without the name of a key, a fixture is the subject's.
        if let Some(names) = vocabulary.fixtures.get(root.as_str()) {
            if !self.keys.contains(KeyName::SUBJECT) {
                let message = format!("`{whole}` needs a key named `key`, and there is none");
                return Err((message, Some(format!("name the key: `<key>.{whole}`"))));
            }
            return member("value of the fixture", rest, &whole, names.iter());
        }

        let known = self
            .plain
            .iter()
            .copied()
            .chain(self.keys.iter().map(|key| &**key))
            .chain(self.answers.iter().map(String::as_str))
            .chain(vocabulary.fixtures.keys().map(|fixture| fixture.as_str()))
            .chain(["values"]);
        Err((format!("nothing is known as `{root}`"), nearest(root, known).map(meant)))
    }
}

fn member<'a>(
    what: &str,
    rest: &[String],
    whole: &str,
    known: impl Iterator<Item = &'a String> + Clone,
) -> Result<(), (String, Option<String>)> {
    match rest {
        [name] if known.clone().any(|known| known == name) => Ok(()),
        [name] => Err((format!("unknown {what} `{name}`"), nearest(name, known.map(String::as_str)).map(meant))),
        _ => Err((format!("`{whole}` must name one {what}"), None)),
    }
}

pub(in crate::suite) fn meant(word: &str) -> String {
    format!("did you mean `{word}`?")
}

/// A path that was written for the key `key`, for another key.
pub(in crate::suite) fn for_key(path: &[String], key: &KeyName, vocabulary: &Vocabulary) -> Vec<String> {
    let key = || std::iter::once(key.as_str().to_owned());
    match path {
        [root, rest @ ..] if root == KeyName::SUBJECT => key().chain(rest.iter().cloned()).collect(),
        [root, ..] if vocabulary.fixtures.contains_key(root.as_str()) => key().chain(path.iter().cloned()).collect(),
        _ => path.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_of_another_key() {
        let mut vocabulary = Vocabulary::default();
        vocabulary.fixtures.insert("alias".into(), IndexSet::from_iter(["name".to_owned()]));
        let other = KeyName::from("other");

        for (path, wanted) in [
            ("key.id", "other.id"),
            ("alias.name", "other.alias.name"),
            ("key.alias.name", "other.alias.name"),
            ("class", "class"),
            ("values.text", "values.text"),
        ] {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            assert_eq!(for_key(&path, &other, &vocabulary).join("."), wanted);
        }
    }
}
