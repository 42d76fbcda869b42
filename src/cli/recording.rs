//! What a run says of itself where its exchanges are recorded, so that they can be judged again.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use super::CliError;
use crate::client::Tape;
use crate::ledger::new_mark;
use crate::report::har::{HarRecorder, RecordedRun};
use crate::run::{TargetClock, Unsupported};
use crate::session::{LiveTarget, SessionOptions, TargetKind};
use crate::suite::Suite;

/// Records the exchanges of a run in a file; the options then say what a later run must know of this one.
///
/// # Errors
///
/// When the file can't be written.
pub(super) fn recorder(
    path: &Path,
    suite: &Suite,
    cases: &[usize],
    target: &LiveTarget,
    options: &mut SessionOptions,
) -> Result<Arc<HarRecorder>, CliError> {
    let seed = options.seed.unwrap_or_else(|| fastrand::u32(..));
    let mark = new_mark();
    let account = target.kind() == Some(TargetKind::Account);
    let own_credentials = !target.target().has_example_credentials();

    let run = RecordedRun {
        format: RecordedRun::FORMAT,
        provider: suite.service.provider.clone(),
        endpoint: target.target().endpoint.to_string(),
        region: target.target().region.clone(),
        kind: target.kind().map_or("mock", TargetKind::name).to_owned(),
        target_version: options.target_version.clone(),
        prompt: target.is_prompt(),
        own_credentials,
        moves_clock: !matches!(target.clock(), TargetClock::Fixed),
        suite: suite.hash().to_owned(),
        seed,
        mark: mark.clone(),
        salt: format!("{:032x}", fastrand::u128(..)),
        tour: options.isolation.is_tour(account),
        max_keys: options.limits.max_keys,
        confirm_failures: options.confirm_failures,
        confirmations: options.confirmations.map(NonZeroU32::get),
        settle_timeout: options.settle_timeout.and_then(|time| u64::try_from(time.as_millis()).ok()),
        strict: options.strict,
        skip_unsupported: options.unsupported == Unsupported::Skip,
        cases: cases.iter().map(|index| suite.cases[*index].id.to_string()).collect(),
    };

    let recorder = Arc::new(HarRecorder::create(path, run, account || own_credentials)?);
    (options.seed, options.mark, options.reuse) = (Some(seed), Some(mark), false);
    options.tape = Tape::Record(Arc::clone(&recorder) as Arc<_>);
    Ok(recorder)
}
