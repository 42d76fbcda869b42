//! HTTPS: a certificate from files, or one made on the spot.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{self, CertificateError, RootCertStore, ServerConfig};

/// A server's certificate chain and its private key.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    chain: Arc<[CertificateDer<'static>]>,
}

/// A certificate that no authority has signed but one made with it.
#[derive(Clone, Debug)]
pub struct SelfSigned {
    /// For the server.
    pub tls: Tls,
    /// The certificate of the authority, for clients to trust: PEM.
    pub ca_pem: String,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate chain is not PEM.
    #[error("the certificate file holds no certificate in PEM")]
    Certificate,
    /// The private key is not PEM.
    #[error("the key file holds no private key in PEM")]
    Key,
    /// Certificate and key can't be used.
    #[error("the certificate can't be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// No certificate could be made.
    #[error("failed to make a certificate: {0}")]
    SelfSigned(#[from] rcgen::Error),
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls(..)")
    }
}

impl Tls {
    /// A certificate chain, the server's own certificate first, and its private key (PKCS #8, PKCS #1 or SEC 1), all in
    /// PEM.
    ///
    /// # Errors
    /// When a text is not PEM, or the key is not that of the certificate.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(TlsError::Certificate)?;

        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
        Self::new(chain, key)
    }

    /// A certificate for `localhost`, `127.0.0.1` and `::1`, good for a year, with an authority of its own.
    ///
    /// # Errors
    /// When the system has no source of randomness.
    pub fn self_signed() -> Result<SelfSigned, TlsError> {
        let ca_key = KeyPair::generate()?;
        let mut ca = dated(CertificateParams::default(), "kms-conformance mock authority");
        // An authority beside the server's certificate, since some clients trust no self-signed server.
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_certificate = ca.self_signed(&ca_key)?;

        let key = KeyPair::generate()?;
        let mut server = dated(CertificateParams::new(vec!["localhost".to_owned()])?, "kms-conformance mock");
        for address in [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)] {
            server.subject_alt_names.push(SanType::IpAddress(address));
        }
        // Strict clients reject a certificate that lacks what the standards require of a server's.
        server.use_authority_key_identifier_extension = true;
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = server.signed_by(&key, &Issuer::new(ca, ca_key))?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let tls = Self::new(vec![certificate.der().clone()], key)?;
        Ok(SelfSigned { tls, ca_pem: ca_certificate.pem() })
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain.clone(), key)?;
        // The server speaks nothing else; a client that offers HTTP/2 only fails in the handshake.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), chain: chain.into() })
    }

    /// Why clients that trust its authority will reject the certificate of a server at this address, if they will.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line examines a certificate"))]
    pub(crate) fn objection(&self, address: IpAddr) -> Option<String> {
        let (own, others) = self.chain.split_first()?;
        let mut roots = RootCertStore::empty();
        // Those that can't be one are left out: the chain may end before its authority.
        roots.add_parsable_certificates(self.chain.iter().cloned());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider())).build().ok()?;

        let localhost = ServerName::try_from("localhost").ok()?;
        let trusted = verifier.verify_server_cert(own, others, &localhost, &[], UnixTime::now());
        if let Err(rustls::Error::InvalidCertificate(wrong)) = trusted
            && let Some(reason) = reason(&wrong)
        {
            return Some(reason);
        }

        let own = ParsedCertificate::try_from(own).ok()?;
        let address = if address.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address };
        let address = ServerName::from(address);
        let is_for = |name: &ServerName<'_>| verify_server_name(&own, name).is_ok();
        (!is_for(&address) && !is_for(&localhost)).then(|| {
            format!("it is for neither {} nor localhost; they must use a name that it is for", address.to_str())
        })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// What clients have against a certificate. Whom it is from and for whom it is, is another question.
fn reason(wrong: &CertificateError) -> Option<String> {
    Some(match wrong {
        CertificateError::UnknownIssuer
        | CertificateError::NotValidForName
        | CertificateError::NotValidForNameContext { .. } => return None,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        // The type is private to the verifier.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "it is one of an authority, which a server must not use as its own".to_owned()
        }
        other => other.to_string(),
    })
}

/// Valid from yesterday, for clocks that are late, until a year from now.
fn dated(mut parameters: CertificateParams, name: &str) -> CertificateParams {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let day = |date: jiff::civil::Date| {
        date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    parameters.not_before = day(today.saturating_sub(1.day()));
    parameters.not_after = day(today.saturating_add(365.days()));
    parameters.distinguished_name.remove(DnType::CommonName);
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}
