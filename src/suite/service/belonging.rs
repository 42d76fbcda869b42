//! What a key has besides its state, and how that is put back.

use std::collections::{BTreeMap, HashMap};

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::suite::Map;
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::name::{KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::yaml::Path;

/// What requests call what a key had.
const WAS: &str = "was";

/// Something that a key has besides its state and that cases change, such as its description or its tags. A key that a run is
/// given has it again in the end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BelongingFile {
    /// The operations that change it.
    pub changed_by: Vec<String>,
    /// The operation that shows it, by the request of its row; the one that describes keys unless given.
    #[serde(default)]
    pub look: Option<String>,
    /// The path of a list in the response, of which each entry is compared; without one, the response itself.
    #[serde(default)]
    pub list: Option<String>,
    /// What is compared: name → path. Requests say `${was.name}`.
    pub fields: Map<String>,
    /// Whether only the run itself puts it back: a ledger is a file that others may write, and what is in it must not become who may
    /// use a key.
    #[serde(default)]
    pub not_swept: bool,
    /// What a new key has, if cases count on it: name → text. A given key gets it by a call of `put` as long as cases use it.
    #[serde(default)]
    pub new: Map<String>,
    /// The calls that put back what is missing or was changed; the first that fits is sent.
    #[serde(default)]
    pub put: Vec<BelongingCallFile>,
    /// The call that removes an entry of the list that was not there.
    #[serde(default)]
    pub remove: Option<BelongingCallFile>,
}

/// A call that puts something back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BelongingCallFile {
    /// The operation.
    pub operation: String,
    /// The values for which it is sent: name → text.
    #[serde(default)]
    pub when: Map<String>,
    /// Its parameters. One whose value was not there is left out.
    pub request: Map<Value>,
}

/// The values of what is compared, by name, without those that are not there.
pub type Entry = BTreeMap<String, Value>;

/// Something that a key has besides its state.
#[derive(Debug, Clone)]
pub struct Belonging {
    /// The operations that change it.
    pub changed_by: Vec<OperationName>,
    /// The operation that shows it; the one that describes keys if none.
    pub look: Option<OperationName>,
    /// The list in the response, if it is one.
    pub list: Option<FieldPath>,
    /// What is compared.
    pub fields: IndexMap<String, FieldPath>,
    /// Whether only the run itself puts it back.
    pub not_swept: bool,
    /// What a new key has, if cases count on it.
    pub new: IndexMap<String, String>,
    /// The calls that put back what is missing.
    pub put: Vec<BelongingCall>,
    /// The call that removes an entry.
    pub remove: Option<BelongingCall>,
}

/// A call that puts something back.
#[derive(Debug, Clone)]
pub struct BelongingCall {
    /// The operation.
    pub operation: OperationName,
    /// The values for which it is sent.
    pub when: IndexMap<String, String>,
    /// Its parameters.
    pub request: RequestTemplate,
}

/// What puts something back, and what nothing puts back.
#[derive(Debug, Default)]
pub(crate) struct Undoing<'b> {
    /// The calls, one after the other, each with the values of its `was`.
    pub(crate) calls: Vec<(&'b BelongingCall, Entry)>,
    /// Whether something stays as it is.
    pub(crate) stays: bool,
}

impl Belonging {
    /// Whether an operation changes it.
    pub(crate) fn is_changed_by(&self, operation: &OperationName) -> bool {
        self.changed_by.contains(operation)
    }

    /// What a response shows of it; none if it has no such list.
    pub(crate) fn entries(&self, fields: &Value) -> Option<Vec<Entry>> {
        match &self.list {
            None => Some(vec![self.entry(fields)]),
            Some(list) => Some(list.find(fields)?.as_array()?.iter().map(|entry| self.entry(entry)).collect()),
        }
    }

    /// What an entry of its list shows, or the whole response.
    pub(crate) fn entry(&self, value: &Value) -> Entry {
        let found = self.fields.iter().filter_map(|(name, path)| Some((name.clone(), path.find(value)?.clone())));
        found.collect()
    }

    /// What leads from what a key has to what it had.
    pub(crate) fn undo(&self, was: &[Entry], is: &[Entry]) -> Undoing<'_> {
        let mut undoing = Undoing::default();
        // First, for an entry that was changed is one that was not there and one that is missing.
        for extra in is.iter().filter(|entry| self.list.is_some() && !was.contains(entry)) {
            undoing.add(self.remove.as_ref(), extra);
        }
        for missing in was.iter().filter(|entry| !is.contains(entry)) {
            undoing.add(self.call_for(missing), missing);
        }
        undoing
    }

    fn call_for(&self, entry: &Entry) -> Option<&BelongingCall> {
        self.put.iter().find(|call| has(entry, &call.when))
    }

    /// The call that makes it what it is of a new key, if cases count on that and it is not; with what is known then.
    pub(crate) fn renew(&self, is: &[Entry]) -> Option<(&BelongingCall, Entry)> {
        // A key that does not show it has none.
        let differs = |(name, text): (&String, &String)| {
            is.iter().filter_map(|entry| entry.get(name)).any(|value| text_of(value) != *text)
        };
        if !self.new.iter().any(differs) {
            return None;
        }
        let new = self.new_entry();
        Some((self.call_for(&new)?, new))
    }

    fn new_entry(&self) -> Entry {
        self.new.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect()
    }
}

impl<'b> Undoing<'b> {
    fn add(&mut self, call: Option<&'b BelongingCall>, entry: &Entry) {
        match call {
            Some(call) => self.calls.push((call, entry.clone())),
            None => self.stays = true,
        }
    }
}

impl BelongingCall {
    /// Its parameters. `key` is what is known of the key, such as its `id`.
    pub(crate) fn parameters(&self, key: &HashMap<String, String>, was: &Entry) -> serde_json::Map<String, Value> {
        self.request.filled(&|path| match path {
            [root, name] if root == WAS => was.get(name).cloned(),
            [root, name] if root == KeyName::SUBJECT => key.get(name).map(|text| Value::from(text.as_str())),
            _ => None,
        })
    }
}

/// Whether something has these values.
fn has(entry: &Entry, values: &IndexMap<String, String>) -> bool {
    values.iter().all(|(name, text)| entry.get(name).map(text_of).as_ref() == Some(text))
}

pub(super) fn check_belonging(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &BelongingFile) -> Belonging {
    let changed_at = at.key("changed_by");
    checker.once(&changed_at, &file.changed_by);
    if file.changed_by.is_empty() {
        checker.error_at_key(&changed_at, "something must change it, or it needs not be put back");
    }
    if file.fields.is_empty() {
        checker.error_at_key(&at.key("fields"), "something must be compared");
    }
    if file.list.is_none() && file.remove.is_some() {
        checker.error_at_key(&at.key("remove"), "only an entry of a `list` can be removed");
    }
    if file.list.is_some() && !file.new.is_empty() {
        checker.error_at_key(&at.key("new"), "a `list` keeps the entries that it has");
    }

    let new_at = at.key("new");
    check_names(checker, &new_at, &file.new, &file.fields);
    let changed_by = file.changed_by.iter().enumerate();
    let put_at = at.key("put");
    let put = file.put.iter().enumerate();
    let belonging = Belonging {
        changed_by: changed_by.map(|(index, name)| checker.operation(&changed_at.item(index), name)).collect(),
        look: file.look.as_ref().map(|name| checker.operation(&at.key("look"), name)),
        list: file.list.as_ref().and_then(|text| checker.field_path(&at.key("list"), text, false)),
        put: put.map(|(index, call)| check_call(checker, &put_at.item(index), call, &file.fields)).collect(),
        remove: file.remove.as_ref().map(|call| check_call(checker, &at.key("remove"), call, &file.fields)),
        not_swept: file.not_swept,
        new: file.new.iter().map(|(name, text)| (name.clone(), text.clone())).collect(),
        fields: checker.capture(&at.key("fields"), &file.fields),
    };
    if !file.new.is_empty() && belonging.call_for(&belonging.new_entry()).is_none() {
        checker.error_at_key(&new_at, "no call under `put` is sent for that");
    }
    belonging
}

/// Values are those of what is compared.
fn check_names(checker: &mut FileChecker<'_>, at: &Path<'_>, values: &Map<String>, fields: &Map<String>) {
    for name in values.keys().filter(|name| !fields.contains_key(*name)) {
        checker.error_at_key(&at.key(name), format!("`{name}` is not one of the `fields`"));
    }
}

fn check_call(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &BelongingCallFile,
    fields: &Map<String>,
) -> BelongingCall {
    let mut scope = TemplateScope { plain: Vec::new(), ..TemplateScope::new() }.with_key(KeyName::SUBJECT);
    scope.own = Some((WAS.to_owned(), fields.keys().cloned().collect()));
    check_names(checker, &at.key("when"), &file.when, fields);
    BelongingCall {
        operation: checker.operation(&at.key("operation"), &file.operation),
        when: file.when.iter().map(|(name, text)| (name.clone(), text.clone())).collect(),
        request: checker.request(&at.key("request"), &file.request, &scope),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn entries(value: &Value) -> Vec<Entry> {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn a_list_gets_its_own_entries_back_and_no_others() {
        let suite = load(embedded(), None).unwrap();
        let tags = &suite.service.belongings["tags"];
        let was = entries(&json!([{"key": "team", "value": "a"}, {"key": "kept", "value": "b"}]));
        let is = entries(
            &json!([{"key": "team", "value": "x"}, {"key": "kept", "value": "b"}, {"key": "new", "value": "y"}]),
        );
        let undoing = tags.undo(&was, &is);
        let calls: Vec<_> = undoing
            .calls
            .iter()
            .map(|(call, entry)| (call.operation.as_str(), text_of(&entry["key"]), text_of(&entry["value"])))
            .collect();
        let text = str::to_owned;
        assert_eq!(
            calls,
            [
                ("UntagResource", text("team"), text("x")),
                ("UntagResource", text("new"), text("y")),
                ("TagResource", text("team"), text("a")),
            ]
        );
        assert!(!undoing.stays);
        assert!(tags.undo(&was, &was).calls.is_empty());
    }

    #[test]
    fn what_has_no_call_stays() {
        let suite = load(embedded(), None).unwrap();
        let rotation = &suite.service.belongings["rotation"];
        let (off, on) = (json!([{"status": "Disabled"}]), json!([{"status": "Enabled", "interval": "7d"}]));
        for (was, is, stays) in [(&off, &on, false), (&on, &off, false), (&json!([{"status": "Suspended"}]), &on, true)]
        {
            let undoing = rotation.undo(&entries(was), &entries(is));
            assert_eq!((undoing.calls.len(), undoing.stays), (usize::from(!stays), stays), "{was} {is}");
        }
        let version = &suite.service.belongings["version"];
        assert!(version.undo(&entries(&json!([{"primary": "1"}])), &entries(&json!([{"primary": "2"}]))).stays);
    }
}
