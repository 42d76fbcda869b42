//! The catalogue: every deviation that a test of the mock must notice, and which cases must.
//!
//! The mock knows no cases. What stands here are plain patterns of their ids: `*` stands for anything within a part of
//! an id, `**` for any number of parts.

mod answers;
mod cells;
mod effects;
mod general;
mod in_state;
mod promises;
mod rejections;
mod routes;

use std::fmt;

use super::Deviation;

/// A deviation, and who must notice it.
#[derive(Clone, Debug)]
pub struct CatalogueEntry {
    /// The deviation. Its text is its name, which never changes.
    pub deviation: Deviation,
    /// What it belongs to.
    pub family: Family,
    /// What the mock does, in one sentence without its end.
    pub description: String,
    /// Patterns of the cases that must fail, each of them.
    pub caught_by: Vec<String>,
    /// Patterns of further cases that may fail, because the deviation meets them on their way.
    pub may_disturb: Vec<String>,
    /// Why no case can catch it, if none can.
    pub uncaught: Option<&'static str>,
    /// Whether it concerns the account as a whole, so that cases which are asked beside each other disturb each other:
    /// the cases that must fail do so when each is asked alone, on a mock of its own.
    pub account_wide: bool,
}

/// What a deviation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A success in a cell of the table that refuses.
    Allowed,
    /// A rejection in a cell of the table that succeeds.
    Refused,
    /// Another rejection in a cell of the table that refuses.
    OtherRejection,
    /// A cell that deviates for keys of one origin only.
    Origin,
    /// A cell that deviates for keys that came into their state one way only.
    Route,
    /// A wrong effect, or an answer that says something wrong.
    Effect,
    /// An answer of a wrong form.
    Answer,
    /// Wrong in many places at once: every rejection, every response of an operation, every key of an origin.
    General,
}

impl Family {
    /// The name, as it stands in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::OtherRejection => "other-rejection",
            Self::Origin => "origin",
            Self::Route => "route",
            Self::Effect => "effect",
            Self::Answer => "answer",
            Self::General => "general",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Every deviation of the catalogue, family by family.
pub fn catalogue() -> Vec<CatalogueEntry> {
    let cells = cells::table().chain(cells::origins()).chain(cells::routes());
    cells
        .chain(effects::entries())
        .chain(in_state::entries())
        .chain(answers::entries())
        .chain(general::entries())
        .collect()
}

impl CatalogueEntry {
    fn new(deviation: Deviation, family: Family, description: String, caught_by: Vec<String>) -> Self {
        Self { deviation, family, description, caught_by, may_disturb: Vec::new(), uncaught: None, account_wide: false }
    }

    /// The name of the deviation.
    pub fn name(&self) -> String {
        self.deviation.to_string()
    }

    fn disturbing(mut self, patterns: &[&str]) -> Self {
        self.may_disturb.extend(patterns.iter().map(|pattern| case(pattern)));
        self
    }
}

/// The pattern of a case of this provider.
fn case(rest: &str) -> String {
    format!("alibaba/{rest}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_read_as_they_are_written() {
        let entries = catalogue();
        let names: BTreeSet<String> = entries.iter().map(CatalogueEntry::name).collect();
        assert_eq!(names.len(), entries.len());
        for entry in &entries {
            assert_eq!(entry.name().parse(), Ok(entry.deviation.clone()));
        }
    }

    #[test]
    fn every_named_deviation_is_in_the_catalogue() {
        let names: BTreeSet<String> = catalogue().iter().map(CatalogueEntry::name).collect();
        for name in super::super::names() {
            assert!(names.contains(&name), "{name}");
        }
    }

    #[test]
    fn each_says_who_catches_it_or_why_nobody_does() {
        for entry in catalogue() {
            assert_ne!(entry.caught_by.is_empty(), entry.uncaught.is_none(), "{}", entry.name());
            assert!(!entry.description.ends_with('.') && !entry.description.is_empty(), "{}", entry.name());
        }
    }
}
