//! How much is shown of a run in which much went wrong: no more than two screens of a terminal, and the most important last.

use anstream::adapter::strip_str;

/// How many lines of two screens are taken at most and at least: who has to scroll further sees none of it, and in fewer nothing
/// can be said.
const LINES: std::ops::RangeInclusive<usize> = 48..=100;

/// How many of these lines are left to what the program says on the standard error meanwhile.
const NOTES: usize = 3;

/// The size of a terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screens {
    /// In columns.
    pub(super) width: usize,
    /// In lines.
    pub(super) height: usize,
}

impl Screens {
    /// Whether a text fits on two screens.
    pub(super) fn fit(self, text: &str) -> bool {
        let most = self.height.saturating_mul(2).clamp(*LINES.start(), *LINES.end()) - NOTES;
        lines_on_screen(text, self.width) <= most
    }
}

/// How many entries of each list are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Rows of the table.
    pub(super) rows: usize,
    /// Causes for which cases could not be judged.
    pub(super) causes: usize,
    /// Lines of failures that are put together by operation; none shows each failure in full.
    pub(super) groups: Option<usize>,
    /// What many failures have in common, and other remarks.
    pub(super) remarks: usize,
    /// Whether one failure is shown in full where they are put together, so that it can be seen what there is to see.
    pub(super) example: bool,
    /// Whether moves and what passed leniently are counted, and not shown.
    pub(super) counts: bool,
}

impl Room {
    /// Room for everything.
    pub(super) const ALL: Self =
        Self { rows: usize::MAX, causes: usize::MAX, groups: None, remarks: usize::MAX, example: true, counts: false };

    /// Less and less room.
    pub(super) const LESS: [Self; 6] = [
        Self { rows: 24, causes: 3, groups: Some(16), remarks: 4, example: true, counts: false },
        Self { rows: 16, causes: 2, groups: Some(10), remarks: 3, example: true, counts: false },
        Self { rows: 8, causes: 1, groups: Some(6), remarks: 2, example: true, counts: false },
        Self { rows: 6, causes: 1, groups: Some(4), remarks: 1, example: true, counts: true },
        Self { rows: 4, causes: 0, groups: Some(2), remarks: 1, example: false, counts: true },
        Self { rows: 4, causes: 0, groups: Some(2), remarks: 0, example: false, counts: true },
    ];

    /// Whether lists are shortened.
    pub(super) fn is_short(self) -> bool {
        self != Self::ALL
    }
}

/// How many lines of a terminal a text takes.
pub(super) fn lines_on_screen(text: &str, width: usize) -> usize {
    text.lines().map(|line| columns(line).div_ceil(width.max(1)).max(1)).sum()
}

/// How many columns a line takes, without its colours.
pub(super) fn columns(line: &str) -> usize {
    strip_str(line).to_string().chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_count_for_the_lines_of_the_screen_that_they_take() {
        assert_eq!(lines_on_screen("", 80), 0);
        assert_eq!(lines_on_screen("a\n\nb\n", 80), 3);
        assert_eq!(lines_on_screen(&"x".repeat(80), 80), 1);
        assert_eq!(lines_on_screen(&format!("\u{1b}[31m{}\u{1b}[0m\n", "x".repeat(81)), 80), 2);
    }

    #[test]
    fn two_screens_of_a_terminal_are_the_most() {
        for (height, most) in [(24, 45), (40, 77), (60, 97), (5, 45)] {
            let screens = Screens { width: 80, height };
            assert!(screens.fit(&"x\n".repeat(most)) && !screens.fit(&"x\n".repeat(most + 1)), "{height}");
        }
    }
}
