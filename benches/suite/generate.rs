//! Case files in any number: the program's own, and one scenario under many names.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kms_conformance::suite::files::embedded;

/// The scenario: it makes a key and looks at it.
const SCENARIO: &str = "
    clause: key-states/new-key
    why: A new key can be used at once.
    steps:
      - call: CreateKey
        makes: {key: created}
        fields:
          KeyMetadata.KeyState: Enabled
      - state: Enabled
        on: created
";

/// How many scenarios a file holds.
const IN_A_FILE: usize = 10;

/// The first part of the names of the scenarios, for a selector.
pub const PREFIX: &str = "generated-";

/// Writes the program's case files and so many scenarios.
pub fn generate(folder: &Path, count: usize) {
    for file in embedded() {
        let path = folder.join(&*file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text.as_bytes()).unwrap();
    }

    for first in (0..count).step_by(IN_A_FILE) {
        let mut text = String::from("format: 1\nedition: official\nscenarios:");
        for number in first..count.min(first + IN_A_FILE) {
            write!(text, "\n  {PREFIX}{number:06}:{SCENARIO}").unwrap();
        }
        fs::write(folder.join(format!("alibaba/scenarios/{PREFIX}{first:06}.yaml")), text).unwrap();
    }
}
