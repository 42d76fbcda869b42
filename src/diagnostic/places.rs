//! Where the bytes of a text stand, without counting them from its beginning each time.

use std::ops::Range;

use crate::diagnostic::Span;

/// So many bytes are counted for a place at most.
const BLOCK: usize = 1024;

/// The lines and characters of a text.
pub(crate) struct Places<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// How many characters begin before each block.
    characters: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let counts = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            let characters = *before;
            *before += begun(block);
            Some(characters)
        });
        Self { text, lines, characters: counts.collect() }
    }

    /// The place of a range of bytes; one of several lines is marked to the end of its first.
    pub(crate) fn span(&self, range: Option<Range<usize>>) -> Span {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let Range { start, end } = range.unwrap_or_default();
        let line = self.lines.partition_point(|begin| *begin <= start).max(1);
        let line_start = self.lines.get(line - 1).copied().unwrap_or(0);
        let marked = self.text.get(start..end).unwrap_or_default();

        Span {
            line: number(line),
            column: number(self.between(line_start, start) + 1),
            length: number(marked.lines().next().unwrap_or_default().chars().count()),
        }
    }

    /// How many characters begin between two bytes.
    fn between(&self, from: usize, to: usize) -> usize {
        match self.text.as_bytes().get(from..to) {
            // Nearly all lines are short.
            Some(bytes) if bytes.len() <= BLOCK => begun(bytes),
            Some(_) | None => self.before(to) - self.before(from),
        }
    }

    /// How many characters begin before a byte.
    fn before(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        let block = byte / BLOCK;
        let counted = self.characters.get(block).copied();
        // The last block may end where the text does.
        let Some(counted) = counted else { return self.text.chars().count() };
        counted + begun(&self.text.as_bytes()[block * BLOCK..byte])
    }
}

/// How many characters begin in some bytes of a text.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Where the first carriage return without a line feed stands.
pub(crate) fn lone_return(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|at| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_as_when_it_is_counted_from_the_beginning() {
        for text in ["ß = 'größe'\n\nb = 1".to_owned(), "äö\nx".repeat(1_000), "é".repeat(512), "a".repeat(1024)]
        {
            let places = Places::new(&text);
            for (start, _) in text.char_indices() {
                let before = &text[..start];
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                let wanted = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
                let Span { line, column, .. } = places.span(Some(start..start));
                assert_eq!((line as usize, column as usize), wanted, "{start}");
            }
            places.span(Some(text.len()..text.len() + 9));
        }
        let Span { line, column, length } = Places::new("a = [x\ny]zzz").span(Some(4..9));
        assert_eq!((line, column, length), (1, 5, 2));
        assert_eq!(Places::new("").span(None), Span { line: 1, column: 1, length: 0 });
    }
}
