//! Runs that judged less than they should, and their causes.

use super::*;

#[test]
fn a_cut_run_says_so() {
    let mut cases = vec![sample::passed("alibaba/DescribeKey/Enabled")];
    for state in ["Disabled", "Enabled"] {
        let id = format!("alibaba/Encrypt/{state}");
        cases.push(sample::other(&id, Verdict::Inconclusive, Kind::Cut, "the run was interrupted"));
    }
    assert_shown(
        &sample::finished(cases, Some("interrupted by Ctrl-C")),
        options(),
        str![[r#"
kms-conformance 0.0.0: 3 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)

         Enabled  Disabled
Encrypt     ?        ?

? inconclusive

1 more row passes; --table full shows it

? 2 cases  inconclusive: the run was interrupted
  such as alibaba/Encrypt/Disabled, alibaba/Encrypt/Enabled

cut short: interrupted by Ctrl-C; 2 cases were not judged; everything that the run made is removed
3 of 490 (cell, class of key, route) run
3 cases: 1 passed, 2 inconclusive · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
}

#[test]
fn many_cases_with_one_reason_are_one_line() {
    let reason = "connection refused";
    let cases: Vec<_> = (10..22)
        .map(|number| {
            sample::other(&format!("alibaba/Encrypt/{number}"), Verdict::Inconclusive, Kind::Transport, reason)
        })
        .collect();
    let events = sample::run(cases);
    let normal = shown(&events, options());
    let line = "\n? 12 cases  inconclusive: connection refused\n  such as alibaba/Encrypt/10, alibaba/Encrypt/11\n\n";
    assert!(normal.contains(line), "{normal}");
    assert_eq!(normal.matches(reason).count(), 1, "{normal}");
    let verbose = shown(&events, ConsoleOptions { verbosity: Verbosity::Verbose, ..options() });
    assert!(verbose.contains("inconclusive: connection refused\n  alibaba/Encrypt/10\n"), "{verbose}");
}

#[test]
fn a_poor_endpoint_is_a_paragraph_for_each_cause_and_each_cell() {
    assert_shown(
        &sample::poor(),
        options(),
        str![[r#"
kms-conformance 0.0.0: 17 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)

                 Enabled  Disabled  PendingDeletion
Encrypt                      ✘             ✘
DescribeKey                  ?
CreateAlias                  ?
Decrypt                      ✘
GenerateDataKey              ?
TagResource                  ?
UntagResource       ·        ✔

scenarios
deletion  ––––

✔ pass  ✘ fail  ? inconclusive  · not run  – skipped

– 2 cases  skipped: the clock stands still

? 3 cases  inconclusive in setup: DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)
  such as alibaba/CreateAlias/Disabled, alibaba/DescribeKey/Disabled

? alibaba/GenerateDataKey/Disabled  inconclusive: two keys got different responses
  expected Rejected.Disabled (409), got Success (200) from the first key and Rejected.Disabled (409) from the next
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  reason: the responses differ from key to key
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

✘ alibaba/Decrypt/Disabled  fail: the service failed each time
  Encrypt responded InternalFailure (500) each time
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

✘ alibaba/Encrypt/Disabled  3 cases fail: it succeeded where the table rejects
  expected Rejected.Disabled (409), got Success (200)
  also: alibaba/Encrypt/Disabled/via-cancel, alibaba/Encrypt/Disabled/via-enable
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  routes: CreateKey, DisableKey; CreateKey, DisableKey, cancel; CreateKey, DisableKey, enable
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

✘ alibaba/Encrypt/PendingDeletion  3 cases fail: it succeeded where the table rejects
  expected Rejected.Disabled (409), got Success (200)
  also: alibaba/Encrypt/PendingDeletion/via-cancel, alibaba/Encrypt/PendingDeletion/via-enable
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  routes: CreateKey, DisableKey; CreateKey, DisableKey, cancel; CreateKey, DisableKey, enable
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

pattern: Encrypt seems not to look at the state of a key: it succeeded in Disabled and PendingDeletion
leak: key 0b7d4e21 of alibaba/Encrypt/Disabled: ScheduleKeyDeletion responded \u{1b}[1mX
cut short: interrupted; 1 case was not judged
17 of 490 (cell, class of key, route) run
to do, where work pays most first:
  Encrypt  0 of 6 right; looks at no state
    kms-conformance run operation:Encrypt
  DisableKey  3 other cases wait for it
    kms-conformance run operation:DisableKey
  and 1 more operation, which --operation-summary shows
17 cases: 1 passed, 7 failed, 4 inconclusive, 4 skipped, 1 not run · 2,431 requests, 260 keys (1 left), 1 leak · 0.12 s

"#]],
    );
}

#[test]
fn a_run_without_a_service_is_short() {
    let mut cases = Vec::new();
    for number in 100..103 {
        let id = format!("alibaba/Encrypt/{number}");
        cases.push(sample::other(&id, Verdict::Inconclusive, Kind::Transport, "connection refused"));
    }
    for number in 103..300 {
        let id = format!("alibaba/Encrypt/{number}");
        cases.push(sample::other(&id, Verdict::NotRun, Kind::Cut, "not run: no service responds"));
    }
    cases.push(sample::other("alibaba/deletion/late", Verdict::Skipped, Kind::Unavailable, "the clock can't be moved"));
    let events = sample::finished(cases, Some("no service responds at http://127.0.0.1:8080: connection refused"));

    let mut out = Vec::new();
    let mut console = Console::new(&mut out, options());
    console.files_written(&["reports/results.json".into(), "reports/junit.xml".into()]);
    events.iter().for_each(|event| console.event(event).unwrap());
    drop(console);
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.lines().count() < 10, "{shown}");
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(
        shown,
        str![[r#"
kms-conformance 0.0.0: 201 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)

– alibaba/deletion/late  skipped: the clock can't be moved
? 3 cases  inconclusive: connection refused

cut short: no service responds at http://127.0.0.1:8080: connection refused; no case could be judged; everything that the run made is removed
reports: reports/results.json, reports/junit.xml
201 cases: 3 inconclusive, 1 skipped, 197 not run · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]]
        .raw(),
    );
}

#[test]
fn many_causes_are_cut_and_counted() {
    let cases = (0..25).map(|number| {
        let mut case = sample::blocked(&format!("alibaba/Encrypt/{}", 10 + number));
        case.blocked_by.as_mut().unwrap().operation = Some(format!("Operation{number}"));
        case
    });
    let events = sample::run(cases.collect());
    let normal = shown(&events, options());
    assert!(normal.contains("\n? 5 cases of 5 causes more; --verbose shows them\n\n"), "{normal}");
    let verbose = shown(&events, ConsoleOptions { verbosity: Verbosity::Verbose, ..options() });
    assert!(verbose.contains("Operation24 (") && !verbose.contains("more; --verbose"), "{verbose}");
}
