//! The exit code is that of the verdict, whoever reads the output: nobody any more, or a disk that is full.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::cases::{change, own};
use super::program::{Place, ended, rest};

/// Commands with verdicts of every kind, in a folder that holds what they read: their arguments and exit codes.
fn commands(place: &Place) -> Vec<(&'static str, i32)> {
    own(place);
    change(place, "alibaba/matrix/encrypt.yaml", "Disabled: Rejected.Disabled", "Disabled: Success");
    let entry = |until: &str| {
        format!(
            "format = 1\n\n[[known_failures]]\ncase = \"alibaba/Encrypt/Disabled\"\ncode = \"Success\"\nstatus = 200\nreason = \"No.\"\nuntil = {until}\n"
        )
    };

    fs::write(place.path().join("good.toml"), entry("2999-12-31")).unwrap();
    fs::write(place.path().join("expired.toml"), entry("2020-12-31")).unwrap();
    fs::write(place.path().join("old.yaml"), "known_failures: []\n").unwrap();
    vec![
        ("--help", 0),
        ("run --help", 0),
        ("list", 0),
        ("list --coverage --format json", 0),
        ("check", 0),
        ("mock --list-deviations", 0),
        ("known --check good.toml", 0),
        ("known --check expired.toml", 1),
        ("self-test --named-only Encrypt:Disabled@Aliyun_KMS=Success", 0),
        ("self-test --cases own --named-only Encrypt:Disabled@Aliyun_KMS=Success", 1),
        ("run --progress none alibaba/Encrypt/Disabled", 0),
        ("run --progress none alibaba/Encrypt/Disabled --deviate Encrypt:Disabled=Success", 1),
        ("run --progress none alibaba/Encrypt/Disabled --endpoint http://127.0.0.1:1", 4),
    ]
}

fn exit_code(command: &mut Command) -> (i32, String) {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_reader_that_goes_away_does_not_change_the_verdict() {
    let place = Place::new();
    for (arguments, code) in commands(&place) {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Before anything can have been written.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}: {err}");
        assert!(!err.contains("standard output") && !err.contains("pipe"), "{arguments}: {err}");
    }
    assert!(place.path().join("reports/results.json").exists());
}

#[test]
fn a_reader_that_goes_away_later_does_not_end_what_is_read() {
    let place = Place::new();
    let child = place.command("list state:Disabled").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(rest(child).out.contains("alibaba/Encrypt/Disabled\n"));
    // A report may go into a pipe too.
    let mut command = Command::new("sh");
    command.current_dir(place.path()).args(["-c", "{ \"$@\"; echo $? >code; } | head -c 1", "sh"]);
    let run = "run -q --progress none operation:Encrypt --json /dev/stdout --deviate Encrypt:Disabled=Success";
    let program = place.command(run);
    command.arg(program.get_program()).args(program.get_args());
    let (_, err) = exit_code(&mut command);
    assert_eq!((fs::read_to_string(place.path().join("code")).unwrap().as_str(), err.as_str()), ("1\n", ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_does_not_hide_a_failure() {
    let place = Place::new();
    for (arguments, code) in commands(&place) {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (exit, err) = exit_code(place.command(arguments).stdout(full));
        let wanted = if code == 0 { 3 } else { code };
        assert_eq!(exit, wanted, "{arguments}: {err}");
        assert!(
            err.contains("error: failed to write to the standard output: No space left on device"),
            "{arguments}: {err}"
        );
    }

    // Whoever waits for the address would wait for ever.
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(exit_code(place.command("mock --listen 127.0.0.1:0").stdout(full)).0, 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_on_a_full_disk_is_an_exit_code_of_its_own() {
    let place = Place::new();
    for flag in ["--json", "--junit"] {
        let ended = ended(place.program(&format!("run -q alibaba/Encrypt/Disabled {flag} /dev/full")));
        assert_eq!(ended.code, 3, "{}", ended.out);
        assert!(ended.err.contains("failed to write /dev/full: No space left on device"), "{}", ended.err);
    }
}
