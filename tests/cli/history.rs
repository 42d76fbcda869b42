//! Results of many nights: kept by target, and what they show.

use std::fs;

use super::program::{Ended, Place, ended};

/// A night against the bundled mock: its exit code.
fn night(place: &Place, arguments: &str) -> i32 {
    ended(place.program(&format!("run -q alibaba/Encrypt/Disabled alibaba/Encrypt/Enabled {arguments}"))).code
}

#[test]
fn nights_show_when_a_case_began_to_fail_and_what_is_flaky() {
    let place = Place::new();
    let wrong = "--deviate Encrypt:Disabled=Success";
    assert_eq!(night(&place, "--history nights --target-version v1"), 0);
    assert_eq!(night(&place, &format!("--history nights --target-version v1 {wrong}")), 1);
    assert_eq!(night(&place, "--history nights --target-version v2"), 0);
    assert_eq!(night(&place, &format!("--history nights --target-version v3 {wrong}")), 1);
    assert_eq!(place.names("nights"), ["alibaba-bundled-mock"]);
    assert_eq!(place.names("nights/alibaba-bundled-mock").len(), 4);

    let Ended { code, out, err } = ended(place.program("report trend nights"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("alibaba, the bundled mock: 4 runs\n\n  began "), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    let row = |line: &str| line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>().join(" ");
    assert_eq!(
        lines[3..7].iter().map(|line| row(line)).collect::<Vec<_>>(),
        ["v1 2 0", "v1 1 1", "v2 2 0", "v3 1 1"],
        "{out}"
    );
    assert!(out.contains("\nfirst bad night of what fails now: 2"), "{out}");
    assert!(
        out.contains("  ✘ alibaba/Encrypt/Disabled  since 2") && out.contains(" (v3), did not fail last at 2"),
        "{out}"
    );
    let flaky =
        "flaky, for the verdict changed and the target's version did not:\n  ~ alibaba/Encrypt/Disabled  1 change, ";
    assert!(out.contains(flaky), "{out}");

    let Ended { out, .. } = ended(place.program("report trend nights --format json"));
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown[0]["runs"].as_array().unwrap().len(), 4);
    assert_eq!(shown[0]["failing"][0]["version"], "v3");
    assert_eq!(shown[0]["flaky"][0]["changes"], 1);
    // Every night is a result like any other.
    let files: Vec<String> =
        shown[0]["runs"].as_array().unwrap().iter().map(|run| run["file"].as_str().unwrap().to_owned()).collect();
    let page = ended(place.program(&format!("report html {} --out page.html", files.join(" "))));
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(fs::read_to_string(place.path().join("page.html")).unwrap().contains("version v3"));
}

#[test]
fn only_so_many_nights_are_kept_and_a_corrupt_one_is_named() {
    let place = Place::new();
    for _ in 0..3 {
        assert_eq!(night(&place, "--history nights --history-keep 2"), 0);
    }
    let names = place.names("nights/alibaba-bundled-mock");
    assert_eq!(names.len(), 2, "{names:?}");

    let file = place.path().join("nights/alibaba-bundled-mock").join(&names[0]);
    fs::write(&file, "{\"format\": 1,").unwrap();
    let Ended { code, out, err } = ended(place.program("report trend nights"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: failed to read nights/alibaba-bundled-mock/") && err.contains(&names[0]), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    let Ended { code, err, .. } = ended(place.program("report trend none"));
    assert_eq!(code, 2, "{err}");
}
