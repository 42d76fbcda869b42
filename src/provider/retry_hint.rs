//! What a response says about the next try.

use std::time::Duration;

use super::HttpResponse;

/// What a response says about the next try.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryHint {
    /// Whether it says that requests are throttled, whatever its error code is.
    pub throttles: bool,
    /// How long to wait at least.
    pub pause: Option<Duration>,
}

impl RetryHint {
    /// The hint of the standard header: a `Retry-After` in seconds.
    pub fn standard(response: &HttpResponse) -> Self {
        let pause = response.header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
        Self { throttles: false, pause }
    }
}
