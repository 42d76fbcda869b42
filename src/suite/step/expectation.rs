//! The outcomes that may come of a request.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::suite::check::FileChecker;
use crate::suite::name::{ClassName, Code};
use crate::suite::one_or_many::OneOrMany;
use crate::yaml::Path;

/// Another outcome that is accepted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptFile {
    /// The state in which it is accepted; in a step, none.
    #[serde(default)]
    pub state: Option<String>,
    /// The class of keys for which it is accepted; all unless given.
    #[serde(default)]
    pub class: Option<String>,
    /// The outcome; with `names`, also `4xx`: any error of the client that names the parameter.
    pub outcome: String,
    /// Why the documents leave room for it.
    pub why: String,
}

/// The outcomes that may come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The published outcomes; never empty.
    pub outcomes: Vec<Expected>,
    /// Further ones that the documents leave room for.
    pub accept: Vec<Accepted>,
}

/// A code and its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The code.
    pub code: Code,
    /// The HTTP status.
    pub status: u16,
}

/// An outcome that the documents leave room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The outcome.
    pub outcome: Expected,
    /// The class of keys for which it is accepted; all if there is none.
    pub class: Option<ClassName>,
    /// Why.
    pub why: String,
}

impl Expected {
    /// In the place of a code: any error of the client, for no document says with which code a request is rejected.
    pub const ANY_REJECTION: &'static str = "4xx";

    fn any_rejection() -> Self {
        Self { code: Code::from(Self::ANY_REJECTION), status: 400 }
    }

    /// Whether it stands for any error of the client.
    pub fn is_any_rejection(&self) -> bool {
        self.code.as_str() == Self::ANY_REJECTION
    }

    /// Whether a response with a status is this outcome. `same` says whether a code is the same as the one that came.
    pub fn covers(&self, status: u16, same: impl Fn(&Code) -> bool) -> bool {
        match self.is_any_rejection() {
            true => (400..500).contains(&status),
            false => same(&self.code) && self.status == status,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_any_rejection() {
            true => formatter.write_str("any rejection (4xx)"),
            false => write!(formatter, "{} ({})", self.code, self.status),
        }
    }
}

impl Accepted {
    /// Whether it covers an error or success that came for a key of a class.
    pub fn covers(&self, class: &ClassName, status: u16, same: impl Fn(&Code) -> bool) -> bool {
        self.class.as_ref().is_none_or(|of| of == class) && self.outcome.covers(status, same)
    }
}

impl Expectation {
    /// Whether success is one of the published outcomes.
    pub fn may_succeed(&self) -> bool {
        self.outcomes.iter().any(|expected| expected.code.is_success())
    }

    /// Whether success is the only published outcome.
    pub fn is_success(&self) -> bool {
        self.outcomes.iter().all(|expected| expected.code.is_success())
    }
}

/// Checks the outcomes of a cell or step: at least one, none twice. One that has several statuses is several of them.
pub(in crate::suite) fn check_outcomes(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &OneOrMany,
) -> Vec<Expected> {
    if file.0.is_empty() {
        checker.error_at_key(at, "there must be an outcome");
    }

    if let [one] = &file.0[..] {
        // A list of one stands one level deeper than a text.
        return check_outcome(checker, &at.item(0), one);
    }

    checker.once(at, &file.0);
    let outcomes = file.0.iter().enumerate();
    outcomes.flat_map(|(index, text)| check_outcome(checker, &at.item(index), text)).collect()
}

fn check_outcome(checker: &mut FileChecker<'_>, at: &Path<'_>, text: &str) -> Vec<Expected> {
    match text {
        Expected::ANY_REJECTION => vec![Expected::any_rejection()],
        _ => checker.outcome(at, text),
    }
}

/// Checks another outcome that is accepted. Any error of the client will do only where it must name a parameter.
pub(in crate::suite) fn check_accepted(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &AcceptFile,
    names: bool,
) -> Vec<Accepted> {
    checker.sentence(&at.key("why"), &file.why);
    let class = file.class.as_ref().and_then(|class| checker.class(&at.key("class"), class, false));
    let place = at.key("outcome");
    if file.outcome == Expected::ANY_REJECTION && !names {
        checker.error_at_value(&place, "any error of the client is accepted only together with `names`");
    }

    let outcomes = check_outcome(checker, &place, &file.outcome).into_iter();
    outcomes.map(|outcome| Accepted { outcome, class: class.clone(), why: file.why.clone() }).collect()
}

/// Reports outcomes that are accepted although they are expected, or twice. Those of each place of the list come with it.
pub(in crate::suite) fn check_accepted_once<'a>(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    expected: &[Expected],
    accept: impl Iterator<Item = (usize, &'a Vec<Accepted>)>,
) {
    let mut known: Vec<(&Code, Option<&ClassName>, &str)> =
        expected.iter().map(|one| (&one.code, None, "expected")).collect();

    for (index, accepted) in accept {
        // Those of one place differ in nothing but the status.
        let Some(Accepted { outcome, class, .. }) = accepted.first() else { continue };
        // What is accepted for one class only can be so for another too.
        let same = |of: Option<&ClassName>| of.is_none() || class.is_none() || of == class.as_ref();

        match known.iter().find(|(code, of, _)| **code == outcome.code && same(*of)) {
            Some((code, _, how)) => {
                checker.error_at_value(&at.item(index).key("outcome"), format!("`{code}` is {how} already"));
            }
            None => known.push((&outcome.code, class.as_ref(), "accepted")),
        }
    }
}
