//! What a case is said to cost, and what it costs.

use std::num::NonZeroUsize;
use std::sync::Arc;

use kms_conformance::plan::{Cost, Planner};
use kms_conformance::run::RunOptions;
use kms_conformance::verdict::Verdict;

use super::test_run::{SUITE, TestRun};

/// The cases that read a list of more than one page, or drive a key further by more than one call: they cost a request
/// more than planned.
const ONE_REQUEST_MORE: [&str; 3] = [
    "alibaba/data-keys-without-plaintext-need-material/EXTERNAL",
    "alibaba/keys-are-listed-page-by-page",
    "alibaba/keys-without-material-do-not-encrypt/EXTERNAL",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_case_costs_what_was_planned() {
    let planner = Planner::new(Arc::clone(&SUITE));
    let jobs = NonZeroUsize::MIN.saturating_add(3);
    let options = RunOptions { keep_exchanges: true, jobs, ..RunOptions::default() };
    let test_run = TestRun { options, ..TestRun::new() };
    let record = test_run.run_indexes((0..SUITE.cases.len()).collect()).await;
    let (mut sum, mut more) = (Cost::default(), ONE_REQUEST_MORE.len() as i64);

    for (case, result) in SUITE.cases.iter().zip(&record.results) {
        if result.verdict == Verdict::Skipped {
            continue;
        }
        let planned = planner.plan(case).unwrap().cost;
        let keys = result.exchanges.iter().filter(|exchange| exchange.operation == "CreateKey").count();
        let requests = result.exchanges.len() - usize::from(ONE_REQUEST_MORE.contains(&case.id.as_str()));
        sum += planned;
        if result.lenient.is_empty() {
            assert_eq!(planned, Cost { requests, keys }, "{}", case.id);
        } else {
            // What is accepted instead of a success has another effect to look for.
            more += requests as i64 - planned.requests as i64;
        }
    }

    let usage = &record.footer.usage;
    assert_eq!((record.planned, sum.keys as u64), (sum, usage.keys_created));
    assert_eq!(sum.requests as i64 + more, usage.requests as i64);
}
