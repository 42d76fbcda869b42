//! The contradictions that are known: `differences.yaml`.

use serde::Deserialize;

use super::Difference;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::self_test::SelfTestError;
use crate::self_test::data::Data;
use crate::verdict::Verdict;
use crate::yaml::{Document, Path};

/// The name of the file in messages.
const FILE: &str = "differences.yaml";

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    differences: Vec<Explained>,
}

/// A contradiction that is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::self_test) struct Explained {
    /// The deviation or the poor emulator.
    pub(super) endpoint: String,
    /// The id of the case.
    pub(super) case: String,
    /// The verdict on fresh keys.
    fresh: Verdict,
    /// The verdict on keys of the tour.
    tour: Verdict,
    /// Why they differ.
    why: String,
}

/// The contradictions that are known of a provider's mock.
///
/// # Errors
///
/// When nothing is said of its deviations; otherwise none as long as the embedded file is sound, which a test makes sure of.
pub(in crate::self_test) fn explained(provider: &str) -> Result<Vec<Explained>, SelfTestError> {
    Ok(load(Data::of(provider)?.differences)?)
}

fn load(text: &str) -> Result<Vec<Explained>, Diagnostics> {
    let mut mistakes = Vec::new();
    let document = Document::<File>::read(&FILE.into(), text, &mut mistakes);
    let mut differences = Vec::new();

    if let Some(Document { value, outline }) = document {
        let mut mistake = |path: &Path<'_>, message: String| {
            let span = Some(outline.value(path));
            mistakes.push(Diagnostic { file: FILE.into(), span, message, help: None });
        };
        if value.format != 1 {
            let message = format!("the format {} is not known; only 1 is", value.format);
            mistake(&Path::Root.key("format"), message);
        }

        let list = Path::Root.key("differences");
        for (index, one) in value.differences.iter().enumerate() {
            if one.why.trim().is_empty() {
                mistake(&list.item(index), format!("`why` must say why {} differs", one.case));
            }
            if one.fresh == one.tour {
                mistake(&list.item(index), format!("the verdicts of {} do not differ", one.case));
            }
        }
        differences = value.differences;
    }

    if mistakes.is_empty() { Ok(differences) } else { Err(Diagnostics::new(mistakes, [(FILE, text)])) }
}

impl Explained {
    /// Whether it explains a difference of its endpoint.
    pub(super) fn explains(&self, difference: &Difference) -> bool {
        self.case == difference.case && self.fresh == difference.fresh.verdict && self.tour == difference.tour.verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::self_test::data::tested;
    use crate::self_test::{catalogue, poor_emulators};
    use crate::suite::files::embedded;
    use crate::suite::load::load as load_suite;

    #[test]
    fn the_list_names_endpoints_and_cases_that_there_are() {
        for provider in tested() {
            let suite = load_suite(embedded(), Some(provider)).unwrap();
            let deviations = catalogue(provider).unwrap();
            let emulators = poor_emulators(provider).unwrap();
            for one in explained(provider).unwrap() {
                let named = deviations.iter().any(|entry| entry.name() == one.endpoint)
                    || emulators.iter().any(|emulator| emulator.name == one.endpoint);
                assert!(named, "{one:?}");
                assert!(suite.cases.iter().any(|case| case.id.as_str() == one.case), "{one:?}");
            }
        }
    }

    #[test]
    fn the_list_is_strict() {
        let list = |rest: &str| {
            format!("format: 1\ndifferences:\n  - {{endpoint: none, case: alibaba/a, fresh: fail, {rest}}}\n")
        };
        assert!(load(&list("tour: pass, why: so")).is_ok());
        for (rest, wanted) in [
            ("tour: pass, why: \" \"", "`why` must say why alibaba/a differs"),
            ("tour: fail, why: so", "the verdicts of alibaba/a do not differ"),
            ("tour: pass", "why"),
            ("tour: pass, why: so, wy: so", "wy"),
        ] {
            let mistakes = load(&list(rest)).unwrap_err().to_string();
            assert!(mistakes.contains(wanted), "{rest}: {mistakes}");
        }
        assert!(load(&list("tour: pass, why: so").replace("format: 1", "format: 2")).is_err());
    }
}
