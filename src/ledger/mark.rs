//! The mark of a run: the text that its keys carry and that the names of its other things hold.

/// How a mark begins.
const BEGINNING: &str = "kc-";

/// The length of what comes then: hexadecimal digits.
const DIGITS: usize = 8;

/// What stands before the mark in all that a run with given keys writes. Such a text may be left on a key of somebody else, so
/// it must not be taken for the mark of a key that a run made.
const GIVEN: &str = "given-";

/// A mark that is different for each run.
pub fn new_mark() -> String {
    format!("{BEGINNING}{:0DIGITS$x}", fastrand::u32(..))
}

/// The mark at the beginning of a text, if the rest is set off from it.
pub fn mark_in(text: &str) -> Option<&str> {
    let length = BEGINNING.len() + DIGITS;
    let (mark, rest) = text.split_at_checked(length)?;
    let digits = mark.strip_prefix(BEGINNING)?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_set_off = rest.bytes().next().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (digits.bytes().all(is_digit) && is_set_off).then_some(mark)
}

/// What a run with given keys writes in place of its mark.
pub fn mark_on_given_keys(mark: &str) -> String {
    format!("{GIVEN}{mark}")
}

/// The mark at the beginning of the name of an alias, which a run made itself, on whichever key.
pub fn mark_in_name(name: &str) -> Option<&str> {
    mark_in(name.strip_prefix(GIVEN).unwrap_or(name))
}

/// Whether a text is a mark and nothing else.
pub fn is_mark(text: &str) -> bool {
    mark_in(text) == Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_recognised_and_nothing_like_it() {
        for _ in 0..100 {
            assert!(is_mark(&new_mark()));
        }
        for text in ["kc-3f9a1c00", "kc-3f9a1c00 kc-3f9a1c00-1-1-1", "kc-3f9a1c00-1-1-1"] {
            assert_eq!(mark_in(text), Some("kc-3f9a1c00"), "{text}");
        }
        for text in
            ["", "kc-", "kc-3f9a1c0", "kc-3f9a1c0g", "kc-3F9A1C00", "kc-3f9a1c001", "x kc-3f9a1c00", "kc-3f9a1c0é"]
        {
            assert_eq!(mark_in(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_on_a_given_key_is_the_mark_of_none_that_was_made() {
        let text = mark_on_given_keys("kc-3f9a1c00");
        assert_eq!(mark_in(&text), None, "{text}");
        assert_eq!(mark_in(&format!("{text} {text}-1-1-1")), None, "{text}");
        assert_eq!(mark_in_name(&format!("{text}-1-1-1")), Some("kc-3f9a1c00"), "{text}");
        assert_eq!(mark_in_name("kc-3f9a1c00-1-1-1"), Some("kc-3f9a1c00"));
        assert_eq!(mark_in_name("orders-given-kc-3f9a1c00"), None);
    }
}
