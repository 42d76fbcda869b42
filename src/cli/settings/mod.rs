//! Settings: what a flag is when the command line does not give it.
//!
//! The file `kms-conformance.toml` holds flags by their names, for all targets and for each. The environment comes before
//! the file, and the command line before both. What they give is put into the command line, so that every flag is read and
//! checked in one way, and none can be forgotten.

mod arguments;
mod error;
mod file;
mod key;
mod layers;
mod schema;
mod secret;
#[cfg(test)]
mod tests;

pub(super) use self::arguments::SettingsArguments;
pub use self::error::SettingsError;
pub(super) use self::key::PREFIX;
pub(super) use self::layers::{Layered, layered};
pub use self::schema::schema;

/// The name of the file that is looked for in the working directory.
const FILE: &str = "kms-conformance.toml";

/// The commands that take settings.
const COMMANDS: [&str; 5] = ["run", "plan", "sweep", "doctor", "call"];
