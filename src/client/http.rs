//! HTTP with bounds: no redirects, no proxies on loopback, no silent retries, no endless bodies.

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Method, Url};
use thiserror::Error;

use crate::input;
use crate::provider::{HttpRequest, HttpResponse};

/// The longest body that is read; answers of a key management service are a few KiB.
const LONGEST_BODY: usize = 1 << 20;

/// The header by which the gateway of a cloud says for how many milliseconds it throttles.
const THROTTLED: &str = "x-acs-retry-after";

/// The biggest file of certificates, in bytes; that of all public authorities has 300 KiB.
const BIGGEST_PEM: usize = 4 << 20;

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
    /// The endpoint is no URL.
    #[error("the endpoint `{endpoint}` is no URL such as http://127.0.0.1:8080: {reason}")]
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
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The connection ended before a response began.
    #[error("the connection was closed before an answer came: {0}")]
    Closed(String),
    /// The response broke off.
    #[error("the answer broke off: {0}")]
    BrokenOff(String),
    /// The response was too long.
    #[error("the answer is longer than {LONGEST_BODY} bytes")]
    TooLong,
    /// The endpoint sends clients elsewhere, where credentials must not go.
    #[error("HTTP {0}: the endpoint redirects elsewhere, which is not followed")]
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

/// A response, what it says of the next try, and when it was made by the endpoint's clock.
pub(super) struct Received {
    pub(super) response: HttpResponse,
    pub(super) retry_after: Option<Duration>,
    /// Whether it carries the header by which a gateway throttles, whatever its code.
    pub(super) throttled: bool,
    pub(super) date: Option<Timestamp>,
}

/// The connection pool.
#[derive(Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    timeout: Duration,
}

impl Http {
    pub(super) fn new(endpoint: &str, connection: &Connection) -> Result<Self, ClientError> {
        let url = parse(endpoint)?;
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .connect_timeout(connection.timeout)
            .timeout(connection.timeout);
        if url.host_str().is_some_and(is_loopback) {
            builder = builder.no_proxy();
        }
        if url.scheme() == "http" {
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

    pub(super) async fn send(&self, request: &HttpRequest) -> Result<Received, SendError> {
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
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        let throttled = header(THROTTLED).is_some();
        let retry_after = header(THROTTLED)
            .and_then(|text| text.parse().ok().map(Duration::from_millis))
            .or_else(|| header("retry-after").and_then(|text| text.parse().ok().map(Duration::from_secs)));
        let date = header("date").and_then(|text| DateTimeParser::new().parse_timestamp(text).ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.body_error(error))? {
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(SendError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Received { response: HttpResponse { status, content_type, body }, retry_after, throttled, date })
    }

    fn send_error(&self, error: reqwest::Error) -> SendError {
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

/// Checks that an endpoint is one, as [`super::Client::new`] does.
///
/// # Errors
///
/// It is no URL of a service.
pub fn check_endpoint(endpoint: &str) -> Result<(), ClientError> {
    parse(endpoint).map(|_| ())
}

fn parse(endpoint: &str) -> Result<Url, ClientError> {
    let wrong = |reason: String| ClientError::Endpoint { endpoint: without_credentials(endpoint), reason };
    let url = Url::parse(endpoint).map_err(|error| wrong(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(format!("the scheme is `{}`", url.scheme())));
    }
    if url.host_str().is_none() {
        return Err(wrong("it has no host".to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds credentials; those belong into environment variables".to_owned()));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a path or a query; requests go to `/`".to_owned()));
    }
    Ok(url)
}

/// A URL as it may be shown, whatever is wrong with it.
fn without_credentials(endpoint: &str) -> String {
    let Some((before, host)) = endpoint.rsplit_once('@') else { return endpoint.to_owned() };
    match before.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://…@{host}"),
        None => format!("…@{host}"),
    }
}

/// Whether an endpoint is on this machine.
pub fn is_loopback_endpoint(endpoint: &str) -> bool {
    Url::parse(endpoint).is_ok_and(|url| url.host_str().is_some_and(is_loopback))
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_urls_are_endpoints() {
        for (endpoint, part) in [
            ("127.0.0.1:80", "relative URL"),
            ("ftp://host", "the scheme is `ftp`"),
            ("http://user:pw@host", "it holds credentials"),
            ("http://host/path", "it has a path"),
            ("http://host/?x=1", "it has a path or a query"),
            ("http://id:pw/with/@s@host", "`http://…@host` is no URL"),
            ("id:pw@host", "`…@host` is no URL"),
        ] {
            let error = Http::new(endpoint, &Connection::default()).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("pw"), "{endpoint}: {error}");
        }
        assert!(Http::new("http://127.0.0.1:1", &Connection::default()).is_ok());
    }

    #[test]
    fn loopback_is_recognised() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["kms.cn-hangzhou.aliyuncs.com", "10.0.0.1", "localhost.example"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
