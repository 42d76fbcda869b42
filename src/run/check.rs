//! What an answer must hold: fields, and entries of lists on whatever page.

use serde_json::{Map, Value};

use super::binding::Context;
use super::finding::Finding;
use super::pages::Pages;
use super::walker::Walker;
use crate::event::Purpose;
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::name::{KeyName, OperationName};
use crate::suite::step::{Checks, Entry};
use crate::verdict::Kind;

/// The call whose answer is checked.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    pub(super) purpose: Purpose,
    pub(super) operation: &'a OperationName,
    pub(super) parameters: &'a Map<String, Value>,
    pub(super) answer: &'a Value,
    pub(super) on: &'a KeyName,
}

/// What an answer gets wrong.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) kind: Kind,
    /// One line.
    pub(super) text: String,
}

impl Walker<'_> {
    /// The first thing that the answer gets wrong; none if it holds everything.
    pub(super) async fn check(&mut self, call: Checked<'_>, checks: &Checks) -> Result<Option<Wrong>, Finding> {
        let operation = call.operation;
        let body = |text: String| Ok(Some(Wrong { kind: Kind::Body, text }));
        // What a list holds is the effect of other calls.
        let effect = |text: String| Ok(Some(Wrong { kind: Kind::Effect, text }));
        for path in &checks.present {
            if field(call.answer, path).is_empty() {
                return body(format!("the answer of {operation} has no {path}"));
            }
        }
        for (path, template) in &checks.fields {
            let wanted = self.evaluate(template, Context::on(call.on))?;
            let found = field(call.answer, path);
            if found != wanted {
                let witnesses = &self.shared.suite.service.witnesses;
                let state = *operation == witnesses.describe && *path == witnesses.state;
                let (wanted, found) = (self.shown(path, &wanted), self.shown(path, &found));
                let text = if found == wanted {
                    // Of what is secret only the length is shown.
                    format!("{operation} answers another {path} {found} than it should")
                } else {
                    format!("{operation} answers {path} {found} instead of {wanted}")
                };
                return if state { effect(text) } else { body(text) };
            }
        }
        for (path, template) in &checks.differs {
            let unwanted = self.evaluate(template, Context::on(call.on))?;
            if field(call.answer, path) == unwanted {
                return body(format!("{operation} answers {path} {} as before", self.shown(path, &unwanted)));
            }
        }
        if let Some(entry) = &checks.contains
            && !self.lists(&call, entry).await?
        {
            return effect(format!("{operation} does not list {}", self.entry_text(entry, call.on)?));
        }
        if let Some(entry) = &checks.lacks
            && self.lists(&call, entry).await?
        {
            return effect(format!("{operation} lists {}", self.entry_text(entry, call.on)?));
        }
        Ok(None)
    }

    /// Whether a list holds an entry: first on the page that came, then on those after it.
    async fn lists(&mut self, call: &Checked<'_>, entry: &Entry) -> Result<bool, Finding> {
        let mut wanted = Vec::new();
        for (path, template) in &entry.fields {
            wanted.push((path.clone(), self.evaluate(template, Context::on(call.on))?));
        }
        let mut pages = Pages::new(call.operation, call.purpose, call.parameters.clone());
        let mut answer = call.answer.clone();
        loop {
            let entries = entry.list.find(&answer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if entries.iter().any(|item| wanted.iter().all(|(path, text)| field(item, path) == *text)) {
                return Ok(true);
            }
            match self.next_page(&mut pages, &answer, entries.len()).await? {
                Some(next) => answer = next,
                None => return Ok(false),
            }
        }
    }

    fn entry_text(&mut self, entry: &Entry, on: &KeyName) -> Result<String, Finding> {
        let mut parts = Vec::new();
        for (path, template) in &entry.fields {
            let text = self.evaluate(template, Context::on(on))?;
            parts.push(format!("{path} {}", self.shown(path, &text)));
        }
        Ok(parts.join(" with "))
    }

    /// A value in a message: never a secret one, and never a long one.
    fn shown(&self, path: &FieldPath, text: &str) -> String {
        const LONGEST: usize = 120;
        let name = path.as_str().rsplit('.').next().unwrap_or_default();
        if self.shared.client.target().provider.is_sensitive(name) {
            return format!("({} characters)", text.chars().count());
        }
        if text.is_empty() {
            return "(nothing)".to_owned();
        }
        format!("`{}`", self.brief(text, LONGEST))
    }

    /// The beginning of a text of an answer, without secrets.
    pub(super) fn brief(&self, text: &str, longest: usize) -> String {
        let text = self.shared.client.vault().redact(text);
        let mut shown: String = text.chars().take(longest).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        shown
    }

    /// What of the description of a key must not have changed but has, in one line.
    pub(super) fn changed(&self, before: &Value, after: &Value) -> Option<String> {
        let unchanged = &self.shared.suite.service.witnesses.unchanged;
        unchanged.iter().find_map(|path| {
            let (was, is) = (field(before, path), field(after, path));
            (was != is).then(|| format!("{path} was {} and is {}", self.shown(path, &was), self.shown(path, &is)))
        })
    }
}

/// A field as text; an absent one is the empty text.
fn field(answer: &Value, path: &FieldPath) -> String {
    path.find(answer).map(text_of).unwrap_or_default()
}

/// Why the fields that are looked at can't be read, if so: a field is no single value, its surroundings are missing, or
/// a list is none. A list that is missing is an empty one.
pub(super) fn unreadable(answer: &Value, checks: &Checks) -> Option<String> {
    let fields = checks.fields.iter().chain(&checks.differs).map(|(path, _)| path);
    let in_fields = fields.chain(&checks.present).find_map(|path| {
        let within = path.parent().is_some_and(|parent| !parent.find(answer).is_some_and(Value::is_object));
        let container = path.find(answer).is_some_and(|value| value.is_array() || value.is_object());
        match (within, container) {
            (true, _) => Some(format!("what {path} belongs to is missing")),
            (false, true) => Some(format!("{path} is no single value")),
            (false, false) => None,
        }
    });
    let mut lists = checks.contains.iter().chain(&checks.lacks).map(|entry| &entry.list);
    in_fields.or_else(|| {
        let list = lists.find(|list| {
            let within = list.parent().and_then(|parent| parent.find(answer)).is_some_and(|value| !value.is_object());
            within || list.find(answer).is_some_and(|value| !value.is_array())
        })?;
        Some(format!("{list} is no list"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::suite::template::Template;

    #[test]
    fn an_answer_of_another_form_can_not_be_read() {
        let path = |text: &str| FieldPath::parse(text).unwrap();
        let checks = Checks {
            fields: vec![(path("Key.Id"), Template::parse("x").unwrap())],
            lacks: Some(Entry { list: path("Tags.Tag"), fields: Vec::new() }),
            ..Checks::default()
        };
        let read = |answer: Value| unreadable(&answer, &checks);
        assert_eq!(read(json!({"Key": {"Id": "x"}, "Tags": {"Tag": []}})), None);
        assert_eq!(read(json!({"Key": {}})), None);
        assert_eq!(read(json!({})).as_deref(), Some("what Key.Id belongs to is missing"));
        assert_eq!(read(json!({"Key": {"Id": ["x"]}})).as_deref(), Some("Key.Id is no single value"));
        assert_eq!(read(json!({"Key": {}, "Tags": {"Tag": {}}})).as_deref(), Some("Tags.Tag is no list"));
    }
}
