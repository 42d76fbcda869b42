//! One attempt at a case on fresh keys: set-up, probe or steps, tear-down.

use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::bindings::Bindings;
use super::case_notes::CaseNotes;
use super::failure::Failure;
use super::inventory::{Inventory, Leak};
use super::probe::Probe;
use super::requester::Requester;
use super::scenario::StepRunner;
use super::setup::Setup;
use crate::event::Exchange;
use crate::plan::CasePlan;
use crate::suite::case::{Case, Subject};
use crate::suite::name::OperationName;

/// One attempt at a case.
pub(super) struct Attempt<'a> {
    run: &'a RunContext,
    case: &'a Case,
    requester: Requester<'a>,
    inventory: Inventory<'a>,
    notes: CaseNotes,
    /// The number at which the case was begun; that of a control is no one's.
    begun: usize,
}

impl<'a> Attempt<'a> {
    /// An attempt whose names begin with `prefix`, and whose test data is drawn by its number.
    pub(super) fn new(
        run: &'a RunContext,
        case: &'a Case,
        prefix: String,
        number: u32,
        begun: usize,
        stop: CancellationToken,
    ) -> Self {
        let (class, state) = match &case.subject {
            Subject::Cell { class, state, .. } => (class, Some(state)),
            Subject::Move { target: (class, state), .. } => (class, Some(state)),
            Subject::Scenario { class, .. } => (class, None),
        };
        let secrets = run.client.secrets().clone();
        let random = random_of(run.options.seed, case, number);
        let bindings = Bindings::new(class.clone(), state.cloned(), &run.options.mark, prefix, random, secrets);
        Self {
            run,
            case,
            requester: Requester::new(run, bindings, stop),
            inventory: Inventory::new(run, case),
            notes: CaseNotes::default(),
            begun,
        }
    }

    /// Runs the case. `Ok` is a pass.
    pub(super) async fn run(&mut self, plan: &CasePlan) -> Result<(), Failure> {
        let Self { run, case, requester, inventory, notes, begun } = self;
        let run: &'a RunContext = run;
        let before = Setup::new(run, requester, inventory, notes, *begun).prepare(plan).await?;
        match &case.subject {
            Subject::Cell { row, state, .. } | Subject::Move { row, target: (_, state), .. } => {
                let row = &run.suite.rows[*row];
                Probe { run, requester, inventory, notes }.run(row, state, plan, &before).await
            }
            Subject::Scenario { scenario, .. } => {
                let scenario = &run.suite.scenarios[*scenario];
                requester.compute(&scenario.values)?;
                StepRunner { run, requester, inventory, notes }.run(&scenario.steps).await
            }
        }
    }

    /// Removes everything that was made; what could not be removed comes back.
    pub(super) async fn tear_down(&mut self) -> Vec<Leak> {
        let leaks = self.inventory.tear_down(&mut self.requester).await;
        if !self.notes.notes.is_empty() || !leaks.is_empty() {
            self.requester.hand_in();
        }
        leaks
    }

    /// The first operation that the endpoint does not know.
    pub(super) fn unknown(&self) -> Option<&OperationName> {
        self.requester.unknown()
    }

    /// Whether a request was sent that the case judges.
    pub(super) fn has_probed(&self) -> bool {
        self.requester.has_probed()
    }

    /// Whether a response came that says something about a key.
    pub(super) fn got_well(&self) -> bool {
        self.requester.got_well()
    }

    /// Everything that was sent and received, redacted.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.requester.exchanges()
    }

    /// Hands in the secrets of what was sent, for what is said beside the exchanges may repeat them.
    pub(super) fn hand_in(&self) {
        self.requester.hand_in();
    }

    /// What was notes.
    pub(super) fn into_notes(self) -> CaseNotes {
        self.notes
    }
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
