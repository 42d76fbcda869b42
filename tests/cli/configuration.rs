//! The configuration file, as a user has it.

use kms_conformance::mock::Mock;

use super::program::{Ended, Place, ended};

const CASES: &str = r#"["alibaba/Encrypt/Enabled", "alibaba/Encrypt/Disabled"]"#;

/// A folder with a configuration file.
fn place(text: &str) -> Place {
    let place = Place::new();
    std::fs::write(place.path().join("kms-conformance.toml"), format!("format = 1\n{text}")).unwrap();
    place
}

#[test]
fn a_target_is_run_by_its_name() {
    let mock = Mock::start().unwrap();
    let text = format!(
        "[defaults]\nquiet = true\nreports = \"out\"\n[targets.one]\nendpoint = \"{}\"\nselectors = {CASES}\nmax-keys = 2\n",
        mock.endpoint()
    );
    let place = place(&text);
    let Ended { code, out, err } = ended(place.program("run --target one"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("2 cases: 2 passed"), "{out}");
    assert!(place.path().join("out/ledger.jsonl").exists());

    // The limit of the file holds, the variable comes before it, and the flag before both.
    let program = || place.program("run --target one alibaba/Encrypt/**");
    let Ended { code, err, .. } = ended(program());
    assert_eq!(code, 2);
    assert!(err.contains("--max-keys allows 2"), "{err}");
    let limit = |value: &str| ended(program().env("KMS_CONFORMANCE_MAX_KEYS", value)).code;
    assert_eq!((limit("100"), limit("1")), (0, 2));
    let more = |flag: &str| {
        ended(
            place.program(&format!("run --target one {flag} alibaba/Encrypt/**")).env("KMS_CONFORMANCE_MAX_KEYS", "1"),
        )
    };
    assert_eq!((more("--max-keys 100").code, more("--max-keys 1").code), (0, 2));

    // By variables alone, as in a job.
    let ended = ended(place.program("plan").env("KMS_CONFORMANCE_TARGET", "one"));
    assert!(ended.out.starts_with("2 cases against http://127.0.0.1:"), "{}", ended.out);
}

#[test]
fn nothing_is_run_with_a_wrong_file_and_no_old_report_stays() {
    let place = Place::new();
    assert_eq!(ended(place.program("run -q alibaba/Encrypt/Enabled --reports out")).code, 0);
    let text = "format = 1\n[defaults]\nreports = \"out\"\nmax-key = 4\n";
    std::fs::write(place.path().join("kms-conformance.toml"), text).unwrap();

    let Ended { code, out, err } = ended(place.program("run"));
    assert_eq!((code, out.as_str()), (2, ""));
    let wanted = "error: `max-key` is not a setting
 --> kms-conformance.toml:4:1
  |
4 | max-key = 4
  | ^^^^^^^
  |
  = help: did you mean `max-keys`?

1 mistake in 1 file
";
    assert!(err.starts_with(wanted), "{err}");
    assert_eq!(place.names("out"), ["junit.xml.previous", "results.json.previous"]);
}

#[test]
fn a_file_is_looked_for_in_the_working_directory_alone_unless_it_is_named() {
    let place = Place::new();
    let said = |arguments: &str| {
        let Ended { code, err, .. } = ended(place.program(arguments));
        assert_eq!(code, 2, "{arguments}: {err}");
        err
    };
    let wanted = "error: there is no target `one`, for the working directory holds no kms-conformance.toml";
    assert!(said("run --target one").starts_with(wanted));
    assert!(said("run --config other.toml").contains("failed to read the configuration file other.toml: "));

    std::fs::write(place.path().join("other.toml"), "format = 1\n[targets.nightly]\nlive = true\n").unwrap();
    let wanted = "error: other.toml has no target `nigthly` (did you mean `nightly`?); it has nightly\n";
    assert_eq!(said("sweep --config other.toml --target nigthly"), wanted);
    assert_eq!(ended(place.program("plan --config other.toml --target nightly alibaba/Encrypt/**")).code, 0);

    let error = ended(place.program("run").env("KMS_CONFORMANCE_RATE", "fast")).err;
    let wanted = "error: the environment variable KMS_CONFORMANCE_RATE can't be used: `fast` is not a whole number of 1 or more\n";
    assert_eq!(error, wanted);
    let error = ended(place.program("run").env("KMS_CONFORMANCE_STRICT", "yes")).err;
    assert!(error.ends_with("`yes` is neither true nor false\n"), "{error}");
}

#[test]
fn other_commands_do_not_read_it() {
    let place = place("nonsense");
    assert_eq!(ended(place.program("list alibaba/Encrypt/Enabled")).code, 0);
    assert_eq!(ended(place.program("run --help")).code, 0);
    assert_eq!(ended(place.program("run alibaba/Encrypt/Enabled")).code, 2);
}

#[test]
fn a_variable_that_is_nearly_a_setting_is_named() {
    let place = Place::new();
    let run = "run -q alibaba/Encrypt/Enabled";
    let end = ended(place.program(run).env("KMS_CONFORMANCE_MAX_KEY", "1"));
    let said = "the variable KMS_CONFORMANCE_MAX_KEY sets nothing; did you mean KMS_CONFORMANCE_MAX_KEYS?";
    assert!(end.code == 0 && end.err.contains(said), "{}", end.err);
    // Others may be of something else.
    let end = ended(place.program(run).env("KMS_CONFORMANCE_HOST_OF_THE_BUILD", "1").env("KMS_CONFORMANCE_JOBS", "2"));
    assert!(!end.err.contains("sets nothing"), "{}", end.err);
}
