//! The providers by name. Another cloud is another folder beside these and a line here.

use super::{Declaration, alibaba, aws};

/// The first is the default.
static ALL: [&Declaration; 2] = [&alibaba::DECLARATION, &aws::DECLARATION];

/// Every provider.
pub fn all() -> &'static [&'static Declaration] {
    &ALL
}

/// The names of all providers.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|provider| provider.name)
}

/// The provider of a name.
pub fn by_name(name: &str) -> Option<&'static Declaration> {
    ALL.iter().copied().find(|provider| provider.name == name)
}

/// The provider that is used unless another is named.
pub fn default_provider() -> &'static Declaration {
    ALL[0]
}

/// The environment variables whose values must never be written, of every provider: they may be set whichever provider
/// is used.
pub fn secret_variables() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|provider| provider.credential_variables.secrets())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::provider::Choices;

    #[test]
    fn names_find_their_providers() {
        for name in names() {
            let provider = by_name(name).unwrap();
            assert_eq!((provider.name, provider.provider().declaration().name), (name, name));
        }
        assert!(by_name("nobody").is_none());
    }

    #[test]
    fn no_two_providers_have_an_option_of_the_same_name() {
        let mut names = HashSet::new();
        for option in all().iter().flat_map(|provider| provider.options) {
            assert!(names.insert(option.name), "{}", option.name);
        }
    }

    #[test]
    fn every_value_of_an_option_makes_another_dialect() {
        for provider in all() {
            for option in provider.options {
                let dialects: HashSet<String> = option
                    .values
                    .iter()
                    .map(|value| Choices::of(provider, [(option.name, value.name)]).unwrap())
                    .map(|choices| format!("{:?}", (provider.build)(&choices)))
                    .collect();
                assert_eq!(dialects.len(), option.values.len(), "{} --{}", provider.name, option.name);
            }
        }
    }
}
