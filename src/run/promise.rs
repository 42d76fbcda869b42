//! Promises that take a week: a key whose deletion was scheduled by an earlier run must be gone by now.
//!
//! The ledger remembers the date that the service gave. The first run after it describes the key, if the case is selected that
//! stands for this promise; the case says what the response must be. A key that was used again has another date.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::bindings::{Context, KeyBinding};
use super::case_notes::CaseNotes;
use super::failure::Failure;
use super::outcome::CaseOutcome;
use super::sweep::requester;
use crate::event::Purpose;
use crate::ledger::Waiting;
use crate::provider::ErrorClass;
use crate::suite::case::Subject;
use crate::suite::name::{ClassName, KeyName};
use crate::suite::step::{Action, Expectation};

/// Looks for what must be gone, and gives the outcomes of the selected cases that stand for it, by their indexes.
pub(super) async fn keep_promises(
    run: &RunContext,
    selection: &[usize],
    stop: &CancellationToken,
) -> BTreeMap<usize, CaseOutcome> {
    let mut outcomes = BTreeMap::new();
    let Some(reuse) = run.suite.service.reuse.as_ref().filter(|_| run.pool.is_on()) else { return outcomes };
    let now = run.options.clock.now().await.unwrap_or_else(Timestamp::now);
    let late = SignedDuration::try_from(reuse.late).unwrap_or(SignedDuration::MAX);
    let due = run.pool.due(|until| until.checked_add(late).is_ok_and(|end| end <= now));

    for key in due {
        let class = ClassName::from(key.class.as_str());
        let Some((index, expectation)) = case_of(run, selection, &class) else { continue };
        if stop.is_cancelled() {
            break;
        }
        let outcome = outcomes.entry(index).or_insert_with(|| CaseOutcome {
            failure: None,
            attempts: 1,
            ..CaseOutcome::not_begun(Failure::cut(String::new()))
        });
        keep(run, &key, &class, expectation, now, stop, outcome).await;
    }
    outcomes
}

/// The selected case that stands for the promise for a class of keys, and what it expects of the operation that describes them.
fn case_of<'r>(run: &'r RunContext, selection: &[usize], class: &ClassName) -> Option<(usize, &'r Expectation)> {
    let suite = &run.suite;
    let promise = suite.service.reuse.as_ref()?.promise.as_deref()?;
    let mut selected = selection.iter().copied();
    selected.find_map(|index| {
        let Subject::Scenario { scenario, class: of } = &suite.cases[index].subject else { return None };
        let scenario = &suite.scenarios[*scenario];
        let describes = scenario.steps.iter().find_map(|step| match &step.action {
            Action::Call(call) if call.operation == suite.service.observation.describe => Some(&call.expect),
            _ => None,
        });
        (scenario.name.as_str() == promise && of == class).then_some((index, describes?))
    })
}

/// Describes a key that must be gone, and adds what that shows to the outcome of a case.
async fn keep(
    run: &RunContext,
    key: &Waiting,
    class: &ClassName,
    expectation: &Expectation,
    now: Timestamp,
    stop: &CancellationToken,
    outcome: &mut CaseOutcome,
) {
    let begin = Instant::now();
    let subject = KeyName::subject();
    let describe = &run.suite.service.observation.describe;
    let mut requester = requester(run, stop.clone());
    let mut binding = KeyBinding::new(class.clone(), None);
    binding.captures.insert("id".to_owned(), key.id.clone());
    requester.bindings_mut().keys.insert(subject.clone(), binding);
    let sent = requester.send_default(Purpose::Probe, describe, Context::on(&subject)).await;
    requester.hand_in();

    let mut notes = CaseNotes::default();
    let judge = run.judge();
    notes.expect(judge, expectation, class);
    let failure = match sent {
        Err(failure) => Some(failure),
        Ok(response) => {
            notes.receive(&response);
            if response.class == Some(ErrorClass::NotFound) {
                // A missing line only has the next run look once more.
                let _ = run.ledger.gone(describe.as_str(), key);
            } else {
                run.pool.stays();
            }
            notes.admit(judge.judge(describe, expectation, class, &response)).err().map(|failure| *failure)
        }
    };

    let history = history(key, now);
    outcome.duration_ms += u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Some(failure) = failure.filter(|_| outcome.failure.is_none()) {
        let reason = format!("{}; {history}", failure.reason);
        outcome.failure = Some(Box::new(Failure { reason, ..failure }));
        outcome.exchanges = requester.exchanges();
        outcome.notes.actual = notes.actual.take();
    }

    outcome.notes.expected = notes.expected;
    outcome.notes.also_accepted = notes.also_accepted;
    outcome.notes.actual = outcome.notes.actual.take().or(notes.actual);
    outcome.notes.lenient.append(&mut notes.lenient);
    notes.notes.into_iter().chain([history]).for_each(|note| outcome.notes.note(note));
}

/// What became of a key by the ledger, for a person.
fn history(key: &Waiting, now: Timestamp) -> String {
    let Waiting { id, run, case, made, removed, until, .. } = key;
    let until = until.map(|until| until.to_string()).unwrap_or_default();
    format!(
        "key {id} of the run {run}, made or used again {made} for {case}, its deletion scheduled {removed}: due {until}, \
         described {now}"
    )
}
