//! The values of a list in TOML, with their places.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::file::KnownFile;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::places::{Places, lone_return};
use crate::yaml::{Document, Entry, MOST_VALUES, Map, Node, TOO_MANY_VALUES, Value};

/// Reads a list, and adds its mistakes to `mistakes`. None if nothing can be made of the text.
pub(super) fn read<'a>(
    file: &Arc<str>,
    text: &'a str,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Document<'a, KnownFile>> {
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
            let root = Reader { places: Places::new(text) }.map(table.span(), table.into_inner());
            Document::fit(file, root, mistakes)
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
    fn node<'a>(&self, value: Spanned<DeValue<'a>>) -> Node<'a> {
        let range = value.span();
        let value = match value.into_inner() {
            DeValue::Array(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => return self.map(range, table),
            DeValue::String(text) => Value::Text(text),
            DeValue::Integer(number) => integer(&number),
            DeValue::Float(number) => Value::Real(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::Flag(flag),
            // A date is a text with a form of its own.
            DeValue::Datetime(date) => Value::Text(date.to_string().into()),
        };
        Node { span: self.places.span(Some(range)), value }
    }

    fn map<'a>(&self, range: Range<usize>, table: DeTable<'a>) -> Node<'a> {
        let entry = |(key, value): (Spanned<_>, _)| {
            let place = self.places.span(Some(key.span()));
            Entry { key: key.into_inner(), place, node: self.node(value) }
        };
        let entries = table.into_iter().map(entry).collect();
        Node { span: self.places.span(Some(range)), value: Value::Map(Map::new(entries)) }
    }
}

/// A number; one that has no room in 64 bits is big in any form.
fn integer(number: &DeInteger<'_>) -> Value<'static> {
    match i64::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) => u64::try_from(number).map_or(Value::Real(-1.0), Value::Whole),
        Err(_) => Value::Real(f64::MAX),
    }
}
