//! Files that people write, in the forms that their editors give them, and files that are none.

use std::fs;

use kms_conformance::mock::{Mock, Operation};
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

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_reads_is_reported_before_the_run() {
    let mock = Mock::start().unwrap();
    let place = Place::new();
    let pipe = place.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for flag in ["--json", "--junit"] {
        let run = format!("run -q --endpoint {} {flag} pipe alibaba/Encrypt/Enabled", mock.endpoint());
        let Ended { code, err, .. } = ended(place.program(&run));
        assert_eq!(code, 2, "{flag}: {err}");
        assert!(err.contains("nobody reads this pipe; start its reader first"), "{flag}: {err}");
    }
    assert_eq!(mock.requests(Operation::CreateKey), 0);

    // With a reader it is written to.
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    let run = format!("run -q --endpoint {} --json pipe alibaba/Encrypt/Enabled", mock.endpoint());
    let code = loop {
        // The reader takes its time to come.
        let Ended { code, err, .. } = ended(place.program(&run));
        if code != 2 {
            break code;
        }
        assert!(err.contains("nobody reads this pipe"), "{err}");
    };
    assert_eq!(code, 0);
    assert_eq!(reader.join().unwrap().parse::<Results>().unwrap().cases.len(), 1);
}

#[cfg(unix)]
#[test]
fn what_holds_requests_of_an_account_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let mock = Mock::start().unwrap();
    let account = "--target-kind account --live --max-keys 2";
    for (arguments, private) in [(account, true), ("", false)] {
        let place = Place::new();
        let run = format!("run -q --endpoint {} {arguments} alibaba/Encrypt/Enabled", mock.endpoint());
        let mut program = place.program(&run);
        if private {
            // An account needs a key, and the mock does not know this one: that is what the reports hold.
            program = program.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tOwnKeyOfSomebody");
            program = program.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "own secret");
        }
        let Ended { code, out, err } = ended(program);
        assert_eq!(code, if private { 4 } else { 0 }, "{arguments}: {out}{err}");
        for (name, private) in [("results.json", private), ("junit.xml", private), ("ledger.jsonl", true)] {
            let path = place.path().join("reports").join(name);
            let mode = fs::metadata(path).unwrap().permissions().mode() & 0o077;
            assert_eq!(mode == 0, private, "{arguments} {name}: {mode:o}");
        }
    }
}
