//! The data of the self-test: a folder of three files for each cloud that is mocked, which has the name of its provider.

use super::SelfTestError;
use crate::mock::Repertoire;
use crate::mock::registry;

/// Every file of every cloud: its path, such as `<cloud>/catalogue.yaml`, and its text. Compiled in by `build.rs`.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/self_test_files.rs"));

/// What the self-test knows of the mock of a cloud.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    /// The text of the catalogue.
    pub(super) catalogue: &'static str,
    /// The text of the list of poor emulators.
    pub(super) poor_emulators: &'static str,
    /// The text of the list of differences that are explained.
    pub(super) differences: &'static str,
    /// The deviations of the mock.
    pub(super) deviations: Repertoire,
}

impl Data {
    /// That of a provider.
    ///
    /// # Errors
    /// When the provider has no mock, or nothing is said of its deviations.
    pub(super) fn of(provider: &str) -> Result<Self, SelfTestError> {
        let text = |file: &str| {
            let path = format!("{provider}/{file}.yaml");
            FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
        };
        let found = || {
            Some(Self {
                catalogue: text("catalogue")?,
                poor_emulators: text("poor_emulators")?,
                differences: text("differences")?,
                deviations: registry::deviations(provider)?,
            })
        };
        found().ok_or_else(|| SelfTestError::NoData { provider: provider.to_owned() })
    }
}

/// The providers whose mocks have deviations.
#[cfg(test)]
pub(super) fn tested() -> impl Iterator<Item = &'static str> {
    registry::names().filter(|provider| registry::deviations(provider).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mock_can_be_tested_against() {
        for provider in tested() {
            assert!(Data::of(provider).is_ok(), "{provider}");
        }
        let error = Data::of("nobody").unwrap_err().to_string();
        assert_eq!(error, "there is no catalogue of deviations for the provider `nobody`");
    }
}
