//! The shape of the file of poor emulators.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::event::BlockedStep;
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

/// Cases: a selector, or a map whose fields must all hold.
#[derive(Debug, Clone, Default)]
pub(super) struct SetFile(pub(super) SetFields);

/// The fields of such a map. Each has one value or a list, of which one must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetFields {
    /// Selectors, as on the command line, without the provider.
    #[serde(default)]
    pub(super) id: OneOrMany,
    #[serde(default)]
    pub(super) operation: OneOrMany,
    #[serde(default)]
    pub(super) state: OneOrMany,
    #[serde(default)]
    pub(super) class: OneOrMany,
    /// Routes; `canonical` is the shortest.
    #[serde(default)]
    pub(super) route: OneOrMany,
    /// Of moves, the state of the key that is left.
    #[serde(default)]
    pub(super) original: OneOrMany,
    /// `cell`, `move` or `scenario`; cells and moves unless ids are given.
    #[serde(default)]
    pub(super) what: OneOrMany,
    /// What the table says.
    #[serde(default)]
    pub(super) expect: Option<ExpectFile>,
    /// But not these.
    #[serde(default)]
    pub(super) except: Vec<SetFile>,
    /// The kind of the failures.
    #[serde(default)]
    pub(super) kind: Option<Kind>,
}

/// What the table says of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ExpectFile {
    Success,
    Rejection,
}

/// A text, or a list of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OneOrMany(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOr::<Self>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for SetFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOr::<Self>(PhantomData))
    }
}

/// Reads a value that can be written as a mere text too. Not an untagged enum, whose errors say nothing of what is wrong.
struct TextOr<T>(PhantomData<T>);

impl<'de> Visitor<'de> for TextOr<OneOrMany> {
    type Value = OneOrMany;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
    }
}

impl<'de> Visitor<'de> for TextOr<SetFile> {
    type Value = SetFile;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a selector or a map of what cases have")
    }

    fn visit_str<E>(self, text: &str) -> Result<SetFile, E> {
        Ok(SetFile(SetFields { id: OneOrMany(vec![text.to_owned()]), ..SetFields::default() }))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SetFile, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(SetFile)
    }
}
