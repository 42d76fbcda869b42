//! Where two texts part.

use crate::visible::one_line;

/// How many characters are shown before the first difference, and after it.
const AROUND: usize = 40;

/// The first difference of two texts, each on a line of its own with a caret below it; none if they are the same.
pub(super) fn first(names: [&str; 2], texts: [&str; 2]) -> Option<Vec<String>> {
    if texts[0] == texts[1] {
        return None;
    }
    // A line end differs from a space, and would end the line that is shown.
    let texts = texts.map(|text| one_line(&text.replace('\n', "\\n")).chars().collect::<Vec<char>>());
    let at = texts[0].iter().zip(&texts[1]).take_while(|(one, other)| one == other).count();

    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let begin = at.saturating_sub(AROUND);
    let lead = if begin > 0 { "…" } else { "" };
    let line = |name: &str, text: &[char]| {
        let end = text.len().min(at + AROUND);
        let shown: String = text.get(begin..end).unwrap_or_default().iter().collect();
        let trail = if end < text.len() { "…" } else { "" };
        format!("{name:<width$}  {lead}{shown}{trail}")
    };
    let caret = " ".repeat(width + 2 + lead.chars().count() + at - begin) + "^";
    Some(vec![line(names[0], &texts[0]), line(names[1], &texts[1]), caret])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_first_difference() {
        let difference = |one: &str, other: &str| first(["ours", "theirs"], [one, other]).map(|lines| lines.join("\n"));
        assert_eq!(difference("GET&a", "GET&a"), None);
        assert_eq!(difference("GET&a", "POST&a").unwrap(), "ours    GET&a\ntheirs  POST&a\n        ^");
        assert_eq!(difference("GET", "GET\nx").unwrap(), "ours    GET\ntheirs  GET\\nx\n           ^");
        let long = "ß".repeat(100);
        let (one, other) = (format!("{long}a{long}"), format!("{long}b"));
        let shown = difference(&one, &other).unwrap();
        let before = "ß".repeat(40);
        let wanted = format!(
            "ours    …{before}a{}…\ntheirs  …{before}b\n{}^",
            "ß".repeat(39),
            " ".repeat("theirs".len() + 2 + 1 + 40)
        );
        assert_eq!(shown, wanted);
        // The end of one is a difference too.
        assert!(difference(&long, "").unwrap().ends_with("\n        ^"));
    }
}
