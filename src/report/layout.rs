//! The order of the published table, which every report follows.

use crate::event::TableHeader;

/// The order in which operations and states are shown: that of the published table. Those that a list lacks follow in
/// alphabetical order.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The operations, from top to bottom.
    pub operations: Vec<String>,
    /// The states, from left to right.
    pub states: Vec<String>,
}

impl Layout {
    /// Names in the order of a list, each once.
    pub fn order<'a>(list: &[String], names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let place = |name: &str| list.iter().position(|known| known == name).unwrap_or(list.len());
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_by(|one, next| (place(one), *one).cmp(&(place(next), *next)));
        names.dedup();
        names
    }
}

impl From<&TableHeader> for Layout {
    fn from(TableHeader { operations, states, transitions: _ }: &TableHeader) -> Self {
        Self { operations: operations.clone(), states: states.clone() }
    }
}
