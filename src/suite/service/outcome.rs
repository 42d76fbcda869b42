//! The outcomes of requests: `Success` and the error codes.

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ServiceFile;
use crate::suite::check::FileChecker;
use crate::suite::name::{ClauseId, Code};
use crate::suite::one_or_many::OneOrMany;
use crate::suite::step::Expected;
use crate::yaml::Path;

/// An outcome: an error code, or `Success`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutcomeFile {
    /// The HTTP status that goes with it, or several of which one must come.
    pub status: OneOrMany<u16>,
    /// The clause that publishes it.
    pub clause: String,
    /// Other spellings that the documents print; they are taken as the same, with a note.
    #[serde(default)]
    pub also_spelled: Vec<String>,
    /// Why an error with this code may name no parameter where a case says which one is meant (`names`). Unless given,
    /// it must.
    #[serde(default)]
    pub nameless: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub note: Option<String>,
}

/// An outcome.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The HTTP statuses of which one must come.
    pub statuses: Vec<u16>,
    /// The clause that publishes it.
    pub clause: ClauseId,
    /// Other spellings that the documents print.
    pub also_spelled: Vec<String>,
    /// Why an error with this code may name no parameter, if it may.
    pub nameless: Option<String>,
}

pub(super) fn check_outcomes(checker: &mut FileChecker<'_>, file: &ServiceFile) -> IndexMap<Code, Outcome> {
    let root = Path::Root;
    let all = root.key("outcomes");
    if !file.outcomes.contains_key(Code::SUCCESS) {
        checker.error_at_key(&all, format!("there must be an outcome `{}`", Code::SUCCESS));
    }

    let mut outcomes = IndexMap::default();
    for (code, file) in &file.outcomes {
        let at = all.key(code);
        let status_at = at.key("status");
        if file.status.0.is_empty() {
            checker.error_at_key(&status_at, "there must be a status");
        }

        for status in file.status.0.iter().filter(|status| !(100..=599).contains(*status)) {
            checker.error_at_value(&status_at, format!("{status} is not an HTTP status"));
        }

        if code == Expected::ANY_REJECTION {
            checker.error_at_key(&at, format!("`{code}` stands for any rejection and is always there"));
        }

        let clause = checker.clause(&at.key("clause"), &file.clause);
        if let Some(nameless) = &file.nameless {
            checker.sentence(&at.key("nameless"), nameless);
        }

        let (also_spelled, nameless) = (file.also_spelled.clone(), file.nameless.clone());
        let outcome = Outcome { statuses: file.status.0.clone(), clause, also_spelled, nameless };
        outcomes.insert(Code::from(code.as_str()), outcome);
    }
    outcomes
}
