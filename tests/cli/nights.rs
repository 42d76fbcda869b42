//! Runs of night after night on an account: keys of earlier nights are used again, and nothing is left behind.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use kms_conformance::ledger::History;
use kms_conformance::mock::{AdminAccess, AlibabaConfig, AwsConfig, Mock, MockConfig, Operation};
use kms_conformance::verdict::Verdict;
use serde_json::{Value, json};
use snapbox::cmd::Command as Snapped;

use super::admin::keys_and_aliases;
use super::program::{Ended, Place, ended, rounds};

/// Cells that bring keys of both classes into all their states.
const FEW: &str = "alibaba/Encrypt/** alibaba/ImportKeyMaterial/** alibaba/CancelKeyDeletion/** alibaba/DeleteAlias/**";

/// The official table.
const TABLE: &str = "--edition official kind:cell kind:move";

const DAY: Duration = Duration::from_secs(24 * 3600);

fn mock() -> Mock {
    let cloud = AlibabaConfig::default();
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::from(cloud) }).unwrap()
}

/// The program with the access key of the mock, which counts as an account.
fn program(place: &Place, mock: &Mock, arguments: &str) -> Snapped {
    let target = format!("--endpoint {} --target-kind account --live --rate 100000", mock.endpoint());
    let command = place.program(&format!("{arguments} {target}"));
    let command = command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
    command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret").env_remove("KMS_CONFORMANCE_MATERIAL_SEED")
}

fn run(place: &Place, mock: &Mock, arguments: &str) -> Ended {
    let pace = "--confirm 1 --move-clock --routes canonical -q --progress none";
    ended(program(place, mock, &format!("run {arguments} {pace}")))
}

/// The ids of the keys that a mock holds, whatever their states.
fn held(mock: &Mock) -> BTreeSet<String> {
    keys_and_aliases(mock.address()).0.into_iter().map(|(id, _)| id).collect()
}

/// Nothing but keys that wait for their deletion.
#[track_caller]
fn nothing_stays(mock: &Mock, context: &str) {
    let (keys, aliases) = keys_and_aliases(mock.address());
    let staying: Vec<_> = keys.iter().filter(|(_, state)| state != "PendingDeletion").collect();
    assert!(staying.is_empty() && aliases.is_empty(), "{staying:?} {aliases:?} {context}");
}

#[test]
fn a_plan_counts_the_keys_that_earlier_runs_left_waiting() {
    let (mock, place) = (mock(), Place::new());
    let planned = |more: &str| -> Value {
        let target = format!("--endpoint {} --target-kind account", mock.endpoint());
        let plan = format!("plan {FEW} --routes canonical --confirm 1 --format json {target} {more}");
        let Ended { code, out, err } = ended(place.program(&plan));
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        serde_json::from_str(&out).unwrap()
    };
    let first = planned("");
    let keys = first["keys_created"].as_u64().unwrap();
    assert_eq!((&first["keys_waiting"], &first["keys_reused"]), (&Value::from(0), &json!({})));

    let Ended { code, out, err } = run(&place, &mock, &format!("{FEW} --max-keys {keys}"));
    assert_eq!((code, held(&mock).len() as u64), (0, keys), "{out}{err}");
    let second = planned("");
    assert_eq!((&second["keys_created"], &second["keys_waiting"]), (&Value::from(0), &Value::from(keys)));
    assert_eq!((&second["keys_reused"], &second["keys"]), (&first["keys"], &first["keys"]));
    assert_eq!(planned("--no-reuse")["keys_created"], keys);
    // They wait at this target only.
    assert_eq!(planned("--region us-east-1")["keys_created"], keys);

    let Ended { code, out, err } = run(&place, &mock, &format!("{FEW} --max-keys {keys}"));
    let usage = place.results().usage;
    assert_eq!((code, usage.keys_created, usage.keys_reused), (0, 0, Some(keys)), "{out}{err}");
}

#[track_caller]
fn nights(count: usize, cases: &str, keys: usize) {
    let (mock, place) = (mock(), Place::new());
    let mut first = BTreeSet::new();
    for night in 0..count {
        let Ended { code, out, err } = run(&place, &mock, &format!("{cases} --max-keys {keys}"));
        assert_eq!(code, 0, "night {night}: {out}{err}");
        nothing_stays(&mock, &out);

        let usage = place.results().usage;
        let (made, reused) = if night == 0 { (keys as u64, 0) } else { (0, keys as u64) };
        assert_eq!((usage.keys_created, usage.keys_reused), (made, Some(reused)), "night {night}: {out}");
        if night == 0 {
            first = held(&mock);
        }
        assert_eq!(held(&mock), first, "night {night}");
        mock.advance(DAY);
    }
    assert_eq!(mock.requests(Operation::CreateKey), keys as u64);
}

/// The other cloud leaves a key disabled whose deletion was cancelled, and takes private keys as material, which no later run
/// has.
#[test]
fn nights_of_another_cloud_use_their_keys_again() {
    let mock = Mock::start_with(AwsConfig::default()).unwrap();
    let place = Place::new();
    let cases = "aws/Encrypt/** aws/CancelKeyDeletion/**";
    let night = |more: &str| {
        let target = format!("--endpoint {} --target-kind account --live --rate 100000 --max-keys 90", mock.endpoint());
        let pace = "--confirm 1 --routes canonical -q --progress none";
        let command = place.program(&format!("run {cases} {more} {target} {pace}"));
        let command = command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
        let run = ended(command.env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        place.results().usage
    };

    let derived = "--exclude class:imported-rsa --exclude class:imported-ecc";
    let first = night(derived);
    assert!(first.keys_created > 5, "{first:?}");
    for _ in 0..3 {
        mock.advance(DAY);
        let next = night(derived);
        assert_eq!((next.keys_created, next.keys_reused), (0, Some(first.keys_created)), "{next:?}");
    }

    // Those whose material can't be had again are made anew, and not even tried.
    let others = [night(""), night("")];
    assert_eq!(others[0].keys_created, others[1].keys_created);
    assert!(others[0].keys_created > 0 && others[0].requests == others[1].requests, "{others:?}");
}

#[test]
fn nights_hold_no_more_keys_than_one() {
    // Longer than any of them would wait for its deletion.
    nights(9, FEW, 2);
}

#[test]
#[ignore = "campaign: the official table in sixty nights"]
fn sixty_nights_of_the_official_table_hold_four_keys() {
    nights(rounds(60), TABLE, 4);
}

#[test]
fn a_key_that_is_not_like_a_new_one_is_not_used_again() {
    let tagged = "alibaba/TagResource/Enabled";
    for (first, second, environment) in [
        // A tag stays on it.
        (tagged, tagged, ""),
        // Its material can't be given again.
        ("alibaba/ImportKeyMaterial/Disabled/EXTERNAL", "alibaba/ImportKeyMaterial/Disabled/EXTERNAL", "another seed"),
    ] {
        let (mock, place) = (mock(), Place::new());
        assert_eq!(run(&place, &mock, &format!("{first} --max-keys 1")).code, 0);
        let night = |arguments: &str| {
            let pace = "--routes canonical -q --progress none --confirm 1";
            let command = program(&place, &mock, &format!("run {second} {pace} {arguments}"));
            ended(if environment.is_empty() {
                command
            } else {
                command.env("KMS_CONFORMANCE_MATERIAL_SEED", environment)
            })
        };
        // It counts all the same, until it is gone.
        let Ended { code, out, .. } = night("--max-keys 1");
        assert!(code != 0 && place.results().usage.keys_created == 0, "{out}");
        let Ended { code, out, .. } = night("--max-keys 2");
        assert_eq!(code, 0, "{out}");
        assert_eq!(held(&mock).len(), 2);
        nothing_stays(&mock, &out);
    }
}

#[test]
fn a_key_is_used_again_only_if_ledger_and_mark_say_whose_it_is() {
    let (mock, place) = (mock(), Place::new());
    let cases = "alibaba/Encrypt/Enabled alibaba/Encrypt/Disabled";
    assert_eq!(run(&place, &mock, &format!("{cases} --max-keys 1")).code, 0);
    let ledger = place.path().join("reports/ledger.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();

    // Another run than the one whose mark it carries.
    let mark = regex::Regex::new("kc-[0-9a-f]{8}").unwrap();
    fs::write(&ledger, mark.replace_all(&text, "kc-00000000").as_ref()).unwrap();
    let Ended { code, out, .. } = run(&place, &mock, &format!("{cases} --max-keys 2"));
    assert_eq!((code, place.results().usage.keys_reused), (0, Some(0)), "{out}");
    // No ledger names it.
    fs::remove_dir_all(place.path().join("reports")).unwrap();
    let Ended { code, out, .. } = run(&place, &mock, &format!("{cases} --max-keys 1"));
    assert_eq!((code, held(&mock).len()), (0, 3), "{out}");
    // It is not wanted.
    let Ended { code, out, .. } = run(&place, &mock, &format!("{cases} --max-keys 1 --no-reuse"));
    assert_eq!((code, held(&mock).len(), place.results().usage.keys_reused), (0, 4, None), "{out}");
}

#[test]
fn a_key_that_is_gone_soon_is_not_used_again() {
    let (mock, place) = (mock(), Place::new());
    let cases = "alibaba/Encrypt/Enabled alibaba/Encrypt/Disabled";
    assert_eq!(run(&place, &mock, &format!("{cases} --max-keys 1")).code, 0);
    mock.advance(7 * DAY - Duration::from_secs(3600));
    let Ended { code, out, .. } = run(&place, &mock, &format!("{cases} --max-keys 2"));
    assert_eq!((code, place.results().usage.keys_reused, held(&mock).len()), (0, Some(0), 2), "{out}");
    // What is gone is not counted any more.
    mock.advance(2 * DAY);
    let Ended { code, out, .. } = run(&place, &mock, &format!("{cases} --max-keys 1"));
    assert_eq!((code, place.results().usage.keys_reused, held(&mock).len()), (0, Some(1), 1), "{out}");
}

#[test]
fn of_two_runs_at_once_one_uses_keys_again() {
    let (mock, place) = (mock(), Place::new());
    let cases = "alibaba/Encrypt/Enabled alibaba/Encrypt/Disabled";
    assert_eq!(run(&place, &mock, &format!("{cases} --max-keys 1")).code, 0);
    let lock = fs::File::open(place.path().join("reports/ledger.jsonl.reuse")).unwrap();
    lock.lock().unwrap();
    let Ended { code, out, .. } = run(&place, &mock, &format!("{cases} --max-keys 1"));
    assert_eq!((code, place.results().usage.keys_reused), (0, None), "{out}");
    assert!(out.contains("keys of earlier runs are not used again: another run holds "), "{out}");
}

#[test]
fn a_key_whose_time_was_over_between_two_runs_must_be_gone() {
    let until = regex::Regex::new(r#""until":"[^"]*""#).unwrap();
    for is_gone in [true, false] {
        let (mock, place) = (mock(), Place::new());
        assert_eq!(run(&place, &mock, "alibaba/Encrypt/Enabled --max-keys 1").code, 0);
        let first = held(&mock);
        if is_gone {
            mock.advance(9 * DAY);
        }
        // The clock of this machine can't be moved, so the date is.
        let ledger = place.path().join("reports/ledger.jsonl");
        let text = fs::read_to_string(&ledger).unwrap();
        assert!(until.is_match(&text), "{text}");
        fs::write(&ledger, until.replace_all(&text, r#""until":"2020-01-08T00:00:00Z""#).as_ref()).unwrap();

        let promise = "alibaba/pending-deletion-ends-in-deletion";
        let night = || {
            let pace = "--max-keys 2 --routes canonical -q --progress none --confirm 1";
            let Ended { code, out, .. } =
                ended(program(&place, &mock, &format!("run {promise} alibaba/Encrypt/Disabled {pace}")));
            let case = place.results().cases.into_iter().find(|case| &*case.id == promise).unwrap();
            (code, case, out)
        };
        let (code, case, out) = night();
        let id = first.first().unwrap();
        let history = format!("key {id} of the run kc-");
        // On an account that is news.
        let expected = if is_gone { (0, Verdict::Pass) } else { (5, Verdict::Fail) };
        assert_eq!((code, case.verdict), expected, "{out}");
        assert!(case.notes.iter().any(|note| note.starts_with(&history) && note.contains("due 2020-01-08")), "{out}");
        assert_eq!(case.expected.unwrap().code, "Forbidden.KeyNotFound");

        // What was seen to be gone is not looked for again.
        let (_, case, out) = night();
        assert_eq!(case.verdict, if is_gone { Verdict::Skipped } else { Verdict::Fail }, "{out}");
    }
}

#[test]
fn a_key_that_is_used_again_has_no_date_any_more() {
    let (mock, place) = (mock(), Place::new());
    let cases = "alibaba/pending-deletion-ends-in-deletion alibaba/Encrypt/Enabled --max-keys 1";
    let night = || {
        let pace = "--routes canonical -q --progress none --confirm 1";
        assert_eq!(ended(program(&place, &mock, &format!("run {cases} {pace}"))).code, 0);
        History::read(&place.path().join("reports/ledger.jsonl")).unwrap().waiting(|_| true)
    };
    let first = night();
    mock.advance(3 * DAY);
    let second = night();
    assert_eq!((first.len(), second.len(), &second[0].id), (1, 1, &first[0].id));
    assert!(second[0].until.unwrap() > first[0].until.unwrap());
    mock.advance(6 * DAY);
    assert_eq!(night()[0].id, first[0].id);
}
