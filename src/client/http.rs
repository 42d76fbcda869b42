//! HTTP with bounds: no redirects, no endless bodies.

use http::StatusCode;
use reqwest::Method;
use thiserror::Error;

use super::api_client::PATIENCE;
use super::http_client::HttpClient;
use super::http_error::HttpError;
use super::{ClientError, Connection, EndpointUrl, Lost};
use crate::provider::{HttpRequest, HttpResponse};

/// The longest body that is read; responses of a key management service are a few KiB.
const LONGEST_BODY: usize = 1 << 20;

/// Why nothing usable came back.
#[derive(Debug, Error)]
pub(super) enum SendError {
    /// No response, or not the whole of it.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The proxy rejects the request, which did not get to the service.
    #[error("HTTP 407: the proxy requires credentials, which stand in its URL{0}")]
    ProxyCredentials(String),
    /// The response was too long.
    #[error("the response is longer than {LONGEST_BODY} bytes")]
    TooLong,
    /// The endpoint sends clients to another URL, where credentials must not go.
    #[error("HTTP {0}: the endpoint redirects to another URL, which is not followed")]
    Redirect(u16),
    /// The run was stopped, and the response was not waited for any longer.
    #[error("the run was stopped, and nothing was received for {PATIENCE:?} more")]
    Stopped,
    /// Nothing was received when the exchange was recorded.
    #[error("{}", .0.reason)]
    Recorded(Lost),
    /// The recording has no response.
    #[error("{0}")]
    Missing(&'static str),
}

impl SendError {
    /// Whether the request may have reached the service.
    pub(super) fn maybe_effect(&self) -> bool {
        match self {
            Self::Http(HttpError::Connect(_)) | Self::Redirect(_) | Self::ProxyCredentials(_) => false,
            Self::Http(_) | Self::TooLong | Self::Stopped => true,
            Self::Recorded(lost) => lost.maybe_effect,
            Self::Missing(_) => false,
        }
    }

    /// Whether something was received at all.
    pub(super) fn something_came(&self) -> bool {
        match self {
            // A proxy is not the endpoint, but it says at once what is wrong.
            Self::Http(HttpError::BrokenOff(_)) | Self::TooLong | Self::Redirect(_) | Self::ProxyCredentials(_) => true,
            // That the recording has nothing says nothing of the endpoint.
            Self::Missing(_) => true,
            Self::Recorded(lost) => lost.something_came,
            Self::Http(_) | Self::Stopped => false,
        }
    }

    /// Whether a response began that may have been the service's.
    pub(super) fn response_began(&self) -> bool {
        match self {
            Self::Http(HttpError::BrokenOff(_)) | Self::TooLong => true,
            Self::Http(_) | Self::ProxyCredentials(_) | Self::Redirect(_) | Self::Stopped => false,
            Self::Recorded(lost) => lost.response_began,
            Self::Missing(_) => false,
        }
    }
}

/// Sends requests to the endpoint.
#[derive(Debug)]
pub(super) struct Http(HttpClient);

impl Http {
    pub(super) fn new(endpoint: &EndpointUrl, connection: &Connection) -> Result<Self, ClientError> {
        HttpClient::new(endpoint.url(), connection).map(Self)
    }

    pub(super) async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendError> {
        let method = if request.method == "GET" { Method::GET } else { Method::POST };

        let mut builder = self.0.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }

        let mut response = self.0.send(builder).await?;
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(SendError::Redirect(status));
        }
        if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(SendError::ProxyCredentials(self.0.through()));
        }

        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = self.0.chunk(&mut response).await? {
            // Counted while it is read, for the declared length may be missing or wrong.
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(SendError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body })
    }

    /// By which proxy requests go, for messages: ` (through the proxy …)` or nothing.
    pub(super) fn through(&self) -> String {
        self.0.through()
    }
}
