//! Sets of cases, by which the data of this folder says what must fail and what may.
//!
//! - `file`: a set as it is written in YAML.

mod file;

use std::collections::BTreeSet;
use std::fmt;

use self::file::ExpectFile;
pub(super) use self::file::{OneOrMany, SetFields, SetFile};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::selector::{Axis, Selector};

/// The cases that all these sets mean together, by their indexes.
pub(super) fn find_all(suite: &Suite, sets: &[SetFile]) -> Result<BTreeSet<usize>, String> {
    let mut found = BTreeSet::new();
    for set in sets {
        found.extend(find(suite, set)?);
    }
    Ok(found)
}

/// The cases that a set means, by their indexes. Those that can't be run in any case, because the table has no such
/// cell for their class of keys or no key comes into the state in a run, are never meant.
pub(super) fn find(suite: &Suite, given: &SetFile) -> Result<BTreeSet<usize>, String> {
    let SetFile(set) = given;
    let conditions = conditions(suite, set)?;
    let is_meant = |case: &Case| {
        let fits = |condition: &Vec<Selector>| condition.iter().any(|selector| selector.matches(suite, case));
        conditions.iter().all(fits)
            && set.expect.is_none_or(|expect| expects(suite, case) == Some(expect))
            && suite.not_applicable(case).is_none()
            && suite.not_driven(case).is_none()
    };
    let cases = suite.cases.iter().enumerate();
    let mut found: BTreeSet<usize> = cases.filter(|(_, case)| is_meant(case)).map(|(index, _)| index).collect();
    if found.is_empty() {
        return Err(format!("{given} means no case"));
    }

    // An exception that excepts nothing is a mistake as much as a selector that selects nothing.
    for except in &set.except {
        if except.0.kind.is_some() {
            return Err(format!("the exception {except} has a `kind`, which nothing comes of"));
        }
        let excepted = find(suite, except)?;
        if excepted.is_disjoint(&found) {
            return Err(format!("the exception {except} takes nothing away from {given}"));
        }
        found.retain(|index| !excepted.contains(index));
    }
    if found.is_empty() { Err(format!("the exceptions take everything away from {given}")) } else { Ok(found) }
}

/// What must hold, each by one of several selectors. Each selector by itself means some case.
fn conditions(suite: &Suite, set: &SetFields) -> Result<Vec<Vec<Selector>>, String> {
    let mut conditions = Vec::new();
    if !set.id.0.is_empty() {
        conditions.push(set.id.0.iter().map(|id| by_id(suite, id)).collect::<Result<Vec<_>, _>>()?);
    }
    let axes = [
        (Axis::Operation, &set.operation),
        (Axis::State, &set.state),
        (Axis::Class, &set.class),
        (Axis::Route, &set.route),
        (Axis::Original, &set.original),
        (Axis::Kind, &set.what),
    ];
    for (axis, values) in axes.into_iter().filter(|(_, values)| !values.0.is_empty()) {
        let selectors = values.0.iter().map(|value| Selector::Predicate(axis, value.clone()));
        conditions.push(selectors.collect());
    }

    // A scenario goes through several states, so it is meant only where it is named.
    if set.id.0.is_empty() && set.what.0.is_empty() {
        conditions.push(["cell", "move"].map(|kind| Selector::Predicate(Axis::Kind, kind.to_owned())).to_vec());
    }
    for selector in conditions.iter().flatten() {
        if !suite.cases.iter().any(|case| selector.matches(suite, case)) {
            let hint = selector.suggest(suite).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{selector}` means no case{hint}"));
        }
    }
    Ok(conditions)
}

/// A selector of ids, which are written without the provider that all of them begin with.
fn by_id(suite: &Suite, text: &str) -> Result<Selector, String> {
    match text.parse() {
        Ok(Selector::Id(pattern)) => Ok(Selector::Id(format!("{}/{pattern}", suite.service.provider))),
        Ok(predicate) => Ok(predicate),
        Err(error) => Err(error.to_string()),
    }
}

/// What the table says of the cell of a case.
fn expects(suite: &Suite, case: &Case) -> Option<ExpectFile> {
    let (row, state, class) = match &case.subject {
        Subject::Cell { row, state, class, .. } | Subject::Move { row, target: (class, state), .. } => {
            (*row, state, class)
        }
        Subject::Scenario { .. } => return None,
    };
    let cell = suite.rows[row].cells.get(state, class)?;
    match (cell.expect.may_succeed(), cell.expect.is_success()) {
        (false, _) => Some(ExpectFile::Rejection),
        (true, true) => Some(ExpectFile::Success),
        // Either may come.
        (true, false) => None,
    }
}

/// For messages: `{operation: Encrypt; state: Disabled}`, or the selector alone where there is nothing else.
impl fmt::Display for SetFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(set) = self;
        let fields = [
            ("id", &set.id),
            ("operation", &set.operation),
            ("state", &set.state),
            ("class", &set.class),
            ("route", &set.route),
            ("original", &set.original),
            ("what", &set.what),
        ];

        let fields = fields.into_iter().filter(|(_, values)| !values.0.is_empty());
        let mut fields: Vec<String> = fields.map(|(name, values)| format!("{name}: {}", values.0.join(", "))).collect();

        if let Some(expect) = set.expect {
            fields.push(format!("expect: {expect:?}").to_lowercase());
        }

        // Shown as it may be written in a file, where a single id needs no braces.
        if let ([_], [id]) = (fields.as_slice(), set.id.0.as_slice()) {
            return formatter.write_str(id);
        }

        write!(formatter, "{{{}}}", fields.join("; "))
    }
}
