//! Signals: the first stops the program in good order, a later one at once.
//!
//! SIGINT (Ctrl-C), SIGTERM, SIGQUIT and SIGHUP mean the same. A hang-up that was ignored when the program started stays
//! ignored, for that is what `nohup` is for.
//!
//! - `sequence`: what each signal of several means;
//! - `hang_up`: whether SIGHUP is ignored.

#[cfg(unix)]
mod hang_up;
mod sequence;

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use self::sequence::{Meaning, Sequence};
use crate::run::Interrupt;

/// The exit code of a program that signals ended before it could end by itself.
pub(crate) const INTERRUPTED: i32 = 130;

/// The signals of this process, as a request to stop.
#[derive(Debug, Clone)]
pub(crate) struct Stops {
    interrupt: Interrupt,
    sequence: Arc<Mutex<Sequence>>,
}

impl Stops {
    /// Signals are caught from the moment this returns. A runtime of tokio must be there.
    pub(crate) fn listen() -> Self {
        let stops = Self { interrupt: Interrupt::new(), sequence: Arc::default() };
        let (interrupt, sequence) = (stops.interrupt.clone(), Arc::clone(&stops.sequence));
        let mut signals = Signals::listen();

        tokio::spawn(async move {
            loop {
                let name = signals.next().await;
                let meaning = sequence.lock().unwrap_or_else(PoisonError::into_inner).signal(Instant::now());
                match meaning {
                    Meaning::Stop => interrupt.stop(name),
                    Meaning::TooEarly => {}
                    Meaning::Remind => {
                        // Whoever should have said so may wait for a reader that does not read.
                        let _ = writeln!(io::stderr(), "still stopping; again to stop now");
                    }
                    Meaning::AtOnce => interrupt.stop_at_once(),
                    Meaning::Exit => std::process::exit(INTERRUPTED),
                }
            }
        });
        stops
    }

    /// The request to stop.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Notes that a person was told what the program does now, and that another signal stops it at once.
    pub(crate) fn announced(&self) {
        self.sequence.lock().unwrap_or_else(PoisonError::into_inner).announced();
    }
}

#[cfg(unix)]
struct Signals(Vec<(&'static str, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        let mut kinds = vec![
            ("SIGINT", SignalKind::interrupt()),
            ("SIGTERM", SignalKind::terminate()),
            ("SIGQUIT", SignalKind::quit()),
        ];
        // Found out before anything is caught, for the disposition can't be seen afterwards.
        if !hang_up::is_ignored() {
            kinds.push(("SIGHUP", SignalKind::hangup()));
        }
        // A signal that can't be caught ends the process, which is its default.
        Self(kinds.into_iter().filter_map(|(name, kind)| Some((name, signal(kind).ok()?))).collect())
    }

    /// The name of the next signal.
    async fn next(&mut self) -> &'static str {
        std::future::poll_fn(|context| {
            let came =
                self.0.iter_mut().find_map(|(name, signal)| signal.poll_recv(context).is_ready().then_some(*name));
            came.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
