//! How the text of a deviation is read: a cell, a fault of one operation's responses, or a name.

use std::str::FromStr;

use super::repertoire::CloudDeviation;
use crate::near::nearest;

/// What a cloud reads the parts of a text as.
pub(super) trait Readable: CloudDeviation {
    type Operation: FromStr<Err: Into<Self::Err>>;

    /// The names of faults that the responses of one operation can have.
    fn response_faults() -> impl Iterator<Item = &'static str>;

    /// The deviation of a cell.
    fn cell(text: &str) -> Result<Self, Self::Err>;

    /// The deviation of one operation's responses; nothing if no fault has this name.
    fn response(operation: Self::Operation, fault: &str) -> Option<Self>;

    /// The error for a text that lacks a separator.
    fn misshapen(text: String) -> Self::Err;

    /// The error for a name that no deviation has, with one that could be meant.
    fn unknown(name: String, suggestion: Option<String>) -> Self::Err;
}

/// Reads the text of a deviation.
pub(super) fn read<D: Readable>(text: &str) -> Result<D, D::Err> {
    // First, for a cell has a colon too.
    if text.contains('=') {
        return D::cell(text);
    }

    if let Some((operation, fault)) = text.split_once(':') {
        let known = operation.parse().map_err(Into::into)?;
        return D::response(known, fault).ok_or_else(|| no_such_fault::<D>(operation, fault));
    }

    D::named().find(|deviation| deviation.to_string() == text).ok_or_else(|| no_such_name::<D>(text))
}

/// The error for what follows the colon of a known operation: nearly a fault of responses, or a cell without an outcome.
fn no_such_fault<D: Readable>(operation: &str, fault: &str) -> D::Err {
    let text = format!("{operation}:{fault}");
    match nearest(fault, D::response_faults()) {
        Some(near) => D::unknown(text, Some(format!("{operation}:{near}"))),
        None => D::misshapen(text),
    }
}

fn no_such_name<D: Readable>(text: &str) -> D::Err {
    let names: Vec<String> = D::named().map(|deviation| deviation.to_string()).collect();
    let suggestion = nearest(text, names.iter().map(String::as_str)).map(str::to_owned);
    D::unknown(text.to_owned(), suggestion)
}

/// The part of a message that says what could be meant, if anything.
pub(super) fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{AwsDeviation, Deviation};
    use super::*;

    fn describe_themselves<D: Readable<Err: PartialEq> + PartialEq + std::fmt::Debug>() {
        let mut names = BTreeSet::new();
        for deviation in D::named() {
            let (name, description) = (deviation.to_string(), deviation.description());
            assert_eq!(name.parse().as_ref(), Ok(&deviation));
            assert!(!description.is_empty() && !description.ends_with('.'), "{name}: {description}");
            assert!(names.insert(name.clone()), "{name} is given to two deviations");
        }
    }

    #[test]
    fn named_deviations_have_unique_names_and_describe_themselves() {
        describe_themselves::<Deviation>();
        describe_themselves::<AwsDeviation>();
    }
}
