//! What the tests of a process share, and how one of them is run.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use libtest_mimic::Failed;
use tokio::runtime::Runtime;

use super::alone::Order;
use super::builder::{Harness, connection};
use super::listing::Listed;
use super::outage::Outage;
use super::program::Say;
use super::stop::Stop;
use crate::event::{CaseResult, Event};
use crate::report::failure_text::FailureText;
use crate::session::reach;
use crate::session::{LiveTarget, Session, SessionOptions};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// What the tests of a process share.
pub(super) struct Tests {
    pub(super) harness: Harness,
    pub(super) suite: Arc<Suite>,
    pub(super) runtime: Runtime,
    pub(super) stop: Stop,
    pub(super) order: Order,
    pub(super) outage: Outage,
    pub(super) say: Say,
    /// Whether this process runs one test of many, so that nothing is known of the endpoint yet.
    pub(super) one_of_many: bool,
    /// What is only started when a test runs.
    pub(super) live: OnceLock<Result<LiveTarget, String>>,
}

impl Tests {
    /// Runs a case as a test.
    pub(super) fn run(&self, listed: Listed) -> Result<(), Failed> {
        if let Some(reason) = listed.ignored {
            return Err(Failed::from(format!("it can't be run: {reason}")));
        }
        self.check_outage()?;
        if self.one_of_many {
            self.check_endpoint()?;
        }

        let live = self.live.get_or_init(|| self.start()).as_ref().map_err(Failed::from)?;
        let place = self.order.wait(listed.alone).map_err(Failed::from)?;
        let under_way = self.stop.begin();
        let result = self.runtime.block_on(self.run_case(live, listed.index));
        drop((under_way, place));

        let case = result?;
        if case.verdict == Verdict::Inconclusive {
            // One line says more than what became of each request.
            self.check_endpoint()?;
        }
        judged(&case)
    }

    /// Whether the endpoint responded when it was last needed.
    fn check_outage(&self) -> Result<(), Failed> {
        self.outage.reason().map_or(Ok(()), |reason| Err(Failed::from(format!("not run: {reason}"))))
    }

    /// Whether the endpoint responds now.
    pub(super) fn check_endpoint(&self) -> Result<(), Failed> {
        let Some(target) = self.harness.target() else { return Ok(()) };
        let reached = self.runtime.block_on(reach::once(&self.suite, &target, &super::builder::quick_connection()));
        reached.map_err(|error| {
            let reason = error.into_text();
            self.outage.note(&reason);
            Failed::from(reason)
        })
    }

    fn start(&self) -> Result<LiveTarget, String> {
        let connection = connection();
        let start = LiveTarget::start(self.harness.destination()?, &connection);
        self.runtime.block_on(start).map_err(|error| error.to_string())
    }

    async fn run_case(&self, target: &LiveTarget, index: usize) -> Result<CaseResult, Failed> {
        let options = SessionOptions {
            jobs: Some(NonZeroUsize::MIN),
            connection: connection(),
            ledger: self.harness.ledger.clone(),
            ..SessionOptions::default()
        };
        let session = Session::new(Arc::clone(&self.suite), vec![index], target, options)
            .map_err(|error| Failed::from(error.to_string()))?;

        let mut result = None;
        let keep = |event| {
            if let Event::CaseFinished(case) = event {
                result = Some(*case);
            }
        };
        let footer = session.run(self.stop.interrupt().clone(), keep).await;
        for leak in &footer.leaks {
            // That keys can't be removed is a failure of the cases of that operation.
            (self.say)(&format!("{}: left behind: {leak}", self.suite.cases[index].id));
        }
        result.ok_or_else(|| Failed::from("the case has no result"))
    }
}

fn judged(case: &CaseResult) -> Result<(), Failed> {
    const LONGEST_RESPONSE: usize = 1000;
    match case.verdict {
        Verdict::Pass | Verdict::KnownFailure => Ok(()),
        // Nothing is skipped that was listed, and a test that was not run must not be shown as passed.
        Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive | Verdict::UnexpectedPass | Verdict::Fail => {
            Err(Failed::from(format!("{}: {}", case.verdict, FailureText::of(case, LONGEST_RESPONSE).to_text())))
        }
    }
}
