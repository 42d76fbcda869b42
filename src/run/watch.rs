//! What ends a run from outside of its cases: an interrupt, a limit of time, and an endpoint that no longer responds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::RunContext;
use super::interrupt::Interrupt;
use super::status::RunStatus;

/// When nothing was received for so many time-outs in a row, although requests were sent, the run ends; and after as many
/// more, so does its clean-up. A single call waits for four of them, so one operation that hangs does not end the run.
pub(super) const MOST_TIMEOUTS: u32 = 6;

/// Watches a run until it is over: ends it, and then its clean-up. Each reason for which a person waits is sent to
/// `stops`.
pub(super) async fn watch(
    run: Arc<RunContext>,
    status: Arc<RunStatus>,
    interrupt: Interrupt,
    stops: UnboundedSender<String>,
) {
    let client = &run.client;
    let reason = tokio::select! {
        biased;
        // A case may end the run too, and it may never have begun.
        () = status.stop.cancelled() => None,
        () = interrupt.stopped() => Some(interrupt.reason()),
        text = after(run.options.max_duration) => Some(text),
        () = client.is_silent_for(MOST_TIMEOUTS) => Some(silent(&run)),
    };
    let mut interrupted = interrupt.is_stopped();
    if let Some(reason) = reason {
        status.halt(reason.clone());
        // Where no service has ever responded there is nothing to remove, and the reports say why.
        if interrupted || client.has_responded() {
            // Without a receiver the run is over.
            let _ = stops.send(reason);
        }
    }

    // The clean-up has its own patience: the endpoint may be back.
    client.forget_silence();
    loop {
        tokio::select! {
            () = interrupt.stopped_at_once() => return status.abandon(format!("{} and stopped at once", interrupt.reason())),
            () = client.is_silent_for(MOST_TIMEOUTS) => return status.abandon(given_up(client.timeout())),
            () = interrupt.stopped(), if !interrupted => {
                interrupted = true;
                let _ = stops.send(interrupt.reason());
            }
        }
    }
}

/// Completes when the time is over, with the reason; never if there is no limit.
async fn after(limit: Option<Duration>) -> String {
    match limit {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            format!("--max-duration is over ({limit:?})")
        }
        None => std::future::pending().await,
    }
}

/// Why a run ends whose endpoint no longer responds.
fn silent(run: &RunContext) -> String {
    let nothing = nothing_received(run.client.timeout());
    if run.client.has_responded() {
        format!("the endpoint does not respond any more: {nothing}")
    } else {
        format!("no service responds at {}: {nothing}", run.client.target().endpoint)
    }
}

fn given_up(timeout: Duration) -> String {
    format!("clean-up was given up: {}", nothing_received(timeout))
}

fn nothing_received(timeout: Duration) -> String {
    format!("nothing was received for {MOST_TIMEOUTS} time-outs of {timeout:?} in a row")
}
