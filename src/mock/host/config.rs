//! What is the same in the settings of every mock.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::mock::host::access::AdminAccess;
use crate::mock::host::clock::ClockMode;
use crate::mock::host::cloud::CloudConfig;
use crate::mock::host::faults::Faults;
use crate::mock::host::tls::Tls;
use crate::mock::host::token::AdminToken;
use crate::mock::host::web::WebOrigin;

/// The settings of a mock. The default serves the default cloud with its own default settings on a free port of the
/// loopback interface, with real time and no faults.
///
/// ```
/// use kms_conformance::mock::{AlibabaConfig, ClockMode, MockConfig};
///
/// let config = MockConfig {
///     seed: Some(7),
///     clock: ClockMode::Manual("2024-01-02T03:04:05Z".parse()?),
///     cloud: AlibabaConfig { hsm: false, ..AlibabaConfig::default() }.into(),
///     ..MockConfig::default()
/// };
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MockConfig {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The clock of keys. Signatures are always checked against real time.
    pub clock: ClockMode,
    /// The seed of all ids; drawn by chance when absent. Key material is never drawn from it.
    pub seed: Option<u64>,
    /// Trouble to make between client and service.
    pub faults: Faults,
    /// A file that keeps keys, aliases, import tokens and the clock beyond the life of the mock; made if it does not
    /// exist. It holds key material in the clear and is made readable for its owner alone. Counters, exchanges,
    /// deviations and faults are not kept.
    pub state: Option<PathBuf>,
    /// Certificate and key, for HTTPS instead of HTTP.
    pub tls: Option<Tls>,
    /// Who may use the admin API under `/_mock/`.
    pub admin: AdminAccess,
    /// What whoever uses the admin API and the page must know. Behind a proxy on the same machine every peer is a loopback
    /// peer, so that [`AdminAccess::Loopback`] alone keeps nobody out there.
    pub admin_token: Option<AdminToken>,
    /// The web pages that may send requests, besides the mock's own.
    pub allowed_origins: Vec<WebOrigin>,
    /// The cloud to serve.
    pub cloud: CloudConfig,
}

impl<C: Into<CloudConfig>> From<C> for MockConfig {
    fn from(cloud: C) -> Self {
        Self { cloud: cloud.into(), ..Self::default() }
    }
}
