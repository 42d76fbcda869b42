//! Case files in any number: one scenario of the program under many names.

use std::fs;
use std::path::Path;

use kms_conformance::suite::files::embedded;

/// The scenario that is copied: it makes a key and looks at it.
const SCENARIO: &str = "new-key-is-enabled";

/// The first part of the names of the copies, for a selector.
pub const PREFIX: &str = "generated-";

/// Writes the program's case files and so many copies of one scenario.
pub fn generate(folder: &Path, count: usize) {
    for file in embedded() {
        let path = folder.join(&*file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text.as_bytes()).unwrap();
        if !file.path.ends_with(&format!("/{SCENARIO}.yaml")) {
            continue;
        }
        let beside = Path::new(&*file.path).parent().unwrap();
        for number in 0..count {
            let name = format!("{PREFIX}{number:06}");
            let text = file.text.replace(&format!("scenario: {SCENARIO}"), &format!("scenario: {name}"));
            fs::write(folder.join(beside).join(format!("{name}.yaml")), text).unwrap();
        }
    }
}
