//! What a person sees of a run.
//!
//! ```text
//! kms-conformance 0.1.0: 343 cases against http://127.0.0.1:8080/ (alibaba)
//!
//!          Enabled  Disabled
//! Encrypt     ✔        ✘
//!
//! ✔ pass  ✘ fail
//!
//! 27 more rows pass; --table full shows them
//!
//! ? 12 cases  inconclusive in setup: DisableKey (EXTERNAL, Enabled) had no effect: Success (200)
//!   such as alibaba/Decrypt/Disabled/EXTERNAL, alibaba/Encrypt/Disabled/EXTERNAL
//!
//! ✘ alibaba/Encrypt/Disabled  fail: it succeeded where the table rejects
//!   expected Rejected.Disabled (409), got Success (200)
//!   --> cases/alibaba/matrix/encrypt.yaml:12:3
//!   …
//!
//! reports: reports/results.json, reports/junit.xml
//! 343 cases: 330 passed, 1 failed, 12 inconclusive · 2,431 requests, 260 keys (0 left) · 0.12 s
//! ```
//!
//! Results go to the given writer, progress to the standard error. What matters most comes last, right above the closing
//! line, where a person looks first. Text that a server sent is made harmless before it reaches the terminal.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::event::{CaseResult, Event, RunFooter, RunHeader};
use crate::verdict::{Kind, Verdict};

use super::cause::Causes;
pub use super::layout::Layout;
use super::pattern::Patterns;
use super::{Report, ReportError, text};

mod failures;
mod grid;
mod known;
mod lenient;
mod pen;
mod progress;
mod room;
mod summary;
mod table;
mod todo;
mod unjudged;
mod wrap;

#[cfg(test)]
mod tests;

pub use pen::{Color, Signs};
pub use progress::Progress;
pub use table::TableMode;

use failures::Failures;
use known::Known;
use lenient::Lenients;
use pen::{FAINT, Mark, Pen};
use progress::Display;
use room::{Room, Screens};
use summary::Remarks;
use table::Table;
use todo::ToDo;
use unjudged::Detail;

/// The lines above everything that is shown at the end.
const HEAD: &str = "\n\n";

/// How much is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// What went wrong and the closing line.
    Quiet,
    /// Also the table, what was skipped and the paths of the reports.
    #[default]
    Normal,
    /// Also a line for each case, and every id of a group.
    Verbose,
}

/// How a run is shown.
#[derive(Debug, Clone)]
pub struct ConsoleOptions {
    /// How much is shown.
    pub verbosity: Verbosity,
    /// How progress is shown; a quiet console shows it only if it is not [`Progress::Auto`].
    pub progress: Progress,
    /// Whether a line of the terminal can be written anew, as a bar of progress is.
    pub redraws: bool,
    /// Whether colours are used; see [`Color::on`].
    pub color: bool,
    /// Which signs the terminal has; see [`Signs::of_locale`].
    pub signs: Signs,
    /// The width of the terminal in columns.
    pub width: usize,
    /// The height of the terminal in lines: where much goes wrong, what is shown at the end takes two screens.
    pub height: usize,
    /// Whether lines that are too long are broken between words, as for a terminal; whoever searches in a file needs them whole.
    pub wraps: bool,
    /// The order of the table.
    pub layout: Layout,
    /// How much of the table is shown, unless the console is quiet.
    pub table: TableMode,
    /// Whether every operation is shown with the number of its cases that are right.
    pub operations: bool,
    /// What a command must have besides its selectors to run cases against the same target: words for a shell.
    pub again: String,
}

impl Default for ConsoleOptions {
    fn default() -> Self {
        Self {
            verbosity: Verbosity::default(),
            progress: Progress::default(),
            redraws: true,
            color: false,
            signs: Signs::default(),
            width: 80,
            height: 40,
            wraps: false,
            layout: Layout::default(),
            table: TableMode::default(),
            operations: false,
            again: String::new(),
        }
    }
}

/// Shows a run to a person.
pub struct Console<W> {
    /// None after the reader has gone away.
    out: Option<W>,
    options: ConsoleOptions,
    pen: Pen,
    progress: Display,
    table: Table,
    failures: Failures,
    lenients: Lenients,
    known: Known,
    causes: Causes,
    patterns: Patterns,
    todo: ToDo,
    notices: Vec<String>,
    files: Vec<String>,
    selected: usize,
    judged: usize,
}

impl<W: Write + Send> Console<W> {
    /// A console that writes to `out`, such as the standard output. If the reader goes away (`| head`), the output ends
    /// without an error.
    pub fn new(out: W, options: ConsoleOptions) -> Self {
        let progress = match (options.verbosity, options.progress) {
            (Verbosity::Quiet, Progress::Auto) => Progress::None,
            (_, progress) => progress,
        };

        Self {
            out: Some(out),
            pen: Pen { color: options.color, signs: options.signs },
            progress: Display::new(progress, options.redraws, options.signs, options.width),
            options,
            table: Table::default(),
            failures: Failures::default(),
            lenients: Lenients::default(),
            known: Known::default(),
            causes: Causes::default(),
            patterns: Patterns::default(),
            todo: ToDo::default(),
            notices: Vec::new(),
            files: Vec::new(),
            selected: 0,
            judged: 0,
        }
    }

    fn begin(&mut self, header: &RunHeader) -> Result<(), ReportError> {
        let RunHeader { tool, target, suite, seed: _, started_at: _, table: _, clauses: _, shard } = header;
        self.selected = suite.cases;
        if self.options.verbosity == Verbosity::Quiet {
            return Ok(());
        }

        let bundled = if target.bundled_mock { ", bundled mock" } else { "" };
        let part = shard.as_ref().map(|shard| format!(" of {} (shard {} of {})", shard.cases, shard.number, shard.of));
        let title = text::one_line(&format!(
            "{} {}: {}{} against {} ({}{bundled})",
            tool.name,
            tool.version,
            text::count(text::as_u64(suite.cases), "case"),
            part.unwrap_or_default(),
            target.endpoint,
            target.provider,
        ));
        self.write(&self.wrapped(format!("{title}\n\n")))
    }

    fn case(&mut self, case: &CaseResult) -> Result<(), ReportError> {
        // The line that says how many cases were not judged means those that the end of the run prevented.
        let is_cut = case.kind == Some(Kind::Cut) || case.verdict == Verdict::NotRun;
        self.judged += usize::from(!is_cut);
        self.table.add(case);
        self.failures.add(case);
        self.lenients.add(case);
        self.known.add(case);
        self.causes.add(case);
        self.patterns.add(case);
        self.todo.add(case);
        if self.options.verbosity < Verbosity::Verbose {
            return Ok(());
        }
        self.write(&self.wrapped(self.case_line(case)))
    }

    /// A case as a verbose console shows it, with its notes below.
    fn case_line(&self, case: &CaseResult) -> String {
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
        line
    }

    fn finish(&mut self, footer: &RunFooter) -> Result<(), ReportError> {
        let mut rendered = self.wrapped(self.rendered(footer, Room::ALL));
        // Whoever wants everything gets it, and a pipe has no screen, but a person who reads what came out of it.
        if self.options.verbosity == Verbosity::Normal {
            for room in Room::LESS {
                let screens = Screens { width: self.options.width, height: self.options.height };
                if screens.fit(&format!("{HEAD}{rendered}")) {
                    break;
                }
                rendered = self.wrapped(self.rendered(footer, room));
            }
        }
        self.write(&rendered)?;
        self.flush()
    }

    /// Everything that is shown of a run at its end, in this room.
    fn rendered(&self, footer: &RunFooter, room: Room) -> String {
        let ConsoleOptions { verbosity, layout, width, table, again, .. } = &self.options;
        let (is_quiet, every_id) = (*verbosity == Verbosity::Quiet, *verbosity == Verbosity::Verbose);
        let is_cut_short = !footer.complete || footer.stopped.is_some();
        let summary = &footer.summary;
        let judged = summary.pass + summary.fail + summary.known_failure + summary.unexpected_pass;
        let detail = match every_id {
            true => Detail::EveryId,
            // If there is no service, the end of the run says so once, and the cases have nothing to add.
            false if judged == 0 && is_cut_short => Detail::Line,
            false => Detail::Normal,
        };

        let mut rendered = String::new();
        if every_id && self.judged > 0 {
            rendered.push('\n');
        }
        if !is_quiet {
            rendered.push_str(&self.table.render(*table, layout, *width, room, self.pen));
            rendered.push_str(&self.lenients.render(room, self.pen));
            rendered.push_str(&self.known.render(room, self.pen));
            rendered.push_str(&unjudged::skipped(&self.causes, detail, room, self.pen));
        }
        rendered.push_str(&unjudged::inconclusive(&self.causes, is_cut_short, detail, room, self.pen));
        let first = self.todo.first(layout);
        rendered.push_str(&match room.groups {
            None => self.failures.render(every_id, self.pen),
            Some(most) => {
                let example = Some(first.as_deref()).filter(|_| room.example);
                self.failures.render_groups(most, example, layout, self.pen)
            }
        });

        let blind = self.patterns.blind();
        if self.options.operations {
            rendered.push_str(&self.todo.summary(&blind, layout, self.pen));
        }
        let todo = match !is_quiet && judged > 0 {
            true => self.todo.lines(&blind, layout, again, *width, self.pen),
            false => Vec::new(),
        };

        let remarks = Remarks {
            todo: &todo,
            patterns: &self.patterns.sentences(layout),
            most: room.remarks,
            notices: &self.notices,
            files: if is_quiet { &[] } else { &self.files },
            unjudged: self.selected.saturating_sub(self.judged),
            lenient: self.lenients.cases,
            routes: !is_quiet && judged > 0,
        };
        rendered.push_str(&summary::render(footer, &remarks, self.pen));
        rendered
    }

    /// A text for this terminal.
    fn wrapped(&self, text: String) -> String {
        if self.options.wraps { wrap::wrapped(&text, self.options.width) } else { text }
    }

    fn write(&mut self, text: &str) -> Result<(), ReportError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let result = self.progress.suspend(|| out.write_all(text.as_bytes()));
        self.unless_reader_is_gone(result)
    }

    fn flush(&mut self) -> Result<(), ReportError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let result = out.flush();
        self.unless_reader_is_gone(result)
    }

    fn unless_reader_is_gone(&mut self, result: io::Result<()>) -> Result<(), ReportError> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.out = None;
                Ok(())
            }
            other => other.map_err(ReportError::Output),
        }
    }
}

/// What a person should know while the run stops: what is removed, and how to prevent it.
fn stopping(reason: &str, keys: u64, aliases: u64) -> String {
    let what = match (keys, aliases) {
        (0, 0) => "ending the requests under way".to_owned(),
        (keys, 0) => format!("cleaning up {}", text::count(keys, "key")),
        (keys, aliases) => {
            let aliases =
                if aliases == 1 { "1 alias".to_owned() } else { format!("{} aliases", text::thousands(aliases)) };
            format!("cleaning up {} and {aliases}", text::count(keys, "key"))
        }
    };
    text::one_line(&format!("{reason}: {what}; again to stop now"))
}

impl<W: Write + Send> Report for Console<W> {
    fn files_written(&mut self, files: &[PathBuf]) {
        self.files = files.iter().map(|file| file.display().to_string()).collect();
    }

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
            Event::Stopping { reason, keys, aliases } => {
                self.progress.say(&stopping(reason, *keys, *aliases));
                Ok(())
            }
            Event::RunFinished(footer) => self.finish(footer),
        }
    }
}
