//! Lines for a terminal: broken between words, and not by the terminal in the middle of one.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::room::columns;

/// How much further than its line what goes on below stands.
const DEEPER: usize = 2;

/// What begins a line that is copied into a shell, which must be one line there.
const COMMANDS: [&str; 2] = ["kms-conformance run ", "reproduce: "];

/// A text whose lines take at most so many columns, where their words allow that. Commands are left as they are.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        wrapped.push_str(&wrapped_line(line, width));
        wrapped.push_str(end);
    }
    wrapped
}

fn wrapped_line(line: &str, width: usize) -> String {
    if columns(line) <= width || is_command(line) {
        return line.to_owned();
    }

    // A long word may have room at the beginning of a line that it has not further to the right.
    let own = line.len() - line.trim_start_matches(' ').len();
    let at = |indent: usize| {
        let indent = " ".repeat(indent);
        let options = Options::new(width)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::fill(line, options)
    };
    let fits = |text: &String| text.lines().all(|line| columns(line) <= width);
    [own + DEEPER, own, 0].map(at).into_iter().find(fits).unwrap_or_else(|| at(own + DEEPER))
}

fn is_command(line: &str) -> bool {
    let words = anstream::adapter::strip_str(line).to_string();
    COMMANDS.iter().any(|begin| words.trim_start().starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_go_on_further_to_the_right() {
        assert_eq!(wrapped("  one two three\n\nfour", 9), "  one two\n    three\n\nfour");
        // Colours take no columns.
        assert_eq!(wrapped("\u{1b}[1mone\u{1b}[0m two\n", 7), "\u{1b}[1mone\u{1b}[0m two\n");
        assert_eq!(wrapped("\u{1b}[1mone\u{1b}[0m two\n", 6), "\u{1b}[1mone\u{1b}[0m\n  two\n");
    }

    #[test]
    fn a_long_word_stands_where_it_has_room_and_is_never_broken() {
        assert_eq!(wrapped("  --> matrix/encrypt.yaml:13:3", 26), "  -->\n  matrix/encrypt.yaml:13:3");
        assert_eq!(wrapped("  --> matrix/encrypt.yaml:13:3", 10), "  -->\n    matrix/encrypt.yaml:13:3");
    }

    #[test]
    fn commands_are_copied_and_stay_whole() {
        for command in ["    kms-conformance run operation:Encrypt", "  \u{1b}[2mreproduce: curl -sS -i http://x"] {
            assert_eq!(wrapped(command, 20), command);
        }
    }
}
