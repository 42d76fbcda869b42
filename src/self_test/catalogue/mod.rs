//! The catalogue: every deviation of the mock that the suite must notice, and the cases that must.
//!
//! It is data, in `catalogue.yaml`, because the mock knows no cases and the cases know no mock.
//!
//! - `file`: the shape of that file;
//! - `variables`: the variables of an entry, and what stands for them;
//! - `load`: the file → checked entries;
//! - `entry`: an entry, and the cases that it means in a suite.

mod entry;
mod file;
mod load;
#[cfg(test)]
mod tests;
mod variables;

pub use self::entry::CatalogueEntry;
pub(super) use self::entry::Expectations;
pub use self::file::Family;
pub use self::load::catalogue;
