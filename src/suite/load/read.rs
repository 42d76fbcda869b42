//! The files of a provider, read side by side: each by itself, on as many threads as there are processors for.
//!
//! Which thread reads a file changes nothing of what is read: mistakes are kept with their file until they are asked for.

use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::de::DeserializeOwned;

use super::layout::Layout;
use crate::diagnostic::Diagnostic;
use crate::suite::clause::ClausesFile;
use crate::suite::files::CaseFile;
use crate::suite::prices::PricesFile;
use crate::suite::row::shape::RowFile;
use crate::suite::scenario::shape::ScenariosFile;
use crate::suite::service::ServiceFile;
use crate::yaml::Document;

/// More threads take longer to begin than they save.
const MOST_THREADS: usize = 4;

/// A file that was read: what it holds, unless nothing can be made of it, and its mistakes.
#[derive(Debug)]
pub(super) struct ReadFile<'a, T> {
    pub file: &'a CaseFile,
    document: Option<Document<T>>,
    mistakes: Vec<Diagnostic>,
}

/// The files of a provider, by what they are; lists in the order of the layout.
#[derive(Debug)]
pub(super) struct ReadFiles<'a> {
    pub clauses: Option<ReadFile<'a, ClausesFile>>,
    pub prices: Option<ReadFile<'a, PricesFile>>,
    pub service: Option<ReadFile<'a, ServiceFile>>,
    pub rows: Vec<ReadFile<'a, RowFile>>,
    pub scenarios: Vec<ReadFile<'a, ScenariosFile>>,
}

impl<'a, T: DeserializeOwned> ReadFile<'a, T> {
    fn new(file: &'a CaseFile) -> Self {
        let mut mistakes = Vec::new();
        let document = match file.tokens() {
            Some(tokens) => Document::read_recorded(&file.path, &file.text, tokens, &mut mistakes),
            None => Document::read(&file.path, &file.text, &mut mistakes),
        };
        Self { file, document, mistakes }
    }

    /// What the file holds; its mistakes are added to `mistakes`.
    pub fn document(self, mistakes: &mut Vec<Diagnostic>) -> Option<Document<T>> {
        mistakes.extend(self.mistakes);
        self.document
    }
}

/// Where a file goes when it is read.
type Slot<'a, T> = (&'a CaseFile, OnceLock<ReadFile<'a, T>>);

/// The reading of a file.
struct Job<'s> {
    bytes: usize,
    read: Box<dyn Fn() + Send + Sync + 's>,
}

impl<'a> ReadFiles<'a> {
    /// Reads all files of a layout.
    pub fn of(layout: &Layout<'a>) -> Self {
        let clauses = layout.clauses.map(slot);
        let prices = layout.prices.map(slot);
        let service = layout.service.map(slot);
        let rows: Vec<_> = layout.rows.iter().map(|file| slot(file)).collect();
        let scenarios: Vec<_> = layout.scenarios.iter().map(|file| slot(file)).collect();

        let mut jobs: Vec<Job<'_>> = Vec::new();
        jobs.extend(clauses.as_ref().map(job));
        jobs.extend(prices.as_ref().map(job));
        jobs.extend(service.as_ref().map(job));
        jobs.extend(rows.iter().map(job));
        jobs.extend(scenarios.iter().map(job));
        // With the biggest one last, one thread would read it alone.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.bytes));
        run(&jobs);
        drop(jobs);

        Self {
            clauses: clauses.and_then(content),
            prices: prices.and_then(content),
            service: service.and_then(content),
            rows: rows.into_iter().filter_map(content).collect(),
            scenarios: scenarios.into_iter().filter_map(content).collect(),
        }
    }
}

fn slot<T>(file: &CaseFile) -> Slot<'_, T> {
    (file, OnceLock::new())
}

fn content<'a, T>((_, content): Slot<'a, T>) -> Option<ReadFile<'a, T>> {
    content.into_inner()
}

fn job<'s, 'a: 's, T: DeserializeOwned + Send + Sync>((file, content): &'s Slot<'a, T>) -> Job<'s> {
    let read = move || {
        content.get_or_init(|| ReadFile::new(file));
    };
    Job { bytes: file.text.len(), read: Box::new(read) }
}

/// Does all jobs. This thread works too, so that nothing waits where no other can be had.
fn run(jobs: &[Job<'_>]) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            (job.read)();
        }
    };

    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS);
    thread::scope(|scope| {
        for _ in 1..threads.min(jobs.len()) {
            // Where the system has no thread left, the others do its part.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
}
