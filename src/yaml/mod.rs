//! YAML that people write: typed values, and the place of everything in the text.
//!
//! Anchors, aliases and tags are mistakes: no file of this program needs them, and without them a file is never bigger
//! than it looks.

mod document;
mod part;
mod position;
mod scan;
mod shape;

pub use document::{Document, Outline};
pub use position::Path;
#[cfg(feature = "cli")]
pub(crate) use position::{Children, Node, Positions};

/// The biggest file that is read, in bytes.
pub const BIGGEST_FILE: usize = 8 << 20;
