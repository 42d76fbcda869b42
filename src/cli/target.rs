//! What is tested: from flags and environment variables.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::{CliError, Context};
use crate::client::{Connection, Target, is_loopback_endpoint};
use crate::provider::alibaba::{Alibaba, Format, Method, Signature};
use crate::provider::{Credentials, Provider};
use crate::redact::Secret;

/// The access key of the documents' examples, which the mock takes.
const EXAMPLE_ACCESS_KEY_ID: &str = "testid";

/// Its secret, which protects nothing.
const EXAMPLE_ACCESS_KEY_SECRET: &str = "testsecret";

/// What is tested.
#[derive(Debug, Args)]
pub(super) struct TargetArguments {
    /// The endpoint to test, such as http://127.0.0.1:8080; the bundled mock unless given
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Option<String>,
    /// The region; without --endpoint, the cloud's own endpoint in that region is tested
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// How requests are signed
    #[arg(long, value_enum, default_value_t, value_name = "VERSION")]
    pub(super) signature: Signature,
    /// The form of answers to ask for
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// How requests are sent
    #[arg(long, value_enum, default_value_t, value_name = "METHOD")]
    pub(super) method: Method,
    /// How long one request may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Trust these certificate authorities too (PEM)
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
}

/// Where the requests go.
#[derive(Debug)]
pub(super) enum Place {
    /// To a mock of this process.
    BundledMock,
    /// To this URL.
    Endpoint(String),
}

impl TargetArguments {
    /// Where the requests go.
    pub(super) fn place(&self) -> Place {
        match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => Place::Endpoint(endpoint.clone()),
            (None, Some(region)) => Place::Endpoint(self.provider().endpoint(region)),
            (None, None) => Place::BundledMock,
        }
    }

    /// Time-outs and certificates.
    pub(super) fn connection(&self) -> Connection {
        Connection { timeout: self.timeout, ca_file: self.ca_file.clone() }
    }

    /// The target at an endpoint. An endpoint on this machine gets the documents' example credentials when the
    /// environment has none, for that is what the mock and emulators take.
    pub(super) fn target(&self, endpoint: String, bundled: bool, context: &Context) -> Result<Target, CliError> {
        let provider = self.provider();
        let variables = provider.credential_variables();
        let example = || Credentials {
            access_key_id: EXAMPLE_ACCESS_KEY_ID.to_owned(),
            secret: Secret::new(EXAMPLE_ACCESS_KEY_SECRET),
            token: None,
        };
        let given = (context.variable(variables.access_key_id), context.secret(variables.secret));
        let credentials = match given {
            // The bundled mock must never see the credentials of an account.
            _ if bundled => example(),
            (Some(access_key_id), Some(secret)) => {
                Credentials { access_key_id, secret, token: context.secret(variables.token) }
            }
            (None, None) if is_loopback_endpoint(&endpoint) => example(),
            _ => {
                return Err(CliError::NoCredentials {
                    endpoint,
                    id: variables.access_key_id,
                    secret: variables.secret,
                    token: variables.token,
                });
            }
        };
        let region = self.region.clone().unwrap_or_else(|| provider.default_region().to_owned());
        Ok(Target { provider: Arc::new(provider), endpoint, region, credentials })
    }

    fn provider(&self) -> Alibaba {
        Alibaba { signature: self.signature, format: self.format, method: self.method }
    }
}

/// Parses `10s`, `1m30s`, `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration such as 10s, 1m30s or 500ms");
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(parsed).map_err(|_| wrong())
}

/// Parses a number from 1.
pub(super) fn one_or_more<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number from 1"))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_number_from_one_is_not_zero() {
        assert_eq!(one_or_more("3"), Ok(NonZeroU32::new(3).unwrap()));
        for wrong in ["0", "-1", "x", ""] {
            assert_eq!(one_or_more::<NonZeroU32>(wrong), Err(format!("`{wrong}` is no number from 1")));
        }
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "10", "-3s", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
