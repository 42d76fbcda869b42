//! What failed, cell by cell in the order of ids.
//!
//! ```text
//! ✘ alibaba/Encrypt/Disabled  7 cases fail: it succeeded where the table rejects
//!   expected Rejected.Disabled (409), got Success (200)
//!   also: alibaba/Encrypt/Disabled/EXTERNAL, alibaba/Encrypt/Disabled/EXTERNAL/via-cancel and 4 more
//!   --> cases/alibaba/matrix/encrypt.yaml:12:3
//!   clause: key-states/table-2/encrypt (official)
//!   routes: CreateKey, DisableKey; CreateKey, ScheduleKeyDeletion, CancelKeyDeletion, DisableKey and 3 more
//!   response: 200 {"CiphertextBlob":"Zm9v"}
//!   reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1'
//! ```
//!
//! A deviation that several routes and key classes show is one paragraph: its cases are of one cell, with the same
//! expectation and the same outcome.

use std::collections::{BTreeMap, HashMap};

use crate::event::{CaseResult, Listed};
use crate::report::failure_text::{self, FailureText};
use crate::report::layout::Layout;
use crate::report::text;
use crate::verdict::{Kind, Verdict};

use super::pen::{FAINT, Mark, Pen, STRONG};

/// How many names of a list are shown, unless all are.
const FEW: usize = 3;

/// How much of a detail is shown where there is little room, in bytes.
const SHORT: usize = 150;

/// How much of a response is shown, in bytes.
pub(super) const RESPONSE_LIMIT: usize = 300;

/// Gathers what failed.
#[derive(Debug, Default)]
pub(super) struct Failures {
    paragraphs: Vec<Paragraph>,
    /// The index of the paragraph of a deviation.
    by_deviation: HashMap<Deviation, usize>,
}

/// What makes two failures the same.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Deviation {
    place: Place,
    kind: Option<Kind>,
    /// What was expected and what was received, without ids.
    headline: String,
    reason: String,
}

/// Where in the table a failure is.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Place {
    Cell {
        operation: String,
        original_state: Option<String>,
        state: String,
    },
    Scenario {
        file: String,
        line: u32,
    },
    /// The entry of the list of known failures that no longer holds, by its line and column.
    Entry(u32, u32),
}

/// Failures that are the same.
#[derive(Debug)]
struct Paragraph {
    mark: Mark,
    verdict: Verdict,
    kind: Option<Kind>,
    /// The operation, unless it is of a scenario.
    operation: Option<String>,
    /// The state of the cell.
    state: Option<String>,
    /// The first case in words.
    failure_text: FailureText,
    ids: Vec<String>,
    /// The places of the expectations, each once.
    locations: Vec<String>,
    /// The routes of the keys, each once.
    routes: Vec<String>,
}

impl Failures {
    pub(super) fn add(&mut self, case: &CaseResult) {
        match case.verdict {
            Verdict::Fail | Verdict::UnexpectedPass => {}
            Verdict::Pass | Verdict::KnownFailure | Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive => {
                return;
            }
        }

        // Paragraphs keep the order of their first cases.
        let new = self.paragraphs.len();
        let index = *self.by_deviation.entry(Deviation::of(case)).or_insert(new);
        if index == new {
            self.paragraphs.push(Paragraph::of(case));
        }
        if let Some(paragraph) = self.paragraphs.get_mut(index) {
            paragraph.ids.push(text::one_line(&case.id));
            keep(&mut paragraph.locations, failure_text::location(case));
            keep(&mut paragraph.routes, text::one_line(&case.route.join(", ")));
        }
    }

    /// The paragraphs, with an empty line after each. With `every_id` no list is shortened.
    pub(super) fn render(&self, every_id: bool, pen: Pen) -> String {
        self.paragraphs.iter().map(|paragraph| paragraph.render(every_id, pen)).collect()
    }
}

/// Failures of one kind of one operation, or of scenarios.
#[derive(Debug, Default)]
struct Group<'a> {
    states: Vec<&'a str>,
    ids: Vec<&'a str>,
    mark: Option<Mark>,
}

impl Failures {
    /// A line for the failures of one kind of each operation, at most so many. With `example` one is shown in full besides: the
    /// first of that operation, or of all.
    pub(super) fn render_groups(
        &self,
        most: usize,
        example: Option<Option<&str>>,
        layout: &Layout,
        pen: Pen,
    ) -> String {
        let place = |operation: &str| layout.operations.iter().position(|one| one == operation);
        // Scenarios come last.
        let order = |operation: Option<&str>| operation.map_or((2, 0), |one| place(one).map_or((1, 0), |at| (0, at)));
        let mut groups: BTreeMap<_, Group<'_>> = BTreeMap::new();
        for paragraph in &self.paragraphs {
            let operation = paragraph.operation.as_deref();
            let group: &mut Group<'_> = groups.entry((order(operation), operation, paragraph.kind)).or_default();
            group.mark.get_or_insert(paragraph.mark);
            group.states.extend(paragraph.state.as_deref());
            group.ids.extend(paragraph.ids.iter().map(String::as_str));
        }

        let mut rendered = String::new();
        for ((_, operation, kind), group) in groups.iter().take(most) {
            rendered.push_str(&group.line(*operation, *kind, layout, pen));
        }
        if let more @ 1.. = groups.len().saturating_sub(most) {
            rendered.push_str(&format!("  and {} more kinds of failures\n", text::thousands(text::as_u64(more))));
        }

        if rendered.is_empty() {
            return rendered;
        }
        rendered.push('\n');

        // One in full shows what there is to see.
        if let Some(first) = example {
            let of_first =
                self.paragraphs.iter().find(|paragraph| first.is_some() && paragraph.operation.as_deref() == first);
            let paragraph = of_first.or(self.paragraphs.first());
            rendered.extend(paragraph.map(|paragraph| paragraph.in_short(pen)));
        }
        let cases: usize = self.paragraphs.iter().map(|paragraph| paragraph.ids.len()).sum();
        if self.paragraphs.len() > 1 || example.is_none() {
            let all = text::count(text::as_u64(cases), "failure");
            let like = if example.is_some() { " like this one" } else { "" };
            rendered.push_str(&(pen.paint(FAINT, &format!("--verbose shows all {all}{like}")) + "\n\n"));
        }
        rendered
    }
}

impl Group<'_> {
    /// `✘ Encrypt  21 cases in Disabled, PendingDeletion: it succeeded where the table rejects`.
    fn line(&self, operation: Option<&str>, kind: Option<Kind>, layout: &Layout, pen: Pen) -> String {
        let states = Layout::order(&layout.states, self.states.iter().copied());
        let place = match (states.is_empty(), self.ids.first()) {
            (false, _) => format!(" in {}", states.join(", ")),
            (true, Some(id)) => format!(" such as {id}"),
            (true, None) => String::new(),
        };
        let cases = text::count(text::as_u64(self.ids.len()), "case");
        let meaning = kind.map(|kind| format!(": {}", kind.meaning())).unwrap_or_default();
        let mark = pen.mark(self.mark.unwrap_or(Mark::Fail));
        let name = pen.paint(STRONG, &text::one_line(operation.unwrap_or("scenarios")));
        format!("{mark} {name}  {}\n", text::one_line(&format!("{cases}{place}{meaning}")))
    }
}

impl Deviation {
    fn of(case: &CaseResult) -> Self {
        let CaseResult { operation, state, original_state, source, .. } = case;
        let place = match (case.verdict, case.listed.as_deref(), operation, state) {
            // One entry of the list may be a pattern for many cells, and is removed as a whole.
            (Verdict::UnexpectedPass, Some(Listed { line, column, .. }), _, _) => Place::Entry(*line, *column),
            (_, _, Some(operation), Some(state)) => Place::Cell {
                operation: operation.clone(),
                original_state: original_state.clone(),
                state: state.clone(),
            },
            _ => Place::Scenario { file: source.file.to_string(), line: source.line },
        };

        let headline = text::without_ids(&failure_text::headline(case));
        Self { place, kind: case.kind, headline, reason: text::without_ids(&case.reason) }
    }
}

impl Paragraph {
    fn of(case: &CaseResult) -> Self {
        Self {
            mark: Mark::of(case),
            verdict: case.verdict,
            kind: case.kind,
            operation: case.operation.clone(),
            state: case.state.clone(),
            failure_text: FailureText::of(case, RESPONSE_LIMIT),
            ids: Vec::new(),
            locations: Vec::new(),
            routes: Vec::new(),
        }
    }

    /// The first case, with what shows the deviation and no more.
    fn in_short(&self, pen: Pen) -> String {
        let Some(id) = self.ids.first() else { return String::new() };
        let mut lines = vec![format!("--> {}", self.failure_text.location)];
        for (label, detail) in &self.failure_text.details {
            match *label {
                "clause" | "route" | "response" => lines.push(format!("{label}: {}", text::cut(detail, SHORT))),
                // What is to be pasted is whole.
                "reproduce" => lines.push(format!("{label}: {detail}")),
                _ => {}
            }
        }
        let rest: String = lines.iter().map(|line| format!("\n  {line}")).collect();
        let (mark, id, title) = (pen.mark(self.mark), pen.paint(STRONG, id), self.title());
        format!("{mark} {id}  {title}\n  {}{}\n\n", self.failure_text.headline, pen.paint(FAINT, &rest))
    }

    fn render(&self, every_id: bool, pen: Pen) -> String {
        let few = if every_id { usize::MAX } else { FEW };
        let Some((first, others)) = self.ids.split_first() else { return String::new() };

        let mut lines = Vec::new();
        if !others.is_empty() {
            lines.push(format!("also: {}", some(others, ", ", few)));
        }
        lines.extend(self.locations.iter().take(few).map(|location| format!("--> {location}")));
        for (label, detail) in &self.failure_text.details {
            lines.push(match *label {
                "route" if self.routes.len() > 1 => format!("routes: {}", some(&self.routes, "; ", few)),
                label => format!("{label}: {detail}"),
            });
        }

        let rest: String = lines.iter().map(|line| format!("\n  {line}")).collect();
        format!(
            "{} {}  {}\n  {}{}\n\n",
            pen.mark(self.mark),
            pen.paint(STRONG, first),
            self.title(),
            self.failure_text.headline,
            pen.paint(FAINT, &rest),
        )
    }

    /// `fail: it succeeded where the table rejects`, `7 cases fail: …`.
    fn title(&self) -> String {
        let verdict = match self.ids.len() {
            1 => self.verdict.name().to_owned(),
            cases => format!("{} {}", text::count(text::as_u64(cases), "case"), self.verdict),
        };
        match self.kind {
            Some(kind) => format!("{verdict}: {}", kind.meaning()),
            None => verdict,
        }
    }
}

/// Adds a text that is not there yet.
fn keep(texts: &mut Vec<String>, text: String) {
    if !text.is_empty() && !texts.contains(&text) {
        texts.push(text);
    }
}

/// The first texts of a list, and how many there are besides.
fn some(texts: &[String], separator: &str, few: usize) -> String {
    let shown: Vec<&str> = texts.iter().take(few).map(String::as_str).collect();
    let more = match texts.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {} more", text::thousands(text::as_u64(more))),
    };
    shown.join(separator) + &more
}
