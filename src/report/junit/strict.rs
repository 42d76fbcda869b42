//! The strict form: only what Jenkins' `junit-10.xsd` allows.

use std::io::{self, Write};

use quick_junit::Report;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, Writer};

/// Writes the report without the attributes of the root that the schema does not know. The serialiser always writes them,
/// so the root's start tag is written again and the rest is copied.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut whole = Vec::new();
    report.serialize(&mut whole).map_err(io::Error::other)?;

    let mut reader = Reader::from_reader(whole.as_slice());
    let mut writer = Writer::new(&mut *out);
    loop {
        match reader.read_event().map_err(io::Error::other)? {
            Event::Start(root) => {
                writer.write_event(Event::Start(without_extras(&root)?))?;
                break;
            }
            Event::Eof => break,
            event => writer.write_event(event)?,
        }
    }

    // The reader borrows the whole document, so what it has not read yet is the rest.
    let rest = *reader.get_ref();
    out.write_all(rest)
}

fn without_extras<'a>(root: &'a BytesStart<'_>) -> io::Result<BytesStart<'a>> {
    let mut kept = root.to_owned();
    kept.clear_attributes();
    for attribute in root.attributes() {
        let attribute = attribute.map_err(io::Error::other)?;
        if !matches!(attribute.key.as_ref(), b"skipped" | b"timestamp") {
            kept.push_attribute(attribute);
        }
    }
    Ok(kept)
}
