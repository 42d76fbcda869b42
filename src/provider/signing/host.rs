//! The host of a request, which every scheme signs as it is sent.

use url::Url;

use crate::provider::EncodeError;

/// The host of an endpoint as it is sent: with the port unless it is that of the scheme.
///
/// # Errors
///
/// When the endpoint is not a URL with a host.
pub fn host(endpoint: &str) -> Result<String, EncodeError> {
    let none = || EncodeError::Endpoint { endpoint: endpoint.to_owned() };
    let url = Url::parse(endpoint).map_err(|_| none())?;
    let name = url.host_str().ok_or_else(none)?;
    Ok(match url.port() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_signed_as_it_is_sent() {
        for (endpoint, wanted) in [
            ("https://kms.cn-hangzhou.aliyuncs.com", "kms.cn-hangzhou.aliyuncs.com"),
            ("https://KMS.example:443/", "kms.example"),
            ("http://localhost:80", "localhost"),
            ("https://localhost:80", "localhost:80"),
            ("http://[::1]:4711", "[::1]:4711"),
        ] {
            assert_eq!(host(endpoint).unwrap(), wanted);
        }
        assert_eq!(host("127.0.0.1").unwrap_err().to_string(), "the endpoint `127.0.0.1` has no host to sign for");
    }
}
