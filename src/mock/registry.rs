//! The clouds that can be served, by name. Another cloud is another folder beside `alibaba/` and a line here.

use std::net::{Ipv4Addr, SocketAddr};

use crate::mock::alibaba::config::{AlibabaConfig, WrappingKeys};
use crate::mock::aws::config::{AwsConfig, RsaPairs};
use crate::mock::host::access::AdminAccess;
use crate::mock::host::clock::ClockMode;
use crate::mock::host::cloud::CloudConfig;
use crate::mock::host::config::MockConfig;
use crate::mock::host::faults::Faults;
#[cfg(feature = "cli")]
use crate::mock::mutation::{self, Repertoire};

/// How a cloud gets its settings.
struct Settings {
    default: fn() -> CloudConfig,
    /// Those of a mock in the process that tests it, which starts at once.
    bundled: fn() -> CloudConfig,
    #[cfg(feature = "cli")]
    deviations: Repertoire,
}

/// The clouds; the first one is the default cloud.
const CLOUDS: [Settings; 2] = [
    Settings {
        default: || AlibabaConfig::default().into(),
        // To make an RSA pair takes longer than many a run.
        bundled: || AlibabaConfig { wrapping_keys: WrappingKeys::BuiltIn, ..AlibabaConfig::default() }.into(),
        #[cfg(feature = "cli")]
        deviations: mutation::ALIBABA,
    },
    Settings {
        default: || AwsConfig::default().into(),
        bundled: || AwsConfig { rsa_pairs: RsaPairs::BuiltIn, ..AwsConfig::default() }.into(),
        #[cfg(feature = "cli")]
        deviations: mutation::AWS,
    },
];

/// The names of the clouds that can be served, the default one first.
#[cfg(any(feature = "cli", test))]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CLOUDS.iter().map(|cloud| (cloud.default)().name())
}

/// The default settings of the cloud with this name.
#[cfg(any(feature = "cli", test))]
pub(crate) fn by_name(name: &str) -> Option<CloudConfig> {
    CLOUDS.iter().map(|cloud| (cloud.default)()).find(|config| config.name() == name)
}

/// The settings of a mock of the cloud with this name, in the process that tests it.
pub(crate) fn bundled(name: &str) -> Option<CloudConfig> {
    CLOUDS.iter().map(|cloud| (cloud.bundled)()).find(|config| config.name() == name)
}

/// What the mock of the cloud with this name can do otherwise than the documents say.
#[cfg(feature = "cli")]
pub(crate) fn deviations(name: &str) -> Option<Repertoire> {
    CLOUDS.iter().find(|cloud| (cloud.default)().name() == name).map(|cloud| cloud.deviations)
}

impl Default for MockConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: ClockMode::Real,
            seed: None,
            faults: Faults::default(),
            state: None,
            tls: None,
            admin: AdminAccess::Off,
            admin_token: None,
            allowed_origins: Vec::new(),
            cloud: (CLOUDS[0].default)(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_have_the_names_of_providers() {
        let providers: Vec<&str> = crate::provider::registry::names().collect();
        assert!(names().all(|name| providers.contains(&name)));
        // What is tested by itself is the default provider.
        assert_eq!(names().next(), Some(crate::provider::registry::default_provider().name));
        assert!(names().all(|name| by_name(name).is_some() && bundled(name).is_some()));
        assert!(by_name("nobody").is_none());
    }
}
