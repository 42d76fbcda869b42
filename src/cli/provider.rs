//! The provider, named by `--provider` or by the selectors, and its own options.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use thiserror::Error;

use super::CliError;
use super::again::Again;
use crate::mock;
use crate::provider::{ChoiceError, Choices, Declaration, OptionValue, ProviderOption, names, registry};
use crate::session::SessionError;
use crate::suite::selector::Selector;

// The provider.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cases")]
pub(super) struct ProviderArguments {
    /// The cloud whose cases are used [default: that of the selectors, or else the first of these]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(names()))]
    provider: Option<String>,
}

/// Why no provider could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// A selector names another provider than the flag.
    #[error("`--provider {provider}` contradicts the selector `{selector}`")]
    Contradiction {
        /// The provider of the flag.
        provider: String,
        /// The selector.
        selector: String,
    },
    /// Two selectors name different providers.
    #[error("the selectors `{first}` and `{second}` are of two providers; select cases of one")]
    Two {
        /// A selector.
        first: String,
        /// One of another provider.
        second: String,
    },
    /// Case files of a provider that is not registered.
    #[error("the case files are for the unknown provider `{name}`; known: {}", known())]
    Unknown {
        /// Its name.
        name: String,
    },
}

impl ProviderArguments {
    /// The name of the provider, if the flag or a selector gives it.
    pub(super) fn named(&self, selectors: &[Selector]) -> Result<Option<String>, ProviderError> {
        let known: Vec<&str> = names().collect();
        named_among(&known, self.provider.as_deref(), selectors)
    }
}

/// The provider of a name that stands in case files.
pub(super) fn find(name: &str) -> Result<&'static Declaration, ProviderError> {
    registry::by_name(name).ok_or_else(|| ProviderError::Unknown { name: name.to_owned() })
}

/// Checks that there is a bundled mock of a provider, which a command needs.
pub(super) fn must_have_mock(provider: &str) -> Result<(), CliError> {
    let provider = find(provider)?;
    match mock::registry::by_name(provider.name) {
        Some(_) => Ok(()),
        None => Err(SessionError::NoMock { provider: provider.name }.into()),
    }
}

/// The provider that the flag or a selector names. A selector names one by its first part; whatever else it begins with
/// is left to the selection, which knows what was meant.
fn named_among(known: &[&str], flag: Option<&str>, selectors: &[Selector]) -> Result<Option<String>, ProviderError> {
    let implied = selectors.iter().filter_map(|selector| match selector {
        Selector::Id(pattern) => {
            let first = pattern.split('/').next().unwrap_or_default();
            known.contains(&first).then_some((first, pattern.as_str()))
        }
        Selector::Predicate(..) => None,
    });

    let mut found = None;
    for (name, selector) in implied {
        if let Some(provider) = flag.filter(|flag| *flag != name) {
            let (provider, selector) = (provider.to_owned(), selector.to_owned());
            return Err(ProviderError::Contradiction { provider, selector });
        }
        let (earlier, first) = *found.get_or_insert((name, selector));
        if earlier != name {
            return Err(ProviderError::Two { first: first.to_owned(), second: selector.to_owned() });
        }
    }
    Ok(flag.or(found.map(|(name, _)| name)).map(str::to_owned))
}

fn known() -> String {
    names().collect::<Vec<_>>().join(", ")
}

/// The options of every provider, each under a heading of its own, and what was given of them.
#[derive(Debug, Default)]
pub(super) struct ProviderOptions(Vec<(&'static str, String)>);

impl ProviderOptions {
    /// The options that were given, for another command.
    pub(super) fn again(&self, again: &mut Again) {
        self.0.iter().for_each(|(name, value)| again.flag(name, Some(value)));
    }

    /// The choices of one provider.
    pub(super) fn choices(&self, provider: &Declaration) -> Result<Choices, ChoiceError> {
        Choices::of(provider, self.0.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

impl Args for ProviderOptions {
    fn augment_args(command: Command) -> Command {
        registry::all().iter().fold(command, |command, provider| {
            command.args(provider.options.iter().map(|option| argument(provider, option)))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ProviderOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let options = registry::all().iter().flat_map(|provider| provider.options);
        // A default must not count as given: the option may be another provider's.
        let given = options.filter(|option| matches.value_source(option.name) == Some(ValueSource::CommandLine));
        let value = |option: &ProviderOption| Some((option.name, matches.get_one::<String>(option.name)?.clone()));
        Ok(Self(given.filter_map(value).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn argument(provider: &Declaration, option: &ProviderOption) -> Arg {
    let value = |value: &OptionValue| PossibleValue::new(value.name).help(value.help);
    Arg::new(option.name)
        .long(option.name)
        .help(option.help)
        .help_heading(format!("{} options", provider.title))
        .value_name(option.value_name)
        .value_parser(PossibleValuesParser::new(option.values.iter().map(value)))
        .default_value(option.default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(flag: Option<&str>, selectors: &[&str]) -> Result<Option<String>, String> {
        let selectors: Vec<Selector> = selectors.iter().map(|text| text.parse().unwrap()).collect();
        named_among(&["alibaba", "toy"], flag, &selectors).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_part_of_a_selector_names_the_provider() {
        assert_eq!(named(None, &[]), Ok(None));
        assert_eq!(named(None, &["Encrypt/*", "state:Enabled", "**/Enabled"]), Ok(None));
        assert_eq!(named(None, &["Encrypt/*", "toy/Encrypt/*", "toy/**"]), Ok(Some("toy".to_owned())));
        assert_eq!(named(Some("toy"), &["Encrypt/*", "toy/Encrypt/*"]), Ok(Some("toy".to_owned())));
    }

    #[test]
    fn a_provider_and_a_selector_of_another_contradict() {
        let message = "`--provider alibaba` contradicts the selector `toy/Encrypt/*`";
        assert_eq!(named(Some("alibaba"), &["alibaba/**", "toy/Encrypt/*"]), Err(message.to_owned()));
        let message = "the selectors `alibaba/**` and `toy/Encrypt/*` are of two providers; select cases of one";
        assert_eq!(named(None, &["alibaba/**", "toy/Encrypt/*"]), Err(message.to_owned()));
    }

    #[test]
    fn options_are_those_that_were_given() {
        let parse = |line: &str| {
            let matches = ProviderOptions::augment_args(Command::new("x")).get_matches_from(line.split(' '));
            ProviderOptions::from_arg_matches(&matches).unwrap()
        };
        let provider = registry::by_name("alibaba").unwrap();
        assert_eq!(parse("x").choices(provider).unwrap(), Choices::defaults(provider));
        let choices = parse("x --signature v3").choices(provider).unwrap();
        assert_eq!((choices.value("signature"), choices.value("method")), ("v3", "post"));
    }
}
