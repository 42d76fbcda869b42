//! Whether a run goes on, and why not.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::failure::Failure;

/// So many cases without any response of the service end the run, if there never was one.
const MOST_SILENT: usize = 3;

/// So many cases in a row whose credentials are rejected end the run, even if some were accepted before.
const MOST_DENIED: usize = 5;

/// Whether a run goes on: shared by all of its tasks.
#[derive(Debug, Default)]
pub(super) struct RunStatus {
    /// Ends the run: no further case is begun.
    pub(super) stop: CancellationToken,
    /// Ends the clean-up too: nothing more is sent.
    pub(super) abandoned: CancellationToken,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Why the run ends.
    stopped: Option<String>,
    /// Why its clean-up ends.
    abandoned: Option<String>,
    /// How many cases met no service at all.
    silent: usize,
    /// How many cases in a row had their credentials rejected.
    denied: usize,
    /// The response with which the latest cases were rejected, and how many they are. Counted as long as the endpoint
    /// has accepted nothing.
    rejected: (String, usize),
}

/// What is known of the run and its endpoint when a case is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunFacts<'a> {
    pub(super) endpoint: &'a str,
    /// How many cases were selected.
    pub(super) selected: usize,
    /// Whether the endpoint has ever accepted a request.
    pub(super) accepted: bool,
    /// Whether the service has ever responded.
    pub(super) responded: bool,
}

impl RunStatus {
    /// Ends the run for a reason; the first reason is kept.
    pub(super) fn halt(&self, reason: String) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        // What comes after the first reason is a consequence of it.
        if !self.stop.is_cancelled() {
            counts.stopped.get_or_insert(reason);
            self.stop.cancel();
        }
    }

    /// Ends the run and its clean-up for a reason; the first reason is kept.
    pub(super) fn abandon(&self, reason: String) {
        self.halt(reason.clone());
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).abandoned.get_or_insert(reason);
        self.abandoned.cancel();
    }

    /// Why the clean-up ended before everything was removed, if it did.
    pub(super) fn why_abandoned(&self) -> Option<String> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).abandoned.clone()
    }

    /// Why the run ended before its last case, if it did.
    pub(super) fn reason(&self) -> Option<String> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).stopped.clone()
    }

    /// The reason of a case that was not over when the run ended.
    pub(super) fn why_not_judged(&self) -> String {
        format!("not judged: {}", self.reason().unwrap_or_else(|| "the run was stopped".to_owned()))
    }

    /// Ends the run if the outcome of a case shows that the others can't come to anything.
    pub(super) fn consider(&self, failure: Option<&Failure>, facts: RunFacts<'_>) {
        let reason = self.counts.lock().unwrap_or_else(PoisonError::into_inner).reason_to_end(failure, facts);
        if let Some(reason) = reason {
            self.halt(reason);
        }
    }
}

impl Counts {
    /// Counts the outcome of a case; a reason to end the run, if it is one.
    fn reason_to_end(&mut self, failure: Option<&Failure>, facts: RunFacts<'_>) -> Option<String> {
        let RunFacts { endpoint, selected, accepted, responded } = facts;
        let Some(failure) = failure else {
            self.denied = 0;
            return None;
        };
        // An exhausted quota or a full disk won't get better with the next case.
        if let Some(reason) = &failure.ends_run {
            return Some(reason.clone());
        }

        if failure.silent && !responded {
            self.silent += 1;
            let enough = self.silent >= MOST_SILENT.min(selected);
            return enough.then(|| format!("no service responds at {endpoint}: {}", failure.reason));
        }

        match &failure.denied {
            None => self.denied = 0,
            Some(text) => {
                self.denied += 1;
                return (self.denied >= MOST_DENIED).then(|| text.clone());
            }
        }

        // An endpoint that rejects every request is recognised by that, whatever the code.
        let response = failure.blocked_by.as_ref().and_then(|by| by.response.as_ref())?;
        if accepted || response.status >= 500 || failure.unsupported {
            return None;
        }
        let code = format!("{} ({})", response.code, response.status);
        if self.rejected.0 == code {
            self.rejected.1 += 1;
        } else {
            self.rejected = (code, 1);
        }
        let (code, times) = &self.rejected;
        let text = || format!("the endpoint rejects everything: {code} {}", response.message).trim_end().to_owned();
        (*times >= MOST_SILENT.min(selected)).then(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{BlockedBy, BlockedStep, BlockingResponse};
    use crate::verdict::Kind;

    fn rejected(code: &str) -> Failure {
        let by = BlockedBy {
            step: BlockedStep::Setup,
            operation: Some("CreateKey".to_owned()),
            key_class: None,
            state: None,
            response: Some(BlockingResponse { code: code.to_owned(), status: 400, message: "no token".to_owned() }),
            problem: "was rejected".to_owned(),
        };
        Failure::blocked(Kind::Fixture, by, "rejected")
    }

    fn facts(accepted: bool) -> RunFacts<'static> {
        RunFacts { endpoint: "http://x", selected: 10, accepted, responded: true }
    }

    #[test]
    fn the_same_rejection_of_every_case_ends_the_run() {
        let status = RunStatus::default();
        for _ in 0..2 {
            status.consider(Some(&rejected("MissingParameter")), facts(false));
        }
        assert_eq!(status.reason(), None);
        status.consider(Some(&rejected("MissingParameter")), facts(false));
        let reason = "the endpoint rejects everything: MissingParameter (400) no token";
        assert_eq!(status.reason().as_deref(), Some(reason));
    }

    #[test]
    fn different_rejections_or_an_accepted_request_do_not_end_the_run() {
        let status = RunStatus::default();
        for code in ["A", "B", "A", "B", "A", "B"] {
            status.consider(Some(&rejected(code)), facts(false));
        }
        for _ in 0..9 {
            status.consider(Some(&rejected("C")), facts(true));
        }
        assert_eq!(status.reason(), None);
    }

    #[test]
    fn credentials_that_are_rejected_many_times_in_a_row_end_the_run() {
        let status = RunStatus::default();
        let denied = Failure { denied: Some("denied".to_owned()), ..Failure::inconclusive(Kind::Denied, "x") };
        for _ in 0..3 {
            status.consider(Some(&denied), facts(true));
        }
        status.consider(None, facts(true));
        for _ in 0..4 {
            status.consider(Some(&denied), facts(true));
        }
        assert_eq!(status.reason(), None);
        status.consider(Some(&denied), facts(true));
        assert_eq!(status.reason().as_deref(), Some("denied"));
    }
}
