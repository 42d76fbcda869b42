//! Lists that are written as parameters with numbers: `ResourceId.1=…&Tag.1.Key=team&Tag.1.Value=qa`.
//!
//! The numbers say the order. Gaps do not matter, and neither do elements without a value.

use std::collections::BTreeMap;

use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::rejection::Rejection;

/// Whether a parameter is one of a list: `Tag.N.Key` stands for all with a number in the place of `N`.
pub(crate) fn is_of_list(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.split('.'), name.split('.'));
    loop {
        match (pattern.next(), name.next()) {
            (None, None) => return true,
            (Some("N"), Some(text)) if number(text).is_some() => {}
            (Some(expected), Some(text)) if expected != "N" && expected == text => {}
            _ => return false,
        }
    }
}

/// The values of a list such as `ResourceId.N`, of which there may be `most`.
pub(crate) fn values<'c>(call: &'c Call<'_>, list: &str, most: usize) -> Result<Vec<&'c str>, Rejection> {
    let elements = elements(call, list);
    let values = elements.into_values().filter_map(|parts| parts.get("").copied()).filter(|value| !value.is_empty());
    bounded(values.collect(), list, most)
}

/// The pairs of a list such as `Tag.N.Key`, `Tag.N.Value`, of which there may be `most`. The second of a pair may be
/// absent, the first may not.
pub(crate) fn pairs<'c>(
    call: &'c Call<'_>,
    list: &str,
    [first, second]: [&str; 2],
    most: usize,
) -> Result<Vec<(&'c str, Option<&'c str>)>, Rejection> {
    let mut pairs = Vec::new();
    for parts in elements(call, list).into_values() {
        match (parts.get(first).filter(|value| !value.is_empty()), parts.get(second)) {
            (Some(value), other) => pairs.push((*value, other.copied())),
            (None, Some(_)) => return Err(Rejection::invalid_parameter(list)),
            (None, None) => {}
        }
    }
    bounded(pairs, list, most)
}

fn bounded<T>(list: Vec<T>, name: &str, most: usize) -> Result<Vec<T>, Rejection> {
    if list.len() <= most { Ok(list) } else { Err(Rejection::invalid_parameter(name)) }
}

/// What follows the number, with its value, for each number of a list.
fn elements<'c>(call: &'c Call<'_>, list: &str) -> BTreeMap<u32, BTreeMap<&'c str, &'c str>> {
    let mut elements: BTreeMap<u32, BTreeMap<&str, &str>> = BTreeMap::new();
    for (name, value) in call.parameters.iter() {
        let Some(rest) = name.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) else { continue };
        let (digits, part) = rest.split_once('.').unwrap_or((rest, ""));
        if let Some(number) = number(digits) {
            elements.entry(number).or_default().insert(part, value);
        }
    }
    elements
}

/// A number from 1 on, as it is written in names.
fn number(text: &str) -> Option<u32> {
    let is_plain = (1..=9).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_every_number() {
        for name in ["Tag.1.Key", "Tag.20.Key", "Tag.999999999.Key"] {
            assert!(is_of_list("Tag.N.Key", name), "{name}");
        }
        for name in
            ["Tag.N.Key", "Tag.0.Key", "Tag.01.Key", "Tag..Key", "Tag.1.Value", "Tag.1", "Tag.1.Key.2", "Tag.-1.Key"]
        {
            assert!(!is_of_list("Tag.N.Key", name), "{name}");
        }
        assert!(is_of_list("ResourceId.N", "ResourceId.7") && is_of_list("KeyId", "KeyId"));
        assert!(!is_of_list("ResourceId.N", "ResourceId") && !is_of_list("KeyId", "KeyId.1"));
    }
}
