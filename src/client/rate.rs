//! Token buckets that wait: one for all requests, and one for each group that the cloud counts by itself.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::provider::RateGroup;

/// How many requests may be sent in a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Of all kinds together.
    pub all: Option<NonZeroU32>,
    /// Of each kind; none where there is no limit.
    pub groups: &'static [RateGroup],
}

/// Hands out the moments at which requests may go. They are evenly spaced, for a service counts by seconds of its own.
#[derive(Debug)]
pub(super) struct Buckets {
    limits: RateLimits,
    /// When the next request may go: of all kinds, and then of each group.
    next: Mutex<Vec<Option<Instant>>>,
}

impl Buckets {
    /// None where nothing is limited.
    pub(super) fn new(limits: RateLimits) -> Option<Self> {
        let is_limited = limits.all.is_some() || !limits.groups.is_empty();
        is_limited.then(|| Self { limits, next: Mutex::new(vec![None; limits.groups.len() + 1]) })
    }

    /// Waits for the next moment that is free for an operation.
    pub(super) async fn take(&self, operation: &str) {
        let group = RateGroup::index_of(self.limits.groups, operation);
        let all = (0, self.limits.all.map(spacing));
        let own = group.map(|group| (group + 1, Some(spacing(self.limits.groups[group].per_second))));
        let buckets = || [Some(all), own].into_iter().flatten();

        // One moment for both, so that neither is exceeded. The lock is held to choose it, and not while waiting for it:
        // others choose theirs meanwhile.
        let mine = {
            let mut next = self.next.lock().await;
            let mine = buckets().filter_map(|(place, _)| next[place]).fold(Instant::now(), Instant::max);
            for (place, spacing) in buckets() {
                next[place] = spacing.map_or(next[place], |spacing| Some(mine + spacing));
            }
            mine
        };
        // A timer takes a millisecond at least, also for a moment that is over: longer than a request to a loopback address.
        if mine > Instant::now() {
            sleep_until(mine).await;
        }
    }

    /// Sends nothing of an operation's group for a while, because the service wants to be left alone: a request that it gets
    /// before that is throttled too, whichever case sends it.
    pub(super) async fn hold(&self, operation: &str, pause: Duration) {
        let place = RateGroup::index_of(self.limits.groups, operation).map_or(0, |group| group + 1);
        let then = Instant::now() + pause;
        let mut next = self.next.lock().await;
        next[place] = Some(next[place].map_or(then, |next| next.max(then)));
    }
}

fn spacing(rate: NonZeroU32) -> Duration {
    Duration::from_secs(1) / rate.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    static GROUPS: [RateGroup; 2] = [
        RateGroup { name: "reads", per_second: NonZeroU32::new(20).unwrap(), operations: &["Read"] },
        RateGroup { name: "writes", per_second: NonZeroU32::new(10).unwrap(), operations: &[] },
    ];

    fn buckets(all: u32) -> Buckets {
        Buckets::new(RateLimits { all: NonZeroU32::new(all), groups: &GROUPS }).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_of_all_kinds_are_spaced_evenly() {
        let (buckets, begin) = (buckets(5), Instant::now());
        for request in 0..11 {
            buckets.take(if request % 2 == 0 { "Read" } else { "Write" }).await;
        }
        assert_eq!(begin.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn no_group_is_sent_more_than_it_may_however_much_is_allowed() {
        for (operation, wanted) in [("Read", 1000), ("Write", 2000)] {
            let (buckets, begin) = (buckets(500), Instant::now());
            for _ in 0..21 {
                buckets.take(operation).await;
            }
            assert_eq!(begin.elapsed().as_millis(), wanted, "{operation}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn in_no_second_is_more_sent_than_is_allowed_whatever_is_sent_beside_it() {
        let (buckets, begin) = (buckets(25), Instant::now());
        let mut sent = Vec::new();
        let send = async |operation: &'static str| {
            buckets.take(operation).await;
            (operation, begin.elapsed().as_millis())
        };
        for _ in 0..20 {
            let (one, two, three) = tokio::join!(send("Write"), send("Read"), send("Write"));
            sent.extend([one, two, three]);
        }
        let most = |operation: Option<&str>| {
            let is_meant = |name: &str| operation.is_none_or(|wanted| wanted == name);
            let times: Vec<u128> = sent.iter().filter(|(name, _)| is_meant(name)).map(|(_, at)| *at).collect();
            let within = |at: u128| times.iter().filter(|other| (at..at + 1000).contains(*other)).count();
            times.iter().map(|at| within(*at)).max().unwrap()
        };
        assert!(most(None) <= 25 && most(Some("Write")) <= 10 && most(Some("Read")) <= 20, "{sent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_that_is_throttled_is_left_alone_and_no_other() {
        let (buckets, begin) = (buckets(500), Instant::now());
        buckets.hold("Write", Duration::from_secs(3)).await;
        buckets.take("Read").await;
        assert!(begin.elapsed() < Duration::from_millis(100));
        buckets.take("Write").await;
        assert_eq!(begin.elapsed().as_secs(), 3);
    }

    #[test]
    fn nothing_is_waited_for_without_a_limit() {
        assert!(Buckets::new(RateLimits::default()).is_none());
    }
}
