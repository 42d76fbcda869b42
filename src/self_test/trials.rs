//! Trials at the same time, reported in order.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::SelfTestError;

/// Makes trials, `jobs` of them at a time, and emits their results in the order of the trials. Once `interrupt` is
/// cancelled, those under way are dropped.
pub(super) async fn in_order<T, F>(
    trials: impl Iterator<Item = F>,
    jobs: NonZeroUsize,
    interrupt: &CancellationToken,
    mut emit: impl FnMut(T),
) -> Result<(), SelfTestError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, SelfTestError>> + Send + 'static,
{
    let mut trials = trials.enumerate();
    let mut tasks = JoinSet::new();
    let mut finished = BTreeMap::new();
    let mut next = 0;

    loop {
        while tasks.len() < jobs.get()
            && let Some((position, trial)) = trials.next()
        {
            tasks.spawn(async move { (position, trial.await) });
        }

        let ended = tokio::select! {
            ended = tasks.join_next() => ended,
            () = interrupt.cancelled() => {
                // They have found something all the same.
                finished.into_values().for_each(emit);
                return Ok(());
            }
        };
        match ended {
            None => return Ok(()),
            Some(Err(error)) => return Err(SelfTestError::Start(error.to_string())),
            Some(Ok((position, trial))) => {
                finished.insert(position, trial?);
            }
        }

        // A trial waits here for those before it, so that the output is the same whichever ends first.
        while let Some(trial) = finished.remove(&next) {
            emit(trial);
            next += 1;
        }
    }
}
