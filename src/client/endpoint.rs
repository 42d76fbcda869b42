//! The URL of an endpoint.

use reqwest::Url;

use super::ClientError;

/// Checks that an endpoint is one, as [`super::Client::new`] does.
///
/// # Errors
///
/// It is not the URL of a service.
pub fn check_endpoint(endpoint: &str) -> Result<(), ClientError> {
    parse(endpoint).map(|_| ())
}

/// Reads the URL of an endpoint.
pub(super) fn parse(endpoint: &str) -> Result<Url, ClientError> {
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

/// Whether an endpoint is on a loopback address.
pub fn is_loopback_endpoint(endpoint: &str) -> bool {
    Url::parse(endpoint).is_ok_and(|url| url.host_str().is_some_and(is_loopback))
}

/// Whether a host is a loopback address.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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
            ("http://id:pw/with/@s@host", "`http://…@host` is not a URL"),
            ("id:pw@host", "`…@host` is not a URL"),
        ] {
            let error = parse(endpoint).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("pw"), "{endpoint}: {error}");
        }

        assert!(parse("http://127.0.0.1:1").is_ok());
    }

    #[test]
    fn loopback_is_recognised() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["kms.example.com", "10.0.0.1", "localhost.example"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
