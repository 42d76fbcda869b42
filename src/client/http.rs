//! HTTP with bounds: no redirects, no proxies on loopback, no silent retries, no endless bodies.

use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Method};
use thiserror::Error;
use url::Host;

use super::EndpointUrl;
use crate::input;
use crate::provider::{HttpRequest, HttpResponse};

/// The longest body that is read; responses of a key management service are a few KiB.
const LONGEST_BODY: usize = 1 << 20;

/// The biggest file of certificates, in bytes; that of all public authorities has 300 KiB.
const BIGGEST_PEM: usize = 4 << 20;

/// The addresses of this machine by name; the port is that of the URL.
const LOOPBACK: [SocketAddr; 2] =
    [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)];

/// Time-outs and certificates.
#[derive(Debug, Clone)]
pub struct Connection {
    /// How long one request may take, from connecting to the last byte.
    pub timeout: Duration,
    /// A file with further certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Default for Connection {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), ca_file: None }
    }
}

/// Why there is no client.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The endpoint is not one.
    #[error("the endpoint `{endpoint}` can't be used: {reason}")]
    Endpoint {
        /// What was given.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file with certificates can't be read.
    #[error("failed to read certificates from {}: {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// TLS can't be set up.
    #[error("failed to set up TLS: {0}; if the system has no certificate authorities, install ca-certificates")]
    Tls(String),
}

/// Why nothing usable came back.
#[derive(Debug, Error)]
pub(super) enum SendError {
    /// No connection; the request was not sent.
    #[error("no connection: {0}")]
    Connect(String),
    /// The time was over.
    #[error("no response within {0:?}")]
    TimedOut(Duration),
    /// The connection ended before a response began.
    #[error("the connection was closed before a response came: {0}")]
    Closed(String),
    /// The response broke off.
    #[error("the response broke off: {0}")]
    BrokenOff(String),
    /// The response was too long.
    #[error("the response is longer than {LONGEST_BODY} bytes")]
    TooLong,
    /// The endpoint sends clients to another URL, where credentials must not go.
    #[error("HTTP {0}: the endpoint redirects to another URL, which is not followed")]
    Redirect(u16),
}

impl SendError {
    /// Whether the request may have reached the service.
    pub(super) fn maybe_effect(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Redirect(_) => false,
            Self::TimedOut(_) | Self::Closed(_) | Self::BrokenOff(_) | Self::TooLong => true,
        }
    }

    /// Whether a response began that may have been the service's.
    pub(super) fn response_began(&self) -> bool {
        match self {
            Self::Connect(_) | Self::TimedOut(_) | Self::Closed(_) | Self::Redirect(_) => false,
            Self::BrokenOff(_) | Self::TooLong => true,
        }
    }
}

/// The connection pool.
#[derive(Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    timeout: Duration,
}

impl Http {
    pub(super) fn new(endpoint: &EndpointUrl, connection: &Connection) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            // Retries of the crate would be neither counted nor recorded.
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .connect_timeout(connection.timeout)
            .timeout(connection.timeout);

        if endpoint.is_loopback() {
            // A proxy of the environment would look for the loopback on its own host.
            builder = builder.no_proxy();
            // What counts as loopback must be it, whatever a name server says, and not every system knows all its names.
            if let Some(Host::Domain(name)) = endpoint.url().host() {
                builder = builder.resolve_to_addrs(name, &LOOPBACK);
            }
        }
        if endpoint.is_plain_http() {
            // No certificate is needed, and a system without any must not be an obstacle.
            builder = builder.tls_certs_only([]);
        }

        if let Some(path) = &connection.ca_file {
            let fail = |reason: String| ClientError::Certificates { path: path.clone(), reason };
            let pem = input::read(path, BIGGEST_PEM).map_err(|error| fail(error.to_string()))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| fail(error.to_string()))?;
            builder = builder.tls_certs_merge(certificates);
        }

        let client = builder.build().map_err(|error| ClientError::Tls(causes(&error)))?;
        Ok(Self { client, timeout: connection.timeout })
    }

    pub(super) async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendError> {
        let method = if request.method == "GET" { Method::GET } else { Method::POST };

        let mut builder = self.client.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }

        let mut response = builder.send().await.map_err(|error| self.send_error(error))?;
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(SendError::Redirect(status));
        }

        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.body_error(error))? {
            // Counted while it is read, for the declared length may be missing or wrong.
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(SendError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body })
    }

    fn send_error(&self, error: reqwest::Error) -> SendError {
        // A URL can hold the parameters of the call and its signature, and errors are printed.
        let error = error.without_url();
        if error.is_connect() {
            SendError::Connect(causes(&error))
        } else if error.is_timeout() {
            SendError::TimedOut(self.timeout)
        } else {
            SendError::Closed(causes(&error))
        }
    }

    fn body_error(&self, error: reqwest::Error) -> SendError {
        let error = error.without_url();
        if error.is_timeout() { SendError::TimedOut(self.timeout) } else { SendError::BrokenOff(causes(&error)) }
    }
}

/// The innermost cause says most; reqwest's own texts say little.
fn causes(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}
