//! The image of the program is built from what is there, and starts what the program knows.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn instructions() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("Dockerfile")).unwrap();
    let joined = text.replace("\\\n", " ");
    joined.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The words of an instruction in its JSON form.
fn words(instruction: &str) -> Vec<String> {
    serde_json::from_str(&instruction[instruction.find('[').unwrap()..]).unwrap()
}

#[test]
fn everything_that_is_copied_is_there_and_not_ignored() {
    let ignored = std::fs::read_to_string(root().join(".dockerignore")).unwrap();
    let mut copied = 0;
    for line in instructions().iter().filter(|line| line.starts_with("COPY ") && !line.contains("--from")) {
        let paths: Vec<&str> = line.split_whitespace().skip(1).collect();
        for path in &paths[..paths.len() - 1] {
            assert!(root().join(path).exists(), "{path}");
            assert!(ignored.lines().any(|kept| kept.strip_prefix('!') == Some(path)), "{path} is in .dockerignore");
            copied += 1;
        }
    }
    assert!(copied > 5);
}

#[test]
fn the_image_starts_the_mock_and_checks_its_health_without_root() {
    let instructions = instructions();
    let of = |name: &str| instructions.iter().rev().find(|line| line.starts_with(name)).unwrap().clone();
    assert_eq!(words(&of("ENTRYPOINT")), ["/kms-conformance"]);
    assert_ne!(of("USER").split_whitespace().nth(1).unwrap().split(':').next().unwrap(), "0");
    assert_eq!(of("FROM"), "FROM scratch");

    let health = words(&of("HEALTHCHECK"));
    assert_eq!(health[0], "/kms-conformance");
    for words in [&health[1..], &words(&of("CMD "))] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
        let output = command.args(words).arg("--help").output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
