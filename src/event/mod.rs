//! The only interface between running and reporting.
//!
//! A run emits a stream of [`Event`]s; a report is a fold over it. `results.json` is the stored form of the stream, so
//! the serialised names of these types are a promise (format version [`FORMAT`]).

mod blocked;
mod case;
mod exchange;
mod listed;
mod run;

use std::sync::Arc;

pub use self::blocked::{BlockedBy, BlockedStep, BlockingResponse};
pub use self::case::{CaseResult, Conflict, Lenient, Outcome, PathStep, PreviousVerdict, Source};
pub use self::exchange::{CallRecord, Exchange, Purpose, RequestRecord, ResponseRecord};
pub use self::listed::{Listed, ListedKind, ListedOutcome};
pub use self::run::{
    ClauseText, RouteCoverage, RunFooter, RunHeader, ShardHeader, ShardMethod, SuiteHeader, Summary, TableHeader,
    TargetHeader, Tool, TransitionHeader, Usage,
};
use crate::redact::SecretRegistry;
use crate::verdict::Verdict;

/// The version of the result format.
pub const FORMAT: u32 = 1;

/// What happened in a run, in the order in which it is to be reported: cases finish in the order of their ids.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run begins; comes first, once.
    RunStarted(Box<RunHeader>),
    /// A case is begun. Several may run at the same time; the order is that of execution.
    CaseStarted {
        /// The id of the case.
        id: Arc<str>,
    },
    /// A case was judged, in the order of execution: for progress only.
    CaseJudged {
        /// The id of the case.
        id: Arc<str>,
        /// Its verdict.
        verdict: Verdict,
    },
    /// The result of a case, in the order of ids.
    CaseFinished(Box<CaseResult>),
    /// A message about the run and not about a case, such as keys that were found and removed at its end.
    Notice {
        /// One line.
        message: String,
    },
    /// The run is stopped from outside, or since the endpoint no longer responds: what was made is removed now.
    Stopping {
        /// Why: one line.
        reason: String,
        /// How many keys the run has made and not removed.
        keys: u64,
        /// How many aliases.
        aliases: u64,
    },
    /// The run is over; comes last, once, also when it was cut short.
    RunFinished(Box<RunFooter>),
}

/// The longest text of an event that may repeat what an endpoint sent, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

impl Event {
    /// Replaces secrets in every text that may repeat what an endpoint sent, and limits its length.
    pub fn redact(&mut self, secrets: &SecretRegistry) {
        let redact = |text: &mut String| {
            secrets.redact_in(text);
            if text.len() > LONGEST_TEXT {
                let end = (0..=LONGEST_TEXT).rev().find(|end| text.is_char_boundary(*end));
                text.truncate(end.unwrap_or(0));
                text.push('…');
            }
        };

        match self {
            Self::RunStarted(_) | Self::CaseStarted { .. } | Self::CaseJudged { .. } => {}
            Self::CaseFinished(case) => case.texts().for_each(redact),
            Self::Notice { message } | Self::Stopping { reason: message, .. } => redact(message),
            Self::RunFinished(footer) => footer.stopped.iter_mut().chain(&mut footer.leaks).for_each(redact),
        }
    }
}
