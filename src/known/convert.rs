//! A list in YAML, written as one in TOML: lists were written in YAML first.
//!
//! Nothing that a person wrote gets lost: a comment within or beside an entry comes to stand above it.

use saphyr_parser::{Event, Parser, ScalarStyle};
use toml_edit::{ArrayOfTables, DocumentMut, value};

use super::KnownFailures;
use super::edit::{EditError, Statement};
use super::load::{ENTRIES, load};
use crate::suite::Suite;

/// The text in TOML of a list whose text in YAML is given.
///
/// # Errors
///
/// When what comes out would say something else.
pub fn to_toml(yaml: &str, known: &KnownFailures, suite: &Suite) -> Result<String, EditError> {
    let Layout { scalars, comments } = Layout::of(yaml);
    let mut comments = comments.into_iter().peekable();
    let mut until = |line: usize| {
        let mut text = String::new();
        while let Some((_, comment)) = comments.next_if(|(at, _)| *at <= line) {
            text.push_str(&comment);
            text.push('\n');
        }
        text
    };

    // Whatever stands above the first entry but below the field that holds the entries is about the first entry.
    let starts: Vec<usize> = known.entries.iter().map(|entry| entry.source.line as usize).collect();
    let field = scalars.iter().rev().find(|line| starts.first().is_none_or(|first| *line < first));
    let mut document = DocumentMut::new();
    document.insert("format", value(1));
    if let (Some(mut key), Some(field)) = (document.key_mut("format"), field) {
        key.leaf_decor_mut().set_prefix(until(*field));
    }

    if let Some(target) = known.target() {
        document.insert("target", value(target));
    }

    let mut list = ArrayOfTables::new();
    for (index, entry) in known.entries.iter().enumerate() {
        let next = starts.get(index + 1).copied().unwrap_or(usize::MAX);
        let last = scalars.iter().rev().find(|line| **line < next).copied().unwrap_or_default();
        let mut table = Statement::of(entry).table();
        table.decor_mut().set_prefix(format!("\n{}", until(last)));
        list.push(table);
    }
    document.insert(ENTRIES, list.into());
    document.set_trailing(until(usize::MAX));

    let toml = document.to_string();
    // The conversion counts only if both texts say the same.
    let read = load("", &toml, suite, known.today).map_err(|_| EditError)?;
    let same = read.target == known.target
        && read.entries.iter().map(Statement::of).eq(known.entries.iter().map(Statement::of));
    if same { Ok(toml) } else { Err(EditError) }
}

/// What a text in YAML has on which line, from 1.
struct Layout {
    /// Where each key and each single value begins.
    scalars: Vec<usize>,
    comments: Vec<(usize, String)>,
}

impl Layout {
    fn of(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut is_value = vec![false; characters.len()];
        let mut scalars = Vec::new();
        for (event, span) in Parser::new_from_str(text).flatten() {
            let Event::Scalar(_, style, ..) = event else { continue };
            let start = span.start.index();
            // The parser has a quoted value end with its line.
            let end = match style {
                ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start + quoted_length(&characters[start..]),
                _ => span.end.index(),
            };
            // The line on which a block begins can end in a comment.
            let begin = match style {
                ScalarStyle::Literal | ScalarStyle::Folded => {
                    let head = characters[start..end].iter().position(|character| *character == '\n');
                    head.map_or(end, |length| start + length)
                }
                _ => start,
            };
            is_value[begin..end].fill(true);
            scalars.push(span.start.line());
        }

        let mut comments = Vec::new();
        let mut start = 0;
        for (index, line) in text.split('\n').enumerate() {
            let length = line.chars().count();
            let is_comment = |at: &usize| {
                let first = *at == start || characters[at - 1].is_whitespace();
                characters[*at] == '#' && first && !is_value[*at]
            };
            if let Some(at) = (start..start + length).find(is_comment) {
                let comment: String = characters[at..start + length].iter().collect();
                comments.push((index + 1, comment.trim_end().to_owned()));
            }
            start += length + 1;
        }
        Self { scalars, comments }
    }
}

/// The length of a text in quotes, with them.
fn quoted_length(characters: &[char]) -> usize {
    let Some((quote, rest)) = characters.split_first() else { return 0 };
    let mut length = 1;
    let mut rest = rest.iter().peekable();

    while let Some(character) = rest.next() {
        length += 1;
        // Within double quotes a backslash protects what follows, within single ones a quote is written twice.
        let protects =
            if *quote == '"' { *character == '\\' } else { character == quote && rest.peek() == Some(&quote) };
        if protects {
            rest.next();
            length += 1;
        } else if character == quote {
            break;
        }
    }

    length.min(characters.len())
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData, assert_data_eq, str};

    use super::*;
    use crate::known::sample::{TODAY, suite};

    fn converted(yaml: &str) -> String {
        let known = load("known.yaml", yaml, suite(), TODAY).unwrap();
        to_toml(yaml, &known, suite()).unwrap()
    }

    #[test]
    fn everything_that_a_person_wrote_is_there() {
        let yaml = "\
# The list of our emulator.
format: 1   # the only one
known_failures:
  # Encrypt: both go away.
  - case: alibaba/Encrypt/Disabled # twice
    code: Success
    # It was 201 once.
    status: 200
    reason: \"It \\\" does # not look\" # \"
    until: '2026-12-31' # it's over then
  # Aliases.
  - {case: alibaba/CreateAlias/Disabled, code: 'Success', status: 200, reason: 'x '' # y', until: \"2026-12-31\"} # soon

  -
    # The key counts the call.
    kind: effect
    case: alibaba/DisableKey/Enabled
    issue: https://example.com/a#b
    until: 2026-12-31
    reason: >-
      two
      # lines

  # The last.
  - case: alibaba/Decrypt/*
    kind: body
    until: 2026-01-30
    reason: plain
      text # here
# The end.
";
        assert_data_eq!(
            converted(yaml),
            str![[r##"
# The list of our emulator.
# the only one
format = 1

# Encrypt: both go away.
# twice
# It was 201 once.
# "
# it's over then
[[known_failures]]
case = "alibaba/Encrypt/Disabled"
code = "Success"
status = 200
reason = 'It " does # not look'
until = 2026-12-31

# Aliases.
# soon
[[known_failures]]
case = "alibaba/CreateAlias/Disabled"
code = "Success"
status = 200
reason = "x ' # y"
until = 2026-12-31

# The key counts the call.
[[known_failures]]
case = "alibaba/DisableKey/Enabled"
kind = "effect"
reason = "two # lines"
issue = "https://example.com/a#b"
until = 2026-12-31

# The last.
[[known_failures]]
case = "alibaba/Decrypt/*"
kind = "body"
reason = "plain text"
until = 2026-01-30
# here
# The end.

"##]]
            .raw()
        );
    }

    #[test]
    fn a_list_without_entries_stays_one() {
        assert_eq!(converted("# a\nknown_failures: [] # b\nformat: 1\n# c\n"), "# a\n# b\nformat = 1\n# c\n");
    }
}
