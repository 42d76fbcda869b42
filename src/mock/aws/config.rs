//! What the mock of AWS KMS can be set to.

pub use crate::mock::aws::access_key::{AwsAccessKey, UnknownAwsOperation};
pub use crate::mock::aws::service::pairs::RsaPairs;
pub use crate::mock::aws::wire::layer::AwsLayerConfig;
use crate::mock::host::cloud::DeviationError;

/// The settings of the mock of AWS KMS. The default is one account with the access key of the documents' samples, and no
/// deviation.
///
/// ```
/// use kms_conformance::mock::{AwsAccessKey, AwsConfig, Mock};
///
/// let config = AwsConfig {
///     access_keys: vec![AwsAccessKey::new("AKIAMYTESTS", "secret").account("444455556666")],
///     ..AwsConfig::default()
/// };
/// let mock = Mock::start_with(config)?;
/// assert!(mock.endpoint().starts_with("http://127.0.0.1:"));
/// # Ok::<(), kms_conformance::mock::StartError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AwsConfig {
    /// The region of requests that name none: unsigned ones to a host name without a region. It may be one that the
    /// service does not have, and then requests may be signed for it too.
    pub region: String,
    /// Who may sign requests. Access keys with the same account id share their keys and aliases.
    pub access_keys: Vec<AwsAccessKey>,
    /// Who a request without any signature counts as; nobody when absent, and then such a request is rejected. The id and
    /// the secret sign nothing.
    pub anonymous: Option<AwsAccessKey>,
    /// How many seconds a replica is Creating after ReplicateKey, and relatives are Updating after UpdatePrimaryRegion, by the
    /// clock of keys. By default these states take no time, so that nobody has to wait.
    pub transition_seconds: u32,
    /// Responses and effects that differ from the documents.
    pub deviations: AwsLayerConfig,
    /// Where RSA pairs come from, those of keys and those that wrap key material for its import.
    pub rsa_pairs: RsaPairs,
}

impl AwsConfig {
    /// The same settings with these deviations, which are named as for `mock --deviate`.
    ///
    /// # Errors
    /// When a name is not one of a deviation.
    pub fn deviating(self, names: &[String]) -> Result<Self, DeviationError> {
        Ok(Self { deviations: AwsLayerConfig::read(names)?, ..self })
    }
}

impl Default for AwsConfig {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            access_keys: vec![AwsAccessKey::new(AwsAccessKey::EXAMPLE_ID, AwsAccessKey::EXAMPLE_SECRET)],
            anonymous: None,
            transition_seconds: 0,
            deviations: AwsLayerConfig::default(),
            rsa_pairs: RsaPairs::default(),
        }
    }
}
