//! Whether a run goes on, and why not.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::failure::Failure;

/// So many cases without any answer of the service end the run, if there never was one.
const MOST_SILENT: usize = 3;

/// So many cases in a row whose credentials are refused end the run, though some were accepted before.
const MOST_DENIED: usize = 5;

/// Whether a run goes on: what all of its tasks look at.
#[derive(Debug, Default)]
pub(super) struct RunStatus {
    /// Ends the run: no further case is begun.
    pub(super) stop: CancellationToken,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    stopped: Option<String>,
    /// How many cases met no service at all.
    silent: usize,
    /// How many cases in a row were refused their credentials.
    denied: usize,
    /// How many cases were rejected with the same response, before anything was accepted.
    rejected: (String, usize),
}

impl RunStatus {
    /// Ends the run for a reason; the first one is kept.
    pub(super) fn halt(&self, reason: String) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.stop.is_cancelled() {
            counts.stopped.get_or_insert(reason);
            self.stop.cancel();
        }
    }

    /// Why the run ended before its last case, if it did.
    pub(super) fn reason(&self) -> Option<String> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).stopped.clone()
    }

    /// The reason of a case that the end of the run came before.
    pub(super) fn why_not_judged(&self) -> String {
        format!("not judged: {}", self.reason().unwrap_or_else(|| "the run was stopped".to_owned()))
    }

    /// Looks whether what a case came to ends the run. `selected` is the number of cases of the run, `accepted` whether
    /// the service has ever accepted a request and `answered` whether it has ever answered one.
    pub(super) fn consider(
        &self,
        failure: Option<&Failure>,
        endpoint: &str,
        selected: usize,
        accepted: bool,
        answered: bool,
    ) {
        let reason = self.verdict_on(failure, endpoint, selected, accepted, answered);
        if let Some(reason) = reason {
            self.halt(reason);
        }
    }

    fn verdict_on(
        &self,
        failure: Option<&Failure>,
        endpoint: &str,
        selected: usize,
        accepted: bool,
        answered: bool,
    ) -> Option<String> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failure) = failure else {
            counts.denied = 0;
            return None;
        };
        if let Some(reason) = &failure.ends_run {
            return Some(reason.clone());
        }

        if failure.silent && !answered {
            counts.silent += 1;
            let enough = counts.silent >= MOST_SILENT.min(selected);
            return enough.then(|| format!("no service answers at {endpoint}: {}", failure.reason));
        }

        match &failure.denied {
            None => counts.denied = 0,
            Some(text) => {
                counts.denied += 1;
                return (counts.denied >= MOST_DENIED).then(|| text.clone());
            }
        }

        // Everything is refused alike: that is known by its being everything, whatever the code.
        let response = failure.blocked_by.as_ref().and_then(|by| by.response.as_ref())?;
        if accepted || response.status >= 500 || failure.unsupported {
            return None;
        }
        let code = format!("{} ({})", response.code, response.status);
        if counts.rejected.0 == code {
            counts.rejected.1 += 1;
        } else {
            counts.rejected = (code, 1);
        }
        let (code, times) = &counts.rejected;
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

    #[test]
    fn a_refusal_of_everything_is_known_by_being_of_everything() {
        let status = RunStatus::default();
        for _ in 0..2 {
            status.consider(Some(&rejected("MissingParameter")), "http://x", 10, false, true);
        }
        assert_eq!(status.reason(), None);
        status.consider(Some(&rejected("MissingParameter")), "http://x", 10, false, true);
        let reason = "the endpoint rejects everything: MissingParameter (400) no token";
        assert_eq!(status.reason().as_deref(), Some(reason));
    }

    #[test]
    fn an_endpoint_that_accepts_something_or_rejects_unlike_goes_on() {
        let status = RunStatus::default();
        for code in ["A", "B", "A", "B", "A", "B"] {
            status.consider(Some(&rejected(code)), "http://x", 10, false, true);
        }
        for _ in 0..9 {
            status.consider(Some(&rejected("C")), "http://x", 10, true, true);
        }
        assert_eq!(status.reason(), None);
    }

    #[test]
    fn credentials_that_are_refused_again_and_again_end_the_run() {
        let status = RunStatus::default();
        let denied = Failure { denied: Some("refused".to_owned()), ..Failure::inconclusive(Kind::Refusal, "x") };
        for _ in 0..3 {
            status.consider(Some(&denied), "http://x", 10, true, true);
        }
        status.consider(None, "http://x", 10, true, true);
        for _ in 0..4 {
            status.consider(Some(&denied), "http://x", 10, true, true);
        }
        assert_eq!(status.reason(), None);
        status.consider(Some(&denied), "http://x", 10, true, true);
        assert_eq!(status.reason().as_deref(), Some("refused"));
    }
}
