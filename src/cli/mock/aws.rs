//! What is special about the mock of AWS KMS.

use clap::Args;

use super::access::AccessArguments;
use crate::cli::{CliError, Context};
use crate::mock::{AwsAccessKey, AwsConfig};

/// The name of the cloud in the registry.
pub(super) const PROVIDER: &str = "aws";

// What is special about the mock of AWS KMS.
#[derive(Debug, Args)]
#[command(next_help_heading = "AWS options")]
pub(super) struct AwsArguments {
    /// The account of the access keys, twelve digits; given several times, that of the --access-key-id in the same position
    /// [default: 111122223333]
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Vec<String>,
    /// How many seconds a replica is Creating after ReplicateKey, and relatives are Updating after UpdatePrimaryRegion, by the
    /// clock of keys [default: 0]
    #[arg(long, value_name = "SECONDS")]
    transition_seconds: Option<u32>,
}

/// Reads the id of an account.
fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account has twelve digits".to_owned()) }
}

impl AwsArguments {
    /// Rejects what was given when another cloud is served, which would ignore it.
    pub(super) fn refuse_for(&self, provider: &'static str) -> Result<(), CliError> {
        let given =
            [("--account", !self.account.is_empty()), ("--transition-seconds", self.transition_seconds.is_some())];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((flag, _)) => Err(CliError::FlagOfOtherMock { flag, of: PROVIDER, provider }),
        }
    }

    /// The settings that the arguments stand for, with these deviations.
    pub(super) fn config(
        &self,
        access: &AccessArguments,
        deviations: &[String],
        context: &Context,
    ) -> Result<AwsConfig, CliError> {
        let mut config = AwsConfig::default().deviating(deviations)?;
        config.region = access.region.clone().unwrap_or(config.region);

        let keys = access.access_keys(PROVIDER, context)?;
        if !keys.is_empty() {
            config.access_keys = keys.iter().map(|(id, secret)| AwsAccessKey::new(*id, secret.expose())).collect();
        }

        match self.account.as_slice() {
            [] => {}
            [account] => config.access_keys = config.access_keys.into_iter().map(|key| key.account(account)).collect(),
            accounts if accounts.len() == config.access_keys.len() => {
                let pairs = config.access_keys.into_iter().zip(accounts);
                config.access_keys = pairs.map(|(key, account)| key.account(account)).collect();
            }
            accounts => {
                let (accounts, ids) = (accounts.len(), keys.len());
                return Err(CliError::UnevenAccounts { accounts, ids });
            }
        }

        if access.anonymous {
            let account = config.access_keys.first().map_or(AwsAccessKey::DEFAULT_ACCOUNT, AwsAccessKey::account_id);
            config.anonymous = Some(AwsAccessKey::new("anonymous", "").account(account));
        }
        config.transition_seconds = self.transition_seconds.unwrap_or_default();
        Ok(config)
    }
}
