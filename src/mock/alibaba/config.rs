//! What the mock of Alibaba Cloud KMS can be set to.

pub use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::seed::{Seed, SeedKey};
use crate::mock::alibaba::service::rules::Rules;
pub use crate::mock::alibaba::service::rules::{Profile, Quotas};
pub use crate::mock::alibaba::service::wrapping_pair::WrappingKeys;
pub use crate::mock::alibaba::wire::gateway::ErrorCodes;
use crate::mock::alibaba::wire::layer::LayerConfig;
use crate::mock::host::cloud::DeviationError;

/// The settings of the mock of Alibaba Cloud KMS. The default is one account with the access key of the documents
/// (`testid`, `testsecret`) and no deviation.
///
/// A test of code that encrypts with the key `alias/orders`, sends a request again when it fails, and has to notice that a
/// key is gone:
///
/// ```
/// use std::time::Duration;
///
/// use kms_conformance::mock::{AccessKey, AlibabaConfig, Faults, Mock, Seed};
///
/// // What the code under test finds, as in a file for `mock --seed`.
/// let seed = "
/// keys:
///   - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc
///     aliases: [alias/orders]
///   - id: 2d9f6043-8cb1-4e57-930a-b4f519c872ee
///     state: PendingDeletion
/// ";
/// let seed = Seed::parse("seed", seed, |_| None)?;
/// let config = AlibabaConfig {
///     // Lets a request be written without a client that signs; a real client signs with testid and testsecret.
///     anonymous: Some(AccessKey::new("anonymous", "")),
///     ..seed.into_config(AlibabaConfig::default())
/// };
/// let mock = Mock::start_with(config)?;
///
/// // The endpoint for the client of the code under test.
/// assert!(mock.endpoint().starts_with("http://127.0.0.1:"));
/// # fn call(mock: &Mock, query: &str) -> std::io::Result<String> {
/// #     use std::io::{Read, Write};
/// #     let mut stream = std::net::TcpStream::connect(mock.address())?;
/// #     write!(stream, "GET /?{query}&Version=2016-01-20 HTTP/1.1\r\nHost: kms\r\nConnection: close\r\n\r\n")?;
/// #     let mut response = String::new();
/// #     stream.read_to_string(&mut response)?;
/// #     Ok(response)
/// # }
///
/// // The first Encrypt fails, the second succeeds.
/// mock.set_faults(Faults { seed: 7, rules: vec!["unavailable,operation=Encrypt,nth=1".parse()?] })?;
/// let encrypt = "Action=Encrypt&KeyId=alias/orders&Plaintext=c2VjcmV0";
/// assert!(call(&mock, encrypt)?.starts_with("HTTP/1.1 503"));
/// assert!(call(&mock, encrypt)?.starts_with("HTTP/1.1 200"));
/// assert_eq!(mock.requests("Encrypt"), 2);
///
/// // A month later, the key that waited for its deletion is gone.
/// mock.advance(Duration::from_secs(31 * 86_400));
/// let describe = "Action=DescribeKey&KeyId=2d9f6043-8cb1-4e57-930a-b4f519c872ee";
/// assert!(call(&mock, describe)?.contains("Forbidden.KeyNotFound"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AlibabaConfig {
    /// The region of requests whose Host header names none (`kms.<region>.aliyuncs.com` and its VPC form do).
    pub region: String,
    /// Who may sign requests. Access keys with the same account id share their keys and aliases.
    pub access_keys: Vec<AccessKey>,
    /// Who a request without any signature counts as; nobody when absent, and then such a request is rejected. The id and
    /// the secret sign nothing.
    pub anonymous: Option<AccessKey>,
    /// Responses and effects that differ from the documents.
    pub deviations: LayerConfig,
    /// The edition to follow where editions differ.
    pub profile: Profile,
    /// How many keys and aliases an account may have in a region.
    pub quotas: Quotas,
    /// Whose codes to use for errors before KMS is reached.
    pub error_codes: ErrorCodes,
    /// Whether any RFC 3339 timestamp is taken, with fractions or an offset, as the live service did in 2017-2019; the
    /// documents know `yyyy-MM-ddTHH:mm:ssZ` only.
    pub lenient_timestamps: bool,
    /// Whether CancelKeyDeletion brings back the state before ScheduleKeyDeletion. The documents say Enabled.
    pub cancel_restores_state: bool,
    /// Whether Encrypt rejects a Plaintext that is not Base64. The live service took any text.
    pub require_base64_plaintext: bool,
    /// Whether keys of ProtectionLevel HSM can be made.
    pub hsm: bool,
    /// Keys that are there from the start, and again after a reset.
    pub keys: Vec<SeedKey>,
    /// Where the RSA pairs come from that wrap key material for its import.
    pub wrapping_keys: WrappingKeys,
}

impl Default for AlibabaConfig {
    fn default() -> Self {
        Self {
            region: "cn-hangzhou".to_owned(),
            access_keys: vec![AccessKey::new("testid", "testsecret")],
            anonymous: None,
            deviations: LayerConfig::default(),
            profile: Profile::default(),
            quotas: Quotas::default(),
            error_codes: ErrorCodes::default(),
            lenient_timestamps: false,
            cancel_restores_state: false,
            require_base64_plaintext: false,
            hsm: true,
            keys: Vec::new(),
            wrapping_keys: WrappingKeys::default(),
        }
    }
}

impl AlibabaConfig {
    /// The same settings with these deviations, which are named as for `mock --deviate`.
    ///
    /// # Errors
    /// When a name is not one of a deviation.
    pub fn deviating(self, names: &[String]) -> Result<Self, DeviationError> {
        Ok(Self { deviations: LayerConfig::read(names)?, ..self })
    }

    /// The rules of the documents with what the settings change about them.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            cancel_restores_state: self.cancel_restores_state,
            require_base64_plaintext: self.require_base64_plaintext,
            hsm: self.hsm,
            ..Rules::new(self.profile, self.quotas)
        }
    }
}

impl Seed {
    /// These settings with the seed. Access keys of the seed take the place of those in the settings, unless the seed
    /// has none.
    pub fn into_config(self, config: AlibabaConfig) -> AlibabaConfig {
        let access_keys = if self.access_keys.is_empty() { config.access_keys } else { self.access_keys };
        AlibabaConfig { access_keys, keys: self.keys, ..config }
    }
}
