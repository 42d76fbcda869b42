//! The target's clock, if it can be moved.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use thiserror::Error;
use url::Url;

use crate::client::{ClientError, Connection, EndpointUrl, HttpClient, HttpError, hidden_character};
use crate::redact::Secret;

/// What is replaced in the URL of a hook.
const SECONDS: &str = "{seconds}";

/// The longest response that is read to find out what an endpoint is, in bytes.
const LONGEST_RESPONSE: usize = 64 << 10;

/// The target's clock.
#[derive(Clone, Default)]
pub enum TargetClock {
    /// It can't be moved; cases that need it are skipped.
    #[default]
    Fixed,
    /// It is moved by a function: the bundled mock of this process.
    Function(Arc<dyn Fn(Duration) + Send + Sync>),
    /// It is moved by a POST to a URL.
    Hook(ClockHook),
}

/// A URL that moves a clock when a POST is sent to it, after `{seconds}` in it is replaced. It may hold a password, so it
/// can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct HookUrl(String);

/// A hook that can be called.
#[derive(Clone)]
pub struct ClockHook {
    url: HookUrl,
    client: HttpClient,
    /// What the admin API of a mock may require.
    token: Option<Secret>,
    /// Whether it is that of a mock of this program, which says what the clock shows.
    is_of_mock: bool,
}

/// Why a text is not the URL of a hook. The text is not shown: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HookError {
    /// A character that no URL holds.
    #[error("it holds {0}; leave that out")]
    Character(String),
    /// It is not a URL.
    #[error("it is not a URL such as http://127.0.0.1:9000/clock?advance={SECONDS}: {0}")]
    Url(String),
    /// It does not say where the number goes.
    #[error("it has no {SECONDS}, which is replaced by how far the clock is moved")]
    NoSeconds,
    /// The number would be a part of the host.
    #[error("{SECONDS} may stand in its path and its query only")]
    SecondsInHost,
}

impl FromStr for HookUrl {
    type Err = HookError;

    fn from_str(text: &str) -> Result<Self, HookError> {
        if let Some(character) = hidden_character(text) {
            return Err(HookError::Character(character));
        }
        let hook = Self(text.to_owned());
        let url = hook.at(0)?;

        if !matches!(url.scheme(), "http" | "https") {
            return Err(HookError::Url(format!("its scheme is `{}`", url.scheme())));
        }
        if !text.contains(SECONDS) {
            return Err(HookError::NoSeconds);
        }
        let place = |url: &Url| url[..url::Position::AfterPort].to_owned();
        if place(&url) != place(&hook.at(1)?) { Err(HookError::SecondsInHost) } else { Ok(hook) }
    }
}

impl HookUrl {
    /// The URL that moves the clock by so many seconds.
    fn at(&self, seconds: u64) -> Result<Url, HookError> {
        let text = self.0.replace(SECONDS, &seconds.to_string());
        Url::parse(&text).map_err(|error| HookError::Url(error.to_string()))
    }
}

impl fmt::Debug for HookUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HookUrl")
    }
}

impl ClockHook {
    /// Makes a hook; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When certificates can't be read, or the proxy is wrong.
    pub fn new(url: HookUrl, connection: &Connection) -> Result<Self, ClientError> {
        let wrong = |error: HookError| ClientError::ClockHook { reason: error.to_string() };
        let client = HttpClient::new(&url.at(0).map_err(wrong)?, connection)?;
        Ok(Self { url, client, token: None, is_of_mock: false })
    }

    /// A request to the hook, with the token if there is one.
    fn request(&self, method: Method, url: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        }
    }

    /// Sends the POST. The number of seconds is also in the body, for hooks that read it there. A mock responds with what the
    /// clock shows then.
    async fn call(&self, by: Duration) -> Result<Option<Timestamp>, String> {
        let url = self.url.at(by.as_secs()).map_err(|error| error.to_string())?;
        let body = format!("{{\"advance_seconds\":{}}}", by.as_secs());
        let request = self.request(Method::POST, url.as_str());
        let request = request.header("content-type", "application/json").body(body);

        let failed = |error: HttpError| format!("the clock hook did not respond: {error}");
        let mut response = self.client.send(request).await.map_err(failed)?;
        let status = response.status();
        if status.is_success() {
            let shown = if self.is_of_mock { self.client.chunk(&mut response).await.ok().flatten() } else { None };
            let shown: Option<serde_json::Value> = shown.and_then(|text| serde_json::from_slice(&text).ok());
            Ok(shown.and_then(|fields| fields.get("now")?.as_str()?.parse().ok()))
        } else {
            Err(format!("the clock hook responded with HTTP {}{}", status.as_u16(), self.client.through()))
        }
    }
}

impl fmt::Debug for TargetClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed => formatter.write_str("Fixed"),
            Self::Function(_) => formatter.write_str("Function"),
            // Its URL may hold a password.
            Self::Hook(_) => formatter.write_str("Hook"),
        }
    }
}

impl TargetClock {
    /// Whether it can be moved at all.
    pub fn moves(&self) -> bool {
        !matches!(self, Self::Fixed)
    }

    /// Moves it.
    ///
    /// # Errors
    ///
    /// In one line: why it did not move.
    pub(super) async fn advance(&self, by: Duration) -> Result<(), String> {
        match self {
            Self::Fixed => Err("the target's clock can't be moved".to_owned()),
            Self::Function(advance) => {
                advance(by);
                Ok(())
            }
            Self::Hook(hook) => hook.call(by).await.map(|_| ()),
        }
    }

    /// What it shows, if it is one that says so: that of a mock of this program.
    pub(super) async fn now(&self) -> Option<Timestamp> {
        match self {
            Self::Hook(hook) if hook.is_of_mock => hook.call(Duration::ZERO).await.ok()?,
            Self::Fixed | Self::Function(_) | Self::Hook(_) => None,
        }
    }
}

/// The clock of an endpoint, if that is a mock of this program and says so. Its admin API may require a token.
///
/// # Errors
///
/// When certificates can't be read, or the proxy is wrong.
pub async fn find_clock(
    endpoint: &EndpointUrl,
    token: Option<&Secret>,
    connection: &Connection,
) -> Result<TargetClock, ClientError> {
    // The mock reads the number in the body.
    let url = HookUrl(format!("{endpoint}/_mock/clock"));
    let hook = ClockHook { token: token.cloned(), is_of_mock: true, ..ClockHook::new(url, connection)? };

    let found = async {
        let request = hook.request(Method::GET, &format!("{endpoint}/_mock/"));
        let mut response = hook.client.send(request).await.ok()?;
        let mut text = Vec::new();
        while let Some(chunk) = hook.client.chunk(&mut response).await.ok()? {
            // Any server may be there, and its body may have no end.
            text.extend_from_slice(&chunk);
            if text.len() > LONGEST_RESPONSE {
                return None;
            }
        }
        let fields: serde_json::Value = serde_json::from_slice(&text).ok()?;
        (fields.get("mock")?.as_str()? == env!("CARGO_PKG_NAME")).then_some(())
    };
    Ok(match found.await {
        Some(()) => TargetClock::Hook(hook),
        None => TargetClock::Fixed,
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// The clock that is found at an endpoint with this body.
    async fn found(body: String) -> TargetClock {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            // A client that has read enough hangs up.
            let _ = stream.write_all(response.as_bytes()).await;
        });
        let connection = Connection { timeout: Duration::from_secs(60), ..Connection::default() };
        find_clock(&endpoint, None, &connection).await.unwrap()
    }

    #[tokio::test]
    async fn only_a_mock_of_this_program_has_a_clock() {
        let TargetClock::Hook(hook) = found(r#"{"mock": "kms-conformance"}"#.to_owned()).await else {
            panic!("no clock")
        };
        assert!(hook.url.at(5).unwrap().path() == "/_mock/clock");
        for other in ["", "{}", r#"{"mock": "another"}"#, r#"{"mock": 1}"#] {
            assert!(!found(other.to_owned()).await.moves(), "{other}");
        }
    }

    #[tokio::test]
    async fn a_long_response_is_not_read_to_its_end() {
        let body = r#"{"mock": "kms-conformance"}"#;
        let longest = body.to_owned() + &" ".repeat(LONGEST_RESPONSE - body.len());
        assert!(found(longest.clone()).await.moves());
        assert!(!found(longest + " ").await.moves());
    }

    #[test]
    fn a_hook_is_checked_and_printed_without_its_url() {
        let hook: HookUrl = "http://user:password@127.0.0.1/?{seconds}".parse().unwrap();
        let clock = TargetClock::Hook(ClockHook::new(hook, &Connection::default()).unwrap());
        assert_eq!(format!("{clock:?} {:?}", TargetClock::Fixed), "Hook Fixed");

        for (text, reason) in [
            ("/clock?{seconds}", "it is not a URL such as http://127.0.0.1:9000/clock?advance={seconds}: relative URL"),
            ("localhost:9000/{seconds}", "its scheme is `localhost`"),
            ("ftp://host/{seconds}", "its scheme is `ftp`"),
            ("http://host/clock", "it has no {seconds}"),
            ("http://host/{seconds}\r", "it holds a carriage return `\\r`"),
            ("http://host:{seconds}/", "{seconds} may stand in its path and its query only"),
        ] {
            let error = text.parse::<HookUrl>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
