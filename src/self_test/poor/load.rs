//! The file of poor emulators → checked emulators.

use super::file::{EmulatorFile, PoorFile};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::mock::{KnownDeviation, Repertoire};
use crate::self_test::SelfTestError;
use crate::self_test::case_set::SetFile;
use crate::self_test::data::Data;
use crate::verdict::Kind;
use crate::yaml::{Document, Outline, Path};

/// The name of the file in messages.
const FILE: &str = "poor_emulators.yaml";

/// How many times the requests of a clean run an emulator may cost, at most.
pub(super) const MOST_REQUESTS: f64 = 1.6;

/// An endpoint that is wrong in many places, and what the suite must say of it.
#[derive(Debug, Clone)]
pub(crate) struct PoorEmulator {
    /// Its name, which never changes.
    pub(crate) name: String,
    /// What it does otherwise than the documents say.
    pub(crate) deviations: Vec<KnownDeviation>,
    /// How many times the requests of a clean run the suite may send to it.
    pub(crate) most_requests: f64,
    /// What the file says, after what it says of the emulators that this one is like.
    pub(super) entries: Vec<EmulatorFile>,
    /// The kind of the failures that name no other.
    pub(super) kind: Option<Kind>,
    /// Its place in the file.
    pub(super) span: Span,
}

/// The emulators of a provider's service that the program knows.
///
/// # Errors
///
/// When nothing is said of the deviations of its mock; otherwise none as long as the embedded list is sound, which a test
/// makes sure of.
pub(crate) fn poor_emulators(provider: &str) -> Result<Vec<PoorEmulator>, SelfTestError> {
    let Data { poor_emulators, deviations, .. } = Data::of(provider)?;
    Ok(load(poor_emulators, deviations)?)
}

/// Reads a list of emulators that have these deviations. Which cases it means is only known together with a suite.
pub(super) fn load(text: &str, repertoire: Repertoire) -> Result<Vec<PoorEmulator>, Diagnostics> {
    let mut mistakes = Vec::new();
    let document = Document::<PoorFile>::read(&FILE.into(), text, &mut mistakes);

    let mut emulators = Vec::new();
    // What is wrong with a file of another shape would mostly follow from that.
    if let Some(Document { value, outline }) = document
        && mistakes.is_empty()
    {
        let mut loader = Loader { outline: &outline, repertoire, emulators, mistakes };
        loader.file(value);
        (emulators, mistakes) = (loader.emulators, loader.mistakes);
    }

    if mistakes.is_empty() { Ok(emulators) } else { Err(Diagnostics::new(mistakes, [(FILE, text)])) }
}

/// A mistake in what is said of an emulator.
pub(super) fn mistake(emulator: &str, span: Span, reason: impl std::fmt::Display) -> Diagnostic {
    let message = format!("poor emulator `{emulator}`: {reason}");
    Diagnostic { file: FILE.into(), span: Some(span), message, help: None }
}

/// What has been read, and what is wrong with it.
struct Loader<'a> {
    outline: &'a Outline<'a>,
    repertoire: Repertoire,
    emulators: Vec<PoorEmulator>,
    mistakes: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn file(&mut self, file: PoorFile) {
        if file.format != 1 {
            let span = Some(self.outline.value(&Path::Root.key("format")));
            let message = format!("the format {} is not known; only 1 is", file.format);
            self.mistakes.push(Diagnostic { file: FILE.into(), span, message, help: None });
        }

        let list = Path::Root.key("emulators");
        for (index, emulator) in file.emulators.into_iter().enumerate() {
            self.emulator(emulator, &list.item(index));
        }
    }

    fn emulator(&mut self, given: EmulatorFile, path: &Path<'_>) {
        let span = self.outline.value(&path.key("name"));
        for reason in self.mistakes_of(&given) {
            self.mistakes.push(mistake(&given.name, span, reason));
        }

        let deviations = self.deviations(&given, path);
        // Only emulators above this one are there by now, so that likeness has no circles.
        let like = given.like.as_ref().and_then(|name| self.named(name));
        let mut entries = like.map(|like| like.entries.clone()).unwrap_or_default();
        entries.push(given.clone());
        let EmulatorFile { name, kind, most_requests, .. } = given;
        let most_requests = most_requests.unwrap_or(MOST_REQUESTS);
        self.emulators.push(PoorEmulator { name, deviations, most_requests, entries, kind, span });
    }

    /// What can be found wrong with an emulator without a suite, apart from its deviations.
    fn mistakes_of(&self, given: &EmulatorFile) -> Vec<String> {
        let mut found = Vec::new();

        let legible = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        if given.name.is_empty() || !given.name.bytes().all(legible) {
            found.push("a name has lower-case letters, digits and `-`".to_owned());
        }
        if self.named(&given.name).is_some() {
            found.push("there are two of this name".to_owned());
        }
        if given.description.is_empty() || given.description.ends_with('.') {
            found.push("the description must be one sentence without its end".to_owned());
        }

        let reasoned = || given.may_fail.iter().chain(&given.unsettled);
        if reasoned().any(|entry| entry.why.trim().is_empty()) {
            found.push("`may_fail` and `unsettled` must say why".to_owned());
        }
        // Of what may fail or be blocked, no kind is promised.
        let others = reasoned().flat_map(|entry| &entry.cases).chain(&given.must_pass).chain(&given.not_pass);
        let mut others = others.chain(given.blocked.iter().flat_map(|entry| &entry.cases));
        if others.any(|SetFile(set)| set.kind.is_some()) {
            found.push("only what must fail has a `kind`".to_owned());
        }

        if given.most_requests.is_some_and(|most| !(most > 0.0 && most <= MOST_REQUESTS)) {
            found.push(format!("`most_requests` is above 0 and at most {MOST_REQUESTS}"));
        }
        if let Some(like) = given.like.as_ref().filter(|like| self.named(like).is_none()) {
            found.push(format!("it is like `{like}`, which is not above it"));
        }
        found
    }

    /// The emulator further up with this name.
    fn named(&self, name: &str) -> Option<&PoorEmulator> {
        self.emulators.iter().find(|other| other.name == name)
    }

    /// The deviations of an emulator, each of them once.
    fn deviations(&mut self, given: &EmulatorFile, path: &Path<'_>) -> Vec<KnownDeviation> {
        let list = path.key("deviations");
        let mut deviations: Vec<KnownDeviation> = Vec::new();
        for (index, text) in given.deviations.iter().enumerate() {
            let reason = match self.repertoire.read(text) {
                Ok(deviation) if deviations.contains(&deviation) => format!("`{}` is named twice", deviation.name()),
                Ok(deviation) => {
                    deviations.push(deviation);
                    continue;
                }
                Err(error) => error.to_string(),
            };
            let span = self.outline.value(&list.item(index));
            self.mistakes.push(mistake(&given.name, span, reason));
        }

        if given.deviations.is_empty() {
            let span = self.outline.value(&list);
            self.mistakes.push(mistake(&given.name, span, "it has no deviation"));
        }
        deviations
    }
}
