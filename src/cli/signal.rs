//! Being told to stop: once to end in good order, twice to end now.

use tokio_util::sync::CancellationToken;

/// The exit code of a program that a second interrupt ended.
const INTERRUPTED: i32 = 130;

/// A token that is cancelled by the first interrupt (Ctrl-C) or termination signal. The second ends the process.
pub(super) fn stop_token() -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        interrupted().await;
        stop.cancel();
        interrupted().await;
        std::process::exit(INTERRUPTED);
    });
    token
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
}
