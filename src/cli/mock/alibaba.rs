//! What is special about the mock of Alibaba Cloud KMS: what it has from the start.

use std::cell::Cell;
use std::path::PathBuf;

use clap::Args;

use super::access::AccessArguments;
use crate::cli::{CliError, Context};
use crate::input::read_text;
use crate::mock::{AccessKey, AlibabaConfig, Seed};
use crate::yaml::BIGGEST_FILE;

/// The name of the cloud in the registry.
pub(super) const PROVIDER: &str = "alibaba";

// What is special about the mock of Alibaba Cloud KMS.
#[derive(Debug, Args)]
#[command(next_help_heading = "Alibaba Cloud options")]
pub(super) struct AlibabaArguments {
    /// Begin with the access keys, keys and aliases in this file (YAML; examples/seed.yaml shows every field). With --state,
    /// they are added once
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
}

impl AlibabaArguments {
    /// Whether there is a seed file.
    pub(super) fn has_seed(&self) -> bool {
        self.seed.is_some()
    }

    /// Rejects what was given when another cloud is served, which would ignore it.
    pub(super) fn refuse_for(&self, provider: &'static str) -> Result<(), CliError> {
        let given = [("--seed", self.seed.is_some())];
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
    ) -> Result<AlibabaConfig, CliError> {
        let mut config = AlibabaConfig::default().deviating(deviations)?;
        config.region = access.region.clone().unwrap_or(config.region);
        let mut from_seed = Vec::new();
        if let Some(path) = &self.seed {
            let name = path.display().to_string();
            let text =
                read_text(path, BIGGEST_FILE).map_err(|source| CliError::ReadFile { path: name.clone(), source })?;
            let wrong = Cell::new(None);
            let secret = |name: &str| {
                context.secret(name).unwrap_or_else(|error| {
                    wrong.set(Some(error));
                    None
                })
            };
            let seed = Seed::parse(&name, &text, secret);
            // It says more than that a variable is not there.
            if let Some(error) = wrong.take() {
                return Err(error.into());
            }
            let seed = seed?;
            from_seed.clone_from(&seed.access_keys);
            config = seed.into_config(config);
        }

        let keys = access.access_keys(PROVIDER, context)?;
        if !keys.is_empty() {
            // What the command line says of an access key counts more than the seed.
            let taken = |key: &AccessKey| keys.iter().any(|(id, _)| *id == key.id());
            let from_seed = from_seed.into_iter().filter(|key| !taken(key));
            let given = keys.iter().map(|(id, secret)| AccessKey::new(*id, secret.expose()));
            config.access_keys = given.chain(from_seed).collect();
        }

        if access.anonymous {
            let account = config.access_keys.first().map_or(AccessKey::DEFAULT_ACCOUNT, AccessKey::account_id);
            config.anonymous = Some(AccessKey::new("anonymous", "").account(account));
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        alibaba: AlibabaArguments,
    }

    #[test]
    fn no_flag_is_ignored_by_the_mock_of_another_cloud() {
        let refused = |words: &[&str]| Only::parse_from(words).alibaba.refuse_for("other").err();
        assert!(refused(&["mock"]).is_none());

        let command = Only::command();
        let flags: Vec<_> = command.get_arguments().filter(|argument| argument.get_id() != "help").collect();
        assert!(!flags.is_empty());
        for argument in flags {
            let flag = format!("--{}", argument.get_long().unwrap());
            let mut words = vec!["mock", &flag];
            words.extend(argument.get_action().takes_values().then_some("x"));
            let error = refused(&words).unwrap_or_else(|| panic!("{flag} is ignored")).to_string();
            assert!(error.ends_with("is for the mock of `alibaba`, and this one is of `other`"), "{error}");
            assert!(words.iter().any(|word| error.starts_with(word)), "{error}");
        }
    }
}
