//! What is special about the mock of AWS KMS.

use clap::Args;

use super::access::AccessArguments;
use crate::cli::{CliError, Context};
use crate::mock::{AwsAccessKey, AwsConfig};

/// The name of the cloud in the registry.
pub(super) const PROVIDER: &str = "aws";

/// What is special about the mock of AWS KMS.
#[derive(Debug, Args)]
#[command(next_help_heading = "AWS options")]
pub(super) struct AwsArguments {
    /// The account of the access keys, twelve digits [default: 111122223333]
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,
}

/// Reads the id of an account.
fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account has twelve digits".to_owned()) }
}

impl AwsArguments {
    /// Rejects what was given when another cloud is served, which would ignore it.
    pub(super) fn refuse_for(&self, provider: &'static str) -> Result<(), CliError> {
        match &self.account {
            None => Ok(()),
            Some(_) => Err(CliError::FlagOfOtherMock { flag: "--account", of: PROVIDER, provider }),
        }
    }

    /// The settings that the arguments stand for.
    pub(super) fn config(&self, access: &AccessArguments, context: &Context) -> Result<AwsConfig, CliError> {
        let mut config = AwsConfig::default();
        config.region = access.region.clone().unwrap_or(config.region);

        let keys = access.access_keys(PROVIDER, context)?;
        if !keys.is_empty() {
            config.access_keys = keys.iter().map(|(id, secret)| AwsAccessKey::new(*id, secret.expose())).collect();
        }
        if access.anonymous {
            config.anonymous = Some(AwsAccessKey::new("anonymous", ""));
        }

        if let Some(account) = &self.account {
            let moved = |key: AwsAccessKey| key.account(account);
            config.access_keys = config.access_keys.into_iter().map(moved).collect();
            config.anonymous = config.anonymous.map(moved);
        }
        Ok(config)
    }
}
