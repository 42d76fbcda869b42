//! The target's clock, where it can be moved.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a hook may take.
const HOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that says what an endpoint is, in bytes.
const LONGEST_ANSWER: usize = 64 << 10;

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
            Self::Hook(url) => formatter.debug_tuple("Hook").field(url).finish(),
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
            text.extend_from_slice(&chunk);
            if text.len() > LONGEST_ANSWER {
                return None;
            }
        }
        let answer: serde_json::Value = serde_json::from_slice(&text).ok()?;
        (answer.get("mock")?.as_str()? == env!("CARGO_PKG_NAME")).then_some(())
    };
    match found.await {
        Some(()) => TargetClock::Hook(format!("{endpoint}/_mock/clock")),
        None => TargetClock::Fixed,
    }
}

/// Asks the hook; the number of seconds is also in the body, for hooks that read it there.
async fn post(url: &str, by: Duration) -> Result<(), String> {
    let failed = |error: reqwest::Error| format!("the clock hook did not answer: {}", error.without_url());
    let body = format!("{{\"advance_seconds\":{}}}", by.as_secs());
    let request = client(HOOK_TIMEOUT).map_err(failed)?.post(url).header("content-type", "application/json").body(body);
    let status = request.send().await.map_err(failed)?.status();
    if status.is_success() { Ok(()) } else { Err(format!("the clock hook answered HTTP {}", status.as_u16())) }
}

/// A client for hooks, which are on the way of no proxy.
fn client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout).no_proxy().build()
}
