//! Which cases a person means: patterns of ids, and predicates such as `state:Disabled`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Suite;
use super::case::{Case, Subject};
use crate::near::nearest;

/// The route of cases that have no other: no route in a case file is called so.
pub const CANONICAL: &str = "canonical";

/// A selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// A pattern of ids: `*` stands for anything within a part, `**` for any number of parts.
    Id(String),
    /// Something that cases have, and a pattern of its value, in which `*` stands for anything.
    Predicate(Axis, String),
}

/// What a predicate selects by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// The state of the key; of a move, that of the target; of a scenario, those that its keys begin in.
    State,
    /// The operation of the row; of a scenario, every operation that it judges.
    Operation,
    /// The class of the key.
    Class,
    /// The edition of the document.
    Edition,
    /// Of a move, the state of the key that is left.
    Original,
    /// A clause that the case puts to the test.
    Clause,
    /// `cell`, `move` or `scenario`.
    Kind,
    /// Of a cell, the route by which the key comes into its state; `canonical` is the shortest, and that of all others.
    Route,
}

/// Why a text is not a selector.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectorError {
    /// There is no such predicate.
    #[error("unknown predicate `{name}` in `{text}`; there are {}{}", Axis::names(), suggested(&nearest_axis(name)))]
    UnknownPredicate {
        /// What stands before the colon.
        name: String,
        /// The whole selector.
        text: String,
    },
    /// The text says nothing.
    #[error("a selector must not be empty")]
    Empty,
}

/// Why a selection is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectError {
    /// A selector matches no case.
    #[error("the selector `{selector}` matches no case{}", suggested(suggestion))]
    NothingSelected {
        /// The selector.
        selector: String,
        /// What could be meant.
        suggestion: Option<String>,
    },
    /// A selector that excludes matches no case of the suite.
    #[error("the exclusion `{selector}` matches no case{}", suggested(suggestion))]
    NothingExcluded {
        /// The selector.
        selector: String,
        /// What could be meant.
        suggestion: Option<String>,
    },
    /// There is no such edition.
    #[error("no case is of the edition `{edition}`{}", suggested(suggestion))]
    UnknownEdition {
        /// The edition.
        edition: String,
        /// What could be meant.
        suggestion: Option<String>,
    },
}

/// The predicate that a mistyped one means.
fn nearest_axis(name: &str) -> Option<String> {
    nearest(name, Axis::ALL.map(Axis::name)).map(|name| format!("{name}:"))
}

fn suggested(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|text| format!("; did you mean `{text}`?")).unwrap_or_default()
}

impl Axis {
    /// Every axis.
    pub const ALL: [Self; 8] = [
        Self::State,
        Self::Operation,
        Self::Class,
        Self::Edition,
        Self::Original,
        Self::Clause,
        Self::Kind,
        Self::Route,
    ];

    /// The name, as it stands before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Operation => "operation",
            Self::Class => "class",
            Self::Edition => "edition",
            Self::Original => "original",
            Self::Clause => "clause",
            Self::Kind => "kind",
            Self::Route => "route",
        }
    }

    fn names() -> String {
        Self::ALL.map(|axis| format!("`{}:`", axis.name())).join(", ")
    }

    /// What a case has on this axis.
    pub fn values<'a>(self, suite: &'a Suite, case: &'a Case) -> Vec<&'a str> {
        match (self, &case.subject) {
            // The state of a move is that of its target; the original has an axis of its own.
            (Self::State, Subject::Cell { state, .. } | Subject::Move { target: (_, state), .. }) => {
                vec![state.as_str()]
            }
            (Self::State, Subject::Scenario { scenario, .. }) => {
                suite.scenarios[*scenario].keys.values().map(|key| key.state.as_str()).collect()
            }
            (Self::Operation, Subject::Cell { row, .. } | Subject::Move { row, .. }) => {
                vec![suite.rows[*row].operation.as_str()]
            }
            (Self::Operation, Subject::Scenario { scenario, .. }) => suite.scenarios[*scenario].judged_operations(),
            (Self::Class, Subject::Cell { class, .. } | Subject::Scenario { class, .. }) => vec![class.as_str()],
            (Self::Class, Subject::Move { original, target, .. }) => vec![original.0.as_str(), target.0.as_str()],
            (Self::Edition, _) => vec![suite.edition(case).as_str()],
            (Self::Original, Subject::Move { original: (_, state), .. }) => vec![state.as_str()],
            (Self::Original, _) => Vec::new(),
            (Self::Clause, _) => suite.clauses_tested(case).into_iter().map(|clause| clause.as_str()).collect(),
            (Self::Route, Subject::Cell { route: Some(route), .. }) => vec![route.name.as_str()],
            (Self::Route, _) => vec![CANONICAL],
            (Self::Kind, Subject::Cell { .. }) => vec!["cell"],
            (Self::Kind, Subject::Move { .. }) => vec!["move"],
            (Self::Kind, Subject::Scenario { .. }) => vec!["scenario"],
        }
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SelectorError::Empty);
        }

        // No id has a colon in it, so a colon marks a predicate.
        let Some((name, value)) = text.split_once(':') else { return Ok(Self::Id(text.to_owned())) };
        match Axis::ALL.into_iter().find(|axis| axis.name() == name) {
            Some(axis) => Ok(Self::Predicate(axis, value.to_owned())),
            None => Err(SelectorError::UnknownPredicate { name: name.to_owned(), text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(pattern) => formatter.write_str(pattern),
            Self::Predicate(axis, pattern) => write!(formatter, "{}:{pattern}", axis.name()),
        }
    }
}

impl Selector {
    /// Whether a case is meant.
    pub fn matches(&self, suite: &Suite, case: &Case) -> bool {
        match self {
            Self::Id(pattern) => id_matches(pattern, case.id.as_str()),
            Self::Predicate(axis, pattern) => {
                axis.values(suite, case).into_iter().any(|value| text_matches(pattern, value))
            }
        }
    }

    /// Whether a case is meant by name: by its whole id, or by its route.
    pub fn names(&self, suite: &Suite, case: &Case) -> bool {
        match self {
            Self::Id(pattern) => pattern == case.id.as_str(),
            Self::Predicate(Axis::Route, _) => self.matches(suite, case),
            Self::Predicate(..) => false,
        }
    }

    /// The indexes of the cases that are meant.
    pub(crate) fn find(&self, suite: &Suite) -> BTreeSet<usize> {
        let cases = suite.cases.iter().enumerate();
        cases.filter(|(_, case)| self.matches(suite, case)).map(|(index, _)| index).collect()
    }

    /// Whether it may mean several cases, and is not the id of one.
    #[cfg(feature = "cli")]
    pub(crate) fn is_pattern(&self) -> bool {
        match self {
            Self::Id(pattern) => pattern.contains('*'),
            Self::Predicate(..) => true,
        }
    }

    /// A selector that is near and matches something.
    pub fn suggest(&self, suite: &Suite) -> Option<String> {
        match self {
            Self::Id(pattern) => suggest_id(pattern, suite),
            Self::Predicate(axis, pattern) => {
                let values: BTreeSet<&str> = suite.cases.iter().flat_map(|case| axis.values(suite, case)).collect();
                nearest(pattern, values).map(|value| format!("{}:{value}", axis.name()))
            }
        }
    }
}

/// The indexes of the cases that `include` means (all if it is empty), that none of `exclude` means, and that are of one of
/// the `editions` (any if it is empty), in the order of ids.
///
/// Selectors of one kind add to each other, those of different kinds narrow: `operation:Encrypt operation:Decrypt
/// state:Disabled` means the cases of either operation in that state. Patterns of ids are one kind. A whole id is a name:
/// its case is selected whatever else is.
///
/// # Errors
///
/// When a selector, an exclusion or an edition means no case of the suite. That together they leave none is
/// not an error.
pub fn select(
    suite: &Suite,
    include: &[Selector],
    exclude: &[Selector],
    editions: &[String],
) -> Result<Vec<usize>, SelectError> {
    let mut named: BTreeSet<usize> = BTreeSet::new();
    let mut kinds: Vec<(Option<Axis>, BTreeSet<usize>)> = Vec::new();
    for selector in include {
        let found = selector.find(suite);
        // A selector that means nothing is most likely mistyped, and a run of nothing would look like a success.
        if found.is_empty() {
            let suggestion = selector.suggest(suite);
            return Err(SelectError::NothingSelected { selector: selector.to_string(), suggestion });
        }
        let kind = match selector {
            Selector::Id(pattern) if !pattern.contains('*') => {
                named.extend(found);
                continue;
            }
            Selector::Id(_) => None,
            Selector::Predicate(axis, _) => Some(*axis),
        };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, cases)) => cases.extend(found),
            None => kinds.push((kind, found)),
        }
    }

    let mut chosen: BTreeSet<usize> = match kinds.split_first() {
        Some(((_, first), others)) => {
            let in_all = |index: &&usize| others.iter().all(|(_, cases)| cases.contains(index));
            first.iter().filter(in_all).copied().collect()
        }
        None if named.is_empty() => (0..suite.cases.len()).collect(),
        None => BTreeSet::new(),
    };

    chosen.extend(named);

    for selector in exclude {
        let found = selector.find(suite);
        if found.is_empty() {
            let suggestion = selector.suggest(suite);
            return Err(SelectError::NothingExcluded { selector: selector.to_string(), suggestion });
        }
        chosen.retain(|index| !found.contains(index));
    }

    let known: BTreeSet<&str> = suite.cases.iter().map(|case| suite.edition(case).as_str()).collect();
    if let Some(edition) = editions.iter().find(|edition| !known.contains(edition.as_str())) {
        let suggestion = nearest(edition, known).map(str::to_owned);
        return Err(SelectError::UnknownEdition { edition: edition.clone(), suggestion });
    }

    let wanted = |index: &usize| {
        let edition = suite.edition(&suite.cases[*index]).as_str();
        editions.is_empty() || editions.iter().any(|wanted| wanted == edition)
    };

    Ok(chosen.into_iter().filter(wanted).collect())
}

/// Whether an id matches a pattern, part by part.
fn id_matches(pattern: &str, id: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let parts: Vec<&str> = id.split('/').collect();
    wild(&pattern, &parts, |piece| *piece == "**", |piece, part| text_matches(piece, part))
}

/// Whether a text matches a pattern in which `*` stands for anything.
fn text_matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == text;
    }
    wild(pattern.as_bytes(), text.as_bytes(), |byte| *byte == b'*', |one, other| one == other)
}

/// Matches items with a pattern in which some pieces stand for any number of items. Goes back to the last such piece
/// only, so the time is bounded by the product of the lengths.
fn wild<P, T>(pattern: &[P], items: &[T], any: impl Fn(&P) -> bool, one: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut item) = (0, 0);
    // Where to go on if the last such piece must stand for one item more.
    let mut back: Option<(usize, usize)> = None;

    while item < items.len() {
        if pattern.get(at).is_some_and(&any) {
            at += 1;
            back = Some((at, item));
        } else if pattern.get(at).is_some_and(|piece| one(piece, &items[item])) {
            at += 1;
            item += 1;
        } else if let Some((after, from)) = &mut back {
            *from += 1;
            (at, item) = (*after, *from);
        } else {
            return false;
        }
    }

    pattern[at..].iter().all(any)
}

/// An id pattern that is near a mistyped one: each part is replaced by the nearest that an id has in this place.
fn suggest_id(pattern: &str, suite: &Suite) -> Option<String> {
    // What stands below is put to the end again where it is meant.
    let mut trimmed = pattern.trim_end_matches('/');
    while let Some(above) = trimmed.strip_suffix("/**") {
        trimmed = above.trim_end_matches('/');
    }
    let below = format!("{trimmed}/**");
    let matches = |pattern: &str| suite.cases.iter().any(|case| id_matches(pattern, case.id.as_str()));

    if matches(&below) {
        return Some(below);
    }
    if matches(trimmed) {
        return Some(trimmed.to_owned());
    }

    // People leave the provider out.
    let provider = &suite.service.provider;
    for whole in [format!("{provider}/{trimmed}"), format!("{provider}/{below}")] {
        if matches(&whole) {
            return Some(whole);
        }
    }

    let near = nearest_id(trimmed, suite).or_else(|| nearest_id(&format!("{provider}/{trimmed}"), suite));

    // Or write only the beginning of a long id; a single letter is the beginning of too many.
    let beginning = trimmed.rsplit('/').next().is_some_and(|last| last.len() > 2 && !last.ends_with('*'));
    near.or_else(|| {
        [format!("{trimmed}*"), format!("{trimmed}*/**")].into_iter().find(|whole| beginning && matches(whole))
    })
}

/// The pattern in which each part is replaced by the nearest that an id has in this place.
fn nearest_id(pattern: &str, suite: &Suite) -> Option<String> {
    let matches = |pattern: &str| suite.cases.iter().any(|case| id_matches(pattern, case.id.as_str()));
    let mut found = String::new();
    for part in pattern.split('/') {
        let prefix = if found.is_empty() { String::new() } else { format!("{found}/") };
        let fits = format!("{prefix}{part}");
        let depth = prefix.matches('/').count();
        if matches(&fits) || matches(&format!("{fits}/**")) {
            found = fits;
            continue;
        }

        let candidates: BTreeSet<&str> = suite
            .cases
            .iter()
            .filter(|case| {
                let parts: Vec<&str> = case.id.as_str().split('/').collect();
                parts.get(..depth).is_some_and(|above| id_matches(&found, &above.join("/")))
            })
            .filter_map(|case| case.id.as_str().split('/').nth(depth))
            .collect();
        found = format!("{prefix}{}", nearest(part, candidates)?);
    }

    if matches(&found) {
        return Some(found);
    }
    let below = format!("{found}/**");
    matches(&below).then_some(below)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_stay_in_their_part_and_double_stars_do_not() {
        for (pattern, id, wanted) in [
            ("a/Encrypt/Disabled", "a/Encrypt/Disabled", true),
            ("a/Encrypt", "a/Encrypt/Disabled", false),
            ("a/*/Disabled", "a/Encrypt/Disabled", true),
            ("a/*", "a/Encrypt/Disabled", false),
            ("a/**", "a/Encrypt/Disabled", true),
            ("**", "a", true),
            ("**/Disabled", "a/Encrypt/Disabled", true),
            ("a/**/Disabled", "a/Disabled", true),
            ("a/**/X/**", "a/Y/X/X", true),
            ("a/Gen*Key*/En*", "a/GenerateDataKeyWithoutPlaintext/Enabled", true),
            ("*", "", true),
        ] {
            assert_eq!(id_matches(pattern, id), wanted, "{pattern} {id}");
        }
    }

    #[test]
    fn a_text_is_a_pattern_or_a_predicate() {
        assert_eq!("a/*".parse(), Ok(Selector::Id("a/*".into())));
        assert_eq!("state:Dis*".parse(), Ok(Selector::Predicate(Axis::State, "Dis*".into())));
        let error = "sate:X".parse::<Selector>().unwrap_err().to_string();
        assert!(error.starts_with("unknown predicate `sate` in `sate:X`; there are `state:`, `operation:`"), "{error}");
        assert_eq!(" ".parse::<Selector>(), Err(SelectorError::Empty));
    }

    proptest! {
        #[test]
        fn a_pattern_with_one_star_is_a_beginning_and_an_end(
            begin in "[ab]{0,4}", end in "[ab]{0,4}", text in "[ab]{0,9}"
        ) {
            let pattern = format!("{begin}*{end}");
            let wanted = text.len() >= begin.len() + end.len() && text.starts_with(&begin) && text.ends_with(&end);
            prop_assert_eq!(text_matches(&pattern, &text), wanted);
        }
    }
}
