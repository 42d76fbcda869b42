//! The events of a run as results, for reports that are made of results while the run is still at hand.

use crate::event::{CaseResult, Event, FORMAT, RunFooter, RunHeader};

use super::results::Results;

/// Gathers the events of a run, without requests and responses.
#[derive(Debug, Default)]
pub struct Gathered {
    header: Option<Box<RunHeader>>,
    notices: Vec<String>,
    cases: Vec<CaseResult>,
    footer: Option<Box<RunFooter>>,
}

impl Gathered {
    /// Takes the next event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::RunStarted(header) => self.header = Some(header.clone()),
            Event::CaseFinished(case) => {
                // They are what takes room, and no summary shows them.
                self.cases.push(CaseResult { exchanges: Vec::new(), ..(**case).clone() });
            }
            Event::Notice { message } => self.notices.push(message.clone()),
            Event::RunFinished(footer) => self.footer = Some(footer.clone()),
            Event::CaseStarted { .. } | Event::CaseJudged { .. } | Event::Stopping { .. } => {}
        }
    }

    /// The results; none of a run that has not come to its end.
    pub fn into_results(self) -> Option<Results> {
        let Self { header, notices, cases, footer } = self;
        let RunHeader { tool, target, suite, seed, started_at, table, clauses, shard } = *header?;
        let RunFooter { duration_ms, complete, stopped, summary, usage, routes, leaks } = *footer?;
        let (format, blockers) = (FORMAT, Vec::new());

        Some(Results {
            format,
            tool,
            target,
            suite,
            started_at,
            seed,
            shard,
            table,
            clauses,
            duration_ms,
            complete,
            stopped,
            summary,
            usage,
            routes,
            leaks,
            notices,
            blockers,
            cases,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;

    #[test]
    fn gathered_events_are_the_results_without_exchanges() {
        let events = sample::poor();
        let mut gathered = Gathered::default();
        events.iter().for_each(|event| gathered.add(event));
        let mut wanted: Results = written(&events).parse().unwrap();
        wanted.blockers.clear();
        wanted.cases.iter_mut().for_each(|case| case.exchanges.clear());
        assert_eq!(gathered.into_results(), Some(wanted));
        assert_eq!(Gathered::default().into_results(), None);
    }
}
