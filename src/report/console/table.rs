//! The table as people know it from the published document, then the moves, then the scenarios.
//!
//! ```text
//!                                           Pending   Pending
//!                       Enabled  Disabled  Deletion   Import
//! DescribeKey              ✔         ✔         ✔         ✔
//! Encrypt                  ✔         ✘         ?         k
//!
//! UpdateAlias: from the state on the left to the state above
//!           Enabled  Disabled
//! Enabled      ✔        ✘
//!
//! scenarios
//! defaults   ✔✔✔
//! deletion   ✔–
//!
//! ✔ pass  ✘ fail  ? inconclusive  k known failure  – not asked
//! ```
//!
//! A cell shows the worst of its cases; one that has none is empty.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::CaseResult;
use crate::report::text;

use super::grid::{self, Grid};
use super::pen::{FAINT, Mark, Pen, STRONG};

/// In which order operations and states are shown: as the published table has them. What is missing in a list follows
/// in alphabetical order.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The operations, from top to bottom.
    pub operations: Vec<String>,
    /// The states, from left to right.
    pub states: Vec<String>,
}

/// Gathers the marks of the cases.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By operation and state.
    cells: Cells,
    /// By operation, then by the state that is left and the state of the target.
    moves: BTreeMap<String, Cells>,
    /// By the part of the id that they have in common.
    scenarios: BTreeMap<String, Vec<Mark>>,
    seen: BTreeSet<Mark>,
}

/// In which order the marks are explained.
const LEGEND: [Mark; 8] = [
    Mark::Pass,
    Mark::Fail,
    Mark::UnexpectedPass,
    Mark::Inconclusive,
    Mark::KnownFailure,
    Mark::Skipped,
    Mark::NotRun,
    Mark::NotApplicable,
];

type Cells = BTreeMap<(String, String), Mark>;

impl Table {
    pub(super) fn add(&mut self, case: &CaseResult) {
        let mark = Mark::of(case);
        self.seen.insert(mark);
        match (&case.operation, &case.state, &case.original_state) {
            (Some(operation), Some(state), None) => put(&mut self.cells, operation, state, mark),
            (Some(operation), Some(state), Some(original)) => {
                put(self.moves.entry(text::one_line(operation)).or_default(), original, state, mark);
            }
            (None, _, _) | (Some(_), None, _) => {
                // `alibaba/deletion/after-the-window` belongs to `deletion`.
                let name = case.id.split('/').nth(1).unwrap_or(&case.id);
                self.scenarios.entry(text::one_line(name)).or_default().push(mark);
            }
        }
    }

    /// The table, with an empty line after it; nothing if there were no cases.
    pub(super) fn render(&self, layout: &Layout, width: usize, pen: Pen) -> String {
        let mut parts = Vec::new();
        if !self.cells.is_empty() {
            parts.push(render(&self.cells, &layout.operations, &layout.states, width, pen));
        }
        for (operation, cells) in &self.moves {
            let title = format!("{operation}: from the state on the left to the state above");
            parts.push(format!(
                "{}\n{}",
                pen.paint(STRONG, &title),
                render(cells, &layout.states, &layout.states, width, pen)
            ));
        }
        if !self.scenarios.is_empty() {
            parts.push(format!("{}\n{}", pen.paint(STRONG, "scenarios"), self.render_scenarios(width, pen)));
        }
        if parts.is_empty() {
            return String::new();
        }
        parts.push(self.legend(width, pen) + "\n");
        parts.join("\n") + "\n"
    }

    fn render_scenarios(&self, width: usize, pen: Pen) -> String {
        let longest = self.scenarios.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        let names = longest.min(width / 2);
        let room = width.saturating_sub(names + 2).max(10);
        let mut lines = String::new();
        for (name, marks) in &self.scenarios {
            let name = grid::shortened(name, names, pen);
            for (index, chunk) in marks.chunks(room).enumerate() {
                let label = if index == 0 { name.as_str() } else { "" };
                let marks: String = chunk.iter().map(|mark| pen.mark(*mark)).collect();
                lines.push_str(&format!("{label:names$}  {marks}\n"));
            }
        }
        lines
    }

    fn legend(&self, width: usize, pen: Pen) -> String {
        let plain = Pen { color: false, ..pen };
        let mut entries: Vec<String> = LEGEND
            .iter()
            .filter(|mark| self.seen.contains(mark))
            .map(|mark| format!("{} {}", plain.mark(*mark), mark.meaning()))
            .collect();
        // A skipped case and a cell that isn't there share a mark.
        entries.dedup();
        pen.paint(FAINT, &grid::wrapped(&entries, width))
    }
}

fn put(cells: &mut Cells, row: &str, column: &str, mark: Mark) {
    let cell = cells.entry((text::one_line(row), text::one_line(column))).or_insert(mark);
    *cell = mark.max(*cell);
}

fn render(cells: &Cells, row_order: &[String], column_order: &[String], width: usize, pen: Pen) -> String {
    let rows = ordered(cells.keys().map(|(row, _)| row.as_str()), row_order);
    let columns = ordered(cells.keys().map(|(_, column)| column.as_str()), column_order);
    let marks = |row: usize, column: usize| {
        let key = (rows.get(row)?.to_string(), columns.get(column)?.to_string());
        cells.get(&key).copied()
    };
    Grid { rows: rows.clone(), columns: columns.clone(), marks: &marks }.render(width, pen)
}

/// The names that occur, each once: those of the list in its order, then the others by the alphabet.
fn ordered<'a>(names: impl Iterator<Item = &'a str>, order: &[String]) -> Vec<&'a str> {
    let mut names: Vec<_> = names.collect::<BTreeSet<_>>().into_iter().collect();
    names.sort_by_key(|name| order.iter().position(|listed| listed == name).unwrap_or(order.len()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::verdict::{Kind, Verdict};

    #[test]
    fn a_cell_shows_its_worst_case() {
        let mut table = Table::default();
        let id = "alibaba/Encrypt/PendingImport";
        let not_applicable = sample::other(id, Verdict::Skipped, Kind::NotApplicable, "");
        let cell = ("Encrypt".to_owned(), "PendingImport".to_owned());
        let mut after = |case: &CaseResult| {
            table.add(case);
            table.cells[&cell]
        };
        assert_eq!(after(&not_applicable), Mark::NotApplicable);
        assert_eq!(after(&sample::passed(id)), Mark::Pass);
        assert_eq!(after(&not_applicable), Mark::Pass);
        assert_eq!(after(&sample::failed(id)), Mark::Fail);
        assert_eq!(after(&sample::other(id, Verdict::Inconclusive, Kind::Transport, "")), Mark::Fail);
    }

    #[test]
    fn the_order_is_that_of_the_layout() {
        let order = ["Enabled", "Disabled"].map(str::to_owned);
        let names = ["Zombie", "Disabled", "Enabled", "Disabled", "Asleep"];
        assert_eq!(ordered(names.into_iter(), &order), ["Enabled", "Disabled", "Asleep", "Zombie"]);
        assert_eq!(ordered(names.into_iter(), &[]), ["Asleep", "Disabled", "Enabled", "Zombie"]);
    }
}
