//! The values of a list in TOML, with their places.

use std::ops::Range;
use std::sync::Arc;

use serde_yaml::Value;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::file::KnownFile;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::places::{Places, lone_return};
use crate::yaml::{Children, Document, MOST_VALUES, Node, Positions, TOO_MANY_VALUES};

/// Reads a list, and adds its mistakes to `mistakes`. None if nothing can be made of the text.
pub(super) fn read(file: &Arc<str>, text: &str, mistakes: &mut Vec<Diagnostic>) -> Option<Document<KnownFile>> {
    let mut mistake = |range: Option<Range<usize>>, message: &str, help: Option<&str>| {
        mistakes.push(Diagnostic {
            file: Arc::clone(file),
            span: range.map(|range| Places::new(text).span(Some(range))),
            message: message.to_owned(),
            help: help.map(str::to_owned),
        });
        None
    };

    if may_hold(text) > MOST_VALUES {
        return mistake(None, TOO_MANY_VALUES, None);
    }
    if let Some(at) = lone_return(text) {
        let help = "save it with line ends of Unix (LF) or Windows (CR LF)";
        return mistake(Some(at..at), "a line ends with a carriage return alone", Some(help));
    }

    match DeTable::parse(text) {
        Ok(table) => {
            let (value, root) = Reader { places: Places::new(text) }.map(table.span(), table.into_inner());
            Document::fit(file, value, Positions::new(root), mistakes)
        }
        // The likely cause is a list in YAML under the wrong name.
        Err(error) => mistake(
            Some(error.span().unwrap_or_default()),
            error.message(),
            Some("a list in YAML has a name that ends in .yaml"),
        ),
    }
}

/// How many values a text may hold, counted by the signs that stand before or behind each. Those in texts are counted
/// too, which matters only where there are very many. The parser itself has no limit.
fn may_hold(text: &str) -> usize {
    text.bytes().filter(|byte| b"=,[{".contains(byte)).count()
}

/// Makes the values and the places of a text. What is read is given up piece by piece, so that it is not in memory twice.
struct Reader<'a> {
    places: Places<'a>,
}

impl Reader<'_> {
    fn value(&self, value: Spanned<DeValue<'_>>) -> (Value, Node) {
        let range = value.span();
        let scalar = match value.into_inner() {
            DeValue::Array(items) => {
                let (values, nodes) = items.into_iter().map(|item| self.value(item)).unzip();
                return (Value::Sequence(values), self.node(range, Children::List(nodes)));
            }
            DeValue::Table(table) => return self.map(range, table),
            DeValue::String(text) => Value::from(&*text),
            DeValue::Integer(number) => integer(&number),
            DeValue::Float(number) => Value::from(number.as_str().parse::<f64>().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::from(flag),
            // A date is a text with a form of its own.
            DeValue::Datetime(date) => Value::from(date.to_string()),
        };
        (scalar, self.node(range, Children::None))
    }

    fn map(&self, range: Range<usize>, table: DeTable<'_>) -> (Value, Node) {
        let mut values = serde_yaml::Mapping::with_capacity(table.len());
        let mut nodes = indexmap::IndexMap::with_capacity(table.len());
        for (key, item) in table {
            let (value, node) = self.value(item);
            let place = self.places.span(Some(key.span()));
            let name = key.into_inner();
            values.insert(Value::from(&*name), value);
            nodes.insert(name.into(), (place, node));
        }
        (Value::Mapping(values), self.node(range, Children::map(nodes)))
    }

    fn node(&self, range: Range<usize>, children: Children) -> Node {
        Node { span: self.places.span(Some(range)), children }
    }
}

/// A number; one that has no room in 64 bits is big in any form.
fn integer(number: &DeInteger<'_>) -> Value {
    match i64::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) => Value::from(number),
        Err(_) => Value::from(f64::MAX),
    }
}
