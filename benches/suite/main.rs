//! What the whole suite costs against the bundled mock, and what of it is the harness's own.
//!
//! - `cargo bench --bench suite` measures time: the whole suite, and the same requests in a bare loop.
//! - `cargo bench --bench suite -- memory [CASES]` measures memory: the most that a run of the suite's cases takes, and
//!   of as many generated ones (100,000 unless given).
//! - `cargo bench --bench suite -- generate DIR CASES` writes generated case files, for `run --cases DIR`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for developers"
)]

mod generate;
mod memory;
mod record;
mod replay;
mod whole;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How often each measurement is repeated; the median counts.
const RUNS: usize = 15;

/// The cases of a memory measurement.
const MANY: usize = 100_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    match words.as_slice() {
        [memory::CHILD, arguments @ ..] => return memory::child(arguments),
        ["memory"] => memory::measure(MANY),
        ["memory", count] => memory::measure(count.parse().unwrap()),
        ["generate", folder, count] => generate::generate(Path::new(folder), count.parse().unwrap()),
        _ => time(),
    }
    ExitCode::SUCCESS
}

fn time() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let suite = whole::suite();
        // The first run makes the pair of keys that wraps imported material; later ones share it.
        whole::run(&suite, whole::JOBS, false).await;

        let mut runs = Vec::new();
        let mut replays = Vec::new();
        let (mut run_work, mut replay_work) = (Duration::ZERO, Duration::ZERO);
        let mut footer = None;
        for _ in 0..RUNS {
            let before = work();
            let whole = whole::run(&suite, whole::JOBS, false).await;
            let between = work();
            replays.push(replay::replay(&whole, whole::JOBS).await);
            run_work += between.saturating_sub(before);
            replay_work += work().saturating_sub(between);
            runs.push(whole.duration);
            footer = Some(whole.footer);
        }
        let footer = footer.unwrap();
        let (run, bare) = (median(&mut runs), median(&mut replays));
        let summary = &footer.summary;
        println!(
            "{} cases, {} passed: {} requests, {} keys a run",
            summary.total(),
            summary.pass,
            footer.usage.requests,
            footer.usage.keys_created
        );
        println!("whole suite, {} cases at a time: {run:.1?} (median of {RUNS}, {:.1?} at best)", whole::JOBS, runs[0]);
        println!("the same requests in a bare loop, {} at a time: {bare:.1?} ({:.1?} at best)", whole::JOBS, replays[0]);
        println!("the harness's own share of the time: {:.0} %", share(run, bare));
        if !run_work.is_zero() {
            let runs = u32::try_from(RUNS).unwrap();
            let (run, bare) = (run_work / runs, replay_work / runs);
            println!(
                "the work of all processors, mock included: {run:.1?} and {bare:.1?}; the harness's own share of it: {:.0} %",
                share(run, bare)
            );
        }
        println!(
            "  (the loop signs anew, but its keys are scheduled for deletion by then, so that it is refused where the run \
             was not; what the mock saves by that counts as the harness's here)"
        );

        let mut runs = Vec::new();
        let mut own = Vec::new();
        for _ in 0..RUNS {
            let whole = whole::run(&suite, 1, true).await;
            own.push(whole.duration.saturating_sub(whole.in_flight));
            runs.push(whole.duration);
        }
        let (run, own) = (median(&mut runs), median(&mut own));
        println!(
            "one case at a time: {run:.1?}, of which {own:.1?} ({:.0} %) no request was under way",
            100.0 * own.as_secs_f64() / run.as_secs_f64()
        );
    });
}

/// How long processors have worked for this process, where the system says so; a busy machine makes a run longer, but
/// hardly more work.
fn work() -> Duration {
    /// In these, Linux tells it to processes.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in parentheses that may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// Sorts, and takes the one in the middle.
fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}

/// How much of the whole is not in the part, in per cent.
fn share(whole: Duration, part: Duration) -> f64 {
    100.0 * (1.0 - part.as_secs_f64() / whole.as_secs_f64())
}
