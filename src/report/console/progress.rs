//! The progress of a run on the standard error: a bar on a terminal, or else a line now and then.
//!
//! ```text
//! ███████████░░░░░░░░░░░░░ 120/243 cases, 1 failed, some 12.0 s left  alibaba/Encrypt/Disabled
//! progress: 120 of 243 cases (49 %), 1 failed, 12.1 s, some 12.4 s left
//! ```

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::Event;
use crate::report::text;
use crate::verdict::Verdict;

use super::pen::Signs;

/// How progress is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar if the standard error is a terminal, or else a line every 10 seconds.
    #[default]
    Auto,
    /// A bar if the standard error is a terminal, or else the same as `plain`.
    Bar,
    /// A line every 10 % and at least every 10 seconds.
    Plain,
    /// Nothing.
    None,
}

/// Shows progress.
pub(super) enum Display {
    Bar(Bar),
    Plain(Plain),
    None,
}

impl Display {
    /// On a terminal so many columns wide.
    pub(super) fn new(progress: Progress, redraws: bool, signs: Signs, width: usize) -> Self {
        let terminal = redraws && io::stderr().is_terminal();
        match progress {
            Progress::None => Self::None,
            Progress::Auto | Progress::Bar if terminal => Self::Bar(Bar::new(bar(signs, width))),
            Progress::Auto => Self::Plain(Plain::new(false, io::stderr(), clock())),
            Progress::Bar | Progress::Plain => Self::Plain(Plain::new(true, io::stderr(), clock())),
        }
    }

    pub(super) fn event(&mut self, event: &Event) {
        match self {
            Self::None => {}
            Self::Plain(plain) => plain.event(event),
            Self::Bar(bar) => bar.event(event),
        }
    }

    /// Shows a line, also where no progress is shown.
    pub(super) fn say(&self, line: &str) {
        self.suspend(|| {
            // A run stops even if nobody sees that it does.
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    /// Does something while the bar is hidden.
    pub(super) fn suspend<T>(&self, action: impl FnOnce() -> T) -> T {
        match self {
            Self::Bar(Bar { bar, .. }) => bar.suspend(action),
            Self::Plain(_) | Self::None => action(),
        }
    }
}

/// A bar with what is running.
pub(super) struct Bar {
    bar: ProgressBar,
    failed: usize,
    /// The cases under way, the one that was begun last at the end.
    running: Vec<Arc<str>>,
}

impl Bar {
    fn new(bar: ProgressBar) -> Self {
        Self { bar, failed: 0, running: Vec::new() }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(header) => self.bar.set_length(text::as_u64(header.suite.cases)),
            Event::CaseStarted { id } => self.running.push(Arc::clone(id)),
            // Judged and not finished, for the latter come in the order of ids.
            Event::CaseJudged { id, verdict } => {
                self.running.retain(|running| running != id);
                self.failed += usize::from(is_failure(*verdict));
                self.bar.inc(1);
            }
            Event::CaseFinished(_) | Event::Notice { .. } | Event::Stopping { .. } => return,
            Event::RunFinished(_) => return self.bar.finish_and_clear(),
        }
        self.bar.set_message(self.message());
    }

    fn message(&self) -> String {
        let left = time_left(self.bar.elapsed(), self.bar.position(), self.bar.length().unwrap_or(0));
        let running = self.running.last().map(|id| format!("  {}", text::one_line(id)));
        format!("{} failed{left}{}", self.failed, running.unwrap_or_default())
    }
}

fn bar(signs: Signs, width: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template(width)) {
        bar.set_style(match signs {
            Signs::Unicode => style,
            Signs::Ascii => style.progress_chars("#>-"),
        });
    }
    bar
}

/// What has room in one line: one that the terminal breaks can't be written anew. The message is cut to what is left.
const fn template(width: usize) -> &'static str {
    match width {
        0..20 => "{pos}/{len}",
        20..50 => "{pos}/{len} cases, {wide_msg}",
        50.. => "{bar:24} {pos}/{len} cases, {wide_msg}",
    }
}

/// How long the rest takes if it goes on as it did; nothing as long as too little is known: some cases take much longer than
/// others.
fn time_left(elapsed: Duration, done: u64, total: u64) -> String {
    const LEAST_TIME: Duration = Duration::from_secs(5);

    let left = total.saturating_sub(done);
    if elapsed < LEAST_TIME || done.saturating_mul(20) < total || left == 0 {
        return String::new();
    }
    let milliseconds = elapsed.as_millis() * u128::from(left) / u128::from(done.max(1));
    format!(", some {} left", text::duration(u64::try_from(milliseconds).unwrap_or(u64::MAX)))
}

fn clock() -> impl Fn() -> Duration + Send {
    let start = Instant::now();
    move || start.elapsed()
}

fn is_failure(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Fail | Verdict::UnexpectedPass => true,
        Verdict::Pass | Verdict::KnownFailure | Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive => false,
    }
}

/// A line every 10 seconds, and every 10 % if `by_percent`.
pub(super) struct Plain {
    by_percent: bool,
    out: Box<dyn Write + Send>,
    clock: Box<dyn Fn() -> Duration + Send>,
    total: usize,
    done: usize,
    failed: usize,
    tenth: usize,
    reported: Duration,
}

impl Plain {
    /// `clock` gives the time since the start of the run.
    fn new(by_percent: bool, out: impl Write + Send + 'static, clock: impl Fn() -> Duration + Send + 'static) -> Self {
        let (out, clock) = (Box::new(out), Box::new(clock));
        Self { by_percent, out, clock, total: 0, done: 0, failed: 0, tenth: 0, reported: Duration::ZERO }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(header) => self.total = header.suite.cases,
            Event::CaseJudged { verdict, .. } => {
                self.done += 1;
                self.failed += usize::from(is_failure(*verdict));
                self.report_if_due();
            }
            Event::CaseStarted { .. } => self.report_if_due(),
            Event::CaseFinished(_) | Event::Notice { .. } | Event::Stopping { .. } | Event::RunFinished(_) => {}
        }
    }

    fn report_if_due(&mut self) {
        let now = (self.clock)();
        let tenth = self.done * 10 / self.total.max(1);
        let due = now.saturating_sub(self.reported) >= Duration::from_secs(10);
        let reached = self.by_percent && tenth > self.tenth;
        if !due && !reached {
            return;
        }
        (self.reported, self.tenth) = (now, tenth);
        // A run goes on even if its progress can't be shown.
        let _ = writeln!(
            self.out,
            "progress: {} of {} ({} %), {} failed, {}{}",
            text::thousands(text::as_u64(self.done)),
            text::count(text::as_u64(self.total), "case"),
            self.done * 100 / self.total.max(1),
            text::thousands(text::as_u64(self.failed)),
            text::duration(u64::try_from(now.as_millis()).unwrap_or(u64::MAX)),
            time_left(now, text::as_u64(self.done), text::as_u64(self.total)),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::report::sample;

    #[derive(Debug, Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines of a run of 200 cases, each of which takes so many milliseconds and the last of which fails.
    fn lines(by_percent: bool, milliseconds: u64) -> Vec<String> {
        let (out, time) = (Shared::default(), Arc::new(AtomicU64::new(0)));
        let now = Arc::clone(&time);
        let mut plain = Plain::new(by_percent, out.clone(), move || Duration::from_millis(now.load(Ordering::Relaxed)));
        plain.event(&sample::started(200));
        for index in 0..200 {
            plain.event(&Event::CaseStarted { id: "alibaba/x".into() });
            time.fetch_add(milliseconds, Ordering::Relaxed);
            let verdict = if index == 199 { Verdict::Fail } else { Verdict::Pass };
            plain.event(&Event::CaseJudged { id: "alibaba/x".into(), verdict });
        }
        let bytes = out.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_quick_run_reports_each_tenth_by_percent() {
        assert_eq!(lines(false, 1), [""; 0]);
        let reported = lines(true, 1);
        assert_eq!(reported.len(), 10);
        assert_eq!(reported[0], "progress: 20 of 200 cases (10 %), 0 failed, 0.02 s");
        assert_eq!(reported[9], "progress: 200 of 200 cases (100 %), 1 failed, 0.20 s");
    }

    #[test]
    fn a_slow_run_reports_every_ten_seconds() {
        let reported = lines(false, 1000);
        assert_eq!(reported.len(), 20);
        assert_eq!(reported[0], "progress: 10 of 200 cases (5 %), 0 failed, 10.0 s, some 3 min 10 s left");
        assert_eq!(lines(true, 1000).len(), 20);
    }

    /// A terminal that keeps what is written to it.
    #[derive(Debug)]
    struct Terminal(u16, Shared);

    impl indicatif::TermLike for Terminal {
        fn width(&self) -> u16 {
            self.0
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.1.clone().write_all(text.as_bytes())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.write_str("\r")
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_bar_takes_one_line_of_each_terminal() {
        for width in [8, 19, 20, 30, 49, 50, 80] {
            let written = Shared::default();
            let bar = bar(Signs::Unicode, width);
            let terminal = Terminal(u16::try_from(width).unwrap(), written.clone());
            bar.set_draw_target(ProgressDrawTarget::term_like(Box::new(terminal)));
            bar.set_length(723);
            bar.set_message("0 failed  alibaba/Encrypt/Disabled/EXTERNAL/via-delete-material-while-pending");
            bar.set_position(120);
            bar.force_draw();

            let bytes = written.0.lock().unwrap().clone();
            let text = String::from_utf8(bytes).unwrap();
            let widest = text.split(['\r', '\n']).map(|line| line.trim_end().chars().count()).max().unwrap();
            assert!(text.contains("120/723") && widest <= width, "{width}: {text:?}");
        }
    }

    #[test]
    fn progress_is_named_on_the_command_line() {
        for (name, progress) in
            [("auto", Progress::Auto), ("bar", Progress::Bar), ("plain", Progress::Plain), ("none", Progress::None)]
        {
            assert_eq!(Progress::from_str(name, false), Ok(progress));
        }
    }
}
