//! Everything that is a cloud's own lives in `provider/<cloud>/`, `mock/<cloud>/` and `cases/<cloud>/`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails in a test is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use kms_conformance::provider::registry;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;

/// The sources that must work for any cloud.
const NEUTRAL: [&str; 15] = [
    "client",
    "cli",
    "diagnostic",
    "event",
    "harness",
    "input.rs",
    "known",
    "ledger",
    "plan",
    "redact",
    "report",
    "run",
    "self_test",
    "session",
    "suite",
];

/// Where the command line knows of clouds: a file for the arguments of each one's mock, and the examples of the help.
const EXEMPT: [&str; 3] = ["cli/mock.rs", "cli/mock/", "cli/help.rs"];

/// Words of clouds that neither their declarations nor their case files hold: of headers, error codes, parameters,
/// fields and messages.
const WORDS: [&str; 14] = [
    "x-acs",
    "x-amz",
    "x-tc-",
    "acs3",
    "aliyun",
    "Rejected.",
    "Forbidden.",
    "Unsupported.",
    "RegionId",
    "SignatureNonce",
    "KeyMetadata",
    "CiphertextBlob",
    "PendingWindowInDays",
    "string to sign",
];

/// What names a cloud, its variables, its region, or one of its operations.
fn words() -> Vec<String> {
    let mut words: Vec<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    for provider in registry::all() {
        let variables = provider.credential_variables;
        let example = provider.example_credentials;
        words
            .extend(provider.region_variables.iter().chain(provider.endpoint_variables).map(|name| (*name).to_owned()));
        words.extend(provider.profiles.map(|files| files.variable.to_owned()));
        words.extend(
            [
                provider.name,
                provider.title,
                provider.default_region,
                variables.access_key_id,
                variables.secret,
                variables.token,
                example.access_key_id,
                example.secret,
            ]
            .map(str::to_owned),
        );
        let suite = load(embedded(), Some(provider.name)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        words.extend(suite.service.operations.iter().map(ToString::to_string));
    }
    words
}

/// The sources below a path, without those of tests.
fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let is_test = path
            .components()
            .any(|part| ["tests", "tests.rs", "sample.rs"].iter().any(|name| part.as_os_str() == *name));
        return if is_source && !is_test { vec![path.to_owned()] } else { Vec::new() };
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| sources(path)).collect()
}

/// The lines of a source that are compiled into the program, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    // Tests are the last thing of a file; comments show samples.
    lines
        .take_while(|(_, line)| !line.ends_with("mod tests {"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a line holds a word that no letter or digit precedes or follows.
fn holds(line: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        let bounded = |character: Option<char>, edge: Option<char>| {
            !(edge.is_some_and(is_part) && character.is_some_and(is_part))
        };
        bounded(line[..at].chars().next_back(), word.chars().next())
            && bounded(line[at + word.len()..].chars().next(), word.chars().next_back())
    })
}

#[test]
fn no_word_of_a_cloud_stands_in_code_for_all_clouds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let words = words();
    let mut leaks = Vec::new();
    for source in NEUTRAL.iter().flat_map(|part| sources(&root.join(part))) {
        let name = source.strip_prefix(&root).unwrap().to_str().unwrap();
        if EXEMPT.iter().any(|exempt| name.starts_with(exempt)) {
            continue;
        }
        let text = fs::read_to_string(&source).unwrap();
        for (number, line) in code(&text) {
            let found = words.iter().find(|word| holds(line, word));
            leaks.extend(found.map(|word| format!("src/{name}:{number}: `{word}` in {}", line.trim())));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn a_word_is_found_as_a_whole() {
    assert!(holds("const A: &str = \"x-acs-date\";", "x-acs"));
    assert!(holds("if code == \"Rejected.Disabled\" {", "Rejected."));
    assert!(holds("\"Encrypt\"", "Encrypt"));
    assert!(!holds("fn ReEncrypted", "Encrypt"));
}
