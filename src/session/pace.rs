//! How fast a target is sent requests, and how long its effects are waited for.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use super::{LiveTarget, SessionOptions, TargetKind};
use crate::client::{ClientOptions, RateLimits, RetryPolicy, Tape};
use crate::provider::RateGroup;
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
    /// What the cloud allows of each kind of request, whatever the rate is.
    groups: &'static [RateGroup],
    /// The longest pause before a request is sent for the second time.
    retry_base: Duration,
}

impl Pace {
    /// What suits the target, unless the options say otherwise.
    pub(super) fn of(target: &LiveTarget, options: &SessionOptions) -> Self {
        let mut pace = match target.kind() {
            // What is behind a loopback address has limits of its own, and `rate` is all that is known of them.
            Some(TargetKind::Account) if target.target().is_loopback() => Self::account(&[]),
            Some(TargetKind::Account) => Self::account(target.target().provider.declaration().rate_groups),
            Some(TargetKind::Loopback | TargetKind::Emulator) | None => Self::emulator(),
        };
        if target.is_prompt() {
            // Waiting would only make the report of a deviation slow.
            pace.settle.timeout = Duration::ZERO;
        }

        pace.jobs = options.jobs.unwrap_or(pace.jobs);
        pace.rate = options.rate.or(pace.rate);
        if matches!(options.tape, Tape::Play(_)) {
            // Nobody is sent anything.
            (pace.rate, pace.groups, pace.settle.poll) = (None, &[], Duration::ZERO);
        }
        pace.settle.confirmations = options.confirmations.map_or(pace.settle.confirmations, NonZeroU32::get);
        pace.settle.timeout = options.settle_timeout.unwrap_or(pace.settle.timeout);
        pace
    }

    /// How requests are sent at this pace.
    pub(super) fn client_options(&self, options: &SessionOptions) -> ClientOptions {
        ClientOptions {
            connection: options.connection.clone(),
            retry: RetryPolicy { base: self.retry_base, ..RetryPolicy::default() },
            rate: RateLimits { all: self.rate, groups: self.groups },
            max_requests: options.limits.max_requests,
            secrets: options.secrets.clone(),
        }
    }

    /// The most requests that a run may send: so many as were given, and no more than can be sent in its time.
    pub(super) fn most_requests(&self, time: Option<Duration>, given: Option<u64>) -> Option<u64> {
        let in_time = time.zip(self.rate).map(|(time, rate)| (time.as_secs_f64() * f64::from(rate.get())) as u64);
        in_time.into_iter().chain(given).min()
    }

    /// How long so many requests take at least; unknown if their rate has no limit.
    pub(super) fn least_time(&self, requests: usize) -> Option<Duration> {
        Some(Duration::from_secs_f64(requests as f64 / f64::from(self.rate?.get())))
    }

    fn emulator() -> Self {
        let poll = Duration::from_millis(20);
        let settle = Settle { confirmations: 1, timeout: Duration::from_secs(1), poll };
        Self { jobs: JOBS, settle, rate: None, groups: &[], retry_base: poll }
    }

    fn account(groups: &'static [RateGroup]) -> Self {
        let poll = Duration::from_millis(500);
        // A cloud has many servers, and not all of them know of a change at once.
        let settle = Settle { confirmations: 2, timeout: Duration::from_secs(30), poll };
        Self { jobs: NonZeroUsize::MIN, settle, rate: Some(ACCOUNT_RATE), groups, retry_base: poll }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Connection, Target};
    use crate::provider::registry;
    use crate::session::{ClockControl, Consent, Endpoint, RunningTarget};

    async fn live(url: &str, kind: TargetKind) -> LiveTarget {
        let target = Target::with_examples(registry::default_provider().provider(), url.parse().unwrap());
        let consent = Consent { live: true, insecure_http: false };
        let running = RunningTarget { target, kind, consent, clock: ClockControl::Forbidden };
        LiveTarget::start(Endpoint::Running(Box::new(running)), &Connection::default()).await.unwrap()
    }

    #[tokio::test]
    async fn an_account_is_sent_little_and_waited_for() {
        // Also one that is reached by a tunnel.
        for url in ["https://kms.example.com", "http://127.0.0.1:1"] {
            let pace = Pace::of(&live(url, TargetKind::Account).await, &SessionOptions::default());
            assert_eq!((pace.jobs, pace.rate), (NonZeroUsize::MIN, Some(ACCOUNT_RATE)));
            assert_eq!(pace.groups.is_empty(), url.starts_with("http:"));
            assert_eq!((pace.settle.confirmations, pace.settle.timeout), (2, Duration::from_secs(30)));
        }
    }

    #[tokio::test]
    async fn an_emulator_is_sent_what_it_takes() {
        // Also one that is not on a loopback address: its keys cost nothing.
        for (url, kind) in
            [("http://127.0.0.1:1", TargetKind::Loopback), ("http://emulator.example:8080", TargetKind::Emulator)]
        {
            let pace = Pace::of(&live(url, kind).await, &SessionOptions::default());
            assert_eq!((pace.jobs, pace.rate, pace.groups.len()), (JOBS, None, 0));
            assert_eq!((pace.settle.confirmations, pace.settle.timeout), (1, Duration::from_secs(1)));
        }
    }

    #[tokio::test]
    async fn options_come_before_what_suits_the_target() {
        let emulator = live("http://127.0.0.1:1", TargetKind::Loopback).await;
        let (jobs, three) = (NonZeroUsize::new(2), NonZeroU32::new(3));
        let timeout = Some(Duration::from_secs(5));
        let options = SessionOptions {
            jobs,
            rate: three,
            confirmations: three,
            settle_timeout: timeout,
            ..SessionOptions::default()
        };
        let pace = Pace::of(&emulator, &options);
        assert_eq!((Some(pace.jobs), pace.rate), (jobs, three));
        assert_eq!((pace.settle.confirmations, Some(pace.settle.timeout)), (3, timeout));
    }
}
