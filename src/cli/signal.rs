//! Signals: the first ends the program in good order, the second at once.

use tokio_util::sync::CancellationToken;

/// The exit code of a program that a second interrupt ended.
const INTERRUPTED: i32 = 130;

/// A token that is cancelled by the first interrupt (Ctrl-C) or termination signal. The second ends the process.
/// Signals are caught from the moment this returns.
pub(super) fn stop_token() -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    let mut interrupts = Interrupts::listen();
    tokio::spawn(async move {
        interrupts.next().await;
        stop.cancel();
        interrupts.next().await;
        // Whoever sends it twice does not want to wait for the end of the run.
        std::process::exit(INTERRUPTED);
    });
    token
}

#[cfg(unix)]
struct Interrupts(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Interrupts {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        // A signal that can't be caught ends the process, which is its default.
        Self(
            [SignalKind::interrupt(), SignalKind::terminate()]
                .into_iter()
                .filter_map(|kind| signal(kind).ok())
                .collect(),
        )
    }

    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let came = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
