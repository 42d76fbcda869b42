//! The parameters of a request: those of the URL query and those of a form body, merged.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// A decoded name and value.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The most parameters of a request; calls have some twenty. Each takes fifty times its shortest form in memory.
const MOST_PARAMETERS: usize = 1_000;

/// The text is not UTF-8 form data, names a parameter twice, or has more of them than any call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undecodable;

/// The decoded parameters of a request; no name occurs twice.
#[derive(Debug, Default)]
pub(crate) struct Parameters<'a> {
    pairs: Vec<Pair<'a>>,
    /// How many of the pairs are of the URL query; they come first.
    in_query: usize,
}

impl<'a> Parameters<'a> {
    /// Decodes the URL query and a form body.
    pub(crate) fn parse(query: &'a str, form: &'a [u8]) -> Result<Self, Undecodable> {
        let mut pairs = Vec::with_capacity(16);
        decode_form(query.as_bytes(), &mut pairs)?;
        let in_query = pairs.len();
        decode_form(form, &mut pairs)?;

        // With a name twice, nothing says which of the values counts.
        let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            return Err(Undecodable);
        }
        Ok(Self { pairs, in_query })
    }

    /// The value of a parameter; nothing if it is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_ref())
    }

    /// The value of a parameter; nothing if it is absent or empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The same parameters but for one, which has another value, or is not there.
    pub(crate) fn with<'b>(&'b self, name: &'b str, value: Option<&'b str>) -> Parameters<'b> {
        let others = self.iter().filter(|(other, _)| *other != name);
        let pairs = others.chain(value.map(|value| (name, value)));
        let pairs = pairs.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))).collect();
        Parameters { pairs, in_query: self.in_query }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Only those of the URL query.
    pub(crate) fn of_query(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().take(self.in_query)
    }
}

fn decode_form<'a>(text: &'a [u8], pairs: &mut Vec<Pair<'a>>) -> Result<(), Undecodable> {
    for part in text.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        if pairs.len() == MOST_PARAMETERS {
            return Err(Undecodable);
        }
        let equals = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        let value = part.get(equals + 1..).unwrap_or_default();
        pairs.push((decode(&part[..equals])?, decode(value)?));
    }
    Ok(())
}

/// Decodes `%XX` and `+`.
fn decode(text: &[u8]) -> Result<Cow<'_, str>, Undecodable> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| Undecodable);
    }

    // `percent_decode` keeps a broken escape as text instead of reporting it.
    let whole = |at: usize| text.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if text.iter().enumerate().any(|(at, byte)| *byte == b'%' && !whole(at)) {
        return Err(Undecodable);
    }

    // Before the escapes are decoded, so that an encoded plus sign stays one.
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| Undecodable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_and_body_are_merged_and_decoded() {
        let parameters = Parameters::parse("A=1%2B+&&B=", b"C&D=%E4%BD%A0=").unwrap();
        let all: Vec<_> = parameters.iter().collect();
        assert_eq!(all, [("A", "1+ "), ("B", ""), ("C", ""), ("D", "你=")]);
        assert_eq!(parameters.of_query().count(), 2);
        assert_eq!((parameters.get("B"), parameters.filled("B")), (Some(""), None));
    }

    #[test]
    fn what_is_no_form_data_is_refused() {
        for text in ["A=%", "A=%1", "A=%zz", "A=%FF", "A=1&A=2", "%FF=1"] {
            assert_eq!(Parameters::parse(text, b"").unwrap_err(), Undecodable, "{text}");
        }
        assert_eq!(Parameters::parse("A=1", b"A=1").unwrap_err(), Undecodable);
        assert_eq!(Parameters::parse("", b"A=\xff").unwrap_err(), Undecodable);
    }
}
