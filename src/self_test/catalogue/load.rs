//! The file → checked entries.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::entry::{CatalogueEntry, PlacedSet};
use super::file::{CatalogueFile, EntryFile, Family};
use super::variables::{Values, combinations};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::mock::{KnownDeviation, Repertoire};
use crate::self_test::SelfTestError;
use crate::self_test::case_set::{OneOrMany, SetFile};
use crate::self_test::data::Data;
use crate::yaml::{Document, Outline, Path};

/// The name of the file in messages.
pub(super) const FILE: &str = "catalogue.yaml";

/// The catalogue of a provider's mock, family by family.
///
/// # Errors
///
/// When there is none; otherwise none as long as the embedded file is sound, which a test makes sure of.
pub fn catalogue(provider: &str) -> Result<Vec<CatalogueEntry>, SelfTestError> {
    let Data { catalogue, deviations, .. } = Data::of(provider)?;
    Ok(load(catalogue, deviations)?)
}

/// Reads a catalogue of these deviations. Which cases it means is only known together with a suite.
pub(super) fn load(text: &str, repertoire: Repertoire) -> Result<Vec<CatalogueEntry>, Diagnostics> {
    let mut mistakes = Vec::new();
    let document = Document::<CatalogueFile>::read(&FILE.into(), text, &mut mistakes);

    let mut entries = Vec::new();
    // What is said of a file of another shape would mostly follow from that.
    if let Some(Document { value, outline }) = document
        && mistakes.is_empty()
    {
        let mut loader = Loader { outline: &outline, repertoire, names: BTreeSet::new(), entries, mistakes };
        loader.file(&value);
        (entries, mistakes) = (loader.entries, loader.mistakes);
    }

    if mistakes.is_empty() { Ok(entries) } else { Err(Diagnostics::new(mistakes, [(FILE, text)])) }
}

/// What has been read, and what is wrong with it.
struct Loader<'a> {
    outline: &'a Outline<'a>,
    repertoire: Repertoire,
    /// The names of the deviations so far.
    names: BTreeSet<String>,
    entries: Vec<CatalogueEntry>,
    mistakes: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn file(&mut self, file: &CatalogueFile) {
        if file.format != 1 {
            let span = self.outline.value(&Path::Root.key("format"));
            self.mistake(Some(span), format!("the format {} is not known; only 1 is", file.format));
        }

        let families = Path::Root.key("families");
        for (family, entries) in &file.families {
            let name = family.to_string();
            let list = families.key(&name);
            for (index, entry) in entries.iter().enumerate() {
                self.entry(*family, entry, &list.item(index));
            }
        }

        // A deviation that only the mock knows is one that nobody would miss.
        for name in self.repertoire.named() {
            if !self.names.contains(&name) {
                self.mistake(None, format!("the mock has a deviation `{name}`, of which nothing is said"));
            }
        }
    }

    fn entry(&mut self, family: Family, entry: &EntryFile, path: &Path<'_>) {
        let place = self.outline.value(path);
        if entry.caught_by.0.is_empty() == entry.uncaught.is_none() {
            let message =
                "an entry says either which cases catch its deviations (`caught_by`) or why none does (`uncaught`)";
            self.mistake(Some(place), message.to_owned());
        }
        for set in entry.caught_by.0.iter().chain(&entry.may_disturb.0).filter(|SetFile(set)| set.kind.is_some()) {
            self.mistake(Some(place), format!("{set} has a `kind`, which is only for poor emulators"));
        }

        for values in combinations(&entry.each) {
            for (index, text) in entry.deviations.0.iter().enumerate() {
                let span = self.outline.value(&path.key("deviations").item(index));
                let Some(deviation) = self.deviation(&values.fill(text), span) else { continue };
                self.entries.push(CatalogueEntry {
                    deviation,
                    family,
                    uncaught: entry.uncaught.as_deref().map(Arc::from),
                    account_wide: entry.account_wide,
                    caught_by: self.sets(&entry.caught_by, &values, &path.key("caught_by")),
                    may_disturb: self.sets(&entry.may_disturb, &values, &path.key("may_disturb")),
                });
            }
        }
    }

    /// A deviation that has not come before.
    fn deviation(&mut self, name: &str, span: Span) -> Option<KnownDeviation> {
        let deviation = match self.repertoire.read(name) {
            Ok(deviation) => deviation,
            Err(error) => {
                self.mistake(Some(span), format!("{error}"));
                return None;
            }
        };
        if !self.names.insert(deviation.name().to_owned()) {
            self.mistake(Some(span), format!("the deviation `{name}` is named twice"));
            return None;
        }
        Some(deviation)
    }

    fn sets(&self, sets: &OneOrMany<SetFile>, values: &Values<'_>, path: &Path<'_>) -> Vec<PlacedSet> {
        let placed =
            |(index, set)| PlacedSet { set: values.fill_set(set), span: self.outline.value(&path.item(index)) };
        sets.0.iter().enumerate().map(placed).collect()
    }

    fn mistake(&mut self, span: Option<Span>, message: String) {
        self.mistakes.push(Diagnostic { file: FILE.into(), span, message, help: None });
    }
}
