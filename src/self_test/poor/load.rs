//! The file of poor emulators → checked emulators.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{EmulatorFile, Others, PoorFile};
use crate::diagnostic::Diagnostics;
use crate::event::{BlockedBy, BlockedStep};
use crate::mock::{Deviation, ParseDeviationError};
use crate::self_test::case_set::{OneOrMany, SetFile, find, find_all};
use crate::suite::Suite;
use crate::verdict::Kind;
use crate::yaml::Document;

/// The name of the file in messages.
const FILE: &str = "poor_emulators.yaml";

/// How many times the requests of a clean run an emulator may cost, at most.
pub(super) const MOST_REQUESTS: f64 = 1.6;

/// What is wrong with the list of poor emulators.
#[derive(Debug, thiserror::Error)]
pub enum PoorEmulatorError {
    /// The text is no list of emulators.
    #[error("the list of poor emulators can't be read: {0}")]
    Shape(Diagnostics),
    /// The list has a format that is not known.
    #[error("the list of poor emulators has format {0}; only 1 is known")]
    Format(u32),
    /// A deviation is none.
    #[error("poor emulator `{emulator}`: {source}")]
    Deviation {
        /// The name of the emulator.
        emulator: String,
        /// What is wrong with the deviation.
        source: ParseDeviationError,
    },
    /// Something else about an emulator.
    #[error("poor emulator `{emulator}`: {reason}")]
    Emulator {
        /// The name of the emulator.
        emulator: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// An endpoint that is wrong in many places, and what the suite must say of it.
#[derive(Debug, Clone)]
pub struct PoorEmulator {
    /// Its name, which never changes.
    pub name: String,
    /// What it does, in one sentence without its end.
    pub description: String,
    /// What it does otherwise than the documents say.
    pub deviations: Vec<Deviation>,
    /// How many times the requests of a clean run the suite may send to it.
    pub most_requests: f64,
    /// What the file says, with what is said of the emulators that it is like.
    entries: Vec<EmulatorFile>,
    kind: Option<Kind>,
}

/// What must become of each case.
#[derive(Debug, Clone, Default)]
pub(super) struct Expectations {
    /// What is said of cases, by their indexes.
    pub(super) of_case: BTreeMap<usize, Wanted>,
    /// Whether all others must have the verdict of a clean run, and not only not fail.
    pub(super) others_as_clean: bool,
}

/// What must become of a case.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// It fails, with this kind if there is one.
    Fail(Option<Kind>),
    /// It fails or is inconclusive.
    NotPass,
    /// It may fail.
    MayFail,
    /// It does not fail.
    NotFail,
    /// It can't be judged, and this is why.
    Blocked(Cause),
    /// It passes.
    Pass,
}

/// What cases are blocked by. What is empty is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cause {
    operation: OneOrMany,
    state: OneOrMany,
    class: OneOrMany,
    step: Option<BlockedStep>,
}

/// The emulators that the program knows.
///
/// # Errors
///
/// None as long as the embedded list is sound, which a test makes sure of.
pub fn poor_emulators() -> Result<Vec<PoorEmulator>, PoorEmulatorError> {
    load(include_str!("../poor_emulators.yaml"))
}

/// Reads a list of emulators. Which cases it means is only known together with a suite.
///
/// # Errors
///
/// The first mistake of the text, with the name of the emulator that has it.
pub fn load(text: &str) -> Result<Vec<PoorEmulator>, PoorEmulatorError> {
    let mut mistakes = Vec::new();
    let document = Document::<PoorFile>::read(&FILE.into(), text, &mut mistakes);
    let file = match document {
        Some(document) if mistakes.is_empty() => document.value,
        _ => return Err(PoorEmulatorError::Shape(Diagnostics::new(mistakes, [(FILE, text)]))),
    };
    if file.format != 1 {
        return Err(PoorEmulatorError::Format(file.format));
    }

    let mut emulators: Vec<PoorEmulator> = Vec::new();
    for given in file.emulators {
        let emulator = check(given, &emulators)?;
        emulators.push(emulator);
    }
    Ok(emulators)
}

/// Checks what can be said of an emulator without a suite. `above` are those that it can be like.
fn check(given: EmulatorFile, above: &[PoorEmulator]) -> Result<PoorEmulator, PoorEmulatorError> {
    let failed = |reason: String| PoorEmulatorError::Emulator { emulator: given.name.clone(), reason };
    let legible = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if given.name.is_empty() || !given.name.bytes().all(legible) {
        return Err(failed("a name has lower-case letters, digits and `-`".to_owned()));
    }
    if above.iter().any(|other| other.name == given.name) {
        return Err(failed("there are two of this name".to_owned()));
    }
    if given.description.is_empty() || given.description.ends_with('.') {
        return Err(failed("the description must be one sentence without its end".to_owned()));
    }
    let reasoned = || given.may_fail.iter().chain(&given.unsettled);
    if reasoned().any(|entry| entry.why.trim().is_empty()) {
        return Err(failed("`may_fail` and `unsettled` must say why".to_owned()));
    }
    let most_requests = given.most_requests.unwrap_or(MOST_REQUESTS);
    if !(most_requests > 0.0 && most_requests <= MOST_REQUESTS) {
        return Err(failed(format!("`most_requests` is above 0 and at most {MOST_REQUESTS}")));
    }
    let elsewhere = reasoned().flat_map(|entry| &entry.cases).chain(&given.must_pass).chain(&given.not_pass);
    let mut elsewhere = elsewhere.chain(given.blocked.iter().flat_map(|entry| &entry.cases));
    if elsewhere.any(|SetFile(set)| set.kind.is_some()) {
        return Err(failed("only what must fail has a `kind`".to_owned()));
    }

    let deviations = deviations(&given)?;
    let mut entries = match &given.like {
        None => Vec::new(),
        Some(name) => {
            let like = above.iter().find(|other| other.name == *name);
            like.ok_or_else(|| failed(format!("it is like `{name}`, which is not above it")))?.entries.clone()
        }
    };
    let (name, description, kind) = (given.name.clone(), given.description.clone(), given.kind);
    entries.push(given);
    Ok(PoorEmulator { name, description, deviations, most_requests, entries, kind })
}

/// The deviations of an emulator, each of them once.
fn deviations(given: &EmulatorFile) -> Result<Vec<Deviation>, PoorEmulatorError> {
    let mut deviations: Vec<Deviation> = Vec::new();
    for text in &given.deviations {
        let parsed = text.parse();
        let emulator = given.name.clone();
        let deviation = parsed.map_err(|source| PoorEmulatorError::Deviation { emulator, source })?;
        if deviations.contains(&deviation) {
            let reason = format!("`{deviation}` stands there twice");
            return Err(PoorEmulatorError::Emulator { emulator: given.name.clone(), reason });
        }
        deviations.push(deviation);
    }
    if deviations.is_empty() {
        let reason = "it has no deviation".to_owned();
        return Err(PoorEmulatorError::Emulator { emulator: given.name.clone(), reason });
    }
    Ok(deviations)
}

impl PoorEmulator {
    /// What must become of each case of a suite.
    pub(super) fn expectations(&self, suite: &Suite) -> Result<Expectations, PoorEmulatorError> {
        let failed = |reason| PoorEmulatorError::Emulator { emulator: self.name.clone(), reason };
        self.claims(suite).map_err(failed)
    }

    fn claims(&self, suite: &Suite) -> Result<Expectations, String> {
        let mut claims = Claims { suite, of_case: BTreeMap::new() };
        for entry in &self.entries {
            for set in &entry.must_fail {
                let kind = set.0.kind.or(self.kind);
                claims.claim(find(suite, set)?, &Wanted::Fail(kind))?;
            }
            claims.claim(find_all(suite, &entry.not_pass)?, &Wanted::NotPass)?;
            for entry in &entry.may_fail {
                claims.claim(find_all(suite, &entry.cases)?, &Wanted::MayFail)?;
            }
            for entry in &entry.unsettled {
                claims.claim(find_all(suite, &entry.cases)?, &Wanted::NotFail)?;
            }
            for entry in &entry.blocked {
                let by = &entry.by;
                let cause = Cause {
                    operation: by.operation.clone(),
                    state: by.state.clone(),
                    class: by.class.clone(),
                    step: by.step,
                };
                cause.check(suite)?;
                claims.claim(find_all(suite, &entry.cases)?, &Wanted::Blocked(cause))?;
            }
            claims.claim(find_all(suite, &entry.must_pass)?, &Wanted::Pass)?;
        }
        let others = self.entries.iter().rev().find_map(|entry| entry.others).unwrap_or_default();
        Ok(Expectations { of_case: claims.of_case, others_as_clean: others == Others::AsClean })
    }
}

/// What is said of cases so far.
struct Claims<'a> {
    suite: &'a Suite,
    of_case: BTreeMap<usize, Wanted>,
}

impl Claims<'_> {
    /// Says something of cases of which nothing has been said.
    fn claim(&mut self, cases: BTreeSet<usize>, wanted: &Wanted) -> Result<(), String> {
        for index in cases {
            if let Some(before) = self.of_case.insert(index, wanted.clone()) {
                let id = &self.suite.cases[index].id;
                return Err(format!("two things are said of {id}: {} and {}", before.name(), wanted.name()));
            }
        }
        Ok(())
    }
}

impl Wanted {
    /// The field of the file that says so.
    const fn name(&self) -> &'static str {
        match self {
            Self::Fail(_) => "must_fail",
            Self::NotPass => "not_pass",
            Self::MayFail => "may_fail",
            Self::NotFail => "unsettled",
            Self::Blocked(_) => "blocked",
            Self::Pass => "must_pass",
        }
    }
}

impl Cause {
    /// Whether the suite knows what it names.
    fn check(&self, suite: &Suite) -> Result<(), String> {
        if self.operation.0.is_empty() {
            return Err("`blocked` must name an operation".to_owned());
        }
        let service = &suite.service;
        let is_operation = |name: &str| suite.rows.iter().any(|row| row.operation.as_str() == name);
        let is_state = |name: &str| service.states.iter().any(|state| state.as_str() == name);
        let is_class = |name: &str| service.classes.keys().any(|class| class.as_str() == name);
        for (values, what, is_known) in [
            (&self.operation, "operation", &is_operation as &dyn Fn(&str) -> bool),
            (&self.state, "state", &is_state),
            (&self.class, "class", &is_class),
        ] {
            if let Some(unknown) = values.0.iter().find(|value| !is_known(value)) {
                return Err(format!("`blocked` names the {what} `{unknown}`, which is not known"));
            }
        }
        Ok(())
    }

    /// Whether this is what blocked a case.
    pub(super) fn is_met(&self, blocked: &BlockedBy) -> bool {
        let fits = |wanted: &OneOrMany, actual: &Option<String>| {
            wanted.0.is_empty() || actual.as_ref().is_some_and(|actual| wanted.0.contains(actual))
        };
        fits(&self.operation, &blocked.operation)
            && fits(&self.state, &blocked.state)
            && fits(&self.class, &blocked.key_class)
            && self.step.is_none_or(|step| step == blocked.step)
    }

    /// In a few words: `CreateKey (EXTERNAL)`.
    pub(super) fn name(&self) -> String {
        let mut text = self.operation.0.join(" or ");
        let further: Vec<&str> = self.class.0.iter().chain(&self.state.0).map(String::as_str).collect();
        if !further.is_empty() {
            text += &format!(" ({})", further.join(", "));
        }
        if let Some(step) = self.step {
            text += &format!(" in {}", step.name());
        }
        text
    }
}
