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
//! ✔ pass  ✘ fail  ? inconclusive  k known failure  – skipped
//! ```
//!
//! A cell shows the worst of its cases that were not skipped, and is empty if it has none. Rows in which everything passed are left out, unless
//! the whole table is shown.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;

use crate::event::CaseResult;
use crate::report::layout::Layout;
use crate::report::text;

use super::grid::{self, Grid};
use super::pen::{FAINT, Mark, Pen, STRONG};
use super::room::Room;

/// How much of the table is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TableMode {
    /// The rows with any other mark than a pass.
    #[default]
    Auto,
    /// Every row.
    Full,
    /// No table.
    None,
}

/// Gathers the marks of the cases.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By operation and state.
    cells: Cells,
    /// By operation, then by the states of the original and the target key.
    moves: BTreeMap<String, Cells>,
    /// By the common part of their ids.
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
    Mark::NotRun,
    Mark::Skipped,
    Mark::NotApplicable,
];

/// So many rows of scenarios are shown also where there is little room.
const FEW_SCENARIOS: usize = 8;

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

    /// The table, with an empty line after it; empty if there is nothing to show.
    pub(super) fn render(&self, mode: TableMode, layout: &Layout, width: usize, room: Room, pen: Pen) -> String {
        match mode {
            TableMode::None => String::new(),
            TableMode::Full => self.render_rows(layout, width, Room::ALL, pen),
            // A table of question marks says no more than one line about them.
            TableMode::Auto if !self.seen.iter().any(|mark| mark.is_judged()) => String::new(),
            TableMode::Auto => {
                let (mut shown, left_out) = self.without_passed_rows();
                let others = match shown.shorten(room.rows, layout) {
                    0 => String::new(),
                    1 => "1 more row does not pass; --table full shows it\n".to_owned(),
                    rows => format!("{rows} more rows do not pass; --table full shows them\n"),
                };
                let rest = match (shown.seen.is_empty(), left_out) {
                    (_, 0) => String::new(),
                    (true, 1) => "the only row passes; --table full shows it\n\n".to_owned(),
                    (true, rows) => format!("all {rows} rows pass; --table full shows them\n\n"),
                    (false, 1) => "1 more row passes; --table full shows it\n\n".to_owned(),
                    (false, rows) => format!("{rows} more rows pass; --table full shows them\n\n"),
                };
                shown.render_rows(layout, width, room, pen) + &pen.paint_lines(FAINT, &(others + &rest))
            }
        }
    }

    /// The rows with something to see, and how many others there are.
    fn without_passed_rows(&self) -> (Self, usize) {
        let mut left_out = 0;
        let mut some = |cells: &Cells| {
            let rows: BTreeSet<&str> = cells.keys().map(|(row, _)| row.as_str()).collect();
            let is_seen = |mark: &Mark| !matches!(mark, Mark::Pass | Mark::NotApplicable);
            let seen = cells.iter().filter(|(_, mark)| is_seen(mark));
            let seen: BTreeSet<&str> = seen.map(|((row, _), _)| row.as_str()).collect();
            left_out += rows.len() - seen.len();
            let kept = cells.iter().filter(|((row, _), _)| seen.contains(row.as_str()));
            kept.map(|(cell, mark)| (cell.clone(), *mark)).collect::<Cells>()
        };

        let cells = some(&self.cells);
        let moves = self.moves.iter().map(|(operation, cells)| (operation.clone(), some(cells)));
        let moves: BTreeMap<String, Cells> = moves.filter(|(_, cells)| !cells.is_empty()).collect();
        let passes = |marks: &[Mark]| marks.iter().all(|mark| matches!(mark, Mark::Pass | Mark::NotApplicable));
        let scenarios = self.scenarios.iter().filter(|(_, marks)| !passes(marks));
        let scenarios: BTreeMap<String, Vec<Mark>> =
            scenarios.map(|(name, marks)| (name.clone(), marks.clone())).collect();
        left_out += self.scenarios.len() - scenarios.len();

        let marks = cells.values().chain(moves.values().flat_map(BTreeMap::values));
        let seen = marks.chain(scenarios.values().flatten()).copied().collect();
        (Self { cells, moves, scenarios, seen }, left_out)
    }

    /// Leaves out operations beyond `most`, those without a failure first, and says how many.
    fn shorten(&mut self, most: usize, layout: &Layout) -> usize {
        let mut rows = ordered(self.cells.keys().map(|(row, _)| row.as_str()), &layout.operations);
        let has_failure =
            |row: &str| self.cells.iter().any(|((of, _), mark)| of == row && *mark >= Mark::UnexpectedPass);
        rows.sort_by_key(|row| !has_failure(row));
        let left_out: BTreeSet<String> = rows.into_iter().skip(most).map(str::to_owned).collect();
        self.cells.retain(|(row, _), _| !left_out.contains(row));
        left_out.len()
    }

    /// The table, with an empty line after it; empty if there were no cases.
    fn render_rows(&self, layout: &Layout, width: usize, room: Room, pen: Pen) -> String {
        let mut parts = Vec::new();
        if !self.cells.is_empty() {
            parts.push(render(&self.cells, &layout.operations, &layout.states, width, pen));
        }
        if room.counts && !self.moves.is_empty() {
            parts.push(self.counted_moves(pen));
        }
        for (operation, cells) in self.moves.iter().filter(|_| !room.counts) {
            let title = format!("{operation}: from the state on the left to the state above");
            parts.push(format!(
                "{}\n{}",
                pen.paint(STRONG, &title),
                render(cells, &layout.states, &layout.states, width, pen)
            ));
        }
        let most = if room.counts { 0 } else { FEW_SCENARIOS };
        if room.is_short() && self.scenarios.len() > most {
            parts.push(self.counted_scenarios(pen));
        } else if !self.scenarios.is_empty() {
            parts.push(format!("{}\n{}", pen.paint(STRONG, "scenarios"), self.render_scenarios(width, pen)));
        }

        if parts.is_empty() {
            return String::new();
        }
        parts.push(self.legend(width, pen) + "\n");
        parts.join("\n") + "\n"
    }

    /// How many scenarios do not pass, and how.
    fn counted_scenarios(&self, pen: Pen) -> String {
        let marks = counted(self.scenarios.values().flatten(), pen);
        let rows = text::count(text::as_u64(self.scenarios.len()), "row");
        format!("{}  {marks} in {rows}; --table full shows them\n", pen.paint(STRONG, "scenarios"))
    }

    /// How the moves of each operation ended.
    fn counted_moves(&self, pen: Pen) -> String {
        let line = |(operation, cells): (&String, &Cells)| {
            let marks = counted(cells.values(), pen);
            format!("{}  {marks} from state to state; --table full shows them\n", pen.paint(STRONG, operation))
        };
        self.moves.iter().map(line).collect()
    }

    fn render_scenarios(&self, width: usize, pen: Pen) -> String {
        let longest = self.scenarios.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        // The marks are what matters, so names get half of the line at most.
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
        // A skipped case and a cell that does not exist share a mark.
        entries.dedup();
        pen.paint(FAINT, &grid::wrapped(&entries, width))
    }
}

/// How many there are of each mark, the worst first: `12 ✘, 4 ✔`.
fn counted<'a>(marks: impl Iterator<Item = &'a Mark>, pen: Pen) -> String {
    let mut counted: BTreeMap<Mark, usize> = BTreeMap::new();
    marks.for_each(|mark| *counted.entry(*mark).or_default() += 1);
    let one = |(mark, cases): (&Mark, &usize)| format!("{cases} {}", pen.mark(*mark));
    counted.iter().rev().map(one).collect::<Vec<_>>().join(", ")
}

fn put(cells: &mut Cells, row: &str, column: &str, mark: Mark) {
    let cell = cells.entry((text::one_line(row), text::one_line(column))).or_insert(mark);
    // Several routes lead to a cell, and the worst of them is what it shows.
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
        assert_eq!(after(&sample::other(id, Verdict::Skipped, Kind::Unavailable, "")), Mark::Skipped);
        assert_eq!(after(&sample::passed(id)), Mark::Pass);
        assert_eq!(after(&not_applicable), Mark::Pass);
        assert_eq!(after(&sample::other(id, Verdict::Skipped, Kind::Unavailable, "")), Mark::Pass);
        assert_eq!(after(&sample::failed(id)), Mark::Fail);
        assert_eq!(after(&sample::other(id, Verdict::Inconclusive, Kind::Transport, "")), Mark::Fail);
    }

    fn rendered(cases: &[CaseResult], mode: TableMode) -> String {
        let mut table = Table::default();
        cases.iter().for_each(|case| table.add(case));
        table.render(mode, &Layout::default(), 80, Room::ALL, Pen::default())
    }

    #[test]
    fn rows_in_which_all_passed_are_only_in_the_full_table() {
        let mut cases = vec![
            sample::passed("alibaba/Decrypt/Disabled"),
            sample::passed("alibaba/Encrypt/Disabled"),
            sample::other("alibaba/Encrypt/PendingImport", Verdict::Skipped, Kind::NotApplicable, ""),
            sample::moved("Enabled", "Disabled", Verdict::Pass),
            sample::passed("alibaba/defaults/new-key-is-enabled"),
        ];
        assert_eq!(rendered(&cases, TableMode::Auto), "all 4 rows pass; --table full shows them\n\n");
        assert_eq!(rendered(&cases[..1], TableMode::Auto), "the only row passes; --table full shows it\n\n");
        cases.push(sample::failed("alibaba/DescribeKey/Disabled"));
        assert_eq!(
            rendered(&cases, TableMode::Auto),
            "             Disabled\nDescribeKey     ✘\n\n✘ fail\n\n4 more rows pass; --table full shows them\n\n"
        );
        let full = rendered(&cases, TableMode::Full);
        assert!(full.contains("\nscenarios\ndefaults  ✔\n") && !full.contains("--table"), "{full}");
        assert_eq!(rendered(&cases, TableMode::None), "");
    }

    #[test]
    fn a_run_that_judged_nothing_has_no_table() {
        let mut cases = vec![
            sample::other("alibaba/Encrypt/Disabled", Verdict::Inconclusive, Kind::Transport, "connection refused"),
            sample::other("alibaba/Encrypt/Enabled", Verdict::NotRun, Kind::Cut, "interrupted"),
        ];
        assert_eq!(rendered(&cases, TableMode::Auto), "");
        assert_ne!(rendered(&cases, TableMode::Full), "");
        cases.push(sample::passed("alibaba/Decrypt/Enabled"));
        assert!(rendered(&cases, TableMode::Auto).contains("\nEncrypt "));
    }

    #[test]
    fn the_order_is_that_of_the_layout() {
        let order = ["Enabled", "Disabled"].map(str::to_owned);
        let names = ["Zombie", "Disabled", "Enabled", "Disabled", "Asleep"];
        assert_eq!(ordered(names.into_iter(), &order), ["Enabled", "Disabled", "Asleep", "Zombie"]);
        assert_eq!(ordered(names.into_iter(), &[]), ["Asleep", "Disabled", "Enabled", "Zombie"]);
    }
}
