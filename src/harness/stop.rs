//! A process that is stopped removes the keys of the cases under way before it ends.

use std::process;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::program::Say;

/// A second signal counts when so much time has passed: one stop may arrive as several.
const SAME_STOP: Duration = Duration::from_secs(1);

/// Whether the process was stopped, and how many cases are under way.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    token: CancellationToken,
    under_way: Arc<watch::Sender<usize>>,
}

/// A case that is under way as long as this lives.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<watch::Sender<usize>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|cases| *cases -= 1);
    }
}

impl Stop {
    /// Listens to signals from now on; to be called within a runtime.
    pub(super) fn listen(say: Say) -> Self {
        let stop = Self { token: CancellationToken::new(), under_way: Arc::new(watch::Sender::new(0)) };
        tokio::spawn(stop.clone().end_in_good_order(signals::Signals::listen(), say));
        stop
    }

    /// Cancelled when the process is stopped.
    pub(super) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Counts a case as under way. It does not return once the process was stopped, for that is about to end.
    pub(super) fn begin(&self) -> UnderWay {
        self.under_way.send_modify(|cases| *cases += 1);
        let under_way = UnderWay(Arc::clone(&self.under_way));
        // After the case was counted: one of the two sees the other.
        if self.token.is_cancelled() {
            drop(under_way);
            loop {
                thread::park();
            }
        }
        under_way
    }

    async fn end_in_good_order(self, mut signals: signals::Signals, say: Say) {
        let (name, code) = signals.next().await;
        let first = Instant::now();
        self.token.cancel();

        let mut under_way = self.under_way.subscribe();
        let cases = *under_way.borrow_and_update();
        if cases > 0 {
            say(&format!("{name}: removing the keys of {cases} {}; again to stop at once", plural(cases)));
        }
        loop {
            tokio::select! {
                _ = under_way.wait_for(|cases| *cases == 0) => break,
                _ = signals.next() => {
                    if first.elapsed() >= SAME_STOP {
                        say("stopped at once: keys may be left");
                        break;
                    }
                }
            }
        }
        process::exit(code);
    }
}

fn plural(cases: usize) -> &'static str {
    if cases == 1 { "case" } else { "cases" }
}

#[cfg(unix)]
mod signals {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that end a process in good order, each with its name and its exit code.
    pub(super) struct Signals(Vec<(Signal, &'static str, i32)>);

    impl Signals {
        pub(super) fn listen() -> Self {
            let kinds = [
                (SignalKind::interrupt(), "SIGINT"),
                (SignalKind::terminate(), "SIGTERM"),
                (SignalKind::hangup(), "SIGHUP"),
                (SignalKind::quit(), "SIGQUIT"),
            ];
            // One that can't be caught ends the process, which is its default.
            let caught = kinds.into_iter().filter_map(|(kind, name)| {
                let code = 128 + kind.as_raw_value();
                signal(kind).ok().map(|signal| (signal, name, code))
            });
            Self(caught.collect())
        }

        pub(super) async fn next(&mut self) -> (&'static str, i32) {
            poll_fn(|context| {
                let came = self
                    .0
                    .iter_mut()
                    .find_map(|(signal, name, code)| signal.poll_recv(context).is_ready().then_some((*name, *code)));
                came.map_or(Poll::Pending, Poll::Ready)
            })
            .await
        }
    }
}

#[cfg(not(unix))]
mod signals {
    /// Ctrl-C.
    pub(super) struct Signals;

    impl Signals {
        pub(super) fn listen() -> Self {
            Self
        }

        pub(super) async fn next(&mut self) -> (&'static str, i32) {
            let _ = tokio::signal::ctrl_c().await;
            ("Ctrl-C", 130)
        }
    }
}
