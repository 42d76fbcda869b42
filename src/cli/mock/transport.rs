//! Plain HTTP, or HTTPS with a certificate.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::CliError;
use crate::input;
use crate::mock::{SelfSigned, Tls};

// Plain HTTP, or HTTPS with a certificate.
#[derive(Debug, Args)]
pub(super) struct TransportArguments {
    /// Serve HTTPS with this certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls_self_signed")]
    tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve HTTPS with a new self-signed certificate for localhost, 127.0.0.1 and ::1
    #[arg(long)]
    tls_self_signed: bool,
    /// Write the certificate that clients must trust for --tls-self-signed to this file (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_self_signed")]
    tls_ca_out: Option<PathBuf>,
}

impl TransportArguments {
    /// The certificate, if there is to be one.
    pub(super) fn tls(&self) -> Result<Option<Tls>, CliError> {
        if let (Some(certificates), Some(key)) = (&self.tls_cert, &self.tls_key) {
            return Ok(Some(Tls::from_pem(&read(certificates)?, &read(key)?)?));
        }
        if !self.tls_self_signed {
            return Ok(None);
        }
        let SelfSigned { tls, ca_pem } = Tls::self_signed()?;
        if let Some(path) = &self.tls_ca_out {
            let failed = |source| CliError::WriteFile { path: path.display().to_string(), source };
            std::fs::write(path, ca_pem).map_err(failed)?;
        }
        Ok(Some(tls))
    }
}

/// The biggest file of certificates or keys, in bytes; that of all public authorities has 300 KiB.
const BIGGEST_PEM: usize = 4 << 20;

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    input::read(path, BIGGEST_PEM).map_err(|source| CliError::ReadFile { path: path.display().to_string(), source })
}
