//! The operations that each case sends to a mock that does not deviate.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::SelfTestError;
use super::mock_run::run_and_keep;
use crate::event::CaseResult;
use crate::mock::KnownDeviation;
use crate::suite::Suite;
use crate::verdict::Verdict;

/// The operations that cases send. As long as a case sends none that a mock does otherwise, it meets the mock that it knows and
/// sends the same again: so it can't notice the deviation.
#[derive(Debug)]
pub(super) struct SentOperations {
    /// By the id of the case; a case that did not pass is missing, for it may send others.
    of_case: HashMap<String, BTreeSet<String>>,
}

impl SentOperations {
    /// Runs cases and looks at what they send.
    pub(super) async fn of(suite: &Arc<Suite>, cases: Vec<usize>) -> Result<Self, SelfTestError> {
        let results = run_and_keep(suite, cases).await?.results;
        let passed = results.into_iter().filter(|result| result.verdict == Verdict::Pass);
        let sent = |result: CaseResult| {
            let operations = result.exchanges.into_iter().map(|exchange| exchange.operation);
            (result.id.to_string(), operations.collect())
        };
        Ok(Self { of_case: passed.map(sent).collect() })
    }

    /// Whether a case may notice a deviation.
    pub(super) fn may_notice(&self, case: &str, deviation: &KnownDeviation) -> bool {
        match (deviation.operations(), self.of_case.get(case)) {
            (Some(concerned), Some(sent)) => concerned.iter().any(|operation| sent.contains(*operation)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::registry;
    use crate::suite::load::load_built_in;

    #[tokio::test]
    async fn a_case_sends_what_brings_its_key_into_its_state_and_what_removes_it() {
        let suite = Arc::new(load_built_in(None).unwrap());
        let id = "alibaba/Encrypt/Disabled";
        let index = suite.cases.iter().position(|case| case.id.as_str() == id).unwrap();
        let sent = SentOperations::of(&suite, vec![index]).await.unwrap();

        let repertoire = registry::deviations("alibaba").unwrap();
        let may_notice = |text: &str| sent.may_notice(id, &repertoire.read(text).unwrap());
        for operation in ["CreateKey", "DisableKey", "Encrypt", "ScheduleKeyDeletion"] {
            assert!(may_notice(&format!("{operation}:not-implemented")), "{operation}");
        }
        assert!(!may_notice("UpdateAlias:not-implemented"));
        // Any response shows it.
        assert!(may_notice(
            &repertoire.named().into_iter().find(|name| repertoire.read(name).unwrap().operations().is_none()).unwrap()
        ));
        // A case that is not known may send anything.
        assert!(sent.may_notice("alibaba/Encrypt/Enabled", &repertoire.read("UpdateAlias:not-implemented").unwrap()));
    }
}
