//! State that lasts: a journal file that every change is appended to before its request gets a response.
//!
//! The file is a text. Its first line names kind and format, the second says how many lines after it were finished; each
//! of those is one batch of changes, a JSON array after a checksum that covers all lines before it. A change sets a record (of a key, an alias…) as a whole or removes
//! it, so reading the file is taking the last record of each name. Whatever requests are waiting at one
//! time are written as one line with one sync, so the more come at once the less each costs. The second line
//! is written over after each sync, before the response is sent. So a line that a crash cut off, and that was never reported
//! to a client, is dropped; a file from which a finished line is missing, or with any other line that does not agree with
//! its checksum, is damaged and is not used. A file is made under another name first, so an empty one is damaged too. When the file has grown to several times what it holds, it is written anew beside itself and renamed.
//!
//! An embedded database would do more than is needed, write whole pages where a line will do, and does not look at its
//! checksums unless it was left open, so damage would show late or not at all.
//!
//! The file holds key material in the clear, as the mock's memory does. It is made readable for its owner alone.

mod change;
mod error;
mod file;
mod journal;
mod keeper;
mod restore;
mod setting;

pub(crate) use change::Change;
pub use error::StateError;
pub(crate) use journal::{Journal, NotSaved};
pub(crate) use keeper::Keeper;
pub(crate) use restore::Restored;
pub use restore::StateSummary;
