//! Mistakes in files that people write, each with its place.
//!
//! `snippet` shows a mistake under the line of its file; without the feature `cli` it is one line of text. `places` finds the
//! line and the column of a byte.

#[cfg(feature = "cli")]
pub(crate) mod places;
#[cfg(feature = "cli")]
mod snippet;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Where something stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters it has on that line; 0 if that is not known.
    pub length: u32,
}

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file.
    pub file: Arc<str>,
    /// Where in the file; none: the file as a whole.
    pub span: Option<Span>,
    /// What is wrong, in one line.
    pub message: String,
    /// What could be meant or done.
    pub help: Option<String>,
}

/// All mistakes of a set of files, by file, line and column.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    list: Vec<(Diagnostic, Option<String>)>,
    files: usize,
}

/// A line longer than this is not shown.
const LONGEST_LINE: usize = 2_000;

/// More mistakes than these are only counted: nobody reads on, and they have one cause.
const MOST_SHOWN: usize = 200;

impl Diagnostics {
    /// Sorts mistakes and looks up the lines they point at in `texts`, by file.
    pub fn new<'a>(mistakes: Vec<Diagnostic>, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let sorted: BTreeSet<Diagnostic> = mistakes.into_iter().collect();
        let wanted: BTreeSet<Arc<str>> = sorted.iter().map(|mistake| Arc::clone(&mistake.file)).collect();
        let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (file, text) in texts {
            if wanted.contains(file) {
                lines.insert(file, text.lines().collect());
            }
        }

        let list = sorted
            .into_iter()
            .map(|mistake| {
                let line = mistake.span.and_then(|span| {
                    let lines = lines.get(&*mistake.file)?;
                    lines.get((span.line as usize).checked_sub(1)?).copied()
                });
                let line = line.filter(|line| line.len() <= LONGEST_LINE).map(str::to_owned);
                (mistake, line)
            })
            .collect();
        Self { list, files: wanted.len() }
    }

    /// All mistakes of several sets; one that stands in two is one.
    pub fn merged(all: impl IntoIterator<Item = Self>) -> Self {
        let mut list: Vec<_> = all.into_iter().flat_map(|one| one.list).collect();
        list.sort();
        list.dedup();
        let files: BTreeSet<&str> = list.iter().map(|(mistake, _)| &*mistake.file).collect();
        Self { files: files.len(), list }
    }

    /// The same with the folder before the name of each file, so that it is found from where the program was started.
    #[cfg(feature = "cli")]
    pub(crate) fn within(mut self, folder: &str) -> Self {
        for (mistake, _) in &mut self.list {
            mistake.file = format!("{folder}/{}", mistake.file).into();
        }
        self
    }

    /// The mistakes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().map(|(mistake, _)| mistake)
    }

    /// The mistakes as text for a terminal, each with its line, and a closing line that counts them.
    pub fn render(&self, color: bool) -> String {
        let mut text = String::new();
        for (mistake, line) in self.list.iter().take(MOST_SHOWN) {
            text.push_str(&shown(mistake, line.as_deref(), color));
            text.push_str("\n\n");
        }
        if self.list.len() > MOST_SHOWN {
            text.push_str(&format!("{} more are not shown\n\n", self.list.len() - MOST_SHOWN));
        }
        text.push_str(&format!(
            "{} in {}\n",
            counted(self.list.len(), "mistake", "mistakes"),
            counted(self.files, "file", "files")
        ));
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(span) = self.span {
            write!(formatter, ":{}:{}", span.line, span.column)?;
        }
        write!(formatter, ": {}", self.message)
    }
}

/// A number and its noun: `1 mistake`, `2 mistakes`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(feature = "cli")]
fn shown(mistake: &Diagnostic, line: Option<&str>, color: bool) -> String {
    snippet::render(mistake, line, color)
}

#[cfg(not(feature = "cli"))]
fn shown(mistake: &Diagnostic, _line: Option<&str>, _color: bool) -> String {
    mistake.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(file: &str, line: u32, column: u32, message: &str) -> Diagnostic {
        let span = Some(Span { line, column, length: 0 });
        Diagnostic { file: file.into(), span, message: message.into(), help: None }
    }

    #[test]
    fn mistakes_come_by_file_line_and_column_and_only_once() {
        let list = vec![
            mistake("b.yaml", 1, 1, "x"),
            mistake("a.yaml", 2, 3, "y"),
            mistake("a.yaml", 2, 1, "z"),
            mistake("b.yaml", 1, 1, "x"),
        ];
        let diagnostics = Diagnostics::new(list, []);
        let lines: Vec<String> = diagnostics.iter().map(Diagnostic::to_string).collect();
        assert_eq!(lines, ["a.yaml:2:1: z", "a.yaml:2:3: y", "b.yaml:1:1: x"]);
        assert!(diagnostics.to_string().ends_with("3 mistakes in 2 files\n"));
    }

    #[test]
    fn a_mistake_shows_its_line_with_a_mark_under_the_text() {
        let text = "operation: Encrpyt\n";
        let span = Some(Span { line: 1, column: 12, length: 7 });
        let help = Some("did you mean `Encrypt`?".to_owned());
        let list = vec![Diagnostic { file: "a.yaml".into(), span, message: "unknown operation".into(), help }];
        let rendered = Diagnostics::new(list, [("a.yaml", text)]).render(false);
        let wanted = "error: unknown operation
 --> a.yaml:1:12
  |
1 | operation: Encrpyt
  |            ^^^^^^^
  |
  = help: did you mean `Encrypt`?

1 mistake in 1 file
";
        assert_eq!(rendered, wanted);
    }
}
