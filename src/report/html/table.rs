//! The tables of the page: the published one, the moves, and the scenarios.

use std::collections::{BTreeMap, BTreeSet};

use super::{Column, escaped};
use crate::event::{CaseResult, Summary};
use crate::report::layout::Layout;
use crate::report::text::sign;
use crate::verdict::{Kind, Verdict};

/// The cell of the page that a case belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    /// An operation and a state.
    Table(String, String),
    /// An operation that moves something, and the states of the original and the target key.
    Move(String, String, String),
    /// Scenarios with a common part of their ids.
    Scenario(String),
}

impl Cell {
    pub(super) fn of(case: &CaseResult) -> Self {
        match (&case.operation, &case.state, &case.original_state) {
            (Some(operation), Some(state), None) => Self::Table(operation.clone(), state.clone()),
            (Some(operation), Some(state), Some(original)) => {
                Self::Move(operation.clone(), original.clone(), state.clone())
            }
            (None, _, _) | (Some(_), None, _) => {
                // `alibaba/deletion/after-the-window` belongs to `deletion`.
                Self::Scenario(case.id.split('/').nth(1).unwrap_or(&case.id).to_owned())
            }
        }
    }

    /// Its name in addresses.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Table(operation, state) => format!("cell/{operation}/{state}"),
            Self::Move(operation, original, target) => format!("move/{operation}/{original}/{target}"),
            Self::Scenario(name) => format!("scenario/{name}"),
        }
    }

    /// Its name for people.
    fn name(&self) -> String {
        match self {
            Self::Table(operation, state) => format!("{operation} in {state}"),
            Self::Move(operation, original, target) => format!("{operation} from {original} to {target}"),
            Self::Scenario(name) => format!("scenarios {name}"),
        }
    }
}

/// The verdicts of each cell, for each of the results.
pub(super) struct Tables {
    cells: BTreeMap<Cell, Vec<Summary>>,
    layout: Layout,
}

impl Tables {
    pub(super) fn of(columns: &[Column]) -> Self {
        let mut cells: BTreeMap<Cell, Vec<Summary>> = BTreeMap::new();
        for (index, column) in columns.iter().enumerate() {
            for case in &column.results.cases {
                let summaries = cells.entry(Cell::of(case)).or_insert_with(|| vec![Summary::default(); columns.len()]);
                // Where the table has no such cell for one class of keys, the others count.
                if case.kind != Some(Kind::NotApplicable) {
                    summaries[index].count(case.verdict);
                }
            }
        }
        let layout = columns.iter().find_map(|column| column.results.table.as_ref());
        Self { cells, layout: layout.map(Layout::from).unwrap_or_default() }
    }

    pub(super) fn to_html(&self) -> String {
        let mut html = String::new();
        let table = |cell: &Cell| match cell {
            Cell::Table(operation, state) => Some((operation.clone(), state.clone())),
            Cell::Move(..) | Cell::Scenario(_) => None,
        };
        let make = |row: &str, column: &str| Cell::Table(row.to_owned(), column.to_owned());
        html.push_str(&self.matrix("operations and states", &self.layout.operations, table, make));

        let moves: BTreeSet<&String> = self
            .cells
            .keys()
            .filter_map(|cell| match cell {
                Cell::Move(operation, ..) => Some(operation),
                Cell::Table(..) | Cell::Scenario(_) => None,
            })
            .collect();
        for name in moves {
            let pair = |cell: &Cell| match cell {
                Cell::Move(operation, original, target) if operation == name => {
                    Some((original.clone(), target.clone()))
                }
                Cell::Move(..) | Cell::Table(..) | Cell::Scenario(_) => None,
            };
            let make = |row: &str, column: &str| Cell::Move(name.clone(), row.to_owned(), column.to_owned());
            let title = format!("{name}: from the state on the left to the state above");
            html.push_str(&self.matrix(&title, &self.layout.states, pair, make));
        }

        html + &self.scenarios()
    }

    /// The scenarios, which are many, each with few cases: a list that is closed at first.
    fn scenarios(&self) -> String {
        let mut items = String::new();
        let mut totals: Vec<Summary> = Vec::new();
        for (cell, summaries) in &self.cells {
            let Cell::Scenario(name) = cell else { continue };
            items.push_str(&format!("<li>{} <span>{}</span></li>\n", button(cell, summaries), escaped(name)));
            totals.resize(summaries.len(), Summary::default());
            for (total, summary) in totals.iter_mut().zip(summaries) {
                for verdict in Verdict::ALL {
                    (0..summary.of(verdict)).for_each(|_| total.count(verdict));
                }
            }
        }
        if items.is_empty() {
            return String::new();
        }
        let marks = marks(&totals);
        format!(
            "<details class=\"matrix scenarios\"><summary>scenarios {marks}</summary>\n<ul>\n{items}</ul></details>\n"
        )
    }

    /// A table of some cells: `place` gives the row and the column of a cell, `cell` the reverse.
    fn matrix(
        &self,
        title: &str,
        row_order: &[String],
        place: impl Fn(&Cell) -> Option<(String, String)>,
        cell: impl Fn(&str, &str) -> Cell,
    ) -> String {
        let places: Vec<(String, String)> = self.cells.keys().filter_map(place).collect();
        if places.is_empty() {
            return String::new();
        }

        let rows = Layout::order(row_order, places.iter().map(|(row, _)| row.as_str()));
        let columns = Layout::order(&self.layout.states, places.iter().map(|(_, column)| column.as_str()));
        let heads: String = columns.iter().map(|name| format!("<th scope=\"col\">{}</th>", heading(name))).collect();
        let mut html = format!(
            "<div class=\"scroll\"><table class=\"matrix\"><caption>{}</caption><thead><tr><td></td>{heads}</tr></thead><tbody>\n",
            escaped(title)
        );
        for row in rows {
            html.push_str(&format!("<tr><th scope=\"row\">{}</th>", heading(row)));
            for column in &columns {
                let cell = cell(row, column);
                let content = self.cells.get(&cell).map(|summaries| button(&cell, summaries)).unwrap_or_default();
                html.push_str(&format!("<td>{content}</td>"));
            }
            html.push_str("</tr>\n");
        }
        html + "</tbody></table></div>\n"
    }
}

/// The name of a row or column, which may be broken between its words where there is little room: `Pending` `Deletion`.
fn heading(name: &str) -> String {
    let mut heading = String::new();
    let mut word = String::new();
    for character in name.chars() {
        if character.is_uppercase() && word.ends_with(char::is_lowercase) {
            heading.push_str(&escaped(&word));
            heading.push_str("<wbr>");
            word.clear();
        }
        word.push(character);
    }
    heading + &escaped(&word)
}

/// A cell, which only a script can open.
fn button(cell: &Cell, summaries: &[Summary]) -> String {
    let marks = marks(summaries);
    let (key, name) = (escaped(&cell.key()), escaped(&cell.name()));
    format!("<button type=\"button\" disabled data-cell=\"{key}\" data-name=\"{name}\">{marks}</button>")
}

/// The marks of the results; of several, each in its place and with its number.
fn marks(summaries: &[Summary]) -> String {
    match summaries {
        [] => String::new(),
        [summary] => mark(summary),
        _ => {
            let numbered =
                |(index, summary)| format!("<span class=\"of\"><sup>{}</sup>{}</span>", index + 1, mark(summary));
            summaries.iter().enumerate().map(numbered).collect()
        }
    }
}

/// The worst verdict and how many of the cases have it: `✘ 2/3`.
fn mark(summary: &Summary) -> String {
    let Some(worst) = summary.worst() else {
        return "<span class=\"mark\">·</span>".to_owned();
    };
    let number = match (summary.of(worst), summary.total()) {
        (some, all) if some < all => format!("{some}/{all}"),
        (all, _) => all.to_string(),
    };
    format!("<span class=\"mark {worst}\">{} {number}</span>", sign(worst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_broken_between_their_words_alone() {
        for (name, wanted) in [
            ("Encrypt", "Encrypt"),
            ("PendingReplicaDeletion", "Pending<wbr>Replica<wbr>Deletion"),
            ("ListKMSKeys", "List<wbr>KMSKeys"),
            ("a<B>c&D", "a&lt;B&gt;c&amp;D"),
            ("", ""),
        ] {
            assert_eq!(heading(name), wanted);
        }
    }

    #[test]
    fn each_of_several_results_has_its_place_and_its_number() {
        let mut passed = Summary::default();
        passed.count(Verdict::Pass);
        let place = |number: usize, mark: &str| format!("<span class=\"of\"><sup>{number}</sup>{mark}</span>");
        let [nothing, pass] = ["<span class=\"mark\">·</span>", "<span class=\"mark pass\">✔ 1</span>"];
        assert_eq!(marks(&[Summary::default(), passed.clone()]), place(1, nothing) + &place(2, pass));
        assert_eq!(marks(&[passed]), pass);
    }

    #[test]
    fn a_cell_shows_skipped_cases_only_where_all_are() {
        let mut summary = Summary::default();
        summary.count(Verdict::Skipped);
        assert!(mark(&summary).contains("– 1<"));
        summary.count(Verdict::Pass);
        assert!(mark(&summary).contains("✔ 1/2<"));
        summary.count(Verdict::NotRun);
        assert!(mark(&summary).contains("… 1/3<"));
    }
}
