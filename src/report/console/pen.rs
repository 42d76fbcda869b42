//! Colours and signs.

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use crate::event::CaseResult;
use crate::verdict::{Kind, Verdict};

/// Whether colours are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If the output is a terminal and the environment does not forbid it (`NO_COLOR`, `CLICOLOR`, `TERM=dumb`).
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to use colours on this stream, such as [`std::io::Stdout`].
    pub fn on(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Self::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The signs that the terminal can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signs {
    /// `✔ ✘ – · →`.
    #[default]
    Unicode,
    /// The same in ASCII, for a terminal with another encoding.
    Ascii,
}

impl Signs {
    /// The signs of the locale. `variable` looks up an environment variable; the first of `LC_ALL`, `LC_CTYPE` and `LANG`
    /// that is set counts. If none is, as in most containers, the signs are Unicode.
    pub fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()));
        match locale.map(|locale| locale.to_ascii_lowercase()) {
            Some(locale) if !(locale.contains("utf-8") || locale.contains("utf8")) => Self::Ascii,
            Some(_) | None => Self::Unicode,
        }
    }
}

/// The mark of a case or of a cell, from the least important to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// The table has no such cell; any other case of the cell outweighs it.
    NotApplicable,
    /// That some were skipped says nothing of the others.
    Skipped,
    Pass,
    KnownFailure,
    NotRun,
    Inconclusive,
    UnexpectedPass,
    Fail,
}

impl Mark {
    pub(super) fn of(case: &CaseResult) -> Self {
        match case.verdict {
            Verdict::Pass => Self::Pass,
            Verdict::KnownFailure => Self::KnownFailure,
            Verdict::Skipped if case.kind == Some(Kind::NotApplicable) => Self::NotApplicable,
            Verdict::Skipped => Self::Skipped,
            Verdict::NotRun => Self::NotRun,
            Verdict::Inconclusive => Self::Inconclusive,
            Verdict::UnexpectedPass => Self::UnexpectedPass,
            Verdict::Fail => Self::Fail,
        }
    }

    /// What the mark means, for the legend.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::NotApplicable | Self::Skipped => "skipped",
            Self::NotRun => "not run",
            Self::Pass => "pass",
            Self::KnownFailure => "known failure",
            Self::Inconclusive => "inconclusive",
            Self::UnexpectedPass => "unexpected pass",
            Self::Fail => "fail",
        }
    }

    /// Whether the endpoint was compared with the table.
    pub(super) const fn is_judged(self) -> bool {
        match self {
            Self::Pass | Self::KnownFailure | Self::UnexpectedPass | Self::Fail => true,
            Self::NotApplicable | Self::Skipped | Self::NotRun | Self::Inconclusive => false,
        }
    }

    const fn style(self) -> Style {
        match self {
            Self::Pass => GOOD,
            Self::KnownFailure => AnsiColor::Cyan.on_default(),
            Self::NotApplicable | Self::Skipped => FAINT,
            Self::NotRun | Self::Inconclusive => DOUBTFUL,
            Self::UnexpectedPass | Self::Fail => BAD,
        }
    }
}

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const STRONG: Style = Style::new().bold();

/// How text is put on the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pen {
    pub(super) color: bool,
    pub(super) signs: Signs,
}

impl Pen {
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Paints a text without the line feeds at its end.
    pub(super) fn paint_lines(self, style: Style, text: &str) -> String {
        let line = text.trim_end_matches('\n');
        self.paint(style, line) + text.get(line.len()..).unwrap_or_default()
    }

    pub(super) fn mark(self, mark: Mark) -> String {
        let ascii = self.signs == Signs::Ascii;
        let sign = match mark {
            Mark::NotApplicable | Mark::Skipped => self.dash(),
            Mark::Pass if ascii => "+",
            Mark::Pass => "✔",
            Mark::KnownFailure => "k",
            Mark::Inconclusive => "?",
            Mark::NotRun if ascii => ".",
            Mark::NotRun => "·",
            Mark::UnexpectedPass => "!",
            Mark::Fail if ascii => "x",
            Mark::Fail => "✘",
        };

        self.paint(mark.style(), sign)
    }

    pub(super) const fn dash(self) -> &'static str {
        match self.signs {
            Signs::Unicode => "–",
            Signs::Ascii => "-",
        }
    }

    pub(super) const fn separator(self) -> &'static str {
        match self.signs {
            Signs::Unicode => " · ",
            Signs::Ascii => "; ",
        }
    }

    pub(super) const fn ellipsis(self) -> &'static str {
        match self.signs {
            Signs::Unicode => "…",
            Signs::Ascii => "~",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses_the_signs() {
        let with = |set: &'static [(&str, &str)]| {
            Signs::of_locale(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[]), Signs::Unicode);
        assert_eq!(with(&[("LANG", "C")]), Signs::Ascii);
        assert_eq!(with(&[("LANG", "C"), ("LC_ALL", "C.UTF-8")]), Signs::Unicode);
        assert_eq!(with(&[("LC_ALL", ""), ("LC_CTYPE", "de_DE.utf8")]), Signs::Unicode);
    }

    #[test]
    fn an_explicit_choice_of_colour_counts() {
        assert!(Color::Always.on(&Vec::new()));
        assert!(!Color::Never.on(&Vec::new()));
    }
}
