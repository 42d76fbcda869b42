//! The shape of the file.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::self_test::case_set::{OneOrMany, SetFile};

/// Every deviation of the mock, and the cases that catch it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueFile {
    /// The number of the format.
    #[schemars(extend("const" = 1))]
    pub(super) format: u32,
    /// The entries, by the family that their deviations belong to.
    pub(super) families: BTreeMap<Family, Vec<EntryFile>>,
}

/// Deviations that the same cases catch.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryFile {
    /// Variables and their values. The entry holds for each combination of values, which stand for `<variable>` in
    /// the names of deviations and in sets of cases.
    #[serde(default)]
    pub(super) each: IndexMap<String, Vec<String>>,
    /// The names of the deviations.
    pub(super) deviations: OneOrMany,
    /// The cases that must fail.
    #[serde(default)]
    pub(super) caught_by: OneOrMany<SetFile>,
    /// Further cases that may fail, because they meet the deviation in passing. Some case of each set does.
    #[serde(default)]
    pub(super) may_disturb: OneOrMany<SetFile>,
    /// Why no case can catch them.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(super) uncaught: Option<String>,
    /// Whether they concern the account as a whole, so that cases which run at the same time would disturb each other:
    /// then each case runs alone, on a mock of its own.
    #[serde(default)]
    pub(super) account_wide: bool,
}

/// What a deviation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// A success in a cell that rejects by the table.
    Allowed,
    /// A rejection in a cell that succeeds by the table.
    Rejected,
    /// Another rejection in a cell that rejects by the table.
    OtherRejection,
    /// A cell that deviates for keys of one origin only.
    Origin,
    /// A cell that deviates for keys that came into their state by one route only.
    Route,
    /// A wrong effect, or a response that says something wrong.
    Effect,
    /// A response of a wrong form.
    Response,
    /// Wrong in many places at once: every rejection, every response of an operation, every key of an origin.
    General,
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Allowed => "allowed",
            Self::Rejected => "rejected",
            Self::OtherRejection => "other-rejection",
            Self::Origin => "origin",
            Self::Route => "route",
            Self::Effect => "effect",
            Self::Response => "response",
            Self::General => "general",
        })
    }
}
