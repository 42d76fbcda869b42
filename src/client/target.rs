//! What is tested.

use std::borrow::Cow;
use std::sync::Arc;

use super::is_loopback_endpoint;
use crate::provider::{Credentials, Provider};

/// What is tested: provider, endpoint and credentials.
#[derive(Debug, Clone)]
pub struct Target {
    /// The dialect.
    pub provider: Arc<dyn Provider>,
    /// The URL of the endpoint.
    pub endpoint: String,
    /// The region that requests are signed for unless they name another.
    pub region: String,
    /// What they are signed with.
    pub credentials: Credentials,
}

impl Target {
    /// An endpoint that accepts the credentials of the cloud's own examples, in the provider's default region.
    pub fn with_examples(provider: Arc<dyn Provider>, endpoint: String) -> Self {
        let declaration = provider.declaration();
        let credentials = declaration.example_credentials.into();
        Self { region: declaration.default_region.to_owned(), provider, endpoint, credentials }
    }

    /// Whether the endpoint is on a loopback address.
    pub fn is_loopback(&self) -> bool {
        is_loopback_endpoint(&self.endpoint)
    }

    /// Where requests for a region go: to the cloud's own endpoint in that region if the target is one of those, and to
    /// the one endpoint of an emulator otherwise.
    pub(super) fn endpoint_in(&self, region: &str) -> Cow<'_, str> {
        let own = self.provider.declaration().endpoint;
        if region != self.region && own(&self.region) == self.endpoint {
            Cow::Owned(own(region))
        } else {
            Cow::Borrowed(&self.endpoint)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry;

    #[test]
    fn only_a_cloud_has_an_endpoint_for_every_region() {
        let declaration = registry::default_provider();
        let target = |endpoint: String| Target::with_examples(declaration.provider(), endpoint);
        let region = declaration.default_region;

        let cloud = target((declaration.endpoint)(region));
        assert_eq!(cloud.endpoint_in(region), (declaration.endpoint)(region));
        assert_eq!(cloud.endpoint_in("other-1"), (declaration.endpoint)("other-1"));
        assert_eq!(target("http://127.0.0.1:1".to_owned()).endpoint_in("other-1"), "http://127.0.0.1:1");
    }
}
