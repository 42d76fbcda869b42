//! A mistake as text for a terminal, with the line of its file.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Span};

/// Shows a mistake, with a mark under what is wrong in its line.
pub(super) fn render(mistake: &Diagnostic, line: Option<&str>, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&report(mistake, line))
}

fn report<'a>(mistake: &'a Diagnostic, line: Option<&'a str>) -> Vec<Group<'a>> {
    let title = Level::ERROR.primary_title(mistake.message.as_str());
    let file = &*mistake.file;
    let group = match (mistake.span, line) {
        (Some(span), Some(line)) => {
            let snippet = Snippet::source(line)
                .path(file)
                .line_start(span.line as usize)
                .annotation(AnnotationKind::Primary.span(bytes_of(span, line)));
            title.element(snippet)
        }
        (Some(span), None) => {
            let origin = Origin::path(file).line(span.line as usize).char_column(span.column as usize);
            title.element(origin)
        }
        (None, _) => title.element(Origin::path(file)),
    };
    let group = match &mistake.help {
        Some(help) => group.element(Level::HELP.message(annotate_snippets::normalize_untrusted_str(help))),
        None => group,
    };
    vec![group]
}

/// The bytes of a line that a span means. A span of unknown length ends with the word.
fn bytes_of(span: Span, line: &str) -> std::ops::Range<usize> {
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
    fn a_span_counts_characters_and_stays_in_its_line() {
        let line = "ß: größe # x";
        assert_eq!(&line[bytes_of(Span { line: 1, column: 4, length: 5 }, line)], "größe");
        assert_eq!(&line[bytes_of(Span { line: 1, column: 4, length: 0 }, line)], "größe");
        assert_eq!(&line[bytes_of(Span { line: 1, column: 4, length: 99 }, line)], "größe # x");
        assert_eq!(bytes_of(Span { line: 1, column: 99, length: 9 }, line), line.len()..line.len());
    }
}
