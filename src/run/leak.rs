//! What a run leaves behind.

use indexmap::IndexMap;

/// Up to so many leaks are reported in a line each; more are grouped by their reason.
const MOST_SINGLE_LINES: usize = 20;

/// So many of a group of leaks are named.
const MOST_NAMES: usize = 5;

/// Something that is left behind although it should have been removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leak {
    /// What is left: `key 5f1c…`, or `alias/…`.
    pub(super) what: String,
    /// The case that made it; the empty text if that is not known.
    pub(super) case: String,
    /// Why it is left.
    pub(super) reason: String,
}

/// Leaks as lines of a report: one each, or many of them grouped by their reason.
pub(super) fn lines(leaks: &[Leak]) -> Vec<String> {
    if leaks.len() <= MOST_SINGLE_LINES {
        return leaks.iter().map(line).collect();
    }

    let mut groups: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for leak in leaks {
        groups.entry(leak.reason.as_str()).or_default().push(&leak.what);
    }
    groups.iter().map(|(reason, names)| group_line(reason, names)).collect()
}

fn line(Leak { what, case, reason }: &Leak) -> String {
    match case.as_str() {
        "" => format!("{what}: {reason}"),
        case => format!("{what} of {case} was left behind: {reason}"),
    }
}

fn group_line(reason: &str, names: &[&str]) -> String {
    let named = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    let more = match names.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} left behind: {reason}: {named}{more}", names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak(number: usize, reason: &str) -> Leak {
        Leak { what: format!("key {number}"), case: "x/y".to_owned(), reason: reason.to_owned() }
    }

    #[test]
    fn few_leaks_are_a_line_each_and_many_are_grouped_by_their_reason() {
        assert_eq!(lines(&[leak(1, "rejected")]), ["key 1 of x/y was left behind: rejected"]);
        let many: Vec<Leak> =
            (0..30).map(|number| leak(number, if number == 0 { "lost" } else { "rejected" })).collect();
        assert_eq!(
            lines(&many),
            ["1 left behind: lost: key 0", "29 left behind: rejected: key 1, key 2, key 3, key 4, key 5 and 24 more"]
        );
    }
}
