//! The variables of an entry: `each: {state: [Enabled, Disabled]}` makes two of it.

use indexmap::IndexMap;

use crate::self_test::case_set::{OneOrMany, SetFields, SetFile};

/// A value of each variable.
#[derive(Clone, Debug, Default)]
pub(super) struct Values<'a>(Vec<(&'a str, &'a str)>);

/// Every combination of values; a single one, without any value, if there are no variables.
pub(super) fn combinations(each: &IndexMap<String, Vec<String>>) -> Vec<Values<'_>> {
    let mut all = vec![Values::default()];
    for (variable, values) in each {
        all = all.iter().flat_map(|before| values.iter().map(|value| before.with(variable, value))).collect();
    }
    all
}

impl<'a> Values<'a> {
    fn with(&self, variable: &'a str, value: &'a str) -> Self {
        let mut values = self.0.clone();
        values.push((variable, value));
        Self(values)
    }

    /// Writes the values into a text. An unknown variable stays as it is, and is found where the text is read.
    pub(super) fn fill(&self, text: &str) -> String {
        let filled = |text: String, (variable, value): &(&str, &str)| text.replace(&format!("<{variable}>"), value);
        self.0.iter().fold(text.to_owned(), filled)
    }

    /// The same for all texts of a set of cases.
    pub(super) fn fill_set(&self, SetFile(set): &SetFile) -> SetFile {
        let all = |texts: &OneOrMany| OneOrMany(texts.0.iter().map(|text| self.fill(text)).collect());

        SetFile(SetFields {
            id: all(&set.id),
            operation: all(&set.operation),
            state: all(&set.state),
            class: all(&set.class),
            route: all(&set.route),
            original: all(&set.original),
            what: all(&set.what),
            // Variables stand in texts only, and this is an enum.
            expect: set.expect,
            except: set.except.iter().map(|except| self.fill_set(except)).collect(),
            kind: set.kind,
        })
    }
}
