//! The cases that passed only because the documents leave room for their responses.
//!
//! ```text
//! lenient: alibaba/alias-can-not-be-made-twice: CreateAlias responded Success (200) instead of AliasAlreadyExists (400): …
//! ```

use std::fmt::Write as _;

use crate::event::CaseResult;
use crate::report::text::{as_u64, count, cut, one_line, thousands};

use super::pen::{DOUBTFUL, Pen};
use super::room::Room;

/// How much of a reason is shown, in bytes.
const REASON_LIMIT: usize = 300;

/// Gathers lenient passes.
#[derive(Debug, Default)]
pub(super) struct Lenients {
    pub(super) cases: usize,
    lines: Vec<String>,
}

impl Lenients {
    pub(super) fn add(&mut self, case: &CaseResult) {
        self.cases += usize::from(case.passed_leniently());
        if !case.passed_leniently() {
            return;
        }
        for lenient in &case.lenient {
            self.lines.push(one_line(&format!("{}: {}", case.id, cut(&lenient.to_string(), REASON_LIMIT))));
        }
    }

    /// A line for each response, with an empty line after them; nothing if there are none.
    pub(super) fn render(&self, room: Room, pen: Pen) -> String {
        // Each is long, and they did pass.
        let most = if room.counts { 0 } else { 1 };
        let shown = self.lines.len().min(if room.is_short() { most } else { usize::MAX });
        let mut rendered = String::new();
        for line in &self.lines[..shown] {
            let _ = writeln!(rendered, "{} {line}", pen.paint(DOUBTFUL, "lenient:"));
        }
        if let more @ 1.. = self.lines.len() - shown {
            let label = pen.paint(DOUBTFUL, "lenient:");
            let more = match shown {
                0 => count(as_u64(more), "response"),
                _ => format!("{} more", thousands(as_u64(more))),
            };
            let _ = writeln!(rendered, "{label} {more}; --verbose shows them");
        }
        if !rendered.is_empty() {
            rendered.push('\n');
        }
        rendered
    }
}
