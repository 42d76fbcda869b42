//! Exit codes, wrong flags, wrong selectors.

use kms_conformance::verdict::{Kind, Verdict};

use super::program::{Ended, Place, ended};

/// A run that ends before any request is sent.
#[track_caller]
fn rejected(arguments: &str, message: &str) {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program(arguments));
    assert_eq!((code, out.as_str()), (2, ""), "{arguments}: {err}");
    assert!(err.contains(message), "{arguments}: {err}");
    assert!(err.starts_with("error: "), "{arguments}: {err}");
    assert_eq!(place.names(""), [""; 0], "{arguments} left files");
}

#[test]
fn a_run_without_arguments_passes() {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program("run"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let summary = place.results().summary;
    assert_eq!((summary.fail, summary.inconclusive), (0, 0));
    assert!(out.contains(&format!("{} passed", summary.pass)), "{out}");
    assert!(!out.contains('\u{1b}'), "colours without a terminal: {out}");
    assert_eq!(place.names("reports"), ["junit.xml", "results.json"]);
}

#[test]
fn a_deviation_that_the_bundled_mock_does_not_have_ends_with_2() {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program("run --deviate disable-does-nothin"));
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("did you mean `disable-does-nothing`?"), "{err}");
}

#[test]
fn a_deviation_fails_its_cases() {
    let place = Place::new();
    let Ended { code, out, .. } = ended(place.program("run --routes canonical --deviate Encrypt:Disabled=Success"));
    assert_eq!(code, 1, "{out}");
    let results = place.results();
    assert!(results.complete);
    let failed: Vec<&str> =
        results.cases.iter().filter(|case| case.verdict == Verdict::Fail).map(|case| &*case.id).collect();
    assert_eq!(failed, ["alibaba/Encrypt/Disabled", "alibaba/Encrypt/Disabled/EXTERNAL"]);
    for part in [
        "expected Rejected.Disabled (409), got Success (200)",
        "cases/alibaba/matrix/encrypt.yaml:",
        "reproduce: kms-conformance run alibaba/Encrypt/Disabled --deviate Encrypt:Disabled=Success",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!out.contains("testsecret"), "{out}");

    // The mock has ended with the run, and the line starts another one.
    let line = out.lines().find_map(|line| line.trim().strip_prefix("reproduce: kms-conformance ")).unwrap();
    let again = ended(place.program(line));
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.out.contains("expected Rejected.Disabled (409), got Success (200)"), "{}", again.out);
}

#[test]
fn a_deviation_by_one_route_fails_the_cases_of_that_route() {
    let place = Place::new();
    let deviation = "--deviate Encrypt:Enabled/via-cancel=409/Rejected.Disabled";
    let Ended { code, out, .. } =
        ended(place.program(&format!("run operation:Encrypt --exclude kind:scenario {deviation}")));
    assert_eq!(code, 1, "{out}");
    let results = place.results();
    let failed: Vec<&str> =
        results.cases.iter().filter(|case| case.verdict == Verdict::Fail).map(|case| &*case.id).collect();
    assert_eq!(failed, ["alibaba/Encrypt/Enabled/EXTERNAL/via-cancel", "alibaba/Encrypt/Enabled/via-cancel"]);
    let routes = results.routes.unwrap();
    assert_eq!(routes.run, results.cases.len());
    assert!(routes.total > routes.run);
    let expected = format!("{} of {} (cell, class of key, route) run\n", routes.run, routes.total);
    assert!(out.contains(&expected), "{out}");
    let shortest =
        ended(place.program(&format!("run operation:Encrypt --routes canonical --exclude kind:scenario {deviation}")));
    assert_eq!(shortest.code, 0, "{}", shortest.out);
}

#[test]
fn routes_are_limited_except_for_named_cases() {
    let place = Place::new();
    let ids = |arguments: &str| ended(place.program(arguments)).out.lines().map(str::to_owned).collect::<Vec<_>>();
    let all = ids("list alibaba/Encrypt/Enabled/**");
    assert!(all.contains(&"alibaba/Encrypt/Enabled/EXTERNAL/via-reimport".to_owned()), "{all:?}");
    let shortest = ["alibaba/Encrypt/Enabled", "alibaba/Encrypt/Enabled/EXTERNAL"];
    assert_eq!(ids("list alibaba/Encrypt/Enabled/** --routes canonical"), shortest);
    let few = ids("list alibaba/Encrypt/Enabled/** --routes 3");
    let own = ["alibaba/Encrypt/Enabled/via-cancel", "alibaba/Encrypt/Enabled/via-enable"];
    assert_eq!(few, [&shortest[..], &own].concat());
    assert_eq!(ids("list --routes canonical alibaba/Encrypt/Enabled/via-cancel"), own[..1]);
    // By default only the shortest routes are run against a cloud, because every route costs keys.
    let Ended { code, err, .. } = ended(place.program("run --region cn-hangzhou alibaba/Encrypt/Enabled/via-*"));
    assert_eq!((code, err.as_str()), (4, "no case is selected; --routes leaves out 2 cases by other routes\n"));
    rejected("run --routes few", "`few` is neither `canonical` nor `all` nor a number of calls");
}

#[test]
fn a_run_that_judges_nothing_does_not_pass() {
    let place = Place::new();
    // Without this operation no key comes into the state.
    let arguments = "run --deviate DisableKey:Enabled=409/Rejected.PendingImport operation:Encrypt";
    let Ended { code, out, .. } = ended(place.program(arguments));
    assert_eq!(code, 3, "{out}");
    let results = place.results();
    assert!(results.complete, "every case was run");
    assert!(results.summary.inconclusive > 0 && results.summary.fail == 0, "{:?}", results.summary);
}

#[test]
fn the_first_failure_ends_the_run_with_fail_fast() {
    let place = Place::new();
    let arguments = "run --fail-fast --jobs 1 --deviate DescribeKey:Enabled=409/Rejected.Disabled";
    let Ended { code, out, .. } = ended(place.program(arguments));
    assert_eq!(code, 1, "{out}");
    let results = place.results();
    assert!(!results.complete);
    assert_eq!(results.stopped.as_deref(), Some("stopped after the first failure, as --fail-fast says"));
    assert_eq!(results.summary.fail, 1);
    assert_eq!(results.cases.len(), results.suite.cases);
    assert!(results.cases.iter().any(|case| case.kind == Some(Kind::Cut)));
    assert_eq!(results.usage.keys_left, 0);
}

#[test]
fn the_table_shows_the_rows_that_did_not_pass_unless_full() {
    let place = Place::new();
    let deviate = "--deviate Encrypt:Disabled=Success";
    let cases = "alibaba/Encrypt/Disabled alibaba/Decrypt/Disabled";
    for (arguments, shown, hidden) in [
        (format!("run {cases}"), "all 2 rows pass; --table full shows them\n", "✔ pass"),
        (format!("run {cases} --table full"), "Decrypt     ✔", "--table full"),
        (format!("run {cases} --table none"), "2 cases: 2 passed", "Decrypt"),
        (format!("run {cases} {deviate}"), "1 more row passes; --table full shows it\n", "Decrypt  "),
        (format!("run {cases} {deviate} -q"), "✘ alibaba/Encrypt/Disabled  fail: ", "more row"),
    ] {
        let Ended { out, .. } = ended(place.program(&arguments));
        assert!(out.contains(shown), "{arguments}: {out}");
        assert!(!out.contains(hidden), "{arguments}: {out}");
    }
}

#[test]
fn nothing_selected_is_an_exit_code_of_its_own() {
    let place = Place::new();
    let Ended { code, err, .. } = ended(place.program("run state:Disabled --exclude state:*"));
    assert_eq!((code, err.as_str()), (4, "no case is selected\n"));
    assert_eq!(place.names(""), [""; 0]);
    assert_eq!(ended(place.program("list state:Disabled --exclude state:*")).code, 4);
}

#[test]
fn wrong_flags_are_reported() {
    for (arguments, message) in [
        ("run --bogus", "unexpected argument '--bogus'"),
        ("run --jobs 0", "invalid value '0' for '--jobs"),
        ("run --jobs 18446744073709551615", "`18446744073709551615` is not a number from 1 to 1000"),
        ("self-test --jobs 1001", "`1001` is not a number from 1 to 1000"),
        ("run --max-duration 0s", "`0s` leaves no time for anything; give 1ms or more"),
        ("run --rate 0", "`0` is not a whole number of 1 or more"),
        ("run --confirm 0", "`0` is not a whole number of 1 or more"),
        ("run --confirm-failures 4294967295", "4294967295 is not in 0..=100"),
        ("run --timeout 0s", "`0s` leaves no time for anything; give 1ms or more"),
        ("run --timeout 9223372036854775807s", "is longer than 30 days"),
        ("run --settle-timeout 99999h", "`99999h` is longer than 30 days"),
        ("run --timeout soon", "`soon` is not a duration such as 10s"),
        ("run --progress loud", "invalid value 'loud' for '--progress"),
        ("run -q -v", "cannot be used with"),
        ("run --deviate Encrypt", "unknown deviation `Encrypt`; `mock --list-deviations` shows all"),
        ("run --deviate encrypt:Disabled=Success", "unknown operation `encrypt`"),
        ("run --deviate Encrypt:Disabled=Success --endpoint http://127.0.0.1:1", "cannot be used with"),
        ("run --endpoint 127.0.0.1:8080", "it has no scheme; did you mean http://127.0.0.1:8080?"),
        ("run --endpoint localhost:8080", "it has no scheme; did you mean http://localhost:8080?"),
        ("run --endpoint kms.local:8080", "it has no scheme; did you mean http://kms.local:8080?"),
        ("run --region cn-hangzhou/x", "`cn-hangzhou/x` is not the name of a region"),
        (
            "run --endpoint http://127.0.0.1:8080/path",
            "it has a path, and requests go to `/`; did you mean http://127.0.0.1:8080?",
        ),
        ("run --endpoint http://id:secret@127.0.0.1:8080", "it holds credentials"),
        ("run --ca-file missing.pem --endpoint https://127.0.0.1:1", "failed to read certificates from missing.pem"),
        ("mock --listen nowhere.invalid", "the name `nowhere.invalid` can't be resolved"),
        ("mock --listen :8080", "did you mean 127.0.0.1:8080, or 0.0.0.0:8080 for everybody?"),
        ("mock --listen http://127.0.0.1:8080", "it is an address and not a URL: did you mean 127.0.0.1:8080?"),
        ("mock --fault drop-after,nth=0", "`0` is not a number of a request, counted from 1"),
        ("mock --access-key-id id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("mock --listen 192.0.2.1:1", "this machine has no such address: choose another one by --listen"),
    ] {
        rejected(arguments, message);
    }
}

#[test]
fn wrong_selectors_are_reported_with_similar_ones() {
    for (arguments, message) in [
        ("run nothing/here", "`nothing/here` matches no case"),
        ("run state:Enabledd", "did you mean `state:Enabled`?"),
        ("run operation:Encript", "did you mean `operation:Encrypt`?"),
        ("run --exclude class:INTERNAL", "`class:INTERNAL` matches no case"),
        ("run --edition older", "no case is of the edition `older`"),
        ("list colour:red", "colour"),
    ] {
        rejected(arguments, message);
    }
}

#[test]
fn credentials_are_never_guessed_for_a_remote_endpoint() {
    rejected("run --endpoint http://192.0.2.1", "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET");
    rejected("run --endpoint http://192.0.2.1", "; if it is an emulator, say so with --target-kind emulator");
    rejected("run --endpoint http://192.0.2.1 --target-kind account", "because those show in process lists\n");
    rejected("run --region cn-hangzhou", "because those show in process lists\n");
    rejected("run --region cn-hangzhou", "no credentials for https://kms.cn-hangzhou.aliyuncs.com");
}

#[test]
fn help_and_version_are_not_errors() {
    let place = Place::new();
    for arguments in ["--help", "run --help", "--version"] {
        let Ended { code, out, err } = ended(place.program(arguments));
        assert_eq!((code, err.as_str()), (0, ""), "{arguments}");
        assert!(out.contains("kms-conformance"), "{out}");
    }
    assert_eq!(ended(place.program("")).code, 2);
}
