//! The cases that passed only because the documents leave room for their responses.
//!
//! ```text
//! lenient: alibaba/alias-can-not-be-made-twice: CreateAlias responded Success (200) instead of AliasAlreadyExists (400): …
//! ```

use std::fmt::Write as _;

use crate::event::CaseResult;
use crate::report::text::{cut, one_line};

use super::pen::{DOUBTFUL, Pen};

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
    pub(super) fn render(&self, pen: Pen) -> String {
        let mut rendered = String::new();
        for line in &self.lines {
            let _ = writeln!(rendered, "{} {line}", pen.paint(DOUBTFUL, "lenient:"));
        }
        if !rendered.is_empty() {
            rendered.push('\n');
        }
        rendered
    }
}
