//! What is made of results after a run: other reports, one result of several, what differs between two.

use std::fs;
use std::path::PathBuf;

use kms_conformance::report::results::Results;
use kms_conformance::verdict::Verdict;
use regex::Regex;

use super::program::{MockProcess, Place, ended};
use super::server::reserved;

/// Runs cases of the bundled mock and keeps the results under a name.
#[track_caller]
fn run(place: &Place, name: &str, arguments: &str, wanted: i32) -> PathBuf {
    let command = format!("run --seed 7 --reports {name} --progress none {arguments}");
    let end = ended(place.program(&command));
    assert_eq!(end.code, wanted, "{command}: {}{}", end.out, end.err);
    place.path().join(name).join("results.json")
}

/// Results without what differs from run to run: times, ports, ids and signatures.
fn without_times(text: &str) -> String {
    let times = [
        (r#""(duration_ms|duration_us)": ?\d+"#, r#""$1":0"#),
        (r#""started_at": "[^"]*""#, r#""started_at": """#),
        (r"\d{4}-\d\d-\d\d(T|%20)\d\d(:|%3A)\d\d(:|%3A)\d\dZ", "TIME"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
        (r"127\.0\.0\.1:\d+", "HOST"),
    ];
    times.into_iter().fold(text.to_owned(), |text, (pattern, other)| {
        Regex::new(pattern).unwrap().replace_all(&text, other).into_owned()
    })
}

#[test]
fn junit_xml_of_results_is_that_of_the_run() {
    let place = Place::new();
    run(&place, "reports", "alibaba/Encrypt/** --deviate Encrypt:Disabled=Success", 1);
    for strict in ["", " --strict"] {
        if !strict.is_empty() {
            run(&place, "reports", "alibaba/Encrypt/** --deviate Encrypt:Disabled=Success --junit-strict", 1);
        }
        let end = ended(place.program(&format!("report junit reports/results.json --out again.xml{strict}")));
        assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (0, "", ""));
        let read = |file: &str| fs::read_to_string(place.path().join(file)).unwrap();
        assert_eq!(read("again.xml"), read("reports/junit.xml"));
    }
}

#[test]
fn reports_for_people_and_programs_are_made_of_results() {
    let place = Place::new();
    run(&place, "reports", "alibaba/Encrypt/** --deviate Encrypt:Disabled=Success", 1);
    let results = place.results();
    let made = |arguments: &str| {
        let end = ended(place.program(&format!("report {arguments}")));
        assert_eq!((end.code, end.err.as_str()), (0, ""), "{arguments}");
        end.out
    };

    let tap = made("tap reports/results.json");
    let count = |verdict| results.summary.of(verdict);
    assert_eq!(tap.lines().filter(|line| line.starts_with("not ok")).count(), count(Verdict::Fail));
    assert!(tap.starts_with(&format!("TAP version 14\n1..{}\n", results.cases.len())), "{tap}");

    let markdown = made("markdown reports/results.json");
    assert!(markdown.contains(&format!("#### {} failures", count(Verdict::Fail))), "{markdown}");
    // Columns are in the order of the published table, which the file holds.
    assert!(markdown.contains("| operation | Enabled | Disabled |"), "{markdown}");

    let league = made("league reports/results.json reports/results.json --name mine");
    let rows: Vec<&str> = league.lines().skip(2).collect();
    assert!(rows.len() == 2 && rows[0].starts_with("| mine | "), "{league}");
    assert_eq!(rows[1], rows[0].replace("| mine |", "| reports/results.json |"), "{league}");

    assert!(made("badge reports/results.json").contains("\"color\":\"red\""));
    made("badge reports/results.json --out badge.svg --label mine");
    let svg = fs::read_to_string(place.path().join("badge.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("<title>mine: "), "{svg}");
}

#[test]
fn results_of_two_clouds_are_no_page() {
    let place = Place::new();
    run(&place, "one", "alibaba/Encrypt/Enabled", 0);
    run(&place, "other", "aws/Encrypt/Enabled", 0);
    let end = ended(place.program("report html one/results.json other/results.json --out page.html"));
    assert_eq!((end.code, place.path().join("page.html").exists()), (2, false));
    let why =
        "one/results.json has results of alibaba, and other/results.json has results of aws; a page shows one cloud";
    assert!(end.err.contains(why), "{}", end.err);
}

#[test]
fn the_badge_of_a_shard_does_not_look_like_that_of_the_whole() {
    let place = Place::new();
    run(&place, "part", "alibaba/Encrypt/** --shard hash:1/2", 0);
    let badge = ended(place.program("report badge part/results.json")).out;
    assert!(badge.contains(" pass in shard 1/2\"") && badge.contains("\"color\":\"yellow\""), "{badge}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_the_output_does_not_take_is_not_a_wrong_command_line() {
    let place = Place::new();
    run(&place, "reports", "alibaba/Encrypt/Enabled", 0);
    for report in ["junit", "html", "markdown", "tap", "badge", "league", "merge --json -"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = place.command(&format!("report {report} reports/results.json"));
        let end = command.stdout(full).stderr(std::process::Stdio::piped()).output().unwrap();
        assert_eq!(end.status.code(), Some(3), "{report}: {}", String::from_utf8_lossy(&end.stderr));
    }
}

#[test]
fn merged_results_are_those_of_one_run() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let at = format!("--endpoint {}", mock.endpoint);
    let whole = run(&place, "whole", &format!("alibaba/Encrypt/** alibaba/Decrypt/** {at}"), 0);
    run(&place, "one", &format!("alibaba/Encrypt/** {at}"), 0);
    run(&place, "two", &format!("alibaba/Decrypt/** {at}"), 0);

    let end = ended(place.program("report merge two/results.json one/results.json --json merged.json"));
    assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (0, "", ""));
    let merged = fs::read_to_string(place.path().join("merged.json")).unwrap();
    assert_eq!(without_times(&merged), without_times(&fs::read_to_string(whole).unwrap()));

    // Whatever reads several results takes them as one.
    let end = ended(place.program("report tap one/results.json two/results.json"));
    let cases = merged.parse::<Results>().unwrap().cases.len();
    assert!(end.out.starts_with(&format!("TAP version 14\n1..{cases}\n")), "{}", end.out);
}

#[test]
fn eight_shards_are_the_whole() {
    let place = Place::new();
    let deviating = "--routes canonical --deviate Encrypt:Disabled=Success --deviate Decrypt:PendingDeletion=Success";
    for (method, arguments) in [("hash", "--routes canonical"), ("slice", "--routes canonical"), ("hash", deviating)] {
        let whole = run(&place, "whole", arguments, i32::from(arguments == deviating));
        let mut files = Vec::new();
        for number in 1..=8 {
            let name = format!("{method}-{number}");
            let command =
                format!("run --seed 7 --reports {name} --progress none {arguments} --shard {method}:{number}/8");
            let end = ended(place.program(&command));
            assert!(matches!(end.code, 0 | 1 | 3), "{command}: {}{}", end.out, end.err);
            assert!(end.out.contains(&format!("(shard {number} of 8) against ")), "{}", end.out);
            files.push(format!("{name}/results.json"));
        }

        files.reverse();
        let end = ended(place.program(&format!("report merge {} --json merged.json", files.join(" "))));
        assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (0, "", ""));
        let merged = fs::read_to_string(place.path().join("merged.json")).unwrap();
        let whole = fs::read_to_string(whole).unwrap();
        for (one, other) in without_times(&merged).lines().zip(without_times(&whole).lines()) {
            // What one shard learns of an endpoint that deviates costs the others requests again.
            // What is encrypted, and the mark of a run, are in the exchanges.
            let [one, other] = [one, other].map(|line| line.split("\"exchanges\":").next().unwrap());
            if arguments != deviating || !one.starts_with("\"usage\": ") {
                assert_eq!(one, other, "{method} {arguments}");
            }
        }
        assert_eq!(merged.lines().count(), whole.lines().count());

        let end = ended(place.program(&format!("report merge {} --json merged.json", files[1..].join(" "))));
        assert_eq!((end.code, end.err.as_str()), (3, &*format!("incomplete: shard {method}:8/8 is missing\n")));
        let junit = ended(place.program("report junit merged.json")).out;
        assert!(junit.contains(&format!("shard {method}:8/8 is missing: ")), "{junit:.400}");
        let end = ended(place.program(&format!("report merge {} hash-1/results.json --json merged.json", files[7])));
        assert_eq!(end.code, 2, "{}", end.err);
    }
}

#[test]
fn a_shard_that_is_none_or_empty_is_said() {
    let place = Place::new();
    let end = ended(place.program("run --shard hash:9/8"));
    assert_eq!(end.code, 2);
    assert!(end.err.contains("there are shards 1 to 8 of 8, and no shard 9"), "{}", end.err);
    let end = ended(place.program("run alibaba/Encrypt/Disabled --shard slice:2/2"));
    assert_eq!(end.code, 4);
    assert_eq!(end.err, "no case of the 1 selected is in the shard slice:2/2: choose fewer shards\n");
    let list = |shard: &str| ended(place.program(&format!("list {shard}"))).out;
    let parts = [1, 2].map(|number| list(&format!("--shard hash:{number}/2")));
    let mut lines: Vec<&str> = parts.iter().flat_map(|part| part.lines()).collect();
    lines.sort_unstable();
    let whole = list("");
    let mut all: Vec<&str> = whole.lines().collect();
    all.sort_unstable();
    assert_eq!(lines, all);
}

#[test]
fn what_can_not_be_merged_is_refused_and_nothing_is_written() {
    let place = Place::new();
    let one = run(&place, "one", "alibaba/Encrypt/**", 0);
    let text = fs::read_to_string(&one).unwrap();
    let write = |name: &str, text: String| fs::write(place.path().join(name), text).unwrap();
    write("again.json", text.clone());
    write("other.json", text.replacen("\"hash\":\"", "\"hash\":\"0", 1));
    write("broken.json", text.replacen("\"attempts\":", "\"tries\":", 1));
    for (files, wanted) in [
        ("one/results.json again.json", "error: one/results.json and again.json both have results of "),
        ("one/results.json other.json", "error: one/results.json and other.json have different case files: the suite "),
        ("one/results.json broken.json", "error: failed to read broken.json: its format is 1, but cases[0]"),
    ] {
        let end = ended(place.program(&format!("report merge {files} --json merged.json")));
        assert_eq!((end.code, end.out.as_str()), (2, ""), "{files}");
        assert!(end.err.starts_with(wanted), "{}", end.err);
        assert!(!place.path().join("merged.json").exists());
    }

    let end = ended(place.program("report merge one/results.json --json one/results.json"));
    assert_eq!(end.code, 2);
    assert!(end.err.contains("the results and the merged results (--json) would be one file"), "{}", end.err);
    assert_eq!(fs::read_to_string(&one).unwrap(), text);
}

#[test]
fn a_merge_names_what_is_missing() {
    let place = Place::new();
    run(&place, "one", "alibaba/Encrypt/**", 0);
    run(&place, "two", "alibaba/Decrypt/** --deviate Decrypt:Disabled=Success --fail-fast --jobs 1", 1);
    let end = ended(place.program("report merge one/results.json two/results.json --json merged.json"));
    assert_eq!(end.code, 3);
    assert!(end.err.starts_with("incomplete: two/results.json: "), "{}", end.err);
    let merged = Results::read(place.path().join("merged.json")).unwrap();
    assert!(!merged.complete && merged.stopped.is_some());
}

#[test]
fn a_diff_shows_what_is_new_and_what_is_fixed() {
    let place = Place::new();
    run(&place, "a", "alibaba/Encrypt/**", 0);
    run(&place, "b", "alibaba/Encrypt/** --deviate Encrypt:Disabled=Success", 1);
    run(&place, "c", "alibaba/Encrypt/Dis* --deviate Encrypt:Disabled=409/Rejected.Other", 1);
    let diff = |arguments: &str| {
        let end = ended(place.program(&format!("report diff {arguments}")));
        assert_eq!(end.err, "");
        (end.code, end.out)
    };

    let (code, out) = diff("a/results.json b/results.json");
    assert_eq!(code, 1);
    assert!(
        out.contains("✘ alibaba/Encrypt/Disabled  was pass: expected Rejected.Disabled (409), got Success"),
        "{out}"
    );
    let (code, out) = diff("b/results.json a/results.json");
    assert_eq!(code, 0);
    assert!(out.contains("\n✔ alibaba/Encrypt/Disabled\n") && out.contains("0 new failures"), "{out}");
    let (code, out) = diff("b/results.json c/results.json");
    assert_eq!(code, 0);
    assert!(out.contains("changed code: ") && out.contains("only in A: "), "{out}");
    let (code, out) = diff("a/results.json a/results.json");
    assert_eq!(code, 0);
    assert!(out.contains(" right in both, 0 only in A, "), "{out}");

    let (_, out) = diff("a/results.json b/results.json --format json");
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["changes"][0]["change"], "new-failure");
    assert_eq!(value["changes"][0]["before"]["verdict"], "pass");
}

#[test]
fn a_run_with_a_baseline_fails_only_for_what_is_new() {
    let place = Place::new();
    let deviates = "alibaba/Encrypt/** --deviate Encrypt:Disabled=Success";
    run(&place, "base", deviates, 1);
    let with = "--baseline base/results.json";

    let end = ended(place.program(&format!("run --progress none {deviates} {with}")));
    assert_eq!(end.code, 0, "{}", end.out);
    assert!(
        end.out.contains("note: baseline base/results.json: ") && end.out.contains(", no new failure"),
        "{}",
        end.out
    );
    // What is wrong stays wrong in the reports.
    assert!(place.results().summary.fail > 0);

    run(&place, "more", &format!("{deviates} --deviate Encrypt:PendingDeletion=Success {with}"), 1);
    // Another response is new too.
    run(&place, "other", &format!("alibaba/Encrypt/** --deviate Encrypt:Disabled=409/Rejected.Other {with}"), 1);
    run(&place, "good", &format!("alibaba/Encrypt/** {with}"), 0);

    let end = ended(place.program(&format!("run alibaba/Encrypt/** {with} --json base/results.json")));
    assert_eq!(end.code, 2);
    assert!(end.err.contains("the baseline (--baseline) and the results (--json) would be one file"), "{}", end.err);
}

#[test]
fn a_step_of_github_gets_a_summary_and_annotations() {
    let place = Place::new();
    let summary = place.path().join("summary.md");
    fs::write(&summary, "of another step\n").unwrap();
    let deviates = "run --progress none alibaba/Encrypt/** --deviate Encrypt:Disabled=Success";
    let github = |arguments: &str| {
        let program = place.program(arguments).env("GITHUB_ACTIONS", "true");
        ended(program.env("GITHUB_STEP_SUMMARY", summary.display().to_string()))
    };

    let end = github(deviates);
    assert_eq!((end.code, end.err.as_str()), (1, ""));
    let annotations: Vec<&str> = end.out.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), 1, "{}", end.out);
    assert!(annotations[0].starts_with("::error file=cases/alibaba/matrix/encrypt.yaml,line="), "{}", annotations[0]);
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("of another step\n### \u{2718} KMS conformance: "), "{text}");

    // What a baseline has is no news.
    assert_eq!(ended(place.program(&format!("{deviates} --json base.json"))).code, 1);
    let end = github(&format!("{deviates} --baseline base.json"));
    assert_eq!(end.code, 0, "{}", end.err);
    assert!(!end.out.contains("::error") && !end.out.contains("::warning"), "{}", end.out);
    let added = fs::read_to_string(&summary).unwrap().split_off(text.len());
    assert!(!added.starts_with("### \u{2718}") && added.contains("`baseline base.json: "), "{added}");

    // A report on the standard output stays alone there.
    let end = github(&format!("{deviates} --json -"));
    assert!(end.out.parse::<Results>().is_ok(), "{}", end.out);
    // Elsewhere, nothing is said.
    assert!(!ended(place.program(deviates)).out.contains("::error"));

    // One that would make the step's summary too long is left out, for all of it would be.
    fs::write(&summary, "x".repeat((1 << 20) - 100)).unwrap();
    let end = github("run --progress none alibaba/Encrypt/Enabled");
    assert!(end.code == 0 && end.err.contains("is full, so this run is not added to it"), "{}", end.err);
    fs::write(&summary, "x".repeat((1 << 20) - 6_000)).unwrap();
    assert_eq!(github(deviates).err, "");
    let length = fs::metadata(&summary).unwrap().len();
    assert!(((1 << 20) - 6_000..=1 << 20).contains(&length), "{length}");

    // A summary that can't be written must not look like one that was.
    let end = ended(place.program("run alibaba/Encrypt/Disabled").env("GITHUB_STEP_SUMMARY", "no/such/folder.md"));
    assert_eq!(end.code, 3);
    assert!(end.err.contains("failed to write the summary no/such/folder.md (GITHUB_STEP_SUMMARY): "), "{}", end.err);
}

#[test]
fn cases_that_were_not_judged_are_limited() {
    let place = Place::new();
    let code = |arguments: &str| {
        let end = ended(place.program(&format!("run --progress none {arguments}")));
        (end.code, end.err)
    };

    // DisableKey has no effect, so cases in Disabled can't be judged; those in Enabled can.
    let doubtful = "alibaba/TagResource/* --deviate disable-does-nothing";
    assert_eq!(code(doubtful).0, 3);
    let inconclusive = place.results().summary.inconclusive;
    assert_eq!(code(&format!("{doubtful} --max-inconclusive {inconclusive}")), (0, String::new()));

    // Cases that the table does not have for a class of keys are skipped.
    assert_eq!(code("--routes canonical").0, 0);
    let skipped = place.results().summary.skipped;
    if skipped > 0 {
        assert_eq!(code(&format!("--routes canonical --max-skipped {skipped}")), (0, String::new()));
        let (exit, err) = code(&format!("--routes canonical --max-skipped {}", skipped - 1));
        assert_eq!(exit, 3);
        assert!(err.contains(&format!("skipped, more than the {} of --max-skipped", skipped - 1)), "{err}");
    }
}

#[test]
fn an_endpoint_that_is_starting_is_waited_for() {
    let place = Place::new();
    let reserved = reserved();
    let address = reserved.local_addr().unwrap();
    let arguments = format!("run --progress none alibaba/Encrypt/Disabled --wait 60s --endpoint http://{address}");
    let mut run = place.command(&arguments);
    let waiting = run.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let _mock = MockProcess::start(&place, &format!("--listen {address}"));
    let end = super::program::rest(waiting);
    assert_eq!((end.code, end.err.as_str()), (0, ""), "{}", end.out);

    let end =
        ended(place.program("run --progress none alibaba/Encrypt/Disabled --wait 1s --endpoint http://127.0.0.1:1"));
    assert_eq!(end.code, 4);
    assert!(end.err.contains("no service responds at http://127.0.0.1:1: "), "{}", end.err);

    // What never became ready is sent nothing that makes something, and the reports are there.
    let unready = super::server::Server::web_page("503 Service Unavailable");
    let run = format!("run operation:Encrypt --wait 500ms --endpoint {}", unready.endpoint());
    let end = ended(place.program(&run));
    assert_eq!(end.code, 4, "{}", end.err);
    assert!(!end.err.contains("again to stop now"), "{}", end.err);
    let results = place.results();
    let judged = results.summary.of(Verdict::Pass) + results.summary.of(Verdict::Fail);
    assert_eq!((results.usage.requests, judged), (0, 0));
    let reason = &results.cases.iter().find(|case| case.verdict == Verdict::NotRun).unwrap().reason;
    assert!(reason.contains("the endpoint did not respond in the time that --wait gives it"), "{reason}");

    // One that takes connections and says nothing is waited for no longer.
    let silent = super::server::Server::silent();
    let run = format!("run alibaba/Encrypt/Disabled --wait 1s --timeout 500ms --endpoint {}", silent.endpoint());
    let end = ended(place.program(&run));
    assert!(end.err.contains(&format!("no service responds at {}: no response", silent.endpoint())), "{}", end.err);
    assert!(end.err.contains(", for 1 s\n"), "{}", end.err);
}
