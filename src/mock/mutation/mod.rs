//! Deviations: responses and effects that the published documents do not allow, made on purpose, so that a test of them can
//! be seen to fail.
//!
//! Each cloud has a folder of its own, which stands around the service of that cloud from outside. What they share:
//!
//! - `cell`: how a cell of a table is written that has another outcome;
//! - `form`: the techniques of responses whose form is wrong;
//! - `repertoire`: the deviations of a cloud, for those who do not know which cloud it is;
//! - `replaceable`: the deviations of a mock, which can be replaced while it runs;
//! - `step`: the techniques by which a deviation wraps an operation;
//! - `text`: how the text of a deviation is read.

mod alibaba;
mod aws;
mod cell;
mod form;
mod repertoire;
mod replaceable;
mod step;
mod text;

pub use self::alibaba::{
    CellDeviation, Deviation, GeneralFault, Named, ParseDeviationError, ResponseFault, StateEffect,
};
pub use self::aws::{AwsDeviation, ParseAwsDeviationError};
#[cfg(test)]
pub(crate) use self::cell::CellText;
pub use self::cell::{CellError, DeviantOutcome};
pub use self::repertoire::KnownDeviation;
#[cfg(feature = "cli")]
pub(crate) use self::repertoire::Repertoire;

/// The deviations of Alibaba Cloud KMS.
#[cfg(feature = "cli")]
pub(crate) const ALIBABA: Repertoire = Repertoire::of::<Deviation>();

/// The deviations of AWS KMS.
#[cfg(feature = "cli")]
pub(crate) const AWS: Repertoire = Repertoire::of::<AwsDeviation>();
