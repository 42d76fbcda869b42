//! How much is shown of a run in which much went wrong: no more than two screens of a terminal, and the most important last.

use anstream::adapter::strip_str;

/// Two screens of a terminal with fifty lines: who has to scroll further sees none of it.
const MOST_LINES: usize = 100;

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
}

impl Room {
    /// Room for everything.
    pub(super) const ALL: Self = Self { rows: usize::MAX, causes: usize::MAX, groups: None, remarks: usize::MAX };

    /// Less and less room.
    pub(super) const LESS: [Self; 3] = [
        Self { rows: 24, causes: 3, groups: Some(16), remarks: 4 },
        Self { rows: 16, causes: 2, groups: Some(10), remarks: 3 },
        Self { rows: 8, causes: 1, groups: Some(6), remarks: 2 },
    ];

    /// Whether lists are shortened.
    pub(super) fn is_short(self) -> bool {
        self != Self::ALL
    }
}

/// Whether a text fits on two screens of a terminal that is `width` columns wide.
pub(super) fn fits(text: &str, width: usize) -> bool {
    lines_on_screen(text, width) <= MOST_LINES
}

/// How many lines of a terminal a text takes.
pub(super) fn lines_on_screen(text: &str, width: usize) -> usize {
    let lines = |line: &str| strip_str(line).to_string().chars().count().div_ceil(width.max(1)).max(1);
    text.lines().map(lines).sum()
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
        assert!(fits(&"x\n".repeat(100), 80) && !fits(&"x\n".repeat(101), 80));
    }
}
