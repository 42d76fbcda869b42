//! Who may use the mock, and what it has from the start.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{CliError, Context};
use crate::input::read_text;
use crate::mock::{AccessKey, MockConfig, Seed};
use crate::yaml::BIGGEST_FILE;

/// The variable of a secret whose variable is not named.
const USUAL_SECRET_ENV: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";

/// Who may use the mock, and what it has from the start.
#[derive(Debug, Args)]
pub(super) struct AccountArguments {
    /// An access key that may sign requests, instead of the documents' example (testid / testsecret); may be given
    /// several times. Access keys of several accounts, temporary ones, and ones without every permission come from --seed
    #[arg(long, value_name = "ID")]
    access_key_id: Vec<String>,
    /// The environment variable that holds the secret of the --access-key-id in the same place [default for one:
    /// ALIBABA_CLOUD_ACCESS_KEY_SECRET]
    #[arg(long, value_name = "NAME", requires = "access_key_id")]
    access_key_secret_env: Vec<String>,
    /// Take requests without any signature too, as those of the first access key's account
    #[arg(long)]
    anonymous: bool,
    /// The region of requests whose host name says none
    #[arg(long, value_name = "REGION", default_value = "cn-hangzhou")]
    region: String,
    /// Begin with the access keys, keys and aliases of this file (YAML; examples/seed.yaml shows every field). A state
    /// file gets them once
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
}

impl AccountArguments {
    /// Whether there is a seed file.
    pub(super) fn has_seed(&self) -> bool {
        self.seed.is_some()
    }

    /// These settings with accounts and keys.
    pub(super) fn apply(&self, config: MockConfig, context: &Context) -> Result<MockConfig, CliError> {
        let mut config = MockConfig { region: self.region.clone(), ..config };
        let mut from_seed = Vec::new();
        if let Some(path) = &self.seed {
            let name = path.display().to_string();
            let text =
                read_text(path, BIGGEST_FILE).map_err(|source| CliError::ReadFile { path: name.clone(), source })?;
            let seed = Seed::parse(&name, &text, |name| context.secret(name))?;
            from_seed.clone_from(&seed.access_keys);
            config = seed.into_config(config);
        }
        let mut keys = self.access_keys(context)?;
        if !keys.is_empty() {
            let taken = |key: &AccessKey| self.access_key_id.iter().any(|id| id == key.id());
            keys.extend(from_seed.into_iter().filter(|key| !taken(key)));
            config.access_keys = keys;
        }
        if self.anonymous {
            let account = config.access_keys.first().map_or(AccessKey::DEFAULT_ACCOUNT, AccessKey::account_id);
            config.anonymous = Some(AccessKey::new("anonymous", "").account(account));
        }
        Ok(config)
    }

    fn access_keys(&self, context: &Context) -> Result<Vec<AccessKey>, CliError> {
        let usual = [USUAL_SECRET_ENV.to_owned()];
        let names = match (self.access_key_id.len(), self.access_key_secret_env.len()) {
            (1, 0) => &usual[..],
            (ids, names) if ids == names => &self.access_key_secret_env,
            (ids, names) => return Err(CliError::UnevenAccessKeys { ids, names }),
        };
        self.access_key_id
            .iter()
            .zip(names)
            .map(|(id, name)| {
                let secret = context.secret(name).ok_or_else(|| CliError::NoSecret(name.clone()))?;
                Ok(AccessKey::new(id, secret.expose()))
            })
            .collect()
    }
}
