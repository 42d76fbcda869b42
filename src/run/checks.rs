//! Checks the content of a response: its fields, and the entries of lists on whatever page.

use serde_json::{Map, Value};

use super::RunContext;
use super::bindings::Context;
use super::failure::Failure;
use super::pages::{Pages, Unread};
use super::requester::Requester;
use super::response_form;
use crate::event::Purpose;
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::name::{KeyName, OperationName};
use crate::suite::region::OtherRegion;
use crate::suite::step::{Checks, Entry};
use crate::verdict::Kind;

/// The call whose response is checked.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    pub(super) purpose: Purpose,
    pub(super) operation: &'a OperationName,
    pub(super) parameters: &'a Map<String, Value>,
    pub(super) fields: &'a Value,
    pub(super) on: &'a KeyName,
    /// The region to which it was sent, if it is not that of the target.
    pub(super) region: Option<OtherRegion>,
    /// Whether the response is judged, and not only looked at to see the effect of another call.
    pub(super) judged: bool,
}

/// What is wrong with the content of a response.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub(super) kind: Kind,
    /// Which part of it, in words that are the same for every key.
    pub(super) aspect: String,
    /// One line.
    pub(super) text: String,
}

impl Mismatch {
    /// The failure that this is.
    pub(super) fn into_failure(self) -> Failure {
        Failure::fail(self.kind, self.aspect, self.text)
    }
}

/// Checks responses.
pub(super) struct Checker<'s, 'a> {
    run: &'a RunContext,
    requester: &'s mut Requester<'a>,
}

impl<'s, 'a> Checker<'s, 'a> {
    pub(super) fn new(run: &'a RunContext, requester: &'s mut Requester<'a>) -> Self {
        Self { run, requester }
    }

    /// The first thing that is wrong with the content of a response, if there is any.
    ///
    /// # Errors
    ///
    /// When an expected value can't be computed, or a page of a list can't be read.
    pub(super) async fn check(&mut self, call: Checked<'_>, checks: &Checks) -> Result<Option<Mismatch>, Failure> {
        let operation = call.operation;
        let mismatch = |kind, of: &FieldPath, text: String| {
            let aspect = format!("{of} of {operation}");
            Ok(Some(Mismatch { kind, aspect, text }))
        };

        if let Some(mismatch) = self.check_by_itself(&call, checks)? {
            return Ok(Some(mismatch));
        }
        for path in &checks.present {
            if field(call.fields, path).is_empty() {
                return mismatch(Kind::Body, path, format!("the response of {operation} has no {path}"));
            }
        }

        for (path, template) in &checks.fields {
            let wanted = self.requester.evaluate(template, Context::on(call.on))?;
            let found = field(call.fields, path);
            if found != wanted {
                let (wanted, found) = (self.shown(path, &wanted), self.shown(path, &found));
                let text = if found == wanted {
                    // Only the length of a secret is shown, and that may be right.
                    format!("{operation} responds with another {path} {found} than it should")
                } else {
                    format!("{operation} responds with {path} {found} instead of {wanted}")
                };
                // The state of a key is the effect of the calls before.
                let observation = &self.run.suite.service.observation;
                let state = *operation == observation.describe && *path == observation.state;
                return mismatch(if state { Kind::Effect } else { Kind::Body }, path, text);
            }
        }

        for (path, template) in &checks.json {
            let wanted = self.requester.evaluate(template, Context::on(call.on))?;
            let found = field(call.fields, path);
            if !response_form::is_same_json(&found, &wanted) {
                let (wanted, found) = (self.shown(path, &wanted), self.shown(path, &found));
                let text = format!("{operation} responds with {path} {found}, which is not the same as {wanted}");
                return mismatch(Kind::Body, path, text);
            }
        }

        for (path, template) in &checks.differs {
            let unwanted = self.requester.evaluate(template, Context::on(call.on))?;
            if field(call.fields, path) == unwanted {
                let text = format!("{operation} responds with {path} {} as before", self.shown(path, &unwanted));
                return mismatch(Kind::Body, path, text);
            }
        }

        // The entries of a list are the effect of other calls.
        let contained = checks.contains.iter().map(|entry| (entry, true));
        for (entry, wanted) in contained.chain(checks.lacks.iter().map(|entry| (entry, false))) {
            match self.lists(&call, entry).await {
                Ok(listed) if listed == wanted => {}
                Ok(listed) => {
                    let lists = if listed { "lists" } else { "does not list" };
                    let text = format!("{operation} {lists} {}", self.entry_text(entry, call.on)?);
                    return mismatch(Kind::Effect, &entry.list, text);
                }
                // A list that does not lead to its end is wrong itself, for whoever judges it.
                Err(Unread { deviation: Some(text), .. }) if call.judged => {
                    let aspect = format!("pages of {operation}");
                    return Ok(Some(Mismatch { kind: Kind::Body, aspect, text }));
                }
                Err(unread) => return Err(unread.failure),
            }
        }
        Ok(None)
    }

    /// What is wrong with a response by itself, whatever the key is.
    fn check_by_itself(&mut self, call: &Checked<'_>, checks: &Checks) -> Result<Option<Mismatch>, Failure> {
        const LONGEST: usize = 200;
        let Checked { operation, fields, .. } = *call;
        let mismatch = |kind: Kind, aspect: &str, text: String| {
            let text = format!("in the response of {operation}, {text}");
            Ok(Some(Mismatch { kind, aspect: format!("{aspect} of {operation}"), text }))
        };

        // The shape first: sizes and counters of a malformed response mean nothing.
        let paging = &self.run.suite.service.paging;
        if let Some(text) = response_form::wrong_form(fields, &checks.form, self.run.clock_form()) {
            return mismatch(Kind::Malformed, "form", text);
        }
        let counted = || checks.counted.as_ref().and_then(|list| response_form::wrong_count(fields, list, paging));
        if let Some(text) = response_form::wrong_bytes(fields, &checks.bytes).or_else(counted) {
            return mismatch(Kind::Body, "size", text);
        }

        if let Some(text) = response_form::wrong_entries(fields, &checks.entries) {
            return mismatch(Kind::Effect, "entries", text);
        }
        // A token or an id that must be new each time is compared with every response that was kept.
        for path in &checks.fresh {
            if let Some(earlier) = response_form::repeated(fields, path, self.requester.bindings().responses.iter()) {
                return mismatch(Kind::Body, path.as_str(), format!("{path} is the same as in that of `{earlier}`"));
            }
        }

        for (path, between) in &checks.between {
            let from = self.requester.evaluate(&between.from, Context::on(call.on))?;
            let to = self.requester.evaluate(&between.to, Context::on(call.on))?;
            if let Some(text) = response_form::outside(path, self.run.clock_form(), &field(fields, path), &from, &to) {
                return mismatch(Kind::Body, path.as_str(), self.run.brief(&text, LONGEST));
            }
        }
        Ok(None)
    }

    /// Whether a list holds an entry: first on the page that was received, then on those after it.
    async fn lists(&mut self, call: &Checked<'_>, entry: &Entry) -> Result<bool, Unread> {
        let mut wanted = Vec::new();
        for (path, template) in &entry.fields {
            wanted.push((path.clone(), self.requester.evaluate(template, Context::on(call.on))?));
        }

        let mut pages = Pages::new(call.operation, call.purpose, call.parameters.clone()).in_region(call.region);
        let mut page = call.fields.clone();
        loop {
            let entries = entry.list.find(&page).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if entries.iter().any(|item| wanted.iter().all(|(path, text)| field(item, path) == *text)) {
                return Ok(true);
            }
            let next = pages.next(self.run, self.requester, &page, entries).await?;
            match next {
                Some(next) => page = next,
                None => return Ok(false),
            }
        }
    }

    fn entry_text(&mut self, entry: &Entry, on: &KeyName) -> Result<String, Failure> {
        let mut parts = Vec::new();
        for (path, template) in &entry.fields {
            let text = self.requester.evaluate(template, Context::on(on))?;
            parts.push(format!("{path} {}", self.shown(path, &text)));
        }
        Ok(parts.join(" with "))
    }

    /// A value in a message.
    fn shown(&self, path: &FieldPath, text: &str) -> String {
        self.run.shown(path, text)
    }
}

/// The first field of a key's description that changed and must not: the field, and one line.
pub(super) fn changed(run: &RunContext, before: &Value, after: &Value) -> Option<(FieldPath, String)> {
    let unchanged = &run.suite.service.observation.unchanged;
    unchanged.iter().find_map(|path| {
        let (was, is) = (field(before, path), field(after, path));
        let text = || format!("{path} was {} and is {}", run.shown(path, &was), run.shown(path, &is));
        (was != is).then(|| (path.clone(), text()))
    })
}

/// A field as text; an absent one is the empty text.
fn field(fields: &Value, path: &FieldPath) -> String {
    path.find(fields).map(text_of).unwrap_or_default()
}

/// Why the fields that are checked can't be read, if so: a field is not a single value, the object around it is missing, or
/// a list is something else. A list that is missing counts as empty.
pub(super) fn unreadable(fields: &Value, checks: &Checks) -> Option<String> {
    let paths = checks.fields.iter().chain(&checks.json).chain(&checks.differs).map(|(path, _)| path);
    let in_fields = paths.chain(&checks.present).find_map(|path| {
        let within = path.parent().is_some_and(|parent| !parent.find(fields).is_some_and(Value::is_object));
        let container = path.find(fields).is_some_and(|value| value.is_array() || value.is_object());
        match (within, container) {
            (true, _) => Some(format!("the object around {path} is missing")),
            (false, true) => Some(format!("{path} is not a single value")),
            (false, false) => None,
        }
    });

    let mut lists = checks.contains.iter().chain(&checks.lacks).map(|entry| &entry.list);
    let unread = in_fields.or_else(|| {
        let list = lists.find(|list| {
            let within = list.parent().and_then(|parent| parent.find(fields)).is_some_and(|value| !value.is_object());
            within || list.find(fields).is_some_and(|value| !value.is_array())
        })?;
        Some(format!("{list} is not a list"))
    });

    // A list whose entries are counted must be there.
    let mut counted = checks.entries.iter().map(|(list, _)| list);
    let uncounted = counted.find(|list| !list.find(fields).is_some_and(Value::is_array));
    unread.or_else(|| uncounted.map(|list| format!("{list} is not a list")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::suite::template::Template;

    #[test]
    fn a_response_of_another_shape_is_unreadable() {
        let path = |text: &str| FieldPath::parse(text).unwrap();
        let checks = Checks {
            fields: vec![(path("Key.Id"), Template::parse("x").unwrap())],
            lacks: Some(Entry { list: path("Tags.Tag"), fields: Vec::new() }),
            ..Checks::default()
        };
        let read = |fields: Value| unreadable(&fields, &checks);
        assert_eq!(read(json!({"Key": {"Id": "x"}, "Tags": {"Tag": []}})), None);
        assert_eq!(read(json!({"Key": {}})), None);
        assert_eq!(read(json!({})).as_deref(), Some("the object around Key.Id is missing"));
        assert_eq!(read(json!({"Key": {"Id": ["x"]}})).as_deref(), Some("Key.Id is not a single value"));
        assert_eq!(read(json!({"Key": {}, "Tags": {"Tag": {}}})).as_deref(), Some("Tags.Tag is not a list"));
    }
}
