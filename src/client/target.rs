//! What is tested.

use std::borrow::Cow;
use std::sync::Arc;

use super::EndpointUrl;
use crate::ledger::LedgerTarget;
use crate::provider::{Credentials, EncodeError, Provider};

/// What is tested: provider, endpoint and credentials.
#[derive(Debug, Clone)]
pub struct Target {
    /// The dialect.
    pub provider: Arc<dyn Provider>,
    /// The endpoint.
    pub endpoint: EndpointUrl,
    /// The region that requests are signed for unless they name another.
    pub region: String,
    /// The regions that cases may use besides it, in the order in which they need them; those of the declaration if none are
    /// said. An empty list says that there are none.
    pub other_regions: Option<Vec<String>>,
    /// What they are signed with.
    pub credentials: Credentials,
    /// How a person sends it a request once more.
    pub again: RequestAgain,
}

/// The words of a command line that sends a request of a run once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestAgain {
    /// Those of `call`, besides the endpoint, region and options.
    Call(Vec<String>),
    /// The target ends with the run: those of a `run` that starts another one like it, besides the case.
    Run(Vec<String>),
}

impl Default for RequestAgain {
    fn default() -> Self {
        Self::Call(Vec::new())
    }
}

impl Target {
    /// An endpoint that accepts the credentials of the cloud's own examples, in the provider's default region.
    pub fn with_examples(provider: Arc<dyn Provider>, endpoint: EndpointUrl) -> Self {
        let declaration = provider.declaration();
        let credentials = declaration.example_credentials.into();
        let region = declaration.default_region.to_owned();
        Self { region, other_regions: None, provider, endpoint, credentials, again: RequestAgain::default() }
    }

    /// The regions that cases may use besides that of the target, in the order in which they need them.
    pub fn other_regions(&self) -> Vec<&str> {
        let declared = self.provider.declaration().other_regions.iter().copied();
        match &self.other_regions {
            Some(given) => given.iter().map(String::as_str).filter(|region| *region != self.region).collect(),
            None => declared.filter(|region| *region != self.region).collect(),
        }
    }

    /// How a ledger names it.
    pub fn for_ledger(&self) -> LedgerTarget {
        LedgerTarget {
            provider: self.provider.name().to_owned(),
            endpoint: self.endpoint.to_string(),
            region: self.region.clone(),
        }
    }

    /// Whether the endpoint is on a loopback address.
    pub fn is_loopback(&self) -> bool {
        self.endpoint.is_loopback()
    }

    /// Whether requests are sent without TLS.
    pub fn is_plain_http(&self) -> bool {
        self.endpoint.is_plain_http()
    }

    /// Whether requests are signed with the credentials of the cloud's examples, which protect nothing.
    pub fn has_example_credentials(&self) -> bool {
        let example: Credentials = self.provider.declaration().example_credentials.into();
        let Credentials { access_key_id, secret, token } = &self.credentials;
        *access_key_id == example.access_key_id && secret.expose() == example.secret.expose() && token.is_none()
    }

    /// Where requests for a region go: to the cloud's own endpoint in that region if the target is one of those, and to
    /// the one endpoint of an emulator otherwise.
    ///
    /// # Errors
    ///
    /// When the region can't be a part of a host's name.
    pub(super) fn endpoint_in(&self, region: &str) -> Result<Cow<'_, EndpointUrl>, EncodeError> {
        let own = self.provider.declaration().endpoint;
        let is_own = || own(&self.region).parse().is_ok_and(|url: EndpointUrl| url == self.endpoint);
        if region == self.region || !is_own() {
            return Ok(Cow::Borrowed(&self.endpoint));
        }

        let endpoint = own(region);
        match endpoint.parse() {
            Ok(url) => Ok(Cow::Owned(url)),
            Err(_) => Err(EncodeError::Endpoint { endpoint }),
        }
    }
}

/// Whether two targets of ledgers are the same, however their endpoints are spelled.
pub(crate) fn is_same_target(one: &LedgerTarget, other: &LedgerTarget) -> bool {
    let endpoint = |target: &LedgerTarget| target.endpoint.parse::<EndpointUrl>().ok();
    let endpoints = (endpoint(one), endpoint(other));
    let same_endpoint = matches!(&endpoints, (Some(one), Some(other)) if one == other);
    same_endpoint && one.provider == other.provider && one.region == other.region
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry;

    #[test]
    fn a_target_is_the_same_in_every_spelling_of_its_endpoint() {
        let target = |endpoint: &str, region: &str| LedgerTarget {
            provider: "p".to_owned(),
            endpoint: endpoint.to_owned(),
            region: region.to_owned(),
        };
        let here = target("http://127.0.0.1:80", "r");
        assert!(is_same_target(&here, &target("http://127.0.0.1", "r")));
        for (endpoint, region) in
            [("http://127.0.0.1", "s"), ("https://127.0.0.1", "r"), ("http://127.0.0.1:81", "r"), ("", "r")]
        {
            assert!(!is_same_target(&here, &target(endpoint, region)), "{endpoint} {region}");
        }
    }

    #[test]
    fn the_regions_of_cases_are_others_than_that_of_the_target() {
        let declaration = registry::by_name("aws").unwrap();
        let mut target = Target::with_examples(declaration.provider(), "http://127.0.0.1:1".parse().unwrap());
        let declared = target.other_regions().len();
        assert_eq!(declared, declaration.other_regions.len());
        target.region = declaration.other_regions[0].to_owned();
        assert_eq!(target.other_regions().len(), declared - 1);
        target.other_regions = Some(vec![target.region.clone(), "r-2".to_owned()]);
        assert_eq!(target.other_regions(), ["r-2"]);
    }

    #[test]
    fn only_a_cloud_has_an_endpoint_for_every_region() {
        let declaration = registry::default_provider();
        let target = |endpoint: &str| Target::with_examples(declaration.provider(), endpoint.parse().unwrap());
        let region = declaration.default_region;

        let in_region = |target: &Target, region: &str| target.endpoint_in(region).unwrap().to_string();
        let cloud = target(&(declaration.endpoint)(region));
        assert_eq!(in_region(&cloud, region), (declaration.endpoint)(region));
        assert_eq!(in_region(&cloud, "other-1"), (declaration.endpoint)("other-1"));
        assert_eq!(in_region(&target("http://127.0.0.1:1"), "other-1"), "http://127.0.0.1:1");
        // Requests are signed for wherever they go, so nothing else may become the host.
        assert!(cloud.endpoint_in("x@127.0.0.1/").is_err());
    }
}
