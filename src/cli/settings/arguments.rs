//! The flags that name the file and a target of it.

use std::path::PathBuf;

use clap::Args;

// The flags that name the file and a target of it. They are read before the rest of the command line is put together.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(in crate::cli) struct SettingsArguments {
    /// A target of the configuration file, by its name
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The configuration file, in which every flag can stand [default: kms-conformance.toml, if the working directory has
    /// one]. Before it come variables of the environment, such as KMS_CONFORMANCE_MAX_KEYS for --max-keys; a switch that one
    /// of them turns on is turned off by =false
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}
