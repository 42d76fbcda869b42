//! One attempt at a case on fresh keys: setup, probe or steps, teardown.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::bindings::Bindings;
use super::case_notes::CaseNotes;
use super::failure::Failure;
use super::inventory::{Inventory, note_in_ledger};
use super::leak::Leak;
use super::observer::Seen;
use super::requester::Requester;
use super::setup::Setup;
use super::teardown::{Removal, Teardown};
use super::tour::Lease;
use crate::event::Exchange;
use crate::ledger::LedgerEntry;
use crate::plan::CasePlan;
use crate::suite::case::{Case, Subject};
use crate::suite::name::{KeyName, OperationName};

/// What the phases of an attempt share.
pub(super) struct AttemptContext<'s, 'a> {
    pub(super) run: &'a RunContext,
    pub(super) requester: &'s mut Requester<'a>,
    pub(super) inventory: &'s mut Inventory<'a>,
    pub(super) notes: &'s mut CaseNotes,
}

impl<'a> AttemptContext<'_, 'a> {
    /// The same context for a part of a phase.
    pub(super) fn reborrow(&mut self) -> AttemptContext<'_, 'a> {
        AttemptContext { run: self.run, requester: self.requester, inventory: self.inventory, notes: self.notes }
    }
}

/// One attempt at a case.
pub(super) struct Attempt<'a> {
    pub(super) run: &'a RunContext,
    case: &'a Case,
    pub(super) requester: Requester<'a>,
    pub(super) inventory: Inventory<'a>,
    notes: CaseNotes,
    /// The number at which the case was begun.
    begun: usize,
}

impl<'a> Attempt<'a> {
    /// An attempt whose names begin with `prefix`. `number` counts the attempts at the case, and each has test data of its
    /// own.
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
        let bindings = Bindings::new(class.clone(), state.cloned(), &run.written_mark(), prefix, random, secrets)
            .with_clock_form(run.clock_form())
            .with_other_regions(run.client.target().other_regions());
        Self {
            run,
            case,
            requester: Requester::new(run, format!("{} {number}", case.id), bindings, stop),
            inventory: Inventory::new(run, case),
            notes: CaseNotes::default(),
            begun,
        }
    }

    /// Runs the case. `Ok` is a pass.
    pub(super) async fn run(&mut self, plan: &CasePlan) -> Result<(), Failure> {
        let Self { run, case, requester, inventory, notes, begun } = self;
        let mut context = AttemptContext { run, requester, inventory, notes };
        let before = Setup::new(context.reborrow(), *begun).prepare(plan).await?;
        run_prepared(context, case, plan, &before).await
    }

    /// Runs the case with keys of the tour. `Ok` is a pass.
    pub(super) async fn run_leased(&mut self, plan: &CasePlan, lease: &mut Lease, index: usize) -> Result<(), Failure> {
        let Self { run, case, requester, inventory, notes, .. } = self;
        let mut context = AttemptContext { run, requester, inventory, notes };
        // What is met on the way of a tour says nothing of routes.
        let before = Setup::new(context.reborrow(), usize::MAX).take_over(lease, index).await?;
        run_prepared(context, case, plan, &before).await
    }

    /// Notes that what a removal would remove is gone.
    pub(super) fn note_removed(&self, removal: &Removal) {
        let name = removal.undo.name();
        let (item, operation) = (Some(removal.item), &removal.undo.operation);
        // The thing is gone either way, so a missing line only costs a person one more look.
        let _ = note_in_ledger(self.run, self.case, LedgerEntry::Removed, item, operation, Some(&name));
        self.run.holdings.removed(&name);
        self.run.client.release(1);
    }

    /// Removes everything that was made, and gives what could not be removed.
    pub(super) async fn tear_down(&mut self) -> Vec<Leak> {
        let leaks = Teardown::new(self.run, self.case).remove_all(&mut self.requester, &mut self.inventory).await;
        // Notes and leaks are reported even if the exchanges are not kept.
        if !self.notes.notes.is_empty() || !leaks.is_empty() {
            self.requester.hand_in();
        }
        leaks
    }

    /// Leaves the keys as they are, with what belongs to them. The ledger has them, so that they can be removed later.
    pub(super) fn keep(&mut self) {
        for removal in std::mem::take(&mut self.inventory.removals) {
            self.run.holdings.removed(&removal.undo.name());
            self.run.client.release(1);
        }
        for (name, _) in std::mem::take(&mut self.inventory.keys) {
            if let Some(key) = self.requester.bindings().keys.get(&name) {
                let id = key.id().to_owned();
                self.run.holdings.removed(&id);
                self.run.holdings.kept(&id, self.case.id.as_str());
                self.notes.note(format!("the key {id} is kept"));
            }
            self.run.client.release(self.run.removal_requests());
        }
        self.run.holdings.attempt_over(self.case.id.as_str());
        // Notes are reported even if the exchanges are not kept.
        self.requester.hand_in();
    }

    /// The first operation that the endpoint does not know.
    pub(super) fn unknown(&self) -> Option<&OperationName> {
        self.requester.unknown()
    }

    /// Whether a request was sent that the case judges.
    pub(super) fn has_probed(&self) -> bool {
        self.requester.has_probed()
    }

    /// Whether a usable response was received.
    pub(super) fn has_responded(&self) -> bool {
        self.requester.has_responded()
    }

    /// Everything that was sent and received, redacted.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.requester.exchanges()
    }

    /// Registers the secrets of what was sent, because messages may repeat them.
    pub(super) fn hand_in(&self) {
        self.requester.hand_in();
    }

    /// What was noted.
    pub(super) fn into_notes(self) -> CaseNotes {
        self.notes
    }
}

/// Runs a case whose keys are where it needs them; `before` is what was observed of them there.
async fn run_prepared<'a>(
    mut context: AttemptContext<'_, 'a>,
    case: &'a Case,
    plan: &CasePlan,
    before: &HashMap<KeyName, Seen>,
) -> Result<(), Failure> {
    let suite = &context.run.suite;
    match &case.subject {
        Subject::Cell { row, state, .. } | Subject::Move { row, target: (_, state), .. } => {
            context.run_probe(&suite.rows[*row], state, plan, before).await
        }
        Subject::Scenario { scenario, .. } => {
            let scenario = &suite.scenarios[*scenario];
            context.requester.compute(&scenario.values)?;
            for step in &scenario.steps {
                // Only what the last step observes is known of the keys in the end.
                for key in context.requester.bindings_mut().keys.values_mut() {
                    key.seen = None;
                }
                context.run_steps(std::slice::from_ref(step)).await?;
            }
            Ok(())
        }
    }
}

/// The source of a case's test data. It depends on the seed, the case and the attempt alone, so neither the number of jobs
/// nor the selection of cases changes the data.
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
    fn test_data_depends_on_the_seed_the_case_and_the_attempt() {
        let suite = load(embedded(), None).unwrap();
        let drawn = |seed, case: usize, attempt| random_of(seed, &suite.cases[case], attempt).u128(..);
        assert_eq!(drawn(7, 0, 1), drawn(7, 0, 1));
        let others = [drawn(8, 0, 1), drawn(7, 1, 1), drawn(7, 0, 2)];
        assert!(!others.contains(&drawn(7, 0, 1)), "{others:?}");
    }
}
