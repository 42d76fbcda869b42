//! What the verdicts of a run are measured by: a baseline, and how many cases may be inconclusive or skipped.

use std::path::Path;
use std::sync::Arc;

use super::RunArguments;
use crate::cli::{CliError, Context, report};
use crate::diagnostic::counted;
use crate::event::RunFooter;
use crate::known::KnownFailures;
use crate::report::baseline::Baseline;
use crate::suite::Suite;

/// What failures are measured by.
pub(super) struct Measures {
    pub(super) known: Option<Arc<KnownFailures>>,
    pub(super) baseline: Option<Baseline>,
}

/// The results that the run is measured by.
pub(super) fn baseline(path: &Path, suite: &Suite, context: &Context) -> Result<Baseline, CliError> {
    let (results, path) = (report::read(path, context)?, path.display().to_string());
    let (of, provider) = (&results.target.provider, &suite.service.provider);
    if of != provider {
        return Err(CliError::OtherBaseline { path, of: of.clone(), provider: provider.clone() });
    }
    Ok(Baseline::new(path, results))
}

/// The footer without the inconclusive cases that are allowed, and what there is too much of.
pub(super) fn within_limits(mut footer: RunFooter, arguments: &RunArguments) -> (RunFooter, Vec<String>) {
    let RunArguments { max_inconclusive, max_skipped, .. } = arguments;
    let mut too_many = Vec::new();
    let summary = &mut footer.summary;
    if summary.inconclusive <= *max_inconclusive {
        summary.inconclusive = 0;
    } else if *max_inconclusive > 0 {
        let cases = counted(summary.inconclusive, "case is", "cases are");
        too_many.push(format!("{cases} inconclusive, more than the {max_inconclusive} of --max-inconclusive"));
    }
    if let Some(most) = max_skipped.filter(|most| summary.skipped > *most) {
        let cases = counted(summary.skipped, "case was", "cases were");
        too_many.push(format!("{cases} skipped, more than the {most} of --max-skipped"));
    }
    (footer, too_many)
}
