//! Keys that a run is given end with all that they had: state, description, tags, aliases, rotation, grants, policy.

use std::fs;
#[cfg(unix)]
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_conformance::ledger::{Ledger, LedgerTarget};
use kms_conformance::mock::{AdminAccess, AlibabaConfig, Mock, MockConfig, Operation, Seed};
use kms_conformance::verdict::Verdict;
use serde_json::Value;

use super::admin::state;
#[cfg(unix)]
use super::program::signal;
use super::program::{Ended, MockProcess, Place, ended};
#[cfg(unix)]
use super::server::Server;

const SOFTWARE: [&str; 2] = ["0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc", "1c8e5f32-7ba0-4d46-82f9-a3e408b761dd"];
const EXTERNAL: [&str; 2] = ["2d9f6043-8cb1-4e57-930a-b4f519c872ee", "3e0a7154-9dc2-4f68-a41b-c5062ad983ff"];

/// The keys of somebody else that a mock has: lines of its seed.
fn mock(place: &Place, keys: &[(&str, &str)]) -> Mock {
    let material = STANDARD.encode([7; 32]);
    let mut seed = "keys:\n".to_owned();
    let mut file = "format: 1\nkeys:\n".to_owned();
    for (id, rest) in keys {
        let rest = rest.replace("MATERIAL", &material);
        seed.push_str(&format!("  - {{id: {id}, {rest}}}\n"));
        let class = if EXTERNAL.contains(id) { "EXTERNAL, material: {file: material.b64}" } else { "Aliyun_KMS" };
        file.push_str(&format!("  - {{id: {id}, class: {class}}}\n"));
    }
    fs::write(place.path().join("material.b64"), &material).unwrap();
    fs::write(place.path().join("keys.yaml"), file).unwrap();
    let cloud = Seed::parse("seed", &seed, |_| None).unwrap().into_config(AlibabaConfig::default());
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::from(cloud) }).unwrap()
}

/// All that the mock holds and what the service says of it, but for dates of deletion and of the next rotation.
fn everything(place: &Place, mock: &Mock) -> Vec<(Value, Value)> {
    let mut accounts = state(mock.address())["accounts"].take();
    let keys = accounts[0]["keys"].as_array_mut().unwrap();
    let of = |key: &mut Value| {
        key.as_object_mut().unwrap().remove("delete_date");
        let call = format!(
            "call DescribeKey KeyId={} --output json --endpoint {}",
            key["id"].as_str().unwrap(),
            mock.endpoint()
        );
        let mut metadata = body(&ended(place.program(&call)))["KeyMetadata"].take();
        metadata.as_object_mut().unwrap().retain(|name, _| name != "DeleteDate" && name != "NextRotationDate");
        (key.take(), metadata)
    };
    keys.iter_mut().map(of).collect()
}

/// The body of the response that a call shows.
fn body(call: &Ended) -> Value {
    let shown: Value = serde_json::from_str(&call.out).unwrap();
    serde_json::from_str(shown["response"]["body"].as_str().unwrap()).unwrap()
}

/// Runs cases, all of which pass or are skipped, night after night.
#[track_caller]
fn run(nights: usize, place: &Place, mock: &Mock, cases: &str) {
    let before = everything(place, mock);
    for _ in 0..nights {
        let run = format!("run -q --progress none --keys keys.yaml --endpoint {} {cases}", mock.endpoint());
        let Ended { code, out, .. } = ended(place.program(&run));
        assert_eq!(code, 0, "{out}");
        assert_eq!(everything(place, mock), before, "{cases}: {out}");
        assert_eq!(mock.requests(Operation::CreateKey), 0);
        let results = place.results();
        let judged = |verdict: &Verdict| matches!(verdict, Verdict::Pass | Verdict::Skipped);
        assert!(results.cases.iter().all(|case| judged(&case.verdict)), "{out}");
        assert!(results.cases.iter().filter(|case| case.verdict == Verdict::Pass).count() > 10, "{out}");
    }
}

#[test]
fn the_whole_suite_leaves_given_keys_as_they_were() {
    let place = Place::new();
    let mock = mock(
        &place,
        &[
            (
                SOFTWARE[0],
                "description: orders, tags: {team: a, cost: b}, aliases: [alias/orders], rotation_interval: 30d",
            ),
            (SOFTWARE[1], "state: Disabled, deletion_protection: keep"),
            (EXTERNAL[0], "origin: EXTERNAL, material: MATERIAL, description: kc-3f9a1c00, tags: {team: c}"),
            (EXTERNAL[1], "origin: EXTERNAL"),
        ],
    );
    run(1, &place, &mock, "--routes all");
}

#[test]
fn one_key_of_each_class_serves_cells_and_moves_by_every_route() {
    let place = Place::new();
    let mock = mock(&place, &[(SOFTWARE[0], "description: orders"), (EXTERNAL[0], "origin: EXTERNAL")]);
    run(2, &place, &mock, "--edition official --routes all");
    run(2, &place, &mock, "kind:cell --routes canonical");
}

#[test]
fn a_key_that_waits_for_its_deletion_waits_again_with_or_without_material() {
    let place = Place::new();
    let keys = [
        (EXTERNAL[0], "origin: EXTERNAL, material: MATERIAL, state: PendingDeletion"),
        (EXTERNAL[1], "origin: EXTERNAL, state: PendingDeletion, tags: {team: c}"),
        (SOFTWARE[0], "state: PendingDeletion, description: orders"),
    ];
    let mock = mock(&place, &keys);
    run(
        2,
        &place,
        &mock,
        "alibaba/Encrypt/** alibaba/TagResource/** alibaba/UpdateKeyDescription/** --routes canonical",
    );
}

#[test]
fn what_can_t_be_put_back_is_a_leak() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate UntagResource:Enabled=409/Rejected.Disabled");
    let target = format!("--endpoint {}", mock.endpoint);
    let id =
        body(&ended(place.program(&format!("call CreateKey --output json {target}"))))["KeyMetadata"]["KeyId"].take();
    let id = id.as_str().unwrap();
    fs::write(place.path().join("keys.yaml"), format!("format: 1\nkeys:\n  - {{id: {id}, class: Aliyun_KMS}}\n"))
        .unwrap();

    let run = format!("run -q --progress none alibaba/TagResource/Enabled --keys keys.yaml {target}");
    let Ended { code, out, .. } = ended(place.program(&run));
    let leak = format!("key {id}");
    let why = "it is Enabled again, but its tags may not be as before: UntagResource responded Rejected.Disabled (409)";
    assert!(code == 3 && out.contains(&leak) && out.contains(why), "{out}");
}

#[test]
fn given_keys_of_another_cloud_end_as_they_were() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--provider aws");
    let target = format!("--provider aws --endpoint {}", mock.endpoint);
    let call = |call: &str| body(&ended(place.program(&format!("call {call} --output json {target}"))));
    let mut ids = Vec::new();
    let mut file = "format: 1\nkeys:\n".to_owned();
    for (class, parameters) in [("native", ""), ("hmac", "KeySpec=HMAC_256 KeyUsage=GENERATE_VERIFY_MAC")] {
        let made = call(&format!("CreateKey Description=orders {parameters}"));
        let id = made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
        file.push_str(&format!("  - {{id: {id}, class: {class}}}\n"));
        ids.push(id);
    }
    fs::write(place.path().join("keys.yaml"), file).unwrap();
    ended(place.program(&format!("call EnableKeyRotation KeyId={} RotationPeriodInDays:=90 {target}", ids[0])));
    let everything = || -> Vec<Value> {
        let looks = ["DescribeKey", "ListResourceTags", "ListGrants", "GetKeyPolicy", "GetKeyRotationStatus"];
        let mut seen: Vec<Value> =
            ids.iter().flat_map(|id| looks.map(|look| call(&format!("{look} KeyId={id}")))).collect();
        // It is counted from the moment when rotation was turned on.
        seen.iter_mut().filter_map(Value::as_object_mut).for_each(|look| drop(look.remove("NextRotationDate")));
        seen
    };
    let before = everything();

    let cases = "operation:CreateGrant operation:RevokeGrant operation:RetireGrant operation:PutKeyPolicy operation:TagResource \
                 operation:UntagResource operation:EnableKeyRotation operation:DisableKeyRotation \
                 operation:UpdateKeyDescription operation:ScheduleKeyDeletion";
    let run = format!("run -q --progress none --routes canonical {cases} --keys keys.yaml {target}");
    let Ended { code, out, .. } = ended(place.program(&run));
    assert_eq!(code, 0, "{out}");
    assert_eq!(everything(), before, "{out}");
}

/// What cases change of a key besides its state, on the keys of somebody who has such things too.
#[cfg(unix)]
const BELONGINGS: &str = "alibaba/TagResource/** alibaba/UntagResource/** alibaba/UpdateKeyDescription/** \
                          alibaba/UpdateRotationPolicy/** class:Aliyun_KMS --routes canonical";

#[cfg(unix)]
#[test]
fn what_a_stopped_or_killed_run_left_on_given_keys_is_put_back() {
    let mut changed = 0;
    for (number, name) in [(20, "INT"), (20, "KILL"), (33, "KILL"), (59, "KILL"), (72, "INT")] {
        let place = Place::new();
        let own = "description: orders, tags: {team: a}, aliases: [alias/orders], rotation_interval: 30d";
        let mock = mock(&place, &[(SOFTWARE[0], own), (SOFTWARE[1], "state: Disabled, deletion_protection: keep")]);
        let before = everything(&place, &mock);
        let (sender, process) = std::sync::mpsc::channel();
        let server = Server::before(mock.address(), number, move || {
            signal(process.recv().unwrap(), name);
        });
        let run = format!("run -q --progress none {BELONGINGS} --keys keys.yaml --endpoint {}", server.endpoint());
        let mut child = place.command(&run).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sender.send(child.id()).unwrap();
        child.wait().unwrap();
        server.settle();

        if name == "KILL" {
            changed += usize::from(everything(&place, &mock) != before);
            let sweep = format!("sweep --keys keys.yaml --endpoint {}", server.endpoint());
            let Ended { code, out, err } = ended(place.program(&sweep));
            assert_eq!((code, err.as_str()), (0, ""), "{number}: {out}");
            let Ended { code, out, .. } = ended(place.program(&sweep));
            assert!(code == 0 && out.contains("\nnothing found"), "{number}: {out}");
        }
        assert_eq!(everything(&place, &mock), before, "{number} {name}");
    }
    assert!(changed > 0);
}

#[test]
fn a_sweep_takes_nothing_from_a_key_that_its_owner_added() {
    let place = Place::new();
    let mock = mock(&place, &[(SOFTWARE[0], "tags: {team: a}")]);
    {
        let [provider, region] = ["alibaba", "cn-hangzhou"].map(str::to_owned);
        fs::create_dir_all(place.path().join("reports")).unwrap();
        let target = LedgerTarget { provider, endpoint: mock.endpoint(), region };
        let run = Ledger::open(&place.path().join("reports/ledger.jsonl"), "kc-3f9a1c00", target).unwrap();
        let item = run.borrowing("DescribeKey", "a/b", SOFTWARE[0], "Aliyun_KMS", "Enabled").unwrap();
        let none = [("tags".to_owned(), Vec::new())].into();
        run.changing(item, "TagResource", SOFTWARE[0], none).unwrap();
    }
    let before = everything(&place, &mock);
    let sweep = format!("sweep --keys keys.yaml --older-than 0s --endpoint {}", mock.endpoint());
    let Ended { code, out, .. } = ended(place.program(&sweep));
    assert!(code == 3 && out.contains("carries no mark of its run"), "{out}");
    assert_eq!(everything(&place, &mock), before);
}
