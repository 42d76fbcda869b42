//! The known failures in short: a line for each entry of the list that holds.
//!
//! ```text
//! known failures
//! k alibaba/Encrypt/Disabled  it does not look at the state (https://example.com/issues/12, until 2026-12-31)
//! k alibaba/Decrypt/*  3 cases: no decryption yet (until 2026-12-31)
//! ```

use std::collections::BTreeMap;

use crate::event::{CaseResult, Listed};
use crate::report::listed_text::accepted;
use crate::report::text;
use crate::verdict::Verdict;

use super::pen::{Mark, Pen, STRONG};
use super::room::Room;

/// Gathers the known failures.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By the place of the entry.
    entries: BTreeMap<(u32, u32), Entry>,
}

#[derive(Debug)]
struct Entry {
    listed: Box<Listed>,
    /// The first of its cases.
    id: String,
    cases: usize,
}

impl Known {
    pub(super) fn add(&mut self, case: &CaseResult) {
        if let (Verdict::KnownFailure, Some(listed)) = (case.verdict, &case.listed) {
            let entry = self.entries.entry((listed.line, listed.column)).or_insert_with(|| Entry {
                listed: listed.clone(),
                id: case.id.to_string(),
                cases: 0,
            });
            entry.cases += 1;
        }
    }

    /// The entries, with an empty line after them; nothing if there are none.
    pub(super) fn render(&self, room: Room, pen: Pen) -> String {
        if self.entries.is_empty() {
            return String::new();
        }

        let mut rendered = pen.paint(STRONG, "known failures") + "\n";
        for Entry { listed, id, cases } in self.entries.values().take(room.remarks) {
            // An entry may be a pattern; where it met one case, the id of that says more.
            let (name, cases) = match cases {
                1 => (id, String::new()),
                cases => (&listed.case, format!("{}: ", text::count(text::as_u64(*cases), "case"))),
            };

            let mark = pen.mark(Mark::KnownFailure);
            rendered.push_str(&format!("{mark} {}  {cases}{}\n", text::one_line(name), accepted(listed)));
        }

        if let more @ 1.. = self.entries.len().saturating_sub(room.remarks) {
            let more = text::thousands(text::as_u64(more));
            rendered.push_str(&format!("  {more} more; --verbose shows them\n"));
        }
        rendered + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ListedOutcome;
    use crate::report::sample;

    #[test]
    fn an_entry_is_one_line_however_many_cases_it_has() {
        let mut known = Known::default();
        for (id, outcome) in
            [("a/1", ListedOutcome::Holds), ("a/2", ListedOutcome::Holds), ("a/3", ListedOutcome::Differs)]
        {
            let mut case = sample::failed(id);
            (case.verdict, case.listed) = (outcome.verdict(case.verdict), Some(sample::listed(outcome)));
            known.add(&case);
        }
        assert_eq!(
            known.render(Room::ALL, Pen::default()),
            "known failures\nk alibaba/*/PendingImport  2 cases: the emulator encrypts without key material \
             (https://example.com/issues/12, until 2026-12-31)\n\n"
        );
    }
}
