//! What is shown of a run, by verbosity.

use super::*;

#[test]
fn a_run_that_passed_is_short() {
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
fn every_verdict_is_shown() {
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

? alibaba/Encrypt/PendingDeletion  inconclusive: no usable response was received
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
to do, where work pays most first:
  Encrypt      1 of 4 right  kms-conformance run operation:Encrypt
  UpdateAlias  2 of 3 right  kms-conformance run operation:UpdateAlias
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
