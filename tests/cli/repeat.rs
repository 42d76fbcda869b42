//! The result of a run is the same when it is repeated, however many cases are run at the same time.

use regex::Regex;
use serde_json::Value;

use super::program::Place;

/// What differs between two runs by its nature: marks, ids, times and the port.
fn without_times_and_ids(text: &str) -> String {
    let differing = [
        ("kc-[0-9a-f]{8}", "(mark)"),
        ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "(id)"),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:|%3A)[0-9]{2}(:|%3A)[0-9]{2}(\.[0-9]+)?(Z|\+00:00)", "(time)"),
        ("\"duration_(ms|us)\": ?[0-9]+", "(duration)"),
        (" time=\"[0-9.]+\"", " (duration)"),
        ("127\\.0\\.0\\.1:[0-9]+", "(host)"),
        ("(KeyMaterialExpireUnix)=[0-9]+", "(time)"),
        // Of the endpoint's own making.
        ("CiphertextBlob(=|\": \")[0-9A-Za-z%+/=]+", "(ciphertext)"),
    ];
    let text = text.to_owned();
    differing.iter().fold(text, |text, (pattern, name)| Regex::new(pattern).unwrap().replace_all(&text, *name).into())
}

fn first_difference(one: &str, other: &str) -> Option<String> {
    let (line, (one, other)) = one.lines().zip(other.lines()).enumerate().find(|(_, (one, other))| one != other)?;
    let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let part = |text: &str| text.chars().skip(at.saturating_sub(200)).take(400).collect::<String>();
    Some(format!("line {}:\n{}\n{}", line + 1, part(one), part(other)))
}

/// Runs a selection with each number of jobs, and compares `results.json` and `junit.xml` with those of the first run.
#[track_caller]
fn assert_same_reports(selection: &str, all_jobs: &[u32]) {
    let run = |jobs: u32| {
        let place = Place::new();
        place.program(&format!("run -q --seed 5 --jobs {jobs} {selection}")).assert().code(0);
        let json = std::fs::read_to_string(place.path().join("reports/results.json")).unwrap();
        (without_times_and_ids(&json), without_times_and_ids(&place.junit()))
    };

    let (first, others) = all_jobs.split_first().unwrap();
    let first = run(*first);
    assert!(first.0.contains("\"seed\": 5"), "{}", &first.0[..500]);

    for jobs in others {
        let (json, junit) = run(*jobs);
        assert!(json == first.0, "{jobs}: {:?}", first_difference(&first.0, &json));
        assert!(junit == first.1, "{jobs}: {:?}", first_difference(&first.1, &junit));
    }
}

#[test]
fn reports_are_the_same_byte_for_byte_whatever_the_number_of_jobs() {
    assert_same_reports(
        "--routes canonical operation:Encrypt operation:ImportKeyMaterial operation:UpdateAlias",
        &[1, 16],
    );
}

#[test]
#[ignore = "campaign: three runs of the whole suite"]
fn reports_of_all_cases_are_the_same_byte_for_byte_whatever_the_number_of_jobs() {
    assert_same_reports("", &[1, 16, 64]);
}

/// Failures too, with all that was sent. The bodies of responses are left out, for a list has the keys of other cases.
#[test]
#[ignore = "campaign: two runs of the whole suite"]
fn failures_are_the_same_whatever_the_number_of_jobs() {
    let run = |jobs: &str| {
        let place = Place::new();
        let deviations =
            "--deviate disable-only-shown --deviate Encrypt:Disabled=Success --deviate refused-untag-removes";
        place.program(&format!("run -q --seed 5 --jobs {jobs} {deviations}")).assert().code(1);
        let json = std::fs::read_to_string(place.path().join("reports/results.json")).unwrap();
        let mut value: Value = serde_json::from_str(&json).unwrap();
        let mut exchanges = 0;
        for case in value["cases"].as_array_mut().unwrap() {
            for exchange in case["exchanges"].as_array_mut().into_iter().flatten() {
                exchanges += 1;
                exchange["answer"]["body"] = Value::Null;
            }
        }
        assert!(exchanges > 300, "{exchanges}");
        without_times_and_ids(&serde_json::to_string_pretty(&value).unwrap())
    };
    let (first, other) = (run("1"), run("32"));
    assert!(other == first, "{:?}", first_difference(&first, &other));
}

/// What blocks cases is settled by those that were begun first, and not by those that happen to be over first.
#[test]
#[ignore = "campaign: two runs of most of the suite"]
fn blocked_routes_are_the_same_whatever_the_number_of_jobs() {
    let run = |jobs: &str| {
        let place = Place::new();
        let deviations =
            "--deviate disable-does-nothing --deviate TagResource:crashes --deviate ListAliases:not-implemented";
        place
            .program(&format!("run -q --seed 5 --jobs {jobs} {deviations} --exclude state:PendingImport"))
            .assert()
            .code(1);
        let cases = place.results().cases.into_iter().map(|case| {
            let blocked_by = case.blocked_by.map(|by| by.to_string());
            format!("{} {} {} {} {blocked_by:?} {:?}", case.id, case.verdict, case.attempts, case.reason, case.notes)
        });
        without_times_and_ids(&cases.collect::<Vec<_>>().join("\n"))
    };
    let (first, other) = (run("1"), run("32"));
    assert!(first.contains("as for the keys before"), "{first}");
    assert!(other == first, "{:?}", first_difference(&first, &other));
}
