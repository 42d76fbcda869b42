//! Who may use a mock, whichever cloud it is of, and the region of requests that name none.

use clap::Args;

use crate::cli::{CliError, Context};
use crate::provider::registry;
use crate::redact::Secret;

// Who may use a mock.
#[derive(Debug, Args)]
#[command(next_help_heading = "Requests that are accepted")]
pub(super) struct AccessArguments {
    /// An access key that may sign requests, instead of the example of the cloud's documents; may be given several times
    #[arg(long, value_name = "ID")]
    access_key_id: Vec<String>,
    /// The environment variable that holds the secret of the --access-key-id in the same position [default for a single one:
    /// that of the cloud's tools, such as ALIBABA_CLOUD_ACCESS_KEY_SECRET or AWS_SECRET_ACCESS_KEY]
    #[arg(long, value_name = "NAME", requires = "access_key_id")]
    access_key_secret_env: Vec<String>,
    /// Also accept unsigned requests, as those of the first access key's account
    #[arg(long)]
    pub(super) anonymous: bool,
    /// The region of requests that name none [default: cn-hangzhou, us-east-1 for aws]
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
}

impl AccessArguments {
    /// The ids and secrets that were given, for the mock of this provider.
    pub(super) fn access_keys(&self, provider: &str, context: &Context) -> Result<Vec<(&str, Secret)>, CliError> {
        let usual = registry::by_name(provider).map(|provider| provider.credential_variables.secret.to_owned());
        let usual: Vec<String> = usual.into_iter().collect();
        let names = match (self.access_key_id.len(), self.access_key_secret_env.len()) {
            (1, 0) => &usual,
            (ids, names) if ids == names => &self.access_key_secret_env,
            (ids, names) => return Err(CliError::UnevenAccessKeys { ids, names }),
        };

        self.access_key_id
            .iter()
            .zip(names)
            .map(|(id, name)| {
                let secret = context.secret(name)?.ok_or_else(|| CliError::NoSecret(name.clone()))?;
                Ok((id.as_str(), secret))
            })
            .collect()
    }
}
