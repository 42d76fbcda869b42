//! Cases are run whenever their files change.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use super::program::Place;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

#[test]
fn the_cases_of_a_file_that_changes_are_run_against_the_mock() {
    let place = Place::new();
    let cases = place.path().join("cases");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"), &cases);
    // Neither leads the runs anywhere.
    fs::write(place.path().join("kms-conformance.toml"), "format = 1\n[defaults]\nendpoint = \"http://127.0.0.1:1\"\n")
        .unwrap();
    let mut command = place.command("watch cases -- --jobs 4");
    command.env("KMS_CONFORMANCE_ENDPOINT", "http://127.0.0.1:1");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |end: &str| lines.by_ref().find(|line| line.contains(end)).unwrap();
    until("watching ");

    // A cell that says something else than the mock does.
    let file = cases.join("alibaba/matrix/encrypt.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("Disabled: Rejected.Disabled", "Disabled: Rejected.PendingDeletion")).unwrap();
    until("alibaba/matrix/encrypt.yaml");
    until("against http://127.0.0.1:");
    until("alibaba/Encrypt/Disabled  7 cases fail");
    let closing = until("24 cases: ");
    assert!(closing.contains("17 passed, 7 failed"), "{closing}");

    fs::write(&file, &text).unwrap();
    let closing = until("24 cases: ");
    assert!(closing.contains("24 passed"), "{closing}");

    // What is as it was before is said to be, or an error would be the last that is seen.
    fs::write(&file, b"caf\xe9").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    fs::write(&file, &text).unwrap();
    until("the files can be read again, and are as they were");
    child.kill().unwrap();
    child.wait().unwrap();
}
