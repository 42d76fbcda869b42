//! What a response must hold.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::suite::Map;
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::field_path::FieldPath;
use crate::suite::form::Form;
use crate::suite::template::Template;
use crate::yaml::Path;

/// Two times.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BetweenFile {
    /// The earliest, a template.
    pub from: String,
    /// The latest, a template.
    pub to: String,
}

/// An entry of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryFile {
    /// The path of the list in the response.
    pub list: String,
    /// Fields of the entry and their values: path → template.
    #[serde(rename = "where")]
    pub fields: Map<String>,
}

/// What a response must hold.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// Fields that must be there and not be empty.
    pub present: Vec<FieldPath>,
    /// Fields and their values; the empty text also stands for no field.
    pub fields: Vec<(FieldPath, Template)>,
    /// Fields that are JSON text, and text that means the same.
    pub json: Vec<(FieldPath, Template)>,
    /// Fields and values that they must not have.
    pub differs: Vec<(FieldPath, Template)>,
    /// What a list must hold, on whatever page.
    pub contains: Option<Entry>,
    /// What a list must not hold, on no page.
    pub lacks: Option<Entry>,
    /// The form of fields, of each entry within a list.
    pub form: Vec<(FieldPath, Form)>,
    /// How many bytes fields hold that are Base64.
    pub bytes: Vec<(FieldPath, u32)>,
    /// How many entries lists have on the page that came.
    pub entries: Vec<(FieldPath, u32)>,
    /// Between which times fields must be.
    pub between: Vec<(FieldPath, Between)>,
    /// Fields whose values no response before has that is known by a name.
    pub fresh: Vec<FieldPath>,
    /// The list whose page must have as many entries as the counters of the response say.
    pub counted: Option<FieldPath>,
}

/// Two times, both included.
#[derive(Debug, Clone)]
pub struct Between {
    /// The earliest.
    pub from: Template,
    /// The latest.
    pub to: Template,
}

/// An entry of a list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The list.
    pub list: FieldPath,
    /// Fields of the entry and their values.
    pub fields: Vec<(FieldPath, Template)>,
}

impl Checks {
    /// Every template of the checks.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let entries = self.contains.iter().chain(&self.lacks).flat_map(|entry| &entry.fields);
        let times = self.between.iter().flat_map(|(_, between)| [&between.from, &between.to]);
        self.fields
            .iter()
            .chain(&self.json)
            .chain(&self.differs)
            .chain(entries)
            .map(|(_, template)| template)
            .chain(times)
    }
}

/// Checks fields and their values.
pub(in crate::suite) fn check_fields(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &Map<String>,
    scope: &TemplateScope,
) -> Vec<(FieldPath, Template)> {
    let mut found = Vec::with_capacity(file.len());

    for (path, text) in file {
        let place = at.key(path);
        let template = checker.template(&place, text, scope);
        if let Some(path) = checker.field_path(&place, path, true) {
            found.push((path, template));
        }
    }

    found
}

/// Checks the paths of a map.
pub(in crate::suite) fn check_paths<T: Copy>(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &Map<T>,
) -> Vec<(FieldPath, T)> {
    let paths = file.iter().filter_map(|(path, value)| Some((checker.field_path(&at.key(path), path, true)?, *value)));
    paths.collect()
}

/// Checks fields and the times between which they must be. What the response itself says is not known yet.
pub(in crate::suite) fn check_between(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &Map<BetweenFile>,
    scope: &TemplateScope,
) -> Vec<(FieldPath, Between)> {
    let mut found = Vec::with_capacity(file.len());

    for (path, file) in file {
        let place = at.key(path);
        let from = checker.template(&place.key("from"), &file.from, scope);
        let to = checker.template(&place.key("to"), &file.to, scope);
        if let Some(path) = checker.field_path(&place, path, true) {
            found.push((path, Between { from, to }));
        }
    }

    found
}

/// Checks an entry of a list.
pub(in crate::suite) fn check_entry(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &EntryFile,
    scope: &TemplateScope,
) -> Entry {
    if file.fields.is_empty() {
        checker.error_at_key(&at.key("where"), "`where` must name a field");
    }

    let list = checker.field_path(&at.key("list"), &file.list, false);
    Entry {
        fields: check_fields(checker, &at.key("where"), &file.fields, scope),
        list: list.unwrap_or_else(FieldPath::any),
    }
}
