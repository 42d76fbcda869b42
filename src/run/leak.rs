//! What a run leaves behind.

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

/// Leaks as lines of a report, one each: whoever removes them by hand needs every name.
pub(super) fn lines(leaks: &[Leak]) -> Vec<String> {
    leaks.iter().map(line).collect()
}

fn line(Leak { what, case, reason }: &Leak) -> String {
    match case.as_str() {
        "" => format!("{what}: {reason}"),
        case => format!("{what} of {case} was left behind: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leak_is_named() {
        let leak =
            |number: usize| Leak { what: format!("key {number}"), case: "x/y".to_owned(), reason: "no".to_owned() };
        let lines = lines(&(0..30).map(leak).collect::<Vec<_>>());
        assert_eq!((lines.len(), lines[7].as_str()), (30, "key 7 of x/y was left behind: no"));
        let unknown = Leak { case: String::new(), ..leak(1) };
        assert_eq!(line(&unknown), "key 1: no");
    }
}
