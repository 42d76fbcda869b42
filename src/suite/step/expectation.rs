//! The outcomes that may come of a request.

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

impl Accepted {
    /// In the place of a code: any error of the client. It must name the parameter that is meant.
    pub const ANY_CLIENT_ERROR: &'static str = "4xx";

    /// Whether it covers an error or success that came for a key of a class. `same` says whether a code is the same as
    /// the one that came.
    pub fn covers(&self, class: &ClassName, status: u16, same: impl Fn(&Code) -> bool) -> bool {
        let expected = &self.outcome;
        let any = expected.code.as_str() == Self::ANY_CLIENT_ERROR && (400..500).contains(&status);
        self.class.as_ref().is_none_or(|of| of == class) && (any || (same(&expected.code) && expected.status == status))
    }
}

impl Expectation {
    /// Whether success is the published outcome.
    pub fn is_success(&self) -> bool {
        self.outcomes.iter().all(|expected| expected.code.is_success())
    }
}

/// Checks the outcomes of a cell or step: at least one, none twice.
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
        let item = at.item(0);
        return vec![checker.outcome(&item, one)];
    }
    checker.once(at, &file.0);
    file.0.iter().enumerate().map(|(index, text)| checker.outcome(&at.item(index), text)).collect()
}

/// Checks another outcome that is accepted. Any error of the client will do only where it must name a parameter.
pub(in crate::suite) fn check_accepted(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &AcceptFile,
    names: bool,
) -> Accepted {
    checker.sentence(&at.key("why"), &file.why);
    let class = file.class.as_ref().and_then(|class| checker.class(&at.key("class"), class, false));
    let place = at.key("outcome");
    let outcome = if file.outcome == Accepted::ANY_CLIENT_ERROR {
        if !names {
            checker.error_at_value(&place, "any error of the client is accepted only together with `names`");
        }
        Expected { code: Code::from(Accepted::ANY_CLIENT_ERROR), status: 400 }
    } else {
        checker.outcome(&place, &file.outcome)
    };
    Accepted { outcome, class, why: file.why.clone() }
}

/// Reports outcomes that are accepted although they are expected, or twice. Each comes with its place in the list.
pub(in crate::suite) fn check_accepted_once<'a>(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    expected: &[Expected],
    accept: impl Iterator<Item = (usize, &'a Accepted)>,
) {
    let mut known: Vec<(&Code, Option<&ClassName>, &str)> =
        expected.iter().map(|one| (&one.code, None, "expected")).collect();
    for (index, Accepted { outcome, class, .. }) in accept {
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
