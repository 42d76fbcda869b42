//! YAML that people write: typed values, and the place of everything in the text.
//!
//! Anchors, aliases and tags are mistakes: no file of this program needs them, and without them a file is never bigger
//! than it looks.

mod document;
mod map;
mod node;
mod part;
mod path;
mod scalar;
mod scan;
mod shape;
mod token;

pub use document::{Document, Outline};
#[cfg(feature = "cli")]
pub(crate) use map::{Entry, Map};
#[cfg(feature = "cli")]
pub(crate) use node::{Node, Value};
pub use path::Path;

/// The most values of a file: each takes some hundred bytes in memory, and no more than two in the file.
pub(crate) const MOST_VALUES: usize = 500_000;

/// That there are more.
pub(crate) const TOO_MANY_VALUES: &str = "the file holds too many values";

/// The biggest file that is read, in bytes.
pub const BIGGEST_FILE: usize = 8 << 20;
