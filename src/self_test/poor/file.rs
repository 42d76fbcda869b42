//! The shape of the file of poor emulators.

use serde::Deserialize;

use crate::event::BlockedStep;
use crate::self_test::case_set::{OneOrMany, SetFile};
use crate::verdict::Kind;

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PoorFile {
    /// The number of the format.
    pub(super) format: u32,
    /// The emulators.
    pub(super) emulators: Vec<EmulatorFile>,
}

/// An emulator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmulatorFile {
    /// Its name, which never changes.
    pub(super) name: String,
    /// What it does, in one sentence without its end.
    pub(super) description: String,
    /// Names of deviations.
    pub(super) deviations: Vec<String>,
    /// An emulator further up that has the same expectations; what is said here comes on top.
    #[serde(default)]
    pub(super) like: Option<String>,
    /// The kind of the failures that say no other; any if neither does.
    #[serde(default)]
    pub(super) kind: Option<Kind>,
    /// How many times the requests of a clean run it may cost, at most.
    #[serde(default)]
    pub(super) most_requests: Option<f64>,
    /// The cases that must fail.
    #[serde(default)]
    pub(super) must_fail: Vec<SetFile>,
    /// The cases that fail or are inconclusive: scenarios that call what cells judge.
    #[serde(default)]
    pub(super) not_pass: Vec<SetFile>,
    /// The cases that may fail.
    #[serde(default)]
    pub(super) may_fail: Vec<ReasonedFile>,
    /// The cases that can be judged or not, as one likes, but must not fail.
    #[serde(default)]
    pub(super) unsettled: Vec<ReasonedFile>,
    /// The cases that can't be judged.
    #[serde(default)]
    pub(super) blocked: Vec<BlockedFile>,
    /// The cases that must be judged and pass.
    #[serde(default)]
    pub(super) must_pass: Vec<SetFile>,
    /// What holds for all others.
    #[serde(default)]
    pub(super) others: Option<Others>,
}

/// What holds for the cases of which nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Others {
    /// They do not fail.
    #[default]
    DoNotFail,
    /// They have the verdict that they have in a clean run.
    AsClean,
}

/// Cases of which several things can become, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonedFile {
    pub(super) cases: Vec<SetFile>,
    pub(super) why: String,
}

/// Cases that can't be judged, and what they are blocked by.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockedFile {
    pub(super) by: CauseFile,
    pub(super) cases: Vec<SetFile>,
}

/// What cases are blocked by. What is not given is not looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CauseFile {
    /// The operation to blame; one of them where no single one is to.
    pub(super) operation: OneOrMany,
    #[serde(default)]
    pub(super) state: OneOrMany,
    #[serde(default)]
    pub(super) class: OneOrMany,
    #[serde(default)]
    pub(super) step: Option<BlockedStep>,
}
