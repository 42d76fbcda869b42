//! A grid of marks under column heads, as narrow as it must be.
//!
//! ```text
//!            Enabled  Disabled  PendingDeletion
//! Encrypt       ✔        ✘             ✔
//! ```
//!
//! If that is too wide, the heads are broken between their words; if it still is, they shrink to initials and the names of
//! the rows are cut.

use super::pen::{FAINT, Mark, Pen, STRONG};

/// What a grid shows.
pub(super) struct Grid<'a> {
    pub(super) rows: Vec<&'a str>,
    pub(super) columns: Vec<&'a str>,
    /// The mark of a row and a column, by their indices; none for a cell without cases.
    pub(super) marks: &'a dyn Fn(usize, usize) -> Option<Mark>,
}

const GAP: usize = 2;

impl Grid<'_> {
    /// The lines of the grid, each with a line feed, at most `width` columns wide if that is possible at all.
    pub(super) fn render(&self, width: usize, pen: Pen) -> String {
        let names = self.rows.iter().map(|row| row.chars().count()).max().unwrap_or(0);
        let whole: Vec<Vec<String>> = self.columns.iter().map(|column| vec![(*column).to_owned()]).collect();
        let broken: Vec<Vec<String>> = self.columns.iter().map(|column| words(column)).collect();
        let initials: Vec<Vec<String>> = abbreviations(&self.columns).into_iter().map(|short| vec![short]).collect();

        let fits = |heads: &[Vec<String>]| names + total(heads) <= width;

        if fits(&whole) {
            self.lines(&whole, names, pen)
        } else if fits(&broken) {
            self.lines(&broken, names, pen)
        } else {
            // The initials need a key, and names of rows stay readable as long as possible.
            let names = names.min(width.saturating_sub(total(&initials)).max(8));
            let key: Vec<_> = self
                .columns
                .iter()
                .zip(&initials)
                .map(|(column, head)| format!("{} {column}", head.concat()))
                .collect();
            self.lines(&initials, names, pen) + &pen.paint(FAINT, &wrapped(&key, width)) + "\n"
        }
    }

    fn lines(&self, heads: &[Vec<String>], names: usize, pen: Pen) -> String {
        let height = heads.iter().map(Vec::len).max().unwrap_or(0);
        let mut lines = String::new();
        for level in 0..height {
            let mut line = " ".repeat(names);
            for head in heads {
                // Heads of fewer words stand on the lower lines, next to their column.
                let word = (level + head.len()).checked_sub(height).and_then(|index| head.get(index));
                line.push_str(&" ".repeat(GAP));
                line.push_str(&centred(word.map_or("", String::as_str), head_width(head)));
            }
            lines.push_str(&pen.paint(STRONG, line.trim_end()));
            lines.push('\n');
        }

        for (row, name) in self.rows.iter().enumerate() {
            let mut line = shortened(name, names, pen);
            // Spaces are only written before a mark, so that no line ends in them.
            let mut spaces = names - line.chars().count();
            for (column, head) in heads.iter().enumerate() {
                let width = head_width(head);
                let left = (width - 1) / 2;
                spaces += GAP + left;
                match (self.marks)(row, column) {
                    Some(mark) => {
                        line.push_str(&" ".repeat(spaces));
                        line.push_str(&pen.mark(mark));
                        spaces = width - left - 1;
                    }
                    None => spaces += width - left,
                }
            }
            lines.push_str(&line);
            lines.push('\n');
        }
        lines
    }
}

/// Texts in a row, broken into lines between them.
pub(super) fn wrapped(texts: &[String], width: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;

    for text in texts {
        let length = text.chars().count();
        // A text that is too long for any line is not cut: it gets one of its own.
        if used > 0 && used + GAP + length > width {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push_str(&" ".repeat(GAP));
            used += GAP;
        }

        lines.push_str(text);
        used += length;
    }

    lines
}

/// A name cut to a number of columns.
pub(super) fn shortened(name: &str, columns: usize, pen: Pen) -> String {
    if name.chars().count() <= columns {
        return name.to_owned();
    }
    let kept: String = name.chars().take(columns.saturating_sub(1)).collect();
    kept + pen.ellipsis()
}

fn total(heads: &[Vec<String>]) -> usize {
    heads.iter().map(|head| GAP + head_width(head)).sum()
}

fn head_width(head: &[String]) -> usize {
    head.iter().map(|word| word.chars().count()).max().unwrap_or(0).max(1)
}

fn centred(word: &str, width: usize) -> String {
    let left = (width.saturating_sub(word.chars().count())) / 2;
    format!("{:width$}", " ".repeat(left) + word)
}

/// The words of a name in camel case: `Pending`, `Deletion`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for character in name.chars() {
        match words.last_mut() {
            Some(word) if !character.is_uppercase() => word.push(character),
            Some(_) | None => words.push(character.into()),
        }
    }
    words
}

/// The initials of each name; where several names have the same ones, with as many letters of each word as tell the names
/// apart.
fn abbreviations(names: &[&str]) -> Vec<String> {
    let short = |name: &str, letters: usize| -> String {
        words(name).iter().flat_map(|word| word.chars().take(letters)).collect()
    };
    let is_unique = |name: &str, letters: usize| {
        names.iter().all(|other| *other == name || short(other, letters) != short(name, letters))
    };
    names
        .iter()
        .map(|name| {
            let length = name.chars().count();
            let letters = (1..length).find(|letters| is_unique(name, *letters)).unwrap_or(length);
            short(name, letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_camel_case_are_split_into_words() {
        assert_eq!(words("PendingDeletion"), ["Pending", "Deletion"]);
        assert_eq!(words("deleted"), ["deleted"]);
    }

    #[test]
    fn abbreviations_are_initials_that_differ() {
        let names = ["Enabled", "PendingImport", "Unavailable", "Updating"];
        assert_eq!(abbreviations(&names), ["E", "PI", "Un", "Up"]);
        assert_eq!(abbreviations(&["Same", "Same", ""]), ["S", "S", ""]);
    }

    #[test]
    fn a_line_is_never_wider_than_the_terminal() {
        let grid = Grid {
            rows: vec!["GenerateDataKeyWithoutPlaintext", "Encrypt"],
            columns: vec!["Enabled", "Disabled", "PendingDeletion", "PendingImport"],
            marks: &|row, column| (row + column != 2).then_some(Mark::Pass),
        };
        for width in [200, 80, 75, 60, 40, 25] {
            for line in grid.render(width, Pen::default()).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert_eq!(line, line.trim_end());
            }
        }
    }
}
