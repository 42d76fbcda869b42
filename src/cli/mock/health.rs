//! `mock --check-health`: whether a mock serves, for what watches its container.

use std::error::Error as _;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use crate::cli::{CliError, Context, Exit};
use crate::mock::health;

/// How long a mock may take to respond: less than what watches a container usually gives a check, so that this can still
/// say what is wrong.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The URL at which a mock says that it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HealthUrl(Url);

impl FromStr for HealthUrl {
    type Err = String;

    /// Takes the address of a mock as the mock prints it, with or without a scheme.
    fn from_str(text: &str) -> Result<Self, String> {
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let bad = || format!("`{text}` is not the address of a mock, such as 127.0.0.1:8080 or https://127.0.0.1:8443");
        let mut url = Url::parse(&with_scheme).map_err(|_| bad())?;
        let is_address = matches!(url.scheme(), "http" | "https")
            && matches!(url.path(), "/" | health::PATH)
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_address {
            return Err(bad());
        }
        url.set_path(health::PATH);
        Ok(Self(url))
    }
}

impl HealthUrl {
    /// Sends the one request and says what came.
    pub(super) fn check(&self, context: &Context) -> Result<Exit, CliError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::Runtime)?;
        match runtime.block_on(self.trouble()) {
            None => Ok(Exit::Passed),
            Some(trouble) => {
                context.report(&format!("error: no mock responds well at {}: {trouble}", self.0));
                Ok(Exit::Failed)
            }
        }
    }

    /// Why the mock is not well; nothing if it is.
    async fn trouble(&self) -> Option<String> {
        match self.send().await {
            Ok((200, body)) if body == health::BODY => None,
            Ok((200, _)) => Some("another server responded".to_owned()),
            Ok((status, _)) => Some(format!("the response was HTTP {status}")),
            Err(error) if error.is_timeout() => Some(format!("no response within {} s", TIMEOUT.as_secs())),
            Err(error) => Some(innermost(&error)),
        }
    }

    /// The status, and as much of the body as the right one has.
    async fn send(&self) -> reqwest::Result<(u16, String)> {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the container is for other hosts.
            .no_proxy()
            // Nothing secret is sent, and nothing in the response is believed but that there was one.
            .tls_danger_accept_invalid_certs(true)
            .build()?;
        let mut response = client.get(self.0.clone()).send().await?;

        let mut body = Vec::new();
        while body.len() <= health::BODY.len()
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        Ok((response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()))
    }
}

/// What the libraries below say; the outermost text only repeats the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
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
    fn the_address_is_as_the_mock_prints_it() {
        for (text, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080/_mock/health"),
            ("[::1]:8080", "http://[::1]:8080/_mock/health"),
            ("kms:8080", "http://kms:8080/_mock/health"),
            ("https://localhost:8443/", "https://localhost:8443/_mock/health"),
            ("http://localhost:8080/_mock/health", "http://localhost:8080/_mock/health"),
        ] {
            assert_eq!(text.parse::<HealthUrl>().unwrap().0.as_str(), url, "{text}");
        }
        for text in
            ["", "ftp://localhost", "http://localhost/other", "http://u:p@localhost", "http://localhost/?x", "a b"]
        {
            assert!(text.parse::<HealthUrl>().is_err(), "{text}");
        }
    }
}
