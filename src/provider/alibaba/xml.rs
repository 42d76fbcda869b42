//! XML as the service writes it: elements that hold either text or elements.
//!
//! Attributes, comments and processing instructions say nothing there and are passed over. A document type is rejected,
//! and with it every entity but the five of XML itself, so a text is never longer than what was read.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::{BytesStart, Event};

/// The deepest nesting; responses have four levels.
const DEEPEST: usize = 32;

/// The most elements; a full page of a list has a few hundred.
const MOST_ELEMENTS: usize = 20_000;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// The name, without a prefix.
    pub(super) name: String,
    /// What it holds.
    pub(super) content: Content,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// A text, or nothing.
    Text(String),
    /// At least one element.
    Elements(Vec<Element>),
}

/// An element whose end has not come yet.
struct Open {
    name: String,
    text: String,
    elements: Vec<Element>,
}

impl Element {
    /// The root of a document. None for anything else than one whole element, and for text between elements.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        let mut count = 0;
        loop {
            let event = reader.read_event().ok()?;

            // A hostile body must not cost more than an ordinary one.
            if let Event::Start(_) | Event::Empty(_) = event {
                count += 1;
                if root.is_some() || open.len() == DEEPEST || count > MOST_ELEMENTS {
                    return None;
                }
            }

            match event {
                Event::Start(start) => open.push(Open::new(&start)?),
                Event::Empty(start) => close(Open::new(&start)?, &mut open, &mut root)?,
                Event::End(_) => close(open.pop()?, &mut open, &mut root)?,
                Event::Text(text) => add(&text.xml10_content().ok()?, &mut open)?,
                Event::CData(text) => add(&text.xml10_content().ok()?, &mut open)?,
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(character) => add(character.encode_utf8(&mut [0; 4]), &mut open)?,
                    None => add(resolve_xml_entity(&reference.decode().ok()?)?, &mut open)?,
                },
                Event::DocType(_) => return None,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return root.filter(|_| open.is_empty()),
            }
        }
    }

    /// The element as text, as it was but for what [`Self::parse`] passes over.
    pub(super) fn write(&self, to: &mut String) {
        to.extend(["<", &self.name, ">"]);
        match &self.content {
            Content::Text(text) => to.push_str(&escape(text)),
            Content::Elements(elements) => elements.iter().for_each(|element| element.write(to)),
        }
        to.extend(["</", &self.name, ">"]);
    }
}

impl Open {
    fn new(start: &BytesStart<'_>) -> Option<Self> {
        let name = str::from_utf8(start.local_name().into_inner()).ok()?.to_owned();
        // The reader takes anything up to a blank for a name.
        let fits = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
        if !name.starts_with(|first: char| first.is_alphabetic() || first == '_') || !name.chars().all(fits) {
            return None;
        }
        Some(Self { name, text: String::new(), elements: Vec::new() })
    }
}

/// Ends an element: it is one of those in the element around it, or the root.
fn close(ended: Open, open: &mut [Open], root: &mut Option<Element>) -> Option<()> {
    let Open { name, text, elements } = ended;
    let content = match elements.is_empty() {
        true => Content::Text(text),
        // White space between elements says nothing; any other text there is not written by the service.
        false if is_blank(&text) => Content::Elements(elements),
        false => return None,
    };
    let element = Element { name, content };
    match open.last_mut() {
        Some(around) => around.elements.push(element),
        None => *root = Some(element),
    }
    Some(())
}

/// Adds text to the innermost element; outside the root there may be none.
fn add(text: &str, open: &mut [Open]) -> Option<()> {
    match open.last_mut() {
        Some(innermost) => innermost.text.push_str(text),
        None if is_blank(text) => {}
        None => return None,
    }
    Some(())
}

fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rewritten(text: &str) -> Option<String> {
        let mut written = String::new();
        Element::parse(text)?.write(&mut written);
        Some(written)
    }

    #[test]
    fn attributes_comments_and_instructions_are_passed_over() {
        let text = "<?xml version='1.0'?>\n<!-- x --><k:A xmlns:k='u' b='1'>\n <B/>\n<C> c <!-- x -->d</C></k:A>\n";
        assert_eq!(rewritten(text).unwrap(), "<A><B></B><C> c d</C></A>");
    }

    #[test]
    fn texts_may_be_escaped_or_quoted() {
        let element = Element::parse("<A>&lt;&#x4f60;&#13;\r\n<![CDATA[<b>&amp;]]></A>").unwrap();
        assert_eq!(element.content, Content::Text("<你\r\n<b>&amp;".to_owned()));
    }

    #[test]
    fn a_text_that_is_not_one_whole_element_is_an_error() {
        let deep = "<A>".repeat(DEEPEST + 1) + &"</A>".repeat(DEEPEST + 1);
        let elements = |count: usize| format!("<A>{}</A>", "<B/>".repeat(count - 1));
        let long = elements(MOST_ELEMENTS + 1);

        for text in [
            "",
            " ",
            "x",
            "<",
            "<A>",
            "<A></B>",
            "</A>",
            "<A/><A/>",
            "<A/>x",
            "x<A/>",
            "<A>text<B/></A>",
            "<A>&unknown;</A>",
            "<A>&</A>",
            "<A>&#xd800;</A>",
            "<!DOCTYPE A [<!ENTITY a 'aaaa'>]><A>&a;</A>",
            "<!DOCTYPE html><A/>",
            "<'<a b='<B/>",
            "<1/>",
            &deep,
            &long,
        ] {
            assert_eq!(Element::parse(text), None, "{}", &text[..text.len().min(40)]);
        }

        assert!(Element::parse(&elements(MOST_ELEMENTS)).is_some());
        assert!(Element::parse(&("<A>".repeat(DEEPEST) + &"</A>".repeat(DEEPEST))).is_some());
    }

    proptest! {
        #[test]
        fn parsing_never_panics(
            text in any::<String>(),
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("<A>"), Just("</A>"), Just("<B/>"), Just("<![CDATA["), Just("]]>"), Just("<!--"), Just("-->"),
                    Just("&amp;"), Just("&#0;"), Just("&#x"), Just("<?x"), Just("?>"), Just("<!DOCTYPE"), Just(">"),
                    Just("x"), Just(" "), Just("\u{feff}"), Just("<a b='"), Just("'"), Just(";"), Just("<"),
                ],
                0..20,
            ),
        ) {
            let _ = Element::parse(&text);
            if let Some(written) = rewritten(&parts.concat()) {
                prop_assert_eq!(rewritten(&written), Some(written));
            }
        }
    }
}
