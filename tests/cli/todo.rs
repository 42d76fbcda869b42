//! What the author of an emulator sees first, and how cases are selected for the next run.

use serde_json::Value;

use super::program::{MockProcess, Place, ended};

/// The deviations of a poor emulator of the self-test.
fn deviations_of(name: &str) -> String {
    let text = include_str!("../../src/self_test/alibaba/poor_emulators.yaml");
    let file: Value = serde_yaml::from_str(text).unwrap();
    let emulator = file["emulators"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    let deviations = emulator["deviations"].as_array().unwrap().iter();
    deviations.map(|deviation| format!(" --deviate {}", deviation.as_str().unwrap())).collect()
}

/// The columns of a usual terminal.
const WIDTH: usize = 80;

/// The lines of a usual terminal, and of a small one.
const HEIGHTS: [usize; 2] = [40, 24];

/// How many lines of a terminal each line takes.
fn on_screen(text: &str) -> Vec<usize> {
    text.lines().map(|line| line.chars().count().div_ceil(WIDTH).max(1)).collect()
}

#[test]
fn a_poor_emulator_fits_on_two_screens_and_what_to_do_first_is_in_the_last_ten_lines() {
    let place = Place::new();
    let mock = MockProcess::start(&place, &deviations_of("nothing-looks"));
    let arguments = format!("run --endpoint {}", mock.endpoint);
    for height in HEIGHTS {
        let program = place.program(&arguments);
        let run = ended(program.env("COLUMNS", WIDTH.to_string()).env("LINES", height.to_string()));
        assert_eq!(run.code, 1, "{}", run.err);

        let lines = on_screen(&run.out);
        assert!(lines.iter().sum::<usize>() <= 2 * height, "{}\n{}", lines.iter().sum::<usize>(), run.out);
        let mut last = run.out.lines().rev().zip(lines.iter().rev().scan(0, |sum, lines| {
            *sum += lines;
            Some(*sum)
        }));
        let command = format!("kms-conformance run operation:Encrypt --endpoint {}", mock.endpoint);
        let (_, place_of_command) = last.find(|(line, _)| line.trim() == command).unwrap();
        assert!(place_of_command <= 10, "{}", run.out);
        let (standing, place_of_standing) = last.next().unwrap();
        assert!(
            standing.contains("; looks at no state") && place_of_standing <= 10,
            "{place_of_standing}: {}",
            run.out
        );
    }

    // The command runs.
    let again = ended(place.program(&format!("run operation:Encrypt --endpoint {}", mock.endpoint)));
    assert_eq!(again.code, 1, "{}", again.err);
    assert!(!again.out.contains("operation:Decrypt"), "{}", again.out);
}

#[test]
fn every_operation_is_summed_up_where_that_is_requested() {
    let place = Place::new();
    let arguments = "run operation:Encrypt operation:Decrypt kind:cell --routes canonical --operation-summary \
                     --deviate Encrypt:Disabled=Success";
    let run = ended(place.program(arguments));
    assert!(run.out.contains("\nEncrypt  5 of 7 right\nDecrypt  7 of 7 right\n\n"), "{}", run.out);
    let command =
        "kms-conformance run operation:Encrypt kind:cell --routes canonical --deviate Encrypt:Disabled=Success\n";
    assert!(run.out.contains(command), "{}", run.out);
}

fn listed(arguments: &str) -> Vec<String> {
    let list = ended(Place::new().program(&format!("list {arguments}")));
    assert_eq!(list.code, 0, "{}", list.err);
    list.out.lines().map(str::to_owned).collect()
}

#[test]
fn selectors_of_one_kind_add_and_those_of_others_narrow() {
    let cells = "kind:cell --routes canonical";
    let disabled = listed(&format!("operation:Encrypt state:Disabled {cells}"));
    assert_eq!(disabled, ["alibaba/Encrypt/Disabled", "alibaba/Encrypt/Disabled/EXTERNAL"]);

    let two = listed(&format!("operation:Encrypt operation:Decrypt state:Disabled class:EXTERNAL {cells}"));
    assert_eq!(two, ["alibaba/Decrypt/Disabled/EXTERNAL", "alibaba/Encrypt/Disabled/EXTERNAL"]);

    // Patterns of ids are a kind, and a whole id is a name that nothing takes away.
    let pattern = listed("alibaba/Encrypt/** state:Disabled alibaba/Decrypt/Enabled --routes canonical");
    assert_eq!(pattern, ["alibaba/Decrypt/Enabled", "alibaba/Encrypt/Disabled", "alibaba/Encrypt/Disabled/EXTERNAL"]);
    let all = listed("alibaba/Encrypt/Disabled alibaba/Decrypt/Disabled");
    assert_eq!(all, ["alibaba/Decrypt/Disabled", "alibaba/Encrypt/Disabled"]);
}

#[test]
fn what_may_stand_behind_a_prefix_is_listed() {
    let states = listed("--values state kind:cell --routes canonical operation:Encrypt");
    let wanted = ["Disabled         2 cases", "Enabled          2 cases", "PendingDeletion  2 cases"];
    assert_eq!(states, [&wanted[..], &["PendingImport    1 case"]].concat());
    for prefix in ["state", "operation:", "class", "edition", "original", "clause", "kind", "ROUTE"] {
        let values = listed(&format!("--values {prefix} --format json"));
        let values: serde_json::Map<String, Value> = serde_json::from_str(&values.join("\n")).unwrap();
        // Each can be selected.
        let (value, cases) = values.iter().next().unwrap();
        let selected = listed(&format!("{}:{value}", prefix.trim_end_matches(':').to_lowercase()));
        assert_eq!(Some(selected.len() as u64), cases.as_u64(), "{prefix} {value}");
    }
    let wrong = ended(Place::new().program("list --values stat"));
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("there are state, operation, class, "), "{}", wrong.err);
}

#[test]
fn a_near_miss_gets_a_suggestion_whatever_its_case() {
    for (selector, suggestion) in [
        ("ENCRYPT/DISABLED", "alibaba/Encrypt/Disabled"),
        ("encrypt", "alibaba/Encrypt/**"),
        ("alibaba/encrypt/**", "alibaba/Encrypt/**"),
        ("alibaba/encrypt/disabled", "alibaba/Encrypt/Disabled"),
        ("state:disabled", "state:Disabled"),
        ("operation:encrpyt", "operation:Encrypt"),
        ("State:Disabled", "state:"),
        ("opration:Encrypt", "operation:"),
        ("class:external", "class:EXTERNAL"),
    ] {
        let list = ended(Place::new().program(&format!("list {selector}")));
        assert_eq!(list.code, 2, "{selector}: {}", list.out);
        assert!(list.err.contains(&format!("did you mean `{suggestion}`?")), "{selector}: {}", list.err);
    }
}

#[test]
fn what_narrowed_a_run_narrows_the_next_one() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success");
    let narrow = "state:Disabled 'alibaba/*/*' --exclude class:EXTERNAL --routes canonical --strict --isolation tour";
    let arguments = format!("run {} alibaba/Encrypt/Enabled --endpoint {}", narrow.replace('\'', ""), mock.endpoint);
    let run = ended(place.program(&arguments));
    let wanted = format!(
        "kms-conformance run operation:Encrypt state:Disabled 'alibaba/*/*' --exclude class:EXTERNAL --routes canonical --endpoint {} \
         --isolation tour --strict",
        mock.endpoint
    );
    assert!(run.out.contains(&wanted), "{}", run.out);
    let again = ended(place.program(&wanted.replace("kms-conformance ", "").replace('\'', "")));
    assert!(again.err.contains("1 case: 1 failed") || again.out.contains("1 case: 1 failed"), "{}", again.out);
}
