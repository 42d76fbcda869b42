//! Texts with holes: `alias/${unique}`, `${base64('text')}`, `${wrap('RSAES_OAEP_SHA_256', import.public_key, key.material)}`.

use std::fmt;

use thiserror::Error;

/// A text with holes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// What a `${…}` holds.
    Hole(Expression),
}

/// What a hole holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A quoted text.
    Text(String),
    /// A value known by a path, such as `key.id`.
    Path(Vec<String>),
    /// A function and its arguments.
    Call(Function, Vec<Expression>),
}

/// The functions of templates. All take and give texts; bytes are Base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `base64(text)`.
    Base64,
    /// `wrap(algorithm, public key as DER, bytes)`: encrypts under an RSA public key.
    Wrap,
    /// `random(count)`: that many random bytes.
    Random,
    /// `unix(RFC 3339 time, duration)`: Unix seconds of the time plus the duration.
    Unix,
    /// `later(RFC 3339 time, duration)`: the time plus the duration, which may be negative.
    Later,
    /// `damage(bytes)`: the same bytes but for the last one.
    Damage,
    /// `repeat(text, count)`.
    Repeat,
    /// `part(text, separator, number)`: the part with that number, from 1, of a text that the separator cuts.
    Part,
}

impl Function {
    const ALL: [Self; 8] =
        [Self::Base64, Self::Wrap, Self::Random, Self::Unix, Self::Later, Self::Damage, Self::Repeat, Self::Part];

    const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Wrap => "wrap",
            Self::Random => "random",
            Self::Unix => "unix",
            Self::Later => "later",
            Self::Damage => "damage",
            Self::Repeat => "repeat",
            Self::Part => "part",
        }
    }

    const fn arity(self) -> usize {
        match self {
            Self::Base64 | Self::Random | Self::Damage => 1,
            Self::Unix | Self::Later | Self::Repeat => 2,
            Self::Wrap | Self::Part => 3,
        }
    }
}

/// Why a text is not a template. `at` is the byte of the text where the trouble begins.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TemplateError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong, in one line.
    pub message: String,
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// When a hole is not closed, or holds no known expression.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut parser = Parser { text, at: 0 };

        while let Some(offset) = text[parser.at..].find("${") {
            literal.push_str(&text[parser.at..parser.at + offset]);
            let start = parser.at + offset;
            parser.at = start + 2;
            let expression = parser.expression(0)?;
            parser.skip_spaces();

            if !parser.eat('}') {
                let message = match parser.peek() {
                    None => "`${` is not closed by `}`".to_owned(),
                    Some(other) => format!("expected `}}`, found `{other}`"),
                };
                // An open hole is best shown where it begins, anything else where it stands.
                return Err(parser.error_at(if parser.peek().is_none() { start } else { parser.at }, message));
            }

            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Hole(expression));
        }

        literal.push_str(&text[parser.at..]);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }

        // There are many templates, and most have one part.
        parts.shrink_to_fit();
        Ok(Self { parts })
    }

    /// The template with every path replaced.
    pub fn with_paths(&self, replace: &impl Fn(&[String]) -> Vec<String>) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Part::Text(text.clone()),
            Part::Hole(expression) => Part::Hole(expression.with_paths(replace)),
        });
        Self { parts: parts.collect() }
    }

    /// The pieces, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Every path that the template names, also those in arguments.
    pub fn paths(&self) -> Vec<&[String]> {
        fn collect<'a>(expression: &'a Expression, paths: &mut Vec<&'a [String]>) {
            match expression {
                Expression::Text(_) => {}
                Expression::Path(path) => paths.push(path),
                Expression::Call(_, arguments) => arguments.iter().for_each(|argument| collect(argument, paths)),
            }
        }

        let mut paths = Vec::new();
        for part in &self.parts {
            if let Part::Hole(expression) = part {
                collect(expression, &mut paths);
            }
        }

        paths
    }
}

impl Expression {
    fn with_paths(&self, replace: &impl Fn(&[String]) -> Vec<String>) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.clone()),
            Self::Path(path) => Self::Path(replace(path)),
            Self::Call(function, arguments) => {
                Self::Call(*function, arguments.iter().map(|argument| argument.with_paths(replace)).collect())
            }
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => formatter.write_str(text)?,
                Part::Hole(expression) => write!(formatter, "${{{expression}}}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(formatter, "'{text}'"),
            Self::Path(path) => formatter.write_str(&path.join(".")),
            Self::Call(function, arguments) => {
                write!(formatter, "{}(", function.name())?;
                for (index, argument) in arguments.iter().enumerate() {
                    write!(formatter, "{}{argument}", if index == 0 { "" } else { ", " })?;
                }
                formatter.write_str(")")
            }
        }
    }
}

/// How deep calls may be nested; more is a mistake and would only cost stack.
const DEEPEST: usize = 8;

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn expression(&mut self, depth: usize) -> Result<Expression, TemplateError> {
        // Each level is a call on the stack, which a case file must not be able to exhaust.
        if depth > DEEPEST {
            return Err(self.error_at(self.at, "calls are nested too deeply".to_owned()));
        }
        self.skip_spaces();

        if self.eat('\'') {
            let start = self.at;
            let Some(length) = self.text[start..].find('\'') else {
                return Err(self.error_at(start - 1, "the quoted text is not closed by `'`".to_owned()));
            };
            self.at = start + length + 1;
            return Ok(Expression::Text(self.text[start..start + length].to_owned()));
        }

        // A path and the name of a function begin alike: only what follows shows which it is.
        let start = self.at;
        let mut path = vec![self.word()?];
        while self.eat('.') {
            path.push(self.word()?);
        }
        if !self.eat('(') {
            return Ok(Expression::Path(path));
        }

        let name = path.join(".");
        let Some(function) = Function::ALL.into_iter().find(|function| function.name() == name) else {
            let known = Function::ALL.map(Function::name).join(", ");
            return Err(self.error_at(start, format!("unknown function `{name}`, expected one of {known}")));
        };

        let mut arguments = Vec::new();
        self.skip_spaces();
        if !self.eat(')') {
            loop {
                arguments.push(self.expression(depth + 1)?);
                self.skip_spaces();
                if self.eat(')') {
                    break;
                }
                if !self.eat(',') {
                    return Err(self.error_at(self.at, "expected `,` or `)` after an argument".to_owned()));
                }
            }
        }

        if arguments.len() != function.arity() {
            let (wanted, given) = (function.arity(), arguments.len());
            return Err(self.error_at(start, format!("`{name}` takes {wanted} arguments, {given} given")));
        }
        Ok(Expression::Call(function, arguments))
    }

    fn word(&mut self) -> Result<String, TemplateError> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|character: char| !character.is_ascii_alphanumeric() && character != '_' && character != '-')
            .unwrap_or(rest.len());
        if length == 0 {
            let found = self.peek().map_or("the end of the text".to_owned(), |found| format!("`{found}`"));
            return Err(self.error_at(self.at, format!("expected a name, found {found}")));
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    fn skip_spaces(&mut self) {
        while self.eat(' ') {}
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn error_at(&self, at: usize, message: String) -> TemplateError {
        TemplateError { at, message }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_holes_are_told_apart() {
        let template = Template::parse("alias/${unique}-${key.id}").unwrap();
        assert_eq!(
            template.parts(),
            [
                Part::Text("alias/".into()),
                Part::Hole(Expression::Path(vec!["unique".into()])),
                Part::Text("-".into()),
                Part::Hole(Expression::Path(vec!["key".into(), "id".into()])),
            ]
        );
    }

    #[test]
    fn paths_in_arguments_are_found() {
        let template = Template::parse("${wrap('A', import.public_key, key.material)}").unwrap();
        let paths: Vec<String> = template.paths().iter().map(|path| path.join(".")).collect();
        assert_eq!(paths, ["import.public_key", "key.material"]);
    }

    #[test]
    fn calls_are_nested_eight_deep_and_no_deeper() {
        let nested = |depth: usize| format!("${{{}'a'{}}}", "base64(".repeat(depth), ")".repeat(depth));
        assert!(Template::parse(&nested(DEEPEST)).is_ok());
        let error = Template::parse(&nested(DEEPEST + 1)).unwrap_err();
        assert_eq!((error.at, error.message.as_str()), (2 + 9 * "base64(".len(), "calls are nested too deeply"));
    }

    #[test]
    fn mistakes_say_where_and_what() {
        for (text, at, message) in [
            ("a${key.id", 1, "`${` is not closed by `}`"),
            ("${}", 2, "expected a name, found `}`"),
            ("${key.}", 6, "expected a name, found `}`"),
            (
                "${base46('x')}",
                2,
                "unknown function `base46`, expected one of base64, wrap, random, unix, later, damage, repeat, part",
            ),
            ("${base64()}", 2, "`base64` takes 1 arguments, 0 given"),
            ("${base64('x}", 9, "the quoted text is not closed by `'`"),
            ("${key id}", 6, "expected `}`, found `i`"),
            ("${", 2, "expected a name, found the end of the text"),
        ] {
            let error = Template::parse(text).unwrap_err();
            assert_eq!((error.at, error.message.as_str()), (at, message), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(\\$|\\{|\\}|'|\\(|\\)|\\.|,|[a-zäß ]){0,40}") {
            let _ = Template::parse(&text);
        }

        #[test]
        fn what_is_parsed_is_written_as_it_was(text in "([a-z/]{0,5}(\\$\\{[a-z]{1,5}(\\.[a-z]{1,4}){0,2}\\}){0,2}){0,3}") {
            let template = Template::parse(&text).unwrap();
            prop_assert_eq!(template.to_string(), text);
        }
    }
}
