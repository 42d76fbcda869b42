//! The values of a list in TOML, with their places.

use std::ops::Range;
use std::sync::Arc;

use serde_yaml::Value;
use toml_edit::{Item, TableLike};

use super::file::KnownFile;
use super::places::Places;
use crate::diagnostic::Diagnostic;
use crate::yaml::{Children, Document, Node, Positions};

/// Reads a list, and adds its mistakes to `mistakes`. None if nothing can be made of the text.
pub(super) fn read(file: &Arc<str>, text: &str, mistakes: &mut Vec<Diagnostic>) -> Option<Document<KnownFile>> {
    match toml_edit::Document::parse(text) {
        Ok(document) => {
            let (value, root) = Reader { places: Places::new(text) }.item(document.as_item());
            // It takes many times the memory of its text.
            drop(document);
            Document::fit(file, value, Positions::new(root), mistakes)
        }
        Err(error) => {
            // The likely cause is a list in YAML under the wrong name.
            mistakes.push(Diagnostic {
                file: Arc::clone(file),
                span: Some(Places::new(text).span(error.span())),
                message: error.message().to_owned(),
                help: Some("a list in YAML has a name that ends in .yaml".to_owned()),
            });
            None
        }
    }
}

/// Makes the values and the places of a text.
struct Reader<'a> {
    places: Places<'a>,
}

impl Reader<'_> {
    fn item(&self, item: &Item) -> (Value, Node) {
        match item {
            Item::None => self.scalar(Value::Null, None),
            Item::Value(value) => self.value(value),
            Item::Table(table) => self.map(table, table.span()),
            Item::ArrayOfTables(tables) => {
                self.list(tables.iter().map(|table| self.map(table, table.span())), tables.span())
            }
        }
    }

    fn value(&self, value: &toml_edit::Value) -> (Value, Node) {
        use toml_edit::Value as Toml;

        let scalar = match value {
            Toml::Array(items) => return self.list(items.iter().map(|item| self.value(item)), items.span()),
            Toml::InlineTable(table) => return self.map(table, table.span()),
            Toml::String(text) => Value::from(text.value().as_str()),
            Toml::Integer(number) => Value::from(*number.value()),
            Toml::Float(number) => Value::from(*number.value()),
            Toml::Boolean(flag) => Value::from(*flag.value()),
            // A date is a text with a form of its own.
            Toml::Datetime(date) => Value::from(date.value().to_string()),
        };
        self.scalar(scalar, value.span())
    }

    fn scalar(&self, value: Value, range: Option<Range<usize>>) -> (Value, Node) {
        (value, Node { span: self.places.span(range), children: Children::None })
    }

    fn list(&self, items: impl Iterator<Item = (Value, Node)>, range: Option<Range<usize>>) -> (Value, Node) {
        let (values, nodes) = items.unzip();
        (Value::Sequence(values), Node { span: self.places.span(range), children: Children::List(nodes) })
    }

    fn map(&self, table: &dyn TableLike, range: Option<Range<usize>>) -> (Value, Node) {
        let mut values = serde_yaml::Mapping::new();
        let mut nodes = indexmap::IndexMap::new();
        for (name, item) in table.iter() {
            let key = table.get_key_value(name).and_then(|(key, _)| key.span());
            let (value, node) = self.item(item);
            values.insert(Value::from(name), value);
            nodes.insert(name.into(), (self.places.span(key), node));
        }
        (Value::Mapping(values), Node { span: self.places.span(range), children: Children::Map(nodes) })
    }
}
