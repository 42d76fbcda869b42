//! The results as the script of the page reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::Column;
use super::table::Cell;
use crate::event::{CaseResult, ClauseText, Exchange, Outcome, PathStep, Summary};
use crate::report::failure_text::{self, FailureText};
use crate::report::text;
use crate::verdict::{Kind, Verdict};

/// How much of a response a case shows besides its exchanges, in bytes.
const RESPONSE_LIMIT: usize = 300;

/// How much of a body is shown, in bytes; the results have all of it.
const BODY_LIMIT: usize = 4 << 10;

/// Everything that the script needs.
#[derive(Serialize)]
pub(super) struct Data<'r> {
    columns: Vec<ColumnData<'r>>,
    /// The states of the graph, in the order of the table.
    states: &'r [String],
    clauses: BTreeMap<&'r str, &'r ClauseText>,
    /// In the order of ids.
    cases: Vec<CaseData<'r>>,
}

#[derive(Serialize)]
struct ColumnData<'r> {
    name: String,
    began: &'r str,
    summary: &'r Summary,
}

#[derive(Serialize)]
struct CaseData<'r> {
    id: &'r str,
    cell: String,
    edition: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_class: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'r str>,
    clause: &'r str,
    route: &'r [String],
    #[serde(skip_serializing_if = "<[PathStep]>::is_empty")]
    path: &'r [PathStep],
    source: String,
    /// For each of the columns.
    results: Vec<Option<ResultData<'r>>>,
}

#[derive(Serialize)]
struct ResultData<'r> {
    verdict: Verdict,
    /// When it was judged last, if not by this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'r Outcome>,
    #[serde(skip_serializing_if = "<[Outcome]>::is_empty")]
    also_accepted: &'r [Outcome],
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<Outcome>,
    #[serde(skip_serializing_if = "String::is_empty")]
    line: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<(&'static str, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exchanges: Vec<Exchange>,
}

impl<'r> Data<'r> {
    pub(super) fn of(columns: &'r [Column]) -> Self {
        let mut cases: BTreeMap<&Arc<str>, CaseData<'r>> = BTreeMap::new();
        let mut clauses = BTreeMap::new();
        for (index, column) in columns.iter().enumerate() {
            clauses.extend(column.results.clauses.iter().map(|(id, clause)| (id.as_str(), clause)));
            for case in &column.results.cases {
                let data = cases.entry(&case.id).or_insert_with(|| CaseData::of(case, columns.len()));
                data.results[index] = Some(ResultData::of(case));
            }
        }
        let table = columns.iter().find_map(|column| column.results.table.as_ref());
        let states = table.map(|table| table.states.as_slice()).unwrap_or_default();
        let columns = columns.iter().map(|Column { name, results }| {
            let (began, summary) = (results.started_at.as_str(), &results.summary);
            ColumnData { name: text::one_line(name), began, summary }
        });
        Self { columns: columns.collect(), states, clauses, cases: cases.into_values().collect() }
    }

    /// JSON in which nothing ends the element that it stands in.
    pub(super) fn to_json(&self) -> String {
        // These types hold nothing that JSON can't. In JSON, `<` stands only in texts.
        serde_json::to_string(self).unwrap_or_default().replace('<', "\\u003c")
    }
}

impl<'r> CaseData<'r> {
    fn of(case: &'r CaseResult, columns: usize) -> Self {
        Self {
            id: &case.id,
            cell: Cell::of(case).key(),
            edition: &case.edition,
            key_class: case.key_class.as_deref(),
            state: case.state.as_deref(),
            clause: &case.clause,
            route: &case.route,
            path: &case.path,
            source: failure_text::location(case),
            results: std::iter::repeat_with(|| None).take(columns).collect(),
        }
    }
}

impl<'r> ResultData<'r> {
    fn of(case: &'r CaseResult) -> Self {
        let has_words = !case.notes.is_empty() || !case.lenient.is_empty() || case.previous.is_some();
        let is_plain = case.verdict == Verdict::Pass && !has_words;
        let (mut line, mut details) = (String::new(), Vec::new());
        if !is_plain || !case.exchanges.is_empty() {
            let text = FailureText::of(case, RESPONSE_LIMIT);
            // What a case is about is shown for all columns together.
            details = text.details;
            details.retain(|(label, _)| !matches!(*label, "clause" | "route"));
            if case.verdict != Verdict::Pass {
                line = text.headline;
            }
        }

        let is_judged = !matches!(case.verdict, Verdict::Inconclusive | Verdict::Skipped | Verdict::NotRun);
        Self {
            verdict: case.verdict,
            judged: case.previous.as_ref().filter(|_| !is_judged).map(|previous| previous.at.as_str()),
            kind: case.kind,
            expected: case.expected.as_ref(),
            also_accepted: &case.also_accepted,
            // An endpoint may say anything.
            actual: case
                .actual
                .as_ref()
                .map(|Outcome { code, status }| Outcome { code: text::one_line(code), status: *status }),
            line,
            details,
            exchanges: case.exchanges.iter().map(shown).collect(),
        }
    }
}

/// An exchange whose bodies are not longer than a person reads, and which hides no characters.
fn shown(exchange: &Exchange) -> Exchange {
    let mut exchange = exchange.clone();
    let response = exchange.response.iter_mut().map(|response| &mut response.body);
    let headers = exchange.request.headers.values_mut();
    for body in response.chain(headers).chain([&mut exchange.request.body, &mut exchange.request.url]) {
        *body = text::visible(&text::cut(body, BODY_LIMIT));
    }
    exchange.error = exchange.error.as_deref().map(text::one_line);
    exchange
}
