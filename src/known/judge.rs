//! What a list makes of what was observed of a case.

use super::KnownFailures;
use super::entry::{Entry, Failure};
use crate::event::{Listed, ListedOutcome, Outcome};
use crate::verdict::{Kind, Verdict};

impl KnownFailures {
    /// What the list says of a case that was judged so. None if the case is not listed; nor if it could not be judged
    /// and the list does not say so: then the entry is neither confirmed nor refuted.
    pub fn judge(&self, id: &str, verdict: Verdict, kind: Option<Kind>, actual: Option<&Outcome>) -> Option<Listed> {
        let entry = self.entry(id)?;
        let observed = Failure::of(verdict, kind, actual);
        let as_listed = observed.is_some_and(|failure| entry.failure.holds_for(&failure));

        let outcome = match verdict {
            Verdict::Pass | Verdict::UnexpectedPass => ListedOutcome::Passes,
            // A case that was not run says nothing about its entry.
            Verdict::Skipped | Verdict::NotRun => return None,
            Verdict::Inconclusive if !as_listed => return None,
            // What has expired is no longer held against what is observed.
            _ if self.is_expired(entry) => ListedOutcome::Expired,
            _ if as_listed => ListedOutcome::Holds,
            _ => ListedOutcome::Differs,
        };

        Some(listed(entry, outcome))
    }
}

fn listed(entry: &Entry, outcome: ListedOutcome) -> Listed {
    Listed {
        outcome,
        case: entry.case.clone(),
        response: entry.failure.response().cloned(),
        kind: entry.failure.kind(),
        reason: entry.reason.clone(),
        issue: entry.issue.clone(),
        until: entry.until.to_string(),
        file: entry.source.file.clone(),
        line: entry.source.line,
        column: entry.source.column,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::known::load::load;
    use crate::suite::files::embedded;

    const LIST: &str = "\
format: 1
known_failures:
  - {case: alibaba/Encrypt/Disabled, code: Success, status: 200, reason: a, until: '2026-01-31'}
  - {case: alibaba/DisableKey/Enabled, code: Success, status: 200, kind: effect, reason: b, until: '2026-01-31'}
  - {case: alibaba/only-enabled-keys-encrypt, kind: inconclusive, reason: c, until: '2026-01-31'}
  - {case: alibaba/Decrypt/Disabled, kind: crash, reason: d, until: '2026-01-31'}
  - {case: alibaba/Decrypt/PendingDeletion, code: X, status: 500, kind: crash, reason: d, until: '2026-01-31'}
  - {case: alibaba/DescribeKey/Disabled, kind: malformed, reason: e, until: '2026-01-31'}
";

    fn known(today: Date) -> KnownFailures {
        load("known.yaml", LIST, &crate::suite::load::load(embedded(), None).unwrap(), today).unwrap()
    }

    #[test]
    fn only_what_fails_as_listed_is_known() {
        let known = known(date(2026, 1, 31));
        let response = |code: &str, status| Outcome { code: code.to_owned(), status };
        let (success, other) = (response("Success", 200), response("Success", 201));
        let (encrypt, disable) = ("alibaba/Encrypt/Disabled", "alibaba/DisableKey/Enabled");
        let scenario = "alibaba/only-enabled-keys-encrypt";
        let (crash, failure) = ("alibaba/Decrypt/Disabled", response("X", 500));

        for (id, verdict, kind, actual, wanted) in [
            (encrypt, Verdict::Fail, Some(Kind::Allowed), Some(&success), Some(ListedOutcome::Holds)),
            (encrypt, Verdict::Fail, Some(Kind::Allowed), Some(&other), Some(ListedOutcome::Differs)),
            (encrypt, Verdict::Fail, Some(Kind::Effect), Some(&success), Some(ListedOutcome::Differs)),
            (encrypt, Verdict::Fail, Some(Kind::Code), None, Some(ListedOutcome::Differs)),
            (encrypt, Verdict::Pass, None, Some(&success), Some(ListedOutcome::Passes)),
            (encrypt, Verdict::Inconclusive, Some(Kind::Fixture), Some(&success), None),
            (encrypt, Verdict::Skipped, Some(Kind::Unavailable), None, None),
            (disable, Verdict::Fail, Some(Kind::Effect), Some(&success), Some(ListedOutcome::Holds)),
            (disable, Verdict::Fail, Some(Kind::Body), Some(&success), Some(ListedOutcome::Differs)),
            (disable, Verdict::Fail, Some(Kind::Status), Some(&success), Some(ListedOutcome::Differs)),
            (scenario, Verdict::Inconclusive, Some(Kind::Fixture), Some(&success), Some(ListedOutcome::Holds)),
            (scenario, Verdict::Inconclusive, Some(Kind::Transport), None, None),
            (scenario, Verdict::Fail, Some(Kind::Allowed), Some(&success), Some(ListedOutcome::Differs)),
            (scenario, Verdict::Pass, None, None, Some(ListedOutcome::Passes)),
            (encrypt, Verdict::Inconclusive, Some(Kind::Unstable), Some(&success), None),
            (encrypt, Verdict::NotRun, Some(Kind::Cut), None, None),
            (crash, Verdict::Fail, Some(Kind::Crash), Some(&failure), Some(ListedOutcome::Holds)),
            (crash, Verdict::Fail, Some(Kind::Crash), None, Some(ListedOutcome::Holds)),
            (crash, Verdict::Fail, Some(Kind::Malformed), None, Some(ListedOutcome::Differs)),
            (crash, Verdict::Fail, Some(Kind::Code), Some(&failure), Some(ListedOutcome::Differs)),
            (crash, Verdict::Inconclusive, Some(Kind::Transport), None, None),
            (
                "alibaba/Decrypt/PendingDeletion",
                Verdict::Fail,
                Some(Kind::Crash),
                Some(&failure),
                Some(ListedOutcome::Holds),
            ),
            ("alibaba/Decrypt/PendingDeletion", Verdict::Fail, Some(Kind::Crash), None, Some(ListedOutcome::Differs)),
            (
                "alibaba/DescribeKey/Disabled",
                Verdict::Fail,
                Some(Kind::Malformed),
                Some(&success),
                Some(ListedOutcome::Holds),
            ),
            ("alibaba/Encrypt/Enabled", Verdict::Fail, Some(Kind::Rejected), Some(&other), None),
        ] {
            let listed = known.judge(id, verdict, kind, actual);
            assert_eq!(listed.map(|listed| listed.outcome), wanted, "{id} {verdict} {kind:?} {actual:?}");
        }
    }

    #[test]
    fn an_entry_counts_to_the_end_of_its_last_day() {
        let success = Outcome { code: "Success".to_owned(), status: 200 };
        let outcome = |today, verdict| {
            let kind = (verdict == Verdict::Fail).then_some(Kind::Allowed);
            known(today).judge("alibaba/Encrypt/Disabled", verdict, kind, Some(&success)).map(|listed| listed.outcome)
        };
        assert_eq!(outcome(date(2026, 1, 31), Verdict::Fail), Some(ListedOutcome::Holds));
        assert_eq!(outcome(date(2026, 2, 1), Verdict::Fail), Some(ListedOutcome::Expired));
        assert_eq!(outcome(date(2026, 2, 1), Verdict::Pass), Some(ListedOutcome::Passes));
    }
}
