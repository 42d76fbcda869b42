//! A mistake as text for a terminal, with the line of its file.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Span};
use crate::visible::{is_hidden, one_line};

/// Shows a mistake, with a mark under what is wrong in its line. A file can hold characters that would act on the
/// terminal, in its name too: they are shown.
pub(super) fn render(mistake: &Diagnostic, line: Option<&str>, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mistake = Diagnostic {
        file: one_line(&mistake.file).into(),
        span: mistake.span,
        message: one_line(&mistake.message),
        help: mistake.help.as_deref().map(one_line),
    };
    renderer.render(&report(&mistake, line))
}

fn report<'a>(mistake: &'a Diagnostic, line: Option<&'a str>) -> Vec<Group<'a>> {
    let title = Level::ERROR.primary_title(mistake.message.as_str());
    let file = &*mistake.file;
    let group = match (mistake.span, line) {
        (Some(span), Some(line)) if !hides_something(line) => {
            let snippet = Snippet::source(line)
                .path(file)
                .line_start(span.line as usize)
                .annotation(AnnotationKind::Primary.span(bytes_of(span, line)));
            title.element(snippet)
        }
        (Some(span), line) => {
            let origin = Origin::path(file).line(span.line as usize).char_column(span.column as usize);
            let group = title.element(origin);
            // The place is that of the file, and in the line as it is shown it would be another one.
            let shown = line.map(|line| format!("the line is `{}`", one_line(line)));
            match shown {
                Some(shown) => group.element(Level::NOTE.message(shown)),
                None => group,
            }
        }
        (None, _) => title.element(Origin::path(file)),
    };

    let group = match &mistake.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    };
    vec![group]
}

/// Whether a line holds what is not shown as it is.
fn hides_something(line: &str) -> bool {
    line.contains(|character| character != '\t' && is_hidden(character))
}

/// The bytes of a line that a span means. A span of unknown length ends with the word.
fn bytes_of(span: Span, line: &str) -> Range<usize> {
    let end_of = |text: &str, characters: usize| text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let start = end_of(line, (span.column as usize).saturating_sub(1));
    let rest = &line[start..];
    let length = match span.length as usize {
        0 => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        length => end_of(rest, length),
    };
    start..start + rest[..length].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_with_the_place_of_the_file() {
        let file = "a\u{1b}[2J.yaml".into();
        let span = Some(Span { line: 1, column: 6, length: 4 });
        let help = Some("did you mean `\u{202e}`?".to_owned());
        let mistake = Diagnostic { file, span, message: "unknown word `\u{7}`".to_owned(), help };
        let shown = render(&mistake, Some("a: \u{202e} word\u{e0041}"), false);
        let wanted = "error: unknown word `\\u{7}`
--> a\\u{1b}[2J.yaml:1:6
 = note: the line is `a: \\u{202e} word\\u{e0041}`
 = help: did you mean `\\u{202e}`?";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn a_span_counts_characters_and_stays_in_its_line() {
        let line = "ß: größe # x";
        assert_eq!(&line[bytes_of(Span { line: 1, column: 4, length: 5 }, line)], "größe");
        assert_eq!(&line[bytes_of(Span { line: 1, column: 4, length: 0 }, line)], "größe");
        assert_eq!(&line[bytes_of(Span { line: 1, column: 4, length: 99 }, line)], "größe # x");
        assert_eq!(bytes_of(Span { line: 1, column: 99, length: 9 }, line), line.len()..line.len());
    }
}
