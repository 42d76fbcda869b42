//! Sweeps that meet keys which runs were given: they are never removed, whatever is written on them.

use std::fs;
use std::process::Stdio;

use kms_conformance::ledger::{Ledger, LedgerEntry, LedgerTarget, Made};
use kms_conformance::mock::{AdminAccess, AlibabaConfig, Mock, MockConfig, Seed};

use super::admin::{keys_and_aliases, state};
use super::program::{Ended, Place, ended, signal};
use super::server::Server;

const KEY: &str = "0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc";
const LEDGER: &str = "reports/ledger.jsonl";
const BY_MARKS: &str = "--by-marks --older-than 0s";

/// A mock with one key of somebody else, and the file that names it.
fn mock(place: &Place, description: &str) -> Mock {
    let seed = format!("keys:\n  - {{id: {KEY}, description: {description}}}\n");
    let cloud = Seed::parse("seed", &seed, |_| None).unwrap().into_config(AlibabaConfig::default());
    let keys = format!("format: 1\nkeys:\n  - {{id: {KEY}, class: Aliyun_KMS}}\n");
    fs::write(place.path().join("keys.yaml"), keys).unwrap();
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::from(cloud) }).unwrap()
}

fn is_enabled(mock: &Mock) -> bool {
    keys_and_aliases(mock.address()).0 == [(KEY.to_owned(), "Enabled".to_owned())]
}

fn ledger(place: &Place, mock: &Mock, run: &str) -> Ledger {
    let [provider, region] = ["alibaba", "cn-hangzhou"].map(str::to_owned);
    let target = LedgerTarget { provider, endpoint: mock.endpoint(), region };
    fs::create_dir_all(place.path().join("reports")).unwrap();
    Ledger::open(&place.path().join(LEDGER), run, target).unwrap()
}

fn sweep(place: &Place, mock: &Mock, arguments: &str) -> Ended {
    ended(place.program(&format!("sweep --endpoint {} {arguments}", mock.endpoint())))
}

#[test]
fn a_key_that_any_run_was_given_is_not_removed_for_its_mark() {
    for tail in ["", "{\"format\":2,\"at\":\"20"] {
        let place = Place::new();
        let mock = mock(&place, "kc-3f9a1c00 kc-3f9a1c00-0-1-1");
        {
            let run = ledger(&place, &mock, "kc-3f9a1c00");
            let item = run.borrowing("DescribeKey", "a/b", KEY, "Aliyun_KMS", "Enabled").unwrap();
            run.note(LedgerEntry::Returned, Some(item), "DescribeKey", "a/b", Some(KEY)).unwrap();
        }
        let path = place.path().join(LEDGER);
        fs::write(&path, fs::read_to_string(&path).unwrap() + tail).unwrap();
        let arguments = if tail.is_empty() { BY_MARKS } else { "--older-than 0s" };
        let Ended { code, out, .. } = sweep(&place, &mock, arguments);
        assert!(is_enabled(&mock), "{out}");
        assert!(code == 0 && out.contains("it was given to a run by --keys, so it is not removed"), "{out}");
    }
}

#[test]
fn a_key_that_is_given_to_the_sweep_is_not_removed_for_its_mark() {
    let place = Place::new();
    let mock = mock(&place, "kc-3f9a1c00");
    let Ended { code, out, .. } = sweep(&place, &mock, &format!("{BY_MARKS} --keys keys.yaml"));
    assert!(code == 0 && is_enabled(&mock), "{out}");
    // Without either it is taken for one that a lost ledger named.
    let Ended { out, .. } = sweep(&place, &mock, BY_MARKS);
    assert!(!is_enabled(&mock), "{out}");
}

#[test]
fn a_key_that_a_run_left_and_another_was_given_is_not_removed() {
    let place = Place::new();
    let mock = mock(&place, "kc-3f9a1c00");
    {
        let one = ledger(&place, &mock, "kc-3f9a1c00");
        let made = Made::Key { mark: "kc-3f9a1c00", class: "Aliyun_KMS", seed: None };
        let item = one.making("CreateKey", "a/b", made).unwrap();
        one.note(LedgerEntry::Made, Some(item), "CreateKey", "a/b", Some(KEY)).unwrap();
        let two = ledger(&place, &mock, "kc-3f9a1c01");
        two.borrowing("DescribeKey", "a/b", KEY, "Aliyun_KMS", "Enabled").unwrap();
    }
    let Ended { code, out, .. } = sweep(&place, &mock, "--keys keys.yaml --older-than 0s");
    assert!(code == 0 && is_enabled(&mock), "{out}");
    assert!(out.contains("so it is not removed") && out.contains("handed back"), "{out}");
}

#[test]
fn a_key_that_several_killed_runs_were_given_is_handed_back_as_the_first_found_it() {
    for others in [&["Disabled"][..], &["PendingDeletion", "Disabled"]] {
        let place = Place::new();
        let mock = mock(&place, "orders");
        for (number, found) in ["Enabled"].iter().chain(others).enumerate() {
            let run = ledger(&place, &mock, &format!("kc-3f9a1c0{number}"));
            run.borrowing("DescribeKey", "a/b", KEY, "Aliyun_KMS", found).unwrap();
        }
        let call = format!("call DisableKey KeyId={KEY} --endpoint {}", mock.endpoint());
        assert_eq!(ended(place.program(&call)).code, 0);

        let Ended { code, out, .. } = sweep(&place, &mock, "--keys keys.yaml --older-than 0s");
        assert!(code == 0 && is_enabled(&mock), "{out}");
        // Nothing of it is left for the next sweep, which would not know of the first run any more.
        let Ended { out, .. } = sweep(&place, &mock, "--keys keys.yaml --older-than 0s");
        assert!(is_enabled(&mock) && !out.contains("handed back"), "{out}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_wrote_on_a_given_key_is_no_mark() {
    let mut written = 0;
    for number in (4..32).step_by(2) {
        let place = Place::new();
        let mock = mock(&place, "orders");
        let (sender, process) = std::sync::mpsc::channel();
        let server = Server::before(mock.address(), number, move || {
            signal(process.recv().unwrap(), "KILL");
        });
        let cases = "alibaba/UpdateKeyDescription/Enabled alibaba/TagResource/Enabled alibaba/CreateAlias/Enabled";
        let arguments = format!("run -q --progress none {cases} --keys keys.yaml --endpoint {}", server.endpoint());
        let mut child = place.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let _ = sender.send(child.id());
        child.wait().unwrap();
        server.settle();
        fs::remove_dir_all(place.path().join("reports")).unwrap();

        let key = &state(mock.address())["accounts"][0]["keys"][0];
        written += usize::from(key["description"] != "orders");
        let Ended { out, .. } = sweep(&place, &mock, BY_MARKS);
        assert!(is_enabled(&mock), "{number}: {out}");
        // An alias is the run's own, whichever key it stands for.
        assert!(keys_and_aliases(mock.address()).1.is_empty(), "{number}: {out}");
    }
    assert!(written > 0);
}
