//! What a YAML text consists of, in its order: read by the parser, or recorded when the program was built.
//!
//! The build script has this file too and records the case files that are compiled into the program, because reading tokens
//! takes a tenth of the time that parsing takes. It must not need anything else of this crate.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Range, StrInput};
use serde::{Deserialize, Serialize};

/// A piece of a text, and where it stands.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token<'a> {
    #[serde(borrow)]
    pub(crate) piece: Piece<'a>,
    pub(crate) place: Place,
}

/// Where something stands: lines and columns count from 1, lengths are in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// Of what goes on in further lines, more than its line has.
    pub(crate) length: u32,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Piece<'a> {
    Scalar {
        #[serde(borrow)]
        text: Cow<'a, str>,
        /// It stands without quotes, so that it may be something else than a text.
        is_plain: bool,
    },
    ListStart,
    ListEnd,
    MapStart,
    MapEnd,
    DocumentStart,
}

/// Why a text can't be read on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenError {
    pub(crate) place: Place,
    pub(crate) message: Cow<'static, str>,
}

/// The tokens of a text.
pub(crate) enum Tokens<'a> {
    Parsed(Box<Parser<'a, StrInput<'a>>>),
    /// As [`record`] has written them.
    Recorded(&'a [u8]),
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self::Parsed(Box::new(Parser::new_from_str(text)))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, TokenError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Parsed(parser) => parser.find_map(|event| match event {
                Ok((event, range)) => token(event, place_of(range)).transpose(),
                Err(error) => Some(Err(unreadable(&error))),
            }),
            Self::Recorded([]) => None,
            Self::Recorded(bytes) => match postcard::take_from_bytes(bytes) {
                Ok((token, rest)) => {
                    *bytes = rest;
                    Some(Ok(token))
                }
                Err(error) => {
                    *bytes = &[];
                    let place = Place { line: 1, column: 1, length: 0 };
                    Some(Err(TokenError { place, message: format!("wrongly recorded: {error}").into() }))
                }
            },
        }
    }
}

/// The tokens of a text, for [`Tokens::Recorded`]. None if it can't be read to its end: whoever parses it gets the error.
#[allow(dead_code, reason = "the build script calls it")]
pub(crate) fn record(text: &str) -> Option<Vec<u8>> {
    let mut recorded = Vec::new();
    for token in Tokens::of(text) {
        recorded = postcard::to_extend(&token.ok()?, recorded).ok()?;
    }
    Some(recorded)
}

/// The token of an event, if it says anything. Without anchors, aliases and tags, a text is never bigger than it looks.
fn token(event: Event<'_>, place: Place) -> Result<Option<Token<'_>>, TokenError> {
    let not_allowed = |message| Err(TokenError { place, message: Cow::Borrowed(message) });
    let piece = match event {
        Event::Alias(_) => return not_allowed("aliases are not allowed here"),
        Event::Scalar(_, _, 1.., _) | Event::SequenceStart(1.., _) | Event::MappingStart(1.., _) => {
            return not_allowed("anchors are not allowed here");
        }
        Event::Scalar(.., Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
            return not_allowed("tags are not allowed here");
        }
        Event::Scalar(text, style, ..) => Piece::Scalar { text, is_plain: style == ScalarStyle::Plain },
        Event::SequenceStart(..) => Piece::ListStart,
        Event::SequenceEnd => Piece::ListEnd,
        Event::MappingStart(..) => Piece::MapStart,
        Event::MappingEnd => Piece::MapEnd,
        Event::DocumentStart(_) => Piece::DocumentStart,
        Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => return Ok(None),
    };
    Ok(Some(Token { piece, place }))
}

fn unreadable(error: &ScanError) -> TokenError {
    let (line, column) = (number(error.marker().line()), number(error.marker().col() + 1));
    TokenError { place: Place { line, column, length: 1 }, message: error.info().to_owned().into() }
}

fn place_of(range: Range) -> Place {
    let (start, end) = (range.start, range.end);
    // A value of several lines is marked to the end of its first one.
    let length = if end.line() == start.line() { end.col().saturating_sub(start.col()) } else { usize::MAX };
    Place { line: number(start.line()), column: number(start.col() + 1), length: number(length) }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_tokens_are_those_of_the_text() {
        for text in [
            "",
            "a: 1\n",
            "a: '1'\nb: [c, {d: e}, null]\n",
            "a: |\n  several\n  lines\nb: >-\n  folded\n  text\n",
            "- \"\\u00e9 \\n\"\n- é # a remark\n- {}\n- []\n-\n",
            "---\na: 1\n---\nb: 2\n",
        ] {
            let parsed: Vec<_> = Tokens::of(text).map(Result::unwrap).collect();
            let recorded = record(text).unwrap();
            let read: Vec<_> = Tokens::Recorded(&recorded).map(Result::unwrap).collect();
            assert_eq!(read, parsed, "{text:?}");
        }
    }

    #[test]
    fn a_text_with_a_mistake_is_not_recorded() {
        for text in ["a: [1\n", "a: &b 1\n", "a: *b\n", "a: !b 1\n", "a: 'b\n", "a:\n\tb: 1\n"] {
            assert_eq!(record(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_recording_is_an_error_and_the_end() {
        let found: Vec<_> = Tokens::Recorded(&[0xff; 9]).collect();
        assert!(matches!(&found[..], [Err(error)] if error.message.starts_with("wrongly recorded: ")), "{found:?}");
    }
}
