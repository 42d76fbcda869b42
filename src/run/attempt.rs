//! Asks a case, as often as answers are lost, and finds out whose a deviation is.

use std::sync::Arc;
use std::time::Instant;

use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::finding::Finding;
use super::health::Health;
use super::order::Planned;
use super::result::Outcome;
use super::walker::Walker;
use crate::suite::case::Case;
use crate::verdict::{Kind, Verdict};

/// A case and what came of it.
pub(super) struct Done {
    pub(super) planned: Planned,
    pub(super) outcome: Outcome,
}

/// Asks a case, again on fresh keys when an answer was lost, and removes what it made.
pub(super) async fn ask(shared: Arc<Shared>, planned: Planned, health: Arc<Health>) -> Done {
    let case = &shared.suite.cases[planned.index];
    let begin = Instant::now();
    let walk = match &planned.walk {
        Ok(walk) => Arc::clone(walk),
        Err(finding) => {
            let outcome = Outcome::not_asked(finding.clone());
            return Done { planned, outcome };
        }
    };
    let position = planned.position;
    let mut attempts = 0;
    let mut left = Vec::new();
    loop {
        if health.stop.is_cancelled() {
            let finding = Finding::inconclusive(Kind::Cut, health.why_not_judged());
            return Done { planned, outcome: Outcome { left, ..Outcome::not_asked(finding) } };
        }
        attempts += 1;
        let prefix = format!("{}-{position}-{attempts}", shared.options.mark);
        let random = random_of(shared.options.seed, case, attempts);
        let mut walker = Walker::new(&shared, case, prefix.clone(), random, health.stop.clone());
        let mut finding = walker.ask(&walk).await.err();
        left.extend(walker.clean_up().await);
        if let Some(found) = &mut finding {
            if let Some(operation) = &walker.unknown {
                found.for_want_of(operation, shared.options.unsupported);
            }
            if found.kind == Kind::Cut {
                found.reason = health.why_not_judged();
            }
            left.extend(attribute(&shared, found, format!("{prefix}-cell"), attempts, &health.stop).await);
        }
        let again = finding.as_ref().is_some_and(|finding| finding.again);
        // An endpoint that has never answered does not do so for the asking.
        let hopeless = finding.as_ref().is_some_and(|finding| finding.silent);
        if again && !hopeless && attempts < shared.options.attempts {
            continue;
        }
        let finding = finding.map(|finding| if again { lost(finding) } else { finding });
        let keep = finding.is_some() || shared.options.keep_exchanges;
        let provider = &shared.client.target().provider;
        let vault = shared.client.vault();
        let exchanges = if keep { walker.transcript.render(&**provider, vault) } else { Vec::new() };
        let outcome = Outcome {
            finding: finding.map(Box::new),
            expected: walker.expected,
            also_accepted: walker.also_accepted,
            actual: walker.actual,
            lenient: walker.lenient,
            notes: walker.notes,
            exchanges,
            attempts,
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            left,
            listed: None,
        };
        return Done { planned, outcome };
    }
}

/// Says whose a deviation is that a scenario met on its way: if the table's own case for the same cell fails too, on a
/// fresh key by the shortest route, it is that cell's, and the scenario could not be judged. What could not be removed
/// comes back.
async fn attribute(
    shared: &Shared,
    finding: &mut Finding,
    prefix: String,
    attempt: u32,
    stop: &CancellationToken,
) -> Vec<String> {
    let Some(cell) = finding.cell.take().map(|index| &shared.suite.cases[index]) else { return Vec::new() };
    let Ok(walk) = shared.planner.walk(cell) else { return Vec::new() };
    if walk.moves_clock {
        return Vec::new();
    }
    let random = random_of(shared.options.seed, cell, attempt);
    let mut walker = Walker::new(shared, cell, prefix, random, stop.clone());
    let same = walker.ask(&walk).await.is_err();
    let left = walker.clean_up().await;
    if same {
        finding.verdict = Verdict::Inconclusive;
        finding.kind = Kind::Fixture;
        finding.reason = format!("{}, as in {}", finding.reason, cell.id);
    }
    left
}

/// What the test data of a case is drawn from: of the seed and the case, so that neither the number of jobs nor the
/// choice of cases changes it.
fn random_of(seed: u32, case: &Case, attempt: u32) -> fastrand::Rng {
    let mut digest = Sha256::new();
    digest.update(seed.to_be_bytes());
    digest.update(attempt.to_be_bytes());
    digest.update(case.id.as_str());
    let digest: [u8; 32] = digest.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    fastrand::Rng::with_seed(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// A deviation that a lost answer may explain is none.
fn lost(finding: Finding) -> Finding {
    if finding.verdict != Verdict::Fail {
        return finding;
    }
    let reason = format!("{}, but an earlier answer was lost, which may explain it", finding.reason);
    Finding { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn test_data_is_of_the_seed_the_case_and_the_attempt() {
        let suite = load(embedded(), None).unwrap();
        let drawn = |seed, case: usize, attempt| random_of(seed, &suite.cases[case], attempt).u128(..);
        assert_eq!(drawn(7, 0, 1), drawn(7, 0, 1));
        let others = [drawn(8, 0, 1), drawn(7, 1, 1), drawn(7, 0, 2)];
        assert!(!others.contains(&drawn(7, 0, 1)), "{others:?}");
    }
}
