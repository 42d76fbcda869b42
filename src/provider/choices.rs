//! What a user chose of the options of a provider.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Declaration, ProviderOption, registry};

/// A value for every option of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices(BTreeMap<&'static str, &'static str>);

/// Why options can't be chosen.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ChoiceError {
    /// The option is another provider's, or nobody's.
    #[error("`--{option}` is not an option of the provider `{provider}`{}", of_other(option))]
    Option {
        /// The provider.
        provider: &'static str,
        /// The option.
        option: String,
    },
    /// The option does not have this value.
    #[error("`--{option}` can't be `{value}`, only one of {}", values.join(", "))]
    Value {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What it can be.
        values: Vec<&'static str>,
    },
}

impl Choices {
    /// The default of every option.
    pub fn defaults(provider: &Declaration) -> Self {
        Self(provider.options.iter().map(|option| (option.name, option.default())).collect())
    }

    /// What was given, and the default of every other option.
    ///
    /// # Errors
    ///
    /// The provider does not have such an option, or the option does not have such a value.
    pub fn of<'a>(
        provider: &Declaration,
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ChoiceError> {
        let mut choices = Self::defaults(provider);
        for (name, value) in given {
            let Some(option) = provider.options.iter().find(|option| option.name == name) else {
                return Err(ChoiceError::Option { provider: provider.name, option: name.to_owned() });
            };
            choices.0.insert(option.name, known(option, value)?);
        }
        Ok(choices)
    }

    /// The value of an option; the empty text if the provider does not declare it.
    pub fn value(&self, option: &str) -> &'static str {
        self.0.get(option).copied().unwrap_or_default()
    }
}

/// A value of an option as it is declared.
fn known(option: &ProviderOption, value: &str) -> Result<&'static str, ChoiceError> {
    let values = || option.values.iter().map(|known| known.name);
    values().find(|known| *known == value).ok_or_else(|| ChoiceError::Value {
        option: option.name,
        value: value.to_owned(),
        values: values().collect(),
    })
}

/// Says whose option it is, if it is another provider's.
fn of_other(option: &str) -> String {
    let has_it = |provider: &&&Declaration| provider.options.iter().any(|own| own.name == option);
    registry::all().iter().find(has_it).map_or_else(String::new, |other| format!(" but of `{}`", other.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alibaba() -> &'static Declaration {
        registry::by_name("alibaba").unwrap()
    }

    #[test]
    fn options_that_are_not_given_have_their_defaults() {
        let choices = Choices::of(alibaba(), [("signature", "v3")]).unwrap();
        assert_eq!((choices.value("signature"), choices.value("format")), ("v3", "json"));
        assert_eq!(Choices::of(alibaba(), []).unwrap(), Choices::defaults(alibaba()));
    }

    #[test]
    fn unknown_options_and_values_are_rejected() {
        let message = |given| Choices::of(alibaba(), [given]).unwrap_err().to_string();
        assert_eq!(message(("color", "red")), "`--color` is not an option of the provider `alibaba`");
        assert_eq!(message(("format", "cbor")), "`--format` can't be `cbor`, only one of json, xml");
    }
}
