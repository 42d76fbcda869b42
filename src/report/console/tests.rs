//! What the whole output looks like.

use snapbox::{Assert, IntoData, str};

use super::*;
use crate::report::sample;
use crate::verdict::Verdict;

fn options() -> ConsoleOptions {
    let layout = Layout {
        operations: ["Encrypt", "GenerateDataKeyWithoutPlaintext", "DescribeKey"].map(str::to_owned).into(),
        states: ["Enabled", "Disabled", "PendingDeletion", "PendingImport"].map(str::to_owned).into(),
    };
    ConsoleOptions { progress: Progress::None, layout, ..ConsoleOptions::default() }
}

fn shown(events: &[Event], options: ConsoleOptions) -> String {
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, options);
    for event in events {
        console.event(event).unwrap();
    }
    drop(console);
    String::from_utf8(out).unwrap()
}

/// Compares as it stands: the slashes and backslashes in a command are not those of this machine's paths.
fn assert_shown(events: &[Event], options: ConsoleOptions, expected: impl IntoData) {
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(shown(events, options), expected.raw());
}

fn all_pass() -> Vec<Event> {
    let mut cases = Vec::new();
    for operation in ["DescribeKey", "Encrypt"] {
        for state in ["Disabled", "Enabled"] {
            cases.push(sample::passed(&format!("alibaba/{operation}/{state}")));
        }
    }
    sample::run(cases)
}

#[test]
fn all_pass_is_short() {
    assert_shown(
        &all_pass(),
        options(),
        str![[r#"
kms-conformance 0.0.0: 4 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)

all 2 rows pass; --table full shows them

4 of 490 (cell, class of key, route) run
4 cases: 4 passed · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
}

#[test]
fn every_verdict_is_told() {
    assert_shown(
        &sample::every_verdict(),
        options(),
        str![[r#"
kms-conformance 0.0.0: 13 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)

                                                    Pending   Pending
                                 Enabled  Disabled  Deletion  Import
Encrypt                             ✔        ✘         ?         k
GenerateDataKeyWithoutPlaintext              !                   –

UpdateAlias: from the state on the left to the state above
         Enabled  Disabled
Enabled     ✔        ✘

scenarios
deletion  –

✔ pass  ✘ fail  ! unexpected pass  ? inconclusive  k known failure  – skipped

3 more rows pass; --table full shows them

known failures
k alibaba/Encrypt/PendingImport  the emulator encrypts without key material (https://example.com/issues/12, until 2026-12-31)

– alibaba/deletion/after-the-window  skipped: the clock can't be moved

? alibaba/Encrypt/PendingDeletion  inconclusive: no usable response came
  connection reset by peer
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey

✘ alibaba/Encrypt/Disabled  fail: it succeeded where the table rejects
  expected Rejected.Disabled (409), got Success (200)
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

! alibaba/GenerateDataKeyWithoutPlaintext/Disabled  unexpected-pass
  it passed, but it is listed as a known failure
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  listed: known.toml:7:5 says Success (200): the emulator encrypts without key material (https://example.com/issues/12, until 2026-12-31); remove the entry
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey

✘ alibaba/update-alias/Enabled-to-Disabled  fail: right response, wrong effect
  the alias still belongs to the first key
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey

note: the suite has no cases of edition \u{1b}[1mlater
13 of 490 (cell, class of key, route) run
13 cases: 6 passed, 2 failed, 1 unexpected pass, 1 inconclusive, 1 known failure, 2 skipped · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
}

#[test]
fn quiet_shows_what_went_wrong() {
    assert_shown(
        &all_pass(),
        ConsoleOptions { verbosity: Verbosity::Quiet, ..options() },
        str![[r#"
4 cases: 4 passed · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
    let failed = sample::run(vec![sample::failed("alibaba/Encrypt/Disabled")]);
    assert_shown(
        &failed,
        ConsoleOptions { verbosity: Verbosity::Quiet, ..options() },
        str![[r#"
✘ alibaba/Encrypt/Disabled  fail: it succeeded where the table rejects
  expected Rejected.Disabled (409), got Success (200)
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

1 case: 1 failed · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
}

#[test]
fn verbose_shows_each_case() {
    let cases = vec![
        sample::passed("alibaba/Encrypt/Enabled"),
        sample::other("alibaba/deletion/late", Verdict::Skipped, Kind::Unavailable, "the clock can't be moved"),
    ];
    assert_shown(
        &sample::run(cases),
        ConsoleOptions { verbosity: Verbosity::Verbose, ..options() },
        str![[r#"
kms-conformance 0.0.0: 2 cases against http://127.0.0.1:8080/ (alibaba, bundled mock)

✔ alibaba/Encrypt/Enabled (3 ms)
– alibaba/deletion/late (3 ms): the clock can't be moved

scenarios
deletion  –

– skipped

1 more row passes; --table full shows it

– alibaba/deletion/late  skipped: the clock can't be moved

2 of 490 (cell, class of key, route) run
2 cases: 1 passed, 1 skipped · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
}

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

cut short: interrupted by Ctrl-C; 2 cases were not judged
3 of 490 (cell, class of key, route) run
3 cases: 1 passed, 2 inconclusive · 2,431 requests, 260 keys (0 left) · 0.12 s

"#]],
    );
}

#[test]
fn many_cases_with_one_reason_are_told_once() {
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
17 cases: 1 passed, 7 failed, 4 inconclusive, 4 skipped, 1 not run · 2,431 requests, 260 keys (1 left), 1 leak · 0.12 s

"#]],
    );
}

#[test]
fn verbose_shows_every_id_of_a_group() {
    let whole = shown(&sample::poor(), ConsoleOptions { verbosity: Verbosity::Verbose, ..options() });
    let groups =
        whole[whole.find("\n– 2 cases").unwrap()..whole.find("\n✘ alibaba/Decrypt/Disabled  fail").unwrap()].to_owned();
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(
        groups,
        str![[r#"

– 2 cases  skipped: there is no such cell
  alibaba/deletion/not-applicable-1
  alibaba/deletion/not-applicable-2
– 2 cases  skipped: the clock stands still
  alibaba/deletion/unavailable-1
  alibaba/deletion/unavailable-2

? 3 cases  inconclusive in setup: DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)
  alibaba/CreateAlias/Disabled
  alibaba/DescribeKey/Disabled
  alibaba/TagResource/Disabled

? alibaba/GenerateDataKey/Disabled  inconclusive: two keys got different responses
  expected Rejected.Disabled (409), got Success (200) from the first key and Rejected.Disabled (409) from the next
  --> cases/alibaba/matrix/encrypt.yaml:12:3
  reason: the responses differ from key to key
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey
  response: 200 {"CiphertextBlob":"Zm9v","RequestId":"1"}
  reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***'

"#]]
        .raw(),
    );
    let also = "  also: alibaba/Encrypt/Disabled/via-cancel, alibaba/Encrypt/Disabled/via-enable\n";
    assert!(whole.contains(also), "{whole}");
}

#[test]
fn an_endpoint_that_is_not_there_takes_few_lines() {
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

cut short: no service responds at http://127.0.0.1:8080: connection refused; no case could be judged
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

#[test]
fn a_narrow_terminal_in_ascii() {
    let options = ConsoleOptions { signs: Signs::Ascii, width: 40, ..options() };
    let events = sample::every_verdict();
    let whole = shown(&events, options.clone());
    let own: Vec<_> = whole.lines().filter(|line| !line.is_ascii()).collect();
    assert_eq!(own, [""; 0]);
    let table = &whole[whole.find("      E").unwrap()..whole.find("known failures").unwrap()];
    Assert::new().action_env("SNAPSHOTS").eq(
        table.to_owned(),
        str![[r#"
      E  D  PD  PI
Encrypt                     +  x  ?   k
GenerateDataKeyWithoutPla~     !      -
E Enabled  D Disabled
PD PendingDeletion  PI PendingImport

UpdateAlias: from the state on the left to the state above
         Enabled  Disabled
Enabled     +        x

scenarios
deletion  -

+ pass  x fail  ! unexpected pass
? inconclusive  k known failure
- skipped

3 more rows pass; --table full shows them


"#]]
        .raw(),
    );
}

#[test]
fn colours_are_there_only_if_asked_for() {
    let events = sample::every_verdict();
    let plain = shown(&events, options());
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let colored = shown(&events, ConsoleOptions { color: true, ..options() });
    assert!(colored.contains("\u{1b}[32m✔\u{1b}[0m"), "{colored}");
    let stripped: String = anstream::adapter::strip_str(&colored).to_string();
    assert_eq!(stripped, plain);
}

#[test]
fn what_a_server_sends_does_not_reach_the_terminal() {
    let mut case = sample::failed("alibaba/Encrypt/Disabled");
    let hostile = "\u{1b}]0;owned\u{7}\r\u{9b}2J\u{202e}";
    case.reason = hostile.to_owned();
    case.notes = vec![hostile.to_owned()];
    case.actual = Some(crate::event::Outcome { code: hostile.to_owned(), status: 200 });
    if let Some(response) = &mut case.exchanges[0].response {
        response.body = hostile.to_owned();
    }
    case.exchanges[0].request.url.push_str(hostile);
    let mut again = case.clone();
    (again.id, again.route) = (format!("alibaba/Encrypt/Disabled/{hostile}").into(), vec![hostile.to_owned()]);
    let mut blocked = sample::blocked(&format!("alibaba/Decrypt/{hostile}"));
    let blocked_by = blocked.blocked_by.as_mut().unwrap();
    blocked_by.problem = hostile.to_owned();
    let response = blocked_by.response.as_mut().unwrap();
    (response.code, response.message) = (hostile.to_owned(), hostile.to_owned());
    let mut unstable = sample::unstable("alibaba/Decrypt/Disabled");
    unstable.first_actual = case.actual.clone();
    let skipped = sample::other("alibaba/x", Verdict::Skipped, Kind::Unsupported, hostile);
    let mut events = sample::run(vec![again, case, blocked.clone(), blocked, unstable, skipped]);
    if let Some(Event::RunFinished(footer)) = events.last_mut() {
        footer.leaks = vec![hostile.to_owned()];
    }
    events.push(Event::Notice { message: hostile.to_owned() });
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let text = shown(&events, ConsoleOptions { verbosity, ..options() });
        let raw = |character: char| character != '\n' && text::is_hidden(character);
        assert!(!text.contains(raw), "{text:?}");
        assert!(text.contains("\\u{1b}]0;owned\\u{7}"), "{text}");
    }
}

struct Closed(io::ErrorKind);

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut console = Console::new(Closed(io::ErrorKind::BrokenPipe), options());
    for event in all_pass() {
        console.event(&event).unwrap();
    }
    let mut console = Console::new(Closed(io::ErrorKind::StorageFull), options());
    assert!(console.event(&sample::started(1)).is_err());
}
