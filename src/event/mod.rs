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
pub use self::case::{Answered, CaseResult, Lenient, Source};
pub use self::exchange::{AnswerRecord, Exchange, Purpose, RequestRecord};
pub use self::listed::{Listed, ListedKind, ListedOutcome};
pub use self::run::{RouteTally, RunFooter, RunHeader, SuiteHeader, Summary, TargetHeader, Tool, Usage};
use crate::redact::SecretRegistry;
use crate::verdict::Verdict;

/// The version of the result format.
pub const FORMAT: u32 = 1;

/// What happened in a run, in the order in which it is to be reported: cases finish in the order of their ids.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run begins; comes first, once.
    RunStarted(Box<RunHeader>),
    /// A case is being asked. Several may be under way; the order is that of execution.
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
    /// Something that a person should know and that belongs to no case, such as a key that could not be removed.
    Notice {
        /// One line.
        message: String,
    },
    /// The run is over; comes last, once, also when it was cut short.
    RunFinished(Box<RunFooter>),
}

/// The longest text of an event that an endpoint has a part in, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

impl Event {
    /// Replaces secrets in everything that an endpoint may have had a part in, and bounds its length.
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
            Self::Notice { message } => redact(message),
            Self::RunFinished(footer) => footer.stopped.iter_mut().chain(&mut footer.leaks).for_each(redact),
        }
    }
}
