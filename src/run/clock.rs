//! The target's clock, if it can be moved.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a hook may take.
const HOOK_TIMEOUT: Duration = Duration::from_secs(10);

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
    /// It is moved by a POST to a URL in which `{seconds}` is replaced.
    Hook(String),
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
            Self::Hook(url) => post(&url.replace("{seconds}", &by.as_secs().to_string()), by).await,
        }
    }
}

/// The clock of an endpoint, if that is a mock of this program and says so within the time.
pub async fn find_clock(endpoint: &str, within: Duration) -> TargetClock {
    let endpoint = endpoint.trim_end_matches('/');
    let found = async {
        let mut response = client(within).ok()?.get(format!("{endpoint}/_mock/")).send().await.ok()?;
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            // Any server may be there, and its body may have no end.
            text.extend_from_slice(&chunk);
            if text.len() > LONGEST_RESPONSE {
                return None;
            }
        }
        let fields: serde_json::Value = serde_json::from_slice(&text).ok()?;
        (fields.get("mock")?.as_str()? == env!("CARGO_PKG_NAME")).then_some(())
    };
    match found.await {
        Some(()) => TargetClock::Hook(format!("{endpoint}/_mock/clock")),
        None => TargetClock::Fixed,
    }
}

/// Posts to the hook. The number of seconds is also in the body, for hooks that read it there.
async fn post(url: &str, by: Duration) -> Result<(), String> {
    let failed = |error: reqwest::Error| format!("the clock hook did not respond: {}", error.without_url());
    let body = format!("{{\"advance_seconds\":{}}}", by.as_secs());
    let request = client(HOOK_TIMEOUT).map_err(failed)?.post(url).header("content-type", "application/json").body(body);
    let status = request.send().await.map_err(failed)?.status();
    if status.is_success() { Ok(()) } else { Err(format!("the clock hook responded with HTTP {}", status.as_u16())) }
}

/// A client for hooks. They are local, so no proxy is used.
fn client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout).no_proxy().build()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// The clock that is found at an endpoint with this body.
    async fn found(body: String) -> TargetClock {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            // A client that has read enough hangs up.
            let _ = stream.write_all(response.as_bytes()).await;
        });
        find_clock(&endpoint, Duration::from_secs(60)).await
    }

    #[tokio::test]
    async fn only_a_mock_of_this_program_has_a_clock() {
        let TargetClock::Hook(url) = found(r#"{"mock": "kms-conformance"}"#.to_owned()).await else {
            panic!("no clock")
        };
        assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/_mock/clock"), "{url}");
        assert!(!url.contains("//_mock"), "{url}");
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
    fn a_hook_is_printed_without_its_url() {
        let clock = TargetClock::Hook("http://user:password@127.0.0.1/".to_owned());
        assert_eq!(format!("{clock:?} {:?}", TargetClock::Fixed), "Hook Fixed");
    }
}
