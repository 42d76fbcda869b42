//! What libraries say of a request that failed, with a sentence of ours on top.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rustls::CertificateError;
use thiserror::Error;
use url::Url;

use super::ClientError;

/// Why a request got no response, or not the whole of it.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    /// No connection; the request was not sent.
    #[error("no connection: {0}")]
    Connect(String),
    /// The time was over.
    #[error("no response within {0:?}")]
    TimedOut(Duration),
    /// The connection ended before a response began.
    #[error("the connection was closed before a response came: {0}")]
    Closed(String),
    /// What came is not HTTP.
    #[error("what came back is not HTTP: {0}")]
    NotHttp(String),
    /// The response broke off.
    #[error("the response broke off: {0}")]
    BrokenOff(String),
}

/// How requests get to their URL, as far as messages say it.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) url: Url,
    pub(super) timeout: Duration,
    pub(super) ca_file: Option<PathBuf>,
    /// The name of the proxy.
    pub(super) proxy: Option<String>,
}

impl Way {
    /// By which proxy requests go: ` (through the proxy …)` or nothing.
    pub(super) fn through(&self) -> String {
        self.proxy.as_ref().map_or_else(String::new, |proxy| format!(" (through the proxy {proxy})"))
    }

    /// Why no client could be made.
    pub(super) fn setup_error(&self, error: &reqwest::Error) -> ClientError {
        let reason = innermost(error);
        // Without a file of certificates, only those of the system can be wrong.
        match &self.ca_file {
            Some(path) => ClientError::Certificates { path: path.clone(), reason },
            None => ClientError::Tls(reason),
        }
    }

    /// Why a request got no response. A URL can hold the parameters of a call and its signature, so it is not shown.
    pub(super) fn explain(&self, error: &reqwest::Error) -> HttpError {
        let cause = innermost(error);
        if error.is_connect() {
            let ours = self.connect_sentence(error);
            let text = ours.map_or_else(|| cause.clone(), |ours| format!("{ours}: {cause}"));
            return HttpError::Connect(text + &self.through());
        }
        if error.is_timeout() {
            return HttpError::TimedOut(self.timeout);
        }
        if !find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
            return HttpError::Closed(cause + &self.through());
        }
        // The alert with which a server ends a handshake that was none.
        let hint = match self.url.scheme() == "http" && self.proxy.is_none() {
            true => format!("; if the endpoint speaks TLS, give it as {}", self.with_scheme("https")),
            false => self.through(),
        };
        HttpError::NotHttp(cause + &hint)
    }

    /// Why a body did not come to its end.
    pub(super) fn explain_body(&self, error: &reqwest::Error) -> HttpError {
        if error.is_timeout() {
            HttpError::TimedOut(self.timeout)
        } else {
            HttpError::BrokenOff(innermost(error) + &self.through())
        }
    }

    /// What a person can do about a connection that can't be made.
    fn connect_sentence(&self, error: &reqwest::Error) -> Option<String> {
        if let Some(tls) = find::<rustls::Error>(error) {
            return self.tls_sentence(tls);
        }

        let causes: Vec<String> = causes(error).map(ToString::to_string).collect();
        let has = |part: &str| causes.iter().any(|cause| cause.contains(part));
        let plain = || self.with_scheme("http");
        // The types of these are private to their crate.
        if has("dns error") {
            let host = self.url.host_str().unwrap_or_default();
            return Some(match &self.proxy {
                Some(_) => "the name of the proxy can't be resolved".to_owned(),
                None => format!("the name `{host}` can't be resolved"),
            });
        }
        if has("tunnel error") {
            return Some("the proxy does not let requests through to the endpoint".to_owned());
        }
        let is_handshake = find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof);
        (self.url.scheme() == "https" && (is_handshake || has("handshake eof"))).then(|| {
            format!("the connection was closed in the TLS handshake; a service by plain HTTP is given as {}", plain())
        })
    }

    fn tls_sentence(&self, error: &rustls::Error) -> Option<String> {
        let host = self.url.host_str().unwrap_or_default();
        let rustls::Error::InvalidCertificate(wrong) = error else {
            return matches!(error, rustls::Error::InvalidMessage(_)).then(|| {
                format!(
                    "the endpoint does not speak TLS; a service by plain HTTP is given as {}",
                    self.with_scheme("http")
                )
            });
        };

        Some(match wrong {
            CertificateError::UnknownIssuer => match &self.ca_file {
                None => {
                    "the certificate of the endpoint is from no authority that is trusted here; if it is the right \
                         one, name the file of its authority by --ca-file"
                        .to_owned()
                }
                Some(path) => format!(
                    "the certificate of the endpoint is from no authority that is trusted here, and from none in {}",
                    path.display()
                ),
            },
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the certificate of the endpoint is not for `{host}`; use a name that it is for")
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the certificate of the endpoint has expired, or the clock of this machine is wrong".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the certificate of the endpoint is not valid yet, or the clock of this machine is wrong".to_owned()
            }
            // The type is private to the verifier.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                "the certificate of the endpoint is one of an authority, which a server must not use as its own; give \
                 the server one that the authority has signed"
                    .to_owned()
            }
            _ => "the certificate of the endpoint is wrong".to_owned(),
        })
    }

    /// The URL under another scheme.
    fn with_scheme(&self, scheme: &str) -> String {
        let host = self.url.host_str().unwrap_or_default();
        // Without a port the other scheme has another one, too.
        let port = self.url.port().map_or_else(String::new, |port| format!(":{port}"));
        format!("{scheme}://{host}{port}")
    }
}

/// An error and what it came from, from the outside to the inside.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// What an error came from.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // An error of the system passes over the error that it wraps.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// The first cause of a type.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// What the innermost cause says: it says most, where those around it say that something went wrong.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}
