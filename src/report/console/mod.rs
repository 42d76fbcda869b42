//! What a person sees of a run.
//!
//! ```text
//! kms-conformance 0.1.0: 3 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)
//!
//! ✘ alibaba/Encrypt/Disabled  fail: it succeeded where the table refuses
//!   expected Rejected.Disabled (409), got Success (200)
//!   --> cases/alibaba/matrix/encrypt.yaml:12:3
//!   …
//!
//!          Enabled  Disabled
//! Decrypt     ✔
//! Encrypt     ✔        ✘
//!
//! ✔ pass  ✘ fail
//!
//! 3 cases: 2 passed, 1 failed · 31 requests, 3 keys (0 left) · 0.12 s
//! ```
//!
//! Results go to the writer that is handed in, progress to the standard error. The table comes after the failures, so
//! that the last screen shows the whole of a long output. Nothing that a server sent reaches the terminal as it came.

use std::io::{self, Write};

use crate::event::{CaseResult, Event, RunFooter, RunHeader};
use crate::verdict::Kind;

use super::{Report, ReportError, text};

mod failures;
mod grid;
mod known;
mod lenient;
mod pen;
mod progress;
mod summary;
mod table;

#[cfg(test)]
mod tests;

pub use pen::{Color, Signs};
pub use progress::Progress;
pub use table::Layout;

use failures::Failures;
use known::Known;
use lenient::Lenients;
use pen::{FAINT, Mark, Pen};
use progress::Display;
use table::Table;

/// How much is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// What went wrong and the closing line.
    Quiet,
    /// The table besides.
    #[default]
    Normal,
    /// A line for each case besides, and every id of a group.
    Verbose,
}

/// How a run is shown.
#[derive(Debug, Clone)]
pub struct ConsoleOptions {
    /// How much is shown.
    pub verbosity: Verbosity,
    /// How progress is shown; a quiet console shows it only if it is not [`Progress::Auto`].
    pub progress: Progress,
    /// Whether there are colours; see [`Color::on`].
    pub color: bool,
    /// Which signs the terminal has; see [`Signs::of_locale`].
    pub signs: Signs,
    /// The width of the terminal in columns.
    pub width: usize,
    /// The order of the table.
    pub layout: Layout,
}

impl Default for ConsoleOptions {
    fn default() -> Self {
        Self {
            verbosity: Verbosity::default(),
            progress: Progress::default(),
            color: false,
            signs: Signs::default(),
            width: 80,
            layout: Layout::default(),
        }
    }
}

/// Shows a run to a person.
pub struct Console<W> {
    /// None once the reader has gone.
    out: Option<W>,
    options: ConsoleOptions,
    pen: Pen,
    progress: Display,
    table: Table,
    failures: Failures,
    lenients: Lenients,
    known: Known,
    notices: Vec<String>,
    selected: usize,
    judged: usize,
}

impl<W: Write + Send> Console<W> {
    /// A console that writes to `out`, such as the standard output. A reader that goes away (`| head`) ends the output
    /// and is no error.
    pub fn new(out: W, options: ConsoleOptions) -> Self {
        let progress = match (options.verbosity, options.progress) {
            (Verbosity::Quiet, Progress::Auto) => Progress::None,
            (_, progress) => progress,
        };
        Self {
            out: Some(out),
            pen: Pen { color: options.color, signs: options.signs },
            progress: Display::new(progress, options.signs),
            options,
            table: Table::default(),
            failures: Failures::default(),
            lenients: Lenients::default(),
            known: Known::default(),
            notices: Vec::new(),
            selected: 0,
            judged: 0,
        }
    }

    fn begin(&mut self, header: &RunHeader) -> Result<(), ReportError> {
        let RunHeader { tool, target, suite, seed: _, started_at: _ } = header;
        self.selected = suite.cases;
        if self.options.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let bundled = if target.bundled_mock { ", bundled mock" } else { "" };
        self.write(&text::one_line(&format!(
            "{} {}: {} against {} ({}{bundled})",
            tool.name,
            tool.version,
            text::count(text::as_u64(suite.cases), "case"),
            target.endpoint,
            target.provider,
        )))?;
        self.write("\n\n")
    }

    fn case(&mut self, case: &CaseResult) -> Result<(), ReportError> {
        self.judged += usize::from(case.kind != Some(Kind::Cut));
        self.table.add(case);
        self.failures.add(case);
        self.lenients.add(case);
        self.known.add(case);
        if self.options.verbosity < Verbosity::Verbose {
            return Ok(());
        }
        let reason = text::cut(&text::one_line(&case.reason), 200);
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let time = match case.duration_ms {
            milliseconds @ 0..1000 => format!("{milliseconds} ms"),
            milliseconds => text::duration(milliseconds),
        };
        let attempts = if case.attempts > 1 { format!(", {} attempts", case.attempts) } else { String::new() };
        let mut line = format!(
            "{} {} {}{because}\n",
            self.pen.mark(Mark::of(case)),
            text::one_line(&case.id),
            self.pen.paint(FAINT, &format!("({time}{attempts})")),
        );
        for note in &case.notes {
            line.push_str(&format!("  note: {}\n", text::cut(&text::one_line(note), 200)));
        }
        self.write(&line)
    }

    fn finish(&mut self, footer: &RunFooter) -> Result<(), ReportError> {
        let mut rendered = String::new();
        if self.options.verbosity == Verbosity::Verbose && self.judged > 0 {
            rendered.push('\n');
        }
        rendered.push_str(&self.failures.render(self.options.verbosity == Verbosity::Verbose, self.pen));
        if self.options.verbosity > Verbosity::Quiet {
            rendered.push_str(&self.known.render(self.pen));
            rendered.push_str(&self.table.render(&self.options.layout, self.options.width, self.pen));
        }
        if self.options.verbosity > Verbosity::Quiet {
            rendered.push_str(&self.lenients.render(self.pen));
        }
        let unjudged = self.selected.saturating_sub(self.judged);
        let routes = footer.routes.filter(|_| self.options.verbosity > Verbosity::Quiet);
        rendered.push_str(&summary::render(footer, routes, &self.notices, unjudged, self.lenients.cases, self.pen));
        self.write(&rendered)?;
        self.flush()
    }

    fn write(&mut self, text: &str) -> Result<(), ReportError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let result = self.progress.suspend(|| out.write_all(text.as_bytes()));
        self.closed_is_fine(result)
    }

    fn flush(&mut self) -> Result<(), ReportError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let result = out.flush();
        self.closed_is_fine(result)
    }

    fn closed_is_fine(&mut self, result: io::Result<()>) -> Result<(), ReportError> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.out = None;
                Ok(())
            }
            other => other.map_err(ReportError::Output),
        }
    }
}

impl<W: Write + Send> Report for Console<W> {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        self.progress.event(event);
        match event {
            Event::RunStarted(header) => self.begin(header),
            Event::CaseStarted { .. } | Event::CaseJudged { .. } => Ok(()),
            Event::CaseFinished(case) => self.case(case),
            Event::Notice { message } => {
                self.notices.push(message.clone());
                Ok(())
            }
            Event::RunFinished(footer) => self.finish(footer),
        }
    }
}
