//! How fast a target is sent requests, and how long its effects are waited for.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use super::{LiveTarget, SessionOptions};
use crate::client::{ClientOptions, RateLimit, RetryPolicy};
use crate::run::Settle;

/// How many cases are run at the same time where keys cost nothing.
const JOBS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// How many requests a second an account is sent; its quotas are not much higher.
const ACCOUNT_RATE: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// How fast a target is sent requests, and how long its effects are waited for.
pub(super) struct Pace {
    pub(super) jobs: NonZeroUsize,
    pub(super) settle: Settle,
    rate: Option<NonZeroU32>,
    /// The longest pause before a request is sent for the second time.
    retry_base: Duration,
}

impl Pace {
    /// What suits the target, unless the options say otherwise.
    pub(super) fn of(target: &LiveTarget, options: &SessionOptions) -> Self {
        let mut pace = if target.limits().is_some() { Self::account() } else { Self::emulator() };
        if target.is_prompt() {
            // Waiting would only make the report of a deviation slow.
            pace.settle.timeout = Duration::ZERO;
        }

        pace.jobs = options.jobs.unwrap_or(pace.jobs);
        pace.rate = options.rate.or(pace.rate);
        pace.settle.confirmations = options.confirmations.map_or(pace.settle.confirmations, NonZeroU32::get);
        pace.settle.timeout = options.settle_timeout.unwrap_or(pace.settle.timeout);
        pace
    }

    /// How requests are sent at this pace.
    pub(super) fn client_options(&self, options: &SessionOptions) -> ClientOptions {
        ClientOptions {
            connection: options.connection.clone(),
            retry: RetryPolicy { base: self.retry_base, ..RetryPolicy::default() },
            rate: self.rate.map(RateLimit),
            secrets: options.secrets.clone(),
        }
    }

    fn emulator() -> Self {
        let poll = Duration::from_millis(20);
        let settle = Settle { confirmations: 1, timeout: Duration::from_secs(1), poll };
        Self { jobs: JOBS, settle, rate: None, retry_base: poll }
    }

    fn account() -> Self {
        let poll = Duration::from_millis(500);
        // A cloud has many servers, and not all of them know of a change at once.
        let settle = Settle { confirmations: 2, timeout: Duration::from_secs(30), poll };
        Self { jobs: NonZeroUsize::MIN, settle, rate: Some(ACCOUNT_RATE), retry_base: poll }
    }
}
