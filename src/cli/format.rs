//! The form of what is listed: for people, or for programs.

use clap::ValueEnum;

/// The form of an output.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Plain,
    /// For programs
    Json,
}
