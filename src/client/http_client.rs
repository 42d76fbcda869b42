//! The one place where HTTP clients are made: each has every setting, whatever it is for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Certificate;
use reqwest::redirect::Policy;
use thiserror::Error;
use url::{Host, Url};

use super::endpoint::is_loopback;
use super::http_error::{HttpError, Way};
use super::proxy::ProxyVariables;
use crate::input;

/// The biggest file of certificates, in bytes; that of all public authorities has 300 KiB.
const BIGGEST_PEM: usize = 4 << 20;

/// The addresses of this machine by name; the port is that of the URL.
const LOOPBACK: [SocketAddr; 2] =
    [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)];

/// Time-outs, certificates and proxies.
#[derive(Debug, Clone)]
pub struct Connection {
    /// How long one request may take, from connecting to the last byte.
    pub timeout: Duration,
    /// A file with further certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// The proxies.
    pub proxies: ProxyVariables,
}

impl Default for Connection {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), ca_file: None, proxies: ProxyVariables::default() }
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
    /// The proxy is not one.
    #[error("the proxy in the environment variable {variable} can't be used: {reason}; correct or unset it")]
    Proxy {
        /// The variable.
        variable: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The clock hook is not one.
    #[error("the clock hook can't be used: {reason}")]
    ClockHook {
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

/// Sends requests to one URL: without redirects, without silent retries, and on loopback without a proxy.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
    way: Way,
}

impl HttpClient {
    /// Makes a client for requests to a URL.
    ///
    /// # Errors
    ///
    /// When certificates can't be read, or the proxy is wrong.
    pub(crate) fn new(url: &Url, connection: &Connection) -> Result<Self, ClientError> {
        let proxy = connection.proxies.for_url(url)?;
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            // Retries of the crate would be neither counted nor recorded.
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .connect_timeout(connection.timeout)
            .timeout(connection.timeout)
            // The crate passes over a proxy that it can't read.
            .no_proxy();

        // What counts as loopback must be it, whatever a name server says, and not every system knows all its names.
        if let (true, Some(Host::Domain(name))) = (is_loopback(url), url.host()) {
            builder = builder.resolve_to_addrs(name, &LOOPBACK);
        }
        if url.scheme() == "http" && !proxy.as_ref().is_some_and(|proxy| proxy.has_tls) {
            // No certificate is needed, and a system without any must not be an obstacle.
            builder = builder.tls_certs_only([]);
        }
        if let Some(path) = &connection.ca_file {
            builder = builder.tls_certs_merge(certificates(path)?);
        }

        let way = Way {
            url: url.clone(),
            timeout: connection.timeout,
            ca_file: connection.ca_file.clone(),
            proxy: proxy.as_ref().map(|proxy| proxy.name.clone()),
        };
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy.proxy);
        }
        let client = builder.build().map_err(|error| way.setup_error(&error))?;
        Ok(Self { client, way })
    }

    /// A request to be filled and handed to [`Self::send`].
    pub(crate) fn request(&self, method: reqwest::Method, url: &str) -> reqwest::RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, HttpError> {
        request.send().await.map_err(|error| self.way.explain(&error))
    }

    /// Reads the next part of a body.
    pub(crate) async fn chunk(&self, response: &mut reqwest::Response) -> Result<Option<bytes::Bytes>, HttpError> {
        response.chunk().await.map_err(|error| self.way.explain_body(&error))
    }

    /// By which proxy requests go, for messages: ` (through the proxy …)` or nothing.
    pub(crate) fn through(&self) -> String {
        self.way.through()
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, ClientError> {
    let fail = |reason: String| ClientError::Certificates { path: path.to_owned(), reason };
    // Each client of a run reads it.
    let read = input::check_regular(path).and_then(|()| input::read(path, BIGGEST_PEM));
    let pem = read.map_err(|error| fail(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| fail(error.to_string()))?;
    // It would be trusted as it is, and mean nothing.
    if certificates.is_empty() { Err(fail("it holds no certificate in PEM".to_owned())) } else { Ok(certificates) }
}
