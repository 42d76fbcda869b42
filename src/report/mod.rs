//! Reports: each is a fold over the [`Event`](crate::event::Event)s of a run, in a file or folder of its own.
//!
//! - `console`: what a person sees: progress, the failures, the table and one closing line.
//! - `json`: `results.json`, the stored form of the events; [`results`] reads it back and replays it.
//! - `junit`: JUnit XML for continuous integration.
//! - `html`, `markdown`, `tap`, `badge`, `league`: made of [`results`] alone.
//!
//! `har` records every request and response of a run, and plays them again.
//! `history` keeps the results of many runs and finds what changes from run to run.
//! `gathered` makes results of the events of a run that is at hand, and `github` annotations of them.
//! `merge` makes one result of several, `difference` finds what changed between two, and `baseline` what is new in a run.
//!
//! What they share: `destination` writes a file whole or not at all, `claim` keeps it for one run, [`failure_text`] describes in words what is wrong
//! with a case, `listed_text` what the list of known failures says of it, `cause` groups the cases that were not judged,
//! `pattern` finds what many failures have in common, `redacted` replaces secrets in JSON, [`curl`] shows a request as a command, and [`text`] makes what a
//! server sent harmless.

#[cfg(feature = "cli")]
pub mod badge;
#[cfg(feature = "cli")]
pub mod baseline;
pub mod call;
#[cfg(feature = "cli")]
pub(crate) mod cause;
#[cfg(feature = "cli")]
pub mod claim;
#[cfg(feature = "cli")]
pub mod console;
pub mod curl;
#[cfg(feature = "cli")]
pub mod destination;
#[cfg(feature = "cli")]
pub mod difference;
pub mod failure_text;
#[cfg(feature = "cli")]
mod fold;
#[cfg(feature = "cli")]
pub mod gathered;
#[cfg(feature = "cli")]
pub mod github;
#[cfg(feature = "cli")]
pub mod har;
#[cfg(feature = "cli")]
pub mod history;
#[cfg(feature = "cli")]
pub mod html;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod junit;
#[cfg(feature = "cli")]
pub mod layout;
#[cfg(feature = "cli")]
pub mod league;
mod listed_text;
#[cfg(feature = "cli")]
pub mod markdown;
#[cfg(feature = "cli")]
pub mod merge;
#[cfg(feature = "cli")]
pub(crate) mod pattern;
#[cfg(all(feature = "cli", unix))]
mod pipe;
#[cfg(feature = "cli")]
mod redacted;
pub mod results;
#[cfg(feature = "cli")]
pub mod tap;
pub mod text;

#[cfg(test)]
pub(crate) mod sample;

#[cfg(feature = "cli")]
pub use self::fold::{Report, ReportError, Reports};
