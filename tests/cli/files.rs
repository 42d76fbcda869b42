//! Files that people write, in the forms that their editors give them, and files that are none.

use std::fs;

use kms_conformance::report::results::Results;

use super::program::{Ended, MockProcess, Place, ended};

const LIST: &str = "format = 1\n\n[[known_failures]]\ncase = \"alibaba/Encrypt/Disabled\"\ncode = \"Success\"\nstatus = 200\nreason = \"größer\"\nuntil = \"2999-12-31\"\n";
const OLD_LIST: &str = "format: 1.0\nknown_failures:\n  - case: alibaba/Encrypt/Disabled\n    code: Success\n    status: 200\n    reason: größer\n    until: \"2999-12-31\"\n";

/// The same text as other editors save it.
fn saved(text: &str) -> [String; 3] {
    [format!("\u{feff}{text}"), text.replace('\n', "\r\n"), format!("\u{feff}{}", text.replace('\n', "\r\n"))]
}

#[test]
fn a_list_is_read_as_any_editor_saves_it() {
    let place = Place::new();
    for (name, text) in [("known.toml", LIST), ("known.yaml", OLD_LIST)] {
        for text in saved(text) {
            fs::write(place.path().join(name), &text).unwrap();
            let Ended { code, out, err } = ended(place.program(&format!("known --check {name}")));
            assert_eq!((code, out.as_str()), (0, "1 entry for 1 case: all right\n"), "{text:?}: {err}");
        }
    }
    // A line may end so in YAML, and in TOML it is a mistake.
    fs::write(place.path().join("known.yaml"), OLD_LIST.replace('\n', "\r")).unwrap();
    assert_eq!(ended(place.program("known --check known.yaml")).code, 0);
    fs::write(place.path().join("known.toml"), LIST.replace('\n', "\r")).unwrap();
    let Ended { code, err, .. } = ended(place.program("known --check known.toml"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("known.toml:1:11") && err.contains("save it with line ends of Unix (LF)"), "{err}");
}

#[test]
fn results_and_seeds_are_read_as_any_editor_saves_them() {
    let results = include_str!("../data/results.json");
    let place = Place::new();
    let path = place.path().join("results.json");
    for text in saved(results).into_iter().chain([results.replace('\n', "\r")]) {
        fs::write(&path, text).unwrap();
        Results::read(&path).unwrap();
    }

    let seed = include_str!("../../examples/seed.yaml");
    let path = place.path().join("seed.yaml");
    for text in saved(seed).into_iter().chain([seed.replace('\n', "\r")]) {
        fs::write(&path, &text).unwrap();
        // It serves.
        let mock = MockProcess::start(&place, "--seed seed.yaml");
        assert!(mock.endpoint.starts_with("http://127.0.0.1:"), "{text:?}");
    }
}
